// What the benchmarks of the C interface share: keys, times or counts, medians.
#pragma once

#include <heptad.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#ifdef COUNTS
#include <valgrind/callgrind.h>
#endif

constexpr std::uint64_t SEED = 0x5eed;

// heptad_hash_word, for tables that inline it.
inline std::uint64_t hash_word(std::uint64_t word)
{
    std::uint64_t state = SEED ^ word;
    state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9;
    state = (state ^ state >> 27) * 0x94D049BB133111EB;
    return state ^ state >> 31;
}

// A row of numbers that looks like chance.
class Chance {
    std::uint64_t state;

public:
    explicit Chance(std::uint64_t seed) : state(seed) {}
    std::uint64_t next() { return hash_word(state++ * 0x9E3779B97F4A7C15); }
};

// Does `work`, `count` operations on a table of `entries`, and notes its nanoseconds per operation; or, with COUNTS,
// has callgrind write its instructions to a file of their own.
template <typename Work>
void measure(std::vector<double> &times, int operation, const char *name, std::size_t entries, std::size_t count,
             Work work)
{
#ifdef COUNTS
    std::string label = std::to_string(operation) + ' ' + name + ' ' + std::to_string(count) + ' '
        + std::to_string(entries);
    CALLGRIND_ZERO_STATS;
    work();
    CALLGRIND_DUMP_STATS_AT(label.c_str());
    (void)times;
#else
    (void)operation, (void)name, (void)entries;
    auto start = std::chrono::steady_clock::now();
    work();
    std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - start;
    times.push_back(time.count() / (double)count);
#endif
}

inline void must_be(std::size_t found, std::size_t expected, const char *name)
{
    if (found != expected) {
        std::fprintf(stderr, "%s found %zu of %zu\n", name, found, expected);
        std::exit(1);
    }
}

inline double median(std::vector<double> numbers)
{
    std::nth_element(numbers.begin(), numbers.begin() + numbers.size() / 2, numbers.end());
    return numbers[numbers.size() / 2];
}

// How much is done, and about how long the rest takes: lines on standard error, some seconds apart.
class Progress {
    using Clock = std::chrono::steady_clock;
    double total, done = 0;
    Clock::time_point start = Clock::now(), shown = start;

    static double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

public:
    // Parts of different length have weights, which make `total` together.
    explicit Progress(double total) : total(total) {}
    void advance(double weight)
    {
        done += weight;
        Clock::time_point now = Clock::now();
        if (seconds(now - shown) < 4)
            return;
        shown = now;
        unsigned left = (unsigned)(seconds(now - start) * (total - done) / done);
        std::fprintf(stderr, "%.0f %% done, about %u min %02u s left\n", 100 * done / total, left / 60, left % 60);
    }
};

// Prints one figure of one table, for `cargo xtask bench-c`: a line of words between tabs.
inline void print_figure(std::size_t entries, int threads, const char *operation, const char *table,
                         const char *measure, double figure)
{
    std::printf("%zu\t%d\t%s\t%s\t%s\t%.3f\n", entries, threads, operation, table, measure, figure);
}
