/* A process that only reads may map the memory of a map read-only: attaching and reading write nothing there. */
#define _DEFAULT_SOURCE
#include "lockfree.h"

#include <sys/mman.h>

static int count_entries(uint64_t key, uint64_t value, void *context)
{
    EQUAL(value, key + 1);
    ++*(uint64_t *)context;
    return 1;
}

static void reading_writes_nothing(void)
{
    size_t bytes = 16384;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    heptad_lockfree writer = HEPTAD_INIT, reader = HEPTAD_INIT;
    heptad_shared_stats stats;
    uint64_t key, keys[3] = { 0, 299, 300 }, values[3], count = 0;
    uint8_t found[3];
    CHECK(memory != MAP_FAILED && heptad_lockfree_shared_bytes(ENTRIES, 0) <= bytes);
    EQUAL(heptad_lockfree_format(memory, bytes, 7, 0), HEPTAD_OK);
    EQUAL(heptad_lockfree_attach(&writer, memory, bytes), HEPTAD_OK);
    for (key = 0; key < ENTRIES; key++) {
        EQUAL(heptad_lockfree_get_or_insert(&writer, key, key + 1, NULL), 1);
    }
    EQUAL(mprotect(memory, bytes, PROT_READ), 0);
    EQUAL(heptad_lockfree_attach(&reader, memory, bytes), HEPTAD_OK);
    for (key = 0; key < ENTRIES; key++) {
        EQUAL(heptad_lockfree_get(&reader, key, values), 1);
        EQUAL(values[0], key + 1);
    }
    EQUAL(heptad_lockfree_get(&reader, ENTRIES, NULL), 0);
    EQUAL(heptad_lockfree_get_many(&reader, keys, 3, values, found), HEPTAD_OK);
    EQUAL(found[0] + found[1] + found[2], 2);
    EQUAL(heptad_lockfree_each(&reader, count_entries, &count), 1);
    EQUAL(count, ENTRIES);
    EQUAL(heptad_lockfree_len(&reader), ENTRIES);
    EQUAL(heptad_lockfree_stats(&reader, &stats), HEPTAD_OK);
    EQUAL(heptad_lockfree_check(&reader), HEPTAD_OK);
    EQUAL(heptad_lockfree_needs_rebuild(&reader), 0);
    /* A change that changes nothing. */
    EQUAL(heptad_lockfree_get_or_insert(&reader, 5, 0, values), 0);
    EQUAL(values[0], 6);
    EQUAL(heptad_lockfree_release(&reader, NULL, NULL), HEPTAD_OK);
    EQUAL(munmap(memory, bytes), 0);
}

int main(void)
{
    static const struct test_case cases[] = { CASE(reading_writes_nothing) };
    return RUN(cases);
}
