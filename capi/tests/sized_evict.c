/* heptad_sized_map as a cache in fixed memory. */
#include "sized.h"

struct times {
    uint64_t last_seen;
    unsigned char name[16];
};

static HEPTAD_LINES(lines, GROUPS * (1 + 3));
static heptad_sized_map map = HEPTAD_INIT;

static size_t oldest(const heptad_sized_entry *entries, size_t count, void *context)
{
    size_t at, best = 0;
    CHECK(count >= 1 && count <= 14);
    for (at = 0; at < count; at++) {
        const struct times *times = (const struct times *)entries[at].value;
        EQUAL(times->last_seen, entries[at].key);
        best = times->last_seen < ((const struct times *)entries[best].value)->last_seen ? at : best;
    }
    EQUAL(heptad_sized_map_remove(&map, 1, NULL), HEPTAD_ERROR_BUSY);
    ++*(unsigned *)context;
    return best;
}

/* One that is too large stands for the last. */
static size_t too_large(const heptad_sized_entry *entries, size_t count, void *context)
{
    *(uint64_t *)context = entries[count - 1].key;
    return count + 7;
}

static void make(void)
{
    EQUAL(heptad_sized_map_init(&map, lines, sizeof lines, SEED, HEPTAD_LOAD_15_16, sizeof(struct times)), HEPTAD_OK);
    EQUAL(heptad_sized_map_capacity(&map), ENTRIES);
}

static void a_cache(void)
{
    struct times times = { 0, { 0 } }, old = { 0, { 0 } };
    unsigned calls = 0;
    uint64_t key, old_key = 0, seen = 0, sum = 0, gone = 0;
    size_t position = 0;
    void *place;
    make();
    for (key = 0; key < 2000; key++) {
        int expected = key < ENTRIES ? 1 : 2;
        times.last_seen = key;
        write_value(times.name, sizeof times.name, key, 1);
        EQUAL(heptad_sized_map_insert_evicting(&map, key, &times, oldest, &calls, &old_key, &old), expected);
        sum += key;
        if (expected == 2) {
            CHECK(old.last_seen == old_key && has_value(old.name, sizeof old.name, old_key, 1));
            CHECK(!heptad_sized_map_get(&map, old_key));
            gone += old_key;
        }
        EQUAL(heptad_sized_map_insert_evicting(&map, key, &times, oldest, &calls, &old_key, &old), 0);
        CHECK(old_key == key && old.last_seen == key);
        EQUAL(heptad_sized_map_len(&map), key < ENTRIES ? key + 1 : ENTRIES);
    }
    EQUAL(calls, 2000 - ENTRIES);
    while (heptad_sized_map_next(&map, &position, &key, &place) == 1) {
        const struct times *its = (const struct times *)place;
        CHECK(its->last_seen == key && has_value(its->name, sizeof its->name, key, 1));
        seen += key;
    }
    EQUAL(seen + gone, sum);
    key = 0;
    EQUAL(heptad_sized_map_insert_evicting(&map, 5000, &times, too_large, &key, &old_key, NULL), 2);
    EQUAL(old_key, key);
    EQUAL(heptad_sized_map_insert_evicting(&map, 5001, &times, too_large, &key, NULL, NULL), 2);
    EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
}

static void refusals(void)
{
    struct times times = { 0, { 0 } };
    uint64_t key = 0;
    struct times pair[2] = { { 0, { 0 } }, { 0, { 0 } } };
    char *two = (char *)(void *)pair;
    make();
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, &times, NULL, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, NULL, oldest, NULL, NULL, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, two, oldest, NULL, &key, two), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, two, oldest, NULL, &key, two + sizeof times - 1),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, lines, oldest, NULL, &key, NULL), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, two, oldest, NULL, &key, &map), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, pair, oldest, NULL, (uint64_t *)(void *)lines, NULL),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, pair, oldest, NULL, (uint64_t *)(void *)&map, NULL),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, pair, oldest, NULL, &pair[0].last_seen, NULL),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, pair, oldest, NULL, &pair[1].last_seen, pair + 1),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_sized_map_len(&map), 0);
    EQUAL(heptad_sized_map_insert_evicting(&map, 1, pair, oldest, NULL, &key, pair + 1), 1);
    EQUAL(heptad_sized_map_release(&map, NULL, NULL), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = { CASE(a_cache), CASE(refusals) };
    return RUN(cases);
}
