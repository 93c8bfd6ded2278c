// find_words: find_word for many entries at once, so that their waits for memory overlap.
//
//     void heptad_0_1_find_words(const void *base, uint64_t mask_bytes, const uint64_t *words, uint64_t *answers, uint64_t count);
//
// In        x0  base       the table, 64-aligned: mask_bytes + 64 bytes of groups
//           x1  mask_bytes (groups - 1) * 64, groups a power of two
//           x2  words      the entries
//           x3  answers    the hash of each of them
//           x4  count      of entries
// Out       answers holds what find_word returns for each of them
// Clobbers  x2..x15, flags. Writes the answers, nothing else. Stack untouched. No FP/SIMD register.
// Requires  what find_word does; answers overlaps neither words nor the table
// Cost      7 instructions for no entry, 49 for one whose first match is at home, 77 for two such,
//           48 for one absent from its home, 89 for one whose first match is in the alternate;
//           1 line per entry, or 2 if the home's filter has the class
//
// for each block of 16 entries, the first one may be shorter:
//   prefetch the home lines of the next block
//   for each entry of this block: answer it if its home group settles that; if not, ask for the
//     line of its alternate, and let the answer be 2 * offset of the alternate + tag for now
//   for each entry not settled: search the alternate
// Bytes are compared as in find_word.

.irp base, x0
.irp mask, x1
.irp words, x2                          // the end of the current block
.irp answers, x3                        // the end of the current block
.irp left, x4                           // entries after the current block
.irp index, x5                          // of an entry, from the end of the block: -16..-1
.irp later, x6                          // bit 64 + index for each entry not settled
.irp ones, x7                           // 0x01 in every byte
.irp hash, x8
.irp group, x9                          // the address of the group being searched
.irp tag, x10
.irp equal, x11                         // 0xff in each matching byte
.irp matches, x12
.irp number, x13                        // of an entry, from the start of the next block
.irp wanted, x14
.irp entry, x15

HEPTAD_BEGIN find_words
    mov     \ones, #0x0101010101010101
    mov     \index, #0                  // there is no block yet, only a next one

1:  cbz     \left, 3f
    sub     \number, \left, #1
    and     \number, \number, #15       // the last of the next block, to the first
2:  ldr     \hash, [\answers, \number, lsl #3]
    and     \group, \mask, \hash, lsl #6
    prfm    pldl1keep, [\base, \group]
    subs    \number, \number, #1
    b.hs    2b
.irp place, x13                         // instead of `number`: an entry's offset in its group, then the answer

3:  cbz     \index, 10f
    mov     \later, #0
4:  ldr     \hash, [\answers, \index, lsl #3]
    and     \group, \mask, \hash, lsl #6
    add     \group, \base, \group
    ldr     \equal, [\group]
    lsr     \tag, \hash, #57
    cmp     \tag, #0
    cinc    \tag, \tag, eq
    mul     \matches, \tag, \ones
    eon     \equal, \equal, \matches, lsl #1 // the home byte is twice the tag
    ldr     \wanted, [\words, \index, lsl #3]

5:  add     \matches, \equal, \ones, lsl #8
    bic     \matches, \equal, \matches
    ands    \matches, \ones, \matches, lsr #7
    b.eq    13f
    rbit    \place, \matches
    clz     \place, \place              // 8*s
    ldr     \entry, [\group, \place]
    cmp     \entry, \wanted
    b.ne    11f
    add     \place, \group, \place
6:  str     \place, [\answers, \index, lsl #3]
    add     \index, \index, #1
    cbnz    \index, 4b

    cbz     \later, 10f
.irp rest, x8                           // instead of `hash`
7:  rbit    \index, \later
    clz     \index, \index
    sub     \index, \index, #64
    sub     \rest, \later, #1
    and     \later, \later, \rest
.irp packed, x8                         // instead of `rest`: 2 * offset of the alternate + tag
    ldr     \packed, [\answers, \index, lsl #3]
    and     \tag, \packed, #127
    sub     \packed, \packed, \tag
    add     \group, \base, \packed, lsr #1
    ldr     \equal, [\group]
    mul     \matches, \tag, \ones
    add     \matches, \ones, \matches, lsl #1
    eon     \equal, \equal, \matches    // the displaced byte is twice the tag and 1
    ldr     \wanted, [\words, \index, lsl #3]

8:  add     \matches, \equal, \ones, lsl #8
    bic     \matches, \equal, \matches
    ands    \matches, \ones, \matches, lsr #7
    b.eq    14f
    rbit    \place, \matches
    clz     \place, \place
    ldr     \entry, [\group, \place]
    cmp     \entry, \wanted
    b.ne    12f
    add     \place, \group, \place
9:  str     \place, [\answers, \index, lsl #3]
    cbnz    \later, 7b

10: cbz     \left, 15f
    sub     \index, \left, #1
    and     \index, \index, #15
    mvn     \index, \index              // less as many as the block has
    add     \left, \left, \index
    sub     \words, \words, \index, lsl #3
    sub     \answers, \answers, \index, lsl #3
    b       1b

.irp bit, x15                           // instead of `entry`
11: mov     \bit, #1                    // a false match: on to the next
    lsl     \bit, \bit, \place
    bic     \equal, \equal, \bit
    b       5b
12: mov     \bit, #1
    lsl     \bit, \bit, \place
    bic     \equal, \equal, \bit
    b       8b

.irp word, x12                          // instead of `matches`
.irp class, x14                         // instead of `wanted`
.irp other, x11                         // instead of `equal`: the offset of the alternate group
13: ldr     \word, [\group]
    and     \class, \tag, #7
    lsr     \word, \word, \class
    mov     \place, #0                  // absent, unless the filter has the class
    tbz     \word, #0, 6b
    mov     \other, #0x7c15
    movk    \other, #0x7f4a, lsl #16
    movk    \other, #0x79b9, lsl #32
    movk    \other, #0x9e37, lsl #48
    ror     \other, \other, \class
    orr     \other, \other, #64         // odd in units of groups: never the home group itself
    sub     \other, \other, \group
    add     \other, \other, \base       // less the home group's offset
    and     \other, \other, \mask
    prfm    pldl1keep, [\base, \other]
    add     \place, \tag, \other, lsl #1
    mov     \bit, #1
    lsl     \bit, \bit, \index
    orr     \later, \later, \bit
    b       6b

14: mov     \place, #1                  // only the stashed entries can decide
    b       9b

15: ret
HEPTAD_END find_words
.endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr
.endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr
