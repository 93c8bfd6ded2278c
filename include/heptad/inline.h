/* heptad: lookups of sets, maps and tables that the compiler inlines.
 *
 *     heptad_inline_set_contains     heptad_inline_map_get     heptad_inline_table_find     heptad_inline_sized_map_get
 *     heptad_inline_set_prefetch     heptad_inline_map_prefetch     heptad_inline_table_prefetch
 *     heptad_inline_set_contains_many     heptad_inline_map_get_many     heptad_inline_table_find_many
 *
 * Each takes the arguments of the function without `inline_` in its name and returns the same, errors included. It
 * reads the fields that a live handle has at its start, answers hits and misses by itself, and calls the library for
 * anything else: a handle that is not live, and a key that may be stashed. A table's function is passed by
 * the caller, so that the compiler inlines it too. Changes claim the handle: they stay calls.
 *
 * Handles are read by plain loads, which a loop does once. So a handle that another core made live is ordered by your
 * lock, as its table is. A pointer that is no multiple of 8 is not refused before it is read, where the processor can
 * read there: as many bytes as a handle has must be readable at it. The answer is HEPTAD_ERROR_MISALIGNED, unless a
 * copy of a live handle lies there: that is read.
 *
 * Freestanding. Uses SSE2 or NEON where the compiler does, and general registers for kernels, or if
 * HEPTAD_GENERAL_REGISTERS is defined: see probe.h. The fast path is for little-endian targets with 64-bit pointers and
 * GNU C (GCC, clang); elsewhere, and where HEPTAD_NO_INLINE is defined, each function is the call.
 * HEPTAD_HAS_INLINE says which.
 *
 * What a live handle holds belongs to HEPTAD_ABI_VERSION: relink and recompile together. */
#ifndef HEPTAD_INLINE_H
#define HEPTAD_INLINE_H

#include "probe.h"
#include "sized.h"
#include "swiss.h"

