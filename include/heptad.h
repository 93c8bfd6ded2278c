/*
 * heptad: hash tables for kernels, the C interface.
 *
 * Freestanding C99, or C++98. No allocation, no globals, no system call, no FP register on a soft-float target:
 * you provide every byte that a table uses, and no function waits for another.
 *
 *     heptad_set        64-bit keys
 *     heptad_map        64-bit keys with 64-bit values
 *     heptad_table      64-bit entries, with your own hash and equality
 *     heptad_robin      64-bit keys, sorted, in one piece of memory that the set grows into
 *     heptad_robin_map  the same with 64-bit values
 *     heptad_lockfree   64-bit keys with 64-bit values, shared by cores, interrupts and processes
 *     heptad_indirect   the same with keys of any length, which you keep
 *
 * HANDLES. A table is a handle of 128 bytes (192 if it is sorted), which you place where you like, and lines
 * of 64 bytes in memory that you provide:
 *
 *     static heptad_set seen = HEPTAD_INIT;
 *     static HEPTAD_LINES(seen_lines, 16);                 // 16 groups of seven: room for 105 keys
 *
 *     heptad_set_init(&seen, seen_lines, sizeof seen_lines, seed, HEPTAD_LOAD_15_16);
 *
 * A handle starts out as HEPTAD_INIT or as zeros (a static one without an initialiser, calloc), is live from
 * its init to its release, and may then be initialised again. A live one stays where it was initialised: a
 * release or a change by way of a copy or at another address is HEPTAD_ERROR_COPY. A heptad_lockfree or a
 * heptad_indirect does not know its address: a copy of one works as long as the handle lives, and only one of
 * them may be released, or the memory is returned twice.
 * Memory that you provide is the table's alone until the table is released or leaves it by a move; what stands in
 * it before does not matter.
 *
 * RESULTS. A function that returns int fails with a negative code, heptad_strerror() has a text for it, and
 * has then changed nothing and written no result, unless its text says so. Otherwise 1 means yes,
 * found, new; and 0 means no, absent, not new, or just done. So ask `== 1` or `> 0`.
 * Places for results lie neither in a live handle nor in the memory of a table: batches and moves of one owner's
 * tables check that, other calls do not.
 *
 * ERRORS. Every function that takes a handle can return HEPTAD_ERROR_NULL, _MISALIGNED, _VERSION and
 * _HANDLE for a handle that is null, misaligned, of another version, or not live; _NULL and
 * _MISALIGNED for a result pointer that may not be null or cannot be right; _OVERLAPPING for arrays
 * that run past the end of the address space; and _BUSY while another operation changes the table.
 * The texts below name only the errors beyond these. Length and capacity of such a handle are 0.
 *
 * CONCURRENCY. A heptad_lockfree or heptad_indirect has no owner: see there. Of the others: one owner, or many
 * readers. Functions that take a const handle may run on several cores at once, all others need the table to
 * themselves. Put a lock around it and mask interrupts. If you forget, or a callback calls back: init, release
 * and every change claim the handle by one exchange before they do anything, and until they end other calls
 * for it return HEPTAD_ERROR_BUSY. What is interrupted in a function with a const handle cannot be seen.
 * Processors without such an exchange (Armv6-M, RISC-V without A) look and then store: mask interrupts there.
 *
 * CALLBACKS may call for other tables. For the table that they are called for: from inside a change, nothing, it
 * is _BUSY; from inside a function with a const handle, others with a const handle. A change there cannot be
 * seen, and spoils the table. For heptad_lockfree and heptad_indirect see there; but no callback releases the
 * handle that it is called for.
 *
 * They return. After one that did not (longjmp, an exception, a thread that was ended) the handle is busy
 * for good, and its table may be halfway through a change. Set the handle to HEPTAD_INIT: whatever the table
 * used is yours again, contents lost, and both may be initialised anew. Only do so if that call can never go
 * on. A heptad_lockfree or heptad_indirect stays in use, but reclaim may never release its memory.
 *
 * WHERE EACH FUNCTION MAY BE CALLED. Interrupt handlers, NMIs and signal handlers are other callers, on the
 * core that they interrupt too; so is a callback.
 *
 *     in any context                      heptad_abi_version, _strerror, hashes, _bytes; heptad_growth_help;
 *                                         of a heptad_lockfree or heptad_indirect all with a const handle,
 *                                         but for a member of shared memory one at a time
 *     in any, if none changes the table   of the other tables all with a const handle
 *     where no other call for the handle  init, attach, join, release; of the other tables all that change it
 *       is under way
 *
 * No function sleeps or masks interrupts.
 *
 * STACK. No function takes more than 4 KiB, and no lookup of one key more than 512 bytes; what your own functions
 * take comes on top. docs/kernel.md has the sums of frames, operation by operation.
 *
 * MEMORY ORDER. heptad_set, _map, _table, _robin and _robin_map order nothing between cores: your lock does.
 * heptad_lockfree and heptad_indirect do, see there. A core that finds a handle live sees all that its init
 * wrote.
 *
 * COST is counted in cache lines. `span` is that of heptad_stats: 0 unless keys collide in floods, or a
 * table of fewer than 64 groups is filled to the brim.
 */
#ifndef HEPTAD_H
#define HEPTAD_H

#include <stddef.h>
#include <stdint.h>

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
    HEPTAD_ERROR_BUSY = -10,        /* another operation is in the way: later it may succeed */
    HEPTAD_ERROR_ARGUMENT = -11,    /* a number that is not one of those allowed */
    HEPTAD_ERROR_FOREIGN = -12,     /* the memory holds no table of this kind */
    HEPTAD_ERROR_CORRUPT = -13,     /* the table in the memory is damaged */
    HEPTAD_ERROR_NOT_REQUIRED = -14, /* no rebuild is needed */
    HEPTAD_ERROR_KEY_RANGE = -15,   /* a key that a sorted set or map was not made for */
    HEPTAD_ERROR_REENTRANT = -17,   /* what a callback decides about changed each time while it ran */
    HEPTAD_ERROR_UNSUPPORTED = -18, /* the processor has no 64-bit atomics: see heptad_is_lock_free */
    HEPTAD_ERROR_SHARED = -19,      /* other handles use the table too: it is not rebuilt */
    HEPTAD_ERROR_MEMBER = -20,      /* the shared memory has no such member, or is not for members */
    HEPTAD_ERROR_COPY = -24         /* the handle is a copy of a live one, or a live one that was moved */
};

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

/* Declares an array of so many lines of 64 bytes, fit for a table. A set or table of n groups (a power
 * of two, or the one below is used) takes n lines, a map 2 * n. Groups hold seven slots; at load 15/16
 * there is room for 6, 13, 26, 52, 105, 210, ... entries in 1, 2, 4, 8, 16, 32, ... groups. */
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

/* Bytes of memory for a set or table, or a map, that has to take `entries` entries; 0 if no address space
 * could, or the load is none of the above. */
size_t heptad_set_bytes(size_t entries, int load);
size_t heptad_map_bytes(size_t entries, int load);

/* ---------------------------------------------------------------- hashes */

/* The hash of a word, and of `count` bytes, under a seed: what sets and maps use, and fit for a
 * heptad_table. hash_word is a bijection for each seed, which unhash_word undoes. Any seed will do; one that nobody can guess,
 * another per table and boot, keeps others from choosing keys that crowd one place: two different strings of n bytes
 * have equal hashes under n / 7 + 2 of 2^60 seeds at most. `bytes` may be null if `count` is 0. */
uint64_t heptad_hash_word(uint64_t seed, uint64_t word);
uint64_t heptad_unhash_word(uint64_t seed, uint64_t hash);
uint64_t heptad_hash_bytes(uint64_t seed, const void *bytes, size_t count);

/* ---------------------------------------------------------------- statistics */

