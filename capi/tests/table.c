/* Tables of the caller's entries, from C: indices into an array of names. */
#include "check.h"

static HEPTAD_LINES(lines, 16);
static HEPTAD_LINES(large_lines, 64);

static const char *const names[] = { "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben" };
enum { NAMES = sizeof names / sizeof names[0] };

static uint64_t hash_of(const char *name)
{
    return heptad_hash_bytes(7, name, strlen(name));
}

static uint64_t hash_entry(uint64_t entry, void *context)
{
    return hash_of(((const char *const *)context)[entry & 0xff]);
}

static int equal_entry(uint64_t entry, const void *key, void *context)
{
    return strcmp(((const char *const *)context)[entry & 0xff], key) == 0;
}

static void make(heptad_table *table)
{
    heptad_table unmade = HEPTAD_INIT;
    *table = unmade;
    EQUAL(heptad_table_init(table, lines, sizeof lines, HEPTAD_LOAD_15_16, hash_entry, equal_entry,
                            (void *)names),
          HEPTAD_OK);
}

static void fill(heptad_table *table)
{
    uint64_t index;
    make(table);
    for (index = 0; index < NAMES; index++) {
        EQUAL(heptad_table_insert(table, hash_of(names[index]), names[index], index, NULL), 1);
    }
}

static void entries_are_found_by_key(void)
{
    heptad_table table;
    uint64_t index, entry = 99;
    fill(&table);
    for (index = 0; index < NAMES; index++) {
        const char *name = names[index];
        EQUAL(heptad_table_prefetch(&table, hash_of(name)), HEPTAD_OK);
        EQUAL(heptad_table_find(&table, hash_of(name), name, &entry), 1);
        EQUAL(entry, index);
        EQUAL(heptad_table_insert(&table, hash_of(name), name, 0x100 | index, &entry), 0);
        EQUAL(entry, index);
        EQUAL(heptad_table_replace(&table, hash_of(name), name, 0x100 | index, &entry), 1);
        EQUAL(entry, index);
        EQUAL(heptad_table_find(&table, hash_of(name), name, &entry), 1);
        EQUAL(entry, 0x100 | index);
    }
    entry = 99;
    EQUAL(heptad_table_find(&table, hash_of("acht"), "acht", &entry), 0);
    EQUAL(heptad_table_replace(&table, hash_of("acht"), "acht", 3, &entry), 0);
    EQUAL(heptad_table_remove(&table, hash_of("acht"), "acht", &entry), 0);
    EQUAL(entry, 99);
    EQUAL(heptad_table_remove(&table, hash_of("drei"), "drei", &entry), 1);
    EQUAL(entry, 0x102);
    EQUAL(heptad_table_find(&table, hash_of("drei"), "drei", NULL), 0);
    EQUAL(heptad_table_len(&table), NAMES - 1);
    EQUAL(heptad_table_clear(&table), HEPTAD_OK);
    EQUAL(heptad_table_len(&table), 0);
}

static void batches_answer_as_single_calls(void)
{
    heptad_table table;
    uint64_t hashes[40], entries[40];
    const void *keys[40];
    uint8_t found[40];
    size_t index;
    fill(&table);
    for (index = 0; index < 40; index++) {
        const char *name = index % 2 == 0 ? names[index / 2 % NAMES] : "nichts";
        keys[index] = name;
        hashes[index] = hash_of(name);
    }
    EQUAL(heptad_table_find_many(&table, hashes, keys, 40, entries, found), HEPTAD_OK);
    for (index = 0; index < 40; index++) {
        EQUAL(found[index], index % 2 == 0);
        EQUAL(entries[index], index % 2 == 0 ? index / 2 % NAMES : 0);
    }
}

static int keep_small(uint64_t entry, void *context)
{
    (void)context;
    return entry < 3;
}

static void walks_see_each_entry_once(void)
{
    heptad_table table;
    uint64_t entry, seen = 0;
    size_t position = 0;
    fill(&table);
    while (heptad_table_next(&table, &position, &entry) == 1) {
        CHECK((seen >> entry & 1) == 0);
        seen |= (uint64_t)1 << entry;
    }
    EQUAL(seen, (1 << NAMES) - 1);
    EQUAL(heptad_table_retain(&table, keep_small, NULL), HEPTAD_OK);
    EQUAL(heptad_table_len(&table), 3);
}

