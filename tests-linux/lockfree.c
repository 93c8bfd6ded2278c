/* Every CPU's thread, timer and NMIs count into one map without a lock. Meanwhile this thread rebuilds it, to another
 * size and under another seed, and frees the old memory as soon as the map returns it.
 *
 * Each CPU keeps its own books of what each source has counted; threads also take keys out, and note what those
 * had counted. At the end, of each source: what the map has, plus what was taken out, is what the books say. */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "check.h"

#define KEYS_PER_SOURCE 1000
#define EVENTS_PER_SOURCE 300 /* on each CPU, at least */
#define REBUILDS 20
#define REBUILDS_WITHOUT_RETURN 5
#define PATIENCE_S 120

/* Each number has one source as its writer, which another one may interrupt. */
struct books {
    u64 counted[SOURCES];
    u64 refused[SOURCES];
    u64 nested[SOURCES]; /* events in the middle of another call for the map */
    u64 taken_out[SOURCES];
    u64 random[SOURCES];
    int depth;
};
static DEFINE_PER_CPU(struct books, books);

static heptad_lockfree map;
static bool is_to_lie;
static u64 bytes_provided, bytes_returned;

static u64 any_key(enum source source, u64 number)
{
    return (u64)source << 32 | number % KEYS_PER_SOURCE;
}

/* Takes a key out, of the threads mostly because they count most, and notes its count. */
static void take_out(struct books *mine, u64 number)
{
    enum source source = number % 64 == 0 ? number / 64 % SOURCES : THREAD;
    u64 value;

    if (heptad_lockfree_remove(&map, any_key(source, number >> 16), &value) > 0) {
        mine->taken_out[source] += value;
    }
}

/* In any context, on a CPU that does not change meanwhile. */
static void count(enum source source)
{
    struct books *mine = raw_cpu_ptr(&books);
    u64 number = next_number(&mine->random[source]);
    int result = 0, depth = mine->depth;

    WRITE_ONCE(mine->depth, depth + 1);
    if (source == THREAD && number >> 61 == 0) {
        take_out(mine, number);
        WRITE_ONCE(mine->depth, depth);
        return;
    }
    if (source != NMI || !xchg(&is_to_lie, false)) {
        result = heptad_lockfree_add(&map, any_key(source, number), 1, NULL);
    }
    WRITE_ONCE(mine->depth, depth);
    if (result < 0) {
        mine->refused[source]++;
    } else {
        mine->counted[source]++;
    }
    if (depth > 0) {
        mine->nested[source]++;
    }
}

/* ------------------------------------------------------------- memory */

static void *provide(size_t bytes)
{
    void *memory = vmalloc(bytes);

    bytes_provided += memory ? bytes : 0;
    return memory;
}

static void on_return(void *memory, size_t bytes, void *context)
{
    memset(memory, 0x5a, bytes); /* an operation that is still in it will not find its entries */
    bytes_returned += bytes;
    vfree(memory);
}

static u64 rcu_on_enter(void *context)
{
    rcu_read_lock();
    smp_mb();
    return 0;
}

static void rcu_on_leave(u64 inside, void *context)
{
    rcu_read_unlock();
}

/* Called by heptad_lockfree_reclaim alone, here in a thread. */
static u64 rcu_start(void *context)
{
    smp_mb();
    return start_poll_synchronize_rcu();
}

static int rcu_has_elapsed(u64 started, void *context)
{
    return poll_state_synchronize_rcu(started);
}

const heptad_reclaim after_rcu = { rcu_on_enter, rcu_on_leave, rcu_start, rcu_has_elapsed, NULL };
static HEPTAD_LINES(counters, HEPTAD_COUNTER_LINES);

static int make_map(int reclaim)
{
    size_t bytes = heptad_lockfree_bytes(SOURCES * KEYS_PER_SOURCE);
    void *memory = provide(bytes);
    u64 seed = get_random_u64();
    int result;

    switch (reclaim) {
    case RECLAIM_NONE:
        result = heptad_lockfree_init(&map, memory, bytes, seed);
        break;
    case RECLAIM_COUNTED:
        result = heptad_lockfree_init_counted(&map, memory, bytes, seed, counters, sizeof(counters));
        break;
    default:
        result = heptad_lockfree_init_with(&map, memory, bytes, seed, &after_rcu);
    }
    if (result < 0) {
        pr_err("heptad: init: %s\n", heptad_strerror(result));
        vfree(memory);
        return -ENOMEM;
    }
    return 0;
}

/* ------------------------------------------------------------- rebuilds */

