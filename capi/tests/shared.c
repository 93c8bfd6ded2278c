/*
 * Two processes share one map without a lock, mapped at two addresses; one of them is killed with SIGKILL
 * in the middle of what it does, again and again, while the other goes on.
 *
 * Both work on the same 64 keys. A value carries its key in its upper half, so a value that was torn, or
 * belongs to another key, shows. The parent also has keys of its own that nobody may lose.
 */
#define _GNU_SOURCE
#include "check.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHARED_KEYS = 64, OWN_KEYS = 50, OWN_FIRST = 1000, CAPACITY = 2000, KILLS = 400 };

static size_t map_bytes;
static int map_file;

static void *map_memory(void)
{
    void *memory = mmap(NULL, map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map_file, 0);
    CHECK(memory != MAP_FAILED);
    return memory;
}

/* The next of a row of numbers that looks like chance. */
static uint64_t next(uint64_t *state)
{
    *state += 1;
    return heptad_hash_word(0x5eed, *state);
}

static void check_value(uint64_t key, uint64_t value)
{
    EQUAL(value >> 32, key);
}

static uint64_t count_up(uint64_t value, void *context)
{
    (void)context;
    return (value & ~(uint64_t)UINT32_MAX) | (uint32_t)(value + 1);
}

static int is_even(uint64_t value, void *context)
{
    (void)context;
    return value % 2 == 0;
}

/* One operation of any kind on a shared key. */
static void operate(const heptad_lockfree *map, uint64_t *state)
{
    uint64_t choice = next(state), key = choice % SHARED_KEYS, value = 0;
    uint64_t new_value = key << 32 | (uint32_t)(choice >> 32);
    int result;
    switch (choice >> 16 & 7) {
    case 0:
        result = heptad_lockfree_get_or_insert(map, key, new_value, &value) == 0;
        break;
    case 1:
        result = heptad_lockfree_insert(map, key, new_value, &value) == 0;
        break;
    case 2:
        result = heptad_lockfree_replace(map, key, new_value, &value) == 1;
        break;
    case 3:
        result = heptad_lockfree_remove(map, key, &value) == 1;
        break;
    case 4:
        result = heptad_lockfree_modify(map, key, count_up, NULL, &value) == 1;
        break;
    case 5:
        result = heptad_lockfree_remove_if(map, key, is_even, NULL, NULL, &value) == 1;
        break;
    case 6:
        result = heptad_lockfree_insert_or_modify(map, key, new_value, count_up, NULL, &value) == 0;
        break;
    default:
        result = heptad_lockfree_get(map, key, &value) == 1;
        break;
    }
    if (result) {
        check_value(key, value);
    }
}

/* The one that is killed: attaches for itself, and works until then, or until it is left alone. */
static void victim(uint64_t seed, int started)
{
    heptad_lockfree map = HEPTAD_INIT;
    pid_t parent = getppid();
    EQUAL(heptad_lockfree_attach(&map, map_memory(), map_bytes), HEPTAD_OK);
    CHECK(write(started, "x", 1) == 1);
    while (getppid() == parent) {
        unsigned turn;
        for (turn = 0; turn < 1000; turn++) {
            operate(&map, &seed);
        }
    }
    _exit(1);
}

static int check_entry(uint64_t key, uint64_t value, void *context)
{
    if (key < SHARED_KEYS) {
        check_value(key, value);
    } else {
        CHECK(key >= OWN_FIRST && key < OWN_FIRST + OWN_KEYS);
        ++*(unsigned *)context;
    }
    return 1;
}

/* All that is true of the map at any time. */
static void check_map(const heptad_lockfree *map)
{
    unsigned own = 0;
    EQUAL(heptad_lockfree_each(map, check_entry, &own), 1);
    EQUAL(own, OWN_KEYS);
    CHECK(heptad_lockfree_len(map) <= SHARED_KEYS + OWN_KEYS);
}

static void one_is_killed_and_the_other_goes_on(void)
{
    heptad_lockfree map = HEPTAD_INIT;
    heptad_shared_stats stats;
    uint64_t key, value, round, state = 1, operations = 0;
    void *memory;
    map_bytes = heptad_lockfree_shared_bytes(CAPACITY, 0);
    map_file = memfd_create("heptad", 0);
    CHECK(map_file >= 0 && ftruncate(map_file, (off_t)map_bytes) == 0);
    memory = map_memory();
    EQUAL(heptad_lockfree_format(memory, map_bytes, 7, 0), HEPTAD_OK);
    EQUAL(heptad_lockfree_attach(&map, memory, map_bytes), HEPTAD_OK);
    for (key = OWN_FIRST; key < OWN_FIRST + OWN_KEYS; key++) {
        EQUAL(heptad_lockfree_get_or_insert(&map, key, 0, NULL), 1);
    }
    for (round = 0; round < KILLS; round++) {
        int started[2], status;
        char byte;
        pid_t child;
        uint64_t step, steps = next(&state) % 3000;
        CHECK(pipe(started) == 0);
        child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            victim(round << 32, started[1]);
        }
        /* Or the end of a victim that never started would not end the pipe. */
        close(started[1]);
        CHECK(read(started[0], &byte, 1) == 1);
        for (step = 0; step < steps; step++) {
            operate(&map, &state);
            key = OWN_FIRST + step % OWN_KEYS;
            EQUAL(heptad_lockfree_add(&map, key, 1, &value), 0);
            operations += 2;
        }
        EQUAL(kill(child, SIGKILL), 0);
        EQUAL(waitpid(child, &status, 0), child);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        close(started[0]);
        check_map(&map);
    }
    /* Nobody else now: every key can still be put in, changed and taken out. */
    for (key = 0; key < SHARED_KEYS; key++) {
        CHECK(heptad_lockfree_insert(&map, key, key << 32, NULL) >= 0);
        EQUAL(heptad_lockfree_get(&map, key, &value), 1);
        EQUAL(value, key << 32);
        EQUAL(heptad_lockfree_remove(&map, key, NULL), 1);
    }
    EQUAL(heptad_lockfree_len(&map), OWN_KEYS);
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
    EQUAL(heptad_lockfree_stats(&map, &stats), HEPTAD_OK);
    CHECK(stats.reserved <= KILLS);
    value = 0;
    for (key = OWN_FIRST; key < OWN_FIRST + OWN_KEYS; key++) {
        uint64_t count;
        EQUAL(heptad_lockfree_get(&map, key, &count), 1);
        value += count;
    }
    EQUAL(2 * value, operations);
    printf("%d killed, %llu operations beside them, %llu slots left held ... ", KILLS,
           (unsigned long long)operations, (unsigned long long)stats.reserved);
}

int main(void)
{
    static const struct test_case cases[] = { CASE(one_is_killed_and_the_other_goes_on) };
    return RUN(cases);
}
