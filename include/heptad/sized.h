/* heptad: maps from 64-bit keys to values of a size that is given when the map is made.
 *
 *     heptad_sized_map
 *
 * A heptad_map has the number of each key's value; the values lie side by side in memory of their own. So a pointer to
 * a value is good until its entry goes: insertions and removals of other keys move no value. Only a map with an
 * allocator moves them, in an insertion of a new key for which there is no value left, or in _reserve. An entry takes
 * 18.3 bytes at load 15/16, and its value, of at least eight. A lookup touches the lines of a heptad_map_get, and the
 * value's.
 *
 * Memory is yours (_init), or an allocator's of which growing.h has the type (_init_growing): then insertions into a
 * full map grow it, and _release returns all. A map starts as HEPTAD_SIZED_INIT or zeros, as a handle does. Results and
 * errors are those of a heptad_map; _ARGUMENT for an alignment that is no power of two, or beyond 64. One owner, and no
 * function may be called while another one is under way for the same map: not all such calls are _BUSY, since the keys
 * have a guard and the values none. Likewise by way of a copy what changes the keys is _COPY, but values are written. A
 * map of zeros, or a released one, is HEPTAD_ERROR_HANDLE; the pointer to the map itself is not null: nobody checks. */
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

/* What a map starts as, if not as zeros. */
#define HEPTAD_SIZED_INIT { { HEPTAD_INIT, NULL, 0, 0 }, NULL, 0, 0, 0, 0, 0 }

/* To the same place or one apart. From null only for no bytes. */
HEPTAD_STATIC void heptad_sized_copy(void *to, const void *from, size_t bytes)
{
#if defined(__GNUC__)
    if (from && to != from) {
        __builtin_memcpy(to, from, bytes);
    }
#else
    unsigned char *next = HEPTAD_AS(unsigned char *, to);
    const unsigned char *source = HEPTAD_AS(const unsigned char *, from);
    while (bytes--) {
        *next++ = *source++;
    }
#endif
}

/* Copies a new value to `place`, and the one there to `previous`, if not null, which may be where the new one is. */
HEPTAD_STATIC void heptad_sized_exchange(void *place, const void *value, void *previous, size_t bytes)
{
    unsigned char *target = HEPTAD_AS(unsigned char *, place), *old = HEPTAD_AS(unsigned char *, previous);
    const unsigned char *source = HEPTAD_AS(const unsigned char *, value);
    unsigned char piece[64];
    size_t at, part;
    if (!previous) {
        heptad_sized_copy(place, value, bytes);
        return;
    }
    for (at = 0; at < bytes; at += part) {
        part = bytes - at < sizeof piece ? bytes - at : sizeof piece;
        heptad_sized_copy(piece, source + at, part);
        heptad_sized_copy(old + at, target + at, part);
        heptad_sized_copy(target + at, piece, part);
    }
}

