/* What functions take of the stack: each runs on a stack of its own that was painted before. docs/kernel.md has
 * what the frames of the Rust operations add up to; this is what calls from C touch in tables that are full. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <signal.h>

enum { STACK = 128 * 1024, PAINT = 0xa7 };

static HEPTAD_LINES(lines, 512);
static HEPTAD_LINES(other_lines, 512);
static HEPTAD_LINES(more_lines, 1024);
static unsigned char stack[STACK];
static heptad_set set;
static heptad_map map;
static heptad_sized_map sized_map;
static heptad_table table;
static heptad_robin robin, other_robin, third_robin;
static heptad_lockfree lockfree;
static heptad_indirect indirect;
static uint64_t keys[100], values[100], references[100], next_key;
static const void *pointers[100];
static void *places[100];
static uint8_t found[100];
static volatile size_t deepest;
static void (*volatile function)(void);

static uint64_t hash_entry(uint64_t entry, void *context) { (void)context; return heptad_hash_word(1, entry); }
static int equal_entry(uint64_t entry, const void *key, void *context)
{
    (void)context;
    return entry == *(const uint64_t *)key;
}
static int keep(uint64_t key, void *context) { (void)key, (void)context; return 1; }
static int visit(uint64_t key, uint64_t value, void *context) { (void)key, (void)value, (void)context; return 1; }

static void on_signal(int number)
{
    volatile unsigned char here = 0;
    size_t touched;
    (void)number;
    function();
    for (touched = 0; stack[touched] == PAINT; touched++) {
    }
    deepest = (size_t)((volatile unsigned char *)&here - stack) - touched;
}

/* Below the handler's frame `call` touches `most` bytes at the most. */
static void measure(const char *name, void (*call)(void), size_t most)
{
    memset(stack, PAINT, sizeof stack);
    function = call;
#if defined(WATCHED_BY_VALGRIND)
    call();
    deepest = 1;
#else
    raise(SIGUSR1);
#endif
#if !defined(__SANITIZE_ADDRESS__)
    if (deepest > most) {
        printf("%s takes %lu bytes of the stack\n", name, (unsigned long)deepest);
        exit(1);
    }
#endif
    CHECK(deepest > 0 && most > 0 && name != NULL);
}

