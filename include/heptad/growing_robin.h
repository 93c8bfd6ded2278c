/* heptad: sorted sets and maps that grow beyond their memory, with memory from functions of yours.
 *
 *     heptad_growing_robin     heptad_growing_robin_map
 *
 * Each has a handle of robin.h inside, for everything that does not insert:
 *
 *     heptad_growing_robin ids;
 *     heptad_growing_robin_init(&ids, &heptad_malloc, 0, HEPTAD_LOAD_7_8);
 *     heptad_growing_robin_insert(&ids, 7);
 *     heptad_robin_first(&ids.robin, &first);
 *     heptad_growing_robin_release(&ids);
 *
 * A sorted set grows in place as long as its memory lasts. Then an insertion moves it into twice as much, and releases
 * the old: it touches every line of both. Where that peak is too much provide the whole range, as heptad_robin_init
 * takes it. Removals release nothing; _shrink does. Errors are those of the handle's own function; _MEMORY if the
 * allocator returns null, and then nothing has changed; _FULL only for keys so crowded that eight times the usual
 * memory has no room for them. What stands in the structure before its init does not matter: so release a live one
 * first. Do not move the handle inside by heptad_robin_move or a merge: growth counts on the size of the memory that
 * it was given here, and all of it goes to the allocator. No function may be called while another one is under way for
 * the same table. */
#ifndef HEPTAD_GROWING_ROBIN_H
#define HEPTAD_GROWING_ROBIN_H

#include "growing.h"
#include "robin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct heptad_growing_robin {
    heptad_robin robin;
    const heptad_allocator *allocator;
    size_t bytes; /* of its memory */
    int load;
} heptad_growing_robin;

typedef struct heptad_growing_robin_map {
    heptad_robin_map robin_map;
    const heptad_allocator *allocator;
    size_t bytes;
    int load;
} heptad_growing_robin_map;