#ifdef __cplusplus
extern "C" {
#endif

#if HEPTAD_HAS_INLINE

/* The library's answer, and a value. */
typedef struct heptad_inline_answer {
    uint64_t value;
    int result;
} heptad_inline_answer;

HEPTAD_COLD int heptad_inline_set_rest(const heptad_set *set, uint64_t key)
{
    return heptad_set_contains(set, key);
}

HEPTAD_COLD heptad_inline_answer heptad_inline_map_rest(const heptad_map *map, uint64_t key)
{
    heptad_inline_answer answer = { 0, 0 };
    answer.result = heptad_map_get(map, key, &answer.value);
    return answer;
}

HEPTAD_COLD void *heptad_inline_sized_map_rest(const heptad_sized_map *map, uint64_t key)
{
    return heptad_sized_map_get(map, key);
}

/* Looks for a word. As heptad_probe_find. */
HEPTAD_INLINE int heptad_inline_find_word(const heptad_probe *probe, uint64_t hash, uint64_t key,
                                          heptad_probe_place *place)
{
    heptad_probe_wanted wanted = { NULL, heptad_probe_is_word, NULL };
    wanted.key = &key;
    return heptad_probe_find(probe, hash, wanted, place);
}

/* The value of a map at a place: values follow the groups, seven words for each. */
HEPTAD_INLINE uint64_t heptad_inline_value_at(const heptad_probe *probe, heptad_probe_place place)
{
    const unsigned char *first = probe->lines + probe->mask_bytes + 56;
    return heptad_probe_word(first + (place.entry - probe->lines) - ((place.line - probe->lines) >> 3));
}

/* The same of a map with values of any size: where the value is. */
HEPTAD_INLINE void *heptad_inline_sized_value_at(const heptad_probe *probe, heptad_probe_place place)
{
    uint64_t first = probe->words[HEPTAD_BODY_LINES] + probe->mask_bytes + 64;
    uint64_t words_before = HEPTAD_WORD(place.entry - probe->lines) >> 3;
    uint64_t groups_before = HEPTAD_WORD(place.line - probe->lines) >> 6;
    return HEPTAD_AS(void *, first + (words_before - groups_before - 1) * probe->words[HEPTAD_BODY_VALUE_BYTES]);
}

/* Is `key` in the set? */
HEPTAD_INLINE int heptad_inline_in_set(const heptad_probe *probe, const heptad_set *set, uint64_t key,
                                       uint64_t hash)
{
    heptad_probe_place place;
    int found = heptad_inline_find_word(probe, hash, key, &place);
    return __builtin_expect(found >= 0, 1) ? found : heptad_inline_set_rest(set, key);
}

/* The value of `key` in the map. */
HEPTAD_INLINE heptad_inline_answer heptad_inline_in_map(const heptad_probe *probe, const heptad_map *map,
                                                        uint64_t key, uint64_t hash)
{
    heptad_inline_answer answer = { 0, 0 };
    heptad_probe_place place;
    answer.result = heptad_inline_find_word(probe, hash, key, &place);
    if (answer.result > 0) {
        answer.value = heptad_inline_value_at(probe, place);
    } else if (__builtin_expect(answer.result < 0, 0)) {
        answer = heptad_inline_map_rest(map, key);
    }
    return answer;
}

/* Is an array of results apart from something that the call uses? 0 if that is not clear: the library decides. */
HEPTAD_INLINE int heptad_inline_is_apart(const void *results, size_t bytes, const void *other, size_t other_bytes)
{
    uintptr_t one = HEPTAD_AS(uintptr_t, results), two = HEPTAD_AS(uintptr_t, other);
    return one && one + bytes > one && two + other_bytes > two && (one + bytes <= two || two + other_bytes <= one);
}

/* The same of the handle, its memory and the keys of a batch. */
HEPTAD_INLINE int heptad_inline_is_free(const heptad_probe *probe, const void *results, size_t bytes,
                                        const uint64_t *keys, size_t count)
{
    return heptad_inline_is_apart(results, bytes, probe->words - 1, 128)
        && heptad_inline_is_apart(results, bytes, probe->lines, probe->words[HEPTAD_BODY_BYTES])
        && heptad_inline_is_apart(results, bytes, keys, count * sizeof *keys);
}

/* Keys of a batch whose home lines are under way. */
enum { HEPTAD_AHEAD = 16 };

/* May a batch be answered here? */
HEPTAD_INLINE int heptad_inline_is_plain_batch(const heptad_probe *probe, const uint64_t *keys, size_t count)
{
    return probe->is_live && keys && !heptad_probe_is_misaligned(keys) && count > 0 && count < ~HEPTAD_WORD(0) >> 5;
}

/* Asks for the line of the next key of a batch, if there is one, and keeps its hash. */
HEPTAD_INLINE void heptad_inline_ask(const heptad_probe *probe, const uint64_t *keys, size_t count, size_t at,
                              uint64_t *hashes)
{
    if (at < count) {
        uint64_t hash = heptad_probe_hash(probe->seed, keys[at]);
        hashes[at % HEPTAD_AHEAD] = hash;
        heptad_probe_prefetch(probe, hash);
    }
}

#endif

HEPTAD_INLINE int heptad_inline_set_contains(const heptad_set *set, uint64_t key)
{
#if HEPTAD_HAS_INLINE
    heptad_probe probe = heptad_probe_of(set, HEPTAD_KIND_SET);
    if (probe.is_live) {
        return heptad_inline_in_set(&probe, set, key, heptad_probe_hash(probe.seed, key));
    }
    return heptad_inline_set_rest(set, key);
#else
    return heptad_set_contains(set, key);
#endif
}

HEPTAD_INLINE int heptad_inline_map_get(const heptad_map *map, uint64_t key, uint64_t *value)
{
#if HEPTAD_HAS_INLINE
    heptad_probe probe = heptad_probe_of(map, HEPTAD_KIND_MAP);
    if (!heptad_probe_is_misaligned(value)) {
        heptad_inline_answer answer = { 0, 0 };
        if (probe.is_live) {
            answer = heptad_inline_in_map(&probe, map, key, heptad_probe_hash(probe.seed, key));
        } else {
            answer = heptad_inline_map_rest(map, key);
        }
        if (answer.result > 0 && value) {
            *value = answer.value;
        }
        return answer.result;
    }
#endif
    return heptad_map_get(map, key, value);
}

HEPTAD_INLINE void *heptad_inline_sized_map_get(const heptad_sized_map *map, uint64_t key)
{
#if HEPTAD_HAS_INLINE
    heptad_probe probe = heptad_probe_of(map, HEPTAD_KIND_SIZED);
    if (probe.is_live) {
        heptad_probe_place place;
        uint64_t hash = heptad_probe_hash(probe.words[HEPTAD_BODY_SIZED_SEED], key);
        int found = heptad_inline_find_word(&probe, hash, key, &place);
        if (__builtin_expect(found >= 0, 1)) {
            return found ? heptad_inline_sized_value_at(&probe, place) : NULL;
        }
    }
    return heptad_inline_sized_map_rest(map, key);
#else
    return heptad_sized_map_get(map, key);
#endif
}

/* `equal` is the one that the table was initialised with, or means the same; it gets the table's context. */
HEPTAD_INLINE int heptad_inline_table_find(const heptad_table *table, uint64_t hash, const void *key,
                                           uint64_t *entry,
                                           int (*equal)(uint64_t entry, const void *key, void *context))
{
#if HEPTAD_HAS_INLINE
    heptad_probe probe = heptad_probe_of(table, HEPTAD_KIND_TABLE);
    if (probe.is_live && !heptad_probe_is_misaligned(entry)) {
        heptad_probe_wanted wanted = { NULL, NULL, NULL };
        heptad_probe_place place;
        int found;
        wanted.key = key;
        wanted.equal = equal;
        wanted.context = HEPTAD_AS(void *, probe.words[HEPTAD_BODY_CONTEXT]);
        found = heptad_probe_find(&probe, hash, wanted, &place);
        if (found > 0 && entry) {
            *entry = heptad_probe_word(place.entry);
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
    heptad_probe probe = heptad_probe_of(set, HEPTAD_KIND_SET);
    if (probe.is_live) {
        heptad_probe_prefetch(&probe, heptad_probe_hash(probe.seed, key));
        return HEPTAD_OK;
    }
#endif
    return heptad_set_prefetch(set, key);
}

HEPTAD_INLINE int heptad_inline_map_prefetch(const heptad_map *map, uint64_t key)
{
#if HEPTAD_HAS_INLINE
    heptad_probe probe = heptad_probe_of(map, HEPTAD_KIND_MAP);
    if (probe.is_live) {
        heptad_probe_prefetch(&probe, heptad_probe_hash(probe.seed, key));
        return HEPTAD_OK;
    }
#endif
    return heptad_map_prefetch(map, key);
}

HEPTAD_INLINE int heptad_inline_table_prefetch(const heptad_table *table, uint64_t hash)
{
#if HEPTAD_HAS_INLINE
    heptad_probe probe = heptad_probe_of(table, HEPTAD_KIND_TABLE);
    if (probe.is_live) {
        heptad_probe_prefetch(&probe, hash);
        return HEPTAD_OK;
    }
#endif
    return heptad_table_prefetch(table, hash);
}

/* Batches: the lines of sixteen keys are under way at a time. Functions of the program's, which are not inlined into
 * each caller. */
HEPTAD_STATIC int heptad_inline_set_contains_many(const heptad_set *set, const uint64_t *keys, size_t count,
                                                  uint8_t *found)
{
#if HEPTAD_HAS_INLINE
    heptad_probe probe = heptad_probe_of(set, HEPTAD_KIND_SET);
    if (heptad_inline_is_plain_batch(&probe, keys, count) && heptad_inline_is_free(&probe, found, count, keys, count)) {
        uint64_t hashes[HEPTAD_AHEAD];
        size_t at;
        for (at = 0; at < HEPTAD_AHEAD; at++) {
            heptad_inline_ask(&probe, keys, count, at, hashes);
        }
        for (at = 0; at < count; at++) {
            uint64_t hash = hashes[at % HEPTAD_AHEAD];
            heptad_inline_ask(&probe, keys, count, at + HEPTAD_AHEAD, hashes);
            found[at] = heptad_inline_in_set(&probe, set, keys[at], hash) > 0;
        }
        return HEPTAD_OK;
    }
#endif
    return heptad_set_contains_many(set, keys, count, found);
}

HEPTAD_STATIC int heptad_inline_map_get_many(const heptad_map *map, const uint64_t *keys, size_t count,
                                             uint64_t *values, uint8_t *found)
{
#if HEPTAD_HAS_INLINE
    heptad_probe probe = heptad_probe_of(map, HEPTAD_KIND_MAP);
    if (heptad_inline_is_plain_batch(&probe, keys, count) && !heptad_probe_is_misaligned(values)
        && heptad_inline_is_free(&probe, found, count, keys, count)
        && heptad_inline_is_free(&probe, values, count * sizeof *values, keys, count)
        && heptad_inline_is_apart(values, count * sizeof *values, found, count)) {
        uint64_t hashes[HEPTAD_AHEAD];
        size_t at;
        for (at = 0; at < HEPTAD_AHEAD; at++) {
            heptad_inline_ask(&probe, keys, count, at, hashes);
        }
        for (at = 0; at < count; at++) {
            uint64_t hash = hashes[at % HEPTAD_AHEAD];
            heptad_inline_answer answer = { 0, 0 };
            heptad_inline_ask(&probe, keys, count, at + HEPTAD_AHEAD, hashes);
            answer = heptad_inline_in_map(&probe, map, keys[at], hash);
            values[at] = answer.result > 0 ? answer.value : 0;
            found[at] = answer.result > 0;
        }
        return HEPTAD_OK;
    }
#endif
    return heptad_map_get_many(map, keys, count, values, found);
}

/* `equal` as for heptad_inline_table_find. */
HEPTAD_STATIC int heptad_inline_table_find_many(const heptad_table *table, const uint64_t *hashes,
                                                const void *const *keys, size_t count, uint64_t *entries,
                                                uint8_t *found,
                                                int (*equal)(uint64_t entry, const void *key, void *context))
{
#if HEPTAD_HAS_INLINE
    heptad_probe probe = heptad_probe_of(table, HEPTAD_KIND_TABLE);
    if (heptad_inline_is_plain_batch(&probe, hashes, count) && keys && !heptad_probe_is_misaligned(keys)
        && !heptad_probe_is_misaligned(entries) && heptad_inline_is_free(&probe, found, count, hashes, count)
        && heptad_inline_is_free(&probe, entries, count * sizeof *entries, hashes, count)
        && heptad_inline_is_apart(found, count, keys, count * sizeof *keys)
        && heptad_inline_is_apart(entries, count * sizeof *entries, keys, count * sizeof *keys)
        && heptad_inline_is_apart(entries, count * sizeof *entries, found, count)) {
        size_t at;
        for (at = 0; at < HEPTAD_AHEAD && at < count; at++) {
            heptad_probe_prefetch(&probe, hashes[at]);
        }
        for (at = 0; at < count; at++) {
            if (at + HEPTAD_AHEAD < count) {
                heptad_probe_prefetch(&probe, hashes[at + HEPTAD_AHEAD]);
            }
            entries[at] = 0;
            found[at] = heptad_inline_table_find(table, hashes[at], keys[at], entries + at, equal) > 0;
        }
        return HEPTAD_OK;
    }
#endif
    (void)equal;
    return heptad_table_find_many(table, hashes, keys, count, entries, found);
}

#ifdef __cplusplus
}
#endif
#endif
