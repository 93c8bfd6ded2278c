//! Mutants that no test can notice, and the reasons: they are not run.
//!
//! A row names an instruction in the same way as a survivor is reported: its place, and its disassembly, with the
//! target of a branch counted from the start of its routine. A row that matches no mutant is an error, so that no row
//! outlives its reason.

/// Changes of one instruction that do not change any answer.
pub(super) struct Equivalent {
    pub(super) machine: &'static str,
    pub(super) place: &'static str,
    pub(super) changes: &'static [&'static str],
}

const fn x86_64(place: &'static str, changes: &'static [&'static str]) -> Equivalent {
    Equivalent { machine: "x86_64", place, changes }
}

const fn aarch64(place: &'static str, changes: &'static [&'static str]) -> Equivalent {
    Equivalent { machine: "aarch64", place, changes }
}

const fn riscv64(place: &'static str, changes: &'static [&'static str]) -> Equivalent {
    Equivalent { machine: "riscv64", place, changes }
}

const LEFT_OUT: &str = "left out";
const LOWEST_BIT: &str = "other constant, lowest bit";
const DISPLACEMENT: &str = "other displacement";
const OPERATION: &str = "other register or operation";
const OPERAND: &str = "other operand";
const DESTINATION: &str = "other destination";
const FIRST: &str = "other first operand";
const SECOND: &str = "other second operand or rotation";
const CONSTANT: &str = "other constant, shift or operation";

const SECOND_OR_CONSTANT: &str = "other second operand or constant";
const ANY_OPERATION: &str = "other operation";

pub(super) const EQUIVALENT: &[Equivalent] = &[
    // Taking 2 instead of 1 from a mask whose lowest set bit is 15 or more clears that bit too, and
    // changes only bits below it, which the mask does not have.
    x86_64("find_words+0xc4: `leaq -0x1(%r12), %rax`", &[DISPLACEMENT]),
    // Rotating by 0 leaves bit 0 below the group number; rotating by 1 to 7 moves it to bit 57 or above, and there is
    // no table of 2^57 bytes.
    x86_64("find_word+0x84: `movabsq $-0x61c8864680b583eb, %r9`", &[LOWEST_BIT]),
    x86_64("find_words+0x172: `movabsq $-0x61c8864680b583eb, %r13`", &[LOWEST_BIT]),
    // An arithmetic shift instead of a rotation: it differs in the seven highest bits.
    aarch64("find_word+0x88: `ror x15, x15, x14`", &[CONSTANT]),
    aarch64("find_words+0x160: `ror x11, x11, x14`", &[CONSTANT]),
    // Any bit of its byte removes a false match, not only the lowest: 8 * s, shifted by as much, lies in byte s.
    aarch64("find_word+0x58: `lsl x13, x13, x12`", &[FIRST]),
    aarch64("find_word+0xd8: `lsl x13, x13, x12`", &[FIRST]),
    aarch64("find_word+0x5c: `bic x10, x10, x13`", &[CONSTANT]),
    aarch64("find_word+0xdc: `bic x10, x10, x13`", &[CONSTANT]),
    aarch64("find_words+0x124: `bic x11, x11, x15`", &[CONSTANT]),
    aarch64("find_words+0x134: `bic x11, x11, x15`", &[CONSTANT]),
    // Blocks of another length, of at most sixteen words: the batch is processed completely all the same.
    x86_64("find_words+0x136: `andq $0xf, %r9`", &[LOWEST_BIT]),
    aarch64("find_words+0x104: `and x5, x5, #0xf`", &[CONSTANT, SECOND]),
    // The return address is included, and its bits 2 and 3 can shorten the block.
    aarch64("find_words+0x108: `mvn x5, x5`", &[FIRST]),
    // Jumps to the instruction before the target, which has no effect there: the last byte of an LEA, decoded as STC; a
    // load of what is loaded already; a branch on `later`, which was just found to be zero, or not to be.
    x86_64("find_words+0x1ac: `jmp +0x124`", &[LOWEST_BIT]),
    aarch64("find_words+0x128: `b +0x5c`", &[DESTINATION]),
    aarch64("find_words+0x138: `b +0xcc`", &[DESTINATION]),
    aarch64("find_words+0x90: `cbz x6, +0xfc`", &[FIRST]),
    aarch64("find_words+0xf8: `cbnz x6, +0x94`", &[FIRST]),
    // Which lines are prefetched, and how often, changes no answer. The prefetch reads hashes of this batch, or its
    // words; a read beyond them is noticed, since that memory may not exist.
    x86_64("find_words+0x26: `testq %r8, %r8`", &[LEFT_OUT, OPERAND, OPERATION]),
    x86_64("find_words+0x2f: `andq $0xf, %rbx`", &[LEFT_OUT, LOWEST_BIT]),
    x86_64("find_words+0x33: `movq (%r14,%rbx,8), %rbp`", &[LEFT_OUT]),
    x86_64("find_words+0x37: `shlq $0x6, %rbp`", &[LEFT_OUT, LOWEST_BIT, OPERATION]),
    x86_64("find_words+0x3b: `andq %rsi, %rbp`", &[LEFT_OUT, OPERATION]),
    x86_64("find_words+0x46: `jae +0x33`", &[LEFT_OUT]),
    aarch64("find_words+0x14: `and x13, x13, #0xf`", &[LEFT_OUT, DESTINATION, CONSTANT, SECOND]),
    aarch64("find_words+0x18: `ldr x8, [x3, x13, lsl #3]`", &[LEFT_OUT, DESTINATION, FIRST]),
    aarch64(
        "find_words+0x1c: `and x9, x1, x8, lsl #6`",
        &[LEFT_OUT, DESTINATION, FIRST, SECOND, CONSTANT],
    ),
    aarch64("find_words+0x28: `b.hs +0x18`", &[LEFT_OUT, FIRST]),
    // RISC-V. Taking 2 instead of 1 from a mask whose lowest bit is 15 or more: the same above bit 0, where the lanes
    // are.
    riscv64("find_word+0x5c: `addi t5, t4, -0x1`", &[SECOND_OR_CONSTANT]),
    riscv64("find_word+0x84: `addi t5, t4, -0x1`", &[SECOND_OR_CONSTANT]),
    riscv64("find_word+0xf8: `addi t5, t4, -0x1`", &[SECOND_OR_CONSTANT]),
    riscv64("find_word+0x120: `addi t5, t4, -0x1`", &[SECOND_OR_CONSTANT]),
    riscv64("find_words+0xa8: `addi t3, t4, -0x1`", &[SECOND_OR_CONSTANT]),
    riscv64("find_words+0x128: `addi t3, t4, -0x1`", &[SECOND_OR_CONSTANT]),
    riscv64("find_words+0x174: `addi t6, t4, -0x1`", &[SECOND_OR_CONSTANT]),
    riscv64("find_words+0x180: `addi t6, t4, -0x1`", &[SECOND_OR_CONSTANT]),
    riscv64("free_slot+0x34: `addi a0, a3, -0x1`", &[SECOND_OR_CONSTANT]),
    // RISC-V. Bit 0 is the filter's, which the mask of the matches has not.
    riscv64("find_word+0x50: `not t4, t4`", &[SECOND_OR_CONSTANT]),
    riscv64("find_word+0xec: `not t4, t4`", &[SECOND_OR_CONSTANT]),
    riscv64("find_words+0x94: `not t4, t4`", &[SECOND_OR_CONSTANT]),
    riscv64("find_words+0x114: `not t4, t4`", &[SECOND_OR_CONSTANT]),
    riscv64("free_slot+0x28: `not a3, a3`", &[SECOND_OR_CONSTANT]),
    riscv64("match_slots+0x30: `not a0, a0`", &[SECOND_OR_CONSTANT]),
    // RISC-V. A signed comparison: tags have seven bits.
    riscv64("find_word+0x18: `seqz a2, a7`", &[ANY_OPERATION]),
    riscv64("find_words+0x74: `seqz t3, t2`", &[ANY_OPERATION]),
    // RISC-V. Bits 0 of golden and of its rotation are below the group number.
    riscv64("find_word+0xb8: `addi t6, t6, -0x3eb`", &[SECOND_OR_CONSTANT]),
    riscv64("find_word+0xc4: `ori t5, t5, 0x40`", &[SECOND_OR_CONSTANT]),
    riscv64("find_words+0x1b4: `addi t4, t4, -0x3eb`", &[SECOND_OR_CONSTANT]),
    riscv64("find_words+0x1c0: `ori t6, t6, 0x40`", &[SECOND_OR_CONSTANT]),
    // RISC-V. Blocks of another length, of at most sixteen words, as on AArch64.
    riscv64("find_words+0x158: `andi t3, t3, 0xf`", &[SECOND_OR_CONSTANT]),
    // RISC-V. Which lines are prefetched, as on AArch64.
    riscv64("find_words+0x2c: `andi t3, t3, 0xf`", &[DESTINATION, LEFT_OUT, SECOND_OR_CONSTANT]),
    riscv64("find_words+0x30: `slli t3, t3, 0x3`", &[DESTINATION, LEFT_OUT, SECOND_OR_CONSTANT]),
    riscv64("find_words+0x38: `ld t6, 0x0(t3)`", &[DESTINATION, LEFT_OUT]),
    riscv64(
        "find_words+0x3c: `slli t1, t6, 0x6`",
        &[ANY_OPERATION, DESTINATION, FIRST, LEFT_OUT, SECOND_OR_CONSTANT],
    ),
    riscv64(
        "find_words+0x40: `and t1, t1, a1`",
        &[ANY_OPERATION, DESTINATION, FIRST, LEFT_OUT, SECOND_OR_CONSTANT],
    ),
    riscv64(
        "find_words+0x44: `add t1, a0, t1`",
        &[ANY_OPERATION, DESTINATION, FIRST, LEFT_OUT, SECOND_OR_CONSTANT],
    ),
    riscv64("find_words+0x4c: `addi t3, t3, -0x8`", &[SECOND_OR_CONSTANT]),
    riscv64("find_words+0x50: `bgeu t3, a3, +0x38`", &[LEFT_OUT]),
    riscv64(
        "find_words+0x1d0: `add t4, a0, t6`",
        &[ANY_OPERATION, DESTINATION, FIRST, LEFT_OUT, SECOND_OR_CONSTANT],
    ),
];