/* What both have in common; `last` looks for the last entry, and copies nothing of it. */
#define HEPTAD_GROWING_SORTED(kind, last)                                                              \
    /* The handle inside; null for none, which its functions refuse. */                                \
    HEPTAD_INLINE heptad_##kind *heptad_growing_##kind##_handle(heptad_growing_##kind *it)             \
    {                                                                                                  \
        return it ? &it->kind : NULL;                                                                  \
    }                                                                                                  \
    /* Memory for a new one in the structure, whatever stands there. */                                \
    HEPTAD_STATIC int heptad_growing_##kind##_start(heptad_growing_##kind *it,                         \
                                                    const heptad_allocator *allocator, size_t entries, \
                                                    int load, void **lines)                            \
    {                                                                                                  \
        heptad_growing_##kind none = { HEPTAD_INIT, NULL, 0, 0 };                                      \
        int result;                                                                                    \
        none.allocator = allocator;                                                                    \
        none.bytes = heptad_##kind##_bytes(entries ? entries : 1, load);                               \
        none.load = load;                                                                              \
        if (!it) {                                                                                     \
            return HEPTAD_ERROR_NULL;                                                                  \
        }                                                                                              \
        result = heptad_first_lines(allocator, none.bytes, load, lines);                               \
        if (result == HEPTAD_OK) {                                                                     \
            *it = none;                                                                                \
        }                                                                                              \
        return result;                                                                                 \
    }                                                                                                  \
    /* After an init in that memory. */                                                                \
    HEPTAD_STATIC int heptad_growing_##kind##_started(heptad_growing_##kind *it, void *lines, int result) \
    {                                                                                                  \
        if (result != HEPTAD_OK) {                                                                     \
            heptad_release_lines(it->allocator, lines, it->bytes);                                     \
        }                                                                                              \
        return result;                                                                                 \
    }                                                                                                  \
    /* Makes an empty one, by value, within [`low`, `high`] or keyed; with memory for `entries`. */    \
    HEPTAD_STATIC int heptad_growing_##kind##_init(heptad_growing_##kind *it, const heptad_allocator *allocator, \
                                                   size_t entries, int load)                           \
    {                                                                                                  \
        void *lines = NULL;                                                                            \
        int result = heptad_growing_##kind##_start(it, allocator, entries, load, &lines);              \
        return result != HEPTAD_OK                                                                     \
            ? result                                                                                   \
            : heptad_growing_##kind##_started(it, lines,                                               \
                                              heptad_##kind##_init(&it->kind, lines, it->bytes, load)); \
    }                                                                                                  \
    HEPTAD_STATIC int heptad_growing_##kind##_init_within(heptad_growing_##kind *it,                   \
                                                          const heptad_allocator *allocator,           \
                                                          size_t entries, uint64_t low, uint64_t high, int load) \
    {                                                                                                  \
        void *lines = NULL;                                                                            \
        int result = heptad_growing_##kind##_start(it, allocator, entries, load, &lines);              \
        return result != HEPTAD_OK                                                                     \
            ? result                                                                                   \
            : heptad_growing_##kind##_started(                                                         \
                  it, lines, heptad_##kind##_init_within(&it->kind, lines, it->bytes, low, high, load)); \
    }                                                                                                  \
    HEPTAD_STATIC int heptad_growing_##kind##_init_keyed(heptad_growing_##kind *it,                    \
                                                         const heptad_allocator *allocator,            \
                                                         size_t entries, uint64_t seed, int load)      \
    {                                                                                                  \
        void *lines = NULL;                                                                            \
        int result = heptad_growing_##kind##_start(it, allocator, entries, load, &lines);              \
        return result != HEPTAD_OK                                                                     \
            ? result                                                                                   \
            : heptad_growing_##kind##_started(                                                         \
                  it, lines, heptad_##kind##_init_keyed(&it->kind, lines, it->bytes, seed, load));     \
    }                                                                                                  \
    /* Ends it, and releases its memory. */                                                            \
    HEPTAD_STATIC int heptad_growing_##kind##_release(heptad_growing_##kind *it)                       \
    {                                                                                                  \
        void *lines = NULL;                                                                            \
        size_t bytes = 0;                                                                              \
        int result = heptad_##kind##_release(heptad_growing_##kind##_handle(it), &lines, &bytes);      \
        if (result == HEPTAD_OK) {                                                                     \
            heptad_release_lines(it->allocator, lines, bytes);                                         \
        }                                                                                              \
        return result;                                                                                 \
    }                                                                                                  \
    /* Moves into `bytes` bytes. */                                                                    \
    HEPTAD_STATIC int heptad_growing_##kind##_resize(heptad_growing_##kind *it, size_t bytes)          \
    {                                                                                                  \
        void *old = NULL, *lines;                                                                      \
        size_t old_bytes = 0;                                                                          \
        /* One that is not live may have no allocator. */                                              \
        int result = last;                                                                             \
        if (result < 0) {                                                                              \
            return result;                                                                             \
        }                                                                                              \
        lines = heptad_allocate_lines(it->allocator, bytes);                                           \
        result = !bytes ? HEPTAD_ERROR_CAPACITY                                                        \
            : !lines    ? HEPTAD_ERROR_MEMORY                                                          \
                        : heptad_##kind##_move(&it->kind, lines, bytes, &old, &old_bytes);             \
        if (result == HEPTAD_OK) {                                                                     \
            heptad_release_lines(it->allocator, old, old_bytes);                                       \
            it->bytes = bytes;                                                                         \
        } else {                                                                                       \
            heptad_release_lines(it->allocator, lines, bytes);                                         \
        }                                                                                              \
        return result;                                                                                 \
    }                                                                                                  \
    /* Gets the memory that `additional` more entries need. */                                         \
    HEPTAD_STATIC int heptad_growing_##kind##_reserve(heptad_growing_##kind *it, size_t additional)    \
    {                                                                                                  \
        size_t wanted = heptad_##kind##_len(heptad_growing_##kind##_handle(it)) + additional, bytes;   \
        int result = last;                                                                             \
        if (result < 0) {                                                                              \
            return result;                                                                             \
        }                                                                                              \
        bytes = wanted < additional ? 0 : heptad_##kind##_bytes(wanted, it->load);                     \
        return bytes && bytes <= it->bytes ? HEPTAD_OK : heptad_growing_##kind##_resize(it, bytes);    \
    }                                                                                                  \
    /* Moves into the least memory for `entries`, and those there are. _FULL if those are crowded. */  \
    HEPTAD_STATIC int heptad_growing_##kind##_shrink(heptad_growing_##kind *it, size_t entries)        \
    {                                                                                                  \
        size_t len = heptad_##kind##_len(heptad_growing_##kind##_handle(it));                          \
        int result = last;                                                                             \
        if (result < 0) {                                                                              \
            return result;                                                                             \
        }                                                                                              \
        len = len > entries ? len : entries;                                                           \
        return heptad_growing_##kind##_resize(it, heptad_##kind##_bytes(len ? len : 1, it->load));     \
    }                                                                                                  \
    /* After an insertion: 1 if there was no room and there is now, for it to be repeated. */          \
    HEPTAD_STATIC int heptad_growing_##kind##_has_grown(heptad_growing_##kind *it, int *result)        \
    {                                                                                                  \
        size_t usual;                                                                                  \
        if (*result != HEPTAD_ERROR_FULL) {                                                            \
            return 0;                                                                                  \
        }                                                                                              \
        usual = heptad_##kind##_bytes(heptad_##kind##_len(&it->kind) + 1, it->load);                   \
        if (usual && it->bytes / 8 > usual) {                                                          \
            return 0;                                                                                  \
        }                                                                                              \
        *result = heptad_growing_##kind##_resize(it, it->bytes << 1 > it->bytes ? it->bytes << 1 : 0); \
        return *result == HEPTAD_OK;                                                                   \
    }

