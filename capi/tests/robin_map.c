/* Sorted maps, from C. */
#include "check.h"

enum { KEYS = 300, LINES = 144 };

static HEPTAD_LINES(lines, LINES);
static HEPTAD_LINES(other_lines, LINES);
static heptad_robin_map map;

static uint64_t key_of(uint64_t number)
{
    return number << 54 | number;
}

static void make(heptad_robin_map *handle, unsigned char *memory, int is_keyed)
{
    static const heptad_robin_map unmade = HEPTAD_INIT;
    *handle = unmade;
    EQUAL(is_keyed ? heptad_robin_map_init_keyed(handle, memory, sizeof lines, 5, HEPTAD_LOAD_7_8)
                   : heptad_robin_map_init(handle, memory, sizeof lines, HEPTAD_LOAD_7_8),
          HEPTAD_OK);
}

static void fill(int is_keyed)
{
    uint64_t number;
    make(&map, lines, is_keyed);
    for (number = 0; number < KEYS; number++) {
        EQUAL(heptad_robin_map_insert(&map, key_of(number), number * 3, NULL), 1);
    }
}

static void values_go_in_and_out(int is_keyed)
{
    uint64_t number, value;
    fill(is_keyed);
    EQUAL(heptad_robin_map_len(&map), KEYS);
    for (number = 0; number < KEYS; number++) {
        value = 77;
        EQUAL(heptad_robin_map_get(&map, key_of(number) + 1, &value), 0);
        EQUAL(heptad_robin_map_remove(&map, key_of(number) + 1, &value), 0);
        EQUAL(value, 77);
        EQUAL(heptad_robin_map_get(&map, key_of(number), &value), 1);
        EQUAL(value, number * 3);
        EQUAL(heptad_robin_map_get(&map, key_of(number), NULL), 1);
        EQUAL(heptad_robin_map_insert(&map, key_of(number), number * 5, &value), 0);
        EQUAL(value, number * 3);
        EQUAL(heptad_robin_map_insert_within_capacity(&map, key_of(number), number * 7, &value), 0);
        EQUAL(value, number * 5);
        EQUAL(heptad_robin_map_add(&map, key_of(number), 4, &value), 0);
        EQUAL(value, number * 7 + 4);
        EQUAL(heptad_robin_map_remove(&map, key_of(number), &value), 1);
        EQUAL(value, number * 7 + 4);
        EQUAL(heptad_robin_map_add(&map, key_of(number), 3, NULL), 1);
    }
    EQUAL(heptad_robin_map_len(&map), KEYS);
    EQUAL(heptad_robin_map_clear(&map), HEPTAD_OK);
    EQUAL(heptad_robin_map_len(&map), 0);
}

static void values_by_value(void)
{
    values_go_in_and_out(0);
}

static void values_keyed(void)
{
    values_go_in_and_out(1);
}

static uint64_t triple(uint64_t value, void *context)
{
    EQUAL(heptad_robin_map_add(context, 1, 1, NULL), HEPTAD_ERROR_BUSY);
    return value * 3;
}

