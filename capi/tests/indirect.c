/* Maps without a lock whose keys are strings, from C: their use, many threads, and memory of keys that is
 * used again. */
#define _XOPEN_SOURCE 700
#include "names.h"

#include <pthread.h>

static HEPTAD_LINES(other_lines, 2 * LINES);

static void make(heptad_indirect *map, unsigned *vain)
{
    heptad_indirect unmade = HEPTAD_INIT;
    name_all();
    *map = unmade;
    *vain = 0;
    EQUAL(heptad_indirect_init(map, lines, sizeof lines, 7, HEPTAD_HASH_BITS_OF_INDICES, has_name,
                               vain),
          HEPTAD_OK);
}

static void names_go_in_and_out(void)
{
    heptad_indirect map;
    uint64_t index, value, reference;
    unsigned vain;
    make(&map, &vain);
    CHECK(heptad_indirect_capacity(&map) >= ENTRIES);
    for (index = 0; index < ENTRIES; index++) {
        const char *name = names[index];
        uint64_t hash = hash_of(name);
        value = reference = 77;
        EQUAL(heptad_indirect_get(&map, hash, name, &reference, &value), 0);
        EQUAL(heptad_indirect_replace(&map, hash, name, 1, &value), 0);
        EQUAL(heptad_indirect_remove(&map, hash, name, &reference, &value), 0);
        EQUAL(heptad_indirect_get_or_insert(&map, hash, name, index, index * 3, &value), 1);
        EQUAL(value, 77);
        EQUAL(reference, 77);
        /* Another reference to the same name: the first one stays. */
        EQUAL(heptad_indirect_get_or_insert(&map, hash, name, 0, 5, &value), 0);
        EQUAL(value, index * 3);
        EQUAL(heptad_indirect_insert(&map, hash, name, 0, index * 5, &value), 0);
        EQUAL(value, index * 3);
        EQUAL(heptad_indirect_replace(&map, hash, name, index * 7, &value), 1);
        EQUAL(value, index * 5);
        EQUAL(heptad_indirect_add(&map, hash, name, 0, 4, &value), 0);
        EQUAL(value, index * 7 + 4);
        EQUAL(heptad_indirect_get(&map, hash, name, &reference, &value), 1);
        CHECK(reference == index && value == index * 7 + 4);
        EQUAL(heptad_indirect_get(&map, hash, name, NULL, NULL), 1);
    }
    EQUAL(heptad_indirect_len(&map), ENTRIES);
    EQUAL(heptad_indirect_check(&map), HEPTAD_OK);
    EQUAL(vain, 0); /* 300 names differ in 32 bits of hash */
    for (index = 0; index < ENTRIES; index += 2) {
        const char *name = names[index];
        EQUAL(heptad_indirect_remove(&map, hash_of(name), name, &reference, &value), 1);
        CHECK(reference == index && value == index * 7 + 4);
        EQUAL(heptad_indirect_remove(&map, hash_of(name), name, NULL, NULL), 0);
    }
    EQUAL(heptad_indirect_len(&map), ENTRIES / 2);
    EQUAL(heptad_indirect_insert(&map, hash_of("0"), "0", 0, UINT64_MAX, &value), 1);
    EQUAL(heptad_indirect_add(&map, hash_of("0"), "0", 0, 3, &value), 0);
    EQUAL(value, 2);
    EQUAL(heptad_indirect_remove(&map, hash_of("0"), "0", &reference, NULL), 1);
    EQUAL(heptad_indirect_add(&map, hash_of("0"), "0", reference, 3, &value), 1);
    EQUAL(value, 3);
}

