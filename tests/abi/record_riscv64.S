// record: calls a routine with every register that it must leave alone filled, and records them.
//
//     uint64_t heptad_test_record(const void *routine, const uint64_t arguments[5], struct Registers *registers);
//
// In        a0  routine    the address to call
//           a1  arguments  its arguments
//           a2  registers  what the registers hold before the call; overwritten by what they hold after
// Out       a0  what the routine returned
//
// struct Registers { u128 vectors[32]; u64 general[11], flags, scratch[16], stack[2], platform[2], more[2]; }
// RISC-V uses the lower halves of vectors 0..31 (f), general 0..10 (s0..s10), more 0 (s11), platform (tp before and
// after), and of the flags bit 10: does gp differ? `scratch` is the memory just below the stack pointer.

    .pushsection .text.heptad_test_record, "ax", %progbits
    .option push
    .option norelax
    .option arch, +d
    .globl  heptad_test_record
    .type   heptad_test_record, %function
heptad_test_record:
    .cfi_startproc
    addi    sp, sp, -240
    .cfi_adjust_cfa_offset 240
    sd      ra, 0(sp)
    .cfi_rel_offset ra, 0
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sd      s\number, 8 + 8 * \number(sp)
    fsd     fs\number, 104 + 8 * \number(sp)
    .endr
    sd      a2, 200(sp)
    sd      gp, 208(sp)
    mv      t0, a0
    mv      t1, a1
    mv      t2, a2

    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    fld     f\number, 16 * \number(t2)
    ld      t3, 608 + 8 * \number(t2)
    sd      t3, -128 + 8 * \number(sp)
    .endr
    .irp    number, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fld     f\number, 16 * \number(t2)
    .endr
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    ld      s\number, 512 + 8 * \number(t2)
    .endr
    ld      s11, 768(t2)
    sd      sp, 736(t2)
    sd      tp, 752(t2)

    ld      a0, 0(t1)
    ld      a1, 8(t1)
    ld      a2, 16(t1)
    ld      a3, 24(t1)
    ld      a4, 32(t1)
    jalr    t0

    ld      t2, 200(sp)
    sd      sp, 744(t2)
    sd      tp, 760(t2)
    ld      t3, 208(sp)
    xor     t4, gp, t3
    mv      gp, t3
    snez    t4, t4
    slli    t4, t4, 10
    sd      t4, 600(t2)
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    ld      t3, -128 + 8 * \number(sp)
    sd      t3, 608 + 8 * \number(t2)
    fsd     f\number, 16 * \number(t2)
    .endr
    .irp    number, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fsd     f\number, 16 * \number(t2)
    .endr
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
    sd      s\number, 512 + 8 * \number(t2)
    .endr
    sd      s11, 768(t2)

    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ld      s\number, 8 + 8 * \number(sp)
    fld     fs\number, 104 + 8 * \number(sp)
    .endr
    ld      ra, 0(sp)
    .cfi_restore ra
    addi    sp, sp, 240
    .cfi_adjust_cfa_offset -240
    ret
    .cfi_endproc
    .size   heptad_test_record, . - heptad_test_record
    .option pop
    .popsection

// vandal: changes all that the recorder records, the stack pointer and the platform register apart.

    .pushsection .text.heptad_test_vandal, "ax", %progbits
    .option push
    .option norelax
    .option arch, +d
    .globl  heptad_test_vandal
    .type   heptad_test_vandal, %function
heptad_test_vandal:
    .cfi_startproc
    li      a0, -1
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    fmv.d.x f\number, a0
    sd      a0, -128 + 8 * \number(sp)
    .endr
    .irp    number, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    fmv.d.x f\number, a0
    .endr
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    not     s\number, s\number
    .endr
    not     gp, gp
    ret
    .cfi_endproc
    .size   heptad_test_vandal, . - heptad_test_vandal
    .option pop
    .popsection
