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
    heptad_sized_map map = HEPTAD_SIZED_INIT;
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
    heptad_sized_map map = HEPTAD_SIZED_INIT;
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
    heptad_sized_map map = HEPTAD_SIZED_INIT;
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
    heptad_sized_map map = HEPTAD_SIZED_INIT;
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
    heptad_sized_map map = HEPTAD_SIZED_INIT;
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
    heptad_sized_map map = HEPTAD_SIZED_INIT;
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
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, lines + 64, sizeof lines - 64, SEED, load, 8, 8),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_init(&map, lines + 64, 64, lines, sizeof lines, SEED, load, 8, 8),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, &map, 105 * 8, SEED, load, 8, 8),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, ~(size_t)0, SEED, load, 8, 8),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, sizeof values, SEED, 9, 16, 8),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_sized_map_init_growing(&map, &counting, (size_t)-1 / 8, SEED, load, 16, 8), HEPTAD_ERROR_CAPACITY);
    EQUAL(heptad_sized_map_value_bytes(0, 20, 8), 24);
    EQUAL(heptad_sized_map_reserve(&map, 1), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_sized_map_init_growing(&map, NULL, 0, SEED, load, 8, 8), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_init_growing(&map, &counting, 0, SEED, load, 8, 0), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_sized_map_value_bytes((size_t)-1 / 16, 16, 8), 0);
    EQUAL(heptad_sized_map_release(&map), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_sized_map_remove(&map, 1, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_sized_map_init_growing(&map, &counting, 0, SEED, load, (size_t)-1 / 16, 8), HEPTAD_OK);
    EQUAL(heptad_sized_map_insert(&map, 1, values, NULL), HEPTAD_ERROR_CAPACITY);
    EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
}

/* What is asked for at init, or reserved, is inserted without the allocator, and no value moves. */
static void room_that_was_asked_for(void)
{
    heptad_sized_map map = HEPTAD_SIZED_INIT;
    uint64_t key;
    void *first = NULL;
    EQUAL(heptad_sized_map_init_growing(&map, &counting, 100, SEED, HEPTAD_LOAD_15_16, 24, 8), HEPTAD_OK);
    calls = 0;
    for (key = 0; key < 100; key++) {
        EQUAL(heptad_sized_map_insert(&map, key, lines, NULL), 1);
        first = first ? first : heptad_sized_map_get(&map, 0);
        CHECK(heptad_sized_map_get(&map, 0) == first);
    }
    EQUAL(calls, 0);
    EQUAL(heptad_sized_map_remove(&map, 50, NULL), 1);
    EQUAL(heptad_sized_map_reserve(&map, 301), HEPTAD_OK);
    EQUAL(calls, 2);
    EQUAL(map.room, 400);
    first = heptad_sized_map_get(&map, 0);
    for (key = 1000; key < 1301; key++) {
        EQUAL(heptad_sized_map_insert(&map, key, lines, NULL), 1);
    }
    EQUAL(calls, 2);
    CHECK(heptad_sized_map_get(&map, 0) == first);
    EQUAL(heptad_sized_map_reserve(&map, (size_t)-1), HEPTAD_ERROR_CAPACITY);
    failing = 0;
    EQUAL(heptad_sized_map_reserve(&map, 1), HEPTAD_ERROR_MEMORY);
    failing = -1;
    EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
    expect_nothing_left();
    failing = 1;
    EQUAL(heptad_sized_map_init_growing(&map, &counting, 5, SEED, HEPTAD_LOAD_7_8, 8, 8), HEPTAD_ERROR_MEMORY);
    failing = -1;
    expect_nothing_left();
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, sizeof values, SEED, HEPTAD_LOAD_15_16, 8, 8),
          HEPTAD_OK);
    EQUAL(heptad_sized_map_reserve(&map, 105), HEPTAD_OK);
    EQUAL(heptad_sized_map_reserve(&map, 106), HEPTAD_ERROR_FULL);
    EQUAL(heptad_sized_map_reserve(&map, 10000), HEPTAD_ERROR_FULL);
    EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
}

