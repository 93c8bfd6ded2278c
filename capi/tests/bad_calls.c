/* Bad calls get an error code, change nothing and never crash. */
#include "check.h"

static HEPTAD_LINES(lines, 16);
static HEPTAD_LINES(other_lines, 64);
static heptad_set set;
static heptad_map map;
static heptad_table table;

static uint64_t hash_entry(uint64_t entry, void *context)
{
    (void)context;
    return heptad_hash_word(1, entry);
}

static int equal_entry(uint64_t entry, const void *key, void *context)
{
    (void)context;
    return entry == *(const uint64_t *)key;
}

static int keep_key(uint64_t key, void *context)
{
    (void)key, (void)context;
    return 1;
}

static size_t choose_first(const heptad_entry *entries, size_t count, void *context)
{
    (void)entries, (void)count, (void)context;
    return 0;
}

static int keep_pair(uint64_t key, uint64_t *value, void *context)
{
    (void)key, (void)value, (void)context;
    return 1;
}

static uint64_t change_value(uint64_t value, void *context)
{
    (void)context;
    return value;
}

/* What every function of a kind answers for a handle: it must be the same code each time, whatever else
 * is passed. */
static void all_of_set(heptad_set *handle, int code)
{
    uint64_t key = 1;
    uint8_t found;
    size_t position = 0, bytes;
    void *memory;
    heptad_stats stats;
    EQUAL(heptad_set_release(handle, &memory, &bytes), code);
    EQUAL(heptad_set_move(handle, other_lines, sizeof other_lines, 1, &memory, &bytes), code);
    EQUAL(heptad_set_clear(handle), code);
    EQUAL(heptad_set_stats(handle, &stats), code);
    EQUAL(heptad_set_insert(handle, 1), code);
    EQUAL(heptad_set_contains(handle, 1), code);
    EQUAL(heptad_set_remove(handle, 1), code);
    EQUAL(heptad_set_prefetch(handle, 1), code);
    EQUAL(heptad_set_contains_many(handle, &key, 1, &found), code);
    EQUAL(heptad_set_insert_many(handle, &key, 1, &position), code);
    EQUAL(heptad_set_next(handle, &position, &key), code);
    EQUAL(heptad_set_retain(handle, keep_key, NULL), code);
    EQUAL(heptad_set_len(handle), 0);
    EQUAL(heptad_set_capacity(handle), 0);
}

static void all_of_map(heptad_map *handle, int code)
{
    uint64_t key = 1, value;
    uint8_t found;
    size_t position = 0, bytes;
    void *memory;
    heptad_stats stats;
    EQUAL(heptad_map_release(handle, &memory, &bytes), code);
    EQUAL(heptad_map_move(handle, other_lines, sizeof other_lines, 1, &memory, &bytes), code);
    EQUAL(heptad_map_clear(handle), code);
    EQUAL(heptad_map_stats(handle, &stats), code);
    EQUAL(heptad_map_insert(handle, 1, 2, &value), code);
    EQUAL(heptad_map_get_or_insert(handle, 1, 2, &value), code);
    EQUAL(heptad_map_insert_evicting(handle, 1, 2, choose_first, NULL, &key, &value), code);
    EQUAL(heptad_map_replace(handle, 1, 2, &value), code);
    EQUAL(heptad_map_modify(handle, 1, change_value, NULL, &value), code);
    EQUAL(heptad_map_add(handle, 1, 2, &value), code);
    EQUAL(heptad_map_get(handle, 1, &value), code);
    EQUAL(heptad_map_remove(handle, 1, &value), code);
    EQUAL(heptad_map_prefetch(handle, 1), code);
    EQUAL(heptad_map_get_many(handle, &key, 1, &value, &found), code);
    EQUAL(heptad_map_next(handle, &position, &key, &value), code);
    EQUAL(heptad_map_retain(handle, keep_pair, NULL), code);
    EQUAL(heptad_map_len(handle), 0);
    EQUAL(heptad_map_capacity(handle), 0);
}

