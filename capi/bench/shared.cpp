// heptad's lock-free map from C beside ck_ht, liburcu's cds_lfht, TBB's concurrent_hash_map and libcuckoo: nanoseconds per
// operation, of one thread and of two.
//
// Maps from 64-bit words to 64-bit words under the same hash function, each made with room for all entries by
// its own means. What each user has to bring is part of his time:
//
//   heptad    memory that the caller provides; a value is a word in it
//   ck_ht     one writer at a time: a mutex around changes where there are two threads, none where there is
//             one; keys and values in the table ("direct"); 0 and the greatest word are no keys; twice as
//             many slots as entries, as it grows when half full
//   cds_lfht  a node per entry by malloc, freed by call_rcu; read-side sections of the default flavour
//             (memb); an update stores into the node
//   tbb       an accessor, which locks the entry, for every operation
//   cuckoo    two buckets of four per key, locked together for every operation
//
// Rounds are interleaved, medians are shown, and behind them the peer's time divided by heptad's: above 1
// heptad is ahead. Compiled with COUNTS it does one round of one size with one thread, for callgrind.
#include "measure.hpp"

extern "C" {
#include <ck_ht.h>
}
#include <libcuckoo/cuckoohash_map.hh>
#include <oneapi/tbb/concurrent_hash_map.h>
#include <urcu.h>
#include <urcu/rculfhash.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace {

using Word = std::uint64_t;

class Heptad {
    std::size_t bytes;
    void *memory;
    heptad_lockfree map = HEPTAD_INIT;

public:
    static constexpr const char *name = "heptad";
    Heptad(std::size_t entries, int)
        : bytes(heptad_lockfree_bytes(entries)), memory(std::aligned_alloc(64, bytes))
    {
        if (heptad_lockfree_init(&map, memory, bytes, SEED) != HEPTAD_OK)
            std::abort();
    }
    Heptad(const Heptad &) = delete;
    ~Heptad() { std::free(memory); }
    bool insert(Word key, Word value) { return heptad_lockfree_get_or_insert(&map, key, value, nullptr) > 0; }
    bool get(Word key, Word &value) const { return heptad_lockfree_get(&map, key, &value) > 0; }
    bool update(Word key, Word value) { return heptad_lockfree_replace(&map, key, value, nullptr) > 0; }
    bool remove(Word key) { return heptad_lockfree_remove(&map, key, nullptr) > 0; }
};

// Where a reader may be, memory is kept until the end: there is room for all entries, so this is seldom.
void *ck_get(std::size_t bytes) { return std::malloc(bytes); }
void ck_put(void *memory, std::size_t, bool defer)
{
    if (!defer)
        std::free(memory);
}
ck_malloc ck_memory = { ck_get, nullptr, ck_put };

void ck_hash(ck_ht_hash_t *hash, const void *key, std::size_t, std::uint64_t)
{
    Word word;
    std::memcpy(&word, key, sizeof word);
    hash->value = hash_word(word);
}

class Ck {
    mutable ck_ht_t table;
    std::mutex writers;
    bool is_shared;

    template <typename Change> bool change(Word key, Word value, Change change)
    {
        std::unique_lock<std::mutex> lock(writers, std::defer_lock);
        if (is_shared)
            lock.lock();
        ck_ht_hash_t hash;
        ck_ht_entry_t entry;
        ck_ht_hash_direct(&hash, &table, key);
        ck_ht_entry_set_direct(&entry, hash, key, value);
        return change(&table, hash, &entry);
    }

public:
    static constexpr const char *name = "ck_ht";
    Ck(std::size_t entries, int threads) : is_shared(threads > 1)
    {
        if (!ck_ht_init(&table, CK_HT_MODE_DIRECT | CK_HT_WORKLOAD_DELETE, ck_hash, &ck_memory,
                        2 * entries, SEED))
            std::abort();
    }
    ~Ck() { ck_ht_destroy(&table); }
    bool insert(Word key, Word value) { return change(key, value, ck_ht_put_spmc); }
    bool get(Word key, Word &value) const
    {
        ck_ht_hash_t hash;
        ck_ht_entry_t entry;
        ck_ht_hash_direct(&hash, &table, key);
        ck_ht_entry_set_direct(&entry, hash, key, 0);
        bool found = ck_ht_get_spmc(&table, hash, &entry);
        if (found)
            value = ck_ht_entry_value_direct(&entry);
        return found;
    }
    bool update(Word key, Word value) { return change(key, value, ck_ht_set_spmc); }
    bool remove(Word key) { return change(key, 0, ck_ht_remove_spmc); }
};

class Urcu {
    struct Node {
        cds_lfht_node node;
        rcu_head head;
        Word key;
        std::atomic<Word> value;
    };
    cds_lfht *table;

