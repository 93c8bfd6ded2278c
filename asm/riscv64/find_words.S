/* find_words: find_word for many entries at once, so that their waits for memory overlap.
 *
 *     void heptad_0_1_find_words(const void *base, uint64_t mask_bytes, const uint64_t *words, uint64_t *answers, uint64_t count);
 *
 * In        a0  base       the table, 64-aligned: mask_bytes + 64 bytes of groups
 *           a1  mask_bytes (groups - 1) * 64, groups a power of two
 *           a2  words      the entries
 *           a3  answers    the hash of each of them
 *           a4  count      of entries
 * Out       answers holds what find_word returns for each of them
 * Clobbers  a2..a7, t0..t6. Writes the answers, nothing else. Stack untouched. No FP/SIMD register.
 * Requires  what find_word does; answers overlaps neither words nor the table
 * Cost      13 instructions for no entry, 67 for one whose first match is at home, 104 for two such,
 *           65 for one absent from its home, 114 for one whose first match is in the alternate;
 *           1 line per entry, or 2 if the home's filter has the class
 * Zbb       12 instructions for no entry, 59 for one whose first match is at home, 89 for two such,
 *           61 for one absent from its home, 103 for one whose first match is in the alternate
 *
 * for each block of 16 entries, the last one may be shorter:
 *   prefetch the home lines of the next block
 *   for each entry of this block: answer it if its home group settles that; if not, ask for the line of its
 *     alternate, and let the answer be `packed` for now: the tag in bits 57 and up, the offset of the
 *     alternate, and in the six bits below that the place of the entry not settled before this one, as
 *     the number of entries from there to the end of the block; 0 if there is none
 *   for each entry not settled, from the last one back: search the alternate
 */

.irp base, a0
.irp mask, a1
.irp words, a2
.irp answers, a3                        # the end of the current block
.irp left, a4                           # entries after the current block
.irp cursor, a5                         # the answer in turn
.irp later, a6                          # the place of the last entry not settled, or 0
.irp lanes, a7                          # 0x01 in every slot byte
.irp work, t0                           # of HEPTAD_MATCHES
.irp group, t1                          # the address of the group being searched
.irp tag, t2
.irp matches, t4
.irp wanted, t5
.irp hash, t6

HEPTAD_BEGIN find_words
    HEPTAD_LANES \lanes, \work
.irp distance, a2                       # instead of `words`: from an answer to its word
    sub     \distance, \words, \answers
    mv      \cursor, \answers           # there is no block yet, only a next one

.irp next, t3                           # an answer of the next block
1:  beqz    \left, 3f
    addi    \next, \left, -1
    andi    \next, \next, 15            # the last of the next block, to the first
    slli    \next, \next, 3
    add     \next, \answers, \next
2:  ld      \hash, 0(\next)
    slli    \group, \hash, 6
    and     \group, \group, \mask
    add     \group, \base, \group
    ori     x0, \group, 1               # prefetch.r, a no-op where it is unknown
    addi    \next, \next, -8
    bgeu    \next, \answers, 2b
.endr

3:  beq     \cursor, \answers, 10f
    li      \later, 0
4:  ld      \hash, 0(\cursor)
    slli    \group, \hash, 6
    and     \group, \group, \mask
    add     \group, \base, \group
    ld      \matches, 0(\group)
    srli    \tag, \hash, 57
.irp is_zero, t3
    seqz    \is_zero, \tag
    add     \tag, \tag, \is_zero
.endr
.irp differing, t3                      # a zero byte in each matching slot
    slli    \differing, \tag, 1         # the home byte is twice the tag
    mul     \differing, \differing, \lanes
    xor     \differing, \differing, \matches
    HEPTAD_MATCHES \matches, \differing, \lanes, \work
.endr
    add     \wanted, \cursor, \distance
    ld      \wanted, 0(\wanted)

.irp place, t3                          # an entry, offset then address; then the answer
.irp entry, t6                          # instead of `hash`
5:  beqz    \matches, 13f
    HEPTAD_LOWEST \place, \matches, \lanes, \entry
    add     \place, \group, \place
    ld      \entry, 0(\place)
    bne     \entry, \wanted, 11f
6:  sd      \place, 0(\cursor)
    addi    \cursor, \cursor, 8
    bne     \cursor, \answers, 4b
.endr; .endr

    beqz    \later, 10f
.irp packed, t6                         # instead of `hash`
.irp differing, t3                      # a zero byte in each matching slot
7:  slli    \cursor, \later, 3
    sub     \cursor, \answers, \cursor
    ld      \packed, 0(\cursor)
    andi    \later, \packed, 63
    and     \group, \packed, \mask
    add     \group, \base, \group
    ld      \matches, 0(\group)
    srli    \tag, \packed, 57
    slli    \differing, \tag, 1
    mul     \differing, \differing, \lanes
    add     \differing, \differing, \lanes # the displaced byte is twice the tag and 1
    xor     \differing, \differing, \matches
    HEPTAD_MATCHES \matches, \differing, \lanes, \work
.endr; .endr
    add     \wanted, \cursor, \distance
    ld      \wanted, 0(\wanted)

.irp place, t3
.irp entry, t6
8:  beqz    \matches, 14f
    HEPTAD_LOWEST \place, \matches, \lanes, \entry
    add     \place, \group, \place
    ld      \entry, 0(\place)
    bne     \entry, \wanted, 12f
9:  sd      \place, 0(\cursor)
    bnez    \later, 7b
.endr; .endr

.irp size, t3                           # entries of a block
10: beqz    \left, 15f
    addi    \size, \left, -1
    andi    \size, \size, 15
    addi    \size, \size, 1
    sub     \left, \left, \size
    slli    \size, \size, 3
    mv      \cursor, \answers
    add     \answers, \answers, \size
    j       1b
.endr

.irp below, t6
11: addi    \below, \matches, -1        # a false match: on to the next
    and     \matches, \matches, \below
    j       5b
12: addi    \below, \matches, -1
    and     \matches, \matches, \below
    j       8b
.endr

.irp answer, t3
.irp class, t5                          # instead of `wanted`
.irp word, t4                           # instead of `matches`
13: ld      \word, 0(\group)
    andi    \class, \tag, 7
    srl     \word, \word, \class
    andi    \word, \word, 1
    li      \answer, 0                  # absent, unless the filter has the class
    beqz    \word, 6b
.irp other, t6                          # the offset of the alternate group
.irp low, t4                            # instead of `word`: the low half of golden
    lui     \other, 0x9e378
    addi    \other, \other, -0x647
    slli    \other, \other, 32
    lui     \low, 0x7f4a8
    addi    \low, \low, -0x3eb
    add     \other, \other, \low        # golden, 0x9e3779b97f4a7c15
    srl     \other, \other, \class
    ori     \other, \other, 64          # odd in units of groups: never the home group itself
    sub     \other, \other, \group
    add     \other, \other, \base       # less the home group's offset
    and     \other, \other, \mask
.irp line, t4                           # instead of `low`
    add     \line, \base, \other
    ori     x0, \line, 1                # prefetch.r
    slli    \answer, \tag, 57
    add     \answer, \answer, \other
    add     \answer, \answer, \later
    sub     \later, \answers, \cursor
    srli    \later, \later, 3
    j       6b
.endr; .endr; .endr; .endr; .endr

14: li      \answer, 1                  # only the stashed entries can decide
    j       9b

15: ret
HEPTAD_END find_words
.endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr
.endr; .endr; .endr; .endr
