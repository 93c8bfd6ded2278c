/* heptad: lookups of sets, maps and tables that the compiler inlines.
 *
 *     heptad_inline_set_contains     heptad_inline_map_get     heptad_inline_table_find
 *     heptad_inline_set_prefetch     heptad_inline_map_prefetch     heptad_inline_table_prefetch
 *
 * Each takes the arguments of the function without `inline_` in its name and returns the same, errors included. It
 * reads the fields that a live handle has at its start, answers a hit or a miss by itself, and calls the library for
 * anything else: a handle that is not live, and a key that may be stashed. A table's functions are passed by
 * the caller, so that the compiler inlines them too.
 *
 * Batches (_contains_many, _get_many, _find_many) pay one call for many keys, and changes claim the handle: both stay
 * calls.
 *
 * Freestanding, and general registers only. The fast path is for little-endian targets with 64-bit pointers and GNU
 * C (GCC, clang); elsewhere, and where HEPTAD_NO_INLINE is defined, each function is the call.
 * HEPTAD_HAS_INLINE says which.
 *
 * What a live handle holds belongs to HEPTAD_ABI_VERSION: relink and recompile together. */
#ifndef HEPTAD_INLINE_H
#define HEPTAD_INLINE_H

#include "swiss.h"

#if defined(__GNUC__) && !defined(HEPTAD_NO_INLINE) && defined(__BYTE_ORDER__) && defined(__SIZEOF_POINTER__) \
    && __SIZEOF_POINTER__ == 8 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HEPTAD_HAS_INLINE 1
#else
#define HEPTAD_HAS_INLINE 0
#endif

