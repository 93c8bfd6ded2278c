/* Calls for a table in the middle of a change of the same table: from a callback, and from a signal's handler. */
#define _XOPEN_SOURCE 700
#include "check.h"

#include <signal.h>
#include <sys/time.h>

static HEPTAD_LINES(lines, 16);
static HEPTAD_LINES(other_lines, 64);
static heptad_set set = HEPTAD_INIT;
static heptad_map map = HEPTAD_INIT;

/* Calls for the same set from inside. */
static int call_back(uint64_t key, void *context)
{
    uint8_t found;
    ++*(unsigned *)context;
    EQUAL(heptad_set_insert(&set, key + 1000), HEPTAD_ERROR_BUSY);
    EQUAL(heptad_set_remove(&set, key), HEPTAD_ERROR_BUSY);
    EQUAL(heptad_set_contains(&set, key), HEPTAD_ERROR_BUSY);
    EQUAL(heptad_set_contains_many(&set, &key, 1, &found), HEPTAD_ERROR_BUSY);
    EQUAL(heptad_set_release(&set, NULL, NULL), HEPTAD_ERROR_BUSY);
    EQUAL(heptad_set_init(&set, other_lines, sizeof other_lines, 1, HEPTAD_LOAD_15_16), HEPTAD_ERROR_BUSY);
    EQUAL(heptad_set_len(&set), 0);
    return 1;
}

static void callbacks_that_call_back(void)
{
    uint64_t key;
    unsigned calls = 0;
    EQUAL(heptad_set_init(&set, lines, sizeof lines, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    for (key = 0; key < 50; key++) {
        EQUAL(heptad_set_insert(&set, key), 1);
    }
    EQUAL(heptad_set_retain(&set, call_back, &calls), HEPTAD_OK);
    EQUAL(calls, 50);
    EQUAL(heptad_set_len(&set), 50);
}

static volatile sig_atomic_t signals, refusals, additions;

/* An interrupt, as far as a process has such: it counts in the map that the program below works in. */
static void on_signal(int number)
{
    int result = heptad_map_add(&map, 1000, 1, NULL);
    (void)number;
    signals++;
    if (result == HEPTAD_ERROR_BUSY) {
        refusals++;
    } else if (result >= 0) {
        additions++;
    }
}

/* A handler that comes in the middle of a change is refused; every other one is served. */
static void an_interrupt_in_the_middle(void)
{
    struct itimerval often = { { 0, 50 }, { 0, 50 } }, never = { { 0, 0 }, { 0, 0 } };
    struct sigaction action;
    uint64_t key, value = 0, round = 0;
    EQUAL(heptad_map_init(&map, other_lines, sizeof other_lines, 1, HEPTAD_LOAD_15_16), HEPTAD_OK);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    /* Until both have been seen, and for a while. */
    while (round < 2000 || ((refusals == 0 || additions == 0) && round < 2000000)) {
        for (key = 0; key < 100; key++) {
            EQUAL(heptad_map_insert(&map, key, round, NULL), 1);
        }
        for (key = 0; key < 100; key++) {
            EQUAL(heptad_map_remove(&map, key, &value), 1);
            EQUAL(value, round);
        }
        round++;
    }
    setitimer(ITIMER_REAL, &never, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGALRM, &action, NULL);
    CHECK(refusals > 0 && additions > 0);
    EQUAL(refusals + additions, signals);
    EQUAL(heptad_map_get(&map, 1000, &value), 1);
    EQUAL(value, additions);
    EQUAL(heptad_map_len(&map), 1);
}

int main(void)
{
    static const struct test_case cases[] = {
        CASE(callbacks_that_call_back),
        CASE(an_interrupt_in_the_middle),
    };
    return RUN(cases);
}
