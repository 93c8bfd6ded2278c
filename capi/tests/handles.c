/*
 * What stands guard over a handle: a call claims it in one step, whatever comes in between; a call that fails
 * has written nothing; memory is returned as it was provided; and a call that a callback left for good.
 */
#define _GNU_SOURCE
#include "check.h"

#include <setjmp.h>
#include <signal.h>

enum { BYTES = 2048 };

static unsigned char memory[BYTES] __attribute__((aligned(64)));
static union {
    uint64_t words[16];
    heptad_set set;
    heptad_map map;
    heptad_sized_map sized_map;
    heptad_table table;
    heptad_robin robin;
    heptad_robin_map robin_map;
    heptad_lockfree lockfree;
    heptad_indirect indirect;
} handle;

static uint64_t hash_of(uint64_t entry, void *context)
{
    (void)context;
    return heptad_hash_word(1, entry);
}

static int is_entry(uint64_t entry, const void *key, void *context)
{
    (void)context;
    return entry == *(const uint64_t *)key;
}

static uint64_t key = 5;

static void forget(void *start, size_t bytes, void *context)
{
    CHECK(start == memory && bytes == BYTES);
    ++*(int *)context;
}

/* A release of each kind; 1 if it gave the memory back. */
#define RELEASE(kind)                                                                     \
    static int release_##kind(void)                                                       \
    {                                                                                     \
        void *start = NULL;                                                               \
        size_t bytes = 0;                                                                 \
        int result = heptad_##kind##_release(&handle.kind, &start, &bytes);               \
        CHECK(result == HEPTAD_OK ? start == memory && bytes == BYTES : start == NULL);   \
        return result;                                                                    \
    }
RELEASE(set)
RELEASE(map)
RELEASE(sized_map)
RELEASE(table)
RELEASE(robin)
RELEASE(robin_map)

#define RELEASE_SHARED(kind)                                                              \
    static int release_##kind(void)                                                       \
    {                                                                                     \
        int pieces = 0, result = heptad_##kind##_release(&handle.kind, forget, &pieces);  \
        EQUAL(pieces, result == HEPTAD_OK);                                               \
        return result;                                                                    \
    }
RELEASE_SHARED(lockfree)
RELEASE_SHARED(indirect)

static int init_set(void) { return heptad_set_init(&handle.set, memory, BYTES, 1, HEPTAD_LOAD_3_4); }
static int init_map(void) { return heptad_map_init(&handle.map, memory, BYTES, 1, HEPTAD_LOAD_3_4); }
static int init_sized_map(void)
{
    return heptad_sized_map_init(&handle.sized_map, memory, BYTES, 1, HEPTAD_LOAD_3_4, 9);
}
static int init_table(void)
{
    return heptad_table_init(&handle.table, memory, BYTES, HEPTAD_LOAD_3_4, hash_of, is_entry, NULL);
}
static int init_robin(void) { return heptad_robin_init(&handle.robin, memory, BYTES, HEPTAD_LOAD_3_4); }
static int init_robin_map(void)
{
    return heptad_robin_map_init(&handle.robin_map, memory, BYTES, HEPTAD_LOAD_3_4);
}
static int init_lockfree(void) { return heptad_lockfree_init(&handle.lockfree, memory, BYTES, 1); }
static int init_indirect(void)
{
    return heptad_indirect_init(&handle.indirect, memory, BYTES, 1, HEPTAD_HASH_BITS_OF_INDICES, is_entry,
                                NULL);
}

static int change_set(void) { return heptad_set_insert(&handle.set, key); }
static int change_map(void) { return heptad_map_insert(&handle.map, key, 1, NULL); }
static int change_sized_map(void)
{
    void *value;
    return heptad_sized_map_at(&handle.sized_map, key, &value);
}
static int change_table(void)
{
    return heptad_table_insert(&handle.table, hash_of(key, NULL), &key, key, NULL);
}
static int change_robin(void) { return heptad_robin_insert(&handle.robin, key); }
static int change_robin_map(void) { return heptad_robin_map_insert(&handle.robin_map, key, 1, NULL); }

/* Lock-free maps are not claimed by a change, and may not be released in the middle of one. */
struct kind {
    const char *name;
    int (*calls[3])(void); /* init, release, change */
};

enum { INIT, RELEASE, CHANGE };

