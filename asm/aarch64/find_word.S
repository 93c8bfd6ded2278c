// find_word: where in its two groups is the entry of this hash that equals `wanted`?
//
//     const uint64_t *heptad_0_1_find_word(const void *base, uint64_t mask_bytes, uint64_t hash, uint64_t wanted);
//
// In        x0  base       the table, 64-aligned: mask_bytes + 64 bytes of groups
//           x1  mask_bytes (groups - 1) * 64, groups a power of two
//           x2  hash       of the entry
//           x3  wanted     the entry
// Out       x0  the entry's address; 0 if it is absent; 1 if it may be stashed
// Clobbers  x4..x15, flags. Stack untouched, memory only read. No FP/SIMD register.
// Requires  each metadata word, and each entry whose slot byte is not free, is initialised
// Cost      21 instructions for a first match at home, 19 for a miss there, 40 for a first match in
//           the alternate; 1 line, or 2 if the home's filter has the class
//
// home = (hash << 6) & mask; tag = max(hash >> 57, 1); class = tag & 7
//   a slot of home with byte 2 * tag whose entry equals wanted: found
//   bit `class` of home's filter is clear: absent
// other = ((rotate_right(golden, class) | 64) - home) & mask
//   a slot of other with byte 2 * tag + 1 whose entry equals wanted: found
//   none: may be stashed
// Bytes are compared as in match_slots, but a match is bit 8*s, the offset of the entry, and may lead
// the byte above to seem one: only the lowest is sure. When its entry is not the one wanted, its
// byte is spoilt and the rest compared again.

.irp base, x0
.irp mask, x1
.irp hash, x2
.irp wanted, x3
.irp home, x4                           // the offset of the home group
.irp group, x5                          // the address of the group being searched
.irp word, x6                           // its metadata word
.irp tag, x7
.irp ones, x8                           // 0x01 in every byte
.irp pattern, x9                        // the tag, later the displaced byte, in every byte
.irp equal, x10                         // 0xff in each matching byte
.irp matches, x11
.irp place, x12                         // the offset of an entry in its group
.irp entry, x13
.irp class, x14
.irp other, x15                         // the offset of the alternate group

HEPTAD_BEGIN find_word
    and     \home, \mask, \hash, lsl #6
    add     \group, \base, \home
    ldr     \word, [\group]
    lsr     \tag, \hash, #57
    cmp     \tag, #0
    cinc    \tag, \tag, eq

    mov     \ones, #0x0101010101010101
    mul     \pattern, \tag, \ones
    eon     \equal, \word, \pattern, lsl #1 // the home byte is twice the tag

1:  add     \matches, \equal, \ones, lsl #8
    bic     \matches, \equal, \matches
    ands    \matches, \ones, \matches, lsr #7
    b.eq    3f
    rbit    \place, \matches
    clz     \place, \place              // 8*s
    ldr     \entry, [\group, \place]
    cmp     \entry, \wanted
    b.ne    2f
    add     x0, \group, \place
    ret
.irp bit, x13                           // instead of `entry`
2:  mov     \bit, #1                    // a false match: on to the next
    lsl     \bit, \bit, \place
    bic     \equal, \equal, \bit
    b       1b

3:  and     \class, \tag, #7
    lsr     \word, \word, \class
    tbnz    \word, #0, 4f
    mov     x0, #0
    ret

4:  mov     \other, #0x7c15
    movk    \other, #0x7f4a, lsl #16
    movk    \other, #0x79b9, lsl #32
    movk    \other, #0x9e37, lsl #48
    ror     \other, \other, \class
    orr     \other, \other, #64         // odd in units of groups: never the home group itself
    sub     \other, \other, \home
    and     \other, \other, \mask
    add     \group, \base, \other

    ldr     \word, [\group]
    add     \pattern, \ones, \pattern, lsl #1
    eon     \equal, \word, \pattern

5:  add     \matches, \equal, \ones, lsl #8
    bic     \matches, \equal, \matches
    ands    \matches, \ones, \matches, lsr #7
    b.eq    7f
    rbit    \place, \matches
    clz     \place, \place
    ldr     \entry, [\group, \place]
    cmp     \entry, \wanted
    b.ne    6f
    add     x0, \group, \place
    ret
6:  mov     \bit, #1
    lsl     \bit, \bit, \place
    bic     \equal, \equal, \bit
    b       5b

7:  mov     x0, #1                      // only the stashed entries can decide
    ret
HEPTAD_END find_word
.endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr
.endr; .endr; .endr; .endr; .endr
