/* What the tests of maps without a lock share: a map, and functions to hand to it. */
#ifndef LOCKFREE_H
#define LOCKFREE_H

#include "check.h"

enum { ENTRIES = 300, LINES = 200 };

static HEPTAD_LINES(lines, LINES);

static inline void make(heptad_lockfree *map)
{
    heptad_lockfree unmade = HEPTAD_INIT;
    *map = unmade;
    CHECK(heptad_lockfree_bytes(ENTRIES) <= sizeof lines);
    EQUAL(heptad_lockfree_init(map, lines, sizeof lines, 7), HEPTAD_OK);
}

static inline int is_odd(uint64_t value, void *context)
{
    (void)context;
    return value % 2 == 1;
}

static inline uint64_t plus(uint64_t value, void *context)
{
    return value + *(uint64_t *)context;
}

static inline uint64_t make_seven(void *context)
{
    (void)context;
    return 7;
}

/* Halves a value, and takes it out at 1; absent becomes 8. */
static inline int halve(uint64_t *value, int is_present, void *context)
{
    (void)context;
    *value = is_present ? *value / 2 : *value + 8;
    return *value != 0;
}

static inline int keep_even(uint64_t key, uint64_t value, void *context)
{
    (void)value, (void)context;
    return key % 2 == 0;
}

#endif
