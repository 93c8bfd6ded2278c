// match_slots: which of a group's seven slots carry this slot byte?
//
//     uint64_t heptad_0_1_match_slots(uint64_t word, uint64_t slot_byte);
//
// In        x0  word       the group's metadata word
//           x1  slot_byte  0..255, zero-extended
// Out       x0  matches    bit 8*s + 7 set for each slot s in 1..7 whose byte equals slot_byte;
//                          every other bit clear
// Clobbers  x1..x4. Flags, stack and memory untouched. No FP/SIMD register.
// Cost      9 instructions, no load.
//
// A byte of `equal` is 0xff where the slot matches. Adding 1 to its low seven bits carries into bit
// 7 exactly when all seven are set, and never leaves the byte; AND-ing `equal` asks for bit 7
// itself. So each byte is judged alone. Nothing is added to byte 0, the filter: it never shows.

.irp word, x0
.irp slot_byte, x1
.irp ones, x2                           // 0x01 in every byte
.irp equal, x3
.irp matches, x4

HEPTAD_BEGIN match_slots
    mov     \ones, #0x0101010101010101
    mul     \slot_byte, \slot_byte, \ones// slot_byte in every byte
    eon     \equal, \word, \slot_byte

    and     \matches, \equal, #0x7f7f7f7f7f7f7f7f
    add     \matches, \matches, \ones, lsl #8
    and     \matches, \matches, \equal
    and     x0, \matches, #0x8080808080808080
    ret
HEPTAD_END match_slots
.endr; .endr; .endr; .endr; .endr
