/* The functions of heptad/inline.h against those of the library: the same answers for hits, misses, displaced and
 * stashed keys, decoys that share tag or home, and for every handle and result that is refused. */
#include "check.h"
#include <heptad/inline.h>

enum { SEED = 0x5eed, MOST_GROUPS = 64 };

static HEPTAD_LINES(lines, 2 * MOST_GROUPS);

/* Same answer, same result. */
static void compare_set(const heptad_set *set, uint64_t key)
{
    EQUAL(heptad_inline_set_contains(set, key), heptad_set_contains(set, key));
    EQUAL(heptad_inline_set_prefetch(set, key), heptad_set_prefetch(set, key));
}

static void compare_map(const heptad_map *map, uint64_t key)
{
    uint64_t one = 1, two = 1;
    EQUAL(heptad_inline_map_get(map, key, &one), heptad_map_get(map, key, &two));
    EQUAL(one, two);
    EQUAL(heptad_inline_map_get(map, key, NULL), heptad_map_get(map, key, NULL));
    EQUAL(heptad_inline_map_prefetch(map, key), heptad_map_prefetch(map, key));
}

enum { MOST_KEYS = 14 * MOST_GROUPS };

/* A batch has the answers of the library's, and writes no further. */
static void compare_batch(const heptad_set *set, const heptad_map *map, const uint64_t *keys, size_t count)
{
    static uint8_t one[MOST_KEYS + 1], two[MOST_KEYS + 1];
    static uint64_t values_one[MOST_KEYS + 1], values_two[MOST_KEYS + 1];
    CHECK(count <= MOST_KEYS);
    one[count] = two[count] = 7;
    values_one[count] = values_two[count] = 7;
    EQUAL(heptad_inline_set_contains_many(set, keys, count, one), heptad_set_contains_many(set, keys, count, two));
    CHECK(memcmp(one, two, count + 1) == 0);
    EQUAL(heptad_inline_map_get_many(map, keys, count, values_one, one),
          heptad_map_get_many(map, keys, count, values_two, two));
    CHECK(memcmp(one, two, count + 1) == 0);
    CHECK(memcmp(values_one, values_two, (count + 1) * sizeof *values_one) == 0);
}

/* Entries of a table: their own hash, and equal to a key that is the same number. The context counts the calls. */
static uint64_t hash_of(uint64_t entry, void *context)
{
    (void)context;
    return entry;
}

static int is_equal(uint64_t entry, const void *key, void *context)
{
    ++*(unsigned *)context;
    return entry == *(const uint64_t *)key;
}

static unsigned calls;

static void compare_table(const heptad_table *table, uint64_t hash, uint64_t key)
{
    uint64_t one = 1, two = 1;
    unsigned before = calls;
    EQUAL(heptad_inline_table_find(table, hash, &key, &one, is_equal), heptad_table_find(table, hash, &key, &two));
    EQUAL(one, two);
    EQUAL(heptad_inline_table_find(table, hash, &key, NULL, is_equal), heptad_table_find(table, hash, &key, NULL));
    EQUAL(heptad_inline_table_prefetch(table, hash), heptad_table_prefetch(table, hash));
    CHECK(!heptad_table_len(table) || key != hash || calls >= before);
}

/* Hashes that are their own keys, of which every third key is one that no entry equals. */
static void compare_table_batch(const heptad_table *table, const uint64_t *hashes, size_t count)
{
    static uint8_t one[MOST_KEYS + 1], two[MOST_KEYS + 1];
    static uint64_t entries_one[MOST_KEYS + 1], entries_two[MOST_KEYS + 1];
    static const void *keys[MOST_KEYS];
    size_t at;
    for (at = 0; at < count; at++) {
        keys[at] = at % 3 == 2 ? &hashes[at - 1] : &hashes[at];
    }
    one[count] = two[count] = 7;
    entries_one[count] = entries_two[count] = 7;
    EQUAL(heptad_inline_table_find_many(table, hashes, keys, count, entries_one, one, is_equal),
          heptad_table_find_many(table, hashes, keys, count, entries_two, two));
    CHECK(memcmp(one, two, count + 1) == 0);
    CHECK(memcmp(entries_one, entries_two, (count + 1) * sizeof *entries_one) == 0);
}

/* A hash of this tag whose home is this group, and one bit in which keys differ. */
static uint64_t hash_with(uint64_t tag, uint64_t home, uint64_t number)
{
    return tag << 57 | number << 20 | home;
}

