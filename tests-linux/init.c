/* The first and only program of the machine: loads and unloads heptad_check, and switches the machine off.
 *
 * Usage on the kernel's command line: `heptad=books` runs every check, `heptad=counts` prints instructions per
 * operation. The last line is `PASS n/n`, and QEMU's status 33, only if every check passed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PASSED "/sys/module/heptad_check/parameters/passed"
/* QEMU's isa-debug-exit: a write of n ends it with the status 2 n + 1. */
#define DEBUG_EXIT 0xf4
#define EXIT_PASS 16
#define EXIT_FAIL 6

static int passed, failed;

static void check(int is_good, const char *what)
{
    printf("heptad: %s: %s\n", what, is_good ? "ok" : "FAILED");
    passed += is_good;
    failed += !is_good;
}

/* The number that follows `name` in a file; -1 if there is none. */
static long number_in(const char *path, const char *name)
{
    char text[8192] = "", *place;
    long number = -1;
    int file = open(path, O_RDONLY);

    if (file >= 0 && read(file, text, sizeof text - 1) > 0 && (place = strstr(text, name)) != NULL) {
        sscanf(place + strlen(name), "%ld", &number);
    }
    if (file >= 0) {
        close(file);
    }
    return number;
}

/* Loads the module; 0, or the error's number. */
static int load(const char *parameters)
{
    int file = open("/heptad_check.ko", O_RDONLY | O_CLOEXEC);
    int error = syscall(SYS_finit_module, file, parameters, 0) == 0 ? 0 : errno;

    printf("heptad: loaded with `%s`: %s\n", parameters, error ? strerror(error) : "no error");
    close(file);
    return error;
}

static int unload(void)
{
    return syscall(SYS_delete_module, "heptad_check", O_NONBLOCK) == 0 ? 0 : errno;
}

struct memory {
    long vmalloc_kib, slab_kib;
};

static struct memory memory_now(void)
{
    struct memory now;

    sync();
    usleep(500000); /* what waits for RCU is freed */
    now.vmalloc_kib = number_in("/proc/meminfo", "VmallocUsed:");
    now.slab_kib = number_in("/proc/meminfo", "SUnreclaim:");
    printf("heptad: KiB in use: vmalloc %ld, slab %ld\n", now.vmalloc_kib, now.slab_kib);
    return now;
}

static void run_checks(void)
{
    static const char *const rounds[] = { "reclaim=2 peer=1", "reclaim=1", "reclaim=0", "reclaim=2 peer=1" };
    struct memory first, last;
    unsigned index;

    for (index = 0; index < sizeof rounds / sizeof rounds[0]; index++) {
        int error = load(rounds[index]);

        check(!error, "the module loads, and every check in it passes");
        if (!error) {
            passed += (int)number_in(PASSED, "");
            check(unload() == 0, "it unloads");
        }
        if (index == 0) {
            first = memory_now();
        }
    }
    last = memory_now();
    check(last.vmalloc_kib <= first.vmalloc_kib + 64 && last.slab_kib <= first.slab_kib + 512,
          "three more loads and unloads left no memory in use");
    check(load("plant=1") == EDOM, "a count that is claimed and not made is noticed");
}

int main(void)
{
    int counts;

    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    counts = number_in("/proc/cmdline", "heptad_counts=") == 1;
    if (counts) {
        check(load("counts=1") == 0, "instructions are counted");
    } else {
        run_checks();
    }
    if (failed) {
        printf("FAIL %d/%d\n", passed, passed + failed);
    } else {
        printf("PASS %d/%d\n", passed, passed);
    }
    fflush(stdout);
    usleep(200000);
    if (ioperm(DEBUG_EXIT, 4, 1) == 0) {
        outl(failed ? EXIT_FAIL : EXIT_PASS, DEBUG_EXIT);
    }
    reboot(RB_POWER_OFF);
    return 1;
}