static void all_of_table(heptad_table *handle, int code)
{
    uint64_t key = 1, entry;
    const void *keys[1];
    uint8_t found;
    size_t position = 0, bytes;
    void *memory;
    heptad_stats stats;
    keys[0] = &key;
    EQUAL(heptad_table_release(handle, &memory, &bytes), code);
    EQUAL(heptad_table_move(handle, other_lines, sizeof other_lines, &memory, &bytes), code);
    EQUAL(heptad_table_clear(handle), code);
    EQUAL(heptad_table_stats(handle, &stats), code);
    EQUAL(heptad_table_insert(handle, 1, &key, 1, &entry), code);
    EQUAL(heptad_table_insert_unique(handle, 1, 1), code);
    EQUAL(heptad_table_find(handle, 1, &key, &entry), code);
    EQUAL(heptad_table_each(handle, 1, &key, keep_key, NULL), code);
    EQUAL(heptad_table_replace(handle, 1, &key, 1, &entry), code);
    EQUAL(heptad_table_remove(handle, 1, &key, &entry), code);
    EQUAL(heptad_table_prefetch(handle, 1), code);
    EQUAL(heptad_table_find_many(handle, &key, keys, 1, &entry, &found), code);
    EQUAL(heptad_table_next(handle, &position, &entry), code);
    EQUAL(heptad_table_retain(handle, keep_key, NULL), code);
    EQUAL(heptad_table_len(handle), 0);
    EQUAL(heptad_table_capacity(handle), 0);
}

static int init_set(heptad_set *handle, void *memory, size_t bytes)
{
    return heptad_set_init(handle, memory, bytes, 1, HEPTAD_LOAD_15_16);
}

static int init_map(heptad_map *handle, void *memory, size_t bytes)
{
    return heptad_map_init(handle, memory, bytes, 1, HEPTAD_LOAD_15_16);
}

static int init_table(heptad_table *handle, void *memory, size_t bytes)
{
    return heptad_table_init(handle, memory, bytes, HEPTAD_LOAD_15_16, hash_entry, equal_entry, NULL);
}

/* Three handles as they start. */
static void start(void)
{
    static const heptad_set unmade_set = HEPTAD_INIT;
    static const heptad_map unmade_map = HEPTAD_INIT;
    static const heptad_table unmade_table = HEPTAD_INIT;
    set = unmade_set;
    map = unmade_map;
    table = unmade_table;
}

static void all_three(int code)
{
    all_of_set(&set, code);
    all_of_map(&map, code);
    all_of_table(&table, code);
}

static void no_handle(void)
{
    all_of_set(NULL, HEPTAD_ERROR_NULL);
    all_of_map(NULL, HEPTAD_ERROR_NULL);
    all_of_table(NULL, HEPTAD_ERROR_NULL);
    EQUAL(init_set(NULL, lines, sizeof lines), HEPTAD_ERROR_NULL);
    EQUAL(init_map(NULL, lines, sizeof lines), HEPTAD_ERROR_NULL);
    EQUAL(init_table(NULL, lines, sizeof lines), HEPTAD_ERROR_NULL);
}

static void misaligned_handles(void)
{
    static uint64_t room[20];
    int offset;
    for (offset = 1; offset < 8; offset++) {
        void *handle = (char *)room + offset;
        all_of_set(handle, HEPTAD_ERROR_MISALIGNED);
        all_of_map(handle, HEPTAD_ERROR_MISALIGNED);
        all_of_table(handle, HEPTAD_ERROR_MISALIGNED);
        EQUAL(init_set(handle, lines, sizeof lines), HEPTAD_ERROR_MISALIGNED);
    }
}

