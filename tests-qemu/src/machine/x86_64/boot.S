// From the emulator's first instruction to Rust, on every core.
//
// The first core arrives at `boot` as the PVH protocol says: 32-bit protected mode, flat segments,
// no paging, interrupts off, and every section of the image in its place, .bss zeroed. The others
// arrive in real mode at the copy of `trampoline` in low memory, when `start_others` in
// local_apic.rs sends them there, and join the first core's path at `enter_long_mode`.
//
//     boot ------------------------------> enter_long_mode -> long_mode -> heptad_core_started
//     trampoline -> secondary (number) ------^
//
// Memory, which the page tables below map one to one:
//
//     0x0000_0000  not mapped: a null pointer faults. (The trampoline runs here, unpaged.)
//     0x0020_0000  stacks, {stack_bytes} bytes for each core. Each begins with a page that is not
//                  mapped, so that an overflow faults, and ends with the stack of the faults.
//     0x0040_0000  the image, then free memory
//     0xc000_0000  device registers, not cached, up to 4 GiB
//
// Here a name between braces is a constant of ../x86_64.rs.

.set    CODE_64, 0x08                       // selectors of `boot_table`
.set    DATA, 0x10
.set    CODE_32, 0x18

.set    PRESENT_WRITABLE, 0x03              // bits of a page table's entry
.set    LARGE, 0x80
.set    NOT_CACHED, 0x18

.set    EFER, 0xc0000080
.set    EFER_LONG_MODE, 0x100

// No other bit may be set. Without OSFXSR and OSXSAVE in CR4, and with EM in CR0, each x87
// instruction is "device not available" and each MMX, SSE and AVX instruction an invalid opcode:
// the trap that the kernels prove heptad with is armed before paging is, so before any Rust code.
.set    CR4_PHYSICAL_ADDRESS_EXTENSION, 0x20
.set    CR0_VALUE, 0x80010035               // PG, WP, NE, ET, EM, PE

// The note by which the emulator knows a PVH kernel: type 18, and the address of the entry.
    .pushsection .note.pvh, "a", @note
    .balign 4
    .long   4                               // length of the name
    .long   8                               // length of the address
    .long   18                              // XEN_ELFNOTE_PHYS32_ENTRY
    .asciz  "Xen"
    .quad   boot
    .popsection

    .pushsection .text.boot, "ax", @progbits
    .code32
    .globl  boot
    .type   boot, @function
boot:
    cld

    // The first 2 MiB stay unmapped, the next 2 MiB hold the stacks, the rest are large pages.
    movl    $page_directory_pointers + PRESENT_WRITABLE, page_map
    movl    $page_directories + PRESENT_WRITABLE, %eax
    xorl    %ecx, %ecx
1:  movl    %eax, page_directory_pointers(, %ecx, 8)
    addl    $0x1000, %eax
    incl    %ecx
    cmpl    $4, %ecx
    jne     1b

    movl    $stack_pages + PRESENT_WRITABLE, page_directories + 8
    movl    $2 * 0x200000 + LARGE + PRESENT_WRITABLE, %eax
    movl    $2, %ecx
1:  movl    %eax, page_directories(, %ecx, 8)
    addl    $0x200000, %eax
    incl    %ecx
    cmpl    $3 * 512, %ecx                  // devices start at 3 GiB
    jne     2f
    orl     $NOT_CACHED, %eax
2:  cmpl    $4 * 512, %ecx
    jne     1b

    movl    $heptad_stacks + PRESENT_WRITABLE, %eax
    xorl    %ecx, %ecx
1:  testl   $({stack_bytes} / 0x1000) - 1, %ecx
    jz      2f                              // the lowest page of each stack guards it
    movl    %eax, stack_pages(, %ecx, 8)
2:  addl    $0x1000, %eax
    incl    %ecx
    cmpl    $512, %ecx
    jne     1b

    // Paging will hide low memory, so the trampoline is copied there now.
    movl    $trampoline, %esi
    movl    ${trampoline_address}, %edi
    movl    $trampoline_end - trampoline, %ecx
    rep movsb

    xorl    %ebx, %ebx                      // this is core 0
    jmp     enter_long_mode

// The trampoline's target: 32-bit mode, interrupts off, data segments still of real mode.
secondary:
    movl    $DATA, %eax
    movl    %eax, %ds
    movl    $1, %ebx
    lock xaddl %ebx, cores_numbered
    cmpl    ${cores}, %ebx
    jb      enter_long_mode
park:                                       // more cores than stacks
    hlt
    jmp     park

// In    %ebx   this core's number. The page tables are complete.
enter_long_mode:
    lgdt    boot_table_register

    movl    $CR4_PHYSICAL_ADDRESS_EXTENSION, %eax
    movl    %eax, %cr4
    movl    $page_map, %eax
    movl    %eax, %cr3
    movl    $EFER, %ecx
    movl    $EFER_LONG_MODE, %eax
    xorl    %edx, %edx
    wrmsr
    movl    $CR0_VALUE, %eax
    movl    %eax, %cr0
    ljmpl   $CODE_64, $long_mode

    .code64
long_mode:
    movl    $DATA, %eax
    movl    %eax, %ds
    movl    %eax, %es
    movl    %eax, %ss
    xorl    %eax, %eax
    movl    %eax, %fs
    movl    %eax, %gs

    movl    %ebx, %edi                      // first argument: the core's number
    leal    1(%rbx), %eax
    imull   ${stack_bytes}, %eax, %eax
    leaq    heptad_stacks(%rax), %rsi       // second: the end of the stack for its faults
    leaq    -{fault_stack_bytes}(%rsi), %rsp // below it, this core's own stack
    xorl    %ebp, %ebp
    call    heptad_core_started
    ud2                                     // it does not return
    .size   boot, . - boot
    .popsection

// The first code of another core: real mode, with %cs:0 at the copy of this code.
    .pushsection .rodata.trampoline, "a", @progbits
    .code16
trampoline:
    cli
    movw    %cs, %ax
    movw    %ax, %ds
    lgdtl   trampoline_table_register - trampoline
    movl    %cr0, %eax
    orl     $1, %eax                        // PE
    movl    %eax, %cr0
    ljmpl   $CODE_32, $secondary
    .balign 4
trampoline_table_register:
    .word   boot_table_end - boot_table - 1
    .long   boot_table
trampoline_end:
    .code64
    .popsection

// Segments until long mode is reached; interrupts.rs then loads each core's own.
    .pushsection .data.boot_table, "aw", @progbits
    .balign 8
boot_table:
    .quad   0
    .quad   0x00af9b000000ffff              // CODE_64
    .quad   0x00cf93000000ffff              // DATA
    .quad   0x00cf9b000000ffff              // CODE_32
boot_table_end:
boot_table_register:
    .word   boot_table_end - boot_table - 1
    .long   boot_table
    .balign 4
cores_numbered:
    .long   1                               // the first core has number 0
    .popsection

    .pushsection .bss.page_tables, "aw", @nobits
    .balign 0x1000
page_map:
    .skip   0x1000
page_directory_pointers:
    .skip   0x1000
page_directories:
    .skip   4 * 0x1000
stack_pages:
    .skip   0x1000
    .popsection
