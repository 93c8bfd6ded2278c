/* Maps, from C. */
#include "check.h"

static HEPTAD_LINES(lines, 32);
static HEPTAD_LINES(large_lines, 128);

/* A map of 105 entries at most. */
static void make(heptad_map *map)
{
    heptad_map unmade = HEPTAD_INIT;
    *map = unmade;
    EQUAL(heptad_map_init(map, lines, sizeof lines, 7, HEPTAD_LOAD_15_16), HEPTAD_OK);
}

static void values_go_in_and_out(void)
{
    heptad_map map;
    uint64_t key, value = 77;
    make(&map);
    EQUAL(heptad_map_capacity(&map), 105);
    for (key = 0; key < 105; key++) {
        EQUAL(heptad_map_get(&map, key, &value), 0);
        EQUAL(value, 77);
        EQUAL(heptad_map_insert(&map, key, key * 3, &value), 1);
        EQUAL(value, 77);
        EQUAL(heptad_map_insert(&map, key, key * 5, &value), 0);
        EQUAL(value, key * 3);
        EQUAL(heptad_map_get(&map, key, &value), 1);
        EQUAL(value, key * 5);
        EQUAL(heptad_map_get(&map, key, NULL), 1);
        EQUAL(heptad_map_prefetch(&map, key), HEPTAD_OK);
        value = 77;
    }
    EQUAL(heptad_map_insert(&map, key, 1, &value), HEPTAD_ERROR_FULL);
    EQUAL(heptad_map_add(&map, key, 1, &value), HEPTAD_ERROR_FULL);
    EQUAL(value, 77);
    EQUAL(heptad_map_insert(&map, 7, UINT64_MAX, NULL), 0);
    EQUAL(heptad_map_add(&map, 7, 3, &value), 0);
    EQUAL(value, 2);
    for (key = 0; key < 105; key += 2) {
        EQUAL(heptad_map_remove(&map, key, &value), 1);
        EQUAL(value, key * 5);
        EQUAL(heptad_map_remove(&map, key, &value), 0);
    }
    EQUAL(heptad_map_len(&map), 52);
    EQUAL(heptad_map_clear(&map), HEPTAD_OK);
    EQUAL(heptad_map_len(&map), 0);
}

/* The entry of the least value; how often it was called is in the context's first word, its map in the second. */
struct seen {
    unsigned calls;
    heptad_map *map;
};

static size_t least(const heptad_entry *entries, size_t count, void *context)
{
    struct seen *seen = (struct seen *)context;
    size_t at, best = 0;
    CHECK(count >= 1 && count <= 14);
    for (at = 1; at < count; at++) {
        best = entries[at].value < entries[best].value ? at : best;
    }
    EQUAL(heptad_map_insert(seen->map, 1, 1, NULL), HEPTAD_ERROR_BUSY);
    seen->calls++;
    return best;
}

static size_t beyond_the_last(const heptad_entry *entries, size_t count, void *context)
{
    *(uint64_t *)context = entries[count - 1].key;
    return count + 5;
}

static void a_full_map_evicts(void)
{
    heptad_map map;
    struct seen seen = { 0, NULL };
    uint64_t key, old_key = 77, old_value = 77, last = 0, sum = 0;
    size_t position = 0;
    make(&map);
    seen.map = &map;
    for (key = 0; key < 105; key++) {
        EQUAL(heptad_map_insert_evicting(&map, key, key, least, &seen, &old_key, &old_value), 1);
        sum += key;
    }
    EQUAL(seen.calls, 0);
    EQUAL(old_key, 77);
    EQUAL(heptad_map_insert_evicting(&map, 50, 150, least, &seen, &old_key, &old_value), 0);
    CHECK(old_key == 50 && old_value == 50 && seen.calls == 0);
    sum += 100;
    for (; key < 1000; key++) {
        EQUAL(heptad_map_insert_evicting(&map, key, key, least, &seen, &old_key, &old_value), 2);
        CHECK(old_key == old_value || (old_key == 50 && old_value == 150));
        EQUAL(heptad_map_get(&map, old_key, NULL), 0);
        EQUAL(heptad_map_get(&map, key, NULL), 1);
        EQUAL(heptad_map_len(&map), 105);
        sum += key - old_value;
    }
    EQUAL(seen.calls, 1000 - 105);
    EQUAL(heptad_map_insert_evicting(&map, key, key, beyond_the_last, &last, &old_key, NULL), 2);
    EQUAL(old_key, last);
    sum += key - (old_key == 50 ? 150 : old_key);
    while (heptad_map_next(&map, &position, NULL, &old_value) == 1) {
        sum -= old_value;
    }
    EQUAL(sum, 0);
}

static void counters_count(void)
{
    heptad_map map;
    uint64_t round, sum;
    make(&map);
    for (round = 0; round < 1000; round++) {
        EQUAL(heptad_map_add(&map, round % 10, 2, &sum), round < 10);
        EQUAL(sum, 2 * (round / 10 + 1));
    }
    EQUAL(heptad_map_len(&map), 10);
}

