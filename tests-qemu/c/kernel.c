/*
 * A kernel in C that profiles itself, with heptad holding the counts.
 *
 * A timer interrupt samples the address it interrupted into a map without a lock, in which the kernel
 * counts at the same time, with interrupts on. A second map has one owner at a time: the kernel changes
 * it with interrupts masked. A third one is shared carelessly, to show what becomes of that: the handler
 * is refused in the middle of a change, and nothing breaks. At the end the kernel prints what it found,
 * and `PASS n/n`.
 */
#include <heptad.h>

#include "machine.h"

enum { HERTZ = 2000, TICKS = 1000, PLACES = 1000, SHARED_KEY = 77 };

static HEPTAD_LINES(profile_lines, 512); /* 32 bytes for each of 1,000 places */
static HEPTAD_LINES(shared_lines, 64);
static HEPTAD_LINES(careless_lines, 64);
static HEPTAD_LINES(primes_lines, 32);   /* a set: 210 numbers */

static heptad_lockfree profile = HEPTAD_INIT;
static heptad_map shared = HEPTAD_INIT;
static heptad_map careless = HEPTAD_INIT;
static heptad_set primes = HEPTAD_INIT;

static volatile uint64_t ticks, lost_samples, careless_done, careless_refused, other_errors;

void on_tick(uint64_t interrupted)
{
    int result;
    ticks++;
    /* 32 bytes: adjacent addresses are counted together. */
    if (heptad_lockfree_add(&profile, interrupted & ~(uint64_t)31, 1, NULL) < 0
        || heptad_lockfree_add(&profile, SHARED_KEY, 1, NULL) < 0) {
        lost_samples++;
    }
    if (heptad_map_add(&shared, SHARED_KEY, 1, NULL) < 0) {
        other_errors++;
    }
    result = heptad_map_add(&careless, SHARED_KEY, 1, NULL);
    if (result == HEPTAD_ERROR_BUSY) {
        careless_refused++;
    } else if (result >= 0) {
        careless_done++;
    } else {
        other_errors++;
    }
}

static unsigned passed, checks;

static void check(const char *what, int holds)
{
    checks++;
    passed += holds != 0;
    print(holds ? "ok: " : "NOT SO: ");
    print(what);
    print("\n");
}

/* Work to be interrupted: finds prime numbers by dividing by the primes in the set so far. */
static void find_primes(void)
{
    uint64_t candidate, divisor;
    heptad_set_clear(&primes);
    for (candidate = 2; candidate < 1000; candidate++) {
        int is_prime = 1;
        for (divisor = 2; divisor * divisor <= candidate && is_prime; divisor++) {
            is_prime = heptad_set_contains(&primes, divisor) == 0 || candidate % divisor != 0;
        }
        if (is_prime) {
            heptad_set_insert(&primes, candidate);
        }
    }
}

/* One round of each kind of sharing; returns how many were counted into the shared map. */
static uint64_t share(uint64_t round)
{
    uint64_t key;
    for (key = 0; key < 50; key++) {
        uint64_t before = interrupts_mask();
        heptad_map_insert(&shared, 1000 + key, round, NULL);
        heptad_map_add(&shared, SHARED_KEY, 1, NULL);
        heptad_map_remove(&shared, 1000 + key, NULL);
        interrupts_restore(before);
        heptad_lockfree_add(&profile, SHARED_KEY, 1, NULL);
        heptad_lockfree_insert(&profile, 1000 + key, round, NULL);
        heptad_lockfree_remove(&profile, 1000 + key, NULL);
        heptad_map_insert(&careless, 1000 + key, round, NULL);
        heptad_map_remove(&careless, 1000 + key, NULL);
    }
    return 50;
}

/* A walk over the profile: the place with the most samples after the previous one (among equals, the
 * greater address first), and the sum of all samples. */
struct walk {
    uint64_t last_samples, last_address, samples, address, sum;
};

static int visit(uint64_t key, uint64_t value, void *context)
{
    struct walk *walk = context;
    if (key == SHARED_KEY) {
        return 1;
    }
    walk->sum += value;
    if ((value < walk->last_samples || (value == walk->last_samples && key < walk->last_address))
        && (value > walk->samples || (value == walk->samples && key > walk->address))) {
        walk->samples = value;
        walk->address = key;
    }
    return 1;
}

