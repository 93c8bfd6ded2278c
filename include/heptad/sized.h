/* heptad: maps from 64-bit keys to values of a size that is given when the map is made. heptad.h has the rules for all
 * handles. */
#ifndef HEPTAD_SIZED_H
#define HEPTAD_SIZED_H

#include "swiss.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Private fields. */
typedef struct heptad_sized_map {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[15];
} heptad_sized_map;

HEPTAD_STATIC_ASSERT(sized_map_bytes, sizeof(heptad_sized_map) == 128);
HEPTAD_STATIC_ASSERT(sized_map_body, offsetof(heptad_sized_map, body) == 8);

/* An entry that may go. `value` points to its value. */
typedef struct heptad_sized_entry {
    uint64_t key;
    const void *value;
} heptad_sized_entry;

/* ---------------------------------------------------------------- maps from 64-bit keys to values of any size
 *
 * A heptad_map of larger or smaller values: they stand side by side after the groups, seven for each. An entry at load
 * 15/16 takes 9.75 bytes and 1.07 times the size of a value: 18.3 bytes for eight. Whatever reaches a value touches its
 * lines more. A map is made for values of one size, of which address and size are multiples of the same power of two,
 * up to 64: so a value may be of any C type that is aligned to 64 at most.
 *
 * A pointer to a value is good until the next insertion of a new key, removal (by _retain and _clear too), move or
 * release: these move values, as they move keys. What a callback gets is good until it returns. A value may be written
 * through the pointer, by the map's owner. Values that are passed to a function, and `old_key`, lie neither in the
 * handle, nor in the map's memory, nor over each other: else _OVERLAPPING, and nothing has changed. */

/* Bytes of memory for a map that has to take `entries` entries with values of `value_size` bytes; 0 if no address space
 * could, if the load is none, or for no bytes: then take a set. */
size_t heptad_sized_map_bytes(size_t entries, int load, size_t value_size);

/* As heptad_map_init; a group takes a line, and its values 7 * `value_size` bytes. _ARGUMENT also for values of no
 * bytes. */
int heptad_sized_map_init(heptad_sized_map *map, void *memory, size_t bytes, uint64_t seed, int load,
                          size_t value_size);

/* As those of a heptad_map. */
int heptad_sized_map_release(heptad_sized_map *map, void **memory, size_t *bytes);
int heptad_sized_map_move(heptad_sized_map *map, void *memory, size_t bytes, uint64_t seed, void **old_memory,
                          size_t *old_bytes);
int heptad_sized_map_clear(heptad_sized_map *map);
size_t heptad_sized_map_len(const heptad_sized_map *map);
size_t heptad_sized_map_capacity(const heptad_sized_map *map);
int heptad_sized_map_stats(const heptad_sized_map *map, heptad_stats *stats);
int heptad_sized_map_prefetch(const heptad_sized_map *map, uint64_t key);

/* The value of `key`; null if it has none, or the map is none. */
void *heptad_sized_map_get(const heptad_sized_map *map, uint64_t key);

/* values[i] points to the value of keys[i], or is null if it has none. As heptad_map_get_many. */
int heptad_sized_map_get_many(const heptad_sized_map *map, const uint64_t *keys, size_t count, void **values);

/* Writes where the value of `key` is to `value`. 1 if the key is new, and its value yet to be written: it may hold
 * anything. 0 if it was there. _FULL, for a new key. */
int heptad_sized_map_at(heptad_sized_map *map, uint64_t key, void **value);

/* Gives `key` a copy of the value at `value`. 1 if the key is new; 0 if it had a value, which is copied to `previous`
 * before, if that is not null. _FULL, for a new key. */
int heptad_sized_map_insert(heptad_sized_map *map, uint64_t key, const void *value, void *previous);

/* For a cache: as _insert, but if the map is full and `key` is new, another entry goes, as in
 * heptad_map_insert_evicting. 1, 0 or 2 as there; the value that `key` had, or the entry that went, is copied to
 * `old_key` and `old_value`, which may be null. */
int heptad_sized_map_insert_evicting(
    heptad_sized_map *map, uint64_t key, const void *value,
    size_t (*choose)(const heptad_sized_entry *entries, size_t count, void *context), void *context, uint64_t *old_key,
    void *old_value);

/* Takes `key` out. 1 if it was there; its value is copied to `value`, which may be null. */
int heptad_sized_map_remove(heptad_sized_map *map, uint64_t key, void *value);

/* One step of a walk, as heptad_map_next; `key` and `value` may be null, and *value points to the value. */
int heptad_sized_map_next(const heptad_sized_map *map, size_t *position, uint64_t *key, void **value);

/* Takes out the entries for which `keep` returns 0; it may change the value at `value`. As heptad_set_retain. */
int heptad_sized_map_retain(heptad_sized_map *map, int (*keep)(uint64_t key, void *value, void *context),
                            void *context);

#ifdef __cplusplus
}
#endif
#endif
