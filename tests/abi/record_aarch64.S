// record: calls a routine with every register that it must leave alone filled, and records them.
//
//     uint64_t heptad_test_record(const void *routine, const uint64_t arguments[5], struct Registers *registers);
//
// In        x0  routine    the address to call
//           x1  arguments  its arguments
//           x2  registers  what the registers hold before the call; overwritten by what they hold after
// Out       x0  what the routine returned
//
// struct Registers { u128 vectors[32]; u64 general[11], flags, scratch[16], stack[2], platform[2]; }
// AArch64 uses vectors 0..31 (v), general 0..10 (x19..x29), platform (x18 before and after), and no
// flags. `scratch` is the memory just below the stack pointer.

    .pushsection .text.heptad_test_record, "ax", %progbits
    .globl  heptad_test_record
    .type   heptad_test_record, %function
heptad_test_record:
    .cfi_startproc
    hint    #34                         // bti c
    stp     x29, x30, [sp, #-176]!
    .cfi_adjust_cfa_offset 176
    .cfi_rel_offset x29, 0
    .cfi_rel_offset x30, 8
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    stp     d8, d9, [sp, #96]
    stp     d10, d11, [sp, #112]
    stp     d12, d13, [sp, #128]
    stp     d14, d15, [sp, #144]
    str     x2, [sp, #160]
    mov     x9, x0
    mov     x10, x1
    mov     x11, x2

    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    ldr     q\number, [x11, #16 * \number]
    ldr     x12, [x11, #608 + 8 * \number]
    stur    x12, [sp, #-128 + 8 * \number]
    .endr
    .irp    number, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ldr     q\number, [x11, #16 * \number]
    .endr
    add     x12, x11, #512
    ldp     x19, x20, [x12, #0]
    ldp     x21, x22, [x12, #16]
    ldp     x23, x24, [x12, #32]
    ldp     x25, x26, [x12, #48]
    ldp     x27, x28, [x12, #64]
    ldr     x29, [x12, #80]
    mov     x13, sp
    str     x13, [x11, #736]
    str     x18, [x11, #752]

    ldp     x0, x1, [x10, #0]
    ldp     x2, x3, [x10, #16]
    ldr     x4, [x10, #32]
    blr     x9

    mov     x13, sp
    ldr     x11, [sp, #160]
    str     x13, [x11, #744]
    str     x18, [x11, #760]
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    ldur    x12, [sp, #-128 + 8 * \number]
    str     x12, [x11, #608 + 8 * \number]
    str     q\number, [x11, #16 * \number]
    .endr
    .irp    number, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    str     q\number, [x11, #16 * \number]
    .endr
    add     x12, x11, #512
    stp     x19, x20, [x12, #0]
    stp     x21, x22, [x12, #16]
    stp     x23, x24, [x12, #32]
    stp     x25, x26, [x12, #48]
    stp     x27, x28, [x12, #64]
    str     x29, [x12, #80]

    ldp     d14, d15, [sp, #144]
    ldp     d12, d13, [sp, #128]
    ldp     d10, d11, [sp, #112]
    ldp     d8, d9, [sp, #96]
    ldp     x27, x28, [sp, #80]
    ldp     x25, x26, [sp, #64]
    ldp     x23, x24, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #176
    .cfi_restore x30
    .cfi_restore x29
    .cfi_adjust_cfa_offset -176
    ret
    .cfi_endproc
    .size   heptad_test_record, . - heptad_test_record
    .popsection

// vandal: changes all that the recorder records, the stack pointer and the platform register apart.

    .pushsection .text.heptad_test_vandal, "ax", %progbits
    .globl  heptad_test_vandal
    .type   heptad_test_vandal, %function
heptad_test_vandal:
    .cfi_startproc
    hint    #34                         // bti c
    mov     x0, #-1
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movi    v\number\().16b, #255
    stur    x0, [sp, #-128 + 8 * \number]
    .endr
    .irp    number, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    movi    v\number\().16b, #255
    .endr
    .irp    number, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
    mvn     x\number, x\number
    .endr
    ret
    .cfi_endproc
    .size   heptad_test_vandal, . - heptad_test_vandal
    .popsection
