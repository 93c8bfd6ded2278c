/* heptad/typed.h: maps of any keys and values, beside arrays that say what is in them. */
#include "counting.h"
#include <heptad/typed.h>

typedef struct point {
    int x, y;
} point;

typedef struct color {
    unsigned char parts[3];
} color;

#define POINT_HASH(seed, key) heptad_hash_word(seed, (uint64_t)(uint32_t)(key).x << 32 | (uint32_t)(key).y)
#define POINT_EQUAL(one, other) ((one).x == (other).x && (one).y == (other).y)
HEPTAD_TYPED_MAP(colors, point, color, POINT_HASH, POINT_EQUAL)

/* All keys have one hash. */
#define SAME_HASH(seed, key) ((void)(key), (seed))
HEPTAD_TYPED_MAP(flood, uint16_t, double, SAME_HASH, HEPTAD_EQUAL)

HEPTAD_STRING_MAP(words, unsigned)
HEPTAD_BORROWED_STRING_MAP(names, const char *)

enum { SEED = 5, SIDE = 60 };

static point point_of(int x, int y)
{
    point it;
    it.x = x;
    it.y = y;
    return it;
}

static void structs(void)
{
    static unsigned char there[SIDE][SIDE];
    colors map;
    colors_entry *entry;
    color red = { { 255, 0, 1 } };
    size_t expected = 0, seen = 0;
    int x, y, round;
    EQUAL(colors_init(&map, &counting, SEED), HEPTAD_OK);
    for (round = 0; round < 20000; round++) {
        uint64_t chance = heptad_hash_word(1, (uint64_t)round);
        x = (int)(chance % SIDE), y = (int)(chance >> 32) % SIDE;
        y = y < 0 ? -y : y;
        if (chance >> 60 < 9) {
            red.parts[1] = (unsigned char)x;
            EQUAL(colors_put(&map, point_of(x, y), red), !there[x][y]);
            expected += !there[x][y];
            there[x][y] = 1;
        } else {
            EQUAL(colors_remove(&map, point_of(x, y)), there[x][y]);
            expected -= there[x][y];
            there[x][y] = 0;
        }
        EQUAL(map.count, expected);
    }
    for (x = 0; x < SIDE; x++) {
        for (y = 0; y < SIDE; y++) {
            color *found = colors_find(&map, point_of(x, y));
            EQUAL(found != NULL, there[x][y]);
            CHECK(!found || (found->parts[0] == 255 && found->parts[1] == x));
        }
    }
    HEPTAD_FOR_EACH(entry, &map) {
        EQUAL(there[entry->key.x][entry->key.y], 1);
        seen++;
        if (entry->key.x % 2) {
            there[entry->key.x][entry->key.y] = 0;
            EQUAL(colors_remove_entry(&map, entry), 1);
        }
    }
    EQUAL(seen, expected);
    for (x = 0; x < SIDE; x++) {
        for (y = 0; y < SIDE; y++) {
            EQUAL(colors_find(&map, point_of(x, y)) != NULL, there[x][y]);
        }
    }
    EQUAL(colors_release(&map), HEPTAD_OK);
    expect_nothing_left();
}

static void equal_hashes(void)
{
    flood map;
    uint16_t key;
    EQUAL(flood_init(&map, &counting, SEED), HEPTAD_OK);
    for (key = 0; key < 300; key++) {
        EQUAL(flood_put(&map, key, key / 2.0), 1);
    }
    for (key = 0; key < 300; key += 3) {
        EQUAL(flood_remove(&map, key), 1);
    }
    for (key = 0; key < 600; key++) {
        double *found = flood_find(&map, key);
        EQUAL(found != NULL, key < 300 && key % 3);
        CHECK(!found || *found == key / 2.0);
    }
    EQUAL(flood_release(&map), HEPTAD_OK);
    expect_nothing_left();
}

static unsigned visited;

static void visit(words_entry *entry, void *context)
{
    CHECK(context == (void *)&visited && entry->key.start[entry->key.count] == 0);
    visited += entry->value;
}

static void strings(void)
{
    words map;
    char word[20];
    unsigned number;
    EQUAL(words_init(&map, &counting, SEED), HEPTAD_OK);
    for (number = 0; number < 3000; number++) {
        unsigned *value;
        sprintf(word, "%u", number % 1000); /* over the bytes of the one before */
        value = words_at(&map, heptad_text_of(word));
        EQUAL(*value, number / 1000);
        ++*value;
    }
    EQUAL(map.count, 1000);
    EQUAL(pieces, 1002);
    EQUAL(words_remove(&map, heptad_text_of("999")), 1);
    EQUAL(words_remove(&map, heptad_text_of("999")), 0);
    EQUAL(words_remove(&map, heptad_text_of("")), 0);
    EQUAL(pieces, 1001);
    EQUAL(words_put(&map, heptad_text_of(""), 4), 1);
    words_clear(&map, visit, &visited);
    EQUAL(visited, 3 * 999 + 4);
    EQUAL(pieces, 2);
    CHECK(words_find(&map, heptad_text_of("1")) == NULL);
    EQUAL(words_put(&map, heptad_text_of("1"), 4), 1);
    EQUAL(words_release(&map), HEPTAD_OK);
    expect_nothing_left();
}