/* One rebuild, to its end. Old memory is freed if the map returns any before the end of its life. */
static int rebuild(size_t bytes, int reclaim)
{
    void *memory = provide(bytes);
    int result = heptad_lockfree_rebuild(&map, memory, bytes, get_random_u64());

    if (result < 0) {
        pr_err("heptad: rebuild: %s\n", heptad_strerror(result));
        vfree(memory);
        return result;
    }
    while (heptad_lockfree_help(&map, 16) != 1) {
        cond_resched();
    }
    while (reclaim != RECLAIM_NONE && heptad_lockfree_reclaim(&map, &memory, &bytes) != 1) {
        schedule_timeout_uninterruptible(1);
    }
    if (reclaim != RECLAIM_NONE) {
        on_return(memory, bytes, NULL);
    }
    return 0;
}

static bool have_all_counted(void)
{
    int cpu, source;

    for_each_online_cpu(cpu) {
        for (source = 0; source < SOURCES; source++) {
            if (READ_ONCE(per_cpu(books, cpu).counted[source]) < EVENTS_PER_SOURCE) {
                return false;
            }
        }
    }
    return true;
}

/* Rebuilds while the others count; how many times. */
static int rebuild_meanwhile(int reclaim)
{
    size_t small = heptad_lockfree_bytes(SOURCES * KEYS_PER_SOURCE);
    size_t large = heptad_lockfree_bytes(2 * SOURCES * KEYS_PER_SOURCE);
    int wanted = reclaim == RECLAIM_NONE ? REBUILDS_WITHOUT_RETURN : REBUILDS;
    unsigned long end = jiffies + PATIENCE_S * HZ;
    int times = 0;

    while (time_before(jiffies, end) && (times < wanted || !have_all_counted())) {
        if (reclaim == RECLAIM_NONE && times == wanted) {
            schedule_timeout_uninterruptible(1);
            continue;
        }
        if (rebuild(times % 2 ? small : large, reclaim) < 0) {
            break;
        }
        times++;
    }
    return check(times >= wanted && have_all_counted(), "every source counted on every CPU") ? times : 0;
}

/* ------------------------------------------------------------- the books */

/* Called through heptad: the kernel unwinds its frames by what objtool made of them. */
static bool trace_leads_to(const char *function)
{
    unsigned long frames[16];
    unsigned int count = stack_trace_save(frames, ARRAY_SIZE(frames), 0), index;
    char name[64];

    for (index = 0; index < count; index++) {
        snprintf(name, sizeof(name), "%ps", (void *)frames[index]);
        if (strncmp(name, function, strlen(function)) == 0) {
            return true;
        }
    }
    return false;
}

struct sums {
    u64 of[SOURCES];
    bool is_traced;
};

static int sum_up(u64 key, u64 value, void *context)
{
    struct sums *sums = context;

    sums->is_traced = sums->is_traced || trace_leads_to("compare_books ");
    sums->of[key >> 32] += value;
    return 1;
}

static noinline void compare_books(int rebuilds)
{
    struct sums sums = { { 0 } };
    int cpu, source;

    heptad_lockfree_each(&map, sum_up, &sums);
    check(sums.is_traced, "a stack trace leads through heptad to its caller");
    for (source = 0; source < SOURCES; source++) {
        u64 counted = 0, refused = 0, nested = 0, taken_out = 0;
        char what[80];

        for_each_online_cpu(cpu) {
            struct books *its = per_cpu_ptr(&books, cpu);

            counted += its->counted[source];
            refused += its->refused[source];
            nested += its->nested[source];
            taken_out += its->taken_out[source];
        }
        pr_info("heptad: %s: counted %llu, of these %llu inside another call; refused %llu; "
                "in the map %llu, taken out %llu\n",
                source_names[source], counted, nested, refused, sums.of[source], taken_out);
        snprintf(what, sizeof(what), "the %s books balance after %d rebuilds", source_names[source], rebuilds);
        check(sums.of[source] + taken_out == counted, what);
        if (source != THREAD) {
            snprintf(what, sizeof(what), "%s events came in the middle of other calls", source_names[source]);
            check(nested > 0, what);
        }
    }
}

int count_in_lockfree(int reclaim, bool plant)
{
    int cpu, source, rebuilds, error;

    bytes_provided = bytes_returned = 0;
    is_to_lie = plant;
    for_each_possible_cpu(cpu) {
        struct books *its = per_cpu_ptr(&books, cpu);

        memset(its, 0, sizeof(*its));
        for (source = 0; source < SOURCES; source++) {
            its->random[source] = get_random_u64() | 1;
        }
    }
    error = make_map(reclaim);
    if (error) {
        return error;
    }
    error = sources_start(count, false);
    if (!error) {
        rebuilds = rebuild_meanwhile(reclaim);
        sources_stop();
        compare_books(rebuilds);
    }
    check(heptad_lockfree_release(&map, on_return, NULL) == HEPTAD_OK, "the map is released");
    check(bytes_returned == bytes_provided, "all memory was returned");
    return error;
}
