/* heptad: sets, maps and tables that grow, with memory from functions of yours.
 *
 *     heptad_growing_set     heptad_growing_map     heptad_growing_sized_map     heptad_growing_table
 *
 * Each has a handle of swiss.h or sized.h inside, for everything that does not insert:
 *
 *     heptad_growing_set seen;
 *     heptad_growing_set_init(&seen, &heptad_malloc, 0, seed, HEPTAD_LOAD_15_16);
 *     heptad_growing_set_insert(&seen, 7);
 *     heptad_set_contains(&seen.set, 7);
 *     heptad_growing_set_release(&seen);
 *
 * Only the functions of this header call an allocator, and only one that was given at init. An insertion does when
 * the table is full: it moves all entries into memory for twice as many, which touches every line of both. Removals
 * release nothing; _shrink does. Errors are those of the handle's own function; _MEMORY if the allocator returns null,
 * and then nothing has changed. No function may be called while another one is under way for the same table. */
#ifndef HEPTAD_GROWING_H
#define HEPTAD_GROWING_H

#include "sized.h"
#include "swiss.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where memory comes from: malloc.h has one for hosted programs, a kernel brings its own. It stays where it is as long
 * as a table uses it.
 *
 *     allocate(bytes, alignment, context)           `bytes` bytes at a multiple of `alignment`, a power of two of
 *                                                   64 at most; or null
 *     release(memory, bytes, alignment, context)    takes them back
 *
 * Neither calls for the table that calls it. */
typedef struct heptad_allocator {
    void *(*allocate)(size_t bytes, size_t alignment, void *context);
    void (*release)(void *memory, size_t bytes, size_t alignment, void *context);
    void *context;
} heptad_allocator;

HEPTAD_STATIC void *heptad_allocate_lines(const heptad_allocator *allocator, size_t bytes)
{
    return bytes ? allocator->allocate(bytes, 64, allocator->context) : NULL;
}

/* Releases memory of a table; none if it is null. */
HEPTAD_STATIC void heptad_release_lines(const heptad_allocator *allocator, void *memory, size_t bytes)
{
    if (memory) {
        allocator->release(memory, bytes, 64, allocator->context);
    }
}

/* Memory for a new table. */
HEPTAD_STATIC int heptad_first_lines(const heptad_allocator *allocator, size_t bytes, int load, void **lines)
{
    if (!allocator) {
        return HEPTAD_ERROR_NULL;
    }
    if (!bytes) {
        return heptad_set_bytes(1, load) ? HEPTAD_ERROR_CAPACITY : HEPTAD_ERROR_ARGUMENT;
    }
    *lines = heptad_allocate_lines(allocator, bytes);
    return *lines ? HEPTAD_OK : HEPTAD_ERROR_MEMORY;
}

typedef struct heptad_growing_set {
    heptad_set set;
    const heptad_allocator *allocator;
    uint64_t seed;
    int load;
} heptad_growing_set;

typedef struct heptad_growing_map {
    heptad_map map;
    const heptad_allocator *allocator;
    uint64_t seed;
    int load;
} heptad_growing_map;

typedef struct heptad_growing_sized_map {
    heptad_sized_map sized_map;
    const heptad_allocator *allocator;
    uint64_t seed;
    size_t value_size;
    int load;
} heptad_growing_sized_map;

typedef struct heptad_growing_table {
    heptad_table table;
    const heptad_allocator *allocator;
    int load;
    uint64_t (*hash)(uint64_t entry, void *context);
    int (*equal)(uint64_t entry, const void *key, void *context);
    void *context;
} heptad_growing_table;

/* What the four have in common. They differ in their sizes, and in how they are made and moved: a table has no seed.
 * `memory_for` are the bytes for `entries` of one `of`. */
