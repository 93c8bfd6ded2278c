/* What the files of the module share: the count of checks, and the names of what counts. */
#include <linux/module.h>

#include "check.h"

static int passed;
module_param(passed, int, 0444);
MODULE_PARM_DESC(passed, "checks that passed");

static int failed;

const char *const source_names[SOURCES] = { "thread", "timer", "NMI" };

bool check(bool is_good, const char *what)
{
    pr_info("heptad: %s: %s\n", what, is_good ? "ok" : "FAILED");
    passed += is_good;
    failed += !is_good;
    return is_good;
}

bool all_passed(void)
{
    return failed == 0;
}
