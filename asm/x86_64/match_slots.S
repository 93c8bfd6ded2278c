// match_slots: which of a group's seven slots carry this slot byte?
//
//     uint64_t heptad_0_1_match_slots(uint64_t word, uint64_t slot_byte);
//
// In        rdi  word       the group's metadata word
//           rsi  slot_byte  0..255, zero-extended
// Out       rax  matches    bit 8*s + 7 set for each slot s in 1..7 whose byte equals slot_byte;
//                           every other bit clear
// Clobbers  rsi, rdi, rcx, rdx, flags. Stack and memory untouched. No FP/SIMD register.
// Cost      12 instructions, no load.
//
// A byte of `diff` is zero where the slot matches. With its bit 7 set, subtracting 1 borrows from
// that bit exactly when the other seven are zero, and never from the next byte; OR-ing `diff`
// accounts for bit 7 itself. So each byte is judged alone. `ones` and `highs` are clear in byte 0,
// the filter: it is not a slot, borrows nothing and never shows.

.irp word, %rdi
.irp slot_byte, %rsi
.irp ones, %rcx                         # 0x01 in every slot byte
.irp highs, %rdx                        # 0x80 in every slot byte
.irp matches, %rax

HEPTAD_BEGIN match_slots
    movabs  $0x0101010101010100, \ones
    movabs  $0x8080808080808000, \highs
    imul    \ones, \slot_byte           # slot_byte in every slot
.irp diff, %rdi                         # instead of `word`
    xor     \slot_byte, \diff

    mov     \diff, \matches
    or      \highs, \matches
    sub     \ones, \matches
    or      \diff, \matches             # bit 7 set in each byte that differs
    and     \highs, \matches
    xor     \highs, \matches
    ret
HEPTAD_END match_slots
.endr; .endr; .endr; .endr; .endr; .endr
