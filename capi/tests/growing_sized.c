/* heptad_growing_sized_map: growth under an allocator that counts, fails, and checks that all memory is returned. */
#include "counting.h"
#include "sized.h"
#include <heptad/growing.h>

static void grows_and_shrinks(void)
{
    static const size_t sizes[] = { 1, 8, 20, 40, 200 };
    heptad_growing_sized_map it;
    unsigned char value[MOST_BYTES], previous[MOST_BYTES];
    uint64_t key;
    size_t at;
    void *place;
    for (at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        size_t size = sizes[at];
        EQUAL(heptad_growing_sized_map_init(&it, &counting, 0, SEED, HEPTAD_LOAD_7_8, size), HEPTAD_OK);
        for (key = 0; key < 2 * KEYS; key++) {
            write_value(value, size, key, 1);
            EQUAL(heptad_growing_sized_map_insert(&it, key, value, previous), 1);
            write_value(value, size, key, 2);
            EQUAL(heptad_growing_sized_map_insert(&it, key, value, previous), 0);
            CHECK(has_value(previous, size, key, 1));
            EQUAL(heptad_growing_sized_map_at(&it, key, &place), 0);
            CHECK(has_value(place, size, key, 2));
            EQUAL(pieces, 1);
        }
        EQUAL(heptad_sized_map_len(&it.sized_map), 2 * KEYS);
        for (key = 20; key < 2 * KEYS; key++) {
            EQUAL(heptad_sized_map_remove(&it.sized_map, key, value), 1);
            CHECK(has_value(value, size, key, 2));
        }
        EQUAL(heptad_growing_sized_map_shrink(&it, 0), HEPTAD_OK);
        EQUAL(heptad_sized_map_capacity(&it.sized_map), 24);
        EQUAL(all_bytes, (4 * (64 + 7 * size) + 63) / 64 * 64);
        EQUAL(heptad_growing_sized_map_reserve(&it, 1000), HEPTAD_OK);
        calls = 0;
        for (key = 0; key < 1000; key++) {
            EQUAL(heptad_growing_sized_map_at(&it, key, &place), key >= 20);
            CHECK(key >= 20 || has_value(place, size, key, 2));
        }
        EQUAL(calls, 0);
        EQUAL(heptad_growing_sized_map_reserve(&it, (size_t)-1), HEPTAD_ERROR_CAPACITY);
        EQUAL(heptad_growing_sized_map_reserve(&it, (size_t)-20), HEPTAD_ERROR_CAPACITY);
        EQUAL(heptad_growing_sized_map_release(&it), HEPTAD_OK);
        EQUAL(heptad_growing_sized_map_release(&it), HEPTAD_ERROR_HANDLE);
        expect_nothing_left();
    }
}

/* When the allocator has nothing, nothing changes. */
static void an_allocator_that_fails(void)
{
    heptad_growing_sized_map it;
    uint64_t key, value;
    long until;
    for (until = 0; until < 6; until++) {
        int result;
        failing = until;
        result = heptad_growing_sized_map_init(&it, &counting, 0, SEED, HEPTAD_LOAD_7_8, 8);
        for (key = 0; result >= 0 && key < KEYS; key++) {
            result = heptad_growing_sized_map_insert(&it, key, &key, NULL);
        }
        EQUAL(result, HEPTAD_ERROR_MEMORY);
        failing = -1;
        if (until > 0) {
            EQUAL(heptad_sized_map_len(&it.sized_map), key - 1);
            EQUAL(heptad_growing_sized_map_insert(&it, key - 1, &key, NULL), 1);
            while (key-- > 1) {
                EQUAL(heptad_sized_map_remove(&it.sized_map, key - 1, &value), 1);
            }
            EQUAL(heptad_growing_sized_map_release(&it), HEPTAD_OK);
        }
        expect_nothing_left();
    }
}

static void refusals(void)
{
    heptad_growing_sized_map it, copy;
    int load = HEPTAD_LOAD_15_16;
    uint64_t value = 1;
    void *place;
    memset(&it, 0, sizeof it);
    EQUAL(heptad_growing_sized_map_insert(&it, 1, &value, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_sized_map_reserve(&it, 1), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_sized_map_shrink(&it, 1), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_sized_map_release(&it), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_growing_sized_map_insert(NULL, 1, &value, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_sized_map_at(NULL, 1, &place), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_sized_map_reserve(NULL, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_sized_map_shrink(NULL, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_sized_map_release(NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_sized_map_init(NULL, &counting, 0, SEED, load, 8), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_sized_map_init(&it, NULL, 0, SEED, load, 8), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_sized_map_init(&it, &counting, 0, SEED, load, 0), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_growing_sized_map_init(&it, &counting, 0, SEED, 9, 8), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_growing_sized_map_init(&it, &counting, (size_t)-1 / 8, SEED, load, 16), HEPTAD_ERROR_CAPACITY);
    EQUAL(heptad_growing_sized_map_init(&it, &counting, 0, SEED, load, (size_t)-1 / 8), HEPTAD_ERROR_CAPACITY);
    expect_nothing_left();
    EQUAL(heptad_growing_sized_map_init(&it, &counting, 0, SEED, load, 8), HEPTAD_OK);
    EQUAL(heptad_growing_sized_map_insert(&it, 1, NULL, NULL), HEPTAD_ERROR_NULL);
    while (heptad_sized_map_len(&it.sized_map) < heptad_sized_map_capacity(&it.sized_map)) {
        EQUAL(heptad_growing_sized_map_insert(&it, value, &value, NULL), 1);
        value++;
    }
    copy = it;
    EQUAL(heptad_growing_sized_map_insert(&copy, value, &value, NULL), HEPTAD_ERROR_COPY);
    EQUAL(heptad_growing_sized_map_at(&copy, value, &place), HEPTAD_ERROR_COPY);
    EQUAL(heptad_growing_sized_map_reserve(&copy, 100), HEPTAD_ERROR_COPY);
    EQUAL(heptad_growing_sized_map_release(&copy), HEPTAD_ERROR_COPY);
    EQUAL(pieces, 1);
    EQUAL(heptad_growing_sized_map_release(&it), HEPTAD_OK);
    expect_nothing_left();
}

int main(void)
{
    static const struct test_case cases[] = { CASE(grows_and_shrinks), CASE(an_allocator_that_fails), CASE(refusals) };
    return RUN(cases);
}
