/* heptad: what the functions of inline.h consist of. Nothing here is for programs to call.
 *
 * A group is a line of 64 bytes: a metadata word, whose bytes 1 to 7 are those of the slots, and seven entries. The
 * slots of a tag are matched
 *
 *     HEPTAD_PROBE_SSE2     in an XMM register, where the compiler may use them (x86_64 except in kernels)
 *     HEPTAD_PROBE_NEON     in a D register, likewise (AArch64)
 *     else                  in general registers; everywhere, if HEPTAD_GENERAL_REGISTERS is defined
 *
 * with the same answers. With -mgeneral-regs-only or -mno-sse a compiler defines neither __SSE2__ nor
 * __ARM_NEON, so a kernel has general registers by itself. */
#ifndef HEPTAD_PROBE_H
#define HEPTAD_PROBE_H

#include "base.h"

#if defined(__GNUC__) && !defined(HEPTAD_NO_INLINE) && defined(__BYTE_ORDER__) && defined(__SIZEOF_POINTER__) \
    && __SIZEOF_POINTER__ == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HEPTAD_HAS_INLINE 1
#else
#define HEPTAD_HAS_INLINE 0
#endif

#if HEPTAD_HAS_INLINE && defined(__SSE2__) && !defined(HEPTAD_GENERAL_REGISTERS)
#define HEPTAD_PROBE_SSE2 1
#else
#define HEPTAD_PROBE_SSE2 0
#endif

#if HEPTAD_HAS_INLINE && defined(__aarch64__) && defined(__ARM_NEON) && !defined(HEPTAD_GENERAL_REGISTERS)
#define HEPTAD_PROBE_NEON 1
#else
#define HEPTAD_PROBE_NEON 0
#endif

/* May a word be read at any address? Then no lookup has to check that its handle is aligned. */
#if HEPTAD_HAS_INLINE && (defined(__x86_64__) || defined(__ARM_FEATURE_UNALIGNED))
#define HEPTAD_READS_UNALIGNED 1
#define HEPTAD_HANDLE_WORD __attribute__((__may_alias__, __aligned__(1)))
#else
#define HEPTAD_READS_UNALIGNED 0
#define HEPTAD_HANDLE_WORD __attribute__((__may_alias__))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#if HEPTAD_HAS_INLINE

/* Words of a handle's body while it is live: src/ffi/inline.rs has the same numbers. */
#define HEPTAD_BODY_LINES 0   /* address of the first group */
#define HEPTAD_BODY_BYTES 1   /* of the memory */
#define HEPTAD_BODY_MASK 2    /* (groups - 1) * 64 */
#define HEPTAD_BODY_SPAN 3    /* not 0 if entries are stashed */
#define HEPTAD_BODY_SEED 9    /* of a set or map */
#define HEPTAD_BODY_CONTEXT 9 /* of a table */
#define HEPTAD_BODY_VALUE_BYTES 9  /* of a map with values of any size */
#define HEPTAD_BODY_SIZED_SEED 10  /* of that map */

/* The first eight bytes of a live handle: the version and the kind. */
#define HEPTAD_KIND_SET 0x73657430   /* set0 */
#define HEPTAD_KIND_MAP 0x6d617030   /* map0 */
#define HEPTAD_KIND_TABLE 0x74616230 /* tab0 */
#define HEPTAD_KIND_SIZED 0x73697a30 /* siz0 */

/* A word of a handle, and of a table, whatever the memory was declared as. */
typedef uint64_t HEPTAD_HANDLE_WORD heptad_handle_word;
typedef uint64_t __attribute__((__may_alias__)) heptad_any_word;

/* For the cold half of a lookup: a call that writes nothing, so that a loop of lookups keeps the handle's words in
 * registers. Without optimisation GCC writes static functions that nothing calls, unless they are inline ones. */
#ifdef __OPTIMIZE__
#define HEPTAD_COLD static __attribute__((__noinline__, __cold__, __pure__, __unused__))
#else
#define HEPTAD_COLD static __inline__ __attribute__((__unused__))
#endif

/* Stands for a handle that cannot be read. */
__attribute__((__unused__)) static const uint64_t heptad_probe_dead[16] = { 0 };

/* What a lookup needs of a handle. */
typedef struct heptad_probe {
    const heptad_handle_word *words;
    const unsigned char *lines;
    uint64_t mask_bytes;
    uint64_t seed; /* of a set or map */
    int is_live;
} heptad_probe;