    static int match(cds_lfht_node *node, const void *key)
    {
        return caa_container_of(node, Node, node)->key == *static_cast<const Word *>(key);
    }
    static void free_node(rcu_head *head) { std::free(caa_container_of(head, Node, head)); }
    Node *find(Word key) const
    {
        cds_lfht_iter place;
        cds_lfht_lookup(table, hash_word(key), match, &key, &place);
        cds_lfht_node *node = cds_lfht_iter_get_node(&place);
        return node ? caa_container_of(node, Node, node) : nullptr;
    }

public:
    static constexpr const char *name = "cds_lfht";
    Urcu(std::size_t entries, int)
    {
        std::size_t buckets = 1;
        while (buckets < entries)
            buckets *= 2;
        table = cds_lfht_new(buckets, 1, 0, CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING, nullptr);
        if (!table)
            std::abort();
    }
    ~Urcu()
    {
        cds_lfht_iter place;
        cds_lfht_node *node;
        rcu_read_lock();
        cds_lfht_for_each(table, &place, node)
        {
            cds_lfht_del(table, node);
            call_rcu(&caa_container_of(node, Node, node)->head, free_node);
        }
        rcu_read_unlock();
        rcu_barrier();
        cds_lfht_destroy(table, nullptr);
    }
    bool insert(Word key, Word value)
    {
        Node *node = static_cast<Node *>(std::malloc(sizeof(Node)));
        cds_lfht_node_init(&node->node);
        node->key = key;
        new (&node->value) std::atomic<Word>(value);
        rcu_read_lock();
        bool is_new = cds_lfht_add_unique(table, hash_word(key), match, &key, &node->node) == &node->node;
        rcu_read_unlock();
        if (!is_new)
            std::free(node);
        return is_new;
    }
    bool get(Word key, Word &value) const
    {
        rcu_read_lock();
        Node *node = find(key);
        if (node)
            value = node->value.load(std::memory_order_relaxed);
        rcu_read_unlock();
        return node;
    }
    bool update(Word key, Word value)
    {
        rcu_read_lock();
        Node *node = find(key);
        if (node)
            node->value.store(value, std::memory_order_release);
        rcu_read_unlock();
        return node;
    }
    bool remove(Word key)
    {
        rcu_read_lock();
        Node *node = find(key);
        bool removes = node && cds_lfht_del(table, &node->node) == 0;
        if (removes)
            call_rcu(&node->head, free_node);
        rcu_read_unlock();
        return removes;
    }
};

class Cuckoo {
    struct Hash {
        std::size_t operator()(Word key) const { return hash_word(key); }
    };
    libcuckoo::cuckoohash_map<Word, Word, Hash> map;

public:
    static constexpr const char *name = "libcuckoo";
    Cuckoo(std::size_t entries, int) : map(entries) {}
    bool insert(Word key, Word value) { return map.insert(key, value); }
    bool get(Word key, Word &value) const { return map.find(key, value); }
    bool update(Word key, Word value) { return map.update(key, value); }
    bool remove(Word key) { return map.erase(key); }
};

class Tbb {
    struct Hash {
        static std::size_t hash(Word key) { return hash_word(key); }
        static bool equal(Word one, Word other) { return one == other; }
    };
    using Map = tbb::concurrent_hash_map<Word, Word, Hash>;
    Map map;

public:
    static constexpr const char *name = "tbb";
    Tbb(std::size_t entries, int) : map(entries) {}
    bool insert(Word key, Word value) { return map.insert({ key, value }); }
    bool get(Word key, Word &value) const
    {
        Map::const_accessor place;
        bool found = map.find(place, key);
        if (found)
            value = place->second;
        return found;
    }
    bool update(Word key, Word value)
    {
        Map::accessor place;
        bool found = map.find(place, key);
        if (found)
            place->second = value;
        return found;
    }
    bool remove(Word key) { return map.erase(key); }
};

enum Operation { BUILD, HIT, MISS, UPDATE, CHURN, OPERATIONS };
const char *const OPERATION_NAMES[] = { "insert", "hit", "miss", "update", "insert + remove" };

using Times = std::vector<double>[OPERATIONS];

struct Keys {
    std::vector<Word> present, absent, hits, misses;
};

Keys make_keys(std::size_t entries, std::size_t lookups)
{
    Chance chance(entries);
    Keys keys;
    for (std::size_t index = 0; index < entries; index++) {
        keys.present.push_back(chance.next() << 1 | Word(1) << 63);
        keys.absent.push_back(chance.next() >> 1 | 1);
    }
    for (std::size_t index = 0; index < lookups; index++) {
        keys.hits.push_back(keys.present[chance.next() % entries]);
        keys.misses.push_back(keys.absent[chance.next() % entries]);
    }
    return keys;
}

// Threads that wait for work, so that none has to be started while the clock runs.
class WorkerPool {
    std::atomic<unsigned> generation{ 0 };
    std::atomic<std::size_t> busy{ 0 };
    std::function<void(int)> job;
    std::vector<std::thread> others;