#define HEPTAD_GROWING_FUNCTIONS(kind, memory_for, make, relocate)                                           \
    /* The handle inside; null for none, which its functions refuse. */                                \
    HEPTAD_INLINE heptad_##kind *heptad_growing_##kind##_handle(heptad_growing_##kind *it)             \
    {                                                                                                  \
        return it ? &it->kind : NULL;                                                                  \
    }                                                                                                  \
    /* Makes a new one in the structure, whatever stands there. */                                     \
    HEPTAD_STATIC int heptad_growing_##kind##_start(heptad_growing_##kind *it, heptad_growing_##kind start, \
                                                    size_t entries)                                    \
    {                                                                                                  \
        const heptad_growing_##kind *of = &start;                                                      \
        size_t bytes = memory_for;                                                                     \
        void *lines = NULL;                                                                            \
        int result = it ? heptad_first_lines(start.allocator, bytes, start.load, &lines) : HEPTAD_ERROR_NULL; \
        if (result == HEPTAD_OK) {                                                                     \
            *it = start;                                                                               \
            result = make;                                                                             \
            if (result != HEPTAD_OK) {                                                                 \
                heptad_release_lines(start.allocator, lines, bytes);                                   \
            }                                                                                          \
        }                                                                                              \
        return result;                                                                                 \
    }                                                                                                  \
    /* Moves to memory for `entries`, or into as much as there are. */                                 \
    HEPTAD_STATIC int heptad_growing_##kind##_resize(heptad_growing_##kind *it, size_t entries)        \
    {                                                                                                  \
        const heptad_growing_##kind *of = it;                                                          \
        size_t bytes, old_bytes = 0;                                                                   \
        void *old = NULL, *lines;                                                                      \
        /* One that is not live may have no allocator. */                                              \
        int result = heptad_##kind##_prefetch(heptad_growing_##kind##_handle(it), 0);                  \
        if (result != HEPTAD_OK) {                                                                     \
            return result;                                                                             \
        }                                                                                              \
        bytes = memory_for;                                                                            \
        lines = heptad_allocate_lines(it->allocator, bytes);                                           \
        result = !bytes ? HEPTAD_ERROR_CAPACITY : !lines ? HEPTAD_ERROR_MEMORY : relocate;             \
        if (result == HEPTAD_OK) {                                                                     \
            heptad_release_lines(it->allocator, old, old_bytes);                                       \
        } else {                                                                                       \
            heptad_release_lines(it->allocator, lines, bytes);                                         \
        }                                                                                              \
        return result;                                                                                 \
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
    /* Grows until `additional` more entries fit. */                                                   \
    HEPTAD_STATIC int heptad_growing_##kind##_reserve(heptad_growing_##kind *it, size_t additional)    \
    {                                                                                                  \
        size_t wanted = heptad_##kind##_len(heptad_growing_##kind##_handle(it)) + additional;          \
        int result = heptad_##kind##_prefetch(heptad_growing_##kind##_handle(it), 0);                  \
        if (result != HEPTAD_OK || wanted < additional) {                                              \
            return result != HEPTAD_OK ? result : HEPTAD_ERROR_CAPACITY;                               \
        }                                                                                              \
        return wanted <= heptad_##kind##_capacity(&it->kind) ? HEPTAD_OK                               \
                                                              : heptad_growing_##kind##_resize(it, wanted); \
    }                                                                                                  \
    /* Moves into the least memory for `entries`, and for those that there are. */                     \
    HEPTAD_STATIC int heptad_growing_##kind##_shrink(heptad_growing_##kind *it, size_t entries)        \
    {                                                                                                  \
        size_t len = heptad_##kind##_len(heptad_growing_##kind##_handle(it));                          \
        return heptad_growing_##kind##_resize(it, entries > len ? entries : len);                      \
    }                                                                                                  \
    /* After an insertion: 1 if the table was full and has grown, so that the insertion is to be repeated. */ \
    HEPTAD_STATIC int heptad_growing_##kind##_has_grown(heptad_growing_##kind *it, int *result)        \
    {                                                                                                  \
        if (*result != HEPTAD_ERROR_FULL) {                                                            \
            return 0;                                                                                  \
        }                                                                                              \
        *result = heptad_growing_##kind##_resize(it, heptad_##kind##_capacity(&it->kind) + 1);         \
        return *result == HEPTAD_OK;                                                                   \
    }

HEPTAD_GROWING_FUNCTIONS(set, heptad_set_bytes(entries, of->load),
                         heptad_set_init(&it->set, lines, bytes, it->seed, it->load),
                         heptad_set_move(&it->set, lines, bytes, it->seed, &old, &old_bytes))
HEPTAD_GROWING_FUNCTIONS(map, heptad_map_bytes(entries, of->load),
                         heptad_map_init(&it->map, lines, bytes, it->seed, it->load),
                         heptad_map_move(&it->map, lines, bytes, it->seed, &old, &old_bytes))
HEPTAD_GROWING_FUNCTIONS(sized_map, heptad_sized_map_bytes(entries, of->load, of->value_size),
                         heptad_sized_map_init(&it->sized_map, lines, bytes, it->seed, it->load, it->value_size),
                         heptad_sized_map_move(&it->sized_map, lines, bytes, it->seed, &old, &old_bytes))
HEPTAD_GROWING_FUNCTIONS(table, heptad_table_bytes(entries, of->load),
                         heptad_table_init(&it->table, lines, bytes, it->load, it->hash, it->equal, it->context),
                         heptad_table_move(&it->table, lines, bytes, &old, &old_bytes))

/* Makes one that has room for `entries`, 0 or more, before it grows for the first time. What stands in the structure
 * does not matter: so release a live one first. _NULL without an allocator; errors as for heptad_set_init. */
HEPTAD_STATIC int heptad_growing_set_init(heptad_growing_set *set, const heptad_allocator *allocator,
                                          size_t entries, uint64_t seed, int load)
{
    heptad_growing_set start = { HEPTAD_INIT, NULL, 0, 0 };
    start.allocator = allocator;
    start.seed = seed;
    start.load = load;
    return heptad_growing_set_start(set, start, entries);
}

HEPTAD_STATIC int heptad_growing_map_init(heptad_growing_map *map, const heptad_allocator *allocator,
                                          size_t entries, uint64_t seed, int load)
{
    heptad_growing_map start = { HEPTAD_INIT, NULL, 0, 0 };
    start.allocator = allocator;
    start.seed = seed;
    start.load = load;
    return heptad_growing_map_start(map, start, entries);
}

/* _ARGUMENT also for values of no bytes. */
HEPTAD_STATIC int heptad_growing_sized_map_init(heptad_growing_sized_map *map, const heptad_allocator *allocator,
                                                size_t entries, uint64_t seed, int load, size_t value_size)
{
    heptad_growing_sized_map start = { HEPTAD_INIT, NULL, 0, 0, 0 };
    start.allocator = allocator;
    start.seed = seed;
    start.load = load;
    start.value_size = value_size;
    return value_size ? heptad_growing_sized_map_start(map, start, entries) : HEPTAD_ERROR_ARGUMENT;
}

HEPTAD_STATIC int heptad_growing_table_init(heptad_growing_table *table, const heptad_allocator *allocator,
                                            size_t entries, int load,
                                            uint64_t (*hash)(uint64_t entry, void *context),
                                            int (*equal)(uint64_t entry, const void *key, void *context),
                                            void *context)
{
    heptad_growing_table start = { HEPTAD_INIT, NULL, 0, NULL, NULL, NULL };
    start.allocator = allocator;
    start.load = load;
    start.hash = hash;
    start.equal = equal;
    start.context = context;
    return heptad_growing_table_start(table, start, entries);
}

/* As the functions without `growing_`, but that they grow in place of _FULL. */
HEPTAD_STATIC int heptad_growing_set_insert(heptad_growing_set *set, uint64_t key)
{
    int result = heptad_set_insert(heptad_growing_set_handle(set), key);
    return heptad_growing_set_has_grown(set, &result) ? heptad_set_insert(&set->set, key) : result;
}

HEPTAD_STATIC int heptad_growing_map_insert(heptad_growing_map *map, uint64_t key, uint64_t value,
                                            uint64_t *previous)
{
    int result = heptad_map_insert(heptad_growing_map_handle(map), key, value, previous);
    return heptad_growing_map_has_grown(map, &result) ? heptad_map_insert(&map->map, key, value, previous)
                                                      : result;
}

HEPTAD_STATIC int heptad_growing_map_get_or_insert(heptad_growing_map *map, uint64_t key, uint64_t value,
                                                   uint64_t *present)
{
    int result = heptad_map_get_or_insert(heptad_growing_map_handle(map), key, value, present);
    return heptad_growing_map_has_grown(map, &result)
        ? heptad_map_get_or_insert(&map->map, key, value, present)
        : result;
}

HEPTAD_STATIC int heptad_growing_map_add(heptad_growing_map *map, uint64_t key, uint64_t addend, uint64_t *sum)
{
    int result = heptad_map_add(heptad_growing_map_handle(map), key, addend, sum);
    return heptad_growing_map_has_grown(map, &result) ? heptad_map_add(&map->map, key, addend, sum) : result;
}

HEPTAD_STATIC int heptad_growing_sized_map_at(heptad_growing_sized_map *map, uint64_t key, void **value)
{
    int result = heptad_sized_map_at(heptad_growing_sized_map_handle(map), key, value);
    return heptad_growing_sized_map_has_grown(map, &result) ? heptad_sized_map_at(&map->sized_map, key, value) : result;
}

HEPTAD_STATIC int heptad_growing_sized_map_insert(heptad_growing_sized_map *map, uint64_t key, const void *value,
                                                  void *previous)
{
    int result = heptad_sized_map_insert(heptad_growing_sized_map_handle(map), key, value, previous);
    return heptad_growing_sized_map_has_grown(map, &result)
        ? heptad_sized_map_insert(&map->sized_map, key, value, previous)
        : result;
}

HEPTAD_STATIC int heptad_growing_table_insert(heptad_growing_table *table, uint64_t hash, const void *key,
                                              uint64_t entry, uint64_t *present)
{
    int result = heptad_table_insert(heptad_growing_table_handle(table), hash, key, entry, present);
    return heptad_growing_table_has_grown(table, &result)
        ? heptad_table_insert(&table->table, hash, key, entry, present)
        : result;
}

HEPTAD_STATIC int heptad_growing_table_insert_unique(heptad_growing_table *table, uint64_t hash, uint64_t entry)
{
    int result = heptad_table_insert_unique(heptad_growing_table_handle(table), hash, entry);
    return heptad_growing_table_has_grown(table, &result)
        ? heptad_table_insert_unique(&table->table, hash, entry)
        : result;
}

#ifdef __cplusplus
}
#endif
#endif
