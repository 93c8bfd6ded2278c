/* Bad calls for maps without a lock of longer keys get an error code. */
#include "check.h"

enum { LINES = 200 };

static HEPTAD_LINES(lines, LINES);
static HEPTAD_LINES(other_lines, LINES);

static const uint64_t hash_bits = HEPTAD_HASH_BITS_OF_INDICES;

static int equal(uint64_t reference, const void *key, void *context)
{
    (void)context;
    return reference == *(const uint64_t *)key;
}

static int take(uint64_t value, void *context)
{
    (void)value, (void)context;
    return 1;
}

static uint64_t change(uint64_t value, void *context)
{
    (void)context;
    return value + 1;
}

static int update(uint64_t *value, int is_present, void *context)
{
    (void)value, (void)is_present, (void)context;
    return 1;
}

static int visit(uint64_t reference, uint64_t value, void *context)
{
    (void)reference, (void)value, (void)context;
    return 1;
}

static size_t first(const heptad_entry *entries, size_t count, void *context)
{
    (void)entries, (void)count, (void)context;
    return 0;
}

static int init(heptad_indirect *map, void *memory, size_t bytes)
{
    return heptad_indirect_init(map, memory, bytes, 1, hash_bits, equal, NULL);
}

/* Each function, for a handle with which it can do nothing. */
static void all_of(const heptad_indirect *map, int code)
{
    uint64_t hash = 1, key = 1, reference, value = 0;
    const void *keys[1];
    uint8_t found;
    void *memory;
    size_t bytes;
    heptad_shared_stats stats;
    keys[0] = &key;
    EQUAL(heptad_indirect_check(map), code);
    EQUAL(heptad_indirect_seed(map, &value), code);
    EQUAL(heptad_indirect_stats(map, &stats), code);
    EQUAL(heptad_indirect_grace_start(map, &value), code);
    EQUAL(heptad_indirect_grace_elapsed(map, 1), code);
    EQUAL(heptad_indirect_get(map, 1, &key, &reference, &value), code);
    EQUAL(heptad_indirect_get_many(map, &hash, keys, 1, &reference, &value, &found), code);
    EQUAL(heptad_indirect_get_or_insert(map, 1, &key, 1, 1, &value), code);
    EQUAL(heptad_indirect_insert(map, 1, &key, 1, 1, &value), code);
    EQUAL(heptad_indirect_replace(map, 1, &key, 1, &value), code);
    EQUAL(heptad_indirect_add(map, 1, &key, 1, 1, &value), code);
    EQUAL(heptad_indirect_modify(map, 1, &key, change, NULL, &value), code);
    EQUAL(heptad_indirect_insert_or_modify(map, 1, &key, 1, 1, change, NULL, &value), code);
    EQUAL(heptad_indirect_insert_evicting(map, 1, &key, 1, 1, first, NULL, &reference, &value), code);
    EQUAL(heptad_indirect_compare_and_set(map, 1, &key, 1, 0, 0, 0, NULL, NULL), code);
    EQUAL(heptad_indirect_remove(map, 1, &key, &reference, &value), code);
    EQUAL(heptad_indirect_remove_if(map, 1, &key, take, NULL, NULL, &reference, &value), code);
    EQUAL(heptad_indirect_each(map, visit, NULL), code);
    EQUAL(heptad_indirect_fetch_update(map, 1, &key, 1, update, NULL, &reference, &value), code);
    EQUAL(heptad_indirect_compare_and_remove(map, 1, &key, 0, 0, NULL, &reference, &value), code);
    EQUAL(heptad_indirect_retain(map, visit, NULL, NULL), code);
    EQUAL(heptad_indirect_clear(map, NULL, NULL), code);
    EQUAL(heptad_indirect_rebuild(map, lines, sizeof lines, 1), code);
    EQUAL(heptad_indirect_rebuild_if_needed(map, lines, sizeof lines, 1), code);
    EQUAL(heptad_indirect_needs_rebuild(map), code);
    EQUAL(heptad_indirect_help(map, 1), code);
    EQUAL(heptad_indirect_reclaim(map, &memory, &bytes), code);
    EQUAL(heptad_indirect_len(map), 0);
    EQUAL(heptad_indirect_capacity(map), 0);
}

