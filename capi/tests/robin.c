/* Sorted sets, from C. */
#include "check.h"

enum { KEYS = 400 };

static HEPTAD_LINES(lines, 128); /* 1,024 slots: 512 homes and what runs over */
static HEPTAD_LINES(large_lines, 256);

/* Evenly spread keys, no two alike; KEYS of them. */
static uint64_t key_of(uint64_t number)
{
    return heptad_hash_word(11, number);
}

static int by_value(const void *left, const void *right)
{
    uint64_t one = *(const uint64_t *)left, other = *(const uint64_t *)right;
    return (one > other) - (one < other);
}

static void make(heptad_robin *set)
{
    heptad_robin unmade = HEPTAD_INIT;
    *set = unmade;
    EQUAL(heptad_robin_init(set, lines, sizeof lines, HEPTAD_LOAD_7_8), HEPTAD_OK);
}

/* Fills a set from its smallest size on, and leaves the keys sorted in `sorted`. */
static void fill(heptad_robin *set, uint64_t *sorted)
{
    uint64_t number;
    make(set);
    EQUAL(heptad_robin_capacity(set), 56);
    for (number = 0; number < KEYS; number++) {
        sorted[number] = key_of(number);
        EQUAL(heptad_robin_contains(set, key_of(number)), 0);
        EQUAL(heptad_robin_insert(set, key_of(number)), 1);
        EQUAL(heptad_robin_insert(set, key_of(number)), 0);
        EQUAL(heptad_robin_contains(set, key_of(number)), 1);
        EQUAL(heptad_robin_len(set), number + 1);
    }
    qsort(sorted, KEYS, sizeof *sorted, by_value);
}

static void it_grows_in_place_and_stays_sorted(void)
{
    heptad_robin set;
    heptad_sorted_stats stats;
    uint64_t sorted[KEYS], key = 7;
    size_t index = 0;
    int result;
    fill(&set, sorted);
    CHECK(heptad_robin_capacity(&set) >= KEYS);
    for (result = heptad_robin_first(&set, &key); result == 1;
         result = heptad_robin_successor(&set, key, &key)) {
        CHECK(index < KEYS && key == sorted[index]);
        index++;
    }
    EQUAL(index, KEYS);
    for (result = heptad_robin_last(&set, &key); result == 1;
         result = heptad_robin_predecessor(&set, key, &key)) {
        index--;
        CHECK(key == sorted[index]);
    }
    EQUAL(index, 0);
    for (index = 1; index < KEYS; index++) {
        uint64_t between = sorted[index - 1] / 2 + sorted[index] / 2;
        EQUAL(heptad_robin_successor(&set, between, &key), 1);
        CHECK(key == sorted[index]);
        EQUAL(heptad_robin_predecessor(&set, between + 1, &key), 1);
        CHECK(key == sorted[index - 1]);
    }
    EQUAL(heptad_robin_stats(&set, &stats), HEPTAD_OK);
    EQUAL(stats.len, KEYS);
    CHECK(stats.bytes <= sizeof lines && stats.homes >= 256 && stats.lines_of_hits >= KEYS);
    EQUAL(heptad_robin_grow(&set), HEPTAD_ERROR_FULL);
}

static int is_even(uint64_t key, void *context)
{
    (void)context;
    return key % 2 == 0;
}