static void handles_that_are_not_live(void)
{
    start();
    all_three(HEPTAD_ERROR_HANDLE);
    EQUAL(init_set(&set, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_set_release(&set, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_set_release(&set, NULL, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(init_map(&map, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_map_release(&map, NULL, NULL), HEPTAD_OK);
    EQUAL(init_table(&table, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_table_release(&table, NULL, NULL), HEPTAD_OK);
    all_three(HEPTAD_ERROR_HANDLE);
    /* Each kind is refused by the functions of the others. */
    EQUAL(init_set(&set, lines, sizeof lines), HEPTAD_OK);
    all_of_map((heptad_map *)(void *)&set, HEPTAD_ERROR_HANDLE);
    all_of_table((heptad_table *)(void *)&set, HEPTAD_ERROR_HANDLE);
    EQUAL(init_map((heptad_map *)(void *)&set, lines, sizeof lines), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_set_insert(&set, 5), 1);
    EQUAL(init_set(&set, other_lines, sizeof other_lines), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_set_contains(&set, 5), 1);
}

static void unknown_versions_and_garbage(void)
{
    uint32_t version;
    for (version = 1; version < 100; version++) {
        start();
        if (version == HEPTAD_ABI_VERSION) {
            continue;
        }
        set.version = map.version = table.version = version;
        all_three(HEPTAD_ERROR_VERSION);
        EQUAL(init_set(&set, lines, sizeof lines), HEPTAD_ERROR_VERSION);
        EQUAL(init_map(&map, lines, sizeof lines), HEPTAD_ERROR_VERSION);
        EQUAL(init_table(&table, lines, sizeof lines), HEPTAD_ERROR_VERSION);
    }
    memset(&set, 0x5a, sizeof set);
    memset(&map, 0xff, sizeof map);
    memset(&table, 0x01, sizeof table);
    all_three(HEPTAD_ERROR_VERSION);
    start();
    set.state = map.state = table.state = 0x12345678;
    all_three(HEPTAD_ERROR_HANDLE);
    EQUAL(init_set(&set, lines, sizeof lines), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_abi_version(), HEPTAD_ABI_VERSION);
}

/* What a static handle without an initialiser is, or one from calloc. */
static void zeroed_handles(void)
{
    memset(&set, 0, sizeof set);
    memset(&map, 0, sizeof map);
    memset(&table, 0, sizeof table);
    all_three(HEPTAD_ERROR_HANDLE);
    EQUAL(init_set(&set, lines, 63), HEPTAD_ERROR_TOO_SMALL);
    all_three(HEPTAD_ERROR_HANDLE);
    EQUAL(init_set(&set, lines, sizeof lines), HEPTAD_OK);
    EQUAL(set.version, HEPTAD_ABI_VERSION);
    EQUAL(heptad_set_insert(&set, 1), 1);
    EQUAL(heptad_set_release(&set, NULL, NULL), HEPTAD_OK);
    EQUAL(init_map(&map, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_map_insert(&map, 1, 2, NULL), 1);
    EQUAL(heptad_map_release(&map, NULL, NULL), HEPTAD_OK);
    EQUAL(init_table(&table, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_table_insert_unique(&table, 1, 1), 0);
    /* A body without a head was never made. */
    set.version = 0;
    set.state = 1;
    EQUAL(init_set(&set, other_lines, sizeof other_lines), HEPTAD_ERROR_HANDLE);
    all_of_set(&set, HEPTAD_ERROR_HANDLE);
}

/* A structure with a handle in it, assigned. Each of the two would believe its own count of entries. */
static void copies_of_live_handles(void)
{
    static heptad_set moved;
    uint64_t key = 1;
    uint8_t found;
    void *memory;
    size_t position = 0;
    start();
    moved = set;
    EQUAL(init_set(&moved, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_set_insert(&moved, 1), 1);
    set = moved;
    EQUAL(heptad_set_insert(&set, 2), HEPTAD_ERROR_COPY);
    EQUAL(heptad_set_remove(&set, 1), HEPTAD_ERROR_COPY);
    EQUAL(heptad_set_clear(&set), HEPTAD_ERROR_COPY);
    EQUAL(heptad_set_insert_many(&set, &key, 1, NULL), HEPTAD_ERROR_COPY);
    EQUAL(heptad_set_retain(&set, keep_key, NULL), HEPTAD_ERROR_COPY);
    EQUAL(heptad_set_move(&set, other_lines, sizeof other_lines, 1, NULL, NULL), HEPTAD_ERROR_COPY);
    EQUAL(heptad_set_release(&set, &memory, NULL), HEPTAD_ERROR_COPY);
    EQUAL(init_set(&set, other_lines, sizeof other_lines), HEPTAD_ERROR_LIVE);
    /* Looking is harmless. */
    EQUAL(heptad_set_contains(&set, 1), 1);
    EQUAL(heptad_set_contains_many(&set, &key, 1, &found), HEPTAD_OK);
    EQUAL(heptad_set_next(&set, &position, NULL), 1);
    EQUAL(heptad_set_len(&moved), 1);
    EQUAL(heptad_set_release(&moved, &memory, NULL), HEPTAD_OK);
    /* One that is not live may be copied. */
    set = moved;
    EQUAL(init_set(&set, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_set_insert(&set, 2), 1);
}

/* Keys that the insertion itself would write over. */
static void keys_in_the_table(void)
{
    size_t taken = 7;
    uint64_t *in_lines = (uint64_t *)(void *)(lines + sizeof lines - 8);
    start();
    EQUAL(init_set(&set, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_set_insert_many(&set, in_lines, 1, &taken), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_insert_many(&set, (uint64_t *)(void *)&set, 1, &taken), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(taken, 7);
    EQUAL(heptad_set_len(&set), 0);
}

static void memory_that_will_not_do(void)
{
    size_t offset;
    start();
    EQUAL(init_set(&set, NULL, 1024), HEPTAD_ERROR_NULL);
    for (offset = 1; offset < 64; offset++) {
        EQUAL(init_set(&set, lines + offset, 512), HEPTAD_ERROR_MISALIGNED);
        EQUAL(init_map(&map, lines + offset, 512), HEPTAD_ERROR_MISALIGNED);
        EQUAL(init_table(&table, lines + offset, 512), HEPTAD_ERROR_MISALIGNED);
        EQUAL(init_set(&set, lines, offset), HEPTAD_ERROR_TOO_SMALL);
        EQUAL(init_map(&map, lines, 64 + offset), HEPTAD_ERROR_TOO_SMALL);
        EQUAL(init_table(&table, lines, offset), HEPTAD_ERROR_TOO_SMALL);
    }
    EQUAL(init_set(&set, lines, 0), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(init_set(&set, lines, SIZE_MAX), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(init_set(&set, (void *)(UINTPTR_MAX - 63), 128), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_init(&set, lines, sizeof lines, 1, 3), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_set_init(&set, lines, sizeof lines, 1, -1), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_table_init(&table, lines, sizeof lines, 0, NULL, equal_entry, NULL),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_table_init(&table, lines, sizeof lines, 0, hash_entry, NULL, NULL),
          HEPTAD_ERROR_NULL);
    all_three(HEPTAD_ERROR_HANDLE);
}

static void memory_that_overlaps(void)
{
    static HEPTAD_LINES(room, 17);
    static const heptad_set unmade = HEPTAD_INIT;
    heptad_set *inside = (heptad_set *)(void *)(room + 960);
    uint64_t keys[64] = { 0 };
    uint8_t *in_keys = (uint8_t *)keys;
    *inside = unmade;
    /* The memory ends after the first byte of the handle, and then before it. */
    EQUAL(init_set(inside, room, 961), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(init_set(inside, room, 960), HEPTAD_OK);
    EQUAL(heptad_set_insert(inside, 3), 1);

    start();
    EQUAL(init_set(&set, other_lines, 1024), HEPTAD_OK);
    EQUAL(heptad_set_insert(&set, 3), 1);
    EQUAL(heptad_set_move(&set, other_lines, 2048, 1, NULL, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_move(&set, other_lines + 960, 2048, 1, NULL, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_move(&set, &set, 1 << 20, 1, NULL, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_move(&set, lines + 1, 512, 1, NULL, NULL), HEPTAD_ERROR_MISALIGNED);
    /* Results that the call would write into the new table, or into its handle. */
    EQUAL(heptad_set_move(&set, lines, 1024, 1, (void **)(void *)(lines + 64), NULL),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_move(&set, lines, 1024, 1, NULL, (size_t *)(void *)(lines + 64)),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_move(&set, lines, 1024, 1, NULL, (size_t *)(void *)&set), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_move(&set, NULL, 512, 1, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_set_contains_many(&set, keys, 64, in_keys), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_contains_many(&set, keys, 64, in_keys + 511), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_contains_many(&set, keys, 64, other_lines), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_contains_many(&set, keys, 64, (uint8_t *)&set + 127),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_contains(&set, 3), 1);
    EQUAL(heptad_set_move(&set, other_lines + 1024, 1024, 1, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_set_contains(&set, 3), 1);

    EQUAL(init_map(&map, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_map_get_many(&map, keys, 8, keys + 7, in_keys + 256), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_map_get_many(&map, keys, 8, keys + 8, in_keys + 127), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_map_get_many(&map, keys, 8, keys + 8, in_keys + 63), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_map_get_many(&map, keys, 8, keys + 8, in_keys + 128), HEPTAD_OK);
}

static void arrays_and_results(void)
{
    uint64_t keys[4] = { 1, 2, 3, 4 }, key = 9;
    uint8_t found[4];
    size_t position = 0;
    uint64_t *crooked = (uint64_t *)(void *)((char *)keys + 1);
    start();
    EQUAL(init_set(&set, lines, sizeof lines), HEPTAD_OK);
    EQUAL(heptad_set_contains_many(&set, NULL, 4, found), HEPTAD_ERROR_NULL);
    EQUAL(heptad_set_contains_many(&set, keys, 4, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_set_contains_many(&set, NULL, 0, NULL), HEPTAD_OK);
    EQUAL(heptad_set_contains_many(&set, crooked, 3, found), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_set_contains_many(&set, keys, SIZE_MAX / 8 + 1, found), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_contains_many(&set, keys, SIZE_MAX / 8, found), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_insert_many(&set, NULL, 4, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_set_insert_many(&set, crooked, 3, NULL), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_set_insert_many(&set, keys, SIZE_MAX, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_insert_many(&set, keys, 4, (size_t *)(void *)crooked),
          HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_set_len(&set), 0);
    EQUAL(heptad_set_insert_many(&set, keys, 4, NULL), HEPTAD_OK);
    EQUAL(heptad_set_next(&set, NULL, &key), HEPTAD_ERROR_NULL);
    EQUAL(heptad_set_next(&set, &position, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(position, 0);
    EQUAL(heptad_set_stats(&set, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_set_retain(&set, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_set_release(&set, (void **)(void *)crooked, NULL), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_set_len(&set), 4);

    EQUAL(init_map(&map, other_lines, sizeof other_lines), HEPTAD_OK);
    EQUAL(heptad_map_insert(&map, 1, 2, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_map_add(&map, 1, 2, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_map_insert_evicting(&map, 1, 2, NULL, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_map_insert_evicting(&map, 1, 2, choose_first, NULL, crooked, NULL), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_map_insert_evicting(&map, 1, 2, choose_first, NULL, NULL, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_map_get(&map, 1, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_map_remove(&map, 1, crooked), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_map_len(&map), 0);
    EQUAL(heptad_hash_bytes(3, NULL, 8), heptad_hash_bytes(3, keys, 0));
    EQUAL(heptad_unhash_word(3, heptad_hash_word(3, 12345)), 12345);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(no_handle),
        CASE(misaligned_handles),
        CASE(handles_that_are_not_live),
        CASE(unknown_versions_and_garbage),
        CASE(zeroed_handles),
        CASE(copies_of_live_handles),
        CASE(keys_in_the_table),
        CASE(memory_that_will_not_do),
        CASE(memory_that_overlaps),
        CASE(arrays_and_results),
    };
    return RUN(cases);
}
