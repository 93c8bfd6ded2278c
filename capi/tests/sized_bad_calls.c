/* heptad_sized_map: bad calls get an error code, change nothing and never crash. */
#include "sized.h"

enum { BYTES = 24 };

static HEPTAD_LINES(lines, 2 * (1 + 3));
static HEPTAD_LINES(other_lines, 8);
static unsigned char value[BYTES], previous[BYTES];

static int keep(uint64_t key, void *place, void *context)
{
    (void)key, (void)place, (void)context;
    return 1;
}

static size_t choose(const heptad_sized_entry *entries, size_t count, void *context)
{
    (void)entries, (void)count, (void)context;
    return 0;
}

static int make(heptad_sized_map *map)
{
    return heptad_sized_map_init(map, lines, sizeof lines, SEED, HEPTAD_LOAD_15_16, BYTES);
}

/* What every function answers for a handle: the same code each time, whatever else is passed. */
static void all_of(heptad_sized_map *map, int code)
{
    uint64_t key = 1;
    size_t position = 0, bytes;
    void *memory, *place;
    heptad_stats stats;
    EQUAL(heptad_sized_map_release(map, &memory, &bytes), code);
    EQUAL(heptad_sized_map_move(map, other_lines, sizeof other_lines, 1, &memory, &bytes), code);
    EQUAL(heptad_sized_map_clear(map), code);
    EQUAL(heptad_sized_map_stats(map, &stats), code);
    EQUAL(heptad_sized_map_insert(map, 1, value, previous), code);
    EQUAL(heptad_sized_map_at(map, 1, &place), code);
    EQUAL(heptad_sized_map_insert_evicting(map, 1, value, choose, NULL, &key, previous), code);
    EQUAL(heptad_sized_map_remove(map, 1, previous), code);
    EQUAL(heptad_sized_map_prefetch(map, 1), code);
    EQUAL(heptad_sized_map_get_many(map, &key, 1, &place), code);
    EQUAL(heptad_sized_map_next(map, &position, &key, &place), code);
    EQUAL(heptad_sized_map_retain(map, keep, NULL), code);
    CHECK(heptad_sized_map_get(map, 1) == NULL);
    CHECK(heptad_inline_sized_map_get(map, 1) == NULL);
    EQUAL(heptad_sized_map_len(map), 0);
    EQUAL(heptad_sized_map_capacity(map), 0);
}

