/* heptad: maps from 64-bit keys to values of a size that is given when the map is made.
 *
 *     heptad_sized_map
 *
 * A heptad_map has the number of each key's value; the values lie side by side in memory of their own. So a pointer to
 * a value is good until its entry goes: insertions and removals of other keys move no value. Only a map that grows
 * moves them. An entry takes 18.3 bytes at load 15/16, and its value, of at least eight. A lookup touches the lines of
 * a heptad_map_get, and the value's.
 *
 * Memory is yours (_init), or an allocator's of which growing.h has the type (_init_growing): then insertions into a
 * full map grow it, and _release returns all. Results and errors are those of a heptad_map; _ARGUMENT for an alignment
 * that is no power of two, or beyond 64. One owner, as a heptad_map. A map of zeros, or one that was released, is
 * HEPTAD_ERROR_HANDLE; the pointer to the map itself is not null: that is not checked. */
#ifndef HEPTAD_SIZED_H
#define HEPTAD_SIZED_H

#include "growing.h"
#include "inline.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Private fields. */
typedef struct heptad_sized_map {
    heptad_growing_map keys; /* without an allocator in memory of the caller's */
    unsigned char *values;
    size_t value_size;
    size_t stride;     /* from one value to the next */
    size_t room;       /* values that there is memory for */
    size_t used;       /* values that were ever in use: those beyond are free */
    uint64_t vacancy;  /* a free one below that, plus 1, or 0; it starts with the next one */
} heptad_sized_map;

HEPTAD_STATIC void heptad_sized_copy(void *to, const void *from, size_t bytes)
{
    unsigned char *next = HEPTAD_AS(unsigned char *, to);
    const unsigned char *source = HEPTAD_AS(const unsigned char *, from);
    while (bytes--) {
        *next++ = *source++;
    }
}

/* Bytes from one value to the next: 0 for what cannot be. */
HEPTAD_STATIC size_t heptad_sized_stride(size_t value_size, size_t value_align)
{
    size_t least = value_size < sizeof(uint64_t) ? sizeof(uint64_t) : value_size;
    if (!value_align || value_align > 64 || (value_align & (value_align - 1)) || least + value_align < least) {
        return 0;
    }
    return (least + value_align - 1) & ~(value_align - 1);
}

/* Bytes of memory for `entries` values; heptad_map_bytes has those for the keys. 0 if no address space could hold
 * them. */
HEPTAD_STATIC size_t heptad_sized_map_value_bytes(size_t entries, size_t value_size, size_t value_align)
{
    size_t stride = heptad_sized_stride(value_size, value_align);
    size_t most = 0;
    most = ~most >> 1;
    return stride && entries <= most / stride ? entries * stride : 0;
}

#ifdef __cplusplus
#define HEPTAD_INDEX(number) static_cast<size_t>(number)
#else
#define HEPTAD_INDEX(number) ((size_t)(number))
#endif

/* The value of that number. */
HEPTAD_STATIC void *heptad_sized_value(const heptad_sized_map *map, uint64_t number)
{
    return map->values + HEPTAD_INDEX(number) * map->stride;
}

/* Makes an empty map. Its keys go to the 64-aligned `line_bytes` bytes at `lines`, as those of a heptad_map; its
 * values to the `bytes` bytes at `values`, aligned as a value is and apart from the lines. _TOO_SMALL also if there is
 * not a value for each key that the lines take. */
HEPTAD_STATIC int heptad_sized_map_init(heptad_sized_map *map, void *lines, size_t line_bytes, void *values,
                                        size_t bytes, uint64_t seed, int load, size_t value_size,
                                        size_t value_align)
{
    heptad_sized_map none = { { HEPTAD_INIT, NULL, 0, 0 }, NULL, 0, 0, 0, 0, 0 };
    int result;
    none.value_size = value_size;
    none.stride = heptad_sized_stride(value_size, value_align);
    none.values = HEPTAD_AS(unsigned char *, values);
    if (!none.stride) {
        return HEPTAD_ERROR_ARGUMENT;
    }
    if (!values) {
        return HEPTAD_ERROR_NULL;
    }
    if (HEPTAD_AS(uintptr_t, values) & (value_align - 1)) {
        return HEPTAD_ERROR_MISALIGNED;
    }
    none.room = bytes / none.stride;
    *map = none;
    result = heptad_map_init(&map->keys.map, lines, line_bytes, seed, load);
    if (result == HEPTAD_OK && heptad_map_capacity(&map->keys.map) > none.room) {
        heptad_map_release(&map->keys.map, NULL, NULL);
        result = HEPTAD_ERROR_TOO_SMALL;
    }
    return result;
}

