/* match_slots: which of a group's seven slots carry this slot byte?
 *
 *     uint64_t heptad_0_1_match_slots(uint64_t word, uint64_t slot_byte);
 *
 * In        a0  word       the group's metadata word
 *           a1  slot_byte  0..255, zero-extended
 * Out       a0  matches    bit 8*s + 7 set for each slot s in 1..7 whose byte equals slot_byte;
 *                          every other bit clear
 * Clobbers  a1..a3. Stack and memory untouched. No FP/SIMD register.
 * Cost      15 instructions, no load.
 * Zbb       12 instructions.
 *
 * A byte of `differing` is zero where the slot matches; each byte is judged alone. In the lanes byte 0, the
 * filter, has nothing, so it never shows.
 */

.irp word, a0
.irp slot_byte, a1
.irp lanes, a2                          # 0x01 in every slot byte
.irp work, a3                           # of HEPTAD_MATCHES

HEPTAD_BEGIN match_slots
    HEPTAD_LANES \lanes, \work
    mul     \slot_byte, \slot_byte, \lanes # slot_byte in every slot byte
.irp differing, a1                      # instead of `slot_byte`
    xor     \differing, \word, \slot_byte
.irp matches, a0                        # instead of `word`
    HEPTAD_MATCHES \matches, \differing, \lanes, \work
    HEPTAD_MASK \matches
    ret
HEPTAD_END match_slots
.endr; .endr; .endr; .endr; .endr; .endr
