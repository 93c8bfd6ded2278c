/* heptad/growing_robin.h: sorted tables under an allocator that counts, fails, and checks that all memory is returned. */
#include "counting.h"
#include <heptad/growing_robin.h>

enum { COUNT = 5000, SEED = 7 };

/* All keys are there, in order. */
static void expect_keys(const heptad_robin *set, uint64_t (*key_of)(uint64_t number), uint64_t count)
{
    uint64_t number, key = 0, previous = 0, seen = 0;
    size_t position = 0;
    EQUAL(heptad_robin_len(set), count);
    for (number = 0; number < count; number++) {
        EQUAL(heptad_robin_contains(set, key_of(number)), 1);
    }
    while (heptad_robin_next(set, &position, &key) == 1) {
        CHECK(seen == 0 || key > previous);
        previous = key;
        seen++;
    }
    EQUAL(seen, count);
}

static uint64_t spread(uint64_t number) { return heptad_hash_word(3, number); }
static uint64_t in_order(uint64_t number) { return number; }
/* Two crowds far apart. */
static uint64_t crowds(uint64_t number) { return number & 1 ? ~number : number; }

static void a_set_grows_and_shrinks(void)
{
    static uint64_t (*const keys[])(uint64_t) = { spread, in_order, crowds };
    heptad_growing_robin it;
    size_t kind, most;
    uint64_t number;
    for (kind = 0; kind < 3; kind++) {
        EQUAL(heptad_growing_robin_init(&it, &counting, 0, HEPTAD_LOAD_7_8), HEPTAD_OK);
        for (number = 0; number < COUNT; number++) {
            EQUAL(heptad_growing_robin_insert(&it, keys[kind](number)), 1);
            EQUAL(heptad_growing_robin_insert(&it, keys[kind](number)), 0);
            EQUAL(pieces, 1);
            EQUAL(it.bytes, all_bytes);
        }
        expect_keys(&it.robin, keys[kind], COUNT);
        CHECK(all_bytes <= 16 * heptad_robin_bytes(COUNT, HEPTAD_LOAD_7_8));
        most = all_bytes;
        for (number = 20; number < COUNT; number++) {
            EQUAL(heptad_robin_remove(&it.robin, keys[kind](number)), 1);
        }
        EQUAL(all_bytes, most);
        EQUAL(heptad_growing_robin_shrink(&it, 100), HEPTAD_OK);
        EQUAL(all_bytes, heptad_robin_bytes(100, HEPTAD_LOAD_7_8));
        expect_keys(&it.robin, keys[kind], 20);
        EQUAL(heptad_growing_robin_reserve(&it, 1000), HEPTAD_OK);
        EQUAL(all_bytes, heptad_robin_bytes(1020, HEPTAD_LOAD_7_8));
        calls = 0;
        EQUAL(heptad_growing_robin_reserve(&it, 500), HEPTAD_OK);
        EQUAL(calls, 0);
        EQUAL(heptad_growing_robin_reserve(&it, (size_t)-1), HEPTAD_ERROR_CAPACITY);
        EQUAL(heptad_growing_robin_reserve(&it, (size_t)-30), HEPTAD_ERROR_CAPACITY);
        expect_keys(&it.robin, keys[kind], 20);
        EQUAL(heptad_growing_robin_release(&it), HEPTAD_OK);
        EQUAL(heptad_growing_robin_release(&it), HEPTAD_ERROR_HANDLE);
        EQUAL(heptad_growing_robin_insert(&it, 1), HEPTAD_ERROR_HANDLE);
        EQUAL(heptad_growing_robin_reserve(&it, 1), HEPTAD_ERROR_HANDLE);
        EQUAL(heptad_growing_robin_shrink(&it, 1), HEPTAD_ERROR_HANDLE);
        expect_nothing_left();
    }
}

/* Spread keys take at most twice the memory that they need. */
static void memory_is_bounded(void)
{
    heptad_growing_robin it;
    uint64_t number;
    EQUAL(heptad_growing_robin_init_keyed(&it, &counting, 10, SEED, HEPTAD_LOAD_7_8), HEPTAD_OK);
    for (number = 0; number < 20 * COUNT; number++) {
        EQUAL(heptad_growing_robin_insert(&it, number), 1);
        CHECK(number < 1000 || all_bytes <= 3 * heptad_robin_bytes((size_t)number + 1, HEPTAD_LOAD_7_8));
    }
    EQUAL(heptad_growing_robin_release(&it), HEPTAD_OK);
    expect_nothing_left();
}