static void set_init(void) { EQUAL(heptad_set_init(&set, lines, sizeof lines, 1, HEPTAD_LOAD_15_16), 0); }
static void set_fill(void) { while (heptad_set_insert(&set, next_key++) == 1) { } }
static void set_churn(void)
{
    uint64_t key;
    for (key = 0; key < 2000; key++) {
        heptad_set_remove(&set, key);
        heptad_set_insert(&set, next_key++);
    }
}
static void set_batch(void) { EQUAL(heptad_set_contains_many(&set, keys, 100, found), 0); }
static void set_batch_in(void) { heptad_set_insert_many(&set, keys, 100, NULL); }
static void set_move(void) { EQUAL(heptad_set_move(&set, other_lines, sizeof other_lines, 2, NULL, NULL), 0); }
static void set_retain(void) { EQUAL(heptad_set_retain(&set, keep, NULL), 0); }
static size_t choose_last(const heptad_entry *entries, size_t count, void *context)
{
    (void)entries, (void)context;
    return count - 1;
}
static void map_all(void)
{
    uint64_t key;
    EQUAL(heptad_map_init(&map, lines, sizeof lines, 1, HEPTAD_LOAD_15_16), 0);
    for (key = 0; heptad_map_insert(&map, key, 1, NULL) == 1; key++) {
    }
    EQUAL(heptad_map_insert_evicting(&map, key, 1, choose_last, NULL, NULL, NULL), 2);
    EQUAL(heptad_map_get_many(&map, keys, 100, values, found), 0);
    EQUAL(heptad_map_move(&map, other_lines, sizeof other_lines, 2, NULL, NULL), 0);
}
static size_t choose_last_sized(const heptad_sized_entry *entries, size_t count, void *context)
{
    (void)entries, (void)context;
    return count - 1;
}
static void sized_map_all(void)
{
    uint64_t key;
    EQUAL(heptad_sized_map_init(&sized_map, lines, sizeof lines, 1, HEPTAD_LOAD_15_16, 40), 0);
    for (key = 0; heptad_sized_map_insert(&sized_map, key, keys, NULL) == 1; key++) {
    }
    EQUAL(heptad_sized_map_insert_evicting(&sized_map, key, keys, choose_last_sized, NULL, NULL, values), 2);
    EQUAL(heptad_sized_map_get_many(&sized_map, keys, 100, places), 0);
    EQUAL(heptad_sized_map_remove(&sized_map, key, values), 1);
    EQUAL(heptad_sized_map_move(&sized_map, other_lines, sizeof other_lines, 2, NULL, NULL), 0);
}
static void table_all(void)
{
    uint64_t key;
    EQUAL(heptad_table_init(&table, lines, sizeof lines, HEPTAD_LOAD_15_16, hash_entry, equal_entry, NULL), 0);
    for (key = 0; heptad_table_insert(&table, hash_entry(key, NULL), &key, key, NULL) == 1; key++) {
    }
    EQUAL(heptad_table_find_many(&table, keys, pointers, 100, values, found), 0);
    EQUAL(heptad_table_move(&table, other_lines, sizeof other_lines, NULL, NULL), 0);
}
static void robin_all(void)
{
    uint64_t key;
    EQUAL(heptad_robin_init_keyed(&robin, lines, sizeof lines, 1, HEPTAD_LOAD_15_16), 0);
    EQUAL(heptad_robin_init_keyed(&other_robin, other_lines, sizeof other_lines, 1, HEPTAD_LOAD_15_16), 0);
    for (key = 0; heptad_robin_insert(&robin, key) == 1; key++) {
        heptad_robin_insert(&other_robin, key * 2);
    }
    EQUAL(heptad_robin_merge(&third_robin, HEPTAD_UNION, &robin, &other_robin, more_lines, sizeof more_lines), 0);
    EQUAL(heptad_robin_shrink(&third_robin, 1), 0);
}
static void lockfree_all(void)
{
    heptad_shared_stats stats;
    uint64_t key;
    EQUAL(heptad_lockfree_init(&lockfree, lines, sizeof lines, 1), 0);
    for (key = 0; heptad_lockfree_get_or_insert(&lockfree, key, key, NULL) == 1; key++) {
    }
    while (heptad_lockfree_insert_evicting(&lockfree, key++, 1, choose_last, NULL, NULL, NULL) == 1) {
    }
    EQUAL(heptad_lockfree_get_many(&lockfree, keys, 100, values, found), 0);
    EQUAL(heptad_lockfree_each(&lockfree, visit, NULL), 1);
    EQUAL(heptad_lockfree_rebuild(&lockfree, more_lines, sizeof more_lines, 2), 0);
    for (; key < 1500; key++) {
        heptad_lockfree_add(&lockfree, key, 1, NULL);
        heptad_lockfree_remove(&lockfree, key / 2, NULL);
    }
    EQUAL(heptad_lockfree_help(&lockfree, 1000), 1);
    EQUAL(heptad_lockfree_stats(&lockfree, &stats), 0);
    EQUAL(heptad_lockfree_check(&lockfree), 0);
    EQUAL(heptad_lockfree_clear(&lockfree), 0);
}
static void indirect_all(void)
{
    uint64_t key;
    EQUAL(heptad_indirect_init(&indirect, other_lines, sizeof other_lines, 1, HEPTAD_HASH_BITS_OF_INDICES,
                               equal_entry, NULL), 0);
    for (key = 0; heptad_indirect_get_or_insert(&indirect, hash_entry(key, NULL), &key, key, 1, NULL) == 1; key++) {
    }
    while (heptad_indirect_insert_evicting(&indirect, hash_entry(key, NULL), &key, key, 1, choose_last, NULL,
                                           NULL, NULL) == 1) {
        key++;
    }
    EQUAL(heptad_indirect_get_many(&indirect, keys, pointers, 100, references, values, found), 0);
    EQUAL(heptad_indirect_each(&indirect, visit, NULL), 1);
}

/* In what the others have left. */
static void lookups(void)
{
    uint64_t value;
    heptad_set_contains(&set, 5);
    heptad_map_get(&map, 5, &value);
    heptad_sized_map_get(&sized_map, 5);
    heptad_table_find(&table, 5, &keys[5], &value);
    heptad_robin_contains(&robin, 5);
    heptad_robin_successor(&robin, 5, &value);
    heptad_lockfree_get(&lockfree, 5, &value);
    heptad_indirect_get(&indirect, hash_entry(5, NULL), &keys[5], &value, &value);
}

static void every_kind_of_call(void)
{
    /* docs/c.md has the same numbers. heptad.h promises 512 for lookups, and 4,096. */
    static const struct { const char *name; void (*call)(void); size_t most; } calls[] = {
        { "set_init", set_init, 512 },
        { "set_insert", set_fill, 2816 },
        { "set_remove", set_churn, 2816 },
        { "set_contains_many", set_batch, 640 },
        { "set_insert_many", set_batch_in, 640 },
        { "set_move", set_move, 2816 },
        { "set_retain", set_retain, 512 },
        { "map", map_all, 2944 },
        { "sized_map", sized_map_all, 3072 },
        { "table", table_all, 2944 },
        { "robin", robin_all, 2944 },
        { "lockfree", lockfree_all, 2304 },
        { "indirect", indirect_all, 3584 },
        { "lookups", lookups, 512 },
    };
    stack_t alternate;
    struct sigaction action;
    size_t index;
    for (index = 0; index < 100; index++) {
        keys[index] = index;
        pointers[index] = &keys[index];
    }
    memset(&alternate, 0, sizeof alternate);
    alternate.ss_sp = stack;
    alternate.ss_size = sizeof stack;
    EQUAL(sigaltstack(&alternate, NULL), 0);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_ONSTACK;
    EQUAL(sigaction(SIGUSR1, &action, NULL), 0);
    for (index = 0; index < sizeof calls / sizeof calls[0]; index++) {
        measure(calls[index].name, calls[index].call, calls[index].most);
    }
}

int main(void)
{
    static const struct test_case cases[] = { CASE(every_kind_of_call) };
    return RUN(cases);
}
