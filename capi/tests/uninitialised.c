/* Tables in memory that nobody initialised, with few entries: what a lookup decides rests on metadata words and on
 * entries that are there. Stage `capi-memcheck` runs this under valgrind, which reports any other decision: so there
 * are no suppressions to install. */
#include "check.h"
#include <heptad/growing_robin.h>
#include <heptad/inline.h>
#include <heptad/malloc.h>

enum { GROUPS = 64, KEYS = 200, LOOKUPS = 2 * KEYS };

static void *fresh(size_t bytes)
{
    return heptad_malloc.allocate(bytes, 64, NULL);
}

static uint64_t keys[LOOKUPS];

static unsigned in_all(const uint8_t *found)
{
    unsigned number, sum = 0;
    for (number = 0; number < LOOKUPS; number++) {
        sum += found[number];
    }
    return sum;
}

static void sets(void)
{
    void *lines = fresh(64 * GROUPS);
    uint8_t *found = (uint8_t *)fresh(LOOKUPS);
    heptad_set set = HEPTAD_INIT;
    uint64_t key;
    EQUAL(heptad_set_init(&set, lines, 64 * GROUPS, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    for (key = 0; key < LOOKUPS; key++) {
        keys[key] = key;
        heptad_set_insert(&set, key);
        if (key >= KEYS) {
            EQUAL(heptad_set_remove(&set, key), 1);
        }
    }
    for (key = 0; key < LOOKUPS; key++) {
        EQUAL(heptad_set_contains(&set, key), key < KEYS);
        EQUAL(heptad_inline_set_contains(&set, key), key < KEYS);
    }
    EQUAL(heptad_set_contains_many(&set, keys, LOOKUPS, found), HEPTAD_OK);
    EQUAL(in_all(found), KEYS);
    EQUAL(heptad_inline_set_contains_many(&set, keys, LOOKUPS, found), HEPTAD_OK);
    EQUAL(in_all(found), KEYS);
    EQUAL(heptad_set_release(&set, NULL, NULL), HEPTAD_OK);
    heptad_malloc.release(lines, 0, 64, NULL);
    heptad_malloc.release(found, 0, 64, NULL);
}

static void maps(void)
{
    void *lines = fresh(128 * GROUPS);
    uint8_t *found = (uint8_t *)fresh(LOOKUPS);
    uint64_t *values = (uint64_t *)fresh(LOOKUPS * sizeof *values), key, value;
    heptad_map map = HEPTAD_INIT;
    EQUAL(heptad_map_init(&map, lines, 128 * GROUPS, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    for (key = 0; key < KEYS; key++) {
        EQUAL(heptad_map_insert(&map, key, ~key, NULL), 1);
    }
    for (key = 0; key < LOOKUPS; key++) {
        keys[key] = key;
        EQUAL(heptad_map_get(&map, key, &value), key < KEYS);
        EQUAL(heptad_inline_map_get(&map, key, &value), key < KEYS);
    }
    EQUAL(heptad_map_get_many(&map, keys, LOOKUPS, values, found), HEPTAD_OK);
    EQUAL(in_all(found), KEYS);
    EQUAL(heptad_inline_map_get_many(&map, keys, LOOKUPS, values, found), HEPTAD_OK);
    EQUAL(in_all(found), KEYS);
    EQUAL(values[0], ~HEPTAD_WORD(0));
    EQUAL(heptad_map_release(&map, NULL, NULL), HEPTAD_OK);
    heptad_malloc.release(lines, 0, 64, NULL);
    heptad_malloc.release(values, 0, 64, NULL);
    heptad_malloc.release(found, 0, 64, NULL);
}

static void growing_ones(void)
{
    heptad_growing_robin robin;
    heptad_growing_sized_map sized;
    uint64_t key;
    EQUAL(heptad_growing_robin_init(&robin, &heptad_malloc, 1000, HEPTAD_LOAD_7_8), HEPTAD_OK);
    EQUAL(heptad_growing_sized_map_init(&sized, &heptad_malloc, 0, 1, HEPTAD_LOAD_7_8, 24), HEPTAD_OK);
    for (key = 0; key < KEYS; key++) {
        char value[24] = { 0 };
        EQUAL(heptad_growing_robin_insert(&robin, key * 1000), 1);
        EQUAL(heptad_growing_sized_map_insert(&sized, key, value, NULL), 1);
    }
    for (key = 0; key < LOOKUPS; key++) {
        EQUAL(heptad_robin_contains(&robin.robin, key * 1000), key < KEYS);
        EQUAL(heptad_sized_map_get(&sized.sized_map, key) != NULL, key < KEYS);
    }
    EQUAL(heptad_growing_robin_release(&robin), HEPTAD_OK);
    EQUAL(heptad_growing_sized_map_release(&sized), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = { CASE(sets), CASE(maps), CASE(growing_ones) };
    return RUN(cases);
}
