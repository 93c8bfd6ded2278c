/* Names of all lengths as keys, which a reference is the index of, and memory for a map of them. */
#ifndef NAMES_H
#define NAMES_H

#include "check.h"

enum { ENTRIES = 300, LINES = 200 };

static HEPTAD_LINES(lines, LINES);

static char names[ENTRIES + 1][40];

static inline void name_all(void)
{
    unsigned index;
    for (index = 0; index <= ENTRIES; index++) {
        snprintf(names[index], sizeof names[index], "%.*s%u", (int)(index % 30),
                 "a-name-of-any-length-for-a-key", index);
    }
}

static inline uint64_t hash_of(const char *name)
{
    return heptad_hash_bytes(5, name, strlen(name));
}

/* Compares with the name at an index, and counts how often it was called in vain. */
static int has_name(uint64_t reference, const void *key, void *context)
{
    CHECK(reference < ENTRIES);
    if (strcmp(names[reference], key) == 0) {
        return 1;
    }
    ++*(unsigned *)context;
    return 0;
}

#endif
