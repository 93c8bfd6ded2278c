/* heptad_sized_map: values of many sizes, in memory of the test's: where they stand, and that they move with their
 * keys. */
#include "sized.h"

static HEPTAD_LINES(lines, GROUPS * (1 + 7 * 5));
static HEPTAD_LINES(other_lines, 2 * GROUPS * (1 + 7 * 5));
static const size_t sizes[] = { 1, 3, 4, 7, 8, 12, 16, 20, 40, 48, 64, 100, 192, 256, MOST_BYTES };

/* The greatest power of two up to 64 that divides a size. */
static size_t alignment_of(size_t size)
{
    size_t align = 64;
    while (size % align) {
        align /= 2;
    }
    return align;
}

static heptad_sized_map map = HEPTAD_INIT;

static void make(size_t size, int load)
{
    size_t bytes = heptad_sized_map_bytes(ENTRIES, HEPTAD_LOAD_15_16, size);
    CHECK(bytes > 0 && bytes <= sizeof lines);
    EQUAL(heptad_sized_map_init(&map, lines, bytes, SEED, load, size), HEPTAD_OK);
}

/* Is `place` the value that `key` should have? By way of the library, the header's lookup and a batch. */
static void expect_value(uint64_t key, size_t size, unsigned version)
{
    void *place = heptad_sized_map_get(&map, key), *one = &map;
    CHECK(heptad_inline_sized_map_get(&map, key) == place);
    EQUAL(heptad_sized_map_get_many(&map, &key, 1, &one), HEPTAD_OK);
    CHECK(one == place);
    EQUAL(place != NULL, version != 0);
    CHECK(!place || ((uintptr_t)place % alignment_of(size) == 0 && has_value(place, size, key, version)));
}

/* Puts keys in, changes, finds and removes them, and compares with an array of versions. */
static void churn(size_t size, uint64_t keys)
{
    unsigned char value[MOST_BYTES], previous[MOST_BYTES];
    unsigned versions[KEYS] = { 0 }, step;
    uint64_t len = 0, seen, most = heptad_sized_map_capacity(&map);
    size_t position = 0;
    void *place;
    CHECK(keys <= KEYS);
    for (step = 1; step < 6 * KEYS; step++) {
        uint64_t key = heptad_hash_word(1, step) % keys;
        int was_there = versions[key] != 0;
        memset(previous, 0, sizeof previous);
        if (step % 4 == 0) {
            EQUAL(heptad_sized_map_remove(&map, key, previous), was_there);
            CHECK(!was_there || has_value(previous, size, key, versions[key]));
            len -= was_there ? 1 : 0;
            versions[key] = 0;
        } else if (was_there || len < most) {
            write_value(value, size, key, step);
            if (step % 2) {
                EQUAL(heptad_sized_map_insert(&map, key, value, previous), !was_there);
                CHECK(!was_there || has_value(previous, size, key, versions[key]));
            } else {
                EQUAL(heptad_sized_map_at(&map, key, &place), !was_there);
                CHECK(!was_there || has_value(place, size, key, versions[key]));
                memcpy(place, value, size);
            }
            len += was_there ? 0 : 1;
            versions[key] = step;
        } else {
            EQUAL(heptad_sized_map_insert(&map, key, value, NULL), HEPTAD_ERROR_FULL);
            EQUAL(heptad_sized_map_at(&map, key, &place), HEPTAD_ERROR_FULL);
        }
        EQUAL(heptad_sized_map_len(&map), len);
        key = heptad_hash_word(2, step) % keys;
        expect_value(key, size, versions[key]);
    }
    for (seen = 0; seen < keys; seen++) {
        expect_value(seen, size, versions[seen]);
    }
    while (heptad_sized_map_next(&map, &position, &seen, &place) == 1) {
        CHECK(has_value(place, size, seen, versions[seen]));
        len--;
    }
    EQUAL(len, 0);
}