HEPTAD_GROWING_SORTED(robin, heptad_robin_last(heptad_growing_robin_handle(it), NULL))
HEPTAD_GROWING_SORTED(robin_map, heptad_robin_map_last(heptad_growing_robin_map_handle(it), NULL, NULL))

/* As the functions without `growing_`, but that they get memory in place of _FULL. */
HEPTAD_STATIC int heptad_growing_robin_insert(heptad_growing_robin *set, uint64_t key)
{
    int result = heptad_robin_insert(heptad_growing_robin_handle(set), key);
    while (heptad_growing_robin_has_grown(set, &result)) {
        result = heptad_robin_insert(&set->robin, key);
    }
    return result;
}

HEPTAD_STATIC int heptad_growing_robin_map_insert(heptad_growing_robin_map *map, uint64_t key, uint64_t value,
                                                  uint64_t *previous)
{
    int result = heptad_robin_map_insert(heptad_growing_robin_map_handle(map), key, value, previous);
    while (heptad_growing_robin_map_has_grown(map, &result)) {
        result = heptad_robin_map_insert(&map->robin_map, key, value, previous);
    }
    return result;
}

HEPTAD_STATIC int heptad_growing_robin_map_get_or_insert(heptad_growing_robin_map *map, uint64_t key,
                                                         uint64_t value, uint64_t *present)
{
    int result = heptad_robin_map_get_or_insert(heptad_growing_robin_map_handle(map), key, value, present);
    while (heptad_growing_robin_map_has_grown(map, &result)) {
        result = heptad_robin_map_get_or_insert(&map->robin_map, key, value, present);
    }
    return result;
}

HEPTAD_STATIC int heptad_growing_robin_map_add(heptad_growing_robin_map *map, uint64_t key, uint64_t addend,
                                               uint64_t *sum)
{
    int result = heptad_robin_map_add(heptad_growing_robin_map_handle(map), key, addend, sum);
    while (heptad_growing_robin_map_has_grown(map, &result)) {
        result = heptad_robin_map_add(&map->robin_map, key, addend, sum);
    }
    return result;
}

#ifdef __cplusplus
}
#endif
#endif
