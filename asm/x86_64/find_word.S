// find_word: where in its two groups is the entry of this hash that equals `wanted`?
//
//     const uint64_t *heptad_0_1_find_word(const void *base, uint64_t mask_bytes, uint64_t hash, uint64_t wanted);
//
// In        rdi  base       the table, 64-aligned: mask_bytes + 64 bytes of groups
//           rsi  mask_bytes (groups - 1) * 64, groups a power of two
//           rdx  hash       of the entry
//           rcx  wanted     the entry
// Out       rax  the entry's address; 0 if it is absent; 1 if it may be stashed
// Clobbers  rcx, rdx, r8..r11, flags. Stack untouched, memory only read. No FP/SIMD register.
// Requires  each metadata word, and each entry whose slot byte is not free, is initialised
// Cost      23 instructions for a first match at home, 25 for a miss there, 46 for a first match in
//           the alternate; 1 line, or 2 if the home's filter has the class
//
// home = (hash << 6) & mask; tag = max(hash >> 57, 1); class = tag & 7
//   a slot of home with byte 2 * tag whose entry equals wanted: found
//   bit `class` of home's filter is clear: absent
// other = ((rotate_right(golden, class) | 64) - home) & mask
//   a slot of other with byte 2 * tag + 1 whose entry equals wanted: found
//   none: may be stashed
// Bytes are compared as in free_slot: `equal` is the complement of what differs, and of the matches
// only the lowest is sure. After a false match its byte is spoilt, and the rest judged again.

.irp base, %rdi
.irp mask, %rsi
.irp hash, %rdx
.irp wanted, %rcx
.irp home, %r8                          # the address of the home group
.irp equal, %r9                         # 0xff in each matching slot byte
.irp ones, %r10                         # 0x01 in every slot byte
.irp highs, %r11                        # 0x80 in every slot byte
.irp matches, %rax

HEPTAD_BEGIN find_word
    mov     \hash, \home
    shl     $6, \home
    and     \mask, \home
    add     \base, \home
.irp tag, %rdx                          # instead of `hash`
    shr     $57, \tag
    cmp     $1, \tag                    # carry if it is 0
    adc     $0, \tag

    movabs  $-0x0202020202020202, \equal
    imul    \tag, \equal                # the complement of the tag's home byte in every slot
    xor     (\home), \equal
    movabs  $0x0101010101010100, \ones
    movabs  $0x8080808080808000, \highs
1:  lea     (\equal, \ones), \matches
    not     \matches
    and     \equal, \matches
    and     \highs, \matches
    jz      3f
.irp place, %rax                        # instead of `matches`: 7 past the offset of the entry
    rep bsf \matches, \place            # 8*s + 7; bsf and tzcnt agree when a bit is set
    cmp     \wanted, -7(\home, \place)
    jne     2f
    lea     -7(\home, \place), %rax
    ret
2:  btr     \place, \equal              # a false match: on to the next
    jmp     1b

.irp class, %r9                         # instead of `equal`
.irp filter, %rax                       # instead of `matches`
3:  mov     \tag, \class
    and     $7, \class
    movzbq  (\home), \filter
    bt      \class, \filter
    jc      4f
    xor     %rax, %rax
    ret

.irp sought, %rax                       # instead of `filter`: `wanted`, to free rcx for the count
.irp count, %rcx                        # instead of `wanted`
.irp other, %r9                         # instead of `class`: the alternate, offset then address
4:  mov     \wanted, \sought
    mov     \class, \count
    movabs  $0x9e3779b97f4a7c15, \other
    ror     %cl, \other
    or      $64, \other                 # odd in units of groups: never the home group itself
    sub     \home, \other
    add     \base, \other               # less the home group's offset
    and     \mask, \other
    add     \base, \other

.irp alike, %rcx                        # instead of `count`: 0xff in each matching slot byte
    lea     1(\tag, \tag), \alike
    imul    \ones, \alike               # the tag's displaced byte in every slot
    xor     (\other), \alike
    not     \alike

.irp among, %rdx                        # instead of `tag`: the matching slots
5:  lea     (\alike, \ones), \among
    not     \among
    and     \alike, \among
    and     \highs, \among
    jz      7f
.irp spot, %rdx                         # instead of `among`: 7 past the offset of the entry
    rep bsf \among, \spot
    cmp     \sought, -7(\other, \spot)
    jne     6f
    lea     -7(\other, \spot), %rax
    ret
6:  btr     \spot, \alike
    jmp     5b

7:  mov     $1, %eax                    # only the stashed entries can decide
    ret
HEPTAD_END find_word
.endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr
.endr; .endr; .endr; .endr; .endr; .endr; .endr