/* Makes one that grows, with room for `entries` at first. */
HEPTAD_STATIC int heptad_sized_map_init_growing(heptad_sized_map *map, const heptad_allocator *allocator,
                                                size_t entries, uint64_t seed, int load, size_t value_size,
                                                size_t value_align)
{
    heptad_sized_map none = { { HEPTAD_INIT, NULL, 0, 0 }, NULL, 0, 0, 0, 0, 0 };
    none.value_size = value_size;
    none.stride = heptad_sized_stride(value_size, value_align);
    if (!none.stride) {
        return HEPTAD_ERROR_ARGUMENT;
    }
    *map = none;
    return heptad_growing_map_init(&map->keys, allocator, entries, seed, load);
}

/* Ends it. What an allocator gave is returned; what you gave is yours again. */
HEPTAD_STATIC int heptad_sized_map_release(heptad_sized_map *map)
{
    const heptad_allocator *allocator = map->keys.allocator;
    int result = allocator ? heptad_growing_map_release(&map->keys) : heptad_map_release(&map->keys.map, NULL, NULL);
    if (result == HEPTAD_OK) {
        if (allocator) {
            heptad_release_lines(allocator, map->values, map->room * map->stride);
        }
        map->values = NULL;
        map->room = map->used = 0;
        map->vacancy = 0;
    }
    return result;
}

/* Entries in the map. */
HEPTAD_STATIC size_t heptad_sized_map_len(const heptad_sized_map *map)
{
    return heptad_map_len(&map->keys.map);
}

/* Takes all entries out. */
HEPTAD_STATIC int heptad_sized_map_clear(heptad_sized_map *map)
{
    int result = heptad_map_clear(&map->keys.map);
    if (result == HEPTAD_OK) {
        map->used = 0;
        map->vacancy = 0;
    }
    return result;
}

/* The value of `key`, or null. */
HEPTAD_STATIC void *heptad_sized_map_get(const heptad_sized_map *map, uint64_t key)
{
    uint64_t number = 0;
    return heptad_inline_map_get(&map->keys.map, key, &number) > 0 ? heptad_sized_value(map, number) : NULL;
}

/* Room for one more value. */
HEPTAD_STATIC int heptad_sized_make_room(heptad_sized_map *map)
{
    const heptad_allocator *allocator = map->keys.allocator;
    size_t room = map->room ? 2 * map->room : 8, bytes;
    unsigned char *values;
    if (map->vacancy || map->used < map->room) {
        return HEPTAD_OK;
    }
    if (!allocator) {
        return HEPTAD_ERROR_FULL;
    }
    bytes = heptad_sized_map_value_bytes(room, map->stride, 1);
    if (!bytes) {
        return HEPTAD_ERROR_CAPACITY;
    }
    values = HEPTAD_AS(unsigned char *, heptad_allocate_lines(allocator, bytes));
    if (!values) {
        return HEPTAD_ERROR_MEMORY;
    }
    if (map->values) {
        heptad_sized_copy(values, map->values, map->used * map->stride);
    }
    heptad_release_lines(allocator, map->values, map->room * map->stride);
    map->values = values;
    map->room = room;
    return HEPTAD_OK;
}

/* The number of a free value, which there is. */
HEPTAD_STATIC uint64_t heptad_sized_free(const heptad_sized_map *map)
{
    return map->vacancy ? map->vacancy - 1 : map->used;
}

/* Takes the free value of that number. */
HEPTAD_STATIC void heptad_sized_take(heptad_sized_map *map)
{
    if (map->vacancy) {
        heptad_sized_copy(&map->vacancy, heptad_sized_value(map, map->vacancy - 1), sizeof map->vacancy);
    } else {
        map->used++;
    }
}

/* Makes a value free. */
HEPTAD_STATIC void heptad_sized_leave(heptad_sized_map *map, uint64_t number)
{
    heptad_sized_copy(heptad_sized_value(map, number), &map->vacancy, sizeof map->vacancy);
    map->vacancy = number + 1;
}

/* Writes where the value of `key` is to `value`. 1 if the key is new, and its value not yet written: it may hold
 * anything. 0 if it was there. _FULL, or _MEMORY; then nothing has changed. */