typedef struct heptad_stats {
    uint64_t groups;      /* of seven slots */
    uint64_t len;         /* entries */
    uint64_t capacity;    /* entries at which the table is full */
    uint64_t displaced;   /* entries in their second group: a hit on them touches two lines */
    uint64_t stashed;        /* entries in neither: a hit on them touches up to `span` lines more */
    uint64_t span;        /* how many groups after its second one a stashed entry may lie */
    uint64_t filter_bits; /* of 8 per group: a miss on such a one touches two lines */
    uint64_t full_groups; /* groups without a free slot */
    uint64_t bytes;       /* of the lines in use */
} heptad_stats;

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

/* Private fields. */
typedef struct heptad_set {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[15];
} heptad_set;

typedef struct heptad_map {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[15];
} heptad_map;

typedef struct heptad_table {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[15];
} heptad_table;

typedef struct heptad_robin {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[23];
} heptad_robin;

typedef struct heptad_robin_map {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[23];
} heptad_robin_map;

typedef struct heptad_lockfree {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[15];
} heptad_lockfree;

typedef struct heptad_indirect {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[15];
} heptad_indirect;

/* The library was compiled for the same layout: src/ffi has these assertions too. */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define HEPTAD_STATIC_ASSERT(name, condition) static_assert(condition, #name)
#elif !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define HEPTAD_STATIC_ASSERT(name, condition) _Static_assert(condition, #name)
#else
#define HEPTAD_STATIC_ASSERT(name, condition) typedef char heptad_assert_##name[(condition) ? 1 : -1]
#endif
HEPTAD_STATIC_ASSERT(set_bytes, sizeof(heptad_set) == 128);
HEPTAD_STATIC_ASSERT(set_body, offsetof(heptad_set, body) == 8);
HEPTAD_STATIC_ASSERT(map_bytes, sizeof(heptad_map) == 128);
HEPTAD_STATIC_ASSERT(map_body, offsetof(heptad_map, body) == 8);
HEPTAD_STATIC_ASSERT(table_bytes, sizeof(heptad_table) == 128);
HEPTAD_STATIC_ASSERT(table_body, offsetof(heptad_table, body) == 8);
HEPTAD_STATIC_ASSERT(robin_bytes, sizeof(heptad_robin) == 192);
HEPTAD_STATIC_ASSERT(robin_body, offsetof(heptad_robin, body) == 8);
HEPTAD_STATIC_ASSERT(robin_map_bytes, sizeof(heptad_robin_map) == 192);
HEPTAD_STATIC_ASSERT(robin_map_body, offsetof(heptad_robin_map, body) == 8);
HEPTAD_STATIC_ASSERT(lockfree_bytes, sizeof(heptad_lockfree) == 128);
HEPTAD_STATIC_ASSERT(lockfree_body, offsetof(heptad_lockfree, body) == 8);
HEPTAD_STATIC_ASSERT(indirect_bytes, sizeof(heptad_indirect) == 128);
HEPTAD_STATIC_ASSERT(indirect_body, offsetof(heptad_indirect, body) == 8);
HEPTAD_STATIC_ASSERT(stats_bytes, sizeof(heptad_stats) == 72);
HEPTAD_STATIC_ASSERT(stats_last, offsetof(heptad_stats, bytes) == 64);

/* ---------------------------------------------------------------- sets of 64-bit keys */

/* Makes an empty set in the `bytes` bytes at `memory`, which is 64-aligned. Writes one word per group.
 * _NULL, _MISALIGNED, _TOO_SMALL or _OVERLAPPING for the memory (the handle may not lie in it), _LIVE
 * for a set that was not released, _ARGUMENT for a load that there is not. */
int heptad_set_init(heptad_set *set, void *memory, size_t bytes, uint64_t seed, int load);

/* Ends a set and reports which memory is yours again; either result may be null. */
int heptad_set_release(heptad_set *set, void **memory, size_t *bytes);

/* Moves all keys to other memory, under another seed, and reports which memory is yours again: how a
 * set grows, shrinks or changes its seed. Touches every line of both. Either result may be null.
 * _TOO_SMALL if the keys do not fit; _NULL, _MISALIGNED, _OVERLAPPING as for init, with the old
 * memory too. The set is as it was then. */
int heptad_set_move(heptad_set *set, void *memory, size_t bytes, uint64_t seed, void **old_memory,
                    size_t *old_bytes);

/* Takes all keys out. Writes one word per group. */
int heptad_set_clear(heptad_set *set);

/* Keys in the set, and keys that it can take. */
size_t heptad_set_len(const heptad_set *set);
size_t heptad_set_capacity(const heptad_set *set);

/* Counts what heptad_stats contains. Reads one word per group. */
int heptad_set_stats(const heptad_set *set, heptad_stats *stats);

/* Puts `key` in. 1 if it is new, 0 if it was there. _FULL. Touches 1.7 lines on average at 3/4, 5.3 at
 * 15/16, and 898 at most, as long as no key is stashed. */
int heptad_set_insert(heptad_set *set, uint64_t key);

/* Is `key` in the set? Touches one or two lines, and `span` more. */
int heptad_set_contains(const heptad_set *set, uint64_t key);

/* Takes `key` out. 1 if it was there. Touches 4 lines at most, and stashed ones. */
int heptad_set_remove(heptad_set *set, uint64_t key);

/* Prefetches the first line of `key`. */
int heptad_set_prefetch(const heptad_set *set, uint64_t key);

/* found[i] = 1 if keys[i] is in the set, else 0. The lines of sixteen keys are under way at a time: for
 * sets that fit no cache. `found` overlaps neither keys, nor the handle, nor the set's memory, or the
 * answer is _OVERLAPPING. */
int heptad_set_contains_many(const heptad_set *set, const uint64_t *keys, size_t count,
                             uint8_t *found);

/* Puts `count` keys in, and writes to `taken` (it may be null) how many of them are in the set now: all,
 * or with _FULL those before the first that did not fit. _OVERLAPPING for keys in the handle or the set's
 * memory. */
int heptad_set_insert_many(heptad_set *set, const uint64_t *keys, size_t count, size_t *taken);

/* One step of a walk over all keys. Set *position to 0 and call until the result is not 1; `key` may be
 * null. Every number is a position, so nothing can go wrong; but if the set changes during the
 * walk, a key that is moved may be seen twice or not at all. Touches the lines between. */
int heptad_set_next(const heptad_set *set, size_t *position, uint64_t *key);

/* Takes out the keys for which `keep` returns 0. It is called once for each key, and may not call for
 * this set: that is _BUSY. _NULL if there is no `keep`. Touches every line. */
int heptad_set_retain(heptad_set *set, int (*keep)(uint64_t key, void *context), void *context);

/* ---------------------------------------------------------------- maps from 64-bit keys to 64-bit values
 *
 * Keys are probed exactly as in a set; values follow all key lines, so whatever reaches a value
 * touches one line more, and insertions and removals some 1.5 more on average. */

/* As heptad_set_init; two lines per group. */
int heptad_map_init(heptad_map *map, void *memory, size_t bytes, uint64_t seed, int load);

/* As those of a set. */
int heptad_map_release(heptad_map *map, void **memory, size_t *bytes);
int heptad_map_move(heptad_map *map, void *memory, size_t bytes, uint64_t seed, void **old_memory,
                    size_t *old_bytes);
int heptad_map_clear(heptad_map *map);
size_t heptad_map_len(const heptad_map *map);
size_t heptad_map_capacity(const heptad_map *map);
int heptad_map_stats(const heptad_map *map, heptad_stats *stats);
int heptad_map_prefetch(const heptad_map *map, uint64_t key);

/* Gives `key` the value `value`. 1 if the key is new; 0 if it had a value, which is replaced, and
 * written to `previous`, which may be null. _FULL, for a new key. */
int heptad_map_insert(heptad_map *map, uint64_t key, uint64_t value, uint64_t *previous);

/* Gives `key` the value `value` if it has none. 1 if it is new; 0 if it had one, which stays, and is written
 * to `present`, which may be null. _FULL, for a new key. */
int heptad_map_get_or_insert(heptad_map *map, uint64_t key, uint64_t value, uint64_t *present);

/* Gives `key` the value `value`, or what `change` makes of the one it has, if it has one. 1 if it had, and
 * that is written to `previous`, which may be null. `change` may not call for this map: that is _BUSY. _NULL
 * if there is no function. */
int heptad_map_replace(heptad_map *map, uint64_t key, uint64_t value, uint64_t *previous);
int heptad_map_modify(heptad_map *map, uint64_t key,
                      uint64_t (*change)(uint64_t value, void *context), void *context,
                      uint64_t *previous);

/* Adds to the value of `key`, as to 0 if there is none, modulo 2^64, and writes the sum to `sum`, which
 * may be null. 1 if the key is new. _FULL, for a new key. */
int heptad_map_add(heptad_map *map, uint64_t key, uint64_t addend, uint64_t *sum);

/* Has `key` a value? If so it is written to `value`, which may be null. */
int heptad_map_get(const heptad_map *map, uint64_t key, uint64_t *value);

/* Takes `key` out. 1 if it had a value, which is written to `value`, which may be null. */
int heptad_map_remove(heptad_map *map, uint64_t key, uint64_t *value);

/* found[i] = 1 and values[i] = its value if keys[i] has one; else both are 0. The lines of sixteen keys
 * are under way at a time. Neither result overlaps the other, keys, the handle or the map's memory, or
 * the answer is _OVERLAPPING. */
int heptad_map_get_many(const heptad_map *map, const uint64_t *keys, size_t count,
                        uint64_t *values, uint8_t *found);

/* One step of a walk over all entries, as heptad_set_next; `key` and `value` may be null. */
int heptad_map_next(const heptad_map *map, size_t *position, uint64_t *key, uint64_t *value);

/* Takes out the entries for which `keep` returns 0; it may change *value. As heptad_set_retain. */
int heptad_map_retain(heptad_map *map, int (*keep)(uint64_t key, uint64_t *value, void *context),
                      void *context);

/* ---------------------------------------------------------------- tables of any 64-bit entry
 *
 * An entry is 64 bits of yours: a pointer to a record, an index, a packed pair. You bring two functions,
 * which get the context of the table's init:
 *
 *     hash(entry, context)         the hash of an entry: the same as long as it is in the table. Called
 *                                  when the table moves, once for each entry.
 *     equal(entry, key, context)   not 0 if the entry is the one of this key. `key` is whatever you pass
 *                                  to find and the like, null included. Called once per lookup, or a
 *                                  few times where the 7-bit tags of two entries are equal.
 *
 * A `hash` argument is that of the entry that `key` stands for. Both functions return, and do not call
 * for this table; a change is refused as _BUSY while another one is under way, but from inside find,
 * find_many and each it cannot be seen. */

/* Makes an empty table, as heptad_set_init. _NULL also for a null function. */
int heptad_table_init(heptad_table *table, void *memory, size_t bytes, int load,
                      uint64_t (*hash)(uint64_t entry, void *context),
                      int (*equal)(uint64_t entry, const void *key, void *context), void *context);

/* As those of a set. */
int heptad_table_release(heptad_table *table, void **memory, size_t *bytes);
int heptad_table_move(heptad_table *table, void *memory, size_t bytes, void **old_memory,
                      size_t *old_bytes);
int heptad_table_clear(heptad_table *table);
size_t heptad_table_len(const heptad_table *table);
size_t heptad_table_capacity(const heptad_table *table);
int heptad_table_stats(const heptad_table *table, heptad_stats *stats);
int heptad_table_prefetch(const heptad_table *table, uint64_t hash);

/* Puts `entry` in if no entry is equal to `key`. 1 if it went in; 0 if one was there, which stays, and
 * is written to `present`, which may be null. _FULL. */
int heptad_table_insert(heptad_table *table, uint64_t hash, const void *key, uint64_t entry,
                        uint64_t *present);

/* Puts `entry` in, whatever is there: a table may hold several that are equal to one key. Find, replace and
 * remove take any one of them. 0, or _FULL. Looks nothing up, so it calls no function. */
int heptad_table_insert_unique(heptad_table *table, uint64_t hash, uint64_t entry);

/* Is an entry equal to `key` there? It is written to `entry`, which may be null. */
int heptad_table_find(const heptad_table *table, uint64_t hash, const void *key, uint64_t *entry);

/* Calls `visit` for every entry equal to `key` until it returns 0; 1 if it never did. _NULL if there is no
 * function. One or two lines, and `span` more. */
int heptad_table_each(const heptad_table *table, uint64_t hash, const void *key,
                      int (*visit)(uint64_t entry, void *context), void *visit_context);

/* Puts `entry`, of the same hash, in the place of the one equal to `key`. 1 if there was one, which is
 * written to `previous`, which may be null. */
int heptad_table_replace(heptad_table *table, uint64_t hash, const void *key, uint64_t entry,
                         uint64_t *previous);

/* Takes out the entry equal to `key`. 1 if there was one, which is written to `entry`, which may be
 * null. */
int heptad_table_remove(heptad_table *table, uint64_t hash, const void *key, uint64_t *entry);

/* found[i] = 1 and entries[i] = the entry if one of hash hashes[i] is equal to keys[i]; else both are 0.
 * The lines of sixteen are under way at a time. Neither result overlaps the other, hashes, keys, the
 * handle or the table's memory, or the answer is _OVERLAPPING. */
int heptad_table_find_many(const heptad_table *table, const uint64_t *hashes,
                           const void *const *keys, size_t count, uint64_t *entries,
                           uint8_t *found);

/* One step of a walk over all entries, as heptad_set_next; `entry` may be null. */
int heptad_table_next(const heptad_table *table, size_t *position, uint64_t *entry);

/* Takes out the entries for which `keep` returns 0. As heptad_set_retain. */
int heptad_table_retain(heptad_table *table, int (*keep)(uint64_t entry, void *context),
                        void *context);

/* ---------------------------------------------------------------- sorted sets of 64-bit keys
 *
 * A set whose keys stand in order in the last lines of the memory; when it is full it takes twice as many,
 * down to the start, in one pass and without a second copy. One owner, as a heptad_set.
 *
 * There are two orders, and a set is made in one of them.
 *
 * By value: that of the keys. It is for keys that are spread evenly between the least and the greatest: hashes,
 * ids, page numbers, addresses of one heap. The set finds out by itself where they are, and spreads them anew
 * over its slots when they outgrow that, in whatever order they come. In several crowds far apart, as user and
 * kernel addresses together, a key is found in the logarithm of its crowd, but to insert or remove one moves up
 * to the whole crowd.
 *
 * Within [low, high]: that of the keys, of which those outside are refused with _KEY_RANGE, and found nowhere.
 * It is for keys that are spread evenly over a piece of the numbers that is known beforehand: the set never
 * has to find it out, and no key far away can spoil it.
 *
 * Keyed: that of their hashes under a seed. It is for any keys, and answers nothing about ranges; but it
 * grows in place, and sets of one seed merge. "First", "next", "above" and "below" are meant in the order
 * of the set, whichever it is.
 *
 * At load 7/8 a hit touches 1.44 lines on average and an insertion moves 28 keys, at 3/4 it is 1.19 and 6. */

/* Bytes of memory for a set or map that has to grow until it takes `keys` keys; 0 if no address space could, or the
 * load is not one of those above. */
size_t heptad_robin_bytes(size_t keys, int load);
size_t heptad_robin_map_bytes(size_t keys, int load);

/* Makes an empty set, by value, within [`low`, `high`], or keyed. As heptad_set_init, but what it uses first
 * are the last lines, 128 words at most; all of them are written. _ARGUMENT if `low` is greater than `high`. */
int heptad_robin_init(heptad_robin *set, void *memory, size_t bytes, int load);
int heptad_robin_init_within(heptad_robin *set, void *memory, size_t bytes, uint64_t low, uint64_t high,
                             int load);
int heptad_robin_init_keyed(heptad_robin *set, void *memory, size_t bytes, uint64_t seed, int load);

/* As those of a set; heptad_robin_capacity is up to where the set fits before it grows. `keep` is called in
 * order. */
int heptad_robin_release(heptad_robin *set, void **memory, size_t *bytes);
int heptad_robin_clear(heptad_robin *set);
size_t heptad_robin_len(const heptad_robin *set);
size_t heptad_robin_capacity(const heptad_robin *set);
int heptad_robin_retain(heptad_robin *set, int (*keep)(uint64_t key, void *context), void *context);

/* As heptad_set_move; the order stays. _FULL if the keys do not fit there. */
int heptad_robin_move(heptad_robin *set, void *memory, size_t bytes, void **old_memory,
                      size_t *old_bytes);

/* Puts `key` in, growing if the set is full. 1 if it is new. _FULL if the start of the memory is reached,
 * _KEY_RANGE for a key that the set was not made for. Growing touches every line of the set, and so does
 * spreading crowded keys anew, after as many moves as that costs; _within_capacity never grows: it moves keys
 * from one place to the next gap, or spreads them over the slots there are if there is none. */
int heptad_robin_insert(heptad_robin *set, uint64_t key);
int heptad_robin_insert_within_capacity(heptad_robin *set, uint64_t key);

/* Is `key` in the set? And takes it out: 1 if it was there. */
int heptad_robin_contains(const heptad_robin *set, uint64_t key);
int heptad_robin_remove(heptad_robin *set, uint64_t key);

/* Doubles the set now, when there is time for it; or grows it until `additional` more keys fit. _FULL, and
 * _CAPACITY for more than any address space holds. */
int heptad_robin_grow(heptad_robin *set);
int heptad_robin_reserve(heptad_robin *set, size_t additional);

/* Halves the set in place as often as `capacity` keys, and those it has, still fit. The memory in front stays
 * the set's. Touches every line of the set twice. */
int heptad_robin_shrink(heptad_robin *set, size_t capacity);

/* The first key, the last, the next above `key`, the next below it, and the first that is not below it, be
 * `key` in the set or not: 1 and to `result`, which may be null, if there is one. A walk that nothing can
 * disturb is first, then successors: a lookup each. */
int heptad_robin_first(const heptad_robin *set, uint64_t *result);
int heptad_robin_last(const heptad_robin *set, uint64_t *result);
int heptad_robin_successor(const heptad_robin *set, uint64_t key, uint64_t *result);
int heptad_robin_predecessor(const heptad_robin *set, uint64_t key, uint64_t *result);
int heptad_robin_at_least(const heptad_robin *set, uint64_t key, uint64_t *result);

/* One step of a walk in order, as heptad_set_next, without a lookup; and the position, to `position`, from
 * which it goes on with the first key that is not below `key`. */
int heptad_robin_next(const heptad_robin *set, size_t *position, uint64_t *key);
int heptad_robin_position_of(const heptad_robin *set, uint64_t key, size_t *position);

/* Copies the keys from `least` to `greatest`, both included, to `keys`, `room` of them at most, and their
 * number to `count`, which may not be null. 1 if there was no room for all, else 0: go on from the one behind
 * the last. Not keyed: _ARGUMENT for a keyed set. `keys` overlaps neither the handle nor the set's memory, or the
 * answer is _OVERLAPPING; it may be null if `room` is 0. */
int heptad_robin_range(const heptad_robin *set, uint64_t least, uint64_t greatest, uint64_t *keys,
                       size_t room, size_t *count);

/* Makes `result`, a handle that is not live, a set of two others in their order, in memory of its own: the
 * keys of either, of both, of the first that the second has not, or those that just one of them has. One
 * pass over both, another one to count if there might be too little memory. _ARGUMENT if the two are not in
 * the same order, or for a merge that there is not; _FULL if the keys do not fit; and what
 * heptad_robin_init says of memory, which may overlap none of theirs. */
enum {
    HEPTAD_UNION = 0,
    HEPTAD_INTERSECTION = 1,
    HEPTAD_DIFFERENCE = 2,
    HEPTAD_SYMMETRIC_DIFFERENCE = 3
};
int heptad_robin_merge(heptad_robin *result, int merge, const heptad_robin *first,
                       const heptad_robin *second, void *memory, size_t bytes);

/* Has the second every key of the first; have they none in common; have they the same? _ARGUMENT if they are
 * not in the same order. */
int heptad_robin_is_subset(const heptad_robin *first, const heptad_robin *second);
int heptad_robin_is_disjoint(const heptad_robin *first, const heptad_robin *second);
int heptad_robin_is_equal(const heptad_robin *first, const heptad_robin *second);

/* Makes `to`, a handle that is not live, what `from` is when it has grown, in memory of its own, on several
 * cores or threads. `work` is called once, and passes the growth to whichever it likes. Each of them calls
 * heptad_growth_help until it returns 0; 1 says that a range of keys was moved. There are 1 to 64 ranges, and
 * nothing waits for a helper: `work` may return at any time when none of them is inside, and this function
 * does what is left. `work` changes neither of the two, and nothing uses the growth after it. `from` stays as
 * it is. _FULL if the memory is too small, _NULL for a null function;
 * memory as for heptad_robin_merge. */
typedef struct heptad_growth heptad_growth;
int heptad_robin_grow_shared(const heptad_robin *from, heptad_robin *to, void *memory,
                             size_t bytes,
                             void (*work)(const heptad_growth *growth, void *context),
                             void *context);
int heptad_growth_help(const heptad_growth *growth);
int heptad_growth_ranges(const heptad_growth *growth);

typedef struct heptad_sorted_stats {
    uint64_t homes;
    uint64_t overflow_slots;    /* after the last home */
    uint64_t overflow_taken;
    uint64_t len;
    uint64_t capacity;
    uint64_t displacement;      /* slots between keys and their homes, of all keys together */
    uint64_t most_displacement; /* the most of one key: a lookup walks over two more at most */
    uint64_t longest_run;       /* slots without a gap: an insertion moves no more keys */
    uint64_t lines_of_hits;     /* lines that a hit on each key once would touch, added up */
    uint64_t bytes;             /* of the lines in use */
} heptad_sorted_stats;
HEPTAD_STATIC_ASSERT(sorted_stats_bytes, sizeof(heptad_sorted_stats) == 80);
HEPTAD_STATIC_ASSERT(sorted_stats_last, offsetof(heptad_sorted_stats, bytes) == 72);

/* Counts that. Reads every line in use. */
int heptad_robin_stats(const heptad_robin *set, heptad_sorted_stats *stats);

/* ---------------------------------------------------------------- sorted maps
 *
 * The same with a 64-bit value for each key. Keys lie in the first half of the memory and values in the
 * second, each at its end, so whatever reaches a value touches one line more, and whatever moves keys moves
 * as many values. */

/* As those of a sorted set; two lines at least. */
int heptad_robin_map_init(heptad_robin_map *map, void *memory, size_t bytes, int load);
int heptad_robin_map_init_within(heptad_robin_map *map, void *memory, size_t bytes, uint64_t low,
                                 uint64_t high, int load);
int heptad_robin_map_init_keyed(heptad_robin_map *map, void *memory, size_t bytes, uint64_t seed,
                                int load);
int heptad_robin_map_release(heptad_robin_map *map, void **memory, size_t *bytes);
int heptad_robin_map_clear(heptad_robin_map *map);
size_t heptad_robin_map_len(const heptad_robin_map *map);
size_t heptad_robin_map_capacity(const heptad_robin_map *map);
int heptad_robin_map_move(heptad_robin_map *map, void *memory, size_t bytes, void **old_memory,
                          size_t *old_bytes);
int heptad_robin_map_grow(heptad_robin_map *map);
int heptad_robin_map_reserve(heptad_robin_map *map, size_t additional);
int heptad_robin_map_shrink(heptad_robin_map *map, size_t capacity);
int heptad_robin_map_stats(const heptad_robin_map *map, heptad_sorted_stats *stats);
int heptad_robin_map_grow_shared(const heptad_robin_map *from, heptad_robin_map *to,
                                 void *memory, size_t bytes,
                                 void (*work)(const heptad_growth *growth, void *context),
                                 void *context);

/* As those of a heptad_map, but that they grow, and with the errors of heptad_robin_insert. `keep` is called
 * in order. */
int heptad_robin_map_insert(heptad_robin_map *map, uint64_t key, uint64_t value,
                            uint64_t *previous);
int heptad_robin_map_insert_within_capacity(heptad_robin_map *map, uint64_t key, uint64_t value,
                                            uint64_t *previous);
int heptad_robin_map_get_or_insert(heptad_robin_map *map, uint64_t key, uint64_t value,
                                   uint64_t *present);
int heptad_robin_map_replace(heptad_robin_map *map, uint64_t key, uint64_t value,
                             uint64_t *previous);
int heptad_robin_map_modify(heptad_robin_map *map, uint64_t key,
                            uint64_t (*change)(uint64_t value, void *context), void *context,
                            uint64_t *previous);
int heptad_robin_map_add(heptad_robin_map *map, uint64_t key, uint64_t addend, uint64_t *sum);
int heptad_robin_map_get(const heptad_robin_map *map, uint64_t key, uint64_t *value);
int heptad_robin_map_remove(heptad_robin_map *map, uint64_t key, uint64_t *value);
int heptad_robin_map_retain(heptad_robin_map *map,
                            int (*keep)(uint64_t key, uint64_t *value, void *context),
                            void *context);

/* As those of a sorted set; the key goes to `result` and its value to `value`, and each may be null. */
int heptad_robin_map_first(const heptad_robin_map *map, uint64_t *result, uint64_t *value);
int heptad_robin_map_last(const heptad_robin_map *map, uint64_t *result, uint64_t *value);
int heptad_robin_map_successor(const heptad_robin_map *map, uint64_t key, uint64_t *result,
                               uint64_t *value);
int heptad_robin_map_predecessor(const heptad_robin_map *map, uint64_t key, uint64_t *result,
                                 uint64_t *value);
int heptad_robin_map_at_least(const heptad_robin_map *map, uint64_t key, uint64_t *result,
                              uint64_t *value);
int heptad_robin_map_next(const heptad_robin_map *map, size_t *position, uint64_t *key,
                          uint64_t *value);
int heptad_robin_map_position_of(const heptad_robin_map *map, uint64_t key, size_t *position);

/* As heptad_robin_range; `values` may be null, and overlaps neither `keys`, the handle nor the map's memory. */
int heptad_robin_map_range(const heptad_robin_map *map, uint64_t least, uint64_t greatest,
                           uint64_t *keys, uint64_t *values, size_t room, size_t *count);

/* Makes `result` of what `merge` says of each key of either map. It gets the key's values in the two, null
 * for the one that has it not, and in *value that of the first, or else that of the second; it may change
 * that, and returns whether the key is to be there. It is called in order, and once more from the start if
 * there might be too little memory; it may not call for any of the three. Errors as for heptad_robin_merge,
 * _NULL if there is no function. */
int heptad_robin_map_merge(heptad_robin_map *result, const heptad_robin_map *first,
                           const heptad_robin_map *second,
                           int (*merge)(uint64_t key, const uint64_t *first, const uint64_t *second,
                                        uint64_t *value, void *context),
                           void *context, void *memory, size_t bytes);

/* ---------------------------------------------------------------- maps without a lock
 *
 * A map that cores, interrupt handlers, NMIs and processes use at the same time, from 64-bit keys to 64-bit
 * values. Every function but init, attach, join and release takes a const handle, and may be called while the
 * same or another one is stopped anywhere in the middle, to any depth. Nothing waits: an operation that is
 * stopped or killed in the middle blocks no other, and leaves one slot unused at the most. Reading writes
 * nothing to the map; in one with counters it counts itself there.
 *
 * Changing the value of a key that is there needs no room: it is never _FULL, but during a rebuild that
 * finds no room. For an insertion _FULL comes when a key's places are all taken and no neighbour's entry can
 * move. A map made for n entries takes n, unless somebody chose the keys to crowd together. _BUSY says that
 * running operations have reserved the places; the same call may succeed later. Reading never fails; removing
 * does only during a rebuild that finds no room.
 *
 * A function of yours that is passed to one of these is called while nothing is reserved. It may read the
 * same map. It is called once, and once more each time the key's home changes meanwhile; the last result
 * counts. If it changes the same map itself, that may be a change of the key's home, and so force another
 * call: after at most 128 calls during which the home changed, the result is _REENTRANT, and the operation has
 * changed nothing; what your function did is not undone. A slow function under heavy traffic may end so too.
 * Functions that get none of yours do not do that, and are too short for others to do it by chance.
 *
 * ATOMICS. These maps need them at 64 bits. Where the processor has none (heptad_is_lock_free() is 0), init
 * and attach return _UNSUPPORTED; a lock in their place would hang in an interrupt handler.
 *
 * MEMORY ORDER. What a context did before it changed a key is visible to every context that has seen the
 * change: by reading the value, by finding the key present, or by finding it absent after a removal. So a
 * value may be an index or an address of data that was written before, and no barrier of yours is needed.
 * All operations on one map, whatever their keys, take effect in one order, each between its call and its
 * return: of two contexts that insert a key each and then look for the other's, one finds it. A batch, a walk,
 * a count is not one operation but one for each key.
 *
 * VERSIONS. A key's home counts its changes modulo 2^29. An operation that stands still while exactly a
 * multiple of that many changes are made to one home, after which it shows the same places, does not notice:
 * it may return a wrong value, or change what it has not seen. Do not stop a context in the middle of an
 * operation for seconds, by a debugger or a hypervisor, while others change the same keys all the time.
 *
 * A set is a map whose values are all 0: it costs the same. In a full map of 10,000 entries a lookup touches
 * 1.4 lines on average, a change of a value 1.4, an insertion 2.0 and a removal 1.7. A lookup and a removal
 * touch 7 lines at most, a change 97. That is outside a rebuild, and for one attempt: an operation starts
 * again each time another one changes the key's home meanwhile. */

/* Bytes of memory for a map of `entries` entries, about 30.4 for each; 0 if no address space could. */
size_t heptad_lockfree_bytes(size_t entries);

/* Makes an empty map in the memory, as large as fits. Writes all of it. Calls from other cores, with the
 * same handle, get _HANDLE or _BUSY until it is made. Errors as for heptad_set_init.
 *
 * The three differ in what becomes of old memory when the map is rebuilt. After heptad_lockfree_init it
 * stays the map's until the release; that costs nothing. After _init_counted every operation is counted, by two
 * atomic additions in HEPTAD_COUNTER_LINES lines of yours, and heptad_lockfree_reclaim gives old memory
 * back when nobody can be in it; a context that is killed inside an operation ends that for good. After
 * _init_with your functions say when: _NULL if one of them is null. They are copied. */
int heptad_lockfree_init(heptad_lockfree *map, void *memory, size_t bytes, uint64_t seed);

#define HEPTAD_COUNTER_LINES 17
int heptad_lockfree_init_counted(heptad_lockfree *map, void *memory, size_t bytes, uint64_t seed,
                                 void *counters, size_t counters_bytes);

/* Your kernel's RCU, say. `on_enter` and `on_leave` are called around each operation, in any context, and nest;
 * `on_leave` gets what `on_enter` returned. `has_elapsed` gets what `start` returned, does not wait, and is not
 * 0 only if each on_enter that had returned before that start was called has been followed by its on_leave.
 *
 * They also keep two orders between cores, by a full barrier in `on_enter` and in `start`, say, and a release in
 * `on_leave` that `has_elapsed` acquires. What was written before a `start` is seen by each operation that this
 * `start` does not wait for. What an operation read or wrote before its `on_leave` comes before the answer of
 * the `has_elapsed` that waited for it.
 *
 * A period that has elapsed stays so: after `has_elapsed` has returned not 0 it does so again for the same
 * number, also between an `on_enter` and its `on_leave`, by whichever context. For the map calls it once outside,
 * and then once more inside; if it forgets an answer, no memory is ever released.
 *
 * None of the four calls for the map: that would call them again, without end. */
typedef struct heptad_reclaim {
    uint64_t (*on_enter)(void *context);
    void (*on_leave)(uint64_t inside, void *context);
    uint64_t (*start)(void *context);
    int (*has_elapsed)(uint64_t started, void *context);
    void *context;
} heptad_reclaim;
HEPTAD_STATIC_ASSERT(reclaim_bytes, sizeof(heptad_reclaim) == 5 * sizeof(void *));

int heptad_lockfree_init_with(heptad_lockfree *map, void *memory, size_t bytes, uint64_t seed,
                              const heptad_reclaim *reclaim);

/* SHARED MEMORY. One process formats the memory, at any time before the others come; then all attach, the
 * formatting one too, each at the address that it has mapped the memory at. All are equal: none owns the map,
 * and when one dies the others have all that it had. Everyone who can write the memory is trusted to write it by
 * these functions alone, and so with every answer; but no operation begins that the first lines of the memory
 * would lead out of it, if they have changed since the attach.
 *
 * heptad_lockfree_shared_bytes: bytes of memory. _format writes all of the memory; nobody may be attached to it.
 * Errors as for init. `members` is 0, or how many numbers there are for members: an operation that is killed
 * leaves up to one place reserved, which in memory without members stays so for good.
 *
 * Such a map cannot be rebuilt: _rebuild is _SHARED. The next table would be found by its address, which is another
 * one in each process, and nothing tells when the other processes have left the old one. Format memory for the most
 * entries that there will be; or format and fill a second map, let all attach to it, and destroy the first. What
 * killed operations have left, _reap and _repair release. */
size_t heptad_lockfree_shared_bytes(size_t entries, size_t members);
int heptad_lockfree_format(void *memory, size_t bytes, uint64_t seed, size_t members);

/* Opens a handle for the map in shared memory. Memory errors as for init;
 * _FOREIGN if no shared map of this kind is there, _VERSION if it is of another layout, _CORRUPT if its first
 * lines are damaged. _attach is for memory without members, and _join for a member, whose number is less than
 * `members`: _MEMBER otherwise, and _LIVE while another handle has the number. A member is one context: it calls
 * one function at a time, and none from a signal or interrupt handler that comes in the middle of another; such
 * a handler has a number and a handle of its own. _attach and reading write nothing, so that memory without
 * members may be mapped read-only; a change is a fault then. */
int heptad_lockfree_attach(heptad_lockfree *map, void *memory, size_t bytes);
int heptad_lockfree_join(heptad_lockfree *map, void *memory, size_t bytes, size_t member);

/* Releases what a dead member had reserved, and its number, while everyone goes on: after its process was waited
 * for, say. It must be dead: never call this for a member that may go on. The handle is another member's. _BUSY while
 * another member does this, or a living one is in the middle of an operation on the same place: call again.
 * A member that dies in here is reaped as any other, and until then reaping anyone else is _BUSY: if several are
 * dead, reap them in turn until each is done. _destroy stops nobody from reaping. _MEMBER for no number, or the handle's own. */
int heptad_lockfree_reap(const heptad_lockfree *map, size_t member);

/* Ends the map in shared memory: an attach or join from now on is _FOREIGN. Those that are attached may go on; the
 * memory may be used otherwise when all have released. Anyone who is attached may do this. _MEMBER in private
 * memory. */
int heptad_lockfree_destroy(const heptad_lockfree *map);

/* Ends a handle, when none of its functions is under way, and calls `on_release`, which may be null, for each
 * piece of memory that you provided, with its size: one, unless the map was
 * rebuilt. What stands there stays as it is: others may be attached to it. */
int heptad_lockfree_release(heptad_lockfree *map,
                            void (*on_release)(void *memory, size_t bytes, void *context),
                            void *context);

/* Gives the map other memory, of another size or under another seed, while everyone works on. Returns at
 * once, and the memory is the map's; the entries move bucket by bucket, whenever something is changed and by
 * heptad_lockfree_help. A change moves 42 entries at most, reads move none, nobody waits. If the new memory
 * has no room for some entry, changes at its home are _FULL, until another rebuild, into a third piece,
 * goes on from there. Writes all of the memory. _BUSY while a rebuild is running that is not stuck,
 * _TOO_SMALL for the entries that are there, _SHARED in shared memory (see there); memory errors
 * as for init, and _OVERLAPPING too for memory of the map's tables, old ones that are not released yet among them,
 * of its counters or of the handle. Memory of another live map is not known: do not provide it, both break.
 * _if_needed returns _NOT_REQUIRED unless heptad_lockfree_needs_rebuild says so. */
int heptad_lockfree_rebuild(const heptad_lockfree *map, void *memory, size_t bytes, uint64_t seed);
int heptad_lockfree_rebuild_if_needed(const heptad_lockfree *map, void *memory, size_t bytes,
                                      uint64_t seed);

/* Should the map be rebuilt, and why? 0 if not. Reads every line. */
enum {
    HEPTAD_NEED_SIZE = 1,  /* it has more entries than it was made for: into larger memory */
    HEPTAD_NEED_FLOOD = 2, /* a home is more crowded than chance allows: under another seed */
    HEPTAD_NEED_LEAKS = 3  /* contexts that were killed have reserved a sixteenth of the slots, or more than 8 of one
                            * home: into any memory, or heptad_lockfree_repair */
};
int heptad_lockfree_needs_rebuild(const heptad_lockfree *map);

/* Does `steps` parts of a running rebuild at most, of one bucket each: for an idle loop or a timer, so that it
 * ends even if nobody changes anything. 1 if nothing is left to do. _FULL as above; _BUSY: call again. */
int heptad_lockfree_help(const heptad_lockfree *map, size_t steps);

/* Releases the oldest memory, once its entries have all moved and no operation can be in it. 1 if so, and
 * `memory` and `bytes`, which may not be null, say which; 0 if there is none yet. Never waits: call it now
 * and then. Always 0 for a map without counters or functions of yours: it gives nothing back before the
 * release. */
int heptad_lockfree_reclaim(const heptad_lockfree *map, void **memory, size_t *bytes);

/* Releases what contexts have reserved that were killed in an operation, in a map that nobody uses: no
 * operation is under way, through any handle, in any process; else entries get lost. `released`, which may be
 * null, gets the number of places; stats say 0 reserved then. Calls meanwhile with the same handle get _BUSY. */
int heptad_lockfree_repair(heptad_lockfree *map, size_t *released);

/* Checks every entry of a map that nobody uses meanwhile: after attaching to memory that may be damaged.
 * _CORRUPT. Such a map is safe to use, but may answer anything. */
int heptad_lockfree_check(const heptad_lockfree *map);

/* Entries, counted: exact when nobody changes anything meanwhile, and never more than could be there; an
 * entry that a rebuild moves meanwhile may not be counted. Reads a line per bucket. And the number of entries that the map takes for certain. */
size_t heptad_lockfree_len(const heptad_lockfree *map);
size_t heptad_lockfree_capacity(const heptad_lockfree *map);

/* The seed of the hash. */
int heptad_lockfree_seed(const heptad_lockfree *map, uint64_t *seed);

typedef struct heptad_shared_stats {
    uint64_t entries;
    uint64_t overflow;            /* entries in a group: a hit reads a line more */
    uint64_t overflowing_buckets; /* buckets with such entries: a miss reads a line more for each */
    uint64_t buckets;
    uint64_t all_slots;
    uint64_t reserved;            /* by operations under way, or by contexts that were killed */
    uint64_t most_reserved;       /* the most of these that one home goes without, of its 25 */
    uint64_t fullest_home;        /* the most entries of one home; 21 is the end */
    uint64_t bytes;               /* of all memory that the map has, old and new tables included */
} heptad_shared_stats;
HEPTAD_STATIC_ASSERT(shared_stats_bytes, sizeof(heptad_shared_stats) == 72);
HEPTAD_STATIC_ASSERT(shared_stats_last, offsetof(heptad_shared_stats, bytes) == 64);

/* Counts how the entries lie, while they may change; during a rebuild in all tables that take part. What a
 * rebuild has copied is not reserved. Reads every line, and two for each entry in a group. */
int heptad_lockfree_stats(const heptad_lockfree *map, heptad_shared_stats *stats);

/* The value of `key`, if there is one: to `value`, which may be null. */
int heptad_lockfree_get(const heptad_lockfree *map, uint64_t key, uint64_t *value);

/* As heptad_map_get_many: each lookup is atomic by itself, the batch is not. Results in the map's own memory
 * are not found out. */
int heptad_lockfree_get_many(const heptad_lockfree *map, const uint64_t *keys, size_t count,
                             uint64_t *values, uint8_t *found);

/* Gives `key` a value if it has none. 1 if it is new; 0 if it had one, which stays, and is written to
 * `present`, which may be null. _FULL, _BUSY. */
int heptad_lockfree_insert(const heptad_lockfree *map, uint64_t key, uint64_t value,
                           uint64_t *present);

/* Gives `key` a value. 1 if it is new; 0 if it had one, which is written to `previous`, which may be null.
 * _FULL, _BUSY. */
int heptad_lockfree_upsert(const heptad_lockfree *map, uint64_t key, uint64_t value,
                           uint64_t *previous);

/* Gives `key` a value if it has one. 1 if it had, and the old one is written to `previous`, which may be
 * null. _FULL, _BUSY. */
int heptad_lockfree_replace(const heptad_lockfree *map, uint64_t key, uint64_t value,
                            uint64_t *previous);

/* Adds to the value of `key`, as to 0 if it has none, modulo 2^64, and writes the sum to `sum`, which may be
 * null. 1 if it is new. _FULL, _BUSY. */
int heptad_lockfree_add(const heptad_lockfree *map, uint64_t key, uint64_t addend, uint64_t *sum);

/* Takes `key` out. 1 if it had a value, which is written to `value`, which may be null. During a rebuild
 * _FULL and _BUSY, as above. */
int heptad_lockfree_remove(const heptad_lockfree *map, uint64_t key, uint64_t *value);

/* What compare_and_set expects of the present value. */
enum {
    HEPTAD_WHATEVER = 0,
    HEPTAD_EXISTS = 1,
    HEPTAD_NOT_EXISTS = 2,
    HEPTAD_VALUE = 3 /* the one that is passed as expected_value; for the others that is ignored */
};

/* If the value of `key` is as expected, makes it `value`, or takes the key out. 1 if it took place, 0 if
 * not; whether there was a value before goes to `was_present`, and if so the value to `previous`; both may
 * be null. A value that is there already takes place without a write. _FULL and _BUSY, compare_and_remove only
 * during a rebuild; _ARGUMENT for an expectation that there is not. */
int heptad_lockfree_compare_and_set(const heptad_lockfree *map, uint64_t key, int expected,
                                    uint64_t expected_value, uint64_t value, int *was_present,
                                    uint64_t *previous);
int heptad_lockfree_compare_and_remove(const heptad_lockfree *map, uint64_t key, int expected,
                                       uint64_t expected_value, int *was_present,
                                       uint64_t *previous);

/* Takes `key` out if `condition` is not 0 for its value. 1 if so, and the value is written to `value`,
 * which may be null. _REENTRANT; _NULL if there is no condition. */
int heptad_lockfree_remove_if(const heptad_lockfree *map, uint64_t key,
                              int (*condition)(uint64_t value, void *context), void *context,
                              uint64_t *value);

/* Makes of the value of `key`, if it has one, what `change` says. 1 if it had one, which is written to
 * `previous`, which may be null. _FULL, _BUSY, _REENTRANT; _NULL if
 * there is no function. */
int heptad_lockfree_modify(const heptad_lockfree *map, uint64_t key,
                           uint64_t (*change)(uint64_t value, void *context), void *context,
                           uint64_t *previous);

/* The same, but a key that has no value gets `value`, or what `make` says. 1 if it is new, 0 if it had a
 * value, which is written to `previous`, which may be null. _FULL, _BUSY, _REENTRANT;
 * _NULL. */
int heptad_lockfree_insert_or_modify(const heptad_lockfree *map, uint64_t key, uint64_t value,
                                     uint64_t (*change)(uint64_t value, void *context),
                                     void *context, uint64_t *previous);
int heptad_lockfree_insert_with_or_modify(const heptad_lockfree *map, uint64_t key,
                                          uint64_t (*make)(void *context),
                                          uint64_t (*change)(uint64_t value, void *context),
                                          void *context, uint64_t *previous);

/* Makes of the value of `key`, or its absence, what `change` says: it gets the value, or 0 if there is
 * none, in *value, may change it, and returns whether the key is to have it. 1 if there was a value before,
 * which is written to `previous`, which may be null. _FULL, _BUSY, _REENTRANT;
 * _NULL. */
int heptad_lockfree_fetch_update(const heptad_lockfree *map, uint64_t key,
                                 int (*change)(uint64_t *value, int is_present, void *context),
                                 void *context, uint64_t *previous);

/* Calls `visit` for every entry until it returns 0; 1 if it never did. A key that is present all the time
 * comes exactly once, with a value that it had meanwhile; one that comes or goes meanwhile, once or not at
 * all; one that a rebuild moves meanwhile, perhaps twice. _NULL if there is no function. */
int heptad_lockfree_each(const heptad_lockfree *map,
                         int (*visit)(uint64_t key, uint64_t value, void *context), void *context);

/* Takes out the entries for which `keep` returns 0, each by itself; all of them. Entries that come
 * meanwhile may be left out. Errors as for heptad_lockfree_remove; other entries are gone then. _NULL if there
 * is no function. */
int heptad_lockfree_retain(const heptad_lockfree *map,
                           int (*keep)(uint64_t key, uint64_t value, void *context), void *context);
int heptad_lockfree_clear(const heptad_lockfree *map);

/* ---------------------------------------------------------------- maps without a lock, of keys of any length
 *
 * A heptad_lockfree whose keys are yours: strings, paths, tuples, in memory of yours. Same memory, same
 * progress, same errors, and everything about rebuilding, reclaiming and attaching is the same.
 *
 * The map holds one word for a key: a reference, which is an index or an address of yours, and bits of the
 * key's hash where the reference has none. `hash_bits` says which bits are the hash's. Those of a reference
 * are ignored, and are 0 in results. There should be as many as the map has buckets, in powers of two, lest buckets
 * crowd: 20 do for two and a half million entries, and more are fine. Two proposals: */
#define HEPTAD_HASH_BITS_OF_INDICES (~HEPTAD_WORD(0) << 32)        /* for indices below 2^32 */
#define HEPTAD_HASH_BITS_OF_ADDRESSES (~HEPTAD_WORD(0) << 48 | 15) /* for 16-aligned ones below 2^48 */
#ifdef __cplusplus
#define HEPTAD_WORD(number) static_cast<uint64_t>(number)
#else
#define HEPTAD_WORD(number) ((uint64_t)(number))
#endif
/*
 * An operation gets the hash of a key, a good one in all of its hash bits as heptad_hash_bytes is, and a
 * pointer, which the map only passes to `equal`: not 0 if the reference stands for that key. `equal` is called
 * for references with the same hash bits alone, so seldom for another key; inside an operation, in whatever
 * context that runs, perhaps for a key that is being taken out. It may not change the map: an operation that
 * looks for a key begins anew each time the key's home changes meanwhile.
 *
 * WHEN THE MEMORY OF A KEY MAY BE USED AGAIN. While a key is in the map its memory does not change. When it
 * has been taken out, which answers its reference, others may still compare with it: it has to stay readable
 * and the same until every operation that began before has ended. Your kernel's grace periods show when; or
 * heptad_indirect_grace_start and _elapsed, for a map made with counters or functions; or keep all keys until
 * the map is gone. When an insertion fails, or answers that the key was there, the map has not kept the
 * reference it was given, and nobody else has seen it. */

/* As heptad_lockfree_init, _init_counted, _init_with, _format, _attach, _join, _reap and _destroy; the memory is
 * that of heptad_lockfree_bytes.
 * _NULL also without `equal`, _ARGUMENT for hash bits of none or all. An attach or join needs the same hash
 * bits, or the answer is _FOREIGN, and to understand the references: indices or offsets, no addresses. Shared
 * memory is that of heptad_lockfree_shared_bytes. */
int heptad_indirect_init(heptad_indirect *map, void *memory, size_t bytes, uint64_t seed,
                         uint64_t hash_bits,
                         int (*equal)(uint64_t reference, const void *key, void *context),
                         void *context);
int heptad_indirect_init_counted(heptad_indirect *map, void *memory, size_t bytes, uint64_t seed,
                                 uint64_t hash_bits,
                                 int (*equal)(uint64_t reference, const void *key, void *context),
                                 void *context, void *counters, size_t counters_bytes);
int heptad_indirect_init_with(heptad_indirect *map, void *memory, size_t bytes, uint64_t seed,
                              uint64_t hash_bits,
                              int (*equal)(uint64_t reference, const void *key, void *context),
                              void *context, const heptad_reclaim *reclaim);
int heptad_indirect_format(void *memory, size_t bytes, uint64_t seed, size_t members, uint64_t hash_bits);
int heptad_indirect_attach(heptad_indirect *map, void *memory, size_t bytes, uint64_t hash_bits,
                           int (*equal)(uint64_t reference, const void *key, void *context),
                           void *context);
int heptad_indirect_join(heptad_indirect *map, void *memory, size_t bytes, size_t member,
                         uint64_t hash_bits,
                         int (*equal)(uint64_t reference, const void *key, void *context),
                         void *context);
int heptad_indirect_reap(const heptad_indirect *map, size_t member);
int heptad_indirect_destroy(const heptad_indirect *map);

/* As those of a heptad_lockfree. A rebuild under another seed does not part keys whose hash bits are the same.
 * A check looks at words, not at keys. */
int heptad_indirect_release(heptad_indirect *map,
                            void (*on_release)(void *memory, size_t bytes, void *context),
                            void *context);
int heptad_indirect_rebuild(const heptad_indirect *map, void *memory, size_t bytes, uint64_t seed);
int heptad_indirect_rebuild_if_needed(const heptad_indirect *map, void *memory, size_t bytes,
                                      uint64_t seed);
int heptad_indirect_needs_rebuild(const heptad_indirect *map);
int heptad_indirect_repair(heptad_indirect *map, size_t *released);
int heptad_indirect_help(const heptad_indirect *map, size_t steps);
int heptad_indirect_reclaim(const heptad_indirect *map, void **memory, size_t *bytes);
int heptad_indirect_check(const heptad_indirect *map);
size_t heptad_indirect_len(const heptad_indirect *map);
size_t heptad_indirect_capacity(const heptad_indirect *map);
int heptad_indirect_seed(const heptad_indirect *map, uint64_t *seed);
int heptad_indirect_stats(const heptad_indirect *map, heptad_shared_stats *stats);

/* Notes in `started` which operations are under way; and have those ended since? Then the memory of keys that
 * were taken out before the start may be used again. 0 for ever if nobody counts: after heptad_indirect_init
 * and _attach. Never waits: call it now and then. */
int heptad_indirect_grace_start(const heptad_indirect *map, uint64_t *started);
int heptad_indirect_grace_elapsed(const heptad_indirect *map, uint64_t started);

/* The reference that stands for `key`, and its value, if it is there; both results may be null. */
int heptad_indirect_get(const heptad_indirect *map, uint64_t hash, const void *key,
                        uint64_t *reference, uint64_t *value);

/* found[i] = 1, references[i] and values[i] those of keys[i], of hash hashes[i]; or all 0 if it is not there.
 * Each lookup is atomic by itself, the batch is not. No result overlaps another, hashes, keys or the handle,
 * or the answer is _OVERLAPPING; results in the map's own memory are not found out. */
int heptad_indirect_get_many(const heptad_indirect *map, const uint64_t *hashes,
                             const void *const *keys, size_t count, uint64_t *references,
                             uint64_t *values, uint8_t *found);

/* As those of a heptad_lockfree. A key that is new is stored as `reference`; one that is there keeps the
 * reference it has. */
int heptad_indirect_insert(const heptad_indirect *map, uint64_t hash, const void *key,
                           uint64_t reference, uint64_t value, uint64_t *present);
int heptad_indirect_upsert(const heptad_indirect *map, uint64_t hash, const void *key,
                           uint64_t reference, uint64_t value, uint64_t *previous);
int heptad_indirect_replace(const heptad_indirect *map, uint64_t hash, const void *key,
                            uint64_t value, uint64_t *previous);
int heptad_indirect_add(const heptad_indirect *map, uint64_t hash, const void *key,
                        uint64_t reference, uint64_t addend, uint64_t *sum);
int heptad_indirect_modify(const heptad_indirect *map, uint64_t hash, const void *key,
                           uint64_t (*change)(uint64_t value, void *context), void *context,
                           uint64_t *previous);
int heptad_indirect_insert_or_modify(const heptad_indirect *map, uint64_t hash, const void *key,
                                     uint64_t reference, uint64_t value,
                                     uint64_t (*change)(uint64_t value, void *context),
                                     void *context, uint64_t *previous);
int heptad_indirect_compare_and_set(const heptad_indirect *map, uint64_t hash, const void *key,
                                    uint64_t reference, int expected, uint64_t expected_value,
                                    uint64_t value, int *was_present, uint64_t *previous);

/* Takes `key` out, or does if `condition` is not 0 for its value. 1 if so, and its reference and value are
 * written to `reference` and `value`, which may be null. During a rebuild _FULL and _BUSY; _NULL if there is no
 * condition. There is no other way to remove a key, as its reference has to be reported. */
int heptad_indirect_remove(const heptad_indirect *map, uint64_t hash, const void *key,
                           uint64_t *reference, uint64_t *value);
int heptad_indirect_remove_if(const heptad_indirect *map, uint64_t hash, const void *key,
                              int (*condition)(uint64_t value, void *context), void *context,
                              uint64_t *reference, uint64_t *value);

/* As heptad_lockfree_each, with references in place of keys. */
int heptad_indirect_each(const heptad_indirect *map,
                         int (*visit)(uint64_t reference, uint64_t value, void *context),
                         void *context);

#ifdef __cplusplus
}
#endif
#endif
