/* find_word: where in its two groups is the entry of this hash that equals `wanted`?
 *
 *     const uint64_t *heptad_0_1_find_word(const void *base, uint64_t mask_bytes, uint64_t hash, uint64_t wanted);
 *
 * In        a0  base       the table, 64-aligned: mask_bytes + 64 bytes of groups
 *           a1  mask_bytes (groups - 1) * 64, groups a power of two
 *           a2  hash       of the entry
 *           a3  wanted     the entry
 * Out       a0  the entry's address; 0 if it is absent; 1 if it may be stashed
 * Clobbers  a2, a4..a7, t0..t6. Stack untouched, memory only read. No FP/SIMD register.
 * Requires  each metadata word, and each entry whose slot byte is not free, is initialised
 * Cost      33 instructions for a first match at home, 29 for a miss there, 57 for a first match in
 *           the alternate; 1 line, or 2 if the home's filter has the class
 * Zbb       25 instructions for a first match at home, 25 for a miss there, 46 for a first match in the alternate
 *
 * home = (hash << 6) & mask; tag = max(hash >> 57, 1); class = tag & 7
 *   a slot of home with byte 2 * tag whose entry equals wanted: found
 *   bit `class` of home's filter is clear: absent
 * other = ((rotate_right(golden, class) | 64) - home) & mask
 *   a slot of other with byte 2 * tag + 1 whose entry equals wanted: found
 *   none: may be stashed
 * Bytes are compared as in match_slots, entries from the lowest matching slot up. Shifting golden is enough: a
 * rotation differs in the seven highest bits, and no table has 2^57 bytes.
 */

.irp base, a0
.irp mask, a1
.irp hash, a2
.irp wanted, a3
.irp home, a4                           # the offset of the home group
.irp group, a5                          # the address of the group being searched
.irp word, a6                           # its metadata word
.irp tag, a7
.irp lanes, t0                          # 0x01 in every slot byte
.irp work, t1                           # of HEPTAD_MATCHES
.irp pattern, t2                        # the home byte, later the displaced byte, in every slot byte
.irp differing, t3                      # a zero byte in each matching slot
.irp matches, t4
.irp place, t5                          # an entry, offset then address
.irp entry, t6

HEPTAD_BEGIN find_word
    slli    \home, \hash, 6
    and     \home, \home, \mask
    add     \group, \base, \home
    ld      \word, 0(\group)
    srli    \tag, \hash, 57
.irp is_zero, a2                        # instead of `hash`
    seqz    \is_zero, \tag
    add     \tag, \tag, \is_zero
.endr

    HEPTAD_LANES \lanes, \work
    slli    \pattern, \tag, 1           # the home byte is twice the tag
    mul     \pattern, \pattern, \lanes
    xor     \differing, \word, \pattern
    HEPTAD_MATCHES \matches, \differing, \lanes, \work
    beqz    \matches, 3f

1:  HEPTAD_LOWEST \place, \matches, \lanes, \entry
    add     \place, \group, \place
    ld      \entry, 0(\place)
    bne     \entry, \wanted, 2f
    mv      a0, \place
    ret
2:  addi    \place, \matches, -1        # a false match: on to the next
    and     \matches, \matches, \place
    bnez    \matches, 1b

.irp class, a2                          # instead of `hash`
3:  andi    \class, \tag, 7
    srl     \word, \word, \class
    andi    \word, \word, 1
    bnez    \word, 4f
    li      a0, 0
    ret

.irp other, t5                          # instead of `place`: the offset of the alternate group
.irp low, t6                            # instead of `entry`: the low half of golden
4:  lui     \other, 0x9e378
    addi    \other, \other, -0x647
    slli    \other, \other, 32
    lui     \low, 0x7f4a8
    addi    \low, \low, -0x3eb
    add     \other, \other, \low        # golden, 0x9e3779b97f4a7c15
    srl     \other, \other, \class
    ori     \other, \other, 64          # odd in units of groups: never the home group itself
    sub     \other, \other, \home
    and     \other, \other, \mask
    add     \group, \base, \other
.endr; .endr; .endr

    ld      \word, 0(\group)
    add     \pattern, \pattern, \lanes  # the displaced byte is twice the tag and 1
    xor     \differing, \word, \pattern
    HEPTAD_MATCHES \matches, \differing, \lanes, \work
    beqz    \matches, 7f

5:  HEPTAD_LOWEST \place, \matches, \lanes, \entry
    add     \place, \group, \place
    ld      \entry, 0(\place)
    bne     \entry, \wanted, 6f
    mv      a0, \place
    ret
6:  addi    \place, \matches, -1
    and     \matches, \matches, \place
    bnez    \matches, 5b

7:  li      a0, 1                       # only the stashed entries can decide
    ret
HEPTAD_END find_word
.endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr
.endr; .endr; .endr
