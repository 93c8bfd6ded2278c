/* The machine interface of the kernel: QEMU's AArch64 `virt` board, one core. */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

/* How a run ends, as QEMU's exit status: those of tests-qemu/src/machine. */
enum { EXIT_PASS = 33, EXIT_FAILED_CHECK = 101, EXIT_FP_TRAP = 7, EXIT_EXCEPTION = 13 };

/* Turns on the MMU, so that memory is cached, and lets interrupts through. */
void machine_init(void);

/* Calls on_tick(address of the interrupted instruction) that many times a second, until stopped. */
void timer_start(unsigned hertz);
void timer_stop(void);
void on_tick(uint64_t interrupted);

/* Masks interrupts; returns what `interrupts_restore` needs. */
uint64_t interrupts_mask(void);
void interrupts_restore(uint64_t before);

/* Writes to the console: text unchanged, %u for a uint64_t in decimal, %x in hexadecimal. */
void print(const char *format, ...);

/* Ends the run. */
void machine_exit(int status);

#endif
