/* Maps in shared memory, from C: formatted, attached to, joined, given up. */
#include "lockfree.h"

static void note_memory(void *memory, size_t bytes, void *context)
{
    CHECK(bytes > 0);
    *(void **)context = memory;
}

/* What attaching says to memory that is not a map's, is cut off, or damaged; and what is left alone. */
static void attaching(void)
{
    static HEPTAD_LINES(copy, LINES);
    heptad_lockfree map = HEPTAD_INIT, other = HEPTAD_INIT;
    uint64_t key, value;
    size_t index;
    void *memory;
    unsigned refused = 0;
    EQUAL(heptad_lockfree_attach(&map, lines, sizeof lines), HEPTAD_ERROR_FOREIGN);
    EQUAL(heptad_lockfree_format(lines, sizeof lines, 1, 0), HEPTAD_OK);
    EQUAL(heptad_lockfree_attach(&map, lines, sizeof lines), HEPTAD_OK);
    for (key = 0; key < 100; key++) {
        EQUAL(heptad_lockfree_get_or_insert(&map, key, ~key, NULL), 1);
    }
    /* Twice in one program: both see the same. */
    EQUAL(heptad_lockfree_attach(&other, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_lockfree_remove(&other, 5, &value), 1);
    EQUAL(heptad_lockfree_get(&map, 5, NULL), 0);
    EQUAL(heptad_lockfree_rebuild(&other, copy, sizeof copy, 1), HEPTAD_ERROR_SHARED);
    EQUAL(heptad_lockfree_rebuild(&map, copy, sizeof copy, 1), HEPTAD_ERROR_SHARED);
    EQUAL(heptad_lockfree_rebuild_if_needed(&map, copy, sizeof copy, 1), HEPTAD_ERROR_SHARED);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &index), 0);
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
    for (index = 0; index < 128; index++) {
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
    CHECK(refused >= 32 + 64); /* all bytes but those without a meaning */
    /* An entry that was written over. */
    memcpy(copy, lines, sizeof lines);
    memset(copy + 192, 0x55, sizeof copy - 192);
    EQUAL(heptad_lockfree_attach(&other, copy, sizeof copy), HEPTAD_OK);
    EQUAL(heptad_lockfree_check(&other), HEPTAD_ERROR_CORRUPT);
    heptad_lockfree_get(&other, 1, &value);
    heptad_lockfree_remove(&other, 1, &value);
    heptad_lockfree_insert(&other, 1, 1, &value);
}

/* Numbers, and an end: the handle that made the memory has no part in it. */
static void members(void)
{
    static HEPTAD_LINES(room, LINES);
    heptad_lockfree map = HEPTAD_INIT, other = HEPTAD_INIT;
    heptad_indirect indirect = HEPTAD_INIT;
    EQUAL(heptad_lockfree_shared_bytes(100, 2), heptad_lockfree_bytes(100) + 3 * 64);
    EQUAL(heptad_lockfree_shared_bytes(100, SIZE_MAX), 0);
    EQUAL(heptad_lockfree_format(NULL, 6400, 1, 2), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_format(room + 8, 6400, 1, 2), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_format(room, SIZE_MAX, 1, 2), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_format(room, heptad_lockfree_shared_bytes(1, 2) - 1, 1, 2),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_format(room, sizeof room, 1, SIZE_MAX), HEPTAD_ERROR_CAPACITY);
    EQUAL(heptad_lockfree_format(room, sizeof room, 1, 2), HEPTAD_OK);
    EQUAL(heptad_lockfree_attach(&map, room, sizeof room), HEPTAD_ERROR_MEMBER);
    EQUAL(heptad_lockfree_join(&map, room, sizeof room, 2), HEPTAD_ERROR_MEMBER);
    EQUAL(heptad_lockfree_join(&map, room, sizeof room, 1), HEPTAD_OK);
    EQUAL(heptad_lockfree_join(&other, room, sizeof room, 1), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_lockfree_join(&other, room, sizeof room, 0), HEPTAD_OK);
    EQUAL(heptad_lockfree_get_or_insert(&map, 1, 2, NULL), 1);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_lockfree_join(&map, room, sizeof room, 1), HEPTAD_OK);
    EQUAL(heptad_lockfree_get(&other, 1, NULL), 1);
    EQUAL(heptad_lockfree_destroy(&other), HEPTAD_OK);
    EQUAL(heptad_lockfree_get(&map, 1, NULL), 1);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_lockfree_join(&map, room, sizeof room, 1), HEPTAD_ERROR_FOREIGN);
    EQUAL(heptad_lockfree_release(&other, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_indirect_format(room, sizeof room, 1, 1, 0), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_indirect_format(room, sizeof room, 1, 1, HEPTAD_HASH_BITS_OF_INDICES), HEPTAD_OK);
    EQUAL(heptad_lockfree_join(&map, room, sizeof room, 0), HEPTAD_ERROR_FOREIGN);
    EQUAL(heptad_indirect_join(&indirect, room, sizeof room, 0, HEPTAD_HASH_BITS_OF_INDICES, NULL, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_init(&map, room, sizeof room, 1), HEPTAD_OK);
    EQUAL(heptad_lockfree_destroy(&map), HEPTAD_ERROR_MEMBER);
}

int main(void)
{
    static const struct test_case cases[] = { CASE(attaching), CASE(members) };
    return RUN(cases);
}