static void keys_go_out(void)
{
    heptad_robin set;
    uint64_t sorted[KEYS], index, even = 0;
    void *memory;
    size_t bytes;
    fill(&set, sorted);
    for (index = 0; index < KEYS; index += 4) {
        EQUAL(heptad_robin_remove(&set, sorted[index]), 1);
        EQUAL(heptad_robin_remove(&set, sorted[index]), 0);
    }
    for (index = 0; index < KEYS; index++) {
        EQUAL(heptad_robin_contains(&set, sorted[index]), index % 4 != 0);
        even += index % 4 != 0 && sorted[index] % 2 == 0;
    }
    EQUAL(heptad_robin_retain(&set, is_even, NULL), HEPTAD_OK);
    EQUAL(heptad_robin_len(&set), even);
    EQUAL(heptad_robin_move(&set, large_lines, sizeof large_lines, &memory, &bytes), HEPTAD_OK);
    CHECK(memory == lines && bytes == sizeof lines);
    memset(lines, 0xee, sizeof lines);
    for (index = 0; index < KEYS; index++) {
        EQUAL(heptad_robin_contains(&set, sorted[index]),
              index % 4 != 0 && sorted[index] % 2 == 0);
    }
    EQUAL(heptad_robin_clear(&set), HEPTAD_OK);
    EQUAL(heptad_robin_len(&set), 0);
    EQUAL(heptad_robin_first(&set, NULL), 0);
    EQUAL(heptad_robin_last(&set, NULL), 0);
    EQUAL(heptad_robin_release(&set, &memory, NULL), HEPTAD_OK);
    CHECK(memory == large_lines);
}

static void every_key_is_legal_and_full_is_full(void)
{
    heptad_robin set;
    uint64_t key = 7, number = 0;
    int result;
    make(&set);
    EQUAL(heptad_robin_insert(&set, 0), 1);
    EQUAL(heptad_robin_insert(&set, UINT64_MAX), 1);
    EQUAL(heptad_robin_first(&set, &key), 1);
    EQUAL(key, 0);
    EQUAL(heptad_robin_successor(&set, 0, &key), 1);
    CHECK(key == UINT64_MAX);
    EQUAL(heptad_robin_successor(&set, UINT64_MAX, &key), 0);
    EQUAL(heptad_robin_predecessor(&set, 0, &key), 0);
    while ((result = heptad_robin_insert(&set, key_of(1000 + number))) == 1) {
        number++;
    }
    EQUAL(result, HEPTAD_ERROR_FULL);
    EQUAL(heptad_robin_len(&set), number + 2);
    EQUAL(heptad_robin_contains(&set, key_of(1000 + number)), 0);
}

/* Keys that share their leading bits, from either end, and one far away: all that there is memory for. */
static void crowds_are_taken(void)
{
    static const uint64_t starts[] = {UINT64_MAX - 2000, 0, 0xffff800000000000u};
    size_t start, far;
    int down;
    for (start = 0; start < 3; start++) {
        for (down = 0; down < 2; down++) {
            for (far = 0; far < 2; far++) {
                heptad_robin set;
                uint64_t number, key = 0;
                int result = 0;
                make(&set);
                if (far) {
                    EQUAL(heptad_robin_insert(&set, starts[start] ^ (uint64_t)1 << 62), 1);
                }
                for (number = 0; number < 2000 && result >= 0; number++) {
                    key = starts[start] + (down ? 1999 - number : number);
                    result = heptad_robin_insert(&set, key);
                }
                EQUAL(result, HEPTAD_ERROR_FULL);
                EQUAL(heptad_robin_contains(&set, key), 0);
                EQUAL(heptad_robin_len(&set), heptad_robin_capacity(&set));
                CHECK(heptad_robin_len(&set) >= 448);
            }
        }
    }
}

/* Keys within bounds: those outside are refused and not found, and ranges end at the bounds. */
static void keys_within_bounds(void)
{
    const uint64_t low = 0xffff800000000000u, high = low + 0xffffff;
    heptad_robin set = HEPTAD_INIT;
    uint64_t keys[4], number, key = 0;
    size_t count = 0;
    EQUAL(heptad_robin_init_within(&set, lines, sizeof lines, high, low, HEPTAD_LOAD_7_8),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_robin_init_within(&set, lines, sizeof lines, low, high, HEPTAD_LOAD_7_8),
          HEPTAD_OK);
    for (number = 0; number < KEYS; number++) {
        EQUAL(heptad_robin_insert(&set, low + (number * 0x9e3779b9u & 0xffffff)), 1);
    }
    EQUAL(heptad_robin_insert(&set, low - 1), HEPTAD_ERROR_KEY_RANGE);
    EQUAL(heptad_robin_insert_within_capacity(&set, high + 1), HEPTAD_ERROR_KEY_RANGE);
    EQUAL(heptad_robin_contains(&set, low - 1), 0);
    EQUAL(heptad_robin_remove(&set, high + 1), 0);
    EQUAL(heptad_robin_successor(&set, 0, &key), 1);
    CHECK(key == low);
    EQUAL(heptad_robin_at_least(&set, high + 1, &key), 0);
    EQUAL(heptad_robin_range(&set, 0, UINT64_MAX, keys, 4, &count), 1);
    EQUAL(count, 4);
    CHECK(keys[0] == low && keys[1] > keys[0] && keys[2] > keys[1] && keys[3] > keys[2]);
    EQUAL(heptad_robin_range(&set, 0, low - 1, keys, 4, &count), 0);
    EQUAL(count, 0);
}