#ifdef __cplusplus
extern "C" {
#endif

#if HEPTAD_HAS_INLINE

/* Words of a handle's body while it is live: src/ffi/inline.rs has the same numbers. */
#define HEPTAD_BODY_LINES 0   /* address of the first group */
#define HEPTAD_BODY_MASK 2    /* (groups - 1) * 64 */
#define HEPTAD_BODY_SPAN 3    /* not 0 if entries are stashed */
#define HEPTAD_BODY_SEED 9    /* of a set or map */
#define HEPTAD_BODY_CONTEXT 9 /* of a table */

/* The first eight bytes of a live handle: the version and the kind. */
#define HEPTAD_KIND_SET 0x73657430   /* set0 */
#define HEPTAD_KIND_MAP 0x6d617030   /* map0 */
#define HEPTAD_KIND_TABLE 0x74616230 /* tab0 */

/* A word of a table, whatever the memory was declared as. */
typedef uint64_t __attribute__((__may_alias__)) heptad_any_word;

/* Is a pointer no multiple of 8? */
HEPTAD_INLINE int heptad_inline_is_misaligned(const void *pointer)
{
    return (HEPTAD_AS(uintptr_t, pointer) & 7) != 0;
}

/* 1 if the handle is live; else the library has the answer. Acquire, as in the library. */
HEPTAD_INLINE int heptad_inline_is_live(const void *handle, uint64_t kind)
{
    return __builtin_expect(
               handle && !heptad_inline_is_misaligned(handle)
                   && __atomic_load_n(HEPTAD_AS(const heptad_any_word *, handle), __ATOMIC_ACQUIRE)
                       == (kind << 32 | HEPTAD_ABI_VERSION),
               1)
        != 0;
}

/* A word of a table. */
HEPTAD_INLINE uint64_t heptad_inline_word_at(const void *place)
{
    return *HEPTAD_AS(const heptad_any_word *, place);
}

/* As heptad_hash_word. */
HEPTAD_INLINE uint64_t heptad_inline_hash(uint64_t seed, uint64_t word)
{
    uint64_t hash = seed ^ word;
    hash = (hash ^ hash >> 30) * HEPTAD_WORD(0xBF58476D1CE4E5B9);
    hash = (hash ^ hash >> 27) * HEPTAD_WORD(0x94D049BB133111EB);
    return hash ^ hash >> 31;
}

/* Bit 8 * s + 7 for each slot s that carries the slot byte, of 2 or more; perhaps too for one above such a slot that
 * carries the other byte of the tag. An entry is compared anyway. */
HEPTAD_INLINE uint64_t heptad_inline_match(uint64_t metadata, uint64_t slot_byte)
{
    uint64_t differing = metadata ^ slot_byte * HEPTAD_WORD(0x0101010101010101);
    return (differing - HEPTAD_WORD(0x0101010101010101)) & ~differing & HEPTAD_WORD(0x8080808080808000);
}

/* The place of the entry that `equal` takes for `key`: its bytes from the first group go to `place`. 1; 0 if there
 * is none; -1 if it may be stashed. */
HEPTAD_INLINE int heptad_inline_find(const uint64_t *body, uint64_t hash, const void *key,
                                     int (*equal)(uint64_t entry, const void *key, void *context),
                                     void *context, uint64_t *place)
{
    const unsigned char *lines = HEPTAD_AS(const unsigned char *, body[HEPTAD_BODY_LINES]);
    uint64_t mask_bytes = body[HEPTAD_BODY_MASK], home = hash << 6 & mask_bytes;
    uint64_t seven = (hash >> 57) + !(hash >> 57), alternate, metadata, matching;

    metadata = heptad_inline_word_at(lines + home);
    for (matching = heptad_inline_match(metadata, seven << 1); matching; matching &= matching - 1) {
        *place = home + HEPTAD_WORD(__builtin_ctzll(matching) & 56);
        if (equal(heptad_inline_word_at(lines + *place), key, context)) {
            return 1;
        }
    }
    if (__builtin_expect(!(metadata >> (seven & 7) & 1), 1)) {
        return 0;
    }
    alternate = HEPTAD_WORD(0x9E3779B97F4A7C15);
    alternate = alternate >> (seven & 7) | alternate << (-(seven & 7) & 63);
    alternate = ((alternate | 64) - home) & mask_bytes;
    metadata = heptad_inline_word_at(lines + alternate);
    for (matching = heptad_inline_match(metadata, seven << 1 | 1); matching; matching &= matching - 1) {
        *place = alternate + HEPTAD_WORD(__builtin_ctzll(matching) & 56);
        if (equal(heptad_inline_word_at(lines + *place), key, context)) {
            return 1;
        }
    }
    return body[HEPTAD_BODY_SPAN] ? -1 : 0;
}

/* Compares entries that are keys. */
HEPTAD_INLINE int heptad_inline_is_word(uint64_t entry, const void *key, void *context)
{
    (void)context;
    return entry == *HEPTAD_AS(const uint64_t *, key);
}

/* Asks for the home line of a hash. */
HEPTAD_INLINE int heptad_inline_prefetch(const uint64_t *body, uint64_t hash)
{
    __builtin_prefetch(HEPTAD_AS(const void *, body[HEPTAD_BODY_LINES] + (hash << 6 & body[HEPTAD_BODY_MASK])));
    return 0;
}

#endif

HEPTAD_INLINE int heptad_inline_set_contains(const heptad_set *set, uint64_t key)
{
#if HEPTAD_HAS_INLINE
    if (heptad_inline_is_live(set, HEPTAD_KIND_SET)) {
        uint64_t place, hash = heptad_inline_hash(set->body[HEPTAD_BODY_SEED], key);
        int found = heptad_inline_find(set->body, hash, &key, heptad_inline_is_word, NULL, &place);
        if (__builtin_expect(found >= 0, 1)) {
            return found;
        }
    }
#endif
    return heptad_set_contains(set, key);
}

HEPTAD_INLINE int heptad_inline_map_get(const heptad_map *map, uint64_t key, uint64_t *value)
{
#if HEPTAD_HAS_INLINE
    if (heptad_inline_is_live(map, HEPTAD_KIND_MAP) && !heptad_inline_is_misaligned(value)) {
        uint64_t place, hash = heptad_inline_hash(map->body[HEPTAD_BODY_SEED], key);
        int found = heptad_inline_find(map->body, hash, &key, heptad_inline_is_word, NULL, &place);
        if (found > 0 && value) {
            /* Values follow the groups, seven words for each. */
            place += map->body[HEPTAD_BODY_LINES] + map->body[HEPTAD_BODY_MASK] + 56 - (place >> 6 << 3);
            *value = heptad_inline_word_at(HEPTAD_AS(const void *, place));
        }
        if (__builtin_expect(found >= 0, 1)) {
            return found;
        }
    }
#endif
    return heptad_map_get(map, key, value);
}

/* `equal` is the one that the table was initialised with, or means the same; it gets the table's context. */
HEPTAD_INLINE int heptad_inline_table_find(const heptad_table *table, uint64_t hash, const void *key,
                                           uint64_t *entry,
                                           int (*equal)(uint64_t entry, const void *key, void *context))
{
#if HEPTAD_HAS_INLINE
    if (heptad_inline_is_live(table, HEPTAD_KIND_TABLE) && !heptad_inline_is_misaligned(entry)) {
        void *context = HEPTAD_AS(void *, table->body[HEPTAD_BODY_CONTEXT]);
        uint64_t place;
        int found = heptad_inline_find(table->body, hash, key, equal, context, &place);
        if (found > 0 && entry) {
            *entry = heptad_inline_word_at(HEPTAD_AS(const void *, table->body[HEPTAD_BODY_LINES] + place));
        }
        if (__builtin_expect(found >= 0, 1)) {
            return found;
        }
    }
#endif
    (void)equal;
    return heptad_table_find(table, hash, key, entry);
}

HEPTAD_INLINE int heptad_inline_set_prefetch(const heptad_set *set, uint64_t key)
{
#if HEPTAD_HAS_INLINE
    if (heptad_inline_is_live(set, HEPTAD_KIND_SET)) {
        return heptad_inline_prefetch(set->body, heptad_inline_hash(set->body[HEPTAD_BODY_SEED], key));
    }
#endif
    return heptad_set_prefetch(set, key);
}

HEPTAD_INLINE int heptad_inline_map_prefetch(const heptad_map *map, uint64_t key)
{
#if HEPTAD_HAS_INLINE
    if (heptad_inline_is_live(map, HEPTAD_KIND_MAP)) {
        return heptad_inline_prefetch(map->body, heptad_inline_hash(map->body[HEPTAD_BODY_SEED], key));
    }
#endif
    return heptad_map_prefetch(map, key);
}

HEPTAD_INLINE int heptad_inline_table_prefetch(const heptad_table *table, uint64_t hash)
{
#if HEPTAD_HAS_INLINE
    if (heptad_inline_is_live(table, HEPTAD_KIND_TABLE)) {
        return heptad_inline_prefetch(table->body, hash);
    }
#endif
    return heptad_table_prefetch(table, hash);
}

#ifdef __cplusplus
}
#endif
#endif
