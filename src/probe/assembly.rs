//! The probe routines in assembly, for AArch64, x86_64 and 64-bit RISC-V.
//!
//! The text is in `asm/`, one routine per file, written for general registers only: a kernel built
//! without FP and SIMD can call it anywhere, even in an interrupt. The declarations below are the
//! same on every architecture, and the same as the functions of [`portable`](super::portable),
//! which is where their contract can be read as Rust.

use crate::layout::Line;

#[cfg(target_arch = "aarch64")]
#[path = "aarch64.rs"]
mod text;
#[cfg(target_arch = "riscv64")]
#[path = "riscv64.rs"]
mod text;
#[cfg(target_arch = "x86_64")]
#[path = "x86_64.rs"]
mod text;

/// The name of a routine for the linker. It carries the version, so that two versions of the crate
/// can be linked into one kernel.
macro_rules! symbol {
    ($routine:literal) => {
        concat!("heptad_0_1_", $routine)
    };
}

unsafe extern "C" {
    #[link_name = symbol!("match_slots")]
    safe fn heptad_match_slots(word: u64, slot_byte: u64) -> u64;

    #[link_name = symbol!("free_slot")]
    safe fn heptad_free_slot(word: u64) -> u64;

    #[link_name = symbol!("find_word")]
    fn heptad_find_word(base: *const Line, mask_bytes: usize, hash: u64, wanted: u64)
    -> *const u64;

    #[link_name = symbol!("find_words")]
    fn heptad_find_words(
        base: *const Line,
        mask_bytes: usize,
        words: *const u64,
        answers: *mut u64,
        count: usize,
    );
}

/// Slots of `word` that carry `slot_byte`, as bit `8 * s + 7` per slot `s`. Reads no memory.
#[inline(always)]
pub fn match_slots(word: u64, slot_byte: u64) -> u64 {
    heptad_match_slots(word, slot_byte)
}

/// The lowest slot of `word` whose byte is zero, or 0 if none is. Reads no memory.
#[inline(always)]
pub fn free_slot(word: u64) -> u64 {
    heptad_free_slot(word)
}

/// The address of the entry equal to `wanted`, or 0, or [`MAYBE_STASHED`](super::MAYBE_STASHED).
///
/// # Safety
///
/// `base` points to `mask_bytes / 64 + 1` lines, a power of two, valid for reads, that hold groups:
/// each metadata word is initialised, and so is each entry whose slot byte is not free.
#[inline(always)]
pub unsafe fn find_word(
    base: *const Line,
    mask_bytes: usize,
    hash: u64,
    wanted: u64,
) -> *const u64 {
    // SAFETY: the caller's promise is what the routine requires.
    unsafe { heptad_find_word(base, mask_bytes, hash, wanted) }
}

/// Replaces each of the `count` hashes in `answers` by the address that [`find_word`] gives for it
/// and the word at the same index.
///
/// # Safety
///
/// `base` and `mask_bytes` are as for [`find_word`]. `words` is valid for reads of `count` words,
/// `answers` for reads and writes, and it overlaps neither them nor the table.
#[inline(always)]
pub unsafe fn find_words(
    base: *const Line,
    mask_bytes: usize,
    words: *const u64,
    answers: *mut u64,
    count: usize,
) {
    // SAFETY: the caller's promise is what the routine requires.
    unsafe { heptad_find_words(base, mask_bytes, words, answers, count) }
}