/* With four bits of hash alone, only comparing distinguishes names. */
static void few_hash_bits_are_only_slow(void)
{
    heptad_indirect map = HEPTAD_INIT;
    uint64_t index, reference;
    unsigned vain = 0;
    name_all();
    EQUAL(heptad_indirect_init(&map, lines, sizeof lines, 7, (uint64_t)15 << 60, has_name, &vain),
          HEPTAD_OK);
    for (index = 0; index < 100; index++) {
        EQUAL(heptad_indirect_get_or_insert(&map, hash_of(names[index]), names[index], index, index, NULL),
              1);
    }
    for (index = 0; index < 100; index++) {
        EQUAL(heptad_indirect_get(&map, hash_of(names[index]), names[index], &reference, NULL), 1);
        EQUAL(reference, index);
    }
    EQUAL(heptad_indirect_get(&map, hash_of(names[100]), names[100], NULL, NULL), 0);
    CHECK(vain > 100);
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

static void functions_of_the_caller(void)
{
    heptad_indirect map;
    const char *name = names[17];
    uint64_t hash, value = 77, reference = 77, ten = 10;
    unsigned vain;
    int was_present = 9;
    make(&map, &vain);
    hash = hash_of(name);
    EQUAL(heptad_indirect_modify(&map, hash, name, plus, &ten, &value), 0);
    EQUAL(heptad_indirect_insert_or_modify(&map, hash, name, 17, 5, plus, &ten, &value), 1);
    EQUAL(value, 77);
    EQUAL(heptad_indirect_insert_or_modify(&map, hash, name, 0, 5, plus, &ten, &value), 0);
    EQUAL(value, 5);
    EQUAL(heptad_indirect_modify(&map, hash, name, plus, &ten, &value), 1);
    EQUAL(value, 15);
    EQUAL(heptad_indirect_compare_and_set(&map, hash, name, 0, HEPTAD_VALUE, 24, 30, &was_present,
                                          &value),
          0);
    CHECK(was_present == 1 && value == 25);
    EQUAL(heptad_indirect_compare_and_set(&map, hash, name, 0, HEPTAD_VALUE, 25, 30, NULL, &value),
          1);
    was_present = 9;
    EQUAL(heptad_indirect_remove_if(&map, hash, name, is_odd, NULL, &was_present, &reference, &value), 0);
    CHECK(was_present == 1 && reference == 17 && value == 30);
    EQUAL(heptad_indirect_add(&map, hash, name, 0, 1, NULL), 0);
    EQUAL(heptad_indirect_remove_if(&map, hash, name, is_odd, NULL, &was_present, &reference, &value), 1);
    CHECK(was_present == 1 && reference == 17 && value == 31);
    EQUAL(heptad_indirect_remove_if(&map, hash, name, is_odd, NULL, &was_present, &reference, &value), 0);
    CHECK(was_present == 0 && reference == 17 && value == 31);
    EQUAL(heptad_indirect_compare_and_set(&map, hash, name, 17, HEPTAD_EXISTS, 0, 1, &was_present,
                                          &value),
          0);
    EQUAL(was_present, 0);
    EQUAL(heptad_indirect_compare_and_set(&map, hash, name, 17, HEPTAD_NOT_EXISTS, 0, 1, NULL, NULL),
          1);
    EQUAL(heptad_indirect_compare_and_set(&map, hash, name, 17, 4, 0, 1, NULL, NULL),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_indirect_len(&map), 1);
}

static int note(uint64_t reference, uint64_t value, void *context)
{
    uint8_t *seen = context;
    CHECK(reference < ENTRIES && value == reference + 1 && !seen[reference]);
    seen[reference] = 1;
    return reference != 5;
}

static void walks_and_batches(void)
{
    heptad_indirect map;
    heptad_shared_stats stats;
    uint64_t hashes[100], references[100], values[100], index, seed;
    const void *keys[100];
    uint8_t found[101], seen[ENTRIES] = { 0 };
    size_t count;
    unsigned vain;
    make(&map, &vain);
    for (index = 0; index < 100; index++) {
        keys[index] = names[index];
        hashes[index] = hash_of(names[index]);
        EQUAL(index % 3 == 0 || heptad_indirect_get_or_insert(&map, hashes[index], keys[index], index,
                                                       index + 1, NULL) == 1, 1);
    }
    for (count = 0; count <= 100; count++) {
        memset(found, 9, sizeof found);
        EQUAL(heptad_indirect_get_many(&map, hashes, keys, count, references, values, found),
              HEPTAD_OK);
        for (index = 0; index < count; index++) {
            EQUAL(found[index], index % 3 != 0);
            EQUAL(references[index], index % 3 != 0 ? index : 0);
            EQUAL(values[index], index % 3 != 0 ? index + 1 : 0);
        }
        EQUAL(found[count], 9);
    }
    EQUAL(heptad_indirect_each(&map, note, seen), 0);
    CHECK(seen[5]);
    EQUAL(heptad_indirect_remove(&map, hashes[5], keys[5], NULL, NULL), 1);
    memset(seen, 0, sizeof seen);
    EQUAL(heptad_indirect_each(&map, note, seen), 1);
    for (index = 0; index < 100; index++) {
        EQUAL(seen[index], index % 3 != 0 && index != 5);
    }
    EQUAL(heptad_indirect_stats(&map, &stats), HEPTAD_OK);
    EQUAL(stats.entries, 65);
    EQUAL(heptad_indirect_seed(&map, &seed), HEPTAD_OK);
    EQUAL(seed, 7);
}

static void it_is_rebuilt_and_attached_to(void)
{
    heptad_indirect map, other = HEPTAD_INIT;
    heptad_lockfree words = HEPTAD_INIT;
    uint64_t index, value;
    unsigned vain;
    void *memory;
    size_t bytes;
    int result;
    make(&map, &vain);
    for (index = 0; index < ENTRIES; index++) {
        EQUAL(heptad_indirect_get_or_insert(&map, hash_of(names[index]), names[index], index, index, NULL),
              1);
    }
    EQUAL(heptad_indirect_format(other_lines, sizeof other_lines, 1, 0, HEPTAD_HASH_BITS_OF_INDICES),
          HEPTAD_OK);
    EQUAL(heptad_indirect_attach(&other, other_lines, sizeof other_lines, HEPTAD_HASH_BITS_OF_ADDRESSES,
                                 has_name, &vain),
          HEPTAD_ERROR_FOREIGN);
    EQUAL(heptad_lockfree_attach(&words, other_lines, sizeof other_lines), HEPTAD_ERROR_FOREIGN);
    EQUAL(heptad_indirect_attach(&other, other_lines, sizeof other_lines, HEPTAD_HASH_BITS_OF_INDICES,
                                 has_name, &vain),
          HEPTAD_OK);
    EQUAL(heptad_indirect_get_or_insert(&other, hash_of(names[9]), names[9], 9, 9, NULL), 1);
    EQUAL(heptad_indirect_remove(&other, hash_of(names[9]), names[9], NULL, &value), 1);
    EQUAL(value, 9);
    EQUAL(heptad_indirect_rebuild(&other, lines, sizeof lines, 1), HEPTAD_ERROR_SHARED);
    EQUAL(heptad_indirect_grace_start(&other, &value), HEPTAD_OK);
    EQUAL(heptad_indirect_grace_elapsed(&other, value), 0);
    EQUAL(heptad_indirect_release(&other, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_indirect_remove(&map, hash_of(names[9]), names[9], NULL, NULL), 1);
    EQUAL(heptad_indirect_needs_rebuild(&map), 0);
    EQUAL(heptad_indirect_rebuild_if_needed(&map, other_lines, sizeof other_lines, 8),
          HEPTAD_ERROR_NOT_REQUIRED);
    EQUAL(heptad_indirect_rebuild(&map, other_lines, sizeof other_lines, 8), HEPTAD_OK);
    index = 0;
    while ((result = heptad_indirect_help(&map, 1)) == 0) {
        EQUAL(heptad_indirect_get(&map, hash_of(names[index]), names[index], NULL, &value),
              index != 9);
        CHECK(index == 9 || value == index);
        index = (index + 7) % ENTRIES;
    }
    EQUAL(result, 1);
    EQUAL(heptad_indirect_len(&map), ENTRIES - 1);
    EQUAL(heptad_indirect_check(&map), HEPTAD_OK);
    EQUAL(heptad_indirect_reclaim(&map, &memory, &bytes), 0);
}

static heptad_indirect shared_map;
static HEPTAD_LINES(counters, HEPTAD_COUNTER_LINES);
static int is_to_come_between;
static uint64_t grace;

/* In the middle of a lookup, as an interrupt or another core may: the key is taken out, and its memory has
 * to wait for the lookup. */
static int come_between(uint64_t reference, const void *key, void *context)
{
    (void)context;
    if (is_to_come_between) {
        is_to_come_between = 0;
        EQUAL(heptad_indirect_remove(&shared_map, hash_of(key), key, NULL, NULL), 1);
        EQUAL(heptad_indirect_grace_start(&shared_map, &grace), HEPTAD_OK);
        EQUAL(heptad_indirect_grace_elapsed(&shared_map, grace), 0);
        EQUAL(heptad_indirect_grace_elapsed(&shared_map, grace), 0);
    }
    return strcmp(names[reference], key) == 0;
}

static void a_grace_period_waits_for_who_compares(void)
{
    heptad_indirect unmade = HEPTAD_INIT;
    uint64_t hash;
    shared_map = unmade;
    name_all();
    hash = hash_of(names[5]);
    EQUAL(heptad_indirect_init_counted(&shared_map, lines, sizeof lines, 7,
                                       HEPTAD_HASH_BITS_OF_INDICES, come_between, NULL, counters,
                                       sizeof counters),
          HEPTAD_OK);
    EQUAL(heptad_indirect_get_or_insert(&shared_map, hash, names[5], 5, 1, NULL), 1);
    is_to_come_between = 1;
    /* It was compared with, and found equal; but it is gone by now. */
    EQUAL(heptad_indirect_get(&shared_map, hash, names[5], NULL, NULL), 0);
    EQUAL(is_to_come_between, 0);
    EQUAL(heptad_indirect_grace_elapsed(&shared_map, grace), 1);
    EQUAL(heptad_indirect_release(&shared_map, NULL, NULL), HEPTAD_OK);
}

/* Keys in memory that is used again as soon as a grace period has elapsed. */
enum { THREADS = 4, ROUNDS = 4000, SLOTS = 8 };

struct record {
    uint64_t alignment;
    uint32_t number;
    char name[20];
};

static int is_record(uint64_t reference, const void *key, void *context)
{
    const struct record *record = (const struct record *)(uintptr_t)reference;
    (void)context;
    /* A change of a record that may still be compared with is found here. */
    EQUAL(record->number, atoi(record->name));
    return strcmp(record->name, key) == 0;
}

static void *use_again(void *context)
{
    /* 16-aligned, as malloc's memory is. */
    struct record *records = malloc(SLOTS * sizeof *records);
    uint64_t started[SLOTS], reference, value;
    int is_waiting[SLOTS] = { 0 };
    unsigned round, again = 0, *number = context;
    CHECK(records != NULL && (uintptr_t)records % 16 == 0 && sizeof *records % 16 == 0);
    for (round = 0; round < ROUNDS; round++) {
        struct record *record = &records[round % SLOTS];
        char name[20];
        uint64_t hash;
        if (is_waiting[round % SLOTS]) {
            /* A thread that is stopped inside an operation holds it up. */
            while (heptad_indirect_grace_elapsed(&shared_map, started[round % SLOTS]) != 1) {
                sched_yield();
            }
            again++;
        }
        record->number = round % 64;
        snprintf(record->name, sizeof record->name, "%u", round % 64);
        snprintf(name, sizeof name, "%u", round % 64);
        hash = hash_of(name);
        is_waiting[round % SLOTS] = 0;
        if (heptad_indirect_get_or_insert(&shared_map, hash, record->name, (uintptr_t)record,
                                   *number, NULL) != 1) {
            continue; /* another thread's record of that name is there; ours nobody has seen */
        }
        /* Only its owner takes a record out. */
        EQUAL(heptad_indirect_remove(&shared_map, hash, name, &reference, &value), 1);
        CHECK(reference == (uintptr_t)record && value == *number);
        EQUAL(heptad_indirect_grace_start(&shared_map, &started[round % SLOTS]), HEPTAD_OK);
        is_waiting[round % SLOTS] = 1;
    }
    *number = again;
    return records;
}

static void memory_of_keys_is_used_again(void)
{
    heptad_indirect unmade = HEPTAD_INIT;
    pthread_t threads[THREADS];
    unsigned numbers[THREADS], index, again = 0;
    void *records[THREADS];
    shared_map = unmade;
    EQUAL(heptad_indirect_init_counted(&shared_map, lines, sizeof lines, 7,
                                       HEPTAD_HASH_BITS_OF_ADDRESSES, is_record, NULL, counters,
                                       sizeof counters),
          HEPTAD_OK);
    for (index = 0; index < THREADS; index++) {
        numbers[index] = index;
        EQUAL(pthread_create(&threads[index], NULL, use_again, &numbers[index]), 0);
    }
    for (index = 0; index < THREADS; index++) {
        EQUAL(pthread_join(threads[index], &records[index]), 0);
        again += numbers[index];
    }
    for (index = 0; index < THREADS; index++) {
        free(records[index]);
    }
    CHECK(again > 100);
    EQUAL(heptad_indirect_len(&shared_map), 0);
    EQUAL(heptad_indirect_release(&shared_map, NULL, NULL), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(names_go_in_and_out),
        CASE(few_hash_bits_are_only_slow),
        CASE(functions_of_the_caller),
        CASE(walks_and_batches),
        CASE(it_is_rebuilt_and_attached_to),
        CASE(a_grace_period_waits_for_who_compares),
        CASE(memory_of_keys_is_used_again),
    };
    return RUN(cases);
}