static void a_map_counts(void)
{
    heptad_growing_robin_map it;
    uint64_t number, value, sum = 0;
    EQUAL(heptad_growing_robin_map_init_within(&it, &counting, 0, 100, 100 + COUNT, HEPTAD_LOAD_3_4), HEPTAD_OK);
    for (number = 0; number < 3 * COUNT; number++) {
        EQUAL(heptad_growing_robin_map_add(&it, 100 + number % COUNT, number, &value), number < COUNT);
        sum += number;
    }
    EQUAL(heptad_growing_robin_map_add(&it, 99, 1, NULL), HEPTAD_ERROR_KEY_RANGE);
    EQUAL(heptad_growing_robin_map_insert(&it, 100, 5, &value), 0);
    EQUAL(value, COUNT + 2 * COUNT);
    EQUAL(heptad_growing_robin_map_get_or_insert(&it, 100, 6, &value), 0);
    EQUAL(value, 5);
    EQUAL(heptad_growing_robin_map_insert(&it, 100, 3 * COUNT, NULL), 0);
    for (number = 0; number < COUNT; number++) {
        EQUAL(heptad_robin_map_get(&it.robin_map, 100 + number, &value), 1);
        EQUAL(value, 3 * number + 3 * COUNT);
        sum -= value;
    }
    EQUAL(sum, 0);
    EQUAL(heptad_growing_robin_map_shrink(&it, 0), HEPTAD_OK);
    EQUAL(heptad_growing_robin_map_release(&it), HEPTAD_OK);
    expect_nothing_left();
}

static void an_allocator_that_fails(void)
{
    heptad_growing_robin it;
    long until;
    uint64_t number;
    for (until = 0; until < 5; until++) {
        int result;
        failing = until;
        result = heptad_growing_robin_init(&it, &counting, 0, HEPTAD_LOAD_7_8);
        for (number = 0; result >= 0; number++) {
            result = heptad_growing_robin_insert(&it, spread(number));
        }
        EQUAL(result, HEPTAD_ERROR_MEMORY);
        failing = -1;
        if (until > 0) {
            expect_keys(&it.robin, spread, number - 1);
            EQUAL(heptad_growing_robin_insert(&it, spread(number - 1)), 1);
            EQUAL(heptad_growing_robin_release(&it), HEPTAD_OK);
        }
        expect_nothing_left();
    }
    EQUAL(heptad_growing_robin_init(NULL, &counting, 0, HEPTAD_LOAD_7_8), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_insert(NULL, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_reserve(NULL, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_shrink(NULL, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_release(NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_map_insert(NULL, 1, 2, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_map_get_or_insert(NULL, 1, 2, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_map_add(NULL, 1, 2, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_map_shrink(NULL, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_init(&it, NULL, 0, HEPTAD_LOAD_7_8), HEPTAD_ERROR_NULL);
    EQUAL(heptad_growing_robin_init(&it, &counting, 0, 9), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_growing_robin_init(&it, &counting, (size_t)-1, HEPTAD_LOAD_7_8), HEPTAD_ERROR_CAPACITY);
    EQUAL(heptad_growing_robin_init_within(&it, &counting, 0, 2, 1, HEPTAD_LOAD_7_8), HEPTAD_ERROR_ARGUMENT);
    expect_nothing_left();
}

/* What goes back to the allocator is the memory that the handle had, even if that was moved; and a start that fails
 * writes nothing, nor does a copy release anything. */
static void sizes_are_the_handles_own(void)
{
    heptad_growing_robin it, copy;
    size_t bytes = heptad_robin_bytes(1000, HEPTAD_LOAD_7_8), old_bytes = 0;
    void *old = NULL;
    uint64_t number;
    int round;
    for (round = 0; round < 2; round++) {
        EQUAL(heptad_growing_robin_init(&it, &counting, 0, HEPTAD_LOAD_7_8), HEPTAD_OK);
        EQUAL(heptad_growing_robin_insert(&it, 5), 1);
        EQUAL(heptad_robin_move(&it.robin, count_allocate(bytes, 64, &pieces), bytes, &old, &old_bytes), HEPTAD_OK);
        count_release(old, old_bytes, 64, &pieces);
        EQUAL(round == 0 ? HEPTAD_OK : heptad_growing_robin_shrink(&it, 0), HEPTAD_OK);
        EQUAL(heptad_growing_robin_release(&it), HEPTAD_OK);
        expect_nothing_left();
    }
    EQUAL(heptad_growing_robin_init(&it, &counting, 0, HEPTAD_LOAD_7_8), HEPTAD_OK);
    for (number = 0; number < 50; number++) {
        EQUAL(heptad_growing_robin_insert(&it, spread(number)), 1);
    }
    failing = 0;
    EQUAL(heptad_growing_robin_init(&it, &counting, 0, HEPTAD_LOAD_7_8), HEPTAD_ERROR_MEMORY);
    failing = -1;
    copy = it;
    EQUAL(heptad_growing_robin_insert(&copy, 1), HEPTAD_ERROR_COPY);
    EQUAL(heptad_growing_robin_shrink(&copy, 0), HEPTAD_ERROR_COPY);
    EQUAL(heptad_growing_robin_release(&copy), HEPTAD_ERROR_COPY);
    expect_keys(&it.robin, spread, 50);
    EQUAL(pieces, 1);
    EQUAL(heptad_growing_robin_release(&it), HEPTAD_OK);
    expect_nothing_left();
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(a_set_grows_and_shrinks), CASE(memory_is_bounded), CASE(a_map_counts), CASE(an_allocator_that_fails),
        CASE(sizes_are_the_handles_own)
    };
    return RUN(cases);
}