static void borrowed_strings(void)
{
    static const char zeros[] = "a\0b\0c";
    names map;
    heptad_text text = { zeros, 3 };
    EQUAL(names_init(&map, &counting, SEED), HEPTAD_OK);
    EQUAL(names_put(&map, text, "a, zero, b"), 1);
    EQUAL(names_put(&map, heptad_text_of(zeros), "a"), 1);
    EQUAL(pieces, 2);
    CHECK(map.entries[0].key.start == zeros);
    CHECK(strcmp(*names_find(&map, text), "a, zero, b") == 0);
    text.count = 5;
    CHECK(names_find(&map, text) == NULL);
    EQUAL(names_release(&map), HEPTAD_OK);
    expect_nothing_left();
}

/* Each allocation fails once: the call says so, nothing is lost, and the same call succeeds after it. */
static void refused_memory_changes_nothing(void)
{
    words map;
    char word[20];
    unsigned number, refused = 0;
    failing = 0;
    EQUAL(words_init(&map, &counting, SEED), HEPTAD_ERROR_MEMORY);
    failing = -1;
    EQUAL(words_init(&map, &counting, SEED), HEPTAD_OK);
    for (number = 0; number < 1000; number++) {
        long nth;
        sprintf(word, "%u", number);
        for (nth = 0;; nth++) {
            int result;
            failing = nth;
            result = words_put(&map, heptad_text_of(word), number);
            failing = -1;
            if (result == 1) {
                break;
            }
            EQUAL(result, HEPTAD_ERROR_MEMORY);
            EQUAL(map.count, number);
            CHECK(words_find(&map, heptad_text_of(word)) == NULL);
            refused++;
        }
    }
    CHECK(refused > 1010);
    failing = 0;
    CHECK(words_at(&map, heptad_text_of("new")) == NULL);
    failing = -1;
    for (number = 0; number < 1000; number++) {
        sprintf(word, "%u", number);
        EQUAL(*words_find(&map, heptad_text_of(word)), number);
    }
    EQUAL(words_release(&map), HEPTAD_OK);
    expect_nothing_left();
}

/* Under the sanitizers: no pointer is moved off null, or before the first entry. */
static void maps_without_entries(void)
{
    colors map;
    colors_entry *entry;
    EQUAL(colors_init(&map, &counting, SEED), HEPTAD_OK);
    HEPTAD_FOR_EACH(entry, &map) {
        CHECK(0);
    }
    CHECK(entry == map.entries);
    EQUAL(colors_remove(&map, point_of(1, 2)), 0);
    EQUAL(colors_release(&map), HEPTAD_OK);
    expect_nothing_left();
}

/* A map of zeros, one that was released, and one that was never made, whatever stood there. */
static void dead_maps(void)
{
    static words zeros;
    words map;
    memset(&map, 0xEE, sizeof map);
    EQUAL(words_init(&map, NULL, SEED), HEPTAD_ERROR_NULL);
    EQUAL(words_put(&map, heptad_text_of("a"), 1), HEPTAD_ERROR_HANDLE);
    EQUAL(words_init(&map, &counting, SEED), HEPTAD_OK);
    EQUAL(words_release(&map), HEPTAD_OK);
    EQUAL(words_put(&map, heptad_text_of("a"), 1), HEPTAD_ERROR_HANDLE);
    EQUAL(words_release(&map), HEPTAD_ERROR_HANDLE);
    EQUAL(words_put(&zeros, heptad_text_of("a"), 1), HEPTAD_ERROR_HANDLE);
    CHECK(words_at(&zeros, heptad_text_of("a")) == NULL);
    EQUAL(words_remove(&zeros, heptad_text_of("a")), HEPTAD_ERROR_HANDLE);
    EQUAL(words_release(&zeros), HEPTAD_ERROR_HANDLE);
    expect_nothing_left();
}

static void count_visits(words_entry *entry, void *context)
{
    CHECK(entry->key.count > 0);
    ++*(unsigned *)context;
}

/* By way of a copy nothing goes in or out, and no memory is released. */
static void copies(void)
{
    words map, copy;
    char word[20];
    unsigned number, visits = 0;
    long before;
    EQUAL(words_init(&map, &counting, SEED), HEPTAD_OK);
    for (number = 0; number < 8; number++) {
        sprintf(word, "%u", number);
        EQUAL(words_put(&map, heptad_text_of(word), number), 1);
    }
    EQUAL(map.count, map.room);
    copy = map;
    before = pieces;
    EQUAL(words_put(&copy, heptad_text_of("8"), 8), HEPTAD_ERROR_COPY);
    CHECK(words_at(&copy, heptad_text_of("8")) == NULL);
    EQUAL(words_remove(&copy, heptad_text_of("7")), HEPTAD_ERROR_COPY);
    EQUAL(words_clear(&copy, count_visits, &visits), HEPTAD_ERROR_COPY);
    EQUAL(words_release(&copy), HEPTAD_ERROR_COPY);
    EQUAL(visits, 0);
    EQUAL(pieces, before);
    for (number = 0; number < 8; number++) {
        sprintf(word, "%u", number);
        EQUAL(*words_find(&map, heptad_text_of(word)), number);
    }
    EQUAL(words_clear(&map, count_visits, &visits), HEPTAD_OK);
    EQUAL(visits, 8);
    EQUAL(words_release(&map), HEPTAD_OK);
    expect_nothing_left();
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(structs), CASE(equal_hashes), CASE(strings), CASE(borrowed_strings),
        CASE(refused_memory_changes_nothing), CASE(maps_without_entries), CASE(dead_maps), CASE(copies),
    };
    return RUN(cases);
}
