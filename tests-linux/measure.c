/* Instructions per operation: under QEMU's `-icount shift=0` the time stamp counter counts instructions. Each figure is
 * the median over batches, so that a batch with a tick of the kernel's clock does not count, less what the loop takes
 * without an operation. */
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/timex.h>
#include <linux/vmalloc.h>

#include <heptad/inline.h>

#include "check.h"

#define ENTRIES 8192
#define BATCH 64
#define BATCHES (ENTRIES / BATCH)

struct entry {
    struct rhash_head node;
    u64 key;
    u64 value;
};

static const struct rhashtable_params params = {
    .key_len = sizeof(u64),
    .key_offset = offsetof(struct entry, key),
    .head_offset = offsetof(struct entry, node),
};

static struct rhashtable table;
static heptad_lockfree shared;
static HEPTAD_LINES(counters, HEPTAD_COUNTER_LINES);
static heptad_map owned;
static u64 *keys; /* 2 * ENTRIES different ones; the first half is in the tables */
static u64 sink;

static int compare(const void *left, const void *right)
{
    u64 one = *(const u64 *)left, other = *(const u64 *)right;

    return one < other ? -1 : one > other;
}

/* The median of the batches, in hundredths of an instruction per operation. */
static u64 median(u64 *batches)
{
    sort(batches, BATCHES, sizeof(*batches), compare, NULL);
    return batches[BATCHES / 2] * 100 / BATCH;
}

static u64 without_operation;

/* `operation` may use `key`. */
#define MEASURE(kind, name, first, operation)                                                            \
    do {                                                                                                 \
        static u64 batches[BATCHES];                                                                     \
        const u64 *at = keys + (first);                                                                  \
        int batch, step;                                                                                 \
        for (batch = 0; batch < BATCHES; batch++) {                                                      \
            u64 start = rdtsc();                                                                         \
            for (step = 0; step < BATCH; step++) {                                                       \
                u64 key = *at++;                                                                         \
                asm volatile("" : "+r"(key));                                                            \
                operation;                                                                               \
            }                                                                                            \
            batches[batch] = rdtsc() - start;                                                            \
            cond_resched();                                                                              \
        }                                                                                                \
        report(kind, name, median(batches));                                                             \
    } while (0)

static void report(const char *kind, const char *name, u64 hundredths)
{
    if (!without_operation) {
        without_operation = hundredths;
        return;
    }
    hundredths = hundredths > without_operation ? hundredths - without_operation : 0;
    pr_info("heptad: instructions: %s, %s: %llu.%llu\n", kind, name, hundredths / 100, hundredths / 10 % 10);
}

static void insert_entry(u64 key)
{
    struct entry *entry = kmalloc(sizeof(*entry), GFP_KERNEL);

    if (entry) {
        entry->key = key;
        entry->value = 1;
        sink += rhashtable_lookup_insert_fast(&table, &entry->node, params);
    }
}

static void remove_entry(u64 key)
{
    struct entry *entry = rhashtable_lookup_fast(&table, &key, params);

    if (entry) {
        sink += rhashtable_remove_fast(&table, &entry->node, params);
        kfree(entry);
    }
}

static u64 value_of_entry(u64 key)
{
    struct entry *entry = rhashtable_lookup_fast(&table, &key, params);

    return entry ? entry->value : 0;
}

static void add_to_entry(u64 key)
{
    struct entry *entry;

    rcu_read_lock();
    entry = rhashtable_lookup(&table, &key, params);
    if (entry) {
        atomic64_inc((atomic64_t *)&entry->value);
    }
    rcu_read_unlock();
}

static void measure_shared(const char *kind)
{
    u64 value;

    MEASURE(kind, "insert", 0, sink += heptad_lockfree_get_or_insert(&shared, key, 1, NULL));
    MEASURE(kind, "hit", 0, (heptad_lockfree_get(&shared, key, &value), sink += value));
    MEASURE(kind, "miss", ENTRIES, sink += heptad_lockfree_get(&shared, key, &value));
    MEASURE(kind, "add to one that is there", 0, sink += heptad_lockfree_add(&shared, key, 1, NULL));
    MEASURE(kind, "remove", 0, sink += heptad_lockfree_remove(&shared, key, NULL));
}

static void measure_owned(void)
{
    static const char kind[] = "swiss map";
    u64 value;

    MEASURE(kind, "insert", 0, sink += heptad_map_insert(&owned, key, 1, NULL));
    MEASURE(kind, "hit", 0, (heptad_map_get(&owned, key, &value), sink += value));
    MEASURE(kind, "inlined hit", 0, (heptad_inline_map_get(&owned, key, &value), sink += value));
    MEASURE(kind, "miss", ENTRIES, sink += heptad_map_get(&owned, key, &value));
    MEASURE(kind, "inlined miss", ENTRIES, sink += heptad_inline_map_get(&owned, key, &value));
    MEASURE(kind, "add to one that is there", 0, sink += heptad_map_add(&owned, key, 1, NULL));
    MEASURE(kind, "remove", 0, sink += heptad_map_remove(&owned, key, NULL));
}

static void measure_peer(void)
{
    static const char kind[] = "rhashtable";

    MEASURE(kind, "kmalloc and insert", 0, insert_entry(key));
    schedule_timeout_uninterruptible(HZ); /* its worker finishes growing */
    MEASURE(kind, "hit", 0, sink += value_of_entry(key));
    MEASURE(kind, "miss", ENTRIES, sink += value_of_entry(key));
    MEASURE(kind, "add to one that is there", 0, add_to_entry(key));
    MEASURE(kind, "remove and kfree", 0, remove_entry(key));
}

int measure(void)
{
    size_t shared_bytes = heptad_lockfree_bytes(ENTRIES);
    size_t owned_bytes = heptad_map_bytes(ENTRIES, HEPTAD_LOAD_15_16);
    void *shared_memory = vmalloc(shared_bytes), *owned_memory = vmalloc(owned_bytes);
    u64 index, seed = 0x5eed; /* so that each run has the same figures */
    int error = -ENOMEM;

    keys = vmalloc(2 * ENTRIES * sizeof(*keys));
    if (keys && shared_memory && owned_memory && !rhashtable_init(&table, &params)) {
        for (index = 0; index < 2 * ENTRIES; index++) {
            keys[index] = heptad_hash_word(seed, index); /* of different words, so all are different */
        }
        pr_info("heptad: %d entries take bytes: lockfree %zu, swiss map %zu\n", ENTRIES, shared_bytes, owned_bytes);
        MEASURE("none", "nothing", 0, (void)0);

        heptad_lockfree_init(&shared, shared_memory, shared_bytes, seed);
        measure_shared("lockfree");
        heptad_lockfree_release(&shared, NULL, NULL);
        heptad_lockfree_init_counted(&shared, shared_memory, shared_bytes, seed, counters, sizeof(counters));
        measure_shared("lockfree, counted");
        heptad_lockfree_release(&shared, NULL, NULL);
        heptad_lockfree_init_with(&shared, shared_memory, shared_bytes, seed, &after_rcu);
        measure_shared("lockfree, RCU");
        heptad_lockfree_release(&shared, NULL, NULL);

        heptad_map_init(&owned, owned_memory, owned_bytes, seed, HEPTAD_LOAD_15_16);
        measure_owned();
        heptad_map_release(&owned, NULL, NULL);

        measure_peer();
        rhashtable_destroy(&table);
        error = 0;
    }
    vfree(keys);
    vfree(shared_memory);
    vfree(owned_memory);
    return error;
}
