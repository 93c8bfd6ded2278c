/* Sorted sets in either order: walks, ranges, growing ahead and shrinking, from C. */
#include "check.h"

enum { KEYS = 300, LINES = 72 };

static HEPTAD_LINES(lines, LINES);
static heptad_robin set;

/* Keys in the order of their numbers, spread over all 64 bits. */
static uint64_t key_of(uint64_t number)
{
    return number << 54 | number;
}

static void make(int is_keyed)
{
    static const heptad_robin unmade = HEPTAD_INIT;
    set = unmade;
    EQUAL(is_keyed ? heptad_robin_init_keyed(&set, lines, sizeof lines, 5, HEPTAD_LOAD_7_8)
                   : heptad_robin_init(&set, lines, sizeof lines, HEPTAD_LOAD_7_8),
          HEPTAD_OK);
}

static void fill(int is_keyed)
{
    uint64_t number;
    make(is_keyed);
    for (number = 0; number < KEYS; number++) {
        EQUAL(heptad_robin_insert(&set, key_of(number)), 1);
    }
}

/* Keys close together, which by value would crowd; the order is that of heptad_hash_word. */
static void keyed_sets_take_any_keys(void)
{
    uint64_t key, before = 0, walked = 0, other;
    size_t position = 0;
    int result;
    make(1);
    for (key = 0; key < KEYS; key++) {
        EQUAL(heptad_robin_insert(&set, key), 1);
        EQUAL(heptad_robin_insert(&set, key), 0);
    }
    for (key = 0; key < 2 * KEYS; key++) {
        EQUAL(heptad_robin_contains(&set, key), key < KEYS);
    }
    for (result = heptad_robin_first(&set, &key); result == 1;
         result = heptad_robin_successor(&set, key, &key)) {
        CHECK(walked == 0 || heptad_hash_word(5, key) > heptad_hash_word(5, before));
        EQUAL(heptad_robin_next(&set, &position, &other), 1);
        EQUAL(other, key);
        if (walked > 0) {
            EQUAL(heptad_robin_predecessor(&set, key, &other), 1);
            EQUAL(other, before);
        }
        before = key;
        walked++;
    }
    EQUAL(walked, KEYS);
    EQUAL(heptad_robin_next(&set, &position, &other), 0);
    EQUAL(heptad_robin_last(&set, &other), 1);
    EQUAL(other, before);
    EQUAL(heptad_robin_range(&set, 0, 10, &other, 1, &position), HEPTAD_ERROR_ARGUMENT);
}

/* Every key as the start of a walk, and every number beside it. */
static void walks_start_anywhere(void)
{
    uint64_t number, key;
    size_t position, start;
    fill(0);
    EQUAL(heptad_robin_position_of(&set, 0, &position), HEPTAD_OK);
    for (number = 0; number < KEYS; number++) {
        EQUAL(heptad_robin_next(&set, &position, &key), 1);
        EQUAL(key, key_of(number));
        EQUAL(heptad_robin_position_of(&set, key_of(number), &start), HEPTAD_OK);
        EQUAL(heptad_robin_next(&set, &start, &key), 1);
        EQUAL(key, key_of(number));
        EQUAL(heptad_robin_at_least(&set, key_of(number), &key), 1);
        EQUAL(key, key_of(number));
        EQUAL(heptad_robin_at_least(&set, key_of(number) + 1, &key), number + 1 < KEYS);
        EQUAL(key, key_of(number + 1 < KEYS ? number + 1 : number));
    }
    EQUAL(heptad_robin_next(&set, &position, NULL), 0);
    position = SIZE_MAX;
    EQUAL(heptad_robin_next(&set, &position, &key), 0);
    EQUAL(position, SIZE_MAX);
}