static void a_table_moves_by_its_hash(void)
{
    heptad_table table;
    heptad_stats stats;
    uint64_t index, entry;
    void *memory;
    fill(&table);
    EQUAL(heptad_table_move(&table, large_lines, sizeof large_lines, &memory, NULL), HEPTAD_OK);
    CHECK(memory == lines);
    EQUAL(heptad_table_capacity(&table), 420);
    for (index = 0; index < NAMES; index++) {
        EQUAL(heptad_table_find(&table, hash_of(names[index]), names[index], &entry), 1);
        EQUAL(entry, index);
    }
    EQUAL(heptad_table_stats(&table, &stats), HEPTAD_OK);
    EQUAL(stats.len, NAMES);
    EQUAL(heptad_table_release(&table, &memory, NULL), HEPTAD_OK);
    CHECK(memory == large_lines);
}

static int equal_number(uint64_t entry, const void *key, void *context)
{
    (void)context;
    return entry == *(const uint64_t *)key;
}

static uint64_t hash_badly(uint64_t entry, void *context)
{
    (void)entry, (void)context;
    return 42;
}

/* A hash that is always the same makes a slow table, and no wrong one. */
static void a_bad_hash_is_only_slow(void)
{
    heptad_table table = HEPTAD_INIT;
    heptad_stats stats;
    uint64_t number, entry;
    EQUAL(heptad_table_init(&table, lines, sizeof lines, HEPTAD_LOAD_15_16, hash_badly, equal_number,
                            NULL),
          HEPTAD_OK);
    for (number = 0; number < 105; number++) {
        EQUAL(heptad_table_insert(&table, 42, &number, number, NULL), 1);
    }
    EQUAL(heptad_table_insert(&table, 42, &number, number, NULL), HEPTAD_ERROR_FULL);
    EQUAL(heptad_table_stats(&table, &stats), HEPTAD_OK);
    EQUAL(stats.stashed, 105 - 14);
    EQUAL(heptad_table_move(&table, large_lines, sizeof large_lines, NULL, NULL), HEPTAD_OK);
    for (number = 0; number < 105; number++) {
        EQUAL(heptad_table_remove(&table, 42, &number, &entry), 1);
        EQUAL(entry, number);
    }
    EQUAL(heptad_table_len(&table), 0);
}

static int is_same(uint64_t entry, const void *key, void *context)
{
    (void)context;
    return entry >> 8 == *(const uint64_t *)key;
}

static uint64_t hash_high(uint64_t entry, void *context)
{
    (void)context;
    return heptad_hash_word(3, entry >> 8);
}

/* Notes which of the entries of one key came, until the fourth. */
static int note_low(uint64_t entry, void *context)
{
    unsigned *seen = context;
    CHECK((*seen >> (entry & 0xff) & 1) == 0);
    *seen |= 1u << (entry & 0xff);
    return *seen != 15;
}

static void several_entries_of_one_key(void)
{
    heptad_table table = HEPTAD_INIT;
    uint64_t key, number, entry;
    unsigned seen;
    EQUAL(heptad_table_init(&table, lines, sizeof lines, HEPTAD_LOAD_15_16, hash_high, is_same, NULL),
          HEPTAD_OK);
    for (number = 0; number < 4; number++) {
        for (key = 0; key < 20; key++) {
            if (number < 3 || key == 7) {
                EQUAL(heptad_table_insert_unique(&table, hash_high(key << 8, NULL),
                                                 key << 8 | number),
                      HEPTAD_OK);
            }
        }
    }
    for (key = 0; key < 21; key++) {
        seen = 0;
        EQUAL(heptad_table_each(&table, hash_high(key << 8, NULL), &key, note_low, &seen), key != 7);
        EQUAL(seen, key == 20 ? 0 : key == 7 ? 15 : 7);
    }
    EQUAL(heptad_table_each(&table, 1, &key, NULL, NULL), HEPTAD_ERROR_NULL);
    key = 7;
    for (number = 0; number < 4; number++) {
        EQUAL(heptad_table_remove(&table, hash_high(key << 8, NULL), &key, &entry), 1);
        EQUAL(entry >> 8, 7);
    }
    EQUAL(heptad_table_find(&table, hash_high(key << 8, NULL), &key, NULL), 0);
    while (heptad_table_len(&table) < 105) {
        EQUAL(heptad_table_insert_unique(&table, hash_high(key << 8, NULL), key << 8), HEPTAD_OK);
        key++;
    }
    EQUAL(heptad_table_insert_unique(&table, 1, 1), HEPTAD_ERROR_FULL);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(entries_are_found_by_key),
        CASE(batches_answer_as_single_calls),
        CASE(walks_see_each_entry_once),
        CASE(a_table_moves_by_its_hash),
        CASE(a_bad_hash_is_only_slow),
        CASE(several_entries_of_one_key),
    };
    return RUN(cases);
}