/* Every function, for a handle with which it can do nothing. */
static void all_of(heptad_robin *set, int code)
{
    uint64_t key;
    void *memory;
    size_t bytes, position = 0;
    heptad_sorted_stats stats;
    EQUAL(heptad_robin_release(set, &memory, &bytes), code);
    EQUAL(heptad_robin_move(set, large_lines, sizeof large_lines, &memory, &bytes), code);
    EQUAL(heptad_robin_clear(set), code);
    EQUAL(heptad_robin_grow(set), code);
    EQUAL(heptad_robin_reserve(set, 1), code);
    EQUAL(heptad_robin_shrink(set, 1), code);
    EQUAL(heptad_robin_insert(set, 1), code);
    EQUAL(heptad_robin_insert_within_capacity(set, 1), code);
    EQUAL(heptad_robin_contains(set, 1), code);
    EQUAL(heptad_robin_remove(set, 1), code);
    EQUAL(heptad_robin_retain(set, is_even, NULL), code);
    EQUAL(heptad_robin_first(set, &key), code);
    EQUAL(heptad_robin_last(set, &key), code);
    EQUAL(heptad_robin_successor(set, 1, &key), code);
    EQUAL(heptad_robin_predecessor(set, 1, &key), code);
    EQUAL(heptad_robin_at_least(set, 1, &key), code);
    EQUAL(heptad_robin_next(set, &position, &key), code);
    EQUAL(heptad_robin_position_of(set, 1, &position), code);
    EQUAL(heptad_robin_range(set, 0, 1, &key, 1, &bytes), code);
    EQUAL(heptad_robin_is_subset(set, set), code);
    EQUAL(heptad_robin_is_disjoint(set, set), code);
    EQUAL(heptad_robin_is_equal(set, set), code);
    EQUAL(heptad_robin_stats(set, &stats), code);
    EQUAL(heptad_robin_len(set), 0);
    EQUAL(heptad_robin_capacity(set), 0);
}

static void bad_calls(void)
{
    heptad_robin set = HEPTAD_INIT;
    heptad_set other = HEPTAD_INIT;
    uint64_t key;
    all_of(NULL, HEPTAD_ERROR_NULL);
    all_of(&set, HEPTAD_ERROR_HANDLE);
    set.version = 77;
    all_of(&set, HEPTAD_ERROR_VERSION);
    EQUAL(heptad_set_init(&other, large_lines, 64, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    all_of((heptad_robin *)(void *)&other, HEPTAD_ERROR_HANDLE);
    set.version = HEPTAD_ABI_VERSION;
    EQUAL(heptad_robin_init(NULL, lines, 64, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_init(&set, NULL, 64, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_init(&set, lines + 8, 64, 1), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_robin_init(&set, lines, 63, 1), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_robin_init(&set, lines, 64, 3), HEPTAD_ERROR_ARGUMENT);
    make(&set);
    EQUAL(heptad_robin_init(&set, lines, 64, 1), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_robin_move(&set, lines, sizeof lines, NULL, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_retain(&set, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_stats(&set, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_first(&set, (uint64_t *)(void *)((char *)&key + 1)),
          HEPTAD_ERROR_MISALIGNED);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(it_grows_in_place_and_stays_sorted),
        CASE(keys_go_out),
        CASE(every_key_is_legal_and_full_is_full),
        CASE(crowds_are_taken),
        CASE(keys_within_bounds),
        CASE(bad_calls),
    };
    return RUN(cases);
}