static void ranges_are_copied(void)
{
    uint64_t keys[KEYS + 1], first, last, index;
    size_t count = 7, room;
    fill(0);
    for (first = 0; first < KEYS; first += 13) {
        for (last = first; last < KEYS; last += 29) {
            size_t length = (size_t)(last - first + 1);
            for (room = 0; room <= length + 1 && room <= KEYS; room += 11) {
                memset(keys, 0xee, sizeof keys);
                EQUAL(heptad_robin_range(&set, key_of(first), key_of(last), keys, room, &count),
                      room < length);
                EQUAL(count, room < length ? room : length);
                for (index = 0; index < count; index++) {
                    EQUAL(keys[index], key_of(first + index));
                }
                CHECK(keys[count] == (uint64_t)0xeeeeeeeeeeeeeeee);
            }
        }
    }
    EQUAL(heptad_robin_range(&set, key_of(5), key_of(4), keys, KEYS, &count), 0);
    EQUAL(count, 0);
    EQUAL(heptad_robin_range(&set, 0, UINT64_MAX, keys, KEYS, &count), 0);
    EQUAL(count, KEYS);
    EQUAL(heptad_robin_range(&set, 0, UINT64_MAX, NULL, 0, &count), 1);
    EQUAL(heptad_robin_range(&set, 0, UINT64_MAX, NULL, 1, &count), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_range(&set, 0, UINT64_MAX, keys, 1, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_range(&set, 0, UINT64_MAX, keys, SIZE_MAX, &count),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_range(&set, 0, UINT64_MAX, (uint64_t *)(void *)lines, 1, &count),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_range(&set, 0, UINT64_MAX, (uint64_t *)(void *)&set, 1, &count),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_position_of(&set, 0, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_next(&set, NULL, keys), HEPTAD_ERROR_NULL);
}

/* What heptad_robin_bytes says is enough, and memory is used to its start. */
static void sizes_are_known_ahead(void)
{
    size_t keys;
    for (keys = 1; keys <= 448; keys++) {
        static const heptad_robin unmade = HEPTAD_INIT;
        size_t bytes = heptad_robin_bytes(keys, HEPTAD_LOAD_7_8);
        CHECK(bytes > 0 && bytes % 64 == 0 && bytes <= sizeof lines);
        set = unmade;
        EQUAL(heptad_robin_init(&set, lines, bytes, HEPTAD_LOAD_7_8), HEPTAD_OK);
        EQUAL(heptad_robin_reserve(&set, keys), HEPTAD_OK);
        CHECK(heptad_robin_capacity(&set) >= keys);
    }
    EQUAL(heptad_robin_map_bytes(448, HEPTAD_LOAD_7_8), 2 * sizeof lines);
    EQUAL(heptad_robin_bytes(SIZE_MAX, HEPTAD_LOAD_7_8), 0);
    EQUAL(heptad_robin_bytes(1, 3), 0);
}

static void it_grows_ahead_and_shrinks(void)
{
    uint64_t number;
    size_t capacity;
    make(0);
    EQUAL(heptad_robin_capacity(&set), 56);
    for (number = 0; number < 56; number++) {
        EQUAL(heptad_robin_insert_within_capacity(&set, key_of(number * 5)), 1);
    }
    EQUAL(heptad_robin_insert_within_capacity(&set, 1), HEPTAD_ERROR_FULL);
    EQUAL(heptad_robin_insert_within_capacity(&set, key_of(5)), 0);
    EQUAL(heptad_robin_reserve(&set, 300), HEPTAD_OK);
    capacity = heptad_robin_capacity(&set);
    CHECK(capacity >= 356);
    EQUAL(heptad_robin_reserve(&set, 500), HEPTAD_ERROR_FULL);
    EQUAL(heptad_robin_reserve(&set, SIZE_MAX), HEPTAD_ERROR_CAPACITY);
    EQUAL(heptad_robin_insert_within_capacity(&set, 1), 1);
    EQUAL(heptad_robin_shrink(&set, 200), HEPTAD_OK);
    EQUAL(heptad_robin_capacity(&set), 224);
    EQUAL(heptad_robin_shrink(&set, 0), HEPTAD_OK);
    EQUAL(heptad_robin_capacity(&set), 112);
    EQUAL(heptad_robin_len(&set), 57);
    for (number = 0; number < 56; number++) {
        EQUAL(heptad_robin_contains(&set, key_of(number * 5)), 1);
    }
    EQUAL(heptad_robin_grow(&set), HEPTAD_OK);
    EQUAL(heptad_robin_capacity(&set), 224);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(keyed_sets_take_any_keys),
        CASE(walks_start_anywhere),
        CASE(ranges_are_copied),
        CASE(sizes_are_known_ahead),
        CASE(it_grows_ahead_and_shrinks),
    };
    return RUN(cases);
}
