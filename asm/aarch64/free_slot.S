// free_slot: the lowest slot of a group that has no entry.
//
//     uint64_t heptad_0_1_free_slot(uint64_t word);
//
// In        x0  word       the group's metadata word
// Out       x0  slot       1..7, or 0 if all seven are taken
// Clobbers  x1, x2. Flags, stack and memory untouched. No FP/SIMD register.
// Cost      9 instructions, no branch, no load.
//
// Taking 1 from every byte turns on bit 7 where the byte was zero. A borrow can make the byte
// above a zero byte look free too, but only above one: the lowest is always right, and only the
// lowest is asked for. Byte 0, the filter, keeps its value and so never shows. In a full group the
// count of trailing zeros is 64, whose bits 3..5 are the 0 to return.

.irp word, x0
.irp ones, x1                           // 0x01 in every byte
.irp free, x2

HEPTAD_BEGIN free_slot
    mov     \ones, #0x0101010101010101
    sub     \free, \word, \ones, lsl #8
    bic     \free, \free, \word         // a byte of 0x80 and above never counts as free
    and     \free, \free, #0x8080808080808080
    rbit    \free, \free
    clz     \free, \free                // 8*s + 7, or 64
    ubfx    x0, \free, #3, #3
    ret
HEPTAD_END free_slot
.endr; .endr; .endr
