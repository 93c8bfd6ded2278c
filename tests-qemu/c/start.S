// Entry at core 0 of QEMU's `virt` board, in EL1 with MMU and FP off; and the interrupt vectors.

    .section .text.start, "ax"
    .globl  _start
_start:
    adrp    x0, stack_end
    add     x0, x0, :lo12:stack_end
    mov     sp, x0
    adrp    x0, vectors
    add     x0, x0, :lo12:vectors
    msr     vbar_el1, x0
    msr     cpacr_el1, xzr              // every FP and SIMD instruction is an exception
    isb
    bl      kernel_main
    b       .

// Sixteen entries of 128 bytes. Only an interrupt from this level, on its own stack, is expected.
    .section .text.vectors, "ax"
    .balign 2048
vectors:
    .rept   5
    b       unexpected
    .balign 128
    .endr
    b       interrupted
    .balign 128
    .rept   10
    b       unexpected
    .balign 128
    .endr

unexpected:
    mrs     x0, esr_el1
    mrs     x1, elr_el1
    bl      on_exception
    b       .

// Saves the registers that a C function may change, and passes the interrupted address.
interrupted:
    sub     sp, sp, #192
    stp     x0, x1, [sp]
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x30, [sp, #144]
    mrs     x0, elr_el1
    mrs     x1, spsr_el1
    stp     x0, x1, [sp, #160]
    bl      on_interrupt
    ldp     x0, x1, [sp, #160]
    msr     elr_el1, x0
    msr     spsr_el1, x1
    ldp     x18, x30, [sp, #144]
    ldp     x16, x17, [sp, #128]
    ldp     x14, x15, [sp, #112]
    ldp     x12, x13, [sp, #96]
    ldp     x10, x11, [sp, #80]
    ldp     x8, x9, [sp, #64]
    ldp     x6, x7, [sp, #48]
    ldp     x4, x5, [sp, #32]
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp]
    add     sp, sp, #192
    eret
