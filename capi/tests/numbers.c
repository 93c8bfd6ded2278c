/* The numbers in heptad.h that a program in C can see. Those of cache lines are asserted where lines are counted,
 * in src/swiss/lines.rs, src/lockfree/lines.rs and src/robin_hood/tests.rs. */
#include "check.h"

enum { GROUPS = 64 };

static HEPTAD_LINES(lines, 4 * GROUPS);

static void room_in_groups(void)
{
    static const size_t room[] = { 6, 13, 26, 52, 105, 210, 420 };
    size_t power, groups;
    for (power = 0; power <= 6; power++) {
        heptad_set set = HEPTAD_INIT;
        heptad_map map = HEPTAD_INIT;
        groups = (size_t)1 << power;
        EQUAL(heptad_set_init(&set, lines, 64 * groups, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
        EQUAL(heptad_set_capacity(&set), room[power]);
        EQUAL(heptad_set_bytes(room[power], HEPTAD_LOAD_15_16), 64 * groups);
        EQUAL(heptad_set_bytes(room[power] + 1, HEPTAD_LOAD_15_16), 128 * groups);
        EQUAL(heptad_map_init(&map, lines, 128 * groups, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
        EQUAL(heptad_map_capacity(&map), room[power]);
        EQUAL(heptad_map_bytes(room[power], HEPTAD_LOAD_15_16), (120 * groups + 63) / 64 * 64);
    }
    /* Not a power of two: the one below is used. */
    for (groups = 5; groups < 8; groups++) {
        heptad_set set = HEPTAD_INIT;
        EQUAL(heptad_set_init(&set, lines, 64 * groups, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
        EQUAL(heptad_set_capacity(&set), 26);
    }
}

/* How many words of `bytes` bytes at `lines` are not 0xee throughout. */
static size_t words_written(size_t bytes)
{
    static const uint64_t untouched = 0xeeeeeeeeeeeeeeee;
    size_t index, count = 0;
    for (index = 0; index < bytes; index += 8) {
        count += memcmp(lines + index, &untouched, 8) != 0;
    }
    return count;
}

static void words_that_are_written(void)
{
    heptad_set set = HEPTAD_INIT;
    heptad_robin robin = HEPTAD_INIT;
    heptad_lockfree lockfree = HEPTAD_INIT;
    memset(lines, 0xee, sizeof lines);
    EQUAL(heptad_set_init(&set, lines, 64 * GROUPS, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(words_written(sizeof lines), GROUPS);
    memset(lines, 0xee, sizeof lines);
    EQUAL(heptad_robin_init(&robin, lines, sizeof lines, HEPTAD_LOAD_7_8), HEPTAD_OK);
    EQUAL(words_written(sizeof lines), 128);
    EQUAL(words_written(sizeof lines - 1024), 0);
    memset(lines, 0xee, sizeof lines);
    EQUAL(heptad_lockfree_init(&lockfree, lines, heptad_lockfree_bytes(100), 1), HEPTAD_OK);
    EQUAL(words_written(sizeof lines), heptad_lockfree_bytes(100) / 8);
}

/* Entries that are their own hashes. */
static uint64_t itself(uint64_t entry, void *context)
{
    (void)context;
    return entry;
}

static int is_entry(uint64_t entry, const void *key, void *context)
{
    ++*(unsigned *)context;
    return entry == *(const uint64_t *)key;
}

static void equal_is_called_once(void)
{
    heptad_table table = HEPTAD_INIT;
    unsigned calls = 0;
    uint64_t number;
    EQUAL(heptad_table_init(&table, lines, 64 * GROUPS, HEPTAD_LOAD_15_16, itself, is_entry, &calls),
          HEPTAD_OK);
    for (number = 0; number < 400; number++) {
        uint64_t hash = heptad_hash_word(1, number);
        EQUAL(heptad_table_insert_unique(&table, hash, hash), 0);
    }
    EQUAL(calls, 0);
    for (number = 0; number < 400; number++) {
        uint64_t hash = heptad_hash_word(1, number);
        EQUAL(heptad_table_find(&table, hash, &hash, NULL), 1);
    }
    CHECK(calls >= 400 && calls < 440);
}

static void orders_of_sorted_sets(void)
{
    heptad_robin one = HEPTAD_INIT, other = HEPTAD_INIT;
    EQUAL(heptad_robin_init_keyed(&one, lines, 1024, 0, HEPTAD_LOAD_7_8), HEPTAD_OK);
    EQUAL(heptad_robin_init_keyed(&other, lines + 1024, 1024, UINT64_MAX, HEPTAD_LOAD_7_8), HEPTAD_OK);
    EQUAL(heptad_robin_is_equal(&one, &other), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_robin_release(&other, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_robin_init_keyed(&other, lines + 1024, 1024, 0, HEPTAD_LOAD_7_8), HEPTAD_OK);
    EQUAL(heptad_robin_is_equal(&one, &other), 1);
    EQUAL(heptad_robin_release(&other, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_robin_init_within(&other, lines + 1024, 1024, 0, UINT64_MAX, HEPTAD_LOAD_7_8), HEPTAD_OK);
    EQUAL(heptad_robin_is_equal(&one, &other), HEPTAD_ERROR_ARGUMENT);
}

/* 21 keys of one home, whatever the size of the map. */
static void keys_of_one_home(void)
{
    heptad_lockfree map = HEPTAD_INIT;
    heptad_shared_stats stats;
    uint64_t hash;
    EQUAL(heptad_lockfree_init(&map, lines, sizeof lines, 3), HEPTAD_OK);
    for (hash = 0; hash < 21; hash++) {
        EQUAL(heptad_lockfree_get_or_insert(&map, heptad_unhash_word(3, hash), 0, NULL), 1);
    }
    EQUAL(heptad_lockfree_get_or_insert(&map, heptad_unhash_word(3, hash), 0, NULL), HEPTAD_ERROR_FULL);
    EQUAL(heptad_lockfree_stats(&map, &stats), HEPTAD_OK);
    EQUAL(stats.fullest_home, 21);
    EQUAL(heptad_lockfree_needs_rebuild(&map), HEPTAD_NEED_FLOOD);
}

static void every_number_is_a_position(void)
{
    static const size_t positions[] = { 1, 7, 8, GROUPS, 7 * GROUPS, 8 * GROUPS, SIZE_MAX / 2, SIZE_MAX - 1,
                                        SIZE_MAX };
    heptad_set set = HEPTAD_INIT;
    heptad_robin robin = HEPTAD_INIT;
    uint64_t key;
    size_t index, position, steps;
    EQUAL(heptad_set_init(&set, lines, 64 * GROUPS, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(heptad_robin_init_keyed(&robin, lines + 64 * GROUPS, 64 * GROUPS, 5, HEPTAD_LOAD_7_8), HEPTAD_OK);
    for (key = 0; key < 50; key++) {
        EQUAL(heptad_set_insert(&set, key), 1);
        EQUAL(heptad_robin_insert(&robin, key), 1);
    }
    for (index = 0; index < sizeof positions / sizeof positions[0]; index++) {
        for (position = positions[index], steps = 0; heptad_set_next(&set, &position, NULL) == 1; steps++) {
            CHECK(steps < 50);
        }
        for (position = positions[index], steps = 0; heptad_robin_next(&robin, &position, NULL) == 1; steps++) {
            CHECK(steps < 50);
        }
    }
}

static void every_code_has_a_text(void)
{
    static const int codes[] = {
        HEPTAD_OK,
        HEPTAD_ERROR_NULL,
        HEPTAD_ERROR_MISALIGNED,
        HEPTAD_ERROR_TOO_SMALL,
        HEPTAD_ERROR_OVERLAPPING,
        HEPTAD_ERROR_FULL,
        HEPTAD_ERROR_CAPACITY,
        HEPTAD_ERROR_VERSION,
        HEPTAD_ERROR_HANDLE,
        HEPTAD_ERROR_LIVE,
        HEPTAD_ERROR_BUSY,
        HEPTAD_ERROR_ARGUMENT,
        HEPTAD_ERROR_FOREIGN,
        HEPTAD_ERROR_CORRUPT,
        HEPTAD_ERROR_NOT_REQUIRED,
        HEPTAD_ERROR_KEY_RANGE,
        HEPTAD_ERROR_REENTRANT,
        HEPTAD_ERROR_UNSUPPORTED,
        HEPTAD_ERROR_SHARED,
        HEPTAD_ERROR_MEMBER,
        HEPTAD_ERROR_COPY,
        HEPTAD_ERROR_MEMORY,
    };
    const char *unknown = heptad_strerror(-1000);
    size_t known = 0, index, other;
    int code;
    for (index = 0; index < sizeof codes / sizeof codes[0]; index++) {
        const char *text = heptad_strerror(codes[index]);
        CHECK(text != NULL && strlen(text) > 3 && strcmp(text, unknown) != 0);
        for (other = 0; other < index; other++) {
            CHECK(strcmp(text, heptad_strerror(codes[other])) != 0);
        }
    }
    /* No other number has a text: the list above is whole. */
    for (code = -100; code <= 0; code++) {
        known += strcmp(heptad_strerror(code), unknown) != 0;
    }
    EQUAL(known, sizeof codes / sizeof codes[0]);
    CHECK(strcmp(heptad_strerror(1), heptad_strerror(0)) == 0);
    CHECK(strcmp(heptad_strerror(-2147483647 - 1), unknown) == 0);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(room_in_groups),
        CASE(words_that_are_written),
        CASE(equal_is_called_once),
        CASE(orders_of_sorted_sets),
        CASE(keys_of_one_home),
        CASE(every_number_is_a_position),
        CASE(every_code_has_a_text),
    };
    return RUN(cases);
}
