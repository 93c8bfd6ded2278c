/* The same counting in the kernel's own resizable table. Its insertion allocates and takes a spin lock with soft
 * interrupts off, so threads and soft interrupts may insert. A hard interrupt or an NMI in the middle would wait for
 * what it interrupted, or allocate where nobody may: these only look up, and count in entries that are there. This
 * file shows how many events they lose; half of their keys are those of threads too, which soon have entries.
 *
 * No key is removed: a count that is added to an entry after its removal is lost without a trace. */
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "check.h"

#define KEYS 30000
#define EVENTS_PER_SOURCE 300 /* on each CPU, at least */
#define PATIENCE_S 120

struct entry {
    struct rhash_head node;
    u64 key;
    atomic64_t count;
};

static const struct rhashtable_params params = {
    .key_len = sizeof(u64),
    .key_offset = offsetof(struct entry, key),
    .head_offset = offsetof(struct entry, node),
    .automatic_shrinking = false,
};

static struct rhashtable table;

/* Of threads and soft interrupts; of hard interrupts; of NMIs. */
struct books {
    u64 counted[SOURCES];
    u64 lost[SOURCES];
    u64 random[SOURCES];
};
static DEFINE_PER_CPU(struct books, books);

/* Counts a key where entries may be made. */
static bool count_new(u64 key)
{
    for (;;) {
        struct entry *entry = rhashtable_lookup_fast(&table, &key, params);
        int error;

        if (entry) {
            atomic64_inc(&entry->count);
            return true;
        }
        entry = kmalloc(sizeof(*entry), GFP_ATOMIC);
        if (!entry) {
            return false;
        }
        entry->key = key;
        atomic64_set(&entry->count, 1);
        error = rhashtable_lookup_insert_fast(&table, &entry->node, params);
        if (!error) {
            return true;
        }
        kfree(entry);
        if (error != -EEXIST) {
            return false;
        }
    }
}

static u64 any_key(enum source source, u64 number)
{
    return number >> 63 ? number % KEYS : (u64)source << 32 | number % KEYS;
}

static bool count_present(u64 key)
{
    struct entry *entry = rhashtable_lookup_fast(&table, &key, params);

    if (entry) {
        atomic64_inc(&entry->count);
    }
    return entry;
}

static void count(enum source source)
{
    struct books *mine;
    u64 key;
    bool has_counted;

    if (source == THREAD) {
        local_bh_disable(); /* a timer's soft interrupt is the same source */
    }
    mine = raw_cpu_ptr(&books);
    key = any_key(source, next_number(&mine->random[source]));
    has_counted = source == THREAD ? count_new(key) : count_present(key);
    if (has_counted) {
        mine->counted[source]++;
    } else {
        mine->lost[source]++;
    }
    if (source == THREAD) {
        local_bh_enable();
    }
}

static bool have_all_tried(void)
{
    int cpu, source;

    for_each_online_cpu(cpu) {
        for (source = 0; source < SOURCES; source++) {
            struct books *its = per_cpu_ptr(&books, cpu);

            if (READ_ONCE(its->counted[source]) + READ_ONCE(its->lost[source]) < EVENTS_PER_SOURCE) {
                return false;
            }
        }
    }
    return true;
}

static void add_and_free(void *place, void *sum)
{
    struct entry *entry = place;

    *(u64 *)sum += atomic64_read(&entry->count);
    kfree(entry);
}

int count_in_rhashtable(void)
{
    u64 sum = 0, counted = 0, lost[SOURCES] = { 0 };
    unsigned long end = jiffies + PATIENCE_S * HZ;
    int cpu, source, error;

    for_each_possible_cpu(cpu) {
        struct books *its = per_cpu_ptr(&books, cpu);

        memset(its, 0, sizeof(*its));
        for (source = 0; source < SOURCES; source++) {
            its->random[source] = get_random_u64() | 1;
        }
    }
    error = rhashtable_init(&table, &params);
    if (error) {
        return error;
    }
    error = sources_start(count, true);
    if (!error) {
        while (time_before(jiffies, end) && !have_all_tried()) {
            schedule_timeout_uninterruptible(1);
        }
        sources_stop();
    }
    rhashtable_free_and_destroy(&table, add_and_free, &sum);
    for_each_online_cpu(cpu) {
        for (source = 0; source < SOURCES; source++) {
            counted += per_cpu(books, cpu).counted[source];
            lost[source] += per_cpu(books, cpu).lost[source];
        }
    }
    pr_info("heptad: rhashtable: counted %llu; lost for want of an entry: threads %llu, hard timers %llu, NMIs %llu\n",
            counted, lost[THREAD], lost[TIMER], lost[NMI]);
    check(sum == counted, "rhashtable's books balance over what it could count");
    check(lost[THREAD] == 0, "it counts every event of threads and soft interrupts");
    check(lost[TIMER] > 0 && lost[NMI] > 0, "it loses events of hard interrupts and of NMIs");
    return error;
}
