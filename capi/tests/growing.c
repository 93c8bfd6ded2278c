/* heptad/growing.h: growth under an allocator that counts, fails, and checks that all memory is returned. */
#include "counting.h"
#include <heptad/growing.h>

enum { COUNT = 5000, SEED = 7 };

static uint64_t hash_of(uint64_t entry, void *context)
{
    (void)context;
    return heptad_hash_word(SEED, entry);
}

static int is_equal(uint64_t entry, const void *key, void *context)
{
    (void)context;
    return entry == *(const uint64_t *)key;
}

static void a_set_grows_and_shrinks(void)
{
    heptad_growing_set it;
    uint64_t key;
    long before;
    EQUAL(heptad_growing_set_init(&it, &counting, 0, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    for (key = 0; key < COUNT; key++) {
        EQUAL(heptad_growing_set_insert(&it, key), 1);
        EQUAL(heptad_growing_set_insert(&it, key), 0);
        EQUAL(pieces, 1);
    }
    EQUAL(heptad_set_len(&it.set), COUNT);
    for (key = 0; key < 2 * COUNT; key++) {
        EQUAL(heptad_set_contains(&it.set, key), key < COUNT);
    }
    /* Twice as many each time: from 6 entries to 6720. */
    EQUAL(heptad_set_capacity(&it.set), 6720);
    EQUAL(calls, 11);
    before = calls;
    for (key = 10; key < COUNT; key++) {
        EQUAL(heptad_set_remove(&it.set, key), 1);
    }
    EQUAL(calls, before);
    EQUAL(heptad_growing_set_shrink(&it, 20), HEPTAD_OK);
    EQUAL(heptad_set_capacity(&it.set), 26);
    EQUAL(heptad_growing_set_shrink(&it, 0), HEPTAD_OK);
    EQUAL(heptad_set_capacity(&it.set), 13);
    EQUAL(all_bytes, 128);
    EQUAL(heptad_growing_set_reserve(&it, 100), HEPTAD_OK);
    EQUAL(heptad_set_capacity(&it.set), 210);
    before = calls;
    EQUAL(heptad_growing_set_reserve(&it, 200), HEPTAD_OK);
    EQUAL(calls, before);
    EQUAL(heptad_growing_set_reserve(&it, (size_t)-1), HEPTAD_ERROR_CAPACITY);
    EQUAL(heptad_growing_set_reserve(&it, (size_t)-20), HEPTAD_ERROR_CAPACITY);
    for (key = 0; key < 20; key++) {
        EQUAL(heptad_set_contains(&it.set, key), key < 10);
    }
    EQUAL(heptad_growing_set_release(&it), HEPTAD_OK);
    EQUAL(heptad_growing_set_release(&it), HEPTAD_ERROR_HANDLE);
    expect_nothing_left();
}

static void a_map_grows(void)
{
    heptad_growing_map it;
    uint64_t key, value;
    EQUAL(heptad_growing_map_init(&it, &counting, 100, SEED, HEPTAD_LOAD_3_4), HEPTAD_OK);
    for (key = 0; key < COUNT; key++) {
        EQUAL(heptad_growing_map_insert(&it, 3 * key, key, NULL), 1);
        EQUAL(heptad_growing_map_get_or_insert(&it, 3 * key + 1, key + 1, NULL), 1);
        EQUAL(heptad_growing_map_add(&it, 3 * key + 2, key + 2, &value), 1);
        EQUAL(value, key + 2);
    }
    for (key = 0; key < 3 * COUNT; key++) {
        EQUAL(heptad_map_get(&it.map, key, &value), 1);
        EQUAL(value, key / 3 + key % 3);
    }
    EQUAL(heptad_growing_map_insert(&it, 0, 9, &value), 0);
    EQUAL(value, 0);
    EQUAL(heptad_growing_map_release(&it), HEPTAD_OK);
    expect_nothing_left();
}

static void a_table_grows(void)
{
    heptad_growing_table it;
    uint64_t entry, present;
    EQUAL(heptad_growing_table_init(&it, &counting, 0, HEPTAD_LOAD_7_8, hash_of, is_equal, NULL), HEPTAD_OK);
    for (entry = 0; entry < COUNT; entry++) {
        EQUAL(heptad_growing_table_insert(&it, hash_of(entry, NULL), &entry, entry, NULL), 1);
        EQUAL(heptad_growing_table_insert(&it, hash_of(entry, NULL), &entry, entry, &present), 0);
        EQUAL(heptad_growing_table_insert_unique(&it, hash_of(entry + COUNT, NULL), entry + COUNT), HEPTAD_OK);
    }
    EQUAL(heptad_table_len(&it.table), 2 * COUNT);
    for (entry = 0; entry < 3 * COUNT; entry++) {
        EQUAL(heptad_table_find(&it.table, hash_of(entry, NULL), &entry, NULL), entry < 2 * COUNT);
    }
    EQUAL(heptad_growing_table_release(&it), HEPTAD_OK);
    expect_nothing_left();
}

static void refused_memory_changes_nothing(void)
{
    heptad_growing_set it;
    uint64_t key, refused = 0;
    failing = 0;
    EQUAL(heptad_growing_set_init(&it, &counting, 0, SEED, HEPTAD_LOAD_15_16), HEPTAD_ERROR_MEMORY);
    failing = -1;
    EQUAL(heptad_growing_set_init(&it, &counting, 0, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    for (key = 0; key < COUNT; key++) {
        int result;
        failing = 0;
        result = heptad_growing_set_insert(&it, key);
        if (result != 1) {
            EQUAL(result, HEPTAD_ERROR_MEMORY);
            EQUAL(heptad_set_len(&it.set), key);
            EQUAL(heptad_set_contains(&it.set, key), 0);
            refused++;
            failing = -1;
            EQUAL(heptad_growing_set_insert(&it, key), 1);
        }
    }
    EQUAL(refused, 10);
    EQUAL(heptad_growing_set_shrink(&it, 0), HEPTAD_ERROR_MEMORY);
    EQUAL(heptad_growing_set_reserve(&it, COUNT), HEPTAD_OK);
    failing = -1;
    EQUAL(heptad_set_len(&it.set), COUNT);
    EQUAL(heptad_growing_set_release(&it), HEPTAD_OK);
    expect_nothing_left();
}

static void wrong_arguments(void)
{
    heptad_growing_set it;
    EQUAL(heptad_growing_set_init(NULL, &counting, 0, SEED, HEPTAD_LOAD_15_16), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_set_insert(NULL, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_map_insert(NULL, 1, 2, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_map_get_or_insert(NULL, 1, 2, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_map_add(NULL, 1, 2, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_table_insert(NULL, 1, NULL, 2, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_table_insert_unique(NULL, 1, 2), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_set_init(&it, NULL, 0, SEED, HEPTAD_LOAD_15_16), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_set_init(&it, &counting, 0, SEED, 3), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_growing_set_init(&it, &counting, (size_t)-1, SEED, 0), HEPTAD_ERROR_CAPACITY);
    CHECK(strcmp(heptad_strerror(HEPTAD_ERROR_MEMORY), "the allocator has no memory") == 0);
    expect_nothing_left();
}

/* Of zeros, there is no allocator to call. */
static void dead_ones(void)
{
    static heptad_growing_set set;
    static heptad_growing_map map;
    static heptad_growing_table table;
    EQUAL(heptad_growing_set_insert(&set, 1), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_set_reserve(&set, 1), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_set_reserve(&set, 0), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_map_reserve(&map, 0), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_table_reserve(&table, 0), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_map_reserve(&map, 1), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_table_shrink(&table, 1), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_set_release(&set), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_set_init(&set, &counting, 0, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(heptad_growing_set_release(&set), HEPTAD_OK);
    EQUAL(heptad_growing_set_shrink(&set, 9), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_set_release(&set), HEPTAD_ERROR_HANDLE);
    expect_nothing_left();
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(a_set_grows_and_shrinks), CASE(a_map_grows), CASE(a_table_grows),
        CASE(refused_memory_changes_nothing), CASE(wrong_arguments), CASE(dead_ones),
    };
    return RUN(cases);
}
