/* Maps without a lock, from C: one thread; bad calls; and several threads. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <pthread.h>

enum { ENTRIES = 300, LINES = 200 };

static HEPTAD_LINES(lines, LINES);
static HEPTAD_LINES(other_lines, LINES);

static void make(heptad_lockfree *map)
{
    heptad_lockfree unmade = HEPTAD_INIT;
    *map = unmade;
    CHECK(heptad_lockfree_bytes(ENTRIES) <= sizeof lines);
    EQUAL(heptad_lockfree_init(map, lines, sizeof lines, 7), HEPTAD_OK);
}

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
        EQUAL(heptad_lockfree_insert(&map, key, key * 3, &value), 1);
        EQUAL(value, 77);
        EQUAL(heptad_lockfree_insert(&map, key, 5, &value), 0);
        EQUAL(value, key * 3);
        EQUAL(heptad_lockfree_upsert(&map, key, key * 5, &value), 0);
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
    EQUAL(heptad_lockfree_upsert(&map, UINT64_MAX, UINT64_MAX, NULL), 1);
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
                        EQUAL(heptad_lockfree_insert(&map, key, values[state], NULL), 1);
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

static int is_odd(uint64_t value, void *context)
{
    (void)context;
    return value % 2 == 1;
}

static uint64_t plus(uint64_t value, void *context)
{
    return value + *(uint64_t *)context;
}

static uint64_t make_seven(void *context)
{
    (void)context;
    return 7;
}

/* Halves a value, and takes it out at 1; absent becomes 8. */
static int halve(uint64_t *value, int is_present, void *context)
{
    (void)context;
    *value = is_present ? *value / 2 : *value + 8;
    return *value != 0;
}

