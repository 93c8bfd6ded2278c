/* QEMU's `virt` board: MMU, GICv3, the virtual timer, the PL011, semihosting. */
#include "machine.h"

#include <stdarg.h>

#define READ_REGISTER(name) ({ uint64_t value_; __asm__ volatile("mrs %0, " #name : "=r"(value_)); value_; })
#define WRITE_REGISTER(name, value) __asm__ volatile("msr " #name ", %0\n\tisb" : : "r"((uint64_t)(value)) : "memory")

#define DEVICE(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* Addresses of the board's devices. */
enum { DISTRIBUTOR = 0x08000000, REDISTRIBUTOR = 0x080a0000, UART = 0x09000000 };

/* The virtual timer's private interrupt. */
enum { TIMER_INTERRUPT = 27 };

/* The first two gigabytes as two blocks: devices, and memory. */
static uint64_t translation[512] __attribute__((aligned(4096)));

static uint64_t period_ticks;

static void mmu_init(void)
{
    const uint64_t block = 1 | 1 << 10; /* valid, accessed */
    translation[0] = block | (uint64_t)1 << 54;
    translation[1] = block | 0x40000000 | 1 << 2 | 3 << 8;
    WRITE_REGISTER(mair_el1, 0xff00);             /* 0: device; 1: cached memory */
    WRITE_REGISTER(tcr_el1, 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23); /* 39 bits; no upper half */
    WRITE_REGISTER(ttbr0_el1, (uintptr_t)translation);
    __asm__ volatile("tlbi vmalle1\n\tdsb sy\n\tisb" ::: "memory");
    WRITE_REGISTER(sctlr_el1, READ_REGISTER(sctlr_el1) | 1 | 1 << 2 | 1 << 12);
}

static void interrupt_controller_init(void)
{
    const uint32_t private_frame = REDISTRIBUTOR + 0x10000;
    DEVICE(DISTRIBUTOR) = 1 << 1 | 1 << 4;        /* group 1, affinity routing */
    DEVICE(REDISTRIBUTOR + 0x14) &= ~(uint32_t)2; /* awake */
    while (DEVICE(REDISTRIBUTOR + 0x14) & 4) {
    }
    DEVICE(private_frame + 0x80) = ~(uint32_t)0;  /* all in group 1 */
    DEVICE(private_frame + 0x100) = (uint32_t)1 << TIMER_INTERRUPT;
    WRITE_REGISTER(S3_0_C12_C12_5, 1);            /* ICC_SRE_EL1: by registers */
    WRITE_REGISTER(S3_0_C4_C6_0, 0xff);           /* ICC_PMR_EL1: every priority */
    WRITE_REGISTER(S3_0_C12_C12_7, 1);            /* ICC_IGRPEN1_EL1 */
}

void machine_init(void)
{
    mmu_init();
    interrupt_controller_init();
    __asm__ volatile("msr daifclr, #2" ::: "memory");
}

void timer_start(unsigned hertz)
{
    period_ticks = READ_REGISTER(cntfrq_el0) / hertz;
    WRITE_REGISTER(cntv_cval_el0, READ_REGISTER(cntvct_el0) + period_ticks);
    WRITE_REGISTER(cntv_ctl_el0, 1);
}

void timer_stop(void)
{
    WRITE_REGISTER(cntv_ctl_el0, 0);
}

/* From start.S. */
void on_interrupt(uint64_t interrupted);
void on_interrupt(uint64_t interrupted)
{
    uint64_t number = READ_REGISTER(S3_0_C12_C12_0); /* ICC_IAR1_EL1 */
    if (number == TIMER_INTERRUPT) {
        WRITE_REGISTER(cntv_cval_el0, READ_REGISTER(cntvct_el0) + period_ticks);
        on_tick(interrupted);
    }
    WRITE_REGISTER(S3_0_C12_C12_1, number); /* ICC_EOIR1_EL1 */
}

/* From start.S. */
void on_exception(uint64_t syndrome, uint64_t address);
void on_exception(uint64_t syndrome, uint64_t address)
{
    int is_fp_trap = syndrome >> 26 == 7;
    print(is_fp_trap ? "FP trap at 0x%x\n" : "exception at 0x%x\n", address);
    machine_exit(is_fp_trap ? EXIT_FP_TRAP : EXIT_EXCEPTION);
}

uint64_t interrupts_mask(void)
{
    uint64_t before = READ_REGISTER(daif);
    __asm__ volatile("msr daifset, #2" ::: "memory");
    return before;
}

void interrupts_restore(uint64_t before)
{
    WRITE_REGISTER(daif, before);
}

static void print_number(uint64_t number, unsigned base)
{
    if (number >= base) {
        print_number(number / base, base);
    }
    DEVICE(UART) = (uint32_t)"0123456789abcdef"[number % base];
}

void print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (; *format != 0; format++) {
        if (format[0] == '%' && (format[1] == 'u' || format[1] == 'x')) {
            format++;
            print_number(va_arg(arguments, uint64_t), *format == 'u' ? 10 : 16);
        } else {
            DEVICE(UART) = (uint8_t)*format;
        }
    }
    va_end(arguments);
}

void machine_exit(int status)
{
    uint64_t block[2];
    register uint64_t operation __asm__("x0") = 0x18; /* semihosting: exit */
    register uint64_t parameter __asm__("x1") = (uintptr_t)block;
    block[0] = 0x20026; /* the application ended */
    block[1] = (uint64_t)status;
    for (;;) {
        __asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
    }
}
