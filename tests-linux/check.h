/* heptad_check: what its files share. main.c says what the module shows. */
#ifndef HEPTAD_CHECK_H
#define HEPTAD_CHECK_H

#include <linux/printk.h>
#include <linux/types.h>

#include <heptad.h>

/* What counts: a bound thread, a timer's hard interrupt, a non-maskable interrupt. */
enum source { THREAD, TIMER, NMI, SOURCES };
extern const char *const source_names[SOURCES];

/* What becomes of a map's old memory: the parameter `reclaim`. */
enum { RECLAIM_NONE, RECLAIM_COUNTED, RECLAIM_RCU };
extern const heptad_reclaim after_rcu;

/* Prints a line about a check, and counts it; returns what it was passed. And has no check failed? */
bool check(bool is_good, const char *what);
bool all_passed(void);

/* One step of a generator of numbers that needs no lock. */
static inline u64 next_number(u64 *state)
{
    u64 number = *state;
    number ^= number << 13;
    number ^= number >> 7;
    number ^= number << 17;
    *state = number;
    return number;
}

/* The interrupts of a run, in sources.c: `count` is called by a thread, a hard timer and NMIs on each CPU, or by
 * timers in soft interrupts. */
typedef void (*count_function)(enum source source);
int sources_start(count_function count, bool with_soft_timers);
void sources_stop(void);

/* The runs. Each returns 0, or an error that no check is about: there was no memory, say. */
int count_in_lockfree(int reclaim, bool plant);
int count_in_rhashtable(void);
int use_swiss(void);
int measure(void);

#endif
