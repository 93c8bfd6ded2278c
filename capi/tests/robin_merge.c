/* Sorted sets and maps merged, compared, and grown on several threads, from C. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <pthread.h>

enum { KEYS = 200, LINES = 72 };

static HEPTAD_LINES(first_lines, LINES);
static HEPTAD_LINES(second_lines, LINES);
static HEPTAD_LINES(result_lines, 2 * LINES);

static const heptad_robin unmade = HEPTAD_INIT;
static const heptad_robin_map unmade_map = HEPTAD_INIT;

static uint64_t key_of(uint64_t number)
{
    return number << 54 | number;
}

/* A set of the numbers that `step` divides. */
static void make(heptad_robin *set, unsigned char *memory, int is_keyed, uint64_t step)
{
    uint64_t number;
    *set = unmade;
    EQUAL(is_keyed ? heptad_robin_init_keyed(set, memory, sizeof first_lines, 5, HEPTAD_LOAD_7_8)
                   : heptad_robin_init(set, memory, sizeof first_lines, HEPTAD_LOAD_7_8),
          HEPTAD_OK);
    for (number = 0; number < KEYS; number += step) {
        EQUAL(heptad_robin_insert(set, key_of(number)), 1);
    }
}

static int is_in(int merge, int in_first, int in_second)
{
    switch (merge) {
    case HEPTAD_UNION:
        return in_first || in_second;
    case HEPTAD_INTERSECTION:
        return in_first && in_second;
    case HEPTAD_DIFFERENCE:
        return in_first && !in_second;
    default:
        return in_first != in_second;
    }
}

static void sets_merge_in_either_order(void)
{
    heptad_robin first, second, result;
    uint64_t number, expected;
    int merge, is_keyed;
    for (is_keyed = 0; is_keyed < 2; is_keyed++) {
        make(&first, first_lines, is_keyed, 2);
        make(&second, second_lines, is_keyed, 3);
        for (merge = HEPTAD_UNION; merge <= HEPTAD_SYMMETRIC_DIFFERENCE; merge++) {
            result = unmade;
            memset(result_lines, 0xee, sizeof result_lines);
            EQUAL(heptad_robin_merge(&result, merge, &first, &second, result_lines,
                                     sizeof result_lines),
                  HEPTAD_OK);
            expected = 0;
            for (number = 0; number < KEYS; number++) {
                int is_expected = is_in(merge, number % 2 == 0, number % 3 == 0);
                EQUAL(heptad_robin_contains(&result, key_of(number)), is_expected);
                expected += (uint64_t)is_expected;
            }
            EQUAL(heptad_robin_len(&result), expected);
            EQUAL(heptad_robin_is_subset(&result, &first),
                  merge == HEPTAD_INTERSECTION || merge == HEPTAD_DIFFERENCE);
            EQUAL(heptad_robin_is_subset(&first, &result), merge == HEPTAD_UNION);
            EQUAL(heptad_robin_is_disjoint(&result, &second), merge == HEPTAD_DIFFERENCE);
            EQUAL(heptad_robin_is_equal(&result, &first), 0);
            EQUAL(heptad_robin_insert(&result, key_of(1)), 1);
            EQUAL(heptad_robin_release(&result, NULL, NULL), HEPTAD_OK);
        }
        EQUAL(heptad_robin_merge(&result, HEPTAD_UNION, &first, &first, result_lines,
                                 sizeof result_lines),
              HEPTAD_OK);
        EQUAL(heptad_robin_is_equal(&result, &first), 1);
    }
}

