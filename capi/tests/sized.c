/* heptad/sized.h: values of many sizes and alignments, in memory of the test's, and of an allocator that counts and
 * fails. */
#include "counting.h"
#include <heptad/sized.h>

enum { SEED = 7, KEYS = 500 };

static HEPTAD_LINES(lines, 32); /* 16 groups: 105 entries */
static HEPTAD_LINES(values, 105 * 5);

/* What the value of a key holds: `size` bytes that follow from the key and a version. */
static void write_value(unsigned char *bytes, size_t size, uint64_t key, unsigned version)
{
    size_t at;
    for (at = 0; at < size; at++) {
        bytes[at] = (unsigned char)(heptad_hash_word(version, key) >> at % 8 * 8);
    }
}

static int has_value(const void *bytes, size_t size, uint64_t key, unsigned version)
{
    unsigned char expected[300];
    write_value(expected, size, key, version);
    return memcmp(bytes, expected, size) == 0;
}

/* Puts keys in, changes, finds and removes them, and compares with an array of versions. */
static void churn(heptad_sized_map *map, size_t size, size_t align, uint64_t keys, uint64_t most)
{
    unsigned char value[300], previous[300];
    unsigned versions[KEYS] = { 0 }, step;
    uint64_t len = 0, seen;
    size_t position = 0;
    void *place;
    CHECK(keys <= KEYS);
    for (step = 1; step < 6 * KEYS; step++) {
        uint64_t key = heptad_hash_word(1, step) % keys;
        int was_there = versions[key] != 0;
        memset(previous, 0, sizeof previous);
        if (step % 3 == 0) {
            EQUAL(heptad_sized_map_remove(map, key, previous), was_there);
            CHECK(!was_there || has_value(previous, size, key, versions[key]));
            len -= was_there ? 1 : 0;
            versions[key] = 0;
        } else if (was_there || len < most) {
            write_value(value, size, key, step);
            EQUAL(heptad_sized_map_insert(map, key, value, previous), !was_there);
            CHECK(!was_there || has_value(previous, size, key, versions[key]));
            len += was_there ? 0 : 1;
            versions[key] = step;
        } else {
            EQUAL(heptad_sized_map_insert(map, key, value, NULL), HEPTAD_ERROR_FULL);
        }
        EQUAL(heptad_sized_map_len(map), len);
        key = heptad_hash_word(2, step) % keys;
        place = heptad_sized_map_get(map, key);
        EQUAL(place != NULL, versions[key] != 0);
        CHECK(!place || ((uintptr_t)place % align == 0 && has_value(place, size, key, versions[key])));
    }
    while (heptad_sized_map_next(map, &position, &seen, &place) == 1) {
        CHECK(has_value(place, size, seen, versions[seen]));
        len--;
    }
    EQUAL(len, 0);
}

static const size_t shapes[][2] = { { 0, 1 }, { 1, 1 }, { 7, 1 }, { 8, 8 }, { 12, 4 }, { 20, 1 },
                                    { 40, 8 }, { 48, 16 }, { 200, 32 }, { 256, 64 } };

static void fixed_memory(void)
{
    heptad_sized_map map;
    size_t at, bytes;
    for (at = 0; at < sizeof shapes / sizeof shapes[0]; at++) {
        size_t size = shapes[at][0], align = shapes[at][1];
        bytes = heptad_sized_map_value_bytes(105, size, align);
        EQUAL(bytes, 105 * (((size < 8 ? 8 : size) + align - 1) / align * align));
        CHECK(bytes <= sizeof values);
        EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, bytes, SEED, HEPTAD_LOAD_15_16, size, align),
              HEPTAD_OK);
        churn(&map, size, align, 110, 105);
        EQUAL(heptad_sized_map_clear(&map), HEPTAD_OK);
        churn(&map, size, align, 300, 105);
        EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
        EQUAL(heptad_sized_map_insert(&map, 1, values, NULL), HEPTAD_ERROR_HANDLE);
        CHECK(heptad_sized_map_get(&map, 1) == NULL);
    }
}

static void grown_memory(void)
{
    heptad_sized_map map;
    size_t at;
    for (at = 0; at < sizeof shapes / sizeof shapes[0]; at++) {
        EQUAL(heptad_sized_map_init_growing(&map, &counting, 0, SEED, HEPTAD_LOAD_7_8, shapes[at][0], shapes[at][1]),
              HEPTAD_OK);
        churn(&map, shapes[at][0], shapes[at][1], KEYS, KEYS);
        EQUAL(pieces, 2);
        EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
        expect_nothing_left();
    }
}