static void batches_answer_as_single_calls(void)
{
    heptad_map map;
    uint64_t keys[200], values[200];
    uint8_t found[200];
    size_t index, count;
    make(&map);
    for (index = 0; index < 200; index++) {
        keys[index] = index * index;
    }
    for (count = 0; count < 100; count++) {
        memset(found, 9, sizeof found);
        memset(values, 9, sizeof values);
        EQUAL(heptad_map_get_many(&map, keys, 2 * count, values, found), HEPTAD_OK);
        for (index = 0; index < 2 * count; index++) {
            EQUAL(found[index], index < count);
            EQUAL(values[index], index < count ? index + 1 : 0);
        }
        EQUAL(found[2 * count], 9);
        EQUAL(heptad_map_insert(&map, keys[count], count + 1, NULL), 1);
    }
}

static int double_the_odd(uint64_t key, uint64_t *value, void *context)
{
    ++*(unsigned *)context;
    *value *= 2;
    return key % 2 == 1;
}

static void walks_see_each_entry_once(void)
{
    heptad_map map;
    uint64_t key, value, seen = 0;
    size_t position = 0;
    unsigned asked = 0;
    make(&map);
    for (key = 0; key < 60; key++) {
        EQUAL(heptad_map_insert(&map, key, key + 1, NULL), 1);
    }
    while (heptad_map_next(&map, &position, &key, &value) == 1) {
        CHECK(key < 60 && (seen >> key & 1) == 0 && value == key + 1);
        seen |= (uint64_t)1 << key;
    }
    EQUAL(seen, ((uint64_t)1 << 60) - 1);
    EQUAL(heptad_map_retain(&map, double_the_odd, &asked), HEPTAD_OK);
    EQUAL(asked, 60);
    for (key = 0; key < 60; key++) {
        EQUAL(heptad_map_get(&map, key, &value), key % 2);
        CHECK(key % 2 == 0 || value == 2 * key + 2);
    }
}

static void a_full_map_moves_with_its_values(void)
{
    heptad_map map;
    heptad_stats stats;
    uint64_t key, value;
    void *memory;
    size_t bytes;
    make(&map);
    for (key = 0; key < 105; key++) {
        EQUAL(heptad_map_insert(&map, key, ~key, NULL), 1);
    }
    EQUAL(heptad_map_move(&map, large_lines, sizeof large_lines, 8, &memory, &bytes), HEPTAD_OK);
    CHECK(memory == lines && bytes == sizeof lines);
    memset(lines, 0xee, sizeof lines);
    for (key = 0; key < 420; key++) {
        EQUAL(heptad_map_get(&map, key, &value), key < 105);
        CHECK(key >= 105 || value == ~key);
    }
    EQUAL(heptad_map_stats(&map, &stats), HEPTAD_OK);
    EQUAL(stats.groups, 64);
    EQUAL(stats.bytes, 64 * (64 + 7 * 8));
    EQUAL(heptad_map_release(&map, NULL, NULL), HEPTAD_OK);
}

static uint64_t triple(uint64_t value, void *context)
{
    EQUAL(heptad_map_add(context, 1, 1, NULL), HEPTAD_ERROR_BUSY);
    return value * 3;
}

static void values_change_in_place(void)
{
    static HEPTAD_LINES(room, 2);
    heptad_map map = HEPTAD_INIT;
    uint64_t value = 77, key;
    EQUAL(heptad_map_init(&map, room, sizeof room, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(heptad_map_replace(&map, 1, 5, &value), 0);
    EQUAL(heptad_map_modify(&map, 1, triple, &map, &value), 0);
    EQUAL(heptad_map_get_or_insert(&map, 1, 5, &value), 1);
    EQUAL(value, 77);
    EQUAL(heptad_map_get_or_insert(&map, 1, 6, &value), 0);
    EQUAL(value, 5);
    EQUAL(heptad_map_replace(&map, 1, 7, &value), 1);
    EQUAL(value, 5);
    EQUAL(heptad_map_modify(&map, 1, triple, &map, &value), 1);
    EQUAL(value, 7);
    EQUAL(heptad_map_get(&map, 1, &value), 1);
    EQUAL(value, 21);
    for (key = 2; key <= 6; key++) {
        EQUAL(heptad_map_get_or_insert(&map, key, 0, NULL), 1);
    }
    EQUAL(heptad_map_get_or_insert(&map, 7, 0, NULL), HEPTAD_ERROR_FULL);
    EQUAL(heptad_map_get_or_insert(&map, 6, 0, NULL), 0);
    EQUAL(heptad_map_replace(&map, 6, 9, NULL), 1);
    EQUAL(heptad_map_modify(&map, 6, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(a_full_map_evicts), CASE(values_go_in_and_out),
        CASE(counters_count),
        CASE(batches_answer_as_single_calls),
        CASE(walks_see_each_entry_once),
        CASE(a_full_map_moves_with_its_values),
        CASE(values_change_in_place),
    };
    return RUN(cases);
}