/* Fills all three with `count` hashes that `choose` gives, and compares on those, and on as many that are absent. */
static void compare_all(size_t groups, int load, size_t count, uint64_t (*choose)(uint64_t number))
{
    heptad_set set = HEPTAD_INIT;
    heptad_map map = HEPTAD_INIT;
    heptad_table table = HEPTAD_INIT;
    static HEPTAD_LINES(map_lines, 2 * MOST_GROUPS);
    static HEPTAD_LINES(table_lines, MOST_GROUPS);
    static uint64_t keys[MOST_KEYS], hashes[MOST_KEYS];
    uint64_t number, hash;

    EQUAL(heptad_set_init(&set, lines, 64 * groups, SEED, load), HEPTAD_OK);
    EQUAL(heptad_map_init(&map, map_lines, 128 * groups, SEED, load), HEPTAD_OK);
    EQUAL(heptad_table_init(&table, table_lines, 64 * groups, load, hash_of, is_equal, &calls), HEPTAD_OK);
    for (number = 0; number < count; number++) {
        hash = choose(number);
        if (heptad_set_insert(&set, heptad_unhash_word(SEED, hash)) == 1) {
            EQUAL(heptad_map_insert(&map, heptad_unhash_word(SEED, hash), ~hash, NULL), 1);
            EQUAL(heptad_table_insert(&table, hash, &hash, hash, NULL), 1);
        }
    }
    for (number = 0; number < 2 * count; number++) {
        hash = choose(number);
        hashes[number] = hash;
        keys[number] = heptad_unhash_word(SEED, hash);
        compare_set(&set, keys[number]);
        compare_map(&map, keys[number]);
        compare_table(&table, hash, hash);
        compare_table(&table, hash, ~hash);
        if (number % 3 == 0) {
            EQUAL(heptad_set_remove(&set, heptad_unhash_word(SEED, hash)),
                  heptad_map_remove(&map, heptad_unhash_word(SEED, hash), NULL));
            heptad_table_remove(&table, hash, &hash, NULL);
        }
    }
    compare_batch(&set, &map, keys, 2 * count);
    compare_table_batch(&table, hashes, 2 * count);
    for (number = 0; number < 2 * count; number++) {
        compare_set(&set, keys[number]);
        compare_map(&map, keys[number]);
        compare_table(&table, choose(number), choose(number));
    }
    heptad_set_release(&set, NULL, NULL);
    heptad_map_release(&map, NULL, NULL);
    heptad_table_release(&table, NULL, NULL);
}

static uint64_t random_hash(uint64_t number)
{
    return heptad_hash_word(1, number);
}

/* Every tag in every home; two neighbours of each. */
static uint64_t every_tag(uint64_t number)
{
    return hash_with(number & 127, number >> 7, number >> 1);
}

/* A flood: all in one home, under tags of one class, so that they fill one pair of groups and are stashed. */
static uint64_t one_pair(uint64_t number)
{
    return hash_with(3 + 8 * (number & 1), 1, number);
}

/* Tags that differ in the lowest bit, at home and displaced: what an inexact match may take for each other. */
static uint64_t near_tags(uint64_t number)
{
    return hash_with(number & 3, number >> 2 & 1, number);
}

static void every_state(void)
{
    static uint64_t (*const choices[])(uint64_t) = { random_hash, every_tag, one_pair, near_tags };
    size_t groups, choice;
    int load;
    for (groups = 1; groups <= MOST_GROUPS; groups *= 2) {
        for (load = HEPTAD_LOAD_15_16; load <= HEPTAD_LOAD_3_4; load++) {
            for (choice = 0; choice < sizeof choices / sizeof choices[0]; choice++) {
                size_t count;
                for (count = 0; count <= 7 * groups; count = 2 * count + 1) {
                    compare_all(groups, load, count, choices[choice]);
                }
                compare_all(groups, load, 7 * groups, choices[choice]);
            }
        }
    }
}

/* The fast path has answered, not the library: `equal` is called through the pointer that was passed. */
static int never_equal(uint64_t entry, const void *key, void *context)
{
    (void)entry, (void)key, (void)context;
    return 0;
}

