//! The text of the AArch64 routines: prelude, one file per routine, postlude, in one unit.
//!
//! With link-time optimisation that unit is the whole program's. What the text defined would be defined
//! in everyone's assembly, so it defines the routines and nothing else, as `cargo xtask test asm-check`
//! checks; and where another copy of this version has defined them, it is skipped.

core::arch::global_asm!(
    ".ifndef heptad_0_1_match_slots",
    include_str!("../../asm/aarch64/prelude.inc"),
    include_str!("../../asm/aarch64/match_slots.S"),
    include_str!("../../asm/aarch64/free_slot.S"),
    include_str!("../../asm/aarch64/find_word.S"),
    include_str!("../../asm/aarch64/find_words.S"),
    include_str!("../../asm/aarch64/postlude.inc"),
    ".endif",
    options(raw)
);