/* Is a pointer no multiple of 8? */
HEPTAD_INLINE int heptad_probe_is_misaligned(const void *pointer)
{
    return (HEPTAD_AS(uintptr_t, pointer) & 7) != 0;
}

/* Reads a handle: 128 bytes, also at a misaligned pointer where the processor can. Without a branch where the pointer
 * is known not to be null: then a loop reads it once. */
HEPTAD_INLINE heptad_probe heptad_probe_of(const void *handle, uint64_t kind)
{
    int is_readable = handle && (HEPTAD_READS_UNALIGNED || !heptad_probe_is_misaligned(handle));
    const void *readable = is_readable ? handle : HEPTAD_AS(const void *, heptad_probe_dead);
    const heptad_handle_word *words = HEPTAD_AS(const heptad_handle_word *, readable);
    heptad_probe probe;
    probe.words = words + 1;
    probe.lines = HEPTAD_AS(const unsigned char *, probe.words[HEPTAD_BODY_LINES]);
    probe.mask_bytes = probe.words[HEPTAD_BODY_MASK];
    probe.seed = probe.words[HEPTAD_BODY_SEED];
    probe.is_live = __builtin_expect(*words == (kind << 32 | HEPTAD_ABI_VERSION), 1) != 0;
    return probe;
}

/* A word of a table. */
HEPTAD_INLINE uint64_t heptad_probe_word(const unsigned char *place)
{
    const void *word = place;
    return *HEPTAD_AS(const heptad_any_word *, word);
}

/* As heptad_hash_word. */
HEPTAD_INLINE uint64_t heptad_probe_hash(uint64_t seed, uint64_t word)
{
    uint64_t hash = seed ^ word;
    hash = (hash ^ hash >> 30) * HEPTAD_WORD(0xBF58476D1CE4E5B9);
    hash = (hash ^ hash >> 27) * HEPTAD_WORD(0x94D049BB133111EB);
    return hash ^ hash >> 31;
}

/* Asks for the home line of a hash. */
HEPTAD_INLINE void heptad_probe_prefetch(const heptad_probe *probe, uint64_t hash)
{
    __builtin_prefetch(probe->lines + (hash << 6 & probe->mask_bytes));
}

/* heptad_probe_match: which slots of the group at `line` carry the seven bits of a tag, with `displaced` as the lowest
 * bit of their byte. heptad_probe_lowest: the bytes from the group to the entry of the lowest of them.
 * heptad_probe_rest: all but that one. */
#define HEPTAD_EACH_BYTE HEPTAD_WORD(0x0101010101010101)

#if HEPTAD_PROBE_SSE2

/* A bit for each slot. */
typedef unsigned heptad_probe_slots;
typedef char __attribute__((__vector_size__(16), __may_alias__)) heptad_probe_sixteen_bytes;
typedef uint64_t __attribute__((__vector_size__(16))) heptad_probe_two_words;

HEPTAD_INLINE heptad_probe_slots heptad_probe_match(const unsigned char *line, uint64_t seven, uint64_t displaced)
{
    heptad_probe_two_words wanted = { 2 * HEPTAD_EACH_BYTE * seven + displaced * HEPTAD_EACH_BYTE, 0 };
    const void *metadata = line;
    int equal = __builtin_ia32_pmovmskb128(HEPTAD_AS(heptad_probe_sixteen_bytes, wanted)
                                           == *HEPTAD_AS(const heptad_probe_sixteen_bytes *, metadata));
    return equal & 0xfe;
}

HEPTAD_INLINE uint64_t heptad_probe_lowest(heptad_probe_slots matching)
{
    return HEPTAD_WORD(__builtin_ctz(matching)) << 3;
}

HEPTAD_INLINE heptad_probe_slots heptad_probe_rest(heptad_probe_slots matching)
{
    return matching & (matching - 1);
}

#elif HEPTAD_PROBE_NEON

/* 255 for each slot, in its byte. */
typedef uint64_t heptad_probe_slots;
typedef unsigned char __attribute__((__vector_size__(8), __may_alias__)) heptad_probe_eight_bytes;

HEPTAD_INLINE heptad_probe_slots heptad_probe_match(const unsigned char *line, uint64_t seven, uint64_t displaced)
{
    unsigned char slot_byte = (2 * seven + displaced) & 255;
    heptad_probe_eight_bytes wanted = { slot_byte, slot_byte, slot_byte, slot_byte,
                                        slot_byte, slot_byte, slot_byte, slot_byte };
    const void *metadata = line;
    return HEPTAD_AS(uint64_t, wanted == *HEPTAD_AS(const heptad_probe_eight_bytes *, metadata)) & ~HEPTAD_WORD(255);
}

