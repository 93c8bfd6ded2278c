/* free_slot: the lowest slot of a group that has no entry.
 *
 *     uint64_t heptad_0_1_free_slot(uint64_t word);
 *
 * In        a0  word       the group's metadata word
 * Out       a0  slot       1..7, or 0 if all seven are taken
 * Clobbers  a1..a4. Stack and memory untouched. No FP/SIMD register.
 * Cost      20 instructions if a slot is free, 15 if none is; no load.
 * Zbb       12 instructions if a slot is free, 11 if none is.
 *
 * The free slots are those whose byte is zero, found as in match_slots. Byte 0, the filter, never shows.
 */

.irp word, a0
.irp lanes, a1                          # 0x01 in every slot byte
.irp work, a2                           # of HEPTAD_MATCHES
.irp free, a3                           # a bit in each free slot
.irp spare, a4

HEPTAD_BEGIN free_slot
    HEPTAD_LANES \lanes, \work
    HEPTAD_MATCHES \free, \word, \lanes, \work
    beqz    \free, 1f
.irp place, a0                          # instead of `word`: 8*s
    HEPTAD_LOWEST \place, \free, \lanes, \spare
    srli    \place, \place, 3
    ret
1:  li      a0, 0
    ret
HEPTAD_END free_slot
.endr; .endr; .endr; .endr; .endr; .endr