/* A pointer to a value is good while other keys come and go. */
static void values_stay_where_they_are(void)
{
    heptad_sized_map map;
    uint64_t key, value = 5;
    void *place = NULL, *first;
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, 105 * 24, SEED, HEPTAD_LOAD_15_16, 24, 8),
          HEPTAD_OK);
    EQUAL(heptad_sized_map_at(&map, 1000, &place), 1);
    memcpy(place, &value, sizeof value);
    first = place;
    for (key = 0; key < 104; key++) {
        EQUAL(heptad_sized_map_at(&map, key, &place), 1);
        memset(place, 0, 24);
    }
    EQUAL(heptad_sized_map_at(&map, key, &place), HEPTAD_ERROR_FULL);
    for (key = 0; key < 104; key++) {
        EQUAL(heptad_sized_map_remove(&map, key, NULL), 1);
        EQUAL(heptad_sized_map_remove(&map, key, NULL), 0);
    }
    EQUAL(heptad_sized_map_at(&map, 1000, &place), 0);
    CHECK(place == first && memcmp(place, &value, sizeof value) == 0);
    EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
}

struct times {
    uint64_t last_seen;
    unsigned char name[16];
};

static size_t oldest(const heptad_sized_entry *entries, size_t count, void *context)
{
    size_t at, best = 0;
    for (at = 1; at < count; at++) {
        const struct times *times = (const struct times *)entries[at].value;
        best = times->last_seen < ((const struct times *)entries[best].value)->last_seen ? at : best;
    }
    ++*(unsigned *)context;
    return best;
}

static void a_cache(void)
{
    heptad_sized_map map;
    struct times times = { 0, { 0 } }, old;
    unsigned calls = 0;
    uint64_t key, old_key = 0, seen = 0, sum = 0, gone = 0;
    size_t position = 0;
    void *place;
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, 105 * sizeof times, SEED, HEPTAD_LOAD_15_16,
                                sizeof times, 8),
          HEPTAD_OK);
    for (key = 0; key < 2000; key++) {
        int expected = key < 105 ? 1 : 2;
        times.last_seen = key;
        write_value(times.name, sizeof times.name, key, 1);
        EQUAL(heptad_sized_map_insert_evicting(&map, key, &times, oldest, &calls, &old_key, &old), expected);
        sum += key;
        if (expected == 2) {
            CHECK(old.last_seen == old_key && has_value(old.name, sizeof old.name, old_key, 1));
            CHECK(!heptad_sized_map_get(&map, old_key));
            gone += old_key;
        }
        EQUAL(heptad_sized_map_insert_evicting(&map, key, &times, oldest, &calls, &old_key, &old), 0);
        CHECK(old_key == key && old.last_seen == key);
    }
    EQUAL(calls, 2000 - 105);
    while (heptad_sized_map_next(&map, &position, &key, &place) == 1) {
        const struct times *its = (const struct times *)place;
        CHECK(its->last_seen == key && has_value(its->name, sizeof its->name, key, 1));
        seen += key;
    }
    EQUAL(seen + gone, sum);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, &times, NULL, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
}

/* When the allocator has nothing, nothing changes. */
static void an_allocator_that_fails(void)
{
    heptad_sized_map map;
    uint64_t key, value;
    long until;
    for (until = 0; until < 12; until++) {
        int result = HEPTAD_OK;
        failing = until;
        result = heptad_sized_map_init_growing(&map, &counting, 0, SEED, HEPTAD_LOAD_7_8, 8, 8);
        for (key = 0; result >= 0 && key < KEYS; key++) {
            result = heptad_sized_map_insert(&map, key, &key, NULL);
        }
        EQUAL(result, HEPTAD_ERROR_MEMORY);
        failing = -1;
        if (until > 0) {
            EQUAL(heptad_sized_map_len(&map), key - 1);
            EQUAL(heptad_sized_map_insert(&map, key - 1, &key, NULL), 1);
            while (key-- > 1) {
                EQUAL(heptad_sized_map_remove(&map, key - 1, &value), 1);
            }
            EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
        }
        expect_nothing_left();
    }
}

static void refusals(void)
{
    heptad_sized_map map = { { HEPTAD_INIT, NULL, 0, 0 }, NULL, 0, 0, 0, 0, 0 };
    int load = HEPTAD_LOAD_15_16;
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, 105 * 16 - 1, SEED, load, 16, 8),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values + 4, 105 * 16, SEED, load, 16, 8),
          HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, NULL, 105 * 16, SEED, load, 16, 8), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_init(&map, NULL, 0, values, 105 * 16, SEED, load, 16, 8), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, sizeof values, SEED, load, 16, 3),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, sizeof values, SEED, load, 16, 128),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, sizeof values, SEED, load, (size_t)-1, 8),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_sized_map_init_growing(&map, NULL, 0, SEED, load, 8, 8), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_init_growing(&map, &counting, 0, SEED, load, 8, 0), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_sized_map_value_bytes((size_t)-1 / 16, 16, 8), 0);
    EQUAL(heptad_sized_map_release(&map), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_sized_map_remove(&map, 1, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_sized_map_init_growing(&map, &counting, 0, SEED, load, (size_t)-1 / 16, 8), HEPTAD_OK);
    EQUAL(heptad_sized_map_insert(&map, 1, values, NULL), HEPTAD_ERROR_CAPACITY);
    EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(fixed_memory), CASE(grown_memory), CASE(values_stay_where_they_are), CASE(a_cache),
        CASE(an_allocator_that_fails), CASE(refusals)
    };
    return RUN(cases);
}
