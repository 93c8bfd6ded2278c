// Entry points of interrupts and exceptions.
//
// Rust's `extern "x86-interrupt"` functions are not stable, so these stubs connect the processor's
// frame to ordinary functions. No FP or SIMD register is saved, because none is ever used.

// heptad_exceptions: 32 stubs of 16 bytes, one per exception vector, in order.
//
// An exception ends the run, so nothing is saved. Each stub builds the same frame, on the stack
// named by the core's task segment:
//
//     (%rsp)  vector, error code or 0, then the processor's: rip, cs, rflags, rsp, ss
    .pushsection .text.exceptions, "ax", @progbits
    .balign 16
    .globl  heptad_exceptions
    .type   heptad_exceptions, @function
heptad_exceptions:
    .set    vector, 0
    .rept   32
    .balign 16
    // The vectors 8, 10 to 14, 17, 21, 29 and 30 come with an error code.
    .if     ((0x60227d00 >> vector) & 1) == 0
    pushq   $0
    .endif
    pushq   $vector
    jmp     exception
    .set    vector, vector + 1
    .endr
    .size   heptad_exceptions, . - heptad_exceptions

exception:
    cld
    movq    %rsp, %rdi                      // the frame
    andq    $-16, %rsp
    call    heptad_exception
    ud2                                     // it does not return
    .popsection

// heptad_timer: calls heptad_timer_interrupt with the address of the interrupted instruction.
//
// The processor's frame is five words, below an aligned %rsp; nine more align the call again.
    .pushsection .text.timer, "ax", @progbits
    .balign 16
    .globl  heptad_timer
    .type   heptad_timer, @function
heptad_timer:
    pushq   %rax
    pushq   %rcx
    pushq   %rdx
    pushq   %rsi
    pushq   %rdi
    pushq   %r8
    pushq   %r9
    pushq   %r10
    pushq   %r11
    cld
    movq    9 * 8(%rsp), %rdi               // the processor's rip
    call    heptad_timer_interrupt
    popq    %r11
    popq    %r10
    popq    %r9
    popq    %r8
    popq    %rdi
    popq    %rsi
    popq    %rdx
    popq    %rcx
    popq    %rax
    iretq
    .size   heptad_timer, . - heptad_timer
    .popsection

// heptad_spurious: the local APIC withdrew an interrupt; there is nothing to do or acknowledge.
    .pushsection .text.spurious, "ax", @progbits
    .balign 16
    .globl  heptad_spurious
    .type   heptad_spurious, @function
heptad_spurious:
    iretq
    .size   heptad_spurious, . - heptad_spurious
    .popsection
