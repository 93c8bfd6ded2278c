/* Values that follow from a key and a version, of any size up to 300 bytes. */
#ifndef SIZED_TEST_H
#define SIZED_TEST_H

#include "check.h"
#include <heptad/inline.h>

enum { SEED = 7, KEYS = 500, GROUPS = 16, ENTRIES = 105, MOST_BYTES = 300 };

/* What the value of a key holds: `size` bytes that follow from the key and a version. */
static void write_value(void *value, size_t size, uint64_t key, unsigned version)
{
    unsigned char *bytes = (unsigned char *)value;
    size_t at;
    for (at = 0; at < size; at++) {
        bytes[at] = (unsigned char)(heptad_hash_word(version, key) >> at % 8 * 8);
    }
}

static int has_value(const void *bytes, size_t size, uint64_t key, unsigned version)
{
    unsigned char expected[MOST_BYTES];
    write_value(expected, size, key, version);
    return memcmp(bytes, expected, size) == 0;
}

#endif