static void the_fast_path_is_taken(void)
{
    heptad_table table = HEPTAD_INIT;
    uint64_t entry = 5, result = 0;
    const void *keys[1];
    uint8_t found = 7;
    EQUAL(heptad_table_init(&table, lines, 64, HEPTAD_LOAD_15_16, hash_of, is_equal, &calls), HEPTAD_OK);
    EQUAL(heptad_table_insert(&table, entry, &entry, entry, NULL), 1);
    EQUAL(heptad_inline_table_find(&table, entry, &entry, NULL, never_equal), HEPTAD_HAS_INLINE ? 0 : 1);
    EQUAL(heptad_inline_table_find(&table, entry, &entry, NULL, is_equal), 1);
    keys[0] = &entry;
    EQUAL(heptad_inline_table_find_many(&table, &entry, keys, 1, &result, &found, never_equal), HEPTAD_OK);
    EQUAL(found, HEPTAD_HAS_INLINE ? 0 : 1);
    EQUAL(heptad_inline_table_find_many(&table, &entry, keys, 1, &result, &found, is_equal), HEPTAD_OK);
    CHECK(found == 1 && result == 5);
    EQUAL(heptad_inline_table_find_many(&table, &entry, NULL, 1, &result, &found, is_equal), HEPTAD_ERROR_NULL);
    EQUAL(heptad_inline_table_find_many(&table, &entry, keys, 1, &entry, &found, is_equal), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_table_find_many(&table, &entry, keys, 1, &result, (uint8_t *)keys, is_equal),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_table_find_many(&table, &entry, keys, 1, (uint64_t *)(void *)keys, &found, is_equal),
          HEPTAD_ERROR_OVERLAPPING);
}

/* For the table whose `retain` calls. */
static int ask_busy(uint64_t key, void *context)
{
    EQUAL(heptad_inline_set_contains((const heptad_set *)context, key), HEPTAD_ERROR_BUSY);
    EQUAL(heptad_inline_set_prefetch((const heptad_set *)context, key), HEPTAD_ERROR_BUSY);
    return 1;
}