    // A thread that waits is in nobody's grace period.
    void serve(int thread)
    {
        rcu_register_thread();
        for (unsigned seen = 0;; seen++) {
            while (generation.load(std::memory_order_acquire) == seen)
                std::this_thread::yield();
            if (!job)
                break;
            job(thread);
            busy.fetch_sub(1, std::memory_order_release);
        }
        rcu_unregister_thread();
    }

public:
    explicit WorkerPool(int threads)
    {
        for (int thread = 1; thread < threads; thread++)
            others.emplace_back([this, thread] { serve(thread); });
    }
    ~WorkerPool()
    {
        job = nullptr;
        generation.fetch_add(1, std::memory_order_release);
        for (std::thread &other : others)
            other.join();
    }
    int threads() const { return (int)others.size() + 1; }
    // Does `work(thread)` by each thread.
    void run(std::function<void(int)> work)
    {
        job = std::move(work);
        busy.store(others.size(), std::memory_order_relaxed);
        generation.fetch_add(1, std::memory_order_release);
        job(0);
        while (busy.load(std::memory_order_acquire) > 0)
            std::this_thread::yield();
    }
};

// Does `each` for all of `keys`, of which each thread has a part; how often it was true.
template <typename Each> std::size_t by_all(WorkerPool &pool, const std::vector<Word> &keys, Each each)
{
    std::atomic<std::size_t> sum(0);
    std::size_t threads = pool.threads();
    pool.run([&](int thread) {
        std::size_t first = keys.size() * thread / threads, end = keys.size() * (thread + 1) / threads;
        std::size_t trues = 0;
        for (std::size_t index = first; index < end; index++)
            trues += each(keys[index]);
        sum += trues;
    });
    return sum;
}

// One round of everything with one kind of map. Small maps are made several times, so that every clock runs
// for as many operations as `keys.hits` has, or nearly.
template <typename Map> void round_of(const Keys &keys, WorkerPool &pool, Times &times)
{
    std::size_t entries = keys.present.size(), again = std::max<std::size_t>(keys.hits.size() / entries, 1);
    std::vector<std::unique_ptr<Map>> maps;
    for (std::size_t number = 0; number < again; number++)
        maps.push_back(std::make_unique<Map>(entries + entries / 16, pool.threads()));
    auto run = [&](Operation operation, const std::vector<Word> &those, std::size_t expected, std::size_t turns,
                   auto each) {
        std::size_t found = 0;
        measure(times[operation], operation, Map::name, entries, those.size() * turns, [&] {
            for (std::size_t turn = 0; turn < turns; turn++)
                found += by_all(pool, those, [&, turn](Word key) { return each(turn, key); });
        });
        must_be(found, expected * turns, Map::name);
    };
    run(BUILD, keys.present, entries, again,
        [&](std::size_t turn, Word key) { return maps[turn]->insert(key, key); });
    Map &map = *maps[0];
    run(HIT, keys.hits, keys.hits.size(), 1, [&](std::size_t, Word key) {
        Word value = 0;
        return map.get(key, value) && value == key;
    });
    run(MISS, keys.misses, 0, 1, [&](std::size_t, Word key) {
        Word value = 0;
        return map.get(key, value);
    });
    run(UPDATE, keys.hits, keys.hits.size(), 1, [&](std::size_t, Word key) { return map.update(key, key); });
    run(CHURN, keys.absent, entries, again,
        [&](std::size_t, Word key) { return map.insert(key, key) && map.remove(key); });
}

// The weight of a round: small maps are made again until they took as many keys as there are lookups.
double weight_of(std::size_t entries, std::size_t lookups) { return (double)(lookups + entries); }

// Rounds with all maps in turn, ours first.
template <typename... Map>
void run(std::size_t entries, int threads, int rounds, std::size_t lookups, Progress &progress)
{
    constexpr int MAPS = sizeof...(Map);
    const char *const names[] = { Map::name... };
    Keys keys = make_keys(entries, lookups);
    Times times[MAPS];
    WorkerPool pool(threads);
    for (int round = 0; round < rounds; round++) {
        int map = 0;
        (round_of<Map>(keys, pool, times[map++]), ...);
        progress.advance(weight_of(entries, lookups));
    }
    for (int operation = 0; operation < OPERATIONS; operation++)
        for (int map = 0; map < MAPS; map++) {
            const std::vector<double> &its = times[map][operation];
            if (!its.empty())
                print_figure(entries, threads, OPERATION_NAMES[operation], names[map], "ns", median(its));
        }
}

constexpr auto run_all = run<Heptad, Ck, Urcu, Tbb, Cuckoo>;

} // namespace

int main(int argc, char **argv)
{
    rcu_register_thread();
#ifdef COUNTS
    (void)argc, (void)argv;
    Progress progress(weight_of(10000, 20000));
    run_all(10000, 1, 1, 20000, progress);
#else
    int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
    std::size_t lookups = std::size_t(1) << 19;
    double total = 0;
    for (std::size_t entries : { 10000, 1000000 })
        total += 2 * rounds * weight_of(entries, lookups);
    Progress progress(total);
    for (std::size_t entries : { 10000, 1000000 })
        for (int threads : { 1, 2 })
            run_all(entries, threads, rounds, lookups, progress);
#endif
    rcu_unregister_thread();
}
