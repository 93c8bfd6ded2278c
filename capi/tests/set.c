/* Sets, from C: what they answer when they are used well. */
#include "check.h"

static HEPTAD_LINES(small_lines, 16);
static HEPTAD_LINES(large_lines, 64);

/* A set of 105 keys at most. */
static void make(heptad_set *set)
{
    heptad_set unmade = HEPTAD_INIT;
    *set = unmade;
    EQUAL(heptad_set_init(set, small_lines, sizeof small_lines, 7, HEPTAD_LOAD_15_16), HEPTAD_OK);
}

static void keys_go_in_and_out(void)
{
    heptad_set set;
    uint64_t key;
    make(&set);
    EQUAL(heptad_set_capacity(&set), 105);
    for (key = 0; key < 105; key++) {
        EQUAL(heptad_set_contains(&set, key), 0);
        EQUAL(heptad_set_insert(&set, key), 1);
        EQUAL(heptad_set_insert(&set, key), 0);
        EQUAL(heptad_set_contains(&set, key), 1);
        EQUAL(heptad_set_prefetch(&set, key), HEPTAD_OK);
    }
    EQUAL(heptad_set_insert(&set, key), HEPTAD_ERROR_FULL);
    EQUAL(heptad_set_insert(&set, 3), 0);
    EQUAL(heptad_set_len(&set), 105);
    EQUAL(heptad_set_contains(&set, key), 0);
    for (key = 0; key < 105; key += 2) {
        EQUAL(heptad_set_remove(&set, key), 1);
        EQUAL(heptad_set_remove(&set, key), 0);
    }
    EQUAL(heptad_set_len(&set), 52);
    for (key = 0; key < 106; key++) {
        EQUAL(heptad_set_contains(&set, key), key % 2 == 1 && key < 105);
    }
    EQUAL(heptad_set_clear(&set), HEPTAD_OK);
    EQUAL(heptad_set_len(&set), 0);
    EQUAL(heptad_set_contains(&set, 1), 0);
}

static void every_key_is_legal(void)
{
    static const uint64_t keys[] = { 0, 1, UINT64_MAX, UINT64_MAX - 1, (uint64_t)1 << 63 };
    heptad_set set;
    size_t index;
    make(&set);
    for (index = 0; index < 5; index++) {
        EQUAL(heptad_set_insert(&set, keys[index]), 1);
    }
    for (index = 0; index < 5; index++) {
        EQUAL(heptad_set_contains(&set, keys[index]), 1);
    }
    EQUAL(heptad_set_contains(&set, 2), 0);
}

static void batches_answer_as_single_calls(void)
{
    heptad_set set;
    uint64_t keys[200];
    uint8_t found[200];
    size_t index, count, taken;
    make(&set);
    for (index = 0; index < 200; index++) {
        keys[index] = index * index;
    }
    for (count = 0; count < 100; count++) {
        EQUAL(heptad_set_insert_many(&set, keys, count, &taken), HEPTAD_OK);
        EQUAL(taken, count);
        EQUAL(heptad_set_len(&set), count);
        memset(found, 9, sizeof found);
        EQUAL(heptad_set_contains_many(&set, keys, 2 * count, found), HEPTAD_OK);
        for (index = 0; index < 2 * count; index++) {
            EQUAL(found[index], index < count);
        }
        CHECK(count == 0 || found[2 * count] == 9);
    }
    EQUAL(heptad_set_insert_many(&set, keys, 200, &taken), HEPTAD_ERROR_FULL);
    EQUAL(taken, 105);
    EQUAL(heptad_set_len(&set), 105);
    EQUAL(heptad_set_insert_many(&set, keys, 105, NULL), HEPTAD_OK);
}

static void a_walk_sees_each_key_once(void)
{
    heptad_set set;
    uint64_t key, seen = 0;
    size_t position = 0, steps = 0;
    make(&set);
    for (key = 0; key < 60; key++) {
        EQUAL(heptad_set_insert(&set, key), 1);
    }
    while (heptad_set_next(&set, &position, &key) == 1) {
        CHECK(key < 60 && (seen >> key & 1) == 0);
        seen |= (uint64_t)1 << key;
        steps++;
    }
    EQUAL(steps, 60);
    /* Every number is a position. */
    for (position = SIZE_MAX; position > SIZE_MAX - 2000; position--) {
        size_t there = position;
        EQUAL(heptad_set_next(&set, &there, NULL), 0);
        EQUAL(there, position);
    }
}