/* The new value may be one of the map, which the insertion moves, and lie where the old one goes. */
static void values_from_the_map_itself(void)
{
    heptad_sized_map map = HEPTAD_SIZED_INIT;
    unsigned char value[40];
    uint64_t key, same = 0;
    unsigned asked = 0;
    EQUAL(heptad_sized_map_init_growing(&map, &counting, 0, SEED, HEPTAD_LOAD_7_8, 40, 8), HEPTAD_OK);
    write_value(value, 40, 0, 1);
    EQUAL(heptad_sized_map_insert(&map, 0, value, NULL), 1);
    for (key = 1; key < KEYS; key++) {
        EQUAL(heptad_sized_map_insert(&map, key, heptad_sized_map_get(&map, key - 1), NULL), 1);
        CHECK(has_value(heptad_sized_map_get(&map, key), 40, 0, 1));
    }
    write_value(value, 40, 7, 2);
    EQUAL(heptad_sized_map_insert(&map, 7, value, value), 0);
    CHECK(has_value(value, 40, 0, 1) && has_value(heptad_sized_map_get(&map, 7), 40, 7, 2));
    EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
    expect_nothing_left();

    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, 105 * 24, SEED, HEPTAD_LOAD_15_16, 24, 8),
          HEPTAD_OK);
    for (key = 0; key < 200; key++) {
        struct times times = { 0, { 0 } };
        times.last_seen = key;
        EQUAL(heptad_sized_map_insert_evicting(&map, key, &times, oldest, &asked, &same, &times), key < 105 ? 1 : 2);
        CHECK(key < 105 || times.last_seen == same);
        CHECK(((const struct times *)heptad_sized_map_get(&map, key))->last_seen == key);
    }
    EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
}

/* As of a heptad_map: places that must be given, and maps that are live. */
static void what_a_live_map_refuses(void)
{
    heptad_sized_map map = HEPTAD_SIZED_INIT;
    size_t position = 0;
    uint64_t key = 0;
    int load = HEPTAD_LOAD_15_16;
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, sizeof values, SEED, load, 16, 8), HEPTAD_OK);
    EQUAL(heptad_sized_map_insert(&map, 5, values + sizeof values - 16, NULL), 1);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, sizeof values, SEED, load, 16, 8),
          HEPTAD_ERROR_LIVE);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, values, 8, SEED, load, 16, 8), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_sized_map_init_growing(&map, &counting, 10, SEED, load, 8, 8), HEPTAD_ERROR_LIVE);
    expect_nothing_left();
    EQUAL(heptad_sized_map_at(&map, 6, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_insert(&map, 6, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_insert_evicting(&map, 6, NULL, oldest, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_next(&map, NULL, &key, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_next(&map, &position, &key, NULL), 1);
    EQUAL(key, 5);
    EQUAL(heptad_sized_map_len(&map), 1);
    EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
}

/* By way of a copy the keys do not change, and no memory goes. */
static void copies(void)
{
    heptad_sized_map map = HEPTAD_SIZED_INIT, copy;
    uint64_t key;
    EQUAL(heptad_sized_map_init_growing(&map, &counting, 0, SEED, HEPTAD_LOAD_7_8, 8, 8), HEPTAD_OK);
    for (key = 0; key < 8; key++) {
        EQUAL(heptad_sized_map_insert(&map, key, &key, NULL), 1);
    }
    EQUAL(map.used, map.room);
    copy = map;
    calls = 0;
    EQUAL(heptad_sized_map_insert(&copy, 8, &key, NULL), HEPTAD_ERROR_COPY);
    EQUAL(heptad_sized_map_reserve(&copy, 100), HEPTAD_ERROR_COPY);
    EQUAL(heptad_sized_map_remove(&copy, 1, NULL), HEPTAD_ERROR_COPY);
    EQUAL(heptad_sized_map_clear(&copy), HEPTAD_ERROR_COPY);
    EQUAL(heptad_sized_map_release(&copy), HEPTAD_ERROR_COPY);
    EQUAL(calls, 0);
    EQUAL(pieces, 2);
    for (key = 0; key < 8; key++) {
        CHECK(memcmp(heptad_sized_map_get(&map, key), &key, sizeof key) == 0);
    }
    EQUAL(heptad_sized_map_release(&map), HEPTAD_OK);
    expect_nothing_left();
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(fixed_memory), CASE(grown_memory), CASE(values_stay_where_they_are), CASE(a_cache),
        CASE(an_allocator_that_fails), CASE(refusals), CASE(room_that_was_asked_for), CASE(values_from_the_map_itself),
        CASE(what_a_live_map_refuses), CASE(copies)
    };
    return RUN(cases);
}
