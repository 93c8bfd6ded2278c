/*
 * QEMU's `virt` board with a 32-bit RISC-V core, which has no 64-bit atomics: the lock-free map refuses in C, in
 * the main loop and in a timer interrupt, and the other tables answer right.
 */
#include <heptad.h>

__asm__(".section .text.start, \"ax\"\n"
        ".globl _start\n"
        "_start: la sp, stack_end\n"
        "call kernel_main\n"
        ".text\n"
        ".balign 4\n"
        "trap: addi sp, sp, -64\n"
        "sw ra, 0(sp)\nsw t0, 4(sp)\nsw t1, 8(sp)\nsw t2, 12(sp)\nsw t3, 16(sp)\nsw t4, 20(sp)\nsw t5, 24(sp)\n"
        "sw t6, 28(sp)\nsw a0, 32(sp)\nsw a1, 36(sp)\nsw a2, 40(sp)\nsw a3, 44(sp)\nsw a4, 48(sp)\nsw a5, 52(sp)\n"
        "sw a6, 56(sp)\nsw a7, 60(sp)\n"
        "call on_trap\n"
        "lw ra, 0(sp)\nlw t0, 4(sp)\nlw t1, 8(sp)\nlw t2, 12(sp)\nlw t3, 16(sp)\nlw t4, 20(sp)\nlw t5, 24(sp)\n"
        "lw t6, 28(sp)\nlw a0, 32(sp)\nlw a1, 36(sp)\nlw a2, 40(sp)\nlw a3, 44(sp)\nlw a4, 48(sp)\nlw a5, 52(sp)\n"
        "lw a6, 56(sp)\nlw a7, 60(sp)\n"
        "addi sp, sp, 64\n"
        "mret\n");

#define DEVICE(type, address) (*(volatile type *)(uintptr_t)(address))

/* Addresses of the board's devices. */
enum { FINISHER = 0x100000, COMPARE = 0x2004000, TIME = 0x200bff8, UART = 0x10000000 };
/* The finisher's values for a kernel that passed and for a failed check. */
enum { PASS = 33 << 16 | 0x3333, FAILED_CHECK = 101 << 16 | 0x3333 };
/* A millisecond of the board's clock. */
enum { PERIOD = 10000, TICKS = 50 };

void on_trap(void);
void kernel_main(void);

static heptad_lockfree refused = HEPTAD_INIT;
static volatile uint32_t ticks;

static void print(const char *text)
{
    while (*text != 0) {
        DEVICE(uint8_t, UART) = (uint8_t)*text++;
    }
}

static void check(int holds, const char *what)
{
    if (!holds) {
        print(what);
        print("\n");
        DEVICE(uint32_t, FINISHER) = FAILED_CHECK;
        for (;;) {
        }
    }
}
#define CHECK(condition) check((condition), #condition)

/* The low half is enough for the first minutes. */
static void set_due(void)
{
    DEVICE(uint32_t, COMPARE + 4) = 0;
    DEVICE(uint32_t, COMPARE) = DEVICE(uint32_t, TIME) + PERIOD;
}

static void refuses(void)
{
    uint64_t value = 0;
    CHECK(heptad_lockfree_add(&refused, 7, 1, &value) == HEPTAD_ERROR_HANDLE);
    CHECK(heptad_lockfree_get(&refused, 7, &value) == HEPTAD_ERROR_HANDLE);
}

void on_trap(void)
{
    uint32_t cause;
    __asm__ volatile("csrr %0, mcause" : "=r"(cause));
    CHECK(cause == 0x80000007);
    set_due();
    refuses();
    ticks++;
}

static void sets_and_maps_answer(void)
{
    static HEPTAD_LINES(set_lines, 32);
    static HEPTAD_LINES(sorted_lines, 32);
    heptad_set set = HEPTAD_INIT;
    heptad_robin sorted = HEPTAD_INIT;
    uint64_t key;
    CHECK(heptad_set_init(&set, set_lines, sizeof set_lines, 7, HEPTAD_LOAD_15_16) == HEPTAD_OK);
    CHECK(heptad_robin_init(&sorted, sorted_lines, sizeof sorted_lines, HEPTAD_LOAD_15_16) == HEPTAD_OK);
    for (key = 0; key < 60; key++) {
        CHECK(heptad_set_insert(&set, key * key) == 1);
        CHECK(heptad_robin_insert(&sorted, key * key) == 1);
    }
    for (key = 0; key < 60; key++) {
        CHECK(heptad_set_contains(&set, key * key) == 1 && heptad_set_contains(&set, key * key + 3600) == 0);
        CHECK(heptad_robin_contains(&sorted, key * key) == 1);
        CHECK(heptad_robin_remove(&sorted, key * key) == 1);
    }
}

void kernel_main(void)
{
    static HEPTAD_LINES(lines, 300);
    CHECK(heptad_is_lock_free() == 0);
    CHECK(heptad_lockfree_init(&refused, lines, sizeof lines, 1) == HEPTAD_ERROR_UNSUPPORTED);
    __asm__ volatile("la t0, trap\n\tcsrw mtvec, t0" ::: "t0");
    set_due();
    __asm__ volatile("csrs mie, %0\n\tcsrs mstatus, %1" : : "r"(0x80), "r"(8));
    while (ticks < TICKS) {
        refuses();
        sets_and_maps_answer();
    }
    print("PASS 1/1\n");
    DEVICE(uint32_t, FINISHER) = PASS;
    for (;;) {
    }
}
