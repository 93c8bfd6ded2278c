/* heptad_check: a module that uses heptad where Linux lets few tables be used.
 *
 *   lockfree.c      threads, hard interrupts of timers and NMIs of every CPU count into one map without a lock while
 *                   a thread rebuilds it into other memory; afterwards every count is accounted for
 *   rhashtable.c    the same counting in the kernel's own table, as far as it allows
 *   swiss.c         a table of one owner, in a thread
 *   measure.c       instructions per operation, under QEMU's `-icount shift=0`
 *   sources.c       the threads, timers and NMIs
 *   check.c         the count of checks
 *
 * Everything happens while the module is loaded, so loading fails if a check does. */
#include <linux/module.h>

#include "check.h"

static int reclaim = RECLAIM_RCU;
module_param(reclaim, int, 0444);
MODULE_PARM_DESC(reclaim, "old memory returns 0 at the end, 1 after counters, 2 after RCU's grace period");

static bool plant;
module_param(plant, bool, 0444);
MODULE_PARM_DESC(plant, "one NMI claims a count that it did not make: loading must fail");

static bool peer;
module_param(peer, bool, 0444);
MODULE_PARM_DESC(peer, "count in the kernel's own table too");

static bool counts;
module_param(counts, bool, 0444);
MODULE_PARM_DESC(counts, "only print instructions per operation");

static int __init heptad_check_init(void)
{
    int error;

    if (counts) {
        return measure();
    }
    error = count_in_lockfree(reclaim, plant);
    if (!error && !plant) {
        error = use_swiss();
    }
    if (!error && peer) {
        error = count_in_rhashtable();
    }
    return error ? error : all_passed() ? 0 : -EDOM;
}

static void __exit heptad_check_exit(void)
{
}

module_init(heptad_check_init);
module_exit(heptad_check_exit);
MODULE_DESCRIPTION("A test of heptad, hash tables for kernels");
MODULE_LICENSE("Dual MIT/GPL");
