// free_slot: the lowest slot of a group that has no entry.
//
//     uint64_t heptad_0_1_free_slot(uint64_t word);
//
// In        rdi  word       the group's metadata word
// Out       rax  slot       1..7, or 0 if all seven are taken
// Clobbers  rdi, rcx, rdx, flags. Stack and memory untouched. No FP/SIMD register.
// Cost      12 instructions (10 if the group is full), no load.
//
// Taking 1 from every byte turns on bit 7 where the byte was zero. A borrow can make the byte
// above a zero byte look free too, but only above one: the lowest is always right, and only the
// lowest is asked for. Byte 0, the filter, is left out of both constants.

.irp word, %rdi
.irp ones, %rcx                         # 0x01 in every slot byte
.irp highs, %rdx                        # 0x80 in every slot byte
.irp free, %rax

HEPTAD_BEGIN free_slot
    movabs  $0x0101010101010100, \ones
    movabs  $0x8080808080808000, \highs
    mov     \word, \free
    sub     \ones, \free
    not     \word
    and     \word, \free                # a byte of 0x80 and above never counts as free
    and     \highs, \free
    jz      1f                          # full: `free` is the 0 to return
.irp slot, %rax                         # instead of `free`
    rep bsf \slot, \slot                # 8*s + 7; bsf and tzcnt agree when a bit is set
    shr     $3, \slot
1:  ret
HEPTAD_END free_slot
.endr; .endr; .endr; .endr; .endr
