/*
 * A process that counts one hot key in shared memory is killed again and again, while another one counts on. What
 * the dead one had reserved is released each time: nothing is left over in the end, and no count was refused.
 *
 * As many kills as HEPTAD_KILLS says, or some hundred.
 */
#define _GNU_SOURCE
#include "check.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HOT = 42, NEIGHBOURS = 40, KILLS = 300, PARENT = 0, WORKER = 1, VICTIM = 2, MEMBERS = 3 };

/* What processes tell one another, each member in words of its own. */
static struct progress {
    volatile uint64_t started[MEMBERS], stop, counted[MEMBERS];
} *progress;
static void *memory;
static size_t bytes;

static void *shared_memory(size_t count)
{
    void *start = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(start != MAP_FAILED);
    return start;
}

/* Counts the hot key, and lets keys beside it come and go, until it is to stop or its parent is gone. */
static void work(size_t member, uint64_t seed)
{
    heptad_lockfree map = HEPTAD_INIT;
    pid_t parent = getppid();
    EQUAL(heptad_lockfree_join(&map, memory, bytes, member), HEPTAD_OK);
    progress->started[member] = 1;
    while (!progress->stop && getppid() == parent) {
        uint64_t key = 1000 * member + heptad_hash_word(7, seed++) % NEIGHBOURS;
        EQUAL(heptad_lockfree_add(&map, HOT, 1, NULL), 0);
        progress->counted[member]++;
        CHECK(heptad_lockfree_add(&map, key, 1, NULL) >= 0);
        if (seed % 3 == 0) {
            CHECK(heptad_lockfree_remove(&map, key, NULL) >= 0);
        }
    }
    EQUAL(heptad_lockfree_release(&map, NULL, NULL), HEPTAD_OK);
    _exit(0);
}

static pid_t start(size_t member, uint64_t seed)
{
    pid_t child;
    progress->started[member] = 0;
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        work(member, seed);
    }
    while (!progress->started[member]) {
        CHECK(waitpid(child, NULL, WNOHANG) == 0);
        usleep(10);
    }
    return child;
}

static void nothing_is_left_of_the_dead(void)
{
    heptad_lockfree map = HEPTAD_INIT;
    heptad_shared_stats stats;
    const char *wanted = getenv("HEPTAD_KILLS");
    unsigned long kills = wanted != NULL ? strtoul(wanted, NULL, 10) : KILLS, kill_number, busy = 0;
    uint64_t value, counted = 0;
    pid_t worker;
    int status, result;
    progress = shared_memory(sizeof *progress);
    bytes = heptad_lockfree_shared_bytes(300, MEMBERS);
    memory = shared_memory(bytes);
    EQUAL(heptad_lockfree_format(memory, bytes, 5, MEMBERS), HEPTAD_OK);
    EQUAL(heptad_lockfree_join(&map, memory, bytes, PARENT), HEPTAD_OK);
    EQUAL(heptad_lockfree_add(&map, HOT, 1, NULL), 1);
    EQUAL(heptad_lockfree_reap(&map, PARENT), HEPTAD_ERROR_MEMBER);
    EQUAL(heptad_lockfree_reap(&map, MEMBERS), HEPTAD_ERROR_MEMBER);
    EQUAL(heptad_lockfree_reap(&map, VICTIM), HEPTAD_OK);
    worker = start(WORKER, 1);
    for (kill_number = 0; kill_number < kills; kill_number++) {
        pid_t victim;
        victim = start(VICTIM, (uint64_t)kill_number << 32);
        usleep((useconds_t)(heptad_hash_word(3, kill_number) % 200));
        EQUAL(kill(victim, SIGKILL), 0);
        EQUAL(waitpid(victim, &status, 0), victim);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        while ((result = heptad_lockfree_reap(&map, VICTIM)) == HEPTAD_ERROR_BUSY) {
            /* A worker that had ended in an operation would keep it busy for ever. */
            EQUAL(waitpid(worker, &status, WNOHANG), 0);
            busy++;
        }
        EQUAL(result, HEPTAD_OK);
        EQUAL(heptad_lockfree_add(&map, HOT, 1, NULL), 0);
    }
    progress->stop = 1;
    EQUAL(waitpid(worker, &status, 0), worker);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EQUAL(heptad_lockfree_stats(&map, &stats), HEPTAD_OK);
    EQUAL(stats.reserved, 0);
    EQUAL(heptad_lockfree_check(&map), HEPTAD_OK);
    EQUAL(heptad_lockfree_get(&map, HOT, &value), 1);
    counted = 1 + kills + progress->counted[WORKER] + progress->counted[VICTIM];
    /* A victim may have counted and not published it. */
    CHECK(value >= counted && value <= counted + kills);
    printf("%lu killed, %llu counts, a reaper was busy %lu times ... ", kills, (unsigned long long)value, busy);
}

int main(void)
{
    static const struct test_case cases[] = { CASE(nothing_is_left_of_the_dead) };
    return RUN(cases);
}