static void values_of_every_size(void)
{
    size_t at;
    for (at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        size_t size = sizes[at];
        make(size, HEPTAD_LOAD_15_16);
        EQUAL(heptad_sized_map_capacity(&map), ENTRIES);
        churn(size, ENTRIES + 5);
        EQUAL(heptad_sized_map_clear(&map), HEPTAD_OK);
        churn(size, 300);
        EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
        make(size, HEPTAD_LOAD_3_4);
        EQUAL(heptad_sized_map_capacity(&map), 84);
        churn(size, 90);
        EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
    }
}

/* Behind the groups, seven for each, side by side. */
static void where_values_stand(void)
{
    size_t at;
    for (at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        size_t size = sizes[at], position = 0;
        unsigned char seen[7 * GROUPS] = { 0 };
        uint64_t key;
        void *place;
        make(size, HEPTAD_LOAD_15_16);
        for (key = 0; key < ENTRIES; key++) {
            EQUAL(heptad_sized_map_at(&map, key, &place), 1);
        }
        while (heptad_sized_map_next(&map, &position, &key, &place) == 1) {
            size_t behind = (size_t)((unsigned char *)place - lines) - 64 * GROUPS;
            CHECK(behind % size == 0 && behind / size < 7 * GROUPS && !seen[behind / size]);
            seen[behind / size] = 1;
            /* Slot 1 to 7 of a group: the position after it is one more. */
            EQUAL(behind / size, (position - 1) / 8 * 7 + (position - 1) % 8 - 1);
        }
        EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
    }
}

/* 9.75 bytes and 1.07 times the value: as a heptad_map takes for a value of eight. */
static void bytes_per_entry(void)
{
    heptad_stats stats;
    size_t at;
    for (at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        size_t bytes = GROUPS * (64 + 7 * sizes[at]);
        EQUAL(heptad_sized_map_bytes(ENTRIES, HEPTAD_LOAD_15_16, sizes[at]), (bytes + 63) / 64 * 64);
        make(sizes[at], HEPTAD_LOAD_15_16);
        EQUAL(heptad_sized_map_stats(&map, &stats), HEPTAD_OK);
        EQUAL(stats.bytes, bytes);
        EQUAL(stats.groups, GROUPS);
        CHECK(bytes * 100 <= stats.capacity * (976 + 107 * sizes[at]));
        EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
        /* A byte less, and there are half as many groups. */
        EQUAL(heptad_sized_map_init(&map, lines, bytes - 1, SEED, HEPTAD_LOAD_15_16, sizes[at]), HEPTAD_OK);
        EQUAL(heptad_sized_map_capacity(&map), ENTRIES / 2);
        EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
    }
    EQUAL(heptad_sized_map_bytes(ENTRIES, HEPTAD_LOAD_15_16, 8), heptad_map_bytes(ENTRIES, HEPTAD_LOAD_15_16));
    /* A word and a word: 18.3 bytes. */
    EQUAL(heptad_sized_map_bytes(6720, HEPTAD_LOAD_15_16, 8) * 10 / 6720, 182);
}

/* Into more memory, and less, under another seed. */
static void moves(void)
{
    size_t at, size, bytes = 0;
    void *memory = NULL, *place;
    uint64_t key;
    for (at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
        size = sizes[at];
        make(size, HEPTAD_LOAD_15_16);
        for (key = 0; key < 50; key++) {
            EQUAL(heptad_sized_map_at(&map, key, &place), 1);
            write_value(place, size, key, 9);
        }
        EQUAL(heptad_sized_map_move(&map, other_lines, sizeof other_lines, 11, &memory, &bytes), HEPTAD_OK);
        CHECK(memory == lines && bytes == heptad_sized_map_bytes(ENTRIES, HEPTAD_LOAD_15_16, size));
        CHECK(heptad_sized_map_capacity(&map) >= 2 * ENTRIES);
        memset(lines, 0xEE, sizeof lines);
        for (key = 0; key < 100; key++) {
            expect_value(key, size, key < 50 ? 9 : 0);
        }
        bytes = heptad_sized_map_bytes(50, HEPTAD_LOAD_15_16, size);
        EQUAL(heptad_sized_map_move(&map, lines, bytes / 2, 12, NULL, NULL), HEPTAD_ERROR_TOO_SMALL);
        EQUAL(heptad_sized_map_move(&map, lines, bytes, 12, NULL, NULL), HEPTAD_OK);
        memset(other_lines, 0xEE, sizeof other_lines);
        EQUAL(heptad_sized_map_capacity(&map), 52);
        for (key = 0; key < 100; key++) {
            expect_value(key, size, key < 50 ? 9 : 0);
        }
        EQUAL(heptad_sized_map_release(&map, &memory, &bytes), HEPTAD_OK);
        CHECK(memory == lines);
        EQUAL(heptad_sized_map_release(&map, &memory, &bytes), HEPTAD_ERROR_HANDLE);
    }
}