/* Prints what was counted, and returns how many samples there are. */
static uint64_t report(void)
{
    heptad_shared_stats stats;
    heptad_stats primes_stats;
    struct walk walk = { UINT64_MAX, UINT64_MAX, 0, 0, 0 };
    unsigned rank;
    heptad_lockfree_stats(&profile, &stats);
    heptad_set_stats(&primes, &primes_stats);
    print("%u samples at %u places of %u, %u in groups, fullest %u, %u reserved, %u bytes\n",
          (uint64_t)ticks, stats.entries - 1, (uint64_t)heptad_lockfree_capacity(&profile),
          stats.overflow, stats.fullest_home, stats.reserved, stats.bytes);
    for (rank = 0; rank < 5; rank++) {
        walk.samples = walk.address = walk.sum = 0;
        heptad_lockfree_each(&profile, visit, &walk);
        if (walk.samples > 0) {
            print("%u samples at 0x%x\n", walk.samples, walk.address);
        }
        walk.last_samples = walk.samples;
        walk.last_address = walk.address;
    }
    print("%u primes in %u groups of which %u full, %u displaced, %u stashed, %u bytes\n",
          primes_stats.len, primes_stats.groups, primes_stats.full_groups, primes_stats.displaced,
          primes_stats.stashed, primes_stats.bytes);
    print("carelessly shared: %u counted, %u refused\n", (uint64_t)careless_done,
          (uint64_t)careless_refused);
    return walk.sum;
}

void kernel_main(void);
void kernel_main(void)
{
    static uint64_t numbers[1000];
    static uint8_t is_prime[1000];
    uint64_t round = 0, counted = 0, number, found = 0, value = 0;

    machine_init();
    check("the maps and the set are made",
          heptad_lockfree_init(&profile, profile_lines, sizeof profile_lines, 1) == 0
              && heptad_lockfree_capacity(&profile) >= PLACES
              && heptad_map_init(&shared, shared_lines, sizeof shared_lines, 2, HEPTAD_LOAD_3_4) == 0
              && heptad_map_init(&careless, careless_lines, sizeof careless_lines, 3, HEPTAD_LOAD_3_4)
                     == 0
              && heptad_set_init(&primes, primes_lines, sizeof primes_lines, 4, HEPTAD_LOAD_15_16)
                     == 0);

#ifdef PLANT_AN_FP_INSTRUCTION
    __asm__ volatile(".arch_extension fp\n\tfmov d0, xzr");
#endif
    timer_start(HERTZ);
    while (ticks < TICKS || careless_refused == 0) {
        find_primes();
        counted += share(round++);
    }
    timer_stop();

    check("no sample was lost", report() == ticks && lost_samples == 0);
    check("the count without a lock is exact",
          heptad_lockfree_get(&profile, SHARED_KEY, &value) == 1 && value == ticks + counted
              && heptad_lockfree_check(&profile) == HEPTAD_OK);
    check("the count under the mask is exact",
          heptad_map_get(&shared, SHARED_KEY, &value) == 1 && value == ticks + counted);
    check("the careless count misses what was refused, and no more",
          heptad_map_get(&careless, SHARED_KEY, &value) == 1 && value == careless_done
              && careless_done + careless_refused == ticks && careless_refused > 0
              && heptad_map_len(&careless) == 1);
    check("no other error", other_errors == 0);
    for (number = 0; number < 1000; number++) {
        numbers[number] = number;
    }
    check("a batch is answered",
          heptad_set_contains_many(&primes, numbers, 1000, is_prime) == HEPTAD_OK);
    for (number = 0; number < 1000; number++) {
        found += is_prime[number];
    }
    check("168 primes below 1,000", found == 168 && heptad_set_len(&primes) == 168);

    print("PASS %u/%u\n", (uint64_t)passed, (uint64_t)checks);
    machine_exit(passed == checks ? EXIT_PASS : EXIT_FAILED_CHECK);
}
