// record: calls a routine with every register that it must leave alone filled, and records them.
//
//     uint64_t heptad_test_record(const void *routine, const uint64_t arguments[5], struct Registers *registers);
//
// In        rdi  routine    the address to call
//           rsi  arguments  its arguments
//           rdx  registers  what the registers hold before the call; overwritten by what they hold after
// Out       rax  what the routine returned
//
// struct Registers { u128 vectors[32]; u64 general[11], flags, scratch[16], stack[2], platform[2]; }
// x86_64 uses vectors 0..15 (xmm), general 0..5 (rbx, rbp, r12..r15), and no platform register.
// `scratch` is the memory below the stack pointer and the return address, upwards: 15 words of it.

    .pushsection .text.heptad_test_record, "ax", @progbits
    .globl  heptad_test_record
    .type   heptad_test_record, @function
heptad_test_record:
    .cfi_startproc
    endbr64
    push    %rbx
    push    %rbp
    push    %r12
    push    %r13
    push    %r14
    push    %r15
    push    %rdx                        # at (%rsp) during the call, where rsp is 16-aligned
    .cfi_adjust_cfa_offset 56
    mov     %rdi, %rax
    mov     %rsi, %r11
    mov     %rdx, %r10

    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movdqu  16 * \number(%r10), %xmm\number
    .endr
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
    mov     608 + 8 * \number(%r10), %r9
    mov     %r9, -128 + 8 * \number(%rsp)
    .endr
    mov     512(%r10), %rbx
    mov     520(%r10), %rbp
    mov     528(%r10), %r12
    mov     536(%r10), %r13
    mov     544(%r10), %r14
    mov     552(%r10), %r15
    mov     %rsp, 736(%r10)

    mov     0(%r11), %rdi
    mov     8(%r11), %rsi
    mov     16(%r11), %rdx
    mov     24(%r11), %rcx
    mov     32(%r11), %r8
    call    *%rax

    mov     (%rsp), %r10
    mov     %rsp, 744(%r10)
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
    mov     -128 + 8 * \number(%rsp), %r9
    mov     %r9, 608 + 8 * \number(%r10)
    .endr
    pushf
    pop     600(%r10)
    cld
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    movdqu  %xmm\number, 16 * \number(%r10)
    .endr
    mov     %rbx, 512(%r10)
    mov     %rbp, 520(%r10)
    mov     %r12, 528(%r10)
    mov     %r13, 536(%r10)
    mov     %r14, 544(%r10)
    mov     %r15, 552(%r10)

    pop     %rdx
    pop     %r15
    pop     %r14
    pop     %r13
    pop     %r12
    pop     %rbp
    pop     %rbx
    .cfi_adjust_cfa_offset -56
    ret
    .cfi_endproc
    .size   heptad_test_record, . - heptad_test_record
    .popsection

// vandal: changes all that the recorder records, the stack pointer and the platform register apart.

    .pushsection .text.heptad_test_vandal, "ax", @progbits
    .globl  heptad_test_vandal
    .type   heptad_test_vandal, @function
heptad_test_vandal:
    .cfi_startproc
    endbr64
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    pcmpeqd %xmm\number, %xmm\number
    .endr
    .irp    number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
    movq    $-1, -120 + 8 * \number(%rsp)
    .endr
    .irp    register, rbx, rbp, r12, r13, r14, r15
    not     %\register
    .endr
    std
    ret
    .cfi_endproc
    .size   heptad_test_vandal, . - heptad_test_vandal
    .popsection