/* Keys at both ends of the numbers fill a page; as much memory holds them again. */
static void a_full_page_fits_into_another(void)
{
    enum { PAGE = 4096 };
    heptad_robin set = HEPTAD_INIT, result = HEPTAD_INIT;
    uint64_t number = 0, half = 0;
    int merge;
    EQUAL(heptad_robin_init(&set, first_lines, PAGE, HEPTAD_LOAD_7_8), HEPTAD_OK);
    while (heptad_robin_insert(&set, number % 2 == 0 ? half : ~half) == 1) {
        number++;
        half = number / 2 * 4096;
    }
    EQUAL(number, 392);
    for (merge = HEPTAD_UNION; merge <= HEPTAD_INTERSECTION; merge++) {
        EQUAL(heptad_robin_merge(&result, merge, &set, &set, result_lines, PAGE), HEPTAD_OK);
        EQUAL(heptad_robin_is_equal(&result, &set), 1);
        EQUAL(heptad_robin_release(&result, NULL, NULL), HEPTAD_OK);
    }
    EQUAL(heptad_robin_move(&set, second_lines, PAGE, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_robin_len(&set), number);
    EQUAL(heptad_robin_contains(&set, ~(uint64_t)0), 1);
}

static void no_help(const heptad_growth *growth, void *context)
{
    (void)growth;
    (void)context;
}

static void sets_that_do_not_merge(void)
{
    heptad_robin first, second, result = HEPTAD_INIT, inside = HEPTAD_INIT;
    make(&first, first_lines, 0, 2);
    make(&second, second_lines, 1, 3);
    EQUAL(heptad_robin_merge(&result, 0, &first, &second, result_lines, sizeof result_lines),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_robin_is_subset(&first, &second), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_robin_is_disjoint(&first, &second), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_robin_is_equal(&first, &second), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_robin_release(&second, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_robin_merge(&result, 0, &first, &second, result_lines, sizeof result_lines),
          HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_robin_is_equal(&first, &second), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_robin_is_equal(&first, NULL), HEPTAD_ERROR_NULL);
    make(&second, second_lines, 0, 3);
    EQUAL(heptad_robin_merge(&result, 4, &first, &second, result_lines, sizeof result_lines),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_robin_merge(&result, -1, &first, &second, result_lines, sizeof result_lines),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_robin_merge(&result, 0, &first, &second, NULL, 640), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_merge(&result, 0, &first, &second, result_lines + 8, 640),
          HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_robin_merge(&result, 0, &first, &second, result_lines, 64), HEPTAD_ERROR_FULL);
    EQUAL(heptad_robin_merge(&result, 0, &first, &second, first_lines + 64, 64),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_merge(&result, 0, &first, &second, second_lines, 64),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_merge(&result, 0, &first, NULL, result_lines, 640), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_merge(NULL, 0, &first, &second, result_lines, 640), HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_merge(&first, 0, &first, &second, result_lines, sizeof result_lines),
          HEPTAD_ERROR_LIVE);
    memcpy(result_lines, &inside, sizeof inside);
    EQUAL(heptad_robin_merge((heptad_robin *)(void *)result_lines, 0, &first, &second, result_lines,
                             sizeof result_lines),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_len(&result), 0);
    EQUAL(heptad_robin_len(&first), KEYS / 2);
    /* A new handle in the memory of a table that the call reads. The last test: it spoils that table. */
    memcpy(first_lines, &inside, sizeof inside);
    EQUAL(heptad_robin_merge((heptad_robin *)(void *)first_lines, 0, &first, &second, result_lines,
                             sizeof result_lines),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_grow_shared(&first, (heptad_robin *)(void *)first_lines, result_lines,
                                   sizeof result_lines, no_help, NULL),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_merge((heptad_robin *)(void *)first_lines, 0, &second, &first, result_lines,
                             sizeof result_lines),
          HEPTAD_ERROR_OVERLAPPING);
}

static void make_map(heptad_robin_map *map, unsigned char *memory, uint64_t step)
{
    uint64_t number;
    *map = unmade_map;
    EQUAL(heptad_robin_map_init(map, memory, sizeof first_lines, HEPTAD_LOAD_7_8), HEPTAD_OK);
    for (number = 0; number < KEYS; number += step) {
        EQUAL(heptad_robin_map_insert(map, key_of(number), number + step, NULL), 1);
    }
}

/* Sums of what both have, the first's value otherwise, nothing of the second alone. */
static int sum(uint64_t key, const uint64_t *first, const uint64_t *second, uint64_t *value,
               void *context)
{
    CHECK(*value == (first ? *first : *second) && key >> 63 == 0);
    ++*(unsigned *)context;
    if (first && second) {
        *value = *first + *second;
    }
    return first != NULL;
}

static void maps_merge_by_a_function(void)
{
    heptad_robin_map first, second, result = HEPTAD_INIT;
    uint64_t number, value;
    unsigned asked = 0, expected = 0;
    make_map(&first, first_lines, 2);
    make_map(&second, second_lines, 3);
    EQUAL(heptad_robin_map_merge(&result, &first, &second, NULL, NULL, result_lines,
                                 sizeof result_lines),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_map_merge(&result, &first, &second, sum, &asked, result_lines,
                                 sizeof result_lines),
          HEPTAD_OK);
    for (number = 0; number < KEYS; number++) {
        expected += number % 2 == 0 || number % 3 == 0;
        value = 77;
        EQUAL(heptad_robin_map_get(&result, key_of(number), &value), number % 2 == 0);
        EQUAL(value, number % 6 == 0 ? 2 * number + 5 : number % 2 == 0 ? number + 2 : 77);
    }
    EQUAL(asked, expected);
    EQUAL(heptad_robin_map_len(&result), KEYS / 2);
    EQUAL(heptad_robin_map_release(&result, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_robin_map_merge(&result, &first, &second, sum, &asked, second_lines, 128),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_map_merge(&result, &first, &second, sum, &asked, result_lines, 128),
          HEPTAD_ERROR_FULL);
    EQUAL(heptad_robin_map_merge(&result, &first, &second, sum, &asked, result_lines, 127),
          HEPTAD_ERROR_TOO_SMALL);
}

enum { THREADS = 3, MANY = 30000, LARGE_LINES = 16392 };

static HEPTAD_LINES(small_lines, LARGE_LINES / 2 + 8);
static HEPTAD_LINES(large_lines, LARGE_LINES);

static void *help(void *context)
{
    const heptad_growth *growth = context;
    size_t *moved = malloc(sizeof *moved);
    int result;
    CHECK(moved != NULL);
    *moved = 0;
    while ((result = heptad_growth_help(growth)) == 1) {
        ++*moved;
    }
    EQUAL(result, 0);
    return moved;
}

/* Offers the growth to threads, and adds up what they did. */
static void by_threads(const heptad_growth *growth, void *context)
{
    pthread_t threads[THREADS];
    unsigned index;
    size_t sum_of_moved = 0;
    for (index = 0; index < THREADS; index++) {
        EQUAL(pthread_create(&threads[index], NULL, help, (void *)growth), 0);
    }
    for (index = 0; index < THREADS; index++) {
        void *moved;
        EQUAL(pthread_join(threads[index], &moved), 0);
        sum_of_moved += *(size_t *)moved;
        free(moved);
    }
    EQUAL(sum_of_moved, heptad_growth_ranges(growth));
    EQUAL(heptad_growth_help(growth), 0);
    ++*(unsigned *)context;
}

static void by_nobody(const heptad_growth *growth, void *context)
{
    CHECK(heptad_growth_ranges(growth) >= 1);
    ++*(unsigned *)context;
}

static void several_threads(void)
{
    heptad_robin small = HEPTAD_INIT, large = HEPTAD_INIT;
    heptad_robin_map small_map, large_map = HEPTAD_INIT;
    uint64_t number, value;
    unsigned calls = 0;
    int round;
    EQUAL(heptad_robin_init_keyed(&small, small_lines, sizeof small_lines, 3, HEPTAD_LOAD_15_16),
          HEPTAD_OK);
    for (number = 0; number < MANY; number++) {
        EQUAL(heptad_robin_insert(&small, number), 1);
    }
    for (round = 0; round < 2; round++) {
        memset(large_lines, 0xee, sizeof large_lines);
        EQUAL(heptad_robin_grow_shared(&small, &large, large_lines, sizeof large_lines,
                                       round == 0 ? by_threads : by_nobody, &calls),
              HEPTAD_OK);
        EQUAL(calls, round + 1);
        EQUAL(heptad_robin_capacity(&large), 2 * heptad_robin_capacity(&small));
        EQUAL(heptad_robin_is_equal(&large, &small), 1);
        EQUAL(heptad_robin_len(&large), MANY);
        EQUAL(heptad_robin_release(&large, NULL, NULL), HEPTAD_OK);
    }
    EQUAL(heptad_robin_grow_shared(&small, &large, large_lines, sizeof large_lines, NULL, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_robin_grow_shared(&small, &large, large_lines, 64, by_nobody, &calls),
          HEPTAD_ERROR_FULL);
    EQUAL(heptad_robin_grow_shared(&small, &large, small_lines, sizeof small_lines, by_nobody,
                                   &calls),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_robin_grow_shared(&large, &large, large_lines, sizeof large_lines, by_nobody,
                                   &calls),
          HEPTAD_ERROR_BUSY);
    EQUAL(heptad_robin_grow_shared(&small, &small, large_lines, sizeof large_lines, by_nobody,
                                   &calls),
          HEPTAD_ERROR_LIVE);
    EQUAL(heptad_growth_help(NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growth_ranges((const heptad_growth *)(const void *)(large_lines + 1)),
          HEPTAD_ERROR_MISALIGNED);
    EQUAL(calls, 2);

    make_map(&small_map, first_lines, 2);
    EQUAL(heptad_robin_map_grow_shared(&small_map, &large_map, result_lines, sizeof result_lines,
                                       by_threads, &calls),
          HEPTAD_OK);
    EQUAL(heptad_robin_map_len(&large_map), KEYS / 2);
    for (number = 0; number < KEYS; number += 2) {
        EQUAL(heptad_robin_map_get(&large_map, key_of(number), &value), 1);
        EQUAL(value, number + 2);
    }
    EQUAL(heptad_robin_map_grow_shared(&small_map, &large_map, result_lines, sizeof result_lines,
                                       NULL, NULL),
          HEPTAD_ERROR_NULL);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(sets_merge_in_either_order),
        CASE(a_full_page_fits_into_another),
        CASE(sets_that_do_not_merge),
        CASE(maps_merge_by_a_function),
        CASE(several_threads),
    };
    return RUN(cases);
}
