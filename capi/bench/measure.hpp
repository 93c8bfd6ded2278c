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

// Does `work`, `count` operations, and notes its nanoseconds per operation; or, with COUNTS, has callgrind
// write its instructions to a file of their own.
template <typename Work>
void measure(std::vector<double> &times, int operation, const char *name, std::size_t count, Work work)
{
#ifdef COUNTS
    std::string label = std::to_string(operation) + ' ' + name + ' ' + std::to_string(count);
    CALLGRIND_ZERO_STATS;
    work();
    CALLGRIND_DUMP_STATS_AT(label.c_str());
    (void)times;
#else
    (void)operation, (void)name;
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

// Begins a Markdown table with a column for each name.
inline void print_head(const std::vector<const char *> &names)
{
    std::printf("| ");
    for (const char *name : names)
        std::printf("| %s ", name);
    std::printf("|\n|---");
    for (std::size_t index = 0; index < names.size(); index++)
        std::printf("|---");
    std::printf("|\n");
}

// A row of it: medians, and the peers' divided by heptad's, which comes first.
inline void print_row(const char *operation, const std::vector<double> &medians)
{
    std::printf("| %s | %.1f", operation, medians[0]);
    for (std::size_t peer = 1; peer < medians.size(); peer++)
        std::printf(" | %.1f [%.2f]", medians[peer], medians[peer] / medians[0]);
    std::printf(" |\n");
}
