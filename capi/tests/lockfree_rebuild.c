/* Maps without a lock, from C: rebuilt, reclaimed. */
#include "lockfree.h"

static HEPTAD_LINES(other_lines, LINES);

/* Moves a map again and again, between any two steps of which everything answers as before. */
static void move_about(heptad_lockfree *map)
{
    static HEPTAD_LINES(first_room, 2 * LINES);
    static HEPTAD_LINES(second_room, 2 * LINES);
    unsigned char *rooms[2];
    uint64_t key, value, seed = 0;
    void *memory;
    size_t bytes;
    int round, result;
    rooms[0] = first_room;
    rooms[1] = second_room;
    for (key = 0; key < 200; key++) {
        EQUAL(heptad_lockfree_get_or_insert(map, key, key * 3, NULL), 1);
    }
    EQUAL(heptad_lockfree_needs_rebuild(map), 0);
    EQUAL(heptad_lockfree_rebuild_if_needed(map, rooms[0], sizeof first_room, 1),
          HEPTAD_ERROR_NOT_REQUIRED);
    for (round = 0; round < 2; round++) {
        EQUAL(heptad_lockfree_rebuild(map, rooms[round], sizeof first_room, 100 + (uint64_t)round),
              HEPTAD_OK);
        EQUAL(heptad_lockfree_rebuild(map, other_lines, sizeof other_lines, 1), HEPTAD_ERROR_BUSY);
        key = 0;
        while ((result = heptad_lockfree_help(map, 1)) == 0) {
            EQUAL(heptad_lockfree_get(map, key, &value), 1);
            EQUAL(value, key * 3);
            EQUAL(heptad_lockfree_remove(map, key, NULL), 1);
            EQUAL(heptad_lockfree_get_or_insert(map, key, key * 3, NULL), 1);
            key = (key + 7) % 200;
        }
        EQUAL(result, 1);
        EQUAL(heptad_lockfree_len(map), 200);
        EQUAL(heptad_lockfree_check(map), HEPTAD_OK);
        EQUAL(heptad_lockfree_seed(map, &seed), HEPTAD_OK);
        EQUAL(seed, 100 + round);
    }
    EQUAL(heptad_lockfree_rebuild(map, lines + 1, 640, 1), HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_rebuild(map, NULL, 640, 1), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_rebuild(map, other_lines, 3200, 1), HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_rebuild(map, map, 1 << 20, 1), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_reclaim(map, NULL, &bytes), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_reclaim(map, &memory, NULL), HEPTAD_ERROR_NULL);
}

static void count_piece(void *memory, size_t bytes, void *context)
{
    CHECK(memory != NULL && bytes >= sizeof lines);
    ++*(unsigned *)context;
}

/* The old memory comes back at the release, or, where operations are counted, as soon as nobody is in it:
 * which the caller's functions are asked for here. */
static uint64_t entered, left;
static int quiet;

static uint64_t enter(void *context)
{
    (void)context;
    return entered++;
}

static void leave(uint64_t inside, void *context)
{
    (void)context;
    CHECK(inside < entered);
    left++;
}

static uint64_t start_waiting(void *context)
{
    (void)context;
    return entered;
}

static int has_elapsed(uint64_t started, void *context)
{
    (void)context;
    CHECK(started <= entered);
    return quiet;
}