/* Around the number of keys under way. */
static void every_length(void)
{
    heptad_set set = HEPTAD_INIT;
    heptad_map map = HEPTAD_INIT;
    static HEPTAD_LINES(map_lines, 16);
    uint64_t keys[40];
    size_t length;
    EQUAL(heptad_set_init(&set, lines, 512, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(heptad_map_init(&map, map_lines, 1024, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    for (length = 0; length < 40; length++) {
        keys[length] = length / 3;
        if (length % 5) {
            heptad_set_insert(&set, keys[length]);
            EQUAL(heptad_map_insert(&map, keys[length], ~keys[length], NULL) < 0, 0);
        }
    }
    for (length = 0; length <= 40; length++) {
        compare_batch(&set, &map, keys, length);
    }
    heptad_set_release(&set, NULL, NULL);
    heptad_map_release(&map, NULL, NULL);
}

/* A copy of a live handle where no handle may be: the library refuses it; here it may be read, and then rightly. */
static void a_misaligned_copy(void)
{
    unsigned char bytes[sizeof(heptad_set) + 8];
    heptad_set set = HEPTAD_INIT;
    uint64_t keys[2] = { 1, 2 };
    uint8_t found[2] = { 0, 0 };
    size_t shift;
    EQUAL(heptad_set_init(&set, lines, 64, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(heptad_set_insert(&set, 1), 1);
    for (shift = 1; shift < 8; shift++) {
        const heptad_set *copy = (const heptad_set *)(const void *)(bytes + shift);
        int result;
        memcpy(bytes + shift, &set, sizeof set);
        result = heptad_inline_set_contains(copy, 1);
        CHECK(result == 1 || result == HEPTAD_ERROR_MISALIGNED);
        result = heptad_inline_set_contains(copy, 2);
        CHECK(result == 0 || result == HEPTAD_ERROR_MISALIGNED);
        if (HEPTAD_READS_UNALIGNED) {
            /* So it was not the library that answered, nor does it answer batches. */
            EQUAL(result, 0);
            EQUAL(heptad_inline_set_contains_many(copy, keys, 2, found), HEPTAD_OK);
            EQUAL(found[0] * 2 + found[1], 2);
        }
    }
    EQUAL(heptad_set_release(&set, NULL, NULL), HEPTAD_OK);
}

/* What the library refuses of a batch, and the order in which it does. */
static void refused_batches(void)
{
    static HEPTAD_LINES(memory, 4);
    heptad_set set = HEPTAD_INIT, dead = HEPTAD_INIT;
    heptad_map map = HEPTAD_INIT;
    uint64_t words[4] = { 1, 2, 3, 4 };
    unsigned char *bytes = (unsigned char *)words;
    uint8_t found[4];
    EQUAL(heptad_set_init(&set, memory, 128, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(heptad_inline_set_contains_many(NULL, words, 4, found), HEPTAD_ERROR_NULL);
    EQUAL(heptad_inline_set_contains_many(&dead, words, 4, found), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_inline_set_contains_many(&set, NULL, 4, found), HEPTAD_ERROR_NULL);
    EQUAL(heptad_inline_set_contains_many(&set, words, 4, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_inline_set_contains_many(&set, NULL, 0, NULL), HEPTAD_OK);
    EQUAL(heptad_inline_set_contains_many(&set, (uint64_t *)(void *)(bytes + 4), 2, found), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_inline_set_contains_many(&set, words, 4, bytes + 31), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_set_contains_many(&set, words, 2, bytes + 16), HEPTAD_OK);
    EQUAL(heptad_inline_set_contains_many(&set, words, 4, memory), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_set_contains_many(&set, words, 4, memory + 127), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_set_contains_many(&set, words, 4, memory + 128), HEPTAD_OK);
    EQUAL(heptad_inline_set_contains_many(&set, words, 4, (uint8_t *)&set), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_set_contains_many(&set, words, 4, (uint8_t *)&set + 127), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_set_contains_many(&set, words, (size_t)-1, found), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_set_release(&set, NULL, NULL), HEPTAD_OK);

    EQUAL(heptad_map_init(&map, memory, sizeof memory, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(heptad_inline_map_get_many(&map, words, 2, words + 2, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_inline_map_get_many(&map, words, 2, NULL, found), HEPTAD_ERROR_NULL);
    EQUAL(heptad_inline_map_get_many(&map, words, 1, (uint64_t *)(void *)(bytes + 9), found),
          HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_inline_map_get_many(&map, words, 2, words + 1, found), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_map_get_many(&map, words, 2, words + 2, bytes + 31), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_map_get_many(&map, words, 2, (uint64_t *)(void *)(memory + 248), found),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_inline_map_get_many(&map, words, 2, words + 2, found), HEPTAD_OK);
    EQUAL(heptad_map_release(&map, NULL, NULL), HEPTAD_OK);
}

static void refusals(void)
{
    uint64_t words[20] = { 0 }, value;
    unsigned char *bytes = (unsigned char *)words;
    heptad_set set = HEPTAD_INIT, other = HEPTAD_INIT;
    heptad_map map = HEPTAD_INIT;

    EQUAL(heptad_inline_set_contains(NULL, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_inline_map_get(NULL, 1, &value), HEPTAD_ERROR_NULL);
    EQUAL(heptad_inline_table_find(NULL, 1, NULL, &value, is_equal), HEPTAD_ERROR_NULL);
    EQUAL(heptad_inline_set_contains((const heptad_set *)(const void *)(bytes + 4), 1), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_inline_set_contains((const heptad_set *)(const void *)words, 1), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_inline_set_contains(&set, 1), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_inline_map_prefetch(&map, 1), HEPTAD_ERROR_HANDLE);

    EQUAL(heptad_set_init(&set, lines, 64, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(heptad_set_insert(&set, 1), 1);
    EQUAL(heptad_inline_set_contains(&set, 1), 1);
    EQUAL(heptad_inline_map_get((const heptad_map *)(const void *)&set, 1, NULL), HEPTAD_ERROR_HANDLE);
    EQUAL(heptad_set_retain(&set, ask_busy, &set), HEPTAD_OK);
    other = set;
    other.version++;
    EQUAL(heptad_inline_set_contains(&other, 1), HEPTAD_ERROR_VERSION);
    EQUAL(heptad_set_release(&set, NULL, NULL), HEPTAD_OK);
    EQUAL(heptad_inline_set_contains(&set, 1), HEPTAD_ERROR_HANDLE);

    EQUAL(heptad_map_init(&map, lines, 128, SEED, HEPTAD_LOAD_15_16), HEPTAD_OK);
    EQUAL(heptad_map_insert(&map, 1, 2, NULL), 1);
    EQUAL(heptad_inline_map_get(&map, 1, (uint64_t *)(void *)(bytes + 1)), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_inline_map_get(&map, 3, (uint64_t *)(void *)(bytes + 1)), HEPTAD_ERROR_MISALIGNED);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(every_state), CASE(every_length), CASE(the_fast_path_is_taken), CASE(refusals), CASE(refused_batches),
        CASE(a_misaligned_copy)
    };
    return RUN(cases);
}
