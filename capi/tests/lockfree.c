/* Maps without a lock, from C: what one thread sees. */
#include "lockfree.h"

static void values_go_in_and_out(void)
{
    heptad_lockfree map;
    uint64_t key, value;
    make(&map);
    CHECK(heptad_lockfree_capacity(&map) >= ENTRIES);
    for (key = 0; key < ENTRIES; key++) {
        value = 77;
        EQUAL(heptad_lockfree_get(&map, key, &value), 0);
        EQUAL(heptad_lockfree_replace(&map, key, 1, &value), 0);
        EQUAL(heptad_lockfree_remove(&map, key, &value), 0);
        EQUAL(heptad_lockfree_get_or_insert(&map, key, key * 3, &value), 1);
        EQUAL(value, 77);
        EQUAL(heptad_lockfree_get_or_insert(&map, key, 5, &value), 0);
        EQUAL(value, key * 3);
        EQUAL(heptad_lockfree_insert(&map, key, key * 5, &value), 0);
        EQUAL(value, key * 3);
        EQUAL(heptad_lockfree_replace(&map, key, key * 7, &value), 1);
        EQUAL(value, key * 5);
        EQUAL(heptad_lockfree_add(&map, key, 4, &value), 0);
        EQUAL(value, key * 7 + 4);
        EQUAL(heptad_lockfree_get(&map, key, &value), 1);
        EQUAL(value, key * 7 + 4);
        EQUAL(heptad_lockfree_get(&map, key, NULL), 1);
    }
    EQUAL(heptad_lockfree_len(&map), ENTRIES);
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
    for (key = 0; key < ENTRIES; key += 2) {
        EQUAL(heptad_lockfree_remove(&map, key, &value), 1);
        EQUAL(value, key * 7 + 4);
    }
    EQUAL(heptad_lockfree_len(&map), ENTRIES / 2);
    EQUAL(heptad_lockfree_insert(&map, UINT64_MAX, UINT64_MAX, NULL), 1);
    EQUAL(heptad_lockfree_add(&map, UINT64_MAX, 3, &value), 0);
    EQUAL(value, 2);
    EQUAL(heptad_lockfree_add(&map, UINT64_MAX - 1, 3, &value), 1);
    EQUAL(value, 3);
    EQUAL(heptad_lockfree_clear(&map), HEPTAD_OK);
    EQUAL(heptad_lockfree_len(&map), 0);
}

/* What the table of operations says of a compare-and-set: whether it takes place. */
static int takes_place(int expected, int is_present, int is_expected_value)
{
    switch (expected) {
    case HEPTAD_WHATEVER:
        return 1;
    case HEPTAD_EXISTS:
        return is_present;
    case HEPTAD_NOT_EXISTS:
        return !is_present;
    default:
        return is_present && is_expected_value;
    }
}

/* Every state, every expectation, every new value: the result, what was there, and what is there then.
 * Values that other tables reserve are values like any. */
static void n1_every_row_of_the_operation_table(void)
{
    static const uint64_t values[] = { 0, 1, UINT64_MAX, UINT64_MAX / 2, (uint64_t)1 << 63 };
    enum { ABSENT = 5, VALUES = 5 };
    heptad_lockfree map;
    int state, expected, wanted, next;
    unsigned rows = 0;
    make(&map);
    for (state = 0; state <= ABSENT; state++) {
        for (expected = HEPTAD_WHATEVER; expected <= HEPTAD_VALUE; expected++) {
            for (wanted = 0; wanted < VALUES; wanted++) {
                for (next = 0; next <= ABSENT; next++) {
                    int is_present = state != ABSENT, was_present = 9, result, done;
                    uint64_t previous = 77, now = 77, key = 42;
                    heptad_lockfree_remove(&map, key, NULL);
                    if (is_present) {
                        EQUAL(heptad_lockfree_get_or_insert(&map, key, values[state], NULL), 1);
                    }
                    done = takes_place(expected, is_present, state == wanted);
                    result = next == ABSENT
                        ? heptad_lockfree_compare_and_remove(&map, key, expected, values[wanted],
                                                             &was_present, &previous)
                        : heptad_lockfree_compare_and_set(&map, key, expected, values[wanted],
                                                          values[next], &was_present, &previous);
                    EQUAL(result, done);
                    EQUAL(was_present, is_present);
                    EQUAL(previous, is_present ? values[state] : 77);
                    EQUAL(heptad_lockfree_get(&map, key, &now),
                          done ? next != ABSENT : is_present);
                    EQUAL(now, done ? (next == ABSENT ? 77 : values[next])
                                    : (is_present ? values[state] : 77));
                    rows++;
                }
            }
        }
    }
    EQUAL(rows, 6 * 4 * 5 * 6);
    EQUAL(heptad_lockfree_compare_and_set(&map, 1, 4, 0, 0, NULL, NULL), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_lockfree_compare_and_set(&map, 1, -1, 0, 0, NULL, NULL), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_lockfree_compare_and_remove(&map, 1, 4, 0, NULL, NULL), HEPTAD_ERROR_ARGUMENT);
}

