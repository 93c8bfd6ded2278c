/* heptad: sets, maps and tables of one owner. heptad.h has the rules for all handles. */
#ifndef HEPTAD_SWISS_H
#define HEPTAD_SWISS_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
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

HEPTAD_STATIC_ASSERT(set_bytes, sizeof(heptad_set) == 128);
HEPTAD_STATIC_ASSERT(set_body, offsetof(heptad_set, body) == 8);
HEPTAD_STATIC_ASSERT(map_bytes, sizeof(heptad_map) == 128);
HEPTAD_STATIC_ASSERT(map_body, offsetof(heptad_map, body) == 8);
HEPTAD_STATIC_ASSERT(table_bytes, sizeof(heptad_table) == 128);
HEPTAD_STATIC_ASSERT(table_body, offsetof(heptad_table, body) == 8);

/* ---------------------------------------------------------------- sizes and statistics */

/* Bytes of memory for a set or table, or a map, that has to take `entries` entries; 0 if no address space
 * could, or the load is none of the above. */
size_t heptad_set_bytes(size_t entries, int load);
size_t heptad_table_bytes(size_t entries, int load);
size_t heptad_map_bytes(size_t entries, int load);

typedef struct heptad_stats {
    uint64_t groups;      /* of seven slots */
    uint64_t len;         /* entries */
    uint64_t capacity;    /* entries at which the table is full */
    uint64_t displaced;   /* entries in their second group: a hit on them touches two lines */
    uint64_t stashed;        /* entries in neither: a hit on them touches up to `span` lines more */
    uint64_t span;        /* how many groups after its second one a stashed entry may lie */
    uint64_t filter_bits; /* of 8 per group: a miss on such a one touches two lines */
    uint64_t full_groups; /* groups without a free slot */
    uint64_t bytes;       /* of the groups and values */
} heptad_stats;
HEPTAD_STATIC_ASSERT(stats_bytes, sizeof(heptad_stats) == 72);
HEPTAD_STATIC_ASSERT(stats_last, offsetof(heptad_stats, bytes) == 64);

/* Writes the statistics to `text`, a line as "displaced 12" for each, as much as fits into `bytes` bytes, and a zero
 * byte at the end. How many bytes all lines have without it, or an error; so _print(&stats, NULL, 0) measures. */
ptrdiff_t heptad_stats_print(const heptad_stats *stats, char *text, size_t bytes);

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

/* Puts `key` in. 1 if it is new, 0 if it was there. _FULL. Touches 1.7 lines on average at 3/4, 5.2 at
 * 15/16, and 198 at most, as long as no key is stashed. */
int heptad_set_insert(heptad_set *set, uint64_t key);

/* Is `key` in the set? Touches one or two lines, and `span` more. */
int heptad_set_contains(const heptad_set *set, uint64_t key);

/* Takes `key` out. 1 if it was there. Touches 4 lines at most, and stashed ones. */
int heptad_set_remove(heptad_set *set, uint64_t key);

/* Prefetches the first line of `key`, for any operation on it. */
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

/* As heptad_set_init; a group takes a line, and its values 56 bytes. */
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

/* For a cache: as _insert, but if the map is full and `key` is new, another entry goes. `choose` gets the `count`
 * entries, 1 to 14, of the two groups of `key`, or, if both are empty, of the next group that is not; it returns the
 * index of the one that goes, and one that is too large stands for the last. 1 if there was room for a new key. 0 if
 * `key` had a value, and 2 if an entry had to go: that entry is written to `old_key` and `old_value`, which may be
 * null. `choose` may not call for this map: that is _BUSY. _NULL if there is no function. Never _FULL. Touches the two
 * groups of `key` and their values, those up to the next occupied one if both are empty, and what an insertion and a
 * removal do. */
int heptad_map_insert_evicting(heptad_map *map, uint64_t key, uint64_t value,
                               size_t (*choose)(const heptad_entry *entries, size_t count, void *context),
                               void *context, uint64_t *old_key, uint64_t *old_value);

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

#ifdef __cplusplus
}
#endif
#endif