static int keep_multiples(uint64_t key, void *context)
{
    return key % *(uint64_t *)context == 0;
}

static void retain_asks_each_key(void)
{
    heptad_set set;
    uint64_t key, three = 3;
    make(&set);
    for (key = 0; key < 100; key++) {
        EQUAL(heptad_set_insert(&set, key), 1);
    }
    EQUAL(heptad_set_retain(&set, keep_multiples, &three), HEPTAD_OK);
    for (key = 0; key < 100; key++) {
        EQUAL(heptad_set_contains(&set, key), key % 3 == 0);
    }
}

static void a_full_set_moves_to_larger_memory(void)
{
    heptad_set set;
    uint64_t key;
    void *memory = NULL;
    size_t bytes = 0;
    make(&set);
    for (key = 0; key < 105; key++) {
        EQUAL(heptad_set_insert(&set, key), 1);
    }
    EQUAL(heptad_set_move(&set, large_lines, sizeof large_lines, 8, &memory, &bytes), HEPTAD_OK);
    CHECK(memory == small_lines && bytes == sizeof small_lines);
    EQUAL(heptad_set_capacity(&set), 420);
    for (key = 0; key < 420; key++) {
        EQUAL(heptad_set_contains(&set, key), key < 105);
        EQUAL(heptad_set_insert(&set, key), key >= 105);
    }
    EQUAL(heptad_set_move(&set, small_lines, sizeof small_lines, 8, &memory, &bytes),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_set_len(&set), 420);
    EQUAL(heptad_set_release(&set, &memory, &bytes), HEPTAD_OK);
    CHECK(memory == large_lines && bytes == sizeof large_lines);
    EQUAL(heptad_set_init(&set, memory, bytes, 1, HEPTAD_LOAD_3_4), HEPTAD_OK);
    EQUAL(heptad_set_capacity(&set), 336);
    EQUAL(heptad_set_len(&set), 0);
}

static void statistics_count(void)
{
    heptad_set set;
    heptad_stats stats;
    uint64_t key;
    make(&set);
    for (key = 0; key < 105; key++) {
        EQUAL(heptad_set_insert(&set, key), 1);
    }
    EQUAL(heptad_set_stats(&set, &stats), HEPTAD_OK);
    EQUAL(stats.groups, 16);
    EQUAL(stats.len, 105);
    EQUAL(stats.capacity, 105);
    EQUAL(stats.bytes, 1024);
    CHECK(stats.displaced > 0 && stats.displaced < 105);
    CHECK(stats.full_groups >= 9 && stats.full_groups <= 15);
}

static void sizes_are_enough_and_least(void)
{
    heptad_set set;
    EQUAL(heptad_set_bytes(105, HEPTAD_LOAD_15_16), 1024);
    EQUAL(heptad_set_bytes(106, HEPTAD_LOAD_15_16), 2048);
    EQUAL(heptad_map_bytes(105, HEPTAD_LOAD_15_16), 16 * (64 + 7 * 8));
    EQUAL(heptad_set_bytes(0, HEPTAD_LOAD_15_16), 64);
    EQUAL(heptad_set_bytes(98, HEPTAD_LOAD_7_8), 1024);
    EQUAL(heptad_set_bytes(99, HEPTAD_LOAD_7_8), 2048);
    EQUAL(heptad_set_bytes(84, HEPTAD_LOAD_3_4), 1024);
    EQUAL(heptad_set_bytes(85, HEPTAD_LOAD_3_4), 2048);
    EQUAL(heptad_set_bytes(SIZE_MAX, HEPTAD_LOAD_15_16), 0);
    EQUAL(heptad_set_bytes(SIZE_MAX / 16, HEPTAD_LOAD_15_16), 0);
    EQUAL(heptad_set_bytes(1, 3), 0);
    make(&set);
    EQUAL(heptad_set_capacity(&set), 105);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(keys_go_in_and_out),
        CASE(every_key_is_legal),
        CASE(batches_answer_as_single_calls),
        CASE(a_walk_sees_each_key_once),
        CASE(retain_asks_each_key),
        CASE(a_full_set_moves_to_larger_memory),
        CASE(statistics_count),
        CASE(sizes_are_enough_and_least),
    };
    return RUN(cases);
}
