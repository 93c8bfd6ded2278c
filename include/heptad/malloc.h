/* heptad: an allocator for growing.h that calls malloc and free. For hosted programs. */
#ifndef HEPTAD_MALLOC_H
#define HEPTAD_MALLOC_H

#include "growing.h"

#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What malloc aligns to at least; a table's lines are aligned by hand, with what malloc returned in front of them. */
enum { HEPTAD_MALLOC_ALIGNMENT = sizeof(void *) };

HEPTAD_STATIC void *heptad_malloc_allocate(size_t bytes, size_t alignment, void *context)
{
    unsigned char *start, *aligned;
    (void)context;
    if (alignment <= HEPTAD_MALLOC_ALIGNMENT) {
        return malloc(bytes);
    }
    start = bytes + alignment > bytes ? HEPTAD_AS(unsigned char *, malloc(bytes + alignment)) : NULL;
    if (!start) {
        return NULL;
    }
    aligned = start + (alignment - (HEPTAD_AS(uintptr_t, start) & (alignment - 1)));
    HEPTAD_AS(void **, HEPTAD_AS(void *, aligned))[-1] = start;
    return aligned;
}

HEPTAD_STATIC void heptad_malloc_release(void *memory, size_t bytes, size_t alignment, void *context)
{
    (void)bytes, (void)context;
    free(alignment <= HEPTAD_MALLOC_ALIGNMENT ? memory : HEPTAD_AS(void **, memory)[-1]);
}

#if defined(__GNUC__)
__attribute__((__unused__))
#endif
static const heptad_allocator heptad_malloc = { heptad_malloc_allocate, heptad_malloc_release, NULL };

#ifdef __cplusplus
}
#endif
#endif