static void rebuilt_under_each_way_to_reclaim(void)
{
    static HEPTAD_LINES(counters, HEPTAD_COUNTER_LINES);
    heptad_lockfree map = HEPTAD_INIT;
    heptad_reclaim reclaim;
    unsigned pieces = 0;
    void *memory = NULL;
    size_t bytes = 0;

    make(&map);
    move_about(&map);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 0);
    EQUAL(heptad_lockfree_release(&map, count_piece, &pieces), HEPTAD_OK);
    EQUAL(pieces, 3);

    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, NULL, sizeof counters),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, counters + 8, 16 * 64),
          HEPTAD_ERROR_MISALIGNED);
    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, counters, 16 * 64),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, lines, sizeof counters),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 1, counters, sizeof counters),
          HEPTAD_OK);
    move_about(&map);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 1);
    CHECK(memory == lines && bytes > 0 && bytes <= sizeof lines);
    memset(lines, 0xee, sizeof lines);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 1);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 0);
    EQUAL(heptad_lockfree_len(&map), 200);
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
    pieces = 0;
    EQUAL(heptad_lockfree_release(&map, count_piece, &pieces), HEPTAD_OK);
    EQUAL(pieces, 1);

    memset(&reclaim, 0, sizeof reclaim);
    reclaim.on_enter = enter;
    reclaim.on_leave = leave;
    reclaim.start = start_waiting;
    EQUAL(heptad_lockfree_init_with(&map, lines, sizeof lines, 1, NULL), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_init_with(&map, lines, sizeof lines, 1, &reclaim), HEPTAD_ERROR_NULL);
    reclaim.has_elapsed = has_elapsed;
    EQUAL(heptad_lockfree_init_with(&map, lines, sizeof lines, 1, &reclaim), HEPTAD_OK);
    move_about(&map);
    CHECK(entered > 400 && entered == left);
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 0);
    quiet = 1;
    EQUAL(heptad_lockfree_reclaim(&map, &memory, &bytes), 1);
    CHECK(memory == lines);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_OK);
}

/* Memory of the map's own tables, of its counters or of its handle is no memory for a rebuild. */
static void no_rebuild_into_itself(void)
{
    static HEPTAD_LINES(counters, HEPTAD_COUNTER_LINES);
    heptad_lockfree map = HEPTAD_INIT;
    uint64_t key;
    EQUAL(heptad_lockfree_init_counted(&map, lines, sizeof lines, 7, counters, sizeof counters),
          HEPTAD_OK);
    for (key = 0; key < 100; key++) {
        EQUAL(heptad_lockfree_get_or_insert(&map, key, key, NULL), 1);
    }
    EQUAL(heptad_lockfree_rebuild(&map, lines, sizeof lines, 2), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_rebuild(&map, (char *)lines + 64, sizeof lines - 64, 2),
          HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_rebuild(&map, counters, sizeof counters, 2), HEPTAD_ERROR_OVERLAPPING);
    /* Nor into what it had before, as long as that was not returned. */
    EQUAL(heptad_lockfree_rebuild(&map, other_lines, sizeof other_lines, 2), HEPTAD_OK);
    EQUAL(heptad_lockfree_help(&map, 100000), 1);
    EQUAL(heptad_lockfree_rebuild(&map, lines, sizeof lines, 3), HEPTAD_ERROR_OVERLAPPING);
    EQUAL(heptad_lockfree_len(&map), 100);
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_OK);
}

/* In the middle of a healthy rebuild nothing is held, and all entries are there. */
static void figures_in_a_rebuild(void)
{
    heptad_lockfree map;
    heptad_shared_stats stats;
    uint64_t key;
    size_t released = 77;
    make(&map);
    for (key = 0; key < ENTRIES; key++) {
        EQUAL(heptad_lockfree_get_or_insert(&map, key, key, NULL), 1);
    }
    EQUAL(heptad_lockfree_rebuild(&map, other_lines, sizeof other_lines, 2), HEPTAD_OK);
    EQUAL(heptad_lockfree_help(&map, 60), 0);
    EQUAL(heptad_lockfree_stats(&map, &stats), HEPTAD_OK);
    EQUAL(stats.entries, ENTRIES);
    EQUAL(stats.reserved, 0);
    EQUAL(stats.most_reserved, 0);
    EQUAL(heptad_lockfree_len(&map), ENTRIES);
    EQUAL(heptad_lockfree_needs_rebuild(&map), 0);
    EQUAL(heptad_lockfree_repair(&map, &released), HEPTAD_OK);
    EQUAL(released, 0);
    EQUAL(heptad_lockfree_repair(&map, NULL), HEPTAD_OK);
    EQUAL(heptad_lockfree_repair(NULL, &released), HEPTAD_ERROR_NULL);
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
    EQUAL(heptad_lockfree_len(&map), ENTRIES);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(no_rebuild_into_itself),
        CASE(figures_in_a_rebuild),
        CASE(rebuilt_under_each_way_to_reclaim),
    };
    return RUN(cases);
}