/* Entries whose hashes are equal end up stashed, and the header's lookup then calls the library. */
static void stashed_values(void)
{
    enum { FLOOD = 40 };
    heptad_stats stats;
    uint64_t at;
    void *place;
    make(24, HEPTAD_LOAD_15_16);
    for (at = 0; at < FLOOD; at++) {
        /* Low bits of the hash are the group, the high seven the tag. */
        uint64_t key = heptad_unhash_word(SEED, HEPTAD_WORD(5) << 57 | at << 20);
        EQUAL(heptad_sized_map_at(&map, key, &place), 1);
        write_value(place, 24, key, 3);
    }
    EQUAL(heptad_sized_map_stats(&map, &stats), HEPTAD_OK);
    EQUAL(stats.stashed, FLOOD - 14);
    for (at = 0; at < FLOOD; at++) {
        uint64_t key = heptad_unhash_word(SEED, HEPTAD_WORD(5) << 57 | at << 20);
        expect_value(key, 24, 3);
        EQUAL(heptad_sized_map_remove(&map, key, NULL), 1);
        expect_value(key, 24, 0);
    }
    EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
}

static int keep_even(uint64_t key, void *value, void *context)
{
    CHECK(has_value(value, 12, key, 1));
    write_value(value, 12, key, 2);
    ++*(unsigned *)context;
    EQUAL(heptad_sized_map_remove(&map, key, NULL), HEPTAD_ERROR_BUSY);
    return key % 2 == 0;
}

static void retains(void)
{
    unsigned asked = 0;
    uint64_t key;
    make(12, HEPTAD_LOAD_15_16);
    for (key = 0; key < ENTRIES; key++) {
        void *place;
        EQUAL(heptad_sized_map_at(&map, key, &place), 1);
        write_value(place, 12, key, 1);
    }
    EQUAL(heptad_sized_map_retain(&map, keep_even, &asked), HEPTAD_OK);
    EQUAL(asked, ENTRIES);
    EQUAL(heptad_sized_map_len(&map), ENTRIES / 2 + 1);
    for (key = 0; key < ENTRIES; key++) {
        expect_value(key, 12, key % 2 ? 0 : 2);
    }
    EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
}

/* Sixteen lines at a time, and the rest. */
static void many(void)
{
    uint64_t keys[200], at;
    void *values[200];
    make(20, HEPTAD_LOAD_15_16);
    for (at = 0; at < 200; at++) {
        keys[at] = at * 3 % 200;
        if (at < ENTRIES) {
            void *place;
            EQUAL(heptad_sized_map_at(&map, at, &place), 1);
            write_value(place, 20, at, 4);
        }
    }
    EQUAL(heptad_sized_map_get_many(&map, keys, 200, values), HEPTAD_OK);
    for (at = 0; at < 200; at++) {
        CHECK(values[at] == heptad_sized_map_get(&map, keys[at]) && (values[at] != NULL) == (keys[at] < ENTRIES));
    }
    EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(values_of_every_size), CASE(where_values_stand), CASE(bytes_per_entry), CASE(moves), CASE(stashed_values),
        CASE(retains), CASE(many)
    };
    return RUN(cases);
}