HEPTAD_INLINE uint64_t heptad_probe_lowest(heptad_probe_slots matching)
{
    return HEPTAD_WORD(__builtin_ctzll(matching));
}

HEPTAD_INLINE heptad_probe_slots heptad_probe_rest(heptad_probe_slots matching)
{
    return matching & ~(HEPTAD_WORD(255) << heptad_probe_lowest(matching));
}

#else

/* The top bit for each slot, in its byte; perhaps too for one above such a slot that carries the other byte of the tag.
 * An entry is compared anyway. */
typedef uint64_t heptad_probe_slots;

HEPTAD_INLINE heptad_probe_slots heptad_probe_match(const unsigned char *line, uint64_t seven, uint64_t displaced)
{
    uint64_t differing = heptad_probe_word(line) ^ (2 * HEPTAD_EACH_BYTE * seven + displaced * HEPTAD_EACH_BYTE);
    return (differing - HEPTAD_EACH_BYTE) & ~differing & HEPTAD_WORD(0x8080808080808000);
}

HEPTAD_INLINE uint64_t heptad_probe_lowest(heptad_probe_slots matching)
{
    return HEPTAD_WORD(__builtin_ctzll(matching)) & 56;
}

HEPTAD_INLINE heptad_probe_slots heptad_probe_rest(heptad_probe_slots matching)
{
    return matching & (matching - 1);
}

#endif

/* Is the entry at `place` the one of a key? */
typedef int heptad_probe_equal_function(uint64_t entry, const void *key, void *context);

/* What is looked for. */
typedef struct heptad_probe_wanted {
    const void *key;
    heptad_probe_equal_function *equal;
    void *context;
} heptad_probe_wanted;

/* Compares entries that are keys. */
HEPTAD_INLINE int heptad_probe_is_word(uint64_t entry, const void *key, void *context)
{
    (void)context;
    return entry == *HEPTAD_AS(const uint64_t *, key);
}

/* The first of the matching slots of a group whose entry is wanted: its address, or null. */
HEPTAD_INLINE const unsigned char *heptad_probe_compare(const unsigned char *line, heptad_probe_slots matching,
                                                        heptad_probe_wanted wanted)
{
    while (matching) {
        const unsigned char *entry = line + heptad_probe_lowest(matching);
        if (__builtin_expect(wanted.equal(heptad_probe_word(entry), wanted.key, wanted.context) != 0, 1)) {
            return entry;
        }
        matching = heptad_probe_rest(matching);
    }
    return NULL;
}

/* Where an entry was found: its address, and that of its group. */
typedef struct heptad_probe_place {
    const unsigned char *entry;
    const unsigned char *line;
} heptad_probe_place;

/* Looks for an entry of hash `hash`: 1, and where it is; 0 if there is none; -1 if it may be stashed. */
HEPTAD_INLINE int heptad_probe_find(const heptad_probe *probe, uint64_t hash, heptad_probe_wanted wanted,
                                    heptad_probe_place *place)
{
    uint64_t home = hash << 6 & probe->mask_bytes, seven = hash >> 57, class_bits, alternate;

    if (__builtin_expect(seven == 0, 0)) {
        seven = 1;
        /* Keeps this a branch: a conditional move takes two instructions of each lookup. */
        __asm__("" : "+r"(seven));
    }
    place->line = probe->lines + home;
    place->entry = heptad_probe_compare(place->line, heptad_probe_match(place->line, seven, 0), wanted);
    if (place->entry) {
        return 1;
    }
    class_bits = seven & 7;
    if (__builtin_expect(!(heptad_probe_word(place->line) >> class_bits & 1), 1)) {
        return 0;
    }
    alternate = HEPTAD_WORD(0x9E3779B97F4A7C15);
    alternate = alternate >> class_bits | alternate << (-class_bits & 63);
    place->line = probe->lines + (((alternate | 64) - home) & probe->mask_bytes);
    place->entry = heptad_probe_compare(place->line, heptad_probe_match(place->line, seven, 1), wanted);
    if (place->entry) {
        return 1;
    }
    return probe->words[HEPTAD_BODY_SPAN] ? -1 : 0;
}

#endif

#ifdef __cplusplus
}
#endif
#endif