static void handles(void)
{
    static uint64_t room[20];
    heptad_sized_map map = HEPTAD_INIT;
    heptad_map words = HEPTAD_INIT;
    int offset;
    all_of(NULL, HEPTAD_ERROR_NULL);
    EQUAL(make(NULL), HEPTAD_ERROR_NULL);
    for (offset = 1; offset < 8; offset++) {
        void *misaligned = (char *)room + offset;
        all_of(misaligned, HEPTAD_ERROR_MISALIGNED);
        EQUAL(make(misaligned), HEPTAD_ERROR_MISALIGNED);
    }
    all_of(&map, HEPTAD_ERROR_HANDLE);
    memset(&map, 0, sizeof map);
    all_of(&map, HEPTAD_ERROR_HANDLE);
    EQUAL(make(&map), HEPTAD_OK);
    EQUAL(make(&map), HEPTAD_ERROR_LIVE);
    EQUAL(heptad_map_len((heptad_map *)(void *)&map), 0);
    EQUAL(heptad_map_insert((heptad_map *)(void *)&map, 1, 2, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
    all_of(&map, HEPTAD_ERROR_HANDLE);
    map.version = HEPTAD_ABI_VERSION + 1;
    all_of(&map, HEPTAD_ERROR_VERSION);
    EQUAL(make(&map), HEPTAD_ERROR_VERSION);
    EQUAL(heptad_map_init(&words, lines, sizeof lines, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    all_of((heptad_sized_map *)(void *)&words, HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_map_release(&words, NULL, NULL), HEPTAD_OK);
}

static void memory(void)
{
    heptad_sized_map map = HEPTAD_INIT;
    int load = HEPTAD_LOAD_15_16;
    EQUAL(heptad_sized_map_init(&map, NULL, 0, SEED, load, BYTES), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_init(&map, lines + 8, sizeof lines - 64, SEED, load, BYTES), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_sized_map_init(&map, lines, 64 + 7 * BYTES - 1, SEED, load, BYTES), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, SEED, load, sizeof lines), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, SEED, load, (size_t)-1), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, SEED, load, (size_t)-1 / 7), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, SEED, load, 0), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, SEED, 9, BYTES), HEPTAD_ERROR_ARGUMENT);
    EQUAL(heptad_sized_map_init(&map, lines, (size_t)-1, SEED, load, BYTES), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_bytes(1, 9, BYTES), 0);
    EQUAL(heptad_sized_map_bytes(1, load, 0), 0);
    EQUAL(heptad_sized_map_bytes((size_t)-1 / 16, load, 16), 0);
    EQUAL(heptad_sized_map_bytes(1, load, (size_t)-1 / 8), 0);
    EQUAL(heptad_sized_map_bytes(1, load, (size_t)-1), 0);
    EQUAL(heptad_sized_map_bytes(0, load, 8), 128);
    EQUAL(make(&map), HEPTAD_OK);
    EQUAL(heptad_sized_map_insert(&map, 1, value, NULL), 1);
    EQUAL(heptad_sized_map_move(&map, lines, sizeof lines, 1, NULL, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_move(&map, NULL, 64, 1, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_move(&map, other_lines, 128, 1, NULL, NULL), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_sized_map_len(&map), 1);
    EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
}

/* Values lie apart from the map and from each other. */
static void values(void)
{
    heptad_sized_map map = HEPTAD_INIT;
    size_t position = 0;
    uint64_t key = 0, keys[2] = { 5, 6 };
    unsigned char pair[2 * BYTES] = { 0 };
    void *place, *places[2] = { NULL, NULL };
    EQUAL(make(&map), HEPTAD_OK);
    write_value(value, BYTES, 5, 1);
    EQUAL(heptad_sized_map_insert(&map, 5, value, NULL), 1);
    place = heptad_sized_map_get(&map, 5);
    EQUAL(heptad_sized_map_insert(&map, 6, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_at(&map, 6, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_insert(&map, 6, place, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert(&map, 5, value, place), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert(&map, 5, value, value), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert(&map, 5, pair, pair + BYTES - 1), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert(&map, 5, &map, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_remove(&map, 5, &map), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_remove(&map, 5, lines + sizeof lines - 1), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_get_many(&map, keys, 2, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_get_many(&map, NULL, 2, places), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_get_many(&map, keys, 2, (void **)(void *)keys), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_get_many(&map, keys, 2, (void **)(void *)lines), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_get_many(&map, NULL, 0, NULL), HEPTAD_OK);
    EQUAL(heptad_sized_map_retain(&map, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_next(&map, NULL, &key, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_next(&map, &position, &key, NULL), 1);
    EQUAL(key, 5);
    EQUAL(heptad_sized_map_next(&map, &position, NULL, NULL), 0);
    CHECK(heptad_sized_map_len(&map) == 1 && has_value(place, BYTES, 5, 1));
    EQUAL(heptad_sized_map_insert(&map, 5, pair, pair + BYTES), 0);
    CHECK(has_value(pair + BYTES, BYTES, 5, 1));
    EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
}

/* By way of a copy nothing changes. */
static void copies(void)
{
    heptad_sized_map map = HEPTAD_INIT, copy;
    void *place;
    EQUAL(make(&map), HEPTAD_OK);
    write_value(value, BYTES, 5, 1);
    EQUAL(heptad_sized_map_insert(&map, 5, value, NULL), 1);
    copy = map;
    EQUAL(heptad_sized_map_insert(&copy, 5, value, NULL), HEPTAD_ERROR_COPY);
    EQUAL(heptad_sized_map_at(&copy, 5, &place), HEPTAD_ERROR_COPY);
    EQUAL(heptad_sized_map_remove(&copy, 5, NULL), HEPTAD_ERROR_COPY);
    EQUAL(heptad_sized_map_clear(&copy), HEPTAD_ERROR_COPY);
    EQUAL(heptad_sized_map_release(&copy, NULL, NULL), HEPTAD_ERROR_COPY);
    CHECK(heptad_sized_map_get(&copy, 5) == heptad_sized_map_get(&map, 5));
    EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = { CASE(handles), CASE(memory), CASE(values), CASE(copies) };
    return RUN(cases);
}
