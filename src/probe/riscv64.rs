//! The text of the RISC-V routines: prelude, one file per routine, postlude, in one unit. Where the program is
//! compiled for Zbb, that file changes the prelude's steps.
//!
//! With link-time optimisation that unit is the whole program's. What the text defined would be defined
//! in everyone's assembly, so it defines the routines and nothing else, as `cargo xtask test asm-check`
//! checks; and where another copy of this version has defined them, it is skipped.

#[cfg(target_feature = "zbb")]
macro_rules! steps {
    () => {
        include_str!("../../asm/riscv64/zbb.inc")
    };
}
#[cfg(not(target_feature = "zbb"))]
macro_rules! steps {
    () => {
        ""
    };
}

core::arch::global_asm!(
    ".ifndef heptad_0_1_match_slots",
    include_str!("../../asm/riscv64/prelude.inc"),
    steps!(),
    include_str!("../../asm/riscv64/match_slots.S"),
    include_str!("../../asm/riscv64/free_slot.S"),
    include_str!("../../asm/riscv64/find_word.S"),
    include_str!("../../asm/riscv64/find_words.S"),
    include_str!("../../asm/riscv64/postlude.inc"),
    ".endif",
    options(raw)
);