static void values_change_in_place(void)
{
    uint64_t value = 77;
    make(&map, lines, 0);
    EQUAL(heptad_robin_map_replace(&map, 1, 5, &value), 0);
    EQUAL(heptad_robin_map_modify(&map, 1, triple, &map, &value), 0);
    EQUAL(heptad_robin_map_get_or_insert(&map, 1, 5, &value), 1);
    EQUAL(value, 77);
    EQUAL(heptad_robin_map_get_or_insert(&map, 1, 6, &value), 0);
    EQUAL(value, 5);
    EQUAL(heptad_robin_map_replace(&map, 1, 7, &value), 1);
    EQUAL(value, 5);
    EQUAL(heptad_robin_map_modify(&map, 1, triple, &map, &value), 1);
    EQUAL(value, 7);
    EQUAL(heptad_robin_map_get(&map, 1, &value), 1);
    EQUAL(value, 21);
    EQUAL(heptad_robin_map_modify(&map, 1, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
}

static int keep_small(uint64_t key, uint64_t *value, void *context)
{
    ++*(unsigned *)context;
    EQUAL(heptad_robin_map_get(&map, key, NULL), HEPTAD_ERROR_BUSY);
    *value += 1;
    return *value <= 300;
}

static void entries_come_in_order(void)
{
    uint64_t keys[KEYS], values[KEYS], number, key, value;
    size_t position = 0, count;
    unsigned asked = 0;
    fill(0);
    for (number = 0; number < KEYS; number++) {
        EQUAL(heptad_robin_map_next(&map, &position, &key, &value), 1);
        CHECK(key == key_of(number) && value == number * 3);
        EQUAL(heptad_robin_map_successor(&map, key, &key, &value), number + 1 < KEYS);
        CHECK(number + 1 == KEYS || (key == key_of(number + 1) && value == number * 3 + 3));
        EQUAL(heptad_robin_map_predecessor(&map, key_of(number), &key, &value), number > 0);
        CHECK(number == 0 || (key == key_of(number - 1) && value == number * 3 - 3));
    }
    EQUAL(heptad_robin_map_next(&map, &position, &key, &value), 0);
    EQUAL(heptad_robin_map_first(&map, &key, &value), 1);
    CHECK(key == 0 && value == 0);
    EQUAL(heptad_robin_map_last(&map, NULL, &value), 1);
    EQUAL(value, KEYS * 3 - 3);
    EQUAL(heptad_robin_map_at_least(&map, key_of(17) - 1, &key, &value), 1);
    CHECK(key == key_of(17) && value == 51);
    EQUAL(heptad_robin_map_position_of(&map, key_of(17) - 1, &position), HEPTAD_OK);
    EQUAL(heptad_robin_map_next(&map, &position, NULL, &value), 1);
    EQUAL(value, 51);
    EQUAL(heptad_robin_map_range(&map, key_of(10), key_of(19), keys, values, KEYS, &count), 0);
    EQUAL(count, 10);
    EQUAL(heptad_robin_map_range(&map, key_of(10), key_of(19), keys, NULL, 4, &count), 1);
    EQUAL(count, 4);
    for (number = 0; number < 10; number++) {
        CHECK(keys[number] == key_of(10 + number) && values[number] == 30 + number * 3);
    }
    EQUAL(heptad_robin_map_range(&map, 0, 1, keys, keys + 1, 4, &count),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_map_range(&map, 0, 1, keys, (uint64_t *)(void *)lines, 4, &count),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_map_retain(&map, keep_small, &asked), HEPTAD_OK);
    EQUAL(asked, KEYS);
    EQUAL(heptad_robin_map_len(&map), 100);
    EQUAL(heptad_robin_map_get(&map, key_of(99), &value), 1);
    EQUAL(value, 298);
}

static void it_moves_grows_and_shrinks(void)
{
    heptad_sorted_stats stats;
    uint64_t number, value;
    void *memory;
    size_t bytes;
    fill(0);
    EQUAL(heptad_robin_map_grow(&map), HEPTAD_ERROR_FULL);
    EQUAL(heptad_robin_map_move(&map, other_lines, 64 * 64, NULL, NULL), HEPTAD_ERROR_FULL);
    EQUAL(heptad_robin_map_move(&map, other_lines, sizeof other_lines, &memory, &bytes), HEPTAD_OK);
    CHECK(memory == lines && bytes == sizeof lines);
    memset(lines, 0xee, sizeof lines);
    for (number = 100; number < KEYS; number++) {
        EQUAL(heptad_robin_map_remove(&map, key_of(number), NULL), 1);
    }
    EQUAL(heptad_robin_map_shrink(&map, 0), HEPTAD_OK);
    EQUAL(heptad_robin_map_capacity(&map), 112);
    EQUAL(heptad_robin_map_reserve(&map, 300), HEPTAD_OK);
    EQUAL(heptad_robin_map_stats(&map, &stats), HEPTAD_OK);
    EQUAL(stats.len, 100);
    EQUAL(stats.homes, 512);
    EQUAL(stats.bytes, sizeof other_lines);
    for (number = 0; number < 100; number++) {
        EQUAL(heptad_robin_map_get(&map, key_of(number), &value), 1);
        EQUAL(value, number * 3);
    }
    EQUAL(heptad_robin_map_release(&map, &memory, &bytes), HEPTAD_OK);
    CHECK(memory == other_lines && bytes == sizeof other_lines);
}

/* Every function, for a handle with which it can do nothing. */
static void all_of(heptad_robin_map *handle, int code)
{
    uint64_t key = 1, value;
    void *memory;
    size_t bytes, position = 0;
    unsigned asked;
    heptad_sorted_stats stats;
    EQUAL(heptad_robin_map_release(handle, &memory, &bytes), code);
    EQUAL(heptad_robin_map_move(handle, other_lines, sizeof other_lines, NULL, NULL), code);
    EQUAL(heptad_robin_map_clear(handle), code);
    EQUAL(heptad_robin_map_stats(handle, &stats), code);
    EQUAL(heptad_robin_map_grow(handle), code);
    EQUAL(heptad_robin_map_reserve(handle, 1), code);
    EQUAL(heptad_robin_map_shrink(handle, 1), code);
    EQUAL(heptad_robin_map_insert(handle, 1, 1, &value), code);
    EQUAL(heptad_robin_map_insert_within_capacity(handle, 1, 1, &value), code);
    EQUAL(heptad_robin_map_get_or_insert(handle, 1, 1, &value), code);
    EQUAL(heptad_robin_map_replace(handle, 1, 1, &value), code);
    EQUAL(heptad_robin_map_modify(handle, 1, triple, NULL, &value), code);
    EQUAL(heptad_robin_map_add(handle, 1, 1, &value), code);
    EQUAL(heptad_robin_map_get(handle, 1, &value), code);
    EQUAL(heptad_robin_map_remove(handle, 1, &value), code);
    EQUAL(heptad_robin_map_retain(handle, keep_small, &asked), code);
    EQUAL(heptad_robin_map_first(handle, &key, &value), code);
    EQUAL(heptad_robin_map_last(handle, &key, &value), code);
    EQUAL(heptad_robin_map_successor(handle, 1, &key, &value), code);
    EQUAL(heptad_robin_map_predecessor(handle, 1, &key, &value), code);
    EQUAL(heptad_robin_map_at_least(handle, 1, &key, &value), code);
    EQUAL(heptad_robin_map_next(handle, &position, &key, &value), code);
    EQUAL(heptad_robin_map_position_of(handle, 1, &position), code);
    EQUAL(heptad_robin_map_range(handle, 0, 1, &key, &value, 1, &bytes), code);
    EQUAL(heptad_robin_map_len(handle), 0);
    EQUAL(heptad_robin_map_capacity(handle), 0);
}

static void bad_calls(void)
{
    static uint64_t room[20];
    static const heptad_robin_map unmade = HEPTAD_INIT;
    heptad_robin set = HEPTAD_INIT;
    uint64_t key = 0;
    uint64_t *crooked = (uint64_t *)(void *)((char *)room + 1);
    map = unmade;
    all_of(NULL, HEPTAD_ERROR_NULL);
    all_of((heptad_robin_map *)(void *)((char *)room + 4), HEPTAD_ERROR_MISALIGNED);
    all_of(&map, HEPTAD_ERROR_HANDLE);
    map.version = 9;
    all_of(&map, HEPTAD_ERROR_VERSION);
    map = unmade;
    EQUAL(heptad_robin_init(&set, lines, sizeof lines, 0), HEPTAD_OK);
    all_of((heptad_robin_map *)(void *)&set, HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_robin_map_init(&map, NULL, 128, 0), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_map_init(&map, lines + 8, 128, 0), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_robin_map_init(&map, lines, 127, 0), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_robin_map_init(&map, lines, 63, 0), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_robin_map_init(&map, lines, SIZE_MAX, 0), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_map_init(&map, lines, 128, 3), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_robin_map_init_keyed(&map, lines, 128, 1, -1), HEPTAD_ERROR_ARGUMENT);
    fill(0);
    EQUAL(heptad_robin_map_init(&map, other_lines, 128, 0), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_robin_map_move(&map, lines + 64, 128, NULL, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_map_move(&map, other_lines, 64, NULL, NULL), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_robin_map_insert(&map, 1, 1, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_robin_map_add(&map, 1, 1, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_robin_map_get(&map, 1, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_robin_map_remove(&map, 1, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_robin_map_first(&map, &key, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_robin_map_first(&map, crooked, &key), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_robin_map_retain(&map, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_map_stats(&map, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_map_len(&map), KEYS);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(values_by_value),
        CASE(values_keyed),
        CASE(values_change_in_place),
        CASE(entries_come_in_order),
        CASE(it_moves_grows_and_shrinks),
        CASE(bad_calls),
    };
    return RUN(cases);
}