static void functions_of_the_caller(void)
{
    heptad_lockfree map;
    uint64_t value = 77, ten = 10, round;
    int was_present = 9;
    make(&map);
    EQUAL(heptad_lockfree_modify(&map, 1, plus, &ten, &value), 0);
    EQUAL(heptad_lockfree_remove_if(&map, 1, is_odd, NULL, &was_present, &value), 0);
    CHECK(value == 77 && was_present == 0);
    EQUAL(heptad_lockfree_insert_or_modify(&map, 1, 5, plus, &ten, &value), 1);
    EQUAL(heptad_lockfree_insert_or_modify(&map, 1, 5, plus, &ten, &value), 0);
    EQUAL(value, 5);
    EQUAL(heptad_lockfree_modify(&map, 1, plus, &ten, &value), 1);
    EQUAL(value, 15);
    EQUAL(heptad_lockfree_insert_with_or_modify(&map, 2, make_seven, plus, &ten, &value), 1);
    EQUAL(heptad_lockfree_insert_with_or_modify(&map, 2, make_seven, plus, &ten, &value), 0);
    EQUAL(value, 7);
    EQUAL(heptad_lockfree_remove_if(&map, 1, is_odd, NULL, &was_present, &value), 1);
    CHECK(value == 25 && was_present == 1);
    EQUAL(heptad_lockfree_get(&map, 1, NULL), 0);
    EQUAL(heptad_lockfree_add(&map, 2, 1, NULL), 0);
    was_present = 9;
    EQUAL(heptad_lockfree_remove_if(&map, 2, is_odd, NULL, &was_present, &value), 0);
    CHECK(value == 18 && was_present == 1);
    EQUAL(heptad_lockfree_remove_if(&map, 2, is_odd, NULL, NULL, NULL), 0);
    EQUAL(heptad_lockfree_get(&map, 2, NULL), 1);
    for (round = 0; round < 10; round++) {
        /* 8, 4, 2, 1, gone, and again. */
        EQUAL(heptad_lockfree_fetch_update(&map, 3, halve, NULL, &value), round % 5 != 0);
        CHECK(round % 5 == 0 || value == (uint64_t)16 >> round % 5);
    }
    EQUAL(heptad_lockfree_len(&map), 1);
    EQUAL(heptad_lockfree_modify(&map, 1, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_remove_if(&map, 1, NULL, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_insert_or_modify(&map, 1, 1, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_insert_with_or_modify(&map, 1, NULL, plus, NULL, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_insert_with_or_modify(&map, 1, make_seven, NULL, NULL, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_fetch_update(&map, 1, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
}

/* Adds one to its own key, and so changes the home for which it is called. */
static uint64_t add_within(uint64_t value, void *context)
{
    EQUAL(heptad_lockfree_add(context, 1, 1, NULL), 0);
    return value + 1000;
}

static int update_within(uint64_t *value, int is_present, void *context)
{
    CHECK(is_present);
    *value = add_within(*value, context);
    return 1;
}

static int remove_within(uint64_t value, void *context)
{
    add_within(value, context);
    return 1;
}

/* A function of the caller's that changes the home each time ends, and does no more than itself did. */
static void functions_that_change_the_map(void)
{
    heptad_lockfree map;
    uint64_t value = 0, before;
    int way;
    make(&map);
    EQUAL(heptad_lockfree_get_or_insert(&map, 1, 0, NULL), 1);
    for (way = 0; way < 4; way++) {
        before = value;
        EQUAL(way == 0   ? heptad_lockfree_modify(&map, 1, add_within, &map, NULL)
              : way == 1 ? heptad_lockfree_insert_or_modify(&map, 1, 5, add_within, &map, NULL)
              : way == 2 ? heptad_lockfree_fetch_update(&map, 1, update_within, &map, NULL)
                         : heptad_lockfree_remove_if(&map, 1, remove_within, &map, NULL, NULL),
              HEPTAD_ERROR_REENTRANT);
        EQUAL(heptad_lockfree_get(&map, 1, &value), 1);
        CHECK(value - before >= 128 && value - before <= 129);
    }
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
}

/* The entry of the least value, after a look at the map and a change of it. */
struct chooser {
    const heptad_lockfree *map;
    uint64_t calls, changes;
};

static size_t least(const heptad_entry *entries, size_t count, void *context)
{
    struct chooser *chooser = context;
    size_t at, best = 0;
    uint64_t value;
    CHECK(count >= 1 && count <= 21);
    for (at = 0; at < count; at++) {
        EQUAL(heptad_lockfree_get(chooser->map, entries[at].key, &value), 1);
        EQUAL(value, entries[at].value);
        best = entries[at].value < entries[best].value ? at : best;
    }
    chooser->calls++;
    if (chooser->changes > 0) {
        chooser->changes--;
        EQUAL(heptad_lockfree_replace(chooser->map, entries[best].key, entries[best].value, NULL), 1);
        EQUAL(heptad_lockfree_add(chooser->map, entries[best].key, 0, NULL), 0);
        EQUAL(heptad_lockfree_add(chooser->map, entries[best].key, 1000000, NULL), 0);
    }
    return best;
}

static size_t beyond_the_last(const heptad_entry *entries, size_t count, void *context)
{
    *(uint64_t *)context = entries[count - 1].key;
    return count + 5;
}

/* What goes is what is returned, and all else stays. */
static void a_map_without_room_evicts(void)
{
    heptad_lockfree map;
    struct chooser chooser = { NULL, 0, 0 };
    uint64_t key, old_key = 77, old_value = 77, last = 0, len = 0, calls = 0;
    int result;
    make(&map);
    chooser.map = &map;
    EQUAL(heptad_lockfree_insert_evicting(&map, 0, 5, least, &chooser, &old_key, &old_value), 1);
    CHECK(old_key == 77 && old_value == 77);
    EQUAL(heptad_lockfree_insert_evicting(&map, 0, 0, least, &chooser, &old_key, &old_value), 0);
    CHECK(old_key == 0 && old_value == 5 && chooser.calls == 0);
    for (key = 1, len = 1; key < 3000; key++) {
        result = heptad_lockfree_insert_evicting(&map, key, key * 2, least, &chooser, &old_key, &old_value);
        CHECK(result == 1 || result == 2);
        if (result == 2) {
            calls++;
            EQUAL(old_value, old_key * 2);
            EQUAL(heptad_lockfree_get(&map, old_key, NULL), 0);
        } else {
            len++;
        }
        EQUAL(chooser.calls, calls);
        EQUAL(heptad_lockfree_get(&map, key, NULL), 1);
    }
    CHECK(calls > 1000 && len >= ENTRIES * 9 / 10);
    EQUAL(heptad_lockfree_len(&map), len);
    do {
        result = heptad_lockfree_insert_evicting(&map, key++, 6000, beyond_the_last, &last, &old_key, NULL);
    } while (result == 1);
    EQUAL(result, 2);
    EQUAL(old_key, last);
    /* A change in the function means another call; one each time, an error, after which all is as it was. */
    do {
        chooser.calls = 0;
        chooser.changes = 1;
        result = heptad_lockfree_insert_evicting(&map, key++, 6000, least, &chooser, NULL, NULL);
    } while (result == 1);
    EQUAL(result, 2);
    EQUAL(chooser.calls, 2);
    len = heptad_lockfree_len(&map);
    do {
        chooser.calls = 0;
        chooser.changes = UINT64_MAX;
        result = heptad_lockfree_insert_evicting(&map, key, 6000, least, &chooser, &old_key, NULL);
        len += result == 1;
    } while (result == 1 && ++key);
    EQUAL(result, HEPTAD_ERROR_REENTRANT);
    CHECK(chooser.calls >= 128 && chooser.calls <= 129);
    EQUAL(heptad_lockfree_get(&map, key, NULL), 0);
    EQUAL(heptad_lockfree_len(&map), len);
    EQUAL(heptad_lockfree_insert_evicting(&map, 1, 1, NULL, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
}

struct walk {
    const heptad_lockfree *map;
    uint64_t seen, limit;
};

/* Notes a key, and changes the map meanwhile. */
static int note(uint64_t key, uint64_t value, void *context)
{
    struct walk *walk = context;
    CHECK(key < 60 && value == key + 1 && (walk->seen >> key & 1) == 0);
    walk->seen |= (uint64_t)1 << key;
    EQUAL(heptad_lockfree_insert(walk->map, 1000 + key, 1, NULL), 1);
    EQUAL(heptad_lockfree_remove(walk->map, 1000 + key, NULL), 1);
    return --walk->limit != 0;
}

static void walks_and_batches(void)
{
    heptad_lockfree map;
    heptad_shared_stats stats;
    struct walk walk;
    uint64_t keys[100], values[100], key, seed = 0;
    uint8_t found[101];
    size_t count;
    make(&map);
    for (key = 0; key < 60; key++) {
        EQUAL(heptad_lockfree_get_or_insert(&map, key, key + 1, NULL), 1);
    }
    walk.map = &map;
    walk.seen = 0;
    walk.limit = 1000;
    EQUAL(heptad_lockfree_each(&map, note, &walk), 1);
    EQUAL(walk.seen, ((uint64_t)1 << 60) - 1);
    walk.seen = 0;
    walk.limit = 5;
    EQUAL(heptad_lockfree_each(&map, note, &walk), 0);
    EQUAL(walk.limit, 0);
    for (count = 0; count < 100; count++) {
        keys[count] = count;
    }
    for (count = 0; count <= 100; count++) {
        memset(found, 9, sizeof found);
        EQUAL(heptad_lockfree_get_many(&map, keys, count, values, found), HEPTAD_OK);
        for (key = 0; key < count; key++) {
            EQUAL(found[key], key < 60);
            EQUAL(values[key], key < 60 ? key + 1 : 0);
        }
        EQUAL(found[count], 9);
    }
    EQUAL(heptad_lockfree_stats(&map, &stats), HEPTAD_OK);
    EQUAL(stats.entries, 60);
    EQUAL(stats.reserved, 0);
    CHECK(stats.bytes <= sizeof lines && stats.all_slots >= 300 && stats.buckets > 0);
    EQUAL(heptad_lockfree_retain(&map, keep_even, NULL), HEPTAD_OK);
    EQUAL(heptad_lockfree_len(&map), 30);
    EQUAL(heptad_lockfree_seed(&map, &seed), HEPTAD_OK);
    EQUAL(seed, 7);
    EQUAL(heptad_lockfree_each(&map, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_retain(&map, NULL, NULL), HEPTAD_ERROR_NULL);
}

static void a_full_map_says_so(void)
{
    heptad_lockfree map;
    uint64_t key = 0, value = 77, held;
    int result;
    make(&map);
    while ((result = heptad_lockfree_get_or_insert(&map, key, key, NULL)) == 1) {
        key++;
    }
    EQUAL(result, HEPTAD_ERROR_FULL);
    CHECK(key >= heptad_lockfree_capacity(&map));
    EQUAL(heptad_lockfree_insert(&map, key, 1, &value), HEPTAD_ERROR_FULL);
    EQUAL(heptad_lockfree_add(&map, key, 1, &value), HEPTAD_ERROR_FULL);
    EQUAL(value, 77);
    EQUAL(heptad_lockfree_len(&map), key);
    for (held = 0; held < key; held++) {
        EQUAL(heptad_lockfree_remove(&map, held, &value), 1);
        EQUAL(value, held);
    }
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(values_go_in_and_out),
        CASE(n1_every_row_of_the_operation_table),
        CASE(functions_of_the_caller),
        CASE(functions_that_change_the_map),
        CASE(a_map_without_room_evicts),
        CASE(walks_and_batches),
        CASE(a_full_map_says_so),
    };
    return RUN(cases);
}
