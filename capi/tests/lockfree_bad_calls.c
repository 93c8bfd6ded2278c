/* Bad calls for maps without a lock get an error code. */
#include "lockfree.h"

static size_t first(const heptad_entry *entries, size_t count, void *context)
{
    (void)entries, (void)count, (void)context;
    return 0;
}

/* Each function, for a handle with which it can do nothing. */
static void all_of(const heptad_lockfree *map, int code)
{
    uint64_t key = 1, value = 0;
    uint8_t found;
    void *memory;
    size_t bytes;
    heptad_shared_stats stats;
    EQUAL(heptad_lockfree_check(map), code);
    EQUAL(heptad_lockfree_seed(map, &value), code);
    EQUAL(heptad_lockfree_stats(map, &stats), code);
    EQUAL(heptad_lockfree_get(map, 1, &value), code);
    EQUAL(heptad_lockfree_get_many(map, &key, 1, &value, &found), code);
    EQUAL(heptad_lockfree_get_or_insert(map, 1, 1, &value), code);
    EQUAL(heptad_lockfree_insert(map, 1, 1, &value), code);
    EQUAL(heptad_lockfree_replace(map, 1, 1, &value), code);
    EQUAL(heptad_lockfree_add(map, 1, 1, &value), code);
    EQUAL(heptad_lockfree_remove(map, 1, &value), code);
    EQUAL(heptad_lockfree_compare_and_set(map, 1, 0, 0, 0, NULL, NULL), code);
    EQUAL(heptad_lockfree_compare_and_remove(map, 1, 0, 0, NULL, NULL), code);
    EQUAL(heptad_lockfree_remove_if(map, 1, is_odd, NULL, NULL, NULL), code);
    EQUAL(heptad_lockfree_modify(map, 1, plus, &key, NULL), code);
    EQUAL(heptad_lockfree_insert_or_modify(map, 1, 1, plus, &key, NULL), code);
    EQUAL(heptad_lockfree_insert_with_or_modify(map, 1, make_seven, plus, &key, NULL), code);
    EQUAL(heptad_lockfree_insert_evicting(map, 1, 1, first, NULL, NULL, NULL), code);
    EQUAL(heptad_lockfree_fetch_update(map, 1, halve, NULL, NULL), code);
    EQUAL(heptad_lockfree_each(map, keep_even, NULL), code);
    EQUAL(heptad_lockfree_retain(map, keep_even, NULL), code);
    EQUAL(heptad_lockfree_clear(map), code);
    EQUAL(heptad_lockfree_rebuild(map, lines, sizeof lines, 1), code);
    EQUAL(heptad_lockfree_rebuild_if_needed(map, lines, sizeof lines, 1), code);
    EQUAL(heptad_lockfree_needs_rebuild(map), code);
    EQUAL(heptad_lockfree_help(map, 1), code);
    EQUAL(heptad_lockfree_reclaim(map, &memory, &bytes), code);
    EQUAL(heptad_lockfree_len(map), 0);
    EQUAL(heptad_lockfree_capacity(map), 0);
}

static void bad_handles(void)
{
    static uint64_t room[20];
    heptad_lockfree map = HEPTAD_INIT;
    heptad_set set = HEPTAD_INIT;
    all_of(NULL, HEPTAD_ERROR_NULL);
    all_of((heptad_lockfree *)(void *)((char *)room + 4), HEPTAD_ERROR_MISALIGNED);
    all_of(&map, HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_lockfree_init(NULL, lines, sizeof lines, 1), HEPTAD_ERROR_NULL);
    memset(&map, 0, sizeof map);
    all_of(&map, HEPTAD_ERROR_HANDLE);
    make(&map);
    EQUAL(heptad_lockfree_get_or_insert(&map, 1, 1, NULL), 1);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_OK);
    map.version = 7;
    all_of(&map, HEPTAD_ERROR_VERSION);
    EQUAL(heptad_set_init(&set, lines, 1024, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    all_of((heptad_lockfree *)(void *)&set, HEPTAD_ERROR_HANDLE);
    make(&map);
    EQUAL(heptad_lockfree_init(&map, lines, sizeof lines, 1), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_lockfree_attach(&map, lines, sizeof lines), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_OK);
    all_of(&map, HEPTAD_ERROR_HANDLE);
}

static void bad_memory_and_results(void)
{
    heptad_lockfree map = HEPTAD_INIT;
    uint64_t keys[8] = { 0 };
    uint8_t *in_keys = (uint8_t *)keys;
    uint64_t *crooked = (uint64_t *)(void *)(in_keys + 1);
    EQUAL(heptad_lockfree_bytes(SIZE_MAX), 0);
    EQUAL(heptad_lockfree_init(&map, NULL, 6400, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_init(&map, lines + 8, 6400, 1), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_init(&map, lines, 63, 1), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_init(&map, lines, heptad_lockfree_bytes(1) - 1, 1),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_init(&map, lines, SIZE_MAX, 1), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_init(&map, (void *)((uintptr_t)&map & ~(uintptr_t)63), 6400, 1),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_init(&map, lines, heptad_lockfree_bytes(1), 1), HEPTAD_OK);
    EQUAL(heptad_lockfree_get_or_insert(&map, 1, 2, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_get(&map, 1, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_remove_if(&map, 1, is_odd, NULL, NULL, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_remove_if(&map, 1, is_odd, NULL, (int *)(void *)crooked, NULL), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_insert_evicting(&map, 1, 2, first, NULL, crooked, NULL), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_insert_evicting(&map, 1, 2, first, NULL, NULL, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_len(&map), 0);
    EQUAL(heptad_lockfree_seed(&map, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_stats(&map, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_get_many(&map, NULL, 1, keys, in_keys), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_get_many(&map, keys, 2, keys + 1, in_keys + 32),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_get_many(&map, keys, 2, (uint64_t *)(void *)&map, in_keys + 32),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_get_many(&map, keys, 2, keys + 2, in_keys + 32), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(bad_handles),
        CASE(bad_memory_and_results),
    };
    return RUN(cases);
}
