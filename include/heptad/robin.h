/* heptad: sorted sets and maps. heptad.h has the rules for all handles. */
#ifndef HEPTAD_ROBIN_H
#define HEPTAD_ROBIN_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Private fields. */
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

HEPTAD_STATIC_ASSERT(robin_bytes, sizeof(heptad_robin) == 192);
HEPTAD_STATIC_ASSERT(robin_body, offsetof(heptad_robin, body) == 8);
HEPTAD_STATIC_ASSERT(robin_map_bytes, sizeof(heptad_robin_map) == 192);
HEPTAD_STATIC_ASSERT(robin_map_body, offsetof(heptad_robin_map, body) == 8);

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
 * number to `count`, which may not be null. 1 if there was no room for all, else 0: go on from the one after
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
 * cores or threads. `work` is called once, and passes the growth to as many as it chooses. Each of them calls
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

#ifdef __cplusplus
}
#endif
#endif
