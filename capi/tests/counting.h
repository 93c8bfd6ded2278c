/* An allocator that counts what is allocated, checks what is released, and can be made to fail. */
#ifndef COUNTING_H
#define COUNTING_H

#include "check.h"
#include <heptad/malloc.h>

static long pieces;      /* allocated and not released */
static size_t all_bytes; /* of these */
static long calls;       /* of `allocate` */
static long failing = -1; /* the call that fails, counted from now; -1 is none */

static void *count_allocate(size_t bytes, size_t alignment, void *context)
{
    void *memory;
    CHECK(context == (void *)&pieces);
    calls++;
    if (failing >= 0 && failing-- == 0) {
        return NULL;
    }
    memory = heptad_malloc.allocate(bytes, alignment, NULL);
    CHECK(memory && (uintptr_t)memory % alignment == 0);
    memset(memory, 0xA5, bytes);
    pieces++;
    all_bytes += bytes;
    return memory;
}

static void count_release(void *memory, size_t bytes, size_t alignment, void *context)
{
    CHECK(context == (void *)&pieces);
    memset(memory, 0x5A, bytes);
    heptad_malloc.release(memory, bytes, alignment, NULL);
    pieces--;
    all_bytes -= bytes;
}

static const heptad_allocator counting = { count_allocate, count_release, &pieces };

/* Everything was released. */
static void expect_nothing_left(void)
{
    EQUAL(pieces, 0);
    EQUAL(all_bytes, 0);
}

#endif
