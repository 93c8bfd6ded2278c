//! Mutants that no test can notice, and why: they stay out of the runs.
//!
//! A row names an instruction as a survivor is reported: where it is, and how it is disassembled,
//! with the target of a branch counted from the start of its routine. A row that fits no mutant is
//! an error, so that none outlives its reason.

/// Changes of one instruction that change no answer.
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

const LEFT_OUT: &str = "left out";
const LOWEST_BIT: &str = "other constant, lowest bit";
const DISPLACEMENT: &str = "other displacement";
const OPERATION: &str = "other register or operation";
const OPERAND: &str = "other operand";
const DESTINATION: &str = "other destination";
const FIRST: &str = "other first operand";
const SECOND: &str = "other second operand or rotation";
const CONSTANT: &str = "other constant, shift or operation";

pub(super) const EQUIVALENT: &[Equivalent] = &[
    // Taking 2 instead of 1 from a mask whose lowest set bit is 15 or more clears that bit too, and
    // changes only bits below it, which the mask does not have.
    x86_64("find_word+0x68: `leaq -0x1(%rax), %r9`", &[DISPLACEMENT]),
    x86_64("find_word+0xdb: `leaq -0x1(%rcx), %rdx`", &[DISPLACEMENT]),
    x86_64("find_words+0xc4: `leaq -0x1(%r12), %rax`", &[DISPLACEMENT]),
    // Rotating by 0 leaves bit 0 below the group number; rotating by 1 to 7 takes it to bit 57 or
    // above, and there is no table of 2^57 bytes.
    x86_64("find_word+0x8c: `movabsq $-0x61c8864680b583eb, %r9`", &[LOWEST_BIT]),
    x86_64("find_words+0x172: `movabsq $-0x61c8864680b583eb, %r13`", &[LOWEST_BIT]),
    // An arithmetic shift instead of a rotation: it differs in the seven highest bits.
    aarch64("find_word+0x88: `ror x15, x15, x14`", &[CONSTANT]),
    aarch64("find_words+0x160: `ror x11, x11, x14`", &[CONSTANT]),
    // A false match is spoilt by any bit of its byte, not only by the lowest.
    aarch64("find_words+0x124: `bic x11, x11, x15`", &[CONSTANT]),
    aarch64("find_words+0x134: `bic x11, x11, x15`", &[CONSTANT]),
    // Blocks of another length, of sixteen words at the most: the words come to an end all the same.
    x86_64("find_words+0x136: `andq $0xf, %r9`", &[LOWEST_BIT]),
    aarch64("find_words+0x104: `and x5, x5, #0xf`", &[CONSTANT, SECOND]),
    // The return address joins in, of which bits 2 and 3 can shorten the block.
    aarch64("find_words+0x108: `mvn x5, x5`", &[FIRST]),
    // To the instruction before the target, which does nothing there: the last byte of an LEA, read
    // as STC; a load of what is loaded already; a branch on `later`, which was just found to be zero,
    // or not to be.
    x86_64("find_words+0x1ac: `jmp +0x124`", &[LOWEST_BIT]),
    aarch64("find_words+0x128: `b +0x5c`", &[DESTINATION]),
    aarch64("find_words+0x138: `b +0xcc`", &[DESTINATION]),
    aarch64("find_words+0x90: `cbz x6, +0xfc`", &[FIRST]),
    aarch64("find_words+0xf8: `cbnz x6, +0x94`", &[FIRST]),
    // Which lines are asked for ahead of time, and how often, changes no answer. What is read for it
    // are hashes of this batch, or its words: what lies behind them is noticed, for it may not exist.
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
];
