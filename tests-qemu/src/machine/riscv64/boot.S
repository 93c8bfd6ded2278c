// From OpenSBI to Rust, and from a trap to Rust and back. See targets/README.md.
//
// OpenSBI leaves a core in supervisor mode with interrupts masked and paging off; a0 is the number that
// the board gives it.

    .pushsection .text.boot, "ax", %progbits

// The core that boots: a1 is the device tree. It is core 0.
    .globl  heptad_boot
heptad_boot:
    li      a1, 0
    la      t0, heptad_bss
    la      t1, heptad_bss_end
1:  bgeu    t0, t1, heptad_start_core
    sd      zero, 0(t0)
    addi    t0, t0, 8
    j       1b

// Any core: a1 is its number.
    .globl  heptad_start_core
heptad_start_core:
    li      t0, {fp_and_vectors}
    csrc    sstatus, t0                 // FP and vector instructions are illegal from here on
    csrw    sie, zero
    la      t0, heptad_trap_entry
    csrw    stvec, t0
    mv      tp, a1
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    la      sp, heptad_stacks
    addi    t0, a1, 1
    slli    t0, t0, {stack_shift}
    add     sp, sp, t0
    call    heptad_core_started         // does not return

// A trap saves the registers that a function may change on the stack of the interrupted code. No trap comes
// before `sret`, except one that ends the run. A trap may come between the load and the store of a
// compare-exchange; the store must then fail, because the tick may have changed the word, and on the same core
// only another conditional store ensures that.
    .balign 4
    .option push
    .option arch, +a
heptad_trap_entry:
    addi    sp, sp, -144
    sd      ra, 0(sp)
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7
    sd      a\number, 8 + 8 * \number(sp)
    .endr
    .irp    number, 0, 1, 2, 3, 4, 5, 6
    sd      t\number, 72 + 8 * \number(sp)
    .endr
    call    heptad_trap
    addi    t0, sp, 128
    sc.d    zero, zero, (t0)            // its result does not matter
    ld      ra, 0(sp)
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7
    ld      a\number, 8 + 8 * \number(sp)
    .endr
    .irp    number, 0, 1, 2, 3, 4, 5, 6
    ld      t\number, 72 + 8 * \number(sp)
    .endr
    addi    sp, sp, 144
    sret
    .option pop
    .popsection

    .pushsection .bss.stacks, "aw", %nobits
    .balign 16
heptad_stacks:
    .skip   {cores} << {stack_shift}
    .popsection