static void functions_of_the_caller(void)
{
    heptad_lockfree map;
    uint64_t value = 77, ten = 10, round;
    make(&map);
    EQUAL(heptad_lockfree_modify(&map, 1, plus, &ten, &value), 0);
    EQUAL(heptad_lockfree_remove_if(&map, 1, is_odd, NULL, &value), 0);
    EQUAL(value, 77);
    EQUAL(heptad_lockfree_insert_or_modify(&map, 1, 5, plus, &ten, &value), 1);
    EQUAL(heptad_lockfree_insert_or_modify(&map, 1, 5, plus, &ten, &value), 0);
    EQUAL(value, 5);
    EQUAL(heptad_lockfree_modify(&map, 1, plus, &ten, &value), 1);
    EQUAL(value, 15);
    EQUAL(heptad_lockfree_insert_with_or_modify(&map, 2, make_seven, plus, &ten, &value), 1);
    EQUAL(heptad_lockfree_insert_with_or_modify(&map, 2, make_seven, plus, &ten, &value), 0);
    EQUAL(value, 7);
    EQUAL(heptad_lockfree_remove_if(&map, 1, is_odd, NULL, &value), 1);
    EQUAL(value, 25);
    EQUAL(heptad_lockfree_get(&map, 1, NULL), 0);
    EQUAL(heptad_lockfree_add(&map, 2, 1, NULL), 0);
    EQUAL(heptad_lockfree_remove_if(&map, 2, is_odd, NULL, &value), 0);
    for (round = 0; round < 10; round++) {
        /* 8, 4, 2, 1, gone, and again. */
        EQUAL(heptad_lockfree_fetch_update(&map, 3, halve, NULL, &value), round % 5 != 0);
        CHECK(round % 5 == 0 || value == (uint64_t)16 >> round % 5);
    }
    EQUAL(heptad_lockfree_len(&map), 1);
    EQUAL(heptad_lockfree_modify(&map, 1, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_remove_if(&map, 1, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_insert_or_modify(&map, 1, 1, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_insert_with_or_modify(&map, 1, NULL, plus, NULL, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_insert_with_or_modify(&map, 1, make_seven, NULL, NULL, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_fetch_update(&map, 1, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
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
    EQUAL(heptad_lockfree_upsert(walk->map, 1000 + key, 1, NULL), 1);
    EQUAL(heptad_lockfree_remove(walk->map, 1000 + key, NULL), 1);
    return --walk->limit != 0;
}

static int keep_even(uint64_t key, uint64_t value, void *context)
{
    (void)value, (void)context;
    return key % 2 == 0;
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
        EQUAL(heptad_lockfree_insert(&map, key, key + 1, NULL), 1);
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
    EQUAL(stats.held, 0);
    CHECK(stats.bytes <= sizeof lines && stats.slots >= 300 && stats.bins > 0);
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
    while ((result = heptad_lockfree_insert(&map, key, key, NULL)) == 1) {
        key++;
    }
    EQUAL(result, HEPTAD_ERROR_FULL);
    CHECK(key >= heptad_lockfree_capacity(&map));
    EQUAL(heptad_lockfree_upsert(&map, key, 1, &value), HEPTAD_ERROR_FULL);
    EQUAL(heptad_lockfree_add(&map, key, 1, &value), HEPTAD_ERROR_FULL);
    EQUAL(value, 77);
    EQUAL(heptad_lockfree_len(&map), key);
    for (held = 0; held < key; held++) {
        EQUAL(heptad_lockfree_remove(&map, held, &value), 1);
        EQUAL(value, held);
    }
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
}

/* Each function, for a handle with which it can do nothing. */
static void all_of(const heptad_lockfree *map, int code)
{
    uint64_t key = 1, value = 0;
    uint8_t found;
    void *memory;
    size_t bytes;
    heptad_shared_stats stats;
    EQUAL(heptad_lockfree_check(map), code);
    EQUAL(heptad_lockfree_seed(map, &value), code);
    EQUAL(heptad_lockfree_stats(map, &stats), code);
    EQUAL(heptad_lockfree_get(map, 1, &value), code);
    EQUAL(heptad_lockfree_get_many(map, &key, 1, &value, &found), code);
    EQUAL(heptad_lockfree_insert(map, 1, 1, &value), code);
    EQUAL(heptad_lockfree_upsert(map, 1, 1, &value), code);
    EQUAL(heptad_lockfree_replace(map, 1, 1, &value), code);
    EQUAL(heptad_lockfree_add(map, 1, 1, &value), code);
    EQUAL(heptad_lockfree_remove(map, 1, &value), code);
    EQUAL(heptad_lockfree_compare_and_set(map, 1, 0, 0, 0, NULL, NULL), code);
    EQUAL(heptad_lockfree_compare_and_remove(map, 1, 0, 0, NULL, NULL), code);
    EQUAL(heptad_lockfree_remove_if(map, 1, is_odd, NULL, NULL), code);
    EQUAL(heptad_lockfree_modify(map, 1, plus, &key, NULL), code);
    EQUAL(heptad_lockfree_insert_or_modify(map, 1, 1, plus, &key, NULL), code);
    EQUAL(heptad_lockfree_insert_with_or_modify(map, 1, make_seven, plus, &key, NULL), code);
    EQUAL(heptad_lockfree_fetch_update(map, 1, halve, NULL, NULL), code);
    EQUAL(heptad_lockfree_each(map, keep_even, NULL), code);
    EQUAL(heptad_lockfree_retain(map, keep_even, NULL), code);
    EQUAL(heptad_lockfree_clear(map), code);
    EQUAL(heptad_lockfree_rebuild(map, lines, sizeof lines, 1), code);
    EQUAL(heptad_lockfree_rebuild_if_needed(map, lines, sizeof lines, 1), code);
    EQUAL(heptad_lockfree_needs_rebuild(map), code);
    EQUAL(heptad_lockfree_help(map, 1), code);
    EQUAL(heptad_lockfree_reclaim(map, &memory, &bytes), code);
    EQUAL(heptad_lockfree_len(map), 0);
    EQUAL(heptad_lockfree_capacity(map), 0);
}

static void bad_handles(void)
{
    static uint64_t room[20];
    heptad_lockfree map = HEPTAD_INIT;
    heptad_set set = HEPTAD_INIT;
    all_of(NULL, HEPTAD_ERROR_NULL);
    all_of((heptad_lockfree *)(void *)((char *)room + 4), HEPTAD_ERROR_MISALIGNED);
    all_of(&map, HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_lockfree_init(NULL, lines, sizeof lines, 1), HEPTAD_ERROR_NULL);
    map.version = 7;
    all_of(&map, HEPTAD_ERROR_VERSION);
    EQUAL(heptad_set_init(&set, lines, 1024, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    all_of((heptad_lockfree *)(void *)&set, HEPTAD_ERROR_HANDLE);
    make(&map);
    EQUAL(heptad_lockfree_init(&map, lines, sizeof lines, 1), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_lockfree_attach(&map, lines, sizeof lines), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_OK);
    all_of(&map, HEPTAD_ERROR_HANDLE);
}

static void bad_memory_and_results(void)
{
    heptad_lockfree map = HEPTAD_INIT;
    uint64_t keys[8] = { 0 };
    uint8_t *in_keys = (uint8_t *)keys;
    uint64_t *crooked = (uint64_t *)(void *)(in_keys + 1);
    EQUAL(heptad_lockfree_bytes(SIZE_MAX), 0);
    EQUAL(heptad_lockfree_init(&map, NULL, 6400, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_init(&map, lines + 8, 6400, 1), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_init(&map, lines, 63, 1), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_init(&map, lines, heptad_lockfree_bytes(1) - 1, 1),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_init(&map, lines, SIZE_MAX, 1), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_init(&map, (void *)((uintptr_t)&map & ~(uintptr_t)63), 6400, 1),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_init(&map, lines, heptad_lockfree_bytes(1), 1), HEPTAD_OK);
    EQUAL(heptad_lockfree_insert(&map, 1, 2, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_get(&map, 1, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_len(&map), 0);
    EQUAL(heptad_lockfree_seed(&map, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_stats(&map, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_get_many(&map, NULL, 1, keys, in_keys), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_get_many(&map, keys, 2, keys + 1, in_keys + 32),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_get_many(&map, keys, 2, (uint64_t *)(void *)&map, in_keys + 32),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_get_many(&map, keys, 2, keys + 2, in_keys + 32), HEPTAD_OK);
}

static void note_memory(void *memory, size_t bytes, void *context)
{
    CHECK(bytes > 0);
    *(void **)context = memory;
}

/* What attaching says to memory that is not a map's, is cut off, or damaged; and what is left alone. */
static void attaching(void)
{
    static HEPTAD_LINES(copy, LINES);
    heptad_lockfree map, other = HEPTAD_INIT;
    uint64_t key, value;
    size_t index;
    void *memory;
    unsigned refused = 0;
    make(&map);
    for (key = 0; key < 100; key++) {
        EQUAL(heptad_lockfree_insert(&map, key, ~key, NULL), 1);
    }
    /* Twice in one program: both see the same. */
    EQUAL(heptad_lockfree_attach(&other, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_lockfree_remove(&other, 5, &value), 1);
    EQUAL(heptad_lockfree_get(&map, 5, NULL), 0);
    EQUAL(heptad_lockfree_rebuild(&other, copy, sizeof copy, 1), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_lockfree_release(&other, note_memory, &memory), HEPTAD_OK);
    CHECK(memory == lines);
    EQUAL(heptad_lockfree_len(&map), 99);
    /* Another address. */
    memcpy(copy, lines, sizeof lines);
    EQUAL(heptad_lockfree_attach(&other, copy, sizeof copy), HEPTAD_OK);
    for (key = 0; key < 100; key++) {
        EQUAL(heptad_lockfree_get(&other, key, &value), key != 5);
    }
    EQUAL(heptad_lockfree_check(&other), HEPTAD_OK);
    EQUAL(heptad_lockfree_release(&other, NULL, NULL), HEPTAD_OK);

    EQUAL(heptad_lockfree_attach(&other, copy, 64), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_attach(&other, copy, sizeof copy / 2), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_attach(&other, copy + 64, sizeof copy - 64), HEPTAD_ERROR_FOREIGN);
    memset(copy, 0, sizeof copy);
    EQUAL(heptad_lockfree_attach(&other, copy, sizeof copy), HEPTAD_ERROR_FOREIGN);
    for (index = 0; index < 64; index++) {
        int result;
        memcpy(copy, lines, sizeof lines);
        copy[index] ^= 0x10;
        result = heptad_lockfree_attach(&other, copy, sizeof copy);
        CHECK(result == HEPTAD_ERROR_FOREIGN || result == HEPTAD_ERROR_CORRUPT
              || result == HEPTAD_ERROR_VERSION || result == HEPTAD_ERROR_BUSY
              || result == HEPTAD_ERROR_TOO_SMALL || result == HEPTAD_OK);
        refused += result < 0;
        if (result == HEPTAD_OK) {
            EQUAL(heptad_lockfree_release(&other, NULL, NULL), HEPTAD_OK);
        }
    }
    CHECK(refused >= 56);
    /* An entry that was written over. */
    memcpy(copy, lines, sizeof lines);
    memset(copy + 128, 0x55, sizeof copy - 128);
    EQUAL(heptad_lockfree_attach(&other, copy, sizeof copy), HEPTAD_OK);
    EQUAL(heptad_lockfree_check(&other), HEPTAD_ERROR_CORRUPT);
    heptad_lockfree_get(&other, 1, &value);
    heptad_lockfree_remove(&other, 1, &value);
    heptad_lockfree_upsert(&other, 1, 1, &value);
}

/* Moves a map again and again, between any two steps of which everything answers as before. */
static void move_about(heptad_lockfree *map)
{
    static HEPTAD_LINES(first_room, 2 * LINES);
    static HEPTAD_LINES(second_room, 2 * LINES);
    unsigned char *rooms[2];
    uint64_t key, value, seed = 0;
    void *memory;
    size_t bytes;
    int round, result;
    rooms[0] = first_room;
    rooms[1] = second_room;
    for (key = 0; key < 200; key++) {
        EQUAL(heptad_lockfree_insert(map, key, key * 3, NULL), 1);
    }
    EQUAL(heptad_lockfree_needs_rebuild(map), 0);
    EQUAL(heptad_lockfree_rebuild_if_needed(map, rooms[0], sizeof first_room, 1),
          HEPTAD_ERROR_NOT_REQUIRED);
    for (round = 0; round < 2; round++) {
        EQUAL(heptad_lockfree_rebuild(map, rooms[round], sizeof first_room, 100 + (uint64_t)round),
              HEPTAD_OK);
        EQUAL(heptad_lockfree_rebuild(map, other_lines, sizeof other_lines, 1), HEPTAD_ERROR_BUSY);
        key = 0;
        while ((result = heptad_lockfree_help(map, 1)) == 0) {
            EQUAL(heptad_lockfree_get(map, key, &value), 1);
            EQUAL(value, key * 3);
            EQUAL(heptad_lockfree_remove(map, key, NULL), 1);
            EQUAL(heptad_lockfree_insert(map, key, key * 3, NULL), 1);
            key = (key + 7) % 200;
        }
        EQUAL(result, 1);
        EQUAL(heptad_lockfree_len(map), 200);
        EQUAL(heptad_lockfree_check(map), HEPTAD_OK);
        EQUAL(heptad_lockfree_seed(map, &seed), HEPTAD_OK);
        EQUAL(seed, 100 + round);
    }
    EQUAL(heptad_lockfree_rebuild(map, lines + 1, 640, 1), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_rebuild(map, NULL, 640, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_rebuild(map, other_lines, 3200, 1), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_rebuild(map, map, 1 << 20, 1), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_reclaim(map, NULL, &bytes), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_reclaim(map, &memory, NULL), HEPTAD_ERROR_NULL);
}

static void count_piece(void *memory, size_t bytes, void *context)
{
    CHECK(memory != NULL && bytes >= sizeof lines);
    ++*(unsigned *)context;
}

/* The old memory comes back at the release, or, where operations are counted, as soon as nobody is in it:
 * which the caller's functions are asked for here. */
static uint64_t entered, left;
static int quiet;

static uint64_t enter(void *context)
{
    (void)context;
    return entered++;
}

static void leave(uint64_t inside, void *context)
{
    (void)context;
    CHECK(inside < entered);
    left++;
}

static uint64_t start_waiting(void *context)
{
    (void)context;
    return entered;
}

static int has_elapsed(uint64_t started, void *context)
{
    (void)context;
    CHECK(started <= entered);
    return quiet;
}

static void rebuilt_under_each_way_to_reclaim(void)
{
    static HEPTAD_LINES(counters, HEPTAD_COUNTER_LINES);
    heptad_lockfree map = HEPTAD_INIT;
    heptad_reclaim reclaim;
    unsigned pieces = 0;
    void *memory = NULL;
    size_t bytes = 0;

    make(&map);
    move_about(&map);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 0);
    EQUAL(heptad_lockfree_release(&map, count_piece, &pieces), HEPTAD_OK);
    EQUAL(pieces, 3);

    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, NULL, sizeof counters),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, counters + 8, 16 * 64),
          HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, counters, 16 * 64),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, lines, sizeof counters),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, counters, sizeof counters),
          HEPTAD_OK);
    move_about(&map);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 1);
    CHECK(memory == lines && bytes > 0 && bytes <= sizeof lines);
    memset(lines, 0xee, sizeof lines);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 1);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 0);
    EQUAL(heptad_lockfree_len(&map), 200);
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
    pieces = 0;
    EQUAL(heptad_lockfree_release(&map, count_piece, &pieces), HEPTAD_OK);
    EQUAL(pieces, 1);

    memset(&reclaim, 0, sizeof reclaim);
    reclaim.enter = enter;
    reclaim.leave = leave;
    reclaim.start = start_waiting;
    EQUAL(heptad_lockfree_init_with(&map, lines, sizeof lines, 1, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_init_with(&map, lines, sizeof lines, 1, &reclaim), HEPTAD_ERROR_NULL);
    reclaim.has_elapsed = has_elapsed;
    EQUAL(heptad_lockfree_init_with(&map, lines, sizeof lines, 1, &reclaim), HEPTAD_OK);
    move_about(&map);
    CHECK(entered > 400 && entered == left);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 0);
    quiet = 1;
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 1);
    CHECK(memory == lines);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_OK);
}

enum { THREADS = 4, ROUNDS = 20000 };

static heptad_lockfree threads_map;

/* Counts into shared keys, and keeps a key of its own. */
static void *work(void *context)
{
    uint64_t own = 1000 + *(unsigned *)context, round, value;
    for (round = 0; round < ROUNDS; round++) {
        while (heptad_lockfree_add(&threads_map, round % 8, 1, NULL) < 0) {
        }
        EQUAL(heptad_lockfree_upsert(&threads_map, own, round, &value), round == 0);
        CHECK(round == 0 || value == round - 1);
    }
    return NULL;
}

static void threads_count_together(void)
{
    pthread_t threads[THREADS];
    unsigned numbers[THREADS], index;
    uint64_t key, value;
    make(&threads_map);
    for (index = 0; index < THREADS; index++) {
        numbers[index] = index;
        EQUAL(pthread_create(&threads[index], NULL, work, &numbers[index]), 0);
    }
    for (index = 0; index < THREADS; index++) {
        EQUAL(pthread_join(threads[index], NULL), 0);
    }
    for (key = 0; key < 8; key++) {
        EQUAL(heptad_lockfree_get(&threads_map, key, &value), 1);
        EQUAL(value, THREADS * ROUNDS / 8);
    }
    EQUAL(heptad_lockfree_len(&threads_map), 8 + THREADS);
    EQUAL(heptad_lockfree_check(&threads_map), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(values_go_in_and_out),
        CASE(n1_every_row_of_the_operation_table),
        CASE(functions_of_the_caller),
        CASE(walks_and_batches),
        CASE(a_full_map_says_so),
        CASE(bad_handles),
        CASE(bad_memory_and_results),
        CASE(attaching),
        CASE(rebuilt_under_each_way_to_reclaim),
        CASE(threads_count_together),
    };
    return RUN(cases);
}