/* Do two pieces of memory have a byte in common? */
HEPTAD_STATIC int heptad_sized_overlaps(const void *one, size_t bytes, const void *other, size_t other_bytes)
{
    uintptr_t start = HEPTAD_AS(uintptr_t, one), second = HEPTAD_AS(uintptr_t, other);
    return bytes && other_bytes && (second - start < bytes || start - second < other_bytes);
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

/* Bytes of memory for `entries` values, or for one if that is 0; heptad_map_bytes has those for the keys, which may
 * have room for more: then _init wants a value for each, so take a capacity, 6, 13, 26, 52, 105, 210, ... at load
 * 15/16. 0 if no address space could hold them, or the alignment is none. */
HEPTAD_STATIC size_t heptad_sized_map_value_bytes(size_t entries, size_t value_size, size_t value_align)
{
    size_t stride = heptad_sized_stride(value_size, value_align);
    size_t most = 0;
    most = ~most >> 1;
    entries = entries ? entries : 1;
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

/* After an init of the keys. */
HEPTAD_STATIC void heptad_sized_start(heptad_sized_map *map, const heptad_allocator *allocator, uint64_t seed,
                                      int load, void *values, size_t room, size_t value_size, size_t stride)
{
    map->keys.allocator = allocator;
    map->keys.seed = seed;
    map->keys.load = load;
    map->values = HEPTAD_AS(unsigned char *, values);
    map->value_size = value_size;
    map->stride = stride;
    map->room = room;
    map->used = 0;
    map->vacancy = 0;
}

/* Makes an empty map. Its keys go to the 64-aligned `line_bytes` bytes at `lines`, as those of a heptad_map; its
 * values to the `bytes` bytes at `values`, aligned as a value is, apart from the lines and the map itself. _TOO_SMALL
 * also if there is not a value for each key that the lines take. _LIVE for a map that was not released. */
HEPTAD_STATIC int heptad_sized_map_init(heptad_sized_map *map, void *lines, size_t line_bytes, void *values,
                                        size_t bytes, uint64_t seed, int load, size_t value_size,
                                        size_t value_align)
{
    size_t stride = heptad_sized_stride(value_size, value_align);
    uintptr_t start = HEPTAD_AS(uintptr_t, values);
    int result;
    if (!stride) {
        return HEPTAD_ERROR_ARGUMENT;
    }
    if (!values) {
        return HEPTAD_ERROR_NULL;
    }
    if (start & (value_align - 1)) {
        return HEPTAD_ERROR_MISALIGNED;
    }
    if (start + bytes < start || heptad_sized_overlaps(values, bytes, lines, line_bytes)
        || heptad_sized_overlaps(map, sizeof *map, values, bytes)
        || heptad_sized_overlaps(map, sizeof *map, lines, line_bytes)) {
        return HEPTAD_ERROR_OVERLAPPING;
    }
    result = heptad_map_init(&map->keys.map, lines, line_bytes, seed, load);
    if (result == HEPTAD_OK && heptad_map_capacity(&map->keys.map) > bytes / stride) {
        heptad_map_release(&map->keys.map, NULL, NULL);
        result = HEPTAD_ERROR_TOO_SMALL;
    }
    if (result == HEPTAD_OK) {
        heptad_sized_start(map, NULL, seed, load, values, bytes / stride, value_size, stride);
    }
    return result;
}

/* Makes one that grows, with memory for `entries` keys and values: so many insertions allocate nothing. 0 is allowed.
 * _LIVE for a map that was not released. */
HEPTAD_STATIC int heptad_sized_map_init_growing(heptad_sized_map *map, const heptad_allocator *allocator,
                                                size_t entries, uint64_t seed, int load, size_t value_size,
                                                size_t value_align)
{
    size_t stride = heptad_sized_stride(value_size, value_align), line_bytes = heptad_map_bytes(entries, load);
    size_t bytes = entries ? heptad_sized_map_value_bytes(entries, value_size, value_align) : 0;
    void *lines = NULL, *values = NULL;
    int result;
    if (!stride) {
        return HEPTAD_ERROR_ARGUMENT;
    }
    if (entries && !bytes) {
        return HEPTAD_ERROR_CAPACITY;
    }
    result = heptad_first_lines(allocator, line_bytes, load, &lines);
    if (result == HEPTAD_OK) {
        values = heptad_allocate_lines(allocator, bytes);
        result = entries && !values ? HEPTAD_ERROR_MEMORY
                                    : heptad_map_init(&map->keys.map, lines, line_bytes, seed, load);
        if (result == HEPTAD_OK) {
            heptad_sized_start(map, allocator, seed, load, values, entries, value_size, stride);
        } else {
            heptad_release_lines(allocator, values, bytes);
            heptad_release_lines(allocator, lines, line_bytes);
        }
    }
    return result;
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

/* Values that a map has left, to be released. */
typedef struct heptad_sized_array {
    unsigned char *values;
    size_t bytes;
} heptad_sized_array;

HEPTAD_STATIC uint64_t heptad_sized_same(uint64_t number, void *context)
{
    (void)context;
    return number;
}

/* Gets memory for `additional` more values, of which one that is no longer used is left in `old`. */
HEPTAD_STATIC int heptad_sized_make_room(heptad_sized_map *map, size_t additional, heptad_sized_array *old)
{
    const heptad_allocator *allocator = map->keys.allocator;
    size_t len = heptad_map_len(&map->keys.map), room = len + additional, bytes;
    unsigned char *values;
    /* Changes nothing, but is refused where a change is: by way of a copy. */
    int result = heptad_map_modify(&map->keys.map, 0, heptad_sized_same, NULL, NULL);
    if (result < 0 || additional <= map->room - len) {
        return result < 0 ? result : HEPTAD_OK;
    }
    if (!allocator) {
        return HEPTAD_ERROR_FULL;
    }
    bytes = room < len ? 0 : heptad_sized_map_value_bytes(room, map->stride, 1);
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
    old->values = map->values;
    old->bytes = map->room * map->stride;
    map->values = values;
    map->room = room;
    return HEPTAD_OK;
}

/* Grows until `additional` more entries fit: their insertions allocate nothing. _FULL without an allocator. */
HEPTAD_STATIC int heptad_sized_map_reserve(heptad_sized_map *map, size_t additional)
{
    heptad_sized_array old = { NULL, 0 };
    size_t len = heptad_map_len(&map->keys.map);
    int result = heptad_sized_make_room(map, additional, &old);
    heptad_release_lines(map->keys.allocator, old.values, old.bytes);
    if (result == HEPTAD_OK && map->keys.allocator) {
        return heptad_growing_map_reserve(&map->keys, additional);
    }
    return result || additional <= heptad_map_capacity(&map->keys.map) - len ? result : HEPTAD_ERROR_FULL;
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

/* As _at; the values that the map has left are in `old`, so that they can still be read. */
HEPTAD_STATIC int heptad_sized_find_or_take(heptad_sized_map *map, uint64_t key, void **value,
                                            heptad_sized_array *old)
{
    uint64_t number = 0;
    int result = heptad_inline_map_get(&map->keys.map, key, &number), is_new = result == 0;
    if (is_new) {
        if (!map->vacancy && map->used == map->room) {
            result = heptad_sized_make_room(map, map->room ? map->room : 8, old);
            if (result != HEPTAD_OK) {
                return result;
            }
        }
        number = heptad_sized_free(map);
        result = map->keys.allocator ? heptad_growing_map_insert(&map->keys, key, number, NULL)
                                     : heptad_map_insert(&map->keys.map, key, number, NULL);
        if (result == 1) {
            heptad_sized_take(map);
        }
    }
    if (result < 0) {
        return result;
    }
    *value = heptad_sized_value(map, number);
    return is_new;
}

/* Writes where the value of `key` is to `value`. 1 if the key is new, and its value not yet written: it may hold
 * anything. 0 if it was there. _FULL, or _MEMORY; then nothing has changed. */
HEPTAD_STATIC int heptad_sized_map_at(heptad_sized_map *map, uint64_t key, void **value)
{
    heptad_sized_array old = { NULL, 0 };
    int result = value ? heptad_sized_find_or_take(map, key, value, &old) : HEPTAD_ERROR_NULL;
    heptad_release_lines(map->keys.allocator, old.values, old.bytes);
    return result;
}

/* Gives `key` a copy of the value at `value`. 1 if the key is new; 0 if it had one, which is copied to `previous`
 * before, if that is not null. `value` may be a value of this map, and `previous` the same as `value`. */
HEPTAD_STATIC int heptad_sized_map_insert(heptad_sized_map *map, uint64_t key, const void *value, void *previous)
{
    heptad_sized_array old = { NULL, 0 };
    void *place = NULL;
    int result = value || !map->value_size ? heptad_sized_find_or_take(map, key, &place, &old) : HEPTAD_ERROR_NULL;
    if (result >= 0) {
        heptad_sized_exchange(place, value, result == 0 ? previous : NULL, map->value_size);
    }
    heptad_release_lines(map->keys.allocator, old.values, old.bytes);
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

/* One step of a walk, as heptad_map_next. `key` and `value` may be null; *value points to the value, which may be
 * changed. */
HEPTAD_STATIC int heptad_sized_map_next(const heptad_sized_map *map, size_t *position, uint64_t *key, void **value)
{
    uint64_t number = 0;
    int result = heptad_map_next(&map->keys.map, position, key, &number);
    if (result > 0 && value) {
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
 * `old_key` and `old_value`, which may be null, or `value`. A map with an allocator grows instead. */
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
            heptad_sized_exchange(place, value, old_value, map->value_size);
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
