/* Maps without a lock, from C: several threads. */
#define _XOPEN_SOURCE 700
#include "lockfree.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 20000 };

static heptad_lockfree threads_map;

/* Counts into shared keys, and keeps a key of its own. */
static void *work(void *context)
{
    uint64_t own = 1000 + *(unsigned *)context, round, value;
    for (round = 0; round < ROUNDS; round++) {
        while (heptad_lockfree_add(&threads_map, round % 8, 1, NULL) < 0) {
        }
        EQUAL(heptad_lockfree_insert(&threads_map, own, round, &value), round == 0);
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
        CASE(threads_count_together),
    };
    return RUN(cases);
}