static void bad_handles(void)
{
    static uint64_t room[20];
    static const heptad_indirect unmade = HEPTAD_INIT;
    heptad_indirect map = HEPTAD_INIT;
    heptad_lockfree words = HEPTAD_INIT;
    all_of(NULL, HEPTAD_ERROR_NULL);
    all_of((heptad_indirect *)(void *)((char *)room + 4), HEPTAD_ERROR_MISALIGNED);
    all_of(&map, HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_indirect_release(&map, NULL, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(init(NULL, lines, sizeof lines), HEPTAD_ERROR_NULL);
    map.version = 7;
    all_of(&map, HEPTAD_ERROR_VERSION);
    map = unmade;
    /* A map of words is none of longer keys, nor the other way round. */
    EQUAL(heptad_lockfree_init(&words, lines, sizeof lines, 1), HEPTAD_OK);
    all_of((heptad_indirect *)(void *)&words, HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_indirect_attach(&map, lines, sizeof lines, hash_bits, equal, NULL),
          HEPTAD_ERROR_FOREIGN);
    EQUAL(init(&map, other_lines, sizeof other_lines), HEPTAD_OK);
    EQUAL(heptad_lockfree_len((heptad_lockfree *)(void *)&map), 0);
    EQUAL(heptad_lockfree_get((heptad_lockfree *)(void *)&map, 1, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(init(&map, lines, sizeof lines), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_indirect_release(&map, NULL, NULL), HEPTAD_OK);
    all_of(&map, HEPTAD_ERROR_HANDLE);
}

static void bad_memory(void)
{
    static const heptad_reclaim nothing = { NULL, NULL, NULL, NULL, NULL };
    static HEPTAD_LINES(counters, HEPTAD_COUNTER_LINES);
    heptad_indirect map = HEPTAD_INIT;
    EQUAL(init(&map, NULL, 6400), HEPTAD_ERROR_NULL);
    EQUAL(init(&map, lines + 8, 6400), HEPTAD_ERROR_MISALIGNED);
    EQUAL(init(&map, lines, heptad_lockfree_bytes(1) - 1), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(init(&map, lines, SIZE_MAX), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(init(&map, (void *)((uintptr_t)&map & ~(uintptr_t)63), 6400), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_indirect_init(&map, lines, sizeof lines, 1, hash_bits, NULL, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_init(&map, lines, sizeof lines, 1, 0, equal, NULL),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_indirect_init(&map, lines, sizeof lines, 1, UINT64_MAX, equal, NULL),
          HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_indirect_format(lines, sizeof lines, 1, 0, 0), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_indirect_format(lines, sizeof lines, 1, 0, UINT64_MAX), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_indirect_attach(&map, lines, sizeof lines, 0, equal, NULL), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_indirect_attach(&map, lines, sizeof lines, hash_bits, NULL, NULL),
          HEPTAD_ERROR_NULL);
    memset(other_lines, 0, sizeof other_lines);
    EQUAL(heptad_indirect_attach(&map, other_lines, sizeof other_lines, hash_bits, equal, NULL),
          HEPTAD_ERROR_FOREIGN);
    EQUAL(heptad_indirect_init_counted(&map, lines, sizeof lines, 1, hash_bits, equal, NULL, NULL,
                                       sizeof counters),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_init_counted(&map, lines, sizeof lines, 1, hash_bits, equal, NULL,
                                       counters, 16 * 64),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_indirect_init_counted(&map, lines, sizeof lines, 1, hash_bits, equal, NULL, lines,
                                       sizeof counters),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_indirect_init_with(&map, lines, sizeof lines, 1, hash_bits, equal, NULL, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_init_with(&map, lines, sizeof lines, 1, hash_bits, equal, NULL, &nothing),
          HEPTAD_ERROR_NULL);
    all_of(&map, HEPTAD_ERROR_HANDLE);
}

static void bad_arrays_and_results(void)
{
    heptad_indirect map = HEPTAD_INIT;
    uint64_t words[64] = { 0 }, key = 1;
    const void *keys[4];
    uint8_t *bytes = (uint8_t *)words;
    uint64_t *crooked = (uint64_t *)(void *)(bytes + 1);
    int index;
    for (index = 0; index < 4; index++) {
        keys[index] = &key;
    }
    EQUAL(init(&map, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_indirect_get_or_insert(&map, 1, &key, 1, 2, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_indirect_add(&map, 1, &key, 1, 2, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_indirect_len(&map), 0);
    EQUAL(heptad_indirect_get_or_insert(&map, 1, &key, 1, 2, NULL), 1);
    EQUAL(heptad_indirect_get(&map, 1, &key, crooked, NULL), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_indirect_get(&map, 1, &key, NULL, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_indirect_remove(&map, 1, &key, crooked, NULL), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_indirect_remove_if(&map, 1, &key, NULL, NULL, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_insert_evicting(&map, 1, &key, 1, 1, NULL, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_modify(&map, 1, &key, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_insert_or_modify(&map, 1, &key, 1, 1, NULL, NULL, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_each(&map, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_retain(&map, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_fetch_update(&map, 1, &key, 1, NULL, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_fetch_update(&map, 1, &key, 1, update, NULL, crooked, NULL), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_indirect_compare_and_remove(&map, 1, &key, 4, 0, NULL, NULL, NULL), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_indirect_compare_and_remove(&map, 1, &key, 0, 0, NULL, crooked, NULL), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_indirect_seed(&map, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_stats(&map, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_grace_start(&map, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_reclaim(&map, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_rebuild(&map, &map, 1 << 20, 1), HEPTAD_ERROR_OVERLAPPING);
    /* hashes, then references, values and found, each over another once. */
    EQUAL(heptad_indirect_get_many(&map, words, keys, 4, words + 3, words + 8, bytes + 256),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_indirect_get_many(&map, words, keys, 4, words + 4, words + 7, bytes + 256),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_indirect_get_many(&map, words, keys, 4, words + 4, words + 8, bytes + 95),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_indirect_get_many(&map, words, keys, 4, words + 4, words + 8, bytes + 31),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_indirect_get_many(&map, words, keys, 4, words + 4, words + 8, (uint8_t *)&map),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_indirect_get_many(&map, words, keys, 4, words + 4, (uint64_t *)(void *)keys,
                                   bytes + 256),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_indirect_get_many(&map, NULL, keys, 4, words + 4, words + 8, bytes + 256),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_get_many(&map, words, keys, SIZE_MAX, words + 4, words + 8, bytes + 256),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_indirect_get_many(&map, words, keys, 4, words + 4, words + 8, bytes + 96),
          HEPTAD_OK);
    EQUAL(heptad_indirect_len(&map), 1);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(bad_handles),
        CASE(bad_memory),
        CASE(bad_arrays_and_results),
    };
    return RUN(cases);
}