static const struct kind kinds[] = {
    { "set", { init_set, release_set, change_set } },
    { "map", { init_map, release_map, change_map } },
    { "sized_map", { init_sized_map, release_sized_map, change_sized_map } },
    { "table", { init_table, release_table, change_table } },
    { "robin", { init_robin, release_robin, change_robin } },
    { "robin_map", { init_robin_map, release_robin_map, change_robin_map } },
    { "lockfree", { init_lockfree, release_lockfree, NULL } },
    { "indirect", { init_indirect, release_indirect, NULL } },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void start_anew(void)
{
    memset(&handle, 0, sizeof handle);
    memset(memory, 0xA5, BYTES);
}

static int is_untouched(void)
{
    size_t index;
    for (index = 0; index < BYTES && memory[index] == 0xA5; index++) {
    }
    return index == BYTES;
}

#if defined(__x86_64__) && !defined(WATCHED_BY_VALGRIND)
#include <ucontext.h>

enum { TRAP_FLAG = 0x100 };

static volatile int is_inside, was_returned;
static volatile int live; /* inits that succeeded, less releases */
static volatile long before, reached;
static int (*volatile meanwhile)(void);
static volatile int meanwhile_call;

static int is_expected(int result)
{
    return result >= 0 || result == HEPTAD_ERROR_BUSY || result == HEPTAD_ERROR_HANDLE
        || result == HEPTAD_ERROR_LIVE;
}

/* What a call says of how many live tables there are. */
static void account(int call, int result)
{
    CHECK(is_expected(result));
    live += result < 0 || call == CHANGE ? 0 : call == INIT ? 1 : -1;
    CHECK(live == 0 || live == 1 || is_inside);
}

/* Before each instruction, while the flag is set. */
static void on_trap(int number, siginfo_t *info, void *context)
{
    greg_t *flags = &((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL];
    (void)number;
    (void)info;
    if (!is_inside) {
        *flags &= ~(greg_t)TRAP_FLAG;
    } else if (before-- == 0) {
        *flags &= ~(greg_t)TRAP_FLAG;
        reached = 1;
        was_returned = live;
        account(meanwhile_call, meanwhile());
        was_returned = live < was_returned;
        if (was_returned) {
            memset(memory, 0xA5, BYTES); /* no longer the table's */
        }
    }
}

static void on_start(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    ((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void handle_signal(int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    EQUAL(sigaction(number, &action, NULL), 0);
}

/* `outer`, with `inner` before its instruction number `instruction`. Does it have that many? */
static int play(const struct kind *kind, int outer, int inner, long instruction)
{
    int result;
    start_anew();
    live = 0;
    if (outer != INIT) {
        EQUAL(kind->calls[INIT](), HEPTAD_OK);
        live = 1;
    }
    before = instruction;
    reached = was_returned = 0;
    meanwhile = kind->calls[inner];
    meanwhile_call = inner;
    is_inside = 1;
    raise(SIGUSR1);
    result = kind->calls[outer]();
    is_inside = 0;
    account(outer, result);
    CHECK(!was_returned || is_untouched());
    if (live == 1) {
        EQUAL(kind->calls[RELEASE](), HEPTAD_OK);
    }
    return reached != 0;
}

/* Before every instruction of the beginning, where a call claims its handle, and of short calls; and before
 * some of a long one, which is busy there. A sample, where another compiler's program does all of that. */
#if defined(SAMPLE)
enum { EACH = 0, STRIDE = 97, PLAYS = 100 };
#else
enum { EACH = 120, STRIDE = 53, PLAYS = 1000 };
#endif

static void an_interrupt_before_the_instructions(void)
{
    int kind, outer, inner;
    long instruction, plays = 0;
    handle_signal(SIGTRAP, on_trap);
    handle_signal(SIGUSR1, on_start);
    for (kind = 0; kind < KINDS; kind++) {
        for (outer = INIT; outer <= CHANGE; outer++) {
            for (inner = INIT; inner <= CHANGE; inner++) {
                if (kinds[kind].calls[outer] == NULL || kinds[kind].calls[inner] == NULL) {
                    continue;
                }
                instruction = 0;
                while (play(&kinds[kind], outer, inner, instruction)) {
                    instruction += instruction < EACH ? 1 : STRIDE;
                    plays++;
                }
            }
        }
    }
    CHECK(plays > PLAYS);
}
#endif

static void a_failed_init_writes_nothing(void)
{
    static unsigned char counters[64 * HEPTAD_COUNTER_LINES] __attribute__((aligned(64)));
    size_t index;
    start_anew();
    memset(counters, 0xA5, sizeof counters);
    EQUAL(heptad_lockfree_init_counted(&handle.lockfree, memory, 64, 1, counters, sizeof counters),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_lockfree_init_counted(&handle.lockfree, memory, BYTES, 1, counters, 64),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_indirect_init_counted(&handle.indirect, memory, 64, 1, HEPTAD_HASH_BITS_OF_INDICES,
                                       is_entry, NULL, counters, sizeof counters),
          HEPTAD_ERROR_TOO_SMALL);
    EQUAL(heptad_indirect_init_counted(&handle.indirect, memory, BYTES, 1, HEPTAD_HASH_BITS_OF_INDICES,
                                       NULL, NULL, counters, sizeof counters),
          HEPTAD_ERROR_NULL);
    EQUAL(heptad_indirect_init_counted(&handle.indirect, memory, BYTES, 1, 0, is_entry, NULL, counters,
                                       sizeof counters),
          HEPTAD_ERROR_ARGUMENT);
    CHECK(is_untouched());
    for (index = 0; index < sizeof counters; index++) {
        EQUAL(counters[index], 0xA5);
    }
    EQUAL(heptad_lockfree_init_counted(&handle.lockfree, memory, BYTES, 1, counters, sizeof counters),
          HEPTAD_OK);
    memset(counters, 0, sizeof counters);
    EQUAL(heptad_lockfree_init_counted(&handle.lockfree, memory, BYTES, 1, counters, sizeof counters),
          HEPTAD_ERROR_LIVE);
    EQUAL(release_lockfree(), HEPTAD_OK);
}

static size_t pieces[4], pieces_count;

static void note(void *start, size_t bytes, void *context)
{
    (void)start;
    (void)context;
    pieces[pieces_count++] = bytes;
}

/* Not rounded to lines: 40 bytes more than 100 lines, and 9 more. */
static void memory_comes_back_as_it_was_provided(void)
{
    static unsigned char first[6440] __attribute__((aligned(64))), second[6409] __attribute__((aligned(64)));
    static unsigned char counters[64 * HEPTAD_COUNTER_LINES] __attribute__((aligned(64)));
    heptad_lockfree map = HEPTAD_INIT;
    void *start;
    size_t bytes;
    EQUAL(heptad_lockfree_init_counted(&map, first, sizeof first, 1, counters, sizeof counters), HEPTAD_OK);
    EQUAL(heptad_lockfree_rebuild(&map, second, sizeof second, 2), HEPTAD_OK);
    while (heptad_lockfree_help(&map, 100) != 1) {
    }
    EQUAL(heptad_lockfree_reclaim(&map, &start, &bytes), 1);
    CHECK(start == first);
    EQUAL(bytes, sizeof first);
    EQUAL(heptad_lockfree_release(&map, note, NULL), HEPTAD_OK);
    EQUAL(pieces_count, 1);
    EQUAL(pieces[0], sizeof second);
}

static jmp_buf out;

static int leave(uint64_t number, void *context)
{
    (void)context;
    if (number == 3) {
        longjmp(out, 1);
    }
    return 1;
}

/* The header's way out: the handle is initialised anew, and the memory with it. */
static void a_callback_that_never_returns(void)
{
    static const heptad_set fresh = HEPTAD_INIT;
    uint64_t number;
    start_anew();
    EQUAL(init_set(), HEPTAD_OK);
    for (number = 0; number < 10; number++) {
        EQUAL(heptad_set_insert(&handle.set, number), 1);
    }
    if (setjmp(out) == 0) {
        heptad_set_retain(&handle.set, leave, NULL);
        CHECK(0);
    }
    EQUAL(change_set(), HEPTAD_ERROR_BUSY);
    EQUAL(release_set(), HEPTAD_ERROR_BUSY);
    EQUAL(init_set(), HEPTAD_ERROR_BUSY);
    handle.set = fresh;
    EQUAL(init_set(), HEPTAD_OK);
    EQUAL(heptad_set_len(&handle.set), 0);
    EQUAL(change_set(), 1);
    EQUAL(release_set(), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = {
#if defined(__x86_64__) && !defined(WATCHED_BY_VALGRIND)
        CASE(an_interrupt_before_the_instructions),
#endif
        CASE(a_failed_init_writes_nothing),
        CASE(memory_comes_back_as_it_was_provided),
        CASE(a_callback_that_never_returns),
    };
    return RUN(cases);
}
