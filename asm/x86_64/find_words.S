// find_words: find_word for many entries at once, so that their waits for memory overlap.
//
//     void heptad_0_1_find_words(const void *base, uint64_t mask_bytes, const uint64_t *words, uint64_t *answers, uint64_t count);
//
// In        rdi  base       the table, 64-aligned: mask_bytes + 64 bytes of groups
//           rsi  mask_bytes (groups - 1) * 64, groups a power of two
//           rdx  words      the entries
//           rcx  answers    the hash of each of them
//           r8   count      of entries
// Out       answers holds what find_word returns for each of them
// Clobbers  rax, rcx, rdx, r8..r11, flags. Writes the answers, and 40 bytes of stack to save rbx,
//           rbp and r12..r14. No FP/SIMD register.
// Requires  what find_word does; answers overlaps neither words nor the table
// Cost      22 instructions for no entry, 70 for one whose first match is at home, 100 for two such,
//           72 for one absent from its home, 109 for one whose first match is in the alternate;
//           1 line per entry, or 2 if the home's filter has the class
//
// for each block of 16 entries, the first one may be shorter:
//   prefetch the home lines of the next block
//   for each entry of this block: answer it if its home group settles that; if not, ask for the
//     line of its alternate, and let the answer be 2 * offset of the alternate + tag for now
//   for each entry not settled: search the alternate
// Bytes are compared as in find_word.

.irp base, %rdi
.irp mask, %rsi
.irp words, %rdx                        # the end of the current block
.irp answers, %r14                      # the end of the current block
.irp left, %r8                          # entries after the current block
.irp index, %r9                         # of an entry, from the end of the block: -16..-1
.irp later, %r12                        # bit 64 + index for each entry not settled
.irp ones, %r10                         # 0x01 in every slot byte
.irp highs, %r11                        # 0x80 in every slot byte

HEPTAD_BEGIN find_words
    push    %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    push    %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    push    %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    push    %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    push    %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    mov     %rcx, \answers
    movabs  $0x0101010101010100, \ones
    movabs  $0x8080808080808000, \highs
    xor     \index, \index              # there is no block yet, only a next one

.irp number, %rbx                       # of an entry, from the start of the next block
.irp hint, %rbp                         # the offset of its home group
1:  test    \left, \left
    jz      3f
    lea     -1(\left), \number
    and     $15, \number                # the last of the next block, to the first
2:  mov     (\answers, \number, 8), \hint
    shl     $6, \hint
    and     \mask, \hint
    prefetcht0 (\base, \hint)
    sub     $1, \number
    jnc     2b

3:  test    \index, \index
    jz      10f
    xor     \later, \later
.irp home, %rbp                         # instead of `hint`: the address of the home group
.irp tag, %rbx                          # instead of `number`
.irp equal, %r13                        # 0xff in each matching slot byte
.irp matches, %rax
.irp wanted, %rcx
4:  mov     (\answers, \index, 8), \home
    mov     \home, \tag
    shl     $6, \home
    and     \mask, \home
    add     \base, \home
    shr     $57, \tag
    cmp     $1, \tag                    # carry if it is 0
    adc     $0, \tag
    movabs  $-0x0202020202020202, \equal
    imul    \tag, \equal                # the complement of the tag's home byte in every slot
    xor     (\home), \equal
    mov     (\words, \index, 8), \wanted

5:  lea     (\equal, \ones), \matches
    not     \matches
    and     \equal, \matches
    and     \highs, \matches
    jz      12f
.irp place, %rax                        # instead of `matches`: 7 past the offset of the entry
    rep bsf \matches, \place            # 8*s + 7; bsf and tzcnt agree when a bit is set
    cmp     \wanted, -7(\home, \place)
    jne     11f
.irp answer, %rax                       # instead of `place`
    lea     -7(\home, \place), \answer
6:  mov     \answer, (\answers, \index, 8)
    add     $1, \index
    jnz     4b

    test    \later, \later
    jz      10f
.irp packed, %rbp                       # instead of `home`: 2 * offset of the alternate + tag
.irp rest, %rax                         # instead of `answer`
7:  rep bsf \later, \index
    lea     -1(\later), \rest
    and     \rest, \later
    sub     $64, \index
    mov     (\answers, \index, 8), \packed
    mov     \packed, \tag
    and     $127, \tag
    sub     \tag, \packed
.irp other, %rbp                        # instead of `packed`: the address of the alternate group
    shr     $1, \other
    add     \base, \other
.irp byte, %rbx                         # instead of `tag`: the tag's displaced byte
    lea     1(\tag, \tag), \byte
    movabs  $-0x0101010101010101, \equal
    imul    \byte, \equal               # the complement of it in every slot
    xor     (\other), \equal
    mov     (\words, \index, 8), \wanted

.irp among, %rax                        # instead of `rest`: the matching slots
8:  lea     (\equal, \ones), \among
    not     \among
    and     \equal, \among
    and     \highs, \among
    jz      14f
.irp spot, %rax                         # instead of `among`: 7 past the offset of the entry
    rep bsf \among, \spot
    cmp     \wanted, -7(\other, \spot)
    jne     13f
    lea     -7(\other, \spot), \answer
9:  mov     \answer, (\answers, \index, 8)
    test    \later, \later
    jnz     7b

10: test    \left, \left
    jz      15f
    lea     -1(\left), \index
    and     $15, \index
    lea     8(\words, \index, 8), \words
    lea     8(\answers, \index, 8), \answers
    not     \index                      # less as many as the block has
    add     \index, \left
    jmp     1b

11: btr     \place, \equal              # a false match: on to the next
    jmp     5b

.irp class, %rcx                        # instead of `wanted`
.irp filter, %rax                       # instead of `matches`
12: mov     \tag, \class
    and     $7, \class
    mov     (\home), \filter
    bt      \class, \filter
    mov     $0, %eax                    # absent, unless the filter has the class
    jnc     6b
.irp far, %r13                          # instead of `equal`: the offset of the alternate group
    movabs  $0x9e3779b97f4a7c15, \far
    ror     %cl, \far
    or      $64, \far                   # odd in units of groups: never the home group itself
    sub     \home, \far
    add     \base, \far                 # less the home group's offset
    and     \mask, \far
    prefetcht0 (\base, \far)
    lea     (\tag, \far, 2), \answer
    bts     \index, \later
    jmp     6b

13: btr     \spot, \equal
    jmp     8b

14: mov     $1, %eax                    # only the stashed entries can decide
    jmp     9b

15: pop     %r14
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r14
    pop     %r13
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r13
    pop     %r12
    .cfi_adjust_cfa_offset -8
    .cfi_restore %r12
    pop     %rbp
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbp
    pop     %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    ret
HEPTAD_END find_words
.endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr
.endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr; .endr
.endr; .endr; .endr
