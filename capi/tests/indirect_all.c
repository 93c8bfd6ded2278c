/* Functions that change an entry of a heptad_indirect by a function of the caller's, and those that take many out; and
 * version, names of errors and the text of statistics. */
#include "check.h"

enum { ENTRIES = 200 };

static HEPTAD_LINES(lines, 200);

/* A key is a number, and its reference too. */
static int is_number(uint64_t reference, const void *key, void *context)
{
    (void)context;
    return reference == *(const uint64_t *)key;
}

static uint64_t hash_of(uint64_t key)
{
    return heptad_hash_word(3, key);
}

static void fill(heptad_indirect *map)
{
    heptad_indirect unmade = HEPTAD_INIT;
    uint64_t key;
    *map = unmade;
    EQUAL(heptad_indirect_init(map, lines, sizeof lines, 7, HEPTAD_HASH_BITS_OF_INDICES, is_number, NULL), HEPTAD_OK);
    for (key = 0; key < ENTRIES; key++) {
        EQUAL(heptad_indirect_get_or_insert(map, hash_of(key), &key, key, 10 * key, NULL), 1);
    }
}

/* Adds one, makes 5 of nothing, and takes 71 out. */
static int change(uint64_t *value, int is_present, void *context)
{
    ++*(unsigned *)context;
    *value = is_present ? *value + 1 : 5;
    return *value != 71;
}

static void updates_by_a_function(void)
{
    heptad_indirect map;
    unsigned calls = 0;
    uint64_t key = 3, stored = 99, previous = 99;
    fill(&map);
    EQUAL(heptad_indirect_fetch_update(&map, hash_of(key), &key, 3, change, &calls, &stored, &previous), 1);
    CHECK(stored == 3 && previous == 30 && calls == 1);
    EQUAL(heptad_indirect_get(&map, hash_of(key), &key, NULL, &previous), 1);
    EQUAL(previous, 31);
    key = 7;
    EQUAL(heptad_indirect_fetch_update(&map, hash_of(key), &key, 7, change, &calls, &stored, &previous), 1);
    CHECK(stored == 7 && previous == 70);
    EQUAL(heptad_indirect_get(&map, hash_of(key), &key, NULL, NULL), 0);
    key = 1000, stored = previous = 99;
    EQUAL(heptad_indirect_fetch_update(&map, hash_of(key), &key, 1000, change, &calls, &stored, &previous), 0);
    CHECK(stored == 99 && previous == 99);
    EQUAL(heptad_indirect_get(&map, hash_of(key), &key, &stored, &previous), 1);
    CHECK(stored == 1000 && previous == 5 && calls == 3);
}

static void removals_by_value(void)
{
    heptad_indirect map;
    uint64_t key = 3, stored = 99, previous = 99;
    int was_present = 9;
    fill(&map);
    EQUAL(heptad_indirect_compare_and_remove(&map, hash_of(key), &key, HEPTAD_VALUE, 31, &was_present, &stored,
                                             &previous),
          0);
    CHECK(was_present == 1 && stored == 3 && previous == 30);
    EQUAL(heptad_indirect_compare_and_remove(&map, hash_of(key), &key, HEPTAD_VALUE, 30, &was_present, &stored,
                                             &previous),
          1);
    EQUAL(heptad_indirect_get(&map, hash_of(key), &key, NULL, NULL), 0);
    stored = 99;
    EQUAL(heptad_indirect_compare_and_remove(&map, hash_of(key), &key, HEPTAD_EXISTS, 0, &was_present, &stored, NULL), 0);
    CHECK(was_present == 0 && stored == 99);
    EQUAL(heptad_indirect_len(&map), ENTRIES - 1);
}

static unsigned char gone[ENTRIES];

static int keep_even(uint64_t reference, uint64_t value, void *context)
{
    CHECK(context == (void *)gone && value == 10 * reference);
    return reference % 2 == 0;
}

static void note(uint64_t reference, uint64_t value, void *context)
{
    CHECK(context == (void *)gone && value == 10 * reference && reference < ENTRIES);
    EQUAL(gone[reference]++, 0);
}

static void many_are_taken_out(void)
{
    heptad_indirect map;
    uint64_t key;
    fill(&map);
    EQUAL(heptad_indirect_retain(&map, keep_even, note, gone), HEPTAD_OK);
    for (key = 0; key < ENTRIES; key++) {
        EQUAL(gone[key], key % 2);
        EQUAL(heptad_indirect_get(&map, hash_of(key), &key, NULL, NULL), key % 2 == 0);
    }
    EQUAL(heptad_indirect_retain(&map, keep_even, NULL, gone), HEPTAD_OK);
    EQUAL(heptad_indirect_len(&map), ENTRIES / 2);
    EQUAL(heptad_indirect_clear(&map, note, gone), HEPTAD_OK);
    for (key = 0; key < ENTRIES; key++) {
        EQUAL(gone[key], 1);
    }
    EQUAL(heptad_indirect_len(&map), 0);
    EQUAL(heptad_indirect_clear(&map, NULL, NULL), HEPTAD_OK);
}

static void names_and_texts(void)
{
    static const char text[] =
        "groups 18446744073709551615\nlen 0\ncapacity 1\ndisplaced 23\nstashed 456\nspan 0\nfilter_bits 10\n"
        "full_groups 9\nbytes 99\n";
    heptad_stats stats = { UINT64_MAX, 0, 1, 23, 456, 0, 10, 9, 99 };
    char buffer[sizeof text + 1];
    size_t room;
    EQUAL(heptad_stats_print(&stats, NULL, 0), sizeof text - 1);
    for (room = 1; room <= sizeof text; room++) {
        memset(buffer, '#', sizeof buffer);
        EQUAL(heptad_stats_print(&stats, buffer, room), sizeof text - 1);
        CHECK(memcmp(buffer, text, room - 1) == 0);
        CHECK(buffer[room - 1] == 0 && buffer[room] == '#');
    }
    EQUAL(heptad_stats_print(NULL, buffer, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_stats_print(&stats, NULL, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_stats_print(&stats, buffer, (size_t)-1), HEPTAD_ERROR_OVERLAPPING);

    CHECK(strchr(heptad_version(), '.') != NULL && heptad_version()[0] >= '0');
    CHECK(strcmp(heptad_error_name(HEPTAD_ERROR_FULL), "HEPTAD_ERROR_FULL") == 0);
    CHECK(strcmp(heptad_error_name(HEPTAD_ERROR_MEMORY), "HEPTAD_ERROR_MEMORY") == 0);
    CHECK(strcmp(heptad_error_name(1), "HEPTAD_OK") == 0);
    CHECK(strcmp(heptad_error_name(-1000), "HEPTAD_ERROR") == 0);
    EQUAL(heptad_table_bytes(100, HEPTAD_LOAD_3_4), heptad_set_bytes(100, HEPTAD_LOAD_3_4));
    EQUAL(heptad_table_bytes(100, 9), 0);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(updates_by_a_function), CASE(removals_by_value), CASE(many_are_taken_out), CASE(names_and_texts),
    };
    return RUN(cases);
}