HEPTAD_STATIC int heptad_sized_map_at(heptad_sized_map *map, uint64_t key, void **value)
{
    uint64_t number = 0;
    int result = heptad_inline_map_get(&map->keys.map, key, &number);
    if (result < 0) {
        return result;
    }
    if (!result) {
        result = heptad_sized_make_room(map);
        if (result != HEPTAD_OK) {
            return result;
        }
        number = heptad_sized_free(map);
        result = map->keys.allocator ? heptad_growing_map_insert(&map->keys, key, number, NULL)
                                     : heptad_map_insert(&map->keys.map, key, number, NULL);
        if (result != 1) {
            return result;
        }
        heptad_sized_take(map);
        *value = heptad_sized_value(map, number);
        return 1;
    }
    *value = heptad_sized_value(map, number);
    return 0;
}

/* Gives `key` a copy of the value at `value`. 1 if the key is new; 0 if it had one, which is copied to `previous`
 * before, if that is not null. */
HEPTAD_STATIC int heptad_sized_map_insert(heptad_sized_map *map, uint64_t key, const void *value, void *previous)
{
    void *place = NULL;
    int result = heptad_sized_map_at(map, key, &place);
    if (result >= 0) {
        if (result == 0 && previous) {
            heptad_sized_copy(previous, place, map->value_size);
        }
        heptad_sized_copy(place, value, map->value_size);
    }
    return result;
}

/* Takes `key` out. 1 if it was there; its value is copied to `value`, if that is not null. */
HEPTAD_STATIC int heptad_sized_map_remove(heptad_sized_map *map, uint64_t key, void *value)
{
    uint64_t number = 0;
    int result = heptad_map_remove(&map->keys.map, key, &number);
    if (result > 0) {
        if (value) {
            heptad_sized_copy(value, heptad_sized_value(map, number), map->value_size);
        }
        heptad_sized_leave(map, number);
    }
    return result;
}

/* One step of a walk, as heptad_map_next. `key` may be null; *value points to the value, which may be changed. */
HEPTAD_STATIC int heptad_sized_map_next(const heptad_sized_map *map, size_t *position, uint64_t *key, void **value)
{
    uint64_t number = 0;
    int result = heptad_map_next(&map->keys.map, position, key, &number);
    if (result > 0) {
        *value = heptad_sized_value(map, number);
    }
    return result;
}

/* An entry that may go. */
typedef struct heptad_sized_entry {
    uint64_t key;
    const void *value;
} heptad_sized_entry;

typedef struct heptad_sized_choice {
    const heptad_sized_map *map;
    size_t (*choose)(const heptad_sized_entry *entries, size_t count, void *context);
    void *context;
} heptad_sized_choice;

HEPTAD_STATIC size_t heptad_sized_choose(const heptad_entry *numbers, size_t count, void *context)
{
    const heptad_sized_choice *choice = HEPTAD_AS(const heptad_sized_choice *, context);
    heptad_sized_entry entries[14];
    size_t at;
    for (at = 0; at < count; at++) {
        entries[at].key = numbers[at].key;
        entries[at].value = heptad_sized_value(choice->map, numbers[at].value);
    }
    return choice->choose(entries, count, choice->context);
}

/* For a cache in memory of yours: as _insert, but if the map is full and `key` is new, another entry goes, as in
 * heptad_map_insert_evicting. 1, 0 or 2 as there; the value that `key` had, or the entry that went, is copied to
 * `old_key` and `old_value`, which may be null. A map with an allocator grows instead. */
HEPTAD_STATIC int heptad_sized_map_insert_evicting(
    heptad_sized_map *map, uint64_t key, const void *value,
    size_t (*choose)(const heptad_sized_entry *entries, size_t count, void *context), void *context, uint64_t *old_key,
    void *old_value)
{
    heptad_sized_choice choice = { NULL, NULL, NULL };
    uint64_t gone = key, number = 0;
    int result = choose ? heptad_sized_map_insert(map, key, value, old_value) : HEPTAD_ERROR_NULL;
    if (result == HEPTAD_ERROR_FULL) {
        choice.map = map;
        choice.choose = choose;
        choice.context = context;
        result = heptad_map_insert_evicting(&map->keys.map, key, 0, heptad_sized_choose, &choice, &gone, &number);
        if (result == 2) {
            void *place = heptad_sized_value(map, number);
            heptad_map_replace(&map->keys.map, key, number, NULL);
            if (old_value) {
                heptad_sized_copy(old_value, place, map->value_size);
            }
            heptad_sized_copy(place, value, map->value_size);
        }
    }
    if ((result == 0 || result == 2) && old_key) {
        *old_key = gone;
    }
    return result;
}

#ifdef __cplusplus
}
#endif
#endif
