// heptad's C interface beside khash and packaged C++ tables: nanoseconds per operation.
//
// Sets of 64-bit words under the same hash function. Each table is given room for all keys by its own
// means before they come: heptad is then full, at 15/16. All single lookups are inlined, as users of each have it, and
// heptad's batches; beside them heptad as calls, and inlined with as much memory as khash. Rounds are interleaved, medians
// are shown, and behind them the peer's time divided by heptad's: above 1 heptad is ahead.
//
// Compiled with COUNTS and run under callgrind it does one round of one size, and each part's instructions
// go to a file of their own; `cargo xtask bench-c --counts` makes the table of them.
#include "measure.hpp"
#include <heptad/inline.h>

#include <absl/container/flat_hash_set.h>
#if __has_include(<boost/unordered/unordered_flat_set.hpp>)
#define HAS_BOOST
#include <boost/unordered/unordered_flat_set.hpp>
#endif
#include <htslib/khash.h>
#include <tsl/robin_set.h>

namespace {

struct Hash {
    std::size_t operator()(std::uint64_t word) const { return hash_word(word); }
};

#define WORD_HASH(key) ((khint_t)hash_word(key))
#define WORD_EQUAL(one, other) ((one) == (other))
KHASH_INIT(words, khint64_t, char, 0, WORD_HASH, WORD_EQUAL)

class Called {
    std::size_t bytes;
    void *memory;

protected:
    heptad_set set = HEPTAD_INIT;

public:
    static constexpr const char *name = "heptad_called";
    explicit Called(std::size_t keys)
        : bytes(heptad_set_bytes(keys, HEPTAD_LOAD_15_16)), memory(std::aligned_alloc(64, bytes))
    {
        if (heptad_set_init(&set, memory, bytes, SEED, HEPTAD_LOAD_15_16) != HEPTAD_OK)
            std::abort();
    }
    Called(const Called &) = delete;
    ~Called() { std::free(memory); }
    void insert(std::uint64_t key) { heptad_set_insert(&set, key); }
    bool contains(std::uint64_t key) const { return heptad_set_contains(&set, key) > 0; }
    void remove(std::uint64_t key) { heptad_set_remove(&set, key); }
    template <auto Many> std::size_t count_by(const std::vector<std::uint64_t> &keys) const
    {
        std::uint8_t found[256];
        std::size_t sum = 0;
        for (std::size_t first = 0; first < keys.size(); first += sizeof found) {
            std::size_t length = std::min(sizeof found, keys.size() - first);
            Many(&set, &keys[first], length, found);
            for (std::size_t index = 0; index < length; index++)
                sum += found[index];
        }
        return sum;
    }
    std::size_t count(const std::vector<std::uint64_t> &keys) const
    {
        return count_by<heptad_set_contains_many>(keys);
    }
    std::size_t memory_bytes() const { return bytes + sizeof set; }
};

// The same, with lookups that the compiler inlines; and with room for `ROOM` times the keys. Twice is as much memory as
// khash takes.
template <std::size_t ROOM> class Inlined : public Called {
public:
    static constexpr const char *name = ROOM == 1 ? "heptad" : "heptad_half";
    explicit Inlined(std::size_t keys) : Called(ROOM * keys) {}
    bool contains(std::uint64_t key) const { return heptad_inline_set_contains(&set, key) > 0; }
    std::size_t count(const std::vector<std::uint64_t> &keys) const
    {
        return count_by<heptad_inline_set_contains_many>(keys);
    }
};
using Heptad = Inlined<1>;
using Half = Inlined<2>;

class Khash {
    khash_t(words) *table = kh_init(words);

public:
    static constexpr const char *name = "khash";
    explicit Khash(std::size_t keys) { kh_resize(words, table, (khint_t)((double)keys / 0.77) + 1); }
    Khash(const Khash &) = delete;
    ~Khash() { kh_destroy(words, table); }
    void insert(std::uint64_t key)
    {
        int result;
        kh_put(words, table, key, &result);
    }
    bool contains(std::uint64_t key) const { return kh_get(words, table, key) != kh_end(table); }
    void remove(std::uint64_t key)
    {
        khint_t place = kh_get(words, table, key);
        if (place != kh_end(table))
            kh_del(words, table, place);
    }
    std::size_t memory_bytes() const { return kh_n_buckets(table) * 8 + kh_n_buckets(table) / 4; }
};

class Robin {
    tsl::robin_set<std::uint64_t, Hash> set;

public:
    static constexpr const char *name = "robin_set";
    explicit Robin(std::size_t keys) { set.reserve(keys); }
    void insert(std::uint64_t key) { set.insert(key); }
    bool contains(std::uint64_t key) const { return set.contains(key); }
    void remove(std::uint64_t key) { set.erase(key); }
    std::size_t memory_bytes() const { return set.bucket_count() * 16; }
};

class Absl {
    absl::flat_hash_set<std::uint64_t, Hash> set;

public:
    static constexpr const char *name = "flat_hash_set";
    explicit Absl(std::size_t keys) { set.reserve(keys); }
    void insert(std::uint64_t key) { set.insert(key); }
    bool contains(std::uint64_t key) const { return set.contains(key); }
    void remove(std::uint64_t key) { set.erase(key); }
    std::size_t memory_bytes() const { return set.capacity() * 9; }
};

#ifdef HAS_BOOST
// Groups of 15 elements with 16 bytes of metadata, which SSE2 compares. A hash function that is marked as a good one is
// not mixed again.
class Boost {
    struct Avalanching : Hash {
        using is_avalanching = void;
    };
    boost::unordered_flat_set<std::uint64_t, Avalanching> set;

public:
    static constexpr const char *name = "unordered_flat_set";
    explicit Boost(std::size_t keys) { set.reserve(keys); }
    void insert(std::uint64_t key) { set.insert(key); }
    bool contains(std::uint64_t key) const { return set.contains(key); }
    void remove(std::uint64_t key) { set.erase(key); }
    // There is a sentinel among the slots, and one more group for alignment.
    std::size_t memory_bytes() const
    {
        return set.bucket_count() * 8 + ((set.bucket_count() + 1) / 15 + 1) * 16;
    }
};
#endif

// The keys of one size.
struct Keys {
    std::vector<std::uint64_t> present, absent, hits, misses;
    std::size_t churn;
};

Keys make_keys(std::size_t count, std::size_t lookups)
{
    Chance chance(count);
    Keys keys;
    for (std::size_t index = 0; index < count; index++) {
        keys.present.push_back(chance.next() << 1);
        keys.absent.push_back(chance.next() << 1 | 1);
    }
    for (std::size_t index = 0; index < lookups; index++) {
        keys.hits.push_back(keys.present[chance.next() % count]);
        keys.misses.push_back(keys.absent[chance.next() % count]);
    }
    keys.churn = std::min(count, lookups / 4);
    return keys;
}

enum Operation { BUILD, HIT, MISS, BATCH, CHURN, REMOVE, OPERATIONS };
const char *const OPERATION_NAMES[] = { "insert", "hit", "miss", "hits in batches", "churn", "remove" };

using Times = std::vector<double>[OPERATIONS];

std::size_t batch(const Called &table, const std::vector<std::uint64_t> &keys)
{
    return table.count(keys);
}

template <std::size_t ROOM>
std::size_t batch(const Inlined<ROOM> &table, const std::vector<std::uint64_t> &keys)
{
    return table.count(keys);
}

// How many of the keys are there. A function of its own: each table has all registers in its loop.
template <typename Table>
__attribute__((noinline)) std::size_t count_each(const Table &table, const std::vector<std::uint64_t> &keys)
{
    std::size_t sum = 0;
    for (std::uint64_t key : keys)
        sum += table.contains(key);
    return sum;
}

// Peers have no batches: what their users would write is a loop.
template <typename Table>
std::size_t batch(const Table &table, const std::vector<std::uint64_t> &keys)
{
    return count_each(table, keys);
}

// One round of everything with one table; returns its bytes.
template <typename Table>
std::size_t round_of(const Keys &keys, Times &times)
{
    std::size_t entries = keys.present.size(), found = 0;
    Table table(entries);
    measure(times[BUILD], BUILD, Table::name, entries, keys.present.size(), [&] {
        for (std::uint64_t key : keys.present)
            table.insert(key);
    });
    measure(times[HIT], HIT, Table::name, entries, keys.hits.size(), [&] { found = count_each(table, keys.hits); });
    must_be(found, keys.hits.size(), Table::name);
    measure(times[MISS], MISS, Table::name, entries, keys.misses.size(),
            [&] { found = count_each(table, keys.misses); });
    must_be(found, 0, Table::name);
    measure(times[BATCH], BATCH, Table::name, entries, keys.hits.size(), [&] { found = batch(table, keys.hits); });
    must_be(found, keys.hits.size(), Table::name);
    std::size_t bytes = table.memory_bytes();
    measure(times[CHURN], CHURN, Table::name, entries, keys.churn, [&] {
        for (std::size_t index = 0; index < keys.churn; index++) {
            table.remove(keys.present[index]);
            table.insert(keys.absent[index]);
        }
    });
    must_be(batch(table, keys.absent), keys.churn, Table::name);
    measure(times[REMOVE], REMOVE, Table::name, entries, keys.churn, [&] {
        for (std::size_t index = 0; index < keys.churn; index++)
            table.remove(keys.absent[index]);
    });
    must_be(batch(table, keys.present), keys.present.size() - keys.churn, Table::name);
    return bytes;
}

// All tables, ours first.
template <typename... Table> struct Contest {
    static constexpr int TABLES = sizeof...(Table);
    static constexpr const char *names[] = { Table::name... };

    // A round with each in turn.
    static void round(const Keys &keys, Times *times, std::size_t *bytes)
    {
        int table = 0;
        ((bytes[table] = round_of<Table>(keys, times[table]), table++), ...);
    }
};

using All = Contest<Heptad, Called, Half, Khash, Robin, Absl
#ifdef HAS_BOOST
                    ,
                    Boost
#endif
                    >;

void report(std::size_t count, const Times *times, const std::size_t *bytes)
{
    for (int operation = 0; operation < OPERATIONS; operation++)
        for (int table = 0; table < All::TABLES; table++) {
            const std::vector<double> &its = times[table][operation];
            const char *name = All::names[table];
            if (!its.empty())
                print_figure(count, 1, OPERATION_NAMES[operation], name, "ns", median(its));
            print_figure(count, 1, OPERATION_NAMES[operation], name, "bytes", (double)bytes[table]);
        }
}

// Keys of a set of this size.
std::size_t entries_of(std::size_t kibibytes) { return kibibytes * 16 * 7 * 15 / 16; }

// The weight of a round: lookups of three kinds, and changes of as many keys as there are or more.
double weight_of(std::size_t kibibytes, std::size_t lookups)
{
    return 3.0 * (double)(lookups + entries_of(kibibytes));
}

// Rounds with all tables, in turn.
void run(std::size_t kibibytes, int rounds, std::size_t lookups, Progress &progress)
{
    std::size_t count = entries_of(kibibytes);
    Keys keys = make_keys(count, lookups);
    Times times[All::TABLES];
    std::size_t bytes[All::TABLES];
    for (int round = 0; round < rounds; round++) {
        All::round(keys, times, bytes);
        progress.advance(weight_of(kibibytes, lookups));
    }
    report(count, times, bytes);
}

} // namespace

int main(int argc, char **argv)
{
#ifdef COUNTS
    (void)argc, (void)argv;
    Progress progress(weight_of(512, 100000));
    run(512, 1, 100000, progress);
#else
    int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
    std::size_t most = argc > 2 ? 8192 : 65536; // a second word requests less
    std::size_t lookups = std::size_t(1) << 20;
    std::vector<std::size_t> sizes;
    double total = 0;
    for (std::size_t kibibytes : { 64, 512, 8192, 65536 })
        if (kibibytes <= most) {
            sizes.push_back(kibibytes);
            total += rounds * weight_of(kibibytes, lookups);
        }
    Progress progress(total);
    for (std::size_t kibibytes : sizes)
        run(kibibytes, rounds, lookups, progress);
#endif
}
