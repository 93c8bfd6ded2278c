/* heptad: versions, errors, memory, and what all handles have in common. heptad.h has the rules for all of them. */
#ifndef HEPTAD_BASE_H
#define HEPTAD_BASE_H

/* Linux has no headers of the C standard. Other kernels define __KERNEL__ too; but its build includes one of these
 * headers of its own before all else. */
#if defined(__KERNEL__) && (defined(__LINUX_COMPILER_TYPES_H) || defined(__LINUX_KCONFIG_H))
#include <linux/stddef.h>
#include <linux/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- versions and errors */

/* The version of this interface; every handle carries the one it was compiled with. */
#define HEPTAD_ABI_VERSION 1

/* The version of the library that is linked: equal to HEPTAD_ABI_VERSION, or nothing will work. */
uint32_t heptad_abi_version(void);

/* 1 if the library was built for processors with 64-bit atomics; else 0: Cortex-M, 32-bit RISC-V. There
 * every init and attach of a heptad_lockfree or heptad_indirect, and heptad_robin_grow_shared and
 * heptad_robin_map_grow_shared, return HEPTAD_ERROR_UNSUPPORTED. All other tables work. */
int heptad_is_lock_free(void);

enum {
    HEPTAD_OK = 0,
    HEPTAD_ERROR_NULL = -1,         /* a pointer is null that must not be */
    HEPTAD_ERROR_MISALIGNED = -2,   /* a pointer is not aligned to what it points to; memory, to 64 */
    HEPTAD_ERROR_TOO_SMALL = -3,    /* the memory is too small */
    HEPTAD_ERROR_OVERLAPPING = -4,  /* memory overlaps, or runs past the end of the address space */
    HEPTAD_ERROR_FULL = -5,         /* the table holds as many entries as it may */
    HEPTAD_ERROR_CAPACITY = -6,     /* no address space holds that many */
    HEPTAD_ERROR_VERSION = -7,      /* the handle, or a table in shared memory, is of another version */
    HEPTAD_ERROR_HANDLE = -8,       /* not a live handle of this kind: never initialised, or released */
    HEPTAD_ERROR_LIVE = -9,         /* initialised already; of two inits at once one gets this or _BUSY */
    HEPTAD_ERROR_BUSY = -10,        /* in conflict with a call under way: later it may succeed */
    HEPTAD_ERROR_ARGUMENT = -11,    /* a number that is not one of those allowed */
    HEPTAD_ERROR_FOREIGN = -12,     /* the memory holds no table of this kind */
    HEPTAD_ERROR_CORRUPT = -13,     /* the table in the memory is damaged */
    HEPTAD_ERROR_NOT_REQUIRED = -14, /* no rebuild is needed */
    HEPTAD_ERROR_KEY_RANGE = -15,   /* a key that a sorted set or map was not made for */
    HEPTAD_ERROR_REENTRANT = -17,   /* what a callback decides about changed each time while it ran */
    HEPTAD_ERROR_UNSUPPORTED = -18, /* the processor has no 64-bit atomics: see heptad_is_lock_free */
    HEPTAD_ERROR_SHARED = -19,      /* other handles use the table too: it is not rebuilt */
    HEPTAD_ERROR_MEMBER = -20,      /* the shared memory has no such member, or is not for members */
    HEPTAD_ERROR_COPY = -24,        /* the handle is a copy of a live one, or a live one that was moved */
    HEPTAD_ERROR_MEMORY = -25       /* an allocator of yours has no memory: heptad/growing.h */
};

/* The version of the library, as "0.1.0"; and the name of a result, as "HEPTAD_ERROR_FULL": constant strings, never
 * null. */
const char *heptad_version(void);
const char *heptad_error_name(int result);

/* What a result says, in English: a constant string, never null, for any number. */
const char *heptad_strerror(int result);

/* ---------------------------------------------------------------- memory */

/* At which part of its slots a table counts as full. At a lower one insertions displace less: use 3/4
 * where entries come and go all the time. */
enum {
    HEPTAD_LOAD_15_16 = 0,
    HEPTAD_LOAD_7_8 = 1,
    HEPTAD_LOAD_3_4 = 2
};

/* Declares an array of lines of 64 bytes, fit for a table. A set or table of n groups (a power
 * of two, or the one below is used) takes n lines, a map 15 * n / 8 and never more than 2 * n. Groups hold seven
 * slots; at load 15/16 there is room for 6, 13, 26, 52, 105, 210, ... entries in 1, 2, 4, 8, 16, 32, ... groups. */
#if defined(__GNUC__)
#define HEPTAD_LINES(name, lines) \
    unsigned char name[sizeof(uint64_t[8]) * (lines)] __attribute__((__aligned__(64)))
#elif defined(_MSC_VER)
#define HEPTAD_LINES(name, lines) __declspec(align(64)) unsigned char name[sizeof(uint64_t[8]) * (lines)]
#elif defined(__cplusplus) /* C++11 */
#define HEPTAD_LINES(name, lines) unsigned char name alignas(64)[sizeof(uint64_t[8]) * (lines)]
#else /* C11 */
#define HEPTAD_LINES(name, lines) _Alignas(64) unsigned char name[sizeof(uint64_t[8]) * (lines)]
#endif

/* ---------------------------------------------------------------- handles */

/* What every handle starts as. */
#define HEPTAD_INIT { HEPTAD_ABI_VERSION, 0, { 0 } }

/* Handles are aligned to 8, which 32-bit x86 needs an attribute for. A compiler without one puts them at
 * multiples of 4 there, and every function may return _MISALIGNED. */
#if defined(__GNUC__)
#define HEPTAD_ALIGNED_8 __attribute__((__aligned__(8)))
#elif defined(__cplusplus) && __cplusplus >= 201103L
#define HEPTAD_ALIGNED_8 alignas(8)
#elif !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define HEPTAD_ALIGNED_8 _Alignas(8)
#else
#define HEPTAD_ALIGNED_8
#endif

/* The library was compiled for the same layout: src/ffi has these assertions too. */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define HEPTAD_STATIC_ASSERT(name, condition) static_assert(condition, #name)
#elif !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define HEPTAD_STATIC_ASSERT(name, condition) _Static_assert(condition, #name)
#else
#define HEPTAD_STATIC_ASSERT(name, condition) typedef char heptad_assert_##name[(condition) ? 1 : -1]
#endif

/* An entry of a map, as your functions that choose among entries get it. */
typedef struct heptad_entry {
    uint64_t key;
    uint64_t value;
} heptad_entry;
HEPTAD_STATIC_ASSERT(entry_bytes, sizeof(heptad_entry) == 16);

/* A constant of 64 bits, in C and in C++. */
#ifdef __cplusplus
#define HEPTAD_WORD(number) static_cast<uint64_t>(number)
#else
#define HEPTAD_WORD(number) ((uint64_t)(number))
#endif

/* A cast from or to a pointer, in C and in C++. */
#ifdef __cplusplus
#define HEPTAD_AS(type, value) reinterpret_cast<type>(value)
#else
#define HEPTAD_AS(type, value) ((type)(value))
#endif

/* Functions in a header: those that are always inlined, and others. */
#if defined(__GNUC__) || defined(__clang__)
#define HEPTAD_INLINE static __inline__ __attribute__((__always_inline__, __unused__))
#define HEPTAD_STATIC static __inline__ __attribute__((__unused__))
#elif defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
#define HEPTAD_INLINE static inline
#define HEPTAD_STATIC static inline
#else
#define HEPTAD_INLINE static
#define HEPTAD_STATIC static
#endif

#ifdef __cplusplus
}
#endif
#endif
