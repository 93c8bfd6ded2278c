//! The door to the probe routines: how a group is searched.
//!
//! There is one contract and there are two backends of it, [`portable`] Rust and, on AArch64, x86_64 and
//! 64-bit RISC-V, `assembly`. Both give the same answers bit for bit; callers see neither `cfg` nor
//! backend, only the typed functions at the end of this file.
//!
//! # The contract
//!
//! | routine | answer |
//! |---|---|
//! | `match_slots(word, slot_byte)` | bit `8 * s + 7` set for each slot `s` whose byte equals `slot_byte`; every other bit clear |
//! | `match_tag(word, slot_byte)` | the same for the byte of a tag, 2 or more; but a slot whose byte is `slot_byte ^ 1` may be among them if one below it, or the filter byte, equals `slot_byte` |
//! | `occupied(words)` | of eight words, bit `8 * g + s` set for each byte `s` of word `g` that is not zero; every other bit clear |
//! | `free_slot(word)` | the lowest slot (1..=7) whose byte is zero, or 0 when the group is full |
//! | `find_word(base, mask_bytes, hash, wanted)` | the address of the entry that equals `wanted`; 0 when it is absent; 1 ([`MAYBE_STASHED`]) when only the stashed entries decide |
//! | `find_words(base, mask_bytes, words, answers, count)` | in place of each of `count` hashes in `answers`, what `find_word` answers for it and the word at its index |
//!
//! `find_word` looks at the home group of `hash` for slots that carry the home byte of its tag, and
//! compares their entries with `wanted`, lowest slot first. If none is equal and the home's filter
//! bit of the class is clear, the answer is 0. Otherwise it looks for the displaced byte in the alternate
//! group in the same way, and answers 1 if none is equal. It reads the metadata words of those
//! groups and entries of matching slots, nothing else: two cache lines at the most.
//!
//! `find_words` is for tables that fit no cache. It prefetches the home lines of at least sixteen words before it
//! answers the first of them, so that their waits overlap. It touches no memory that `find_word` would not, but for
//! `words` and `answers`; it writes `answers` alone, which in the meantime may hold something other than hashes and
//! answers.
//!
//! # Which backend
//!
//! A step (`match_slots`, `match_tag`, `occupied`, `free_slot`) costs less than calling it, so the steps are
//! inlined; single lookups are made of them, in the C library too. The steps are the portable ones, but for
//! `match_tag` and `occupied` on hosted targets, which compare in vector registers, and `free_slot` on hosted x86_64.
//! `find_word` is for callers that cannot inline, and `find_words` pays one call for many words:
//! wherever there is assembly, that is what they are.
//! `--cfg heptad_backend="assembly"` and `"portable"` force one backend for everything; Miri, and
//! targets without assembly, always get the portable one. docs/measurements.md has the counts.

use crate::layout::{Geometry, Line, Slot, SlotByte, SlotMask, WINDOW, WindowMask, Word};

mod answer;
mod backend;
mod greater;
pub mod oracle;
pub mod portable;
mod prefetch;
mod slots;

pub use answer::{FoundWord, MAYBE_STASHED};
pub use backend::Backend;
use backend::backend;
pub use greater::{greater, take_lesser};
pub use prefetch::prefetch;
pub use slots::{SlotBits, SlotOffsets, Slots};

cfg_if::cfg_if! {
    if #[cfg(all(
        feature = "asm",
        any(
            target_arch = "aarch64",
            all(target_arch = "riscv64", target_feature = "m"),
            target_arch = "x86_64",
        ),
        target_pointer_width = "64",
        not(any(miri, windows, target_vendor = "apple", target_os = "uefi", target_os = "cygwin")),
    ))] {
        pub mod assembly;

        /// Every backend of this target.
        pub const BACKENDS: &[Backend] = &[backend!(portable), backend!(assembly)];

        cfg_if::cfg_if! {
            if #[cfg(heptad_backend = "assembly")] {
                use assembly as steps;
                use assembly as lookup;
                use assembly as batch;
            } else if #[cfg(heptad_backend = "portable")] {
                use portable as steps;
                use portable as lookup;
                use portable as batch;
            } else {
                use portable as steps;
                use assembly as lookup;
                use assembly as batch;
            }
        }
    } else {
        /// Every backend of this target.
        pub const BACKENDS: &[Backend] = &[backend!(portable)];

        use portable as steps;
        use portable as lookup;
        use portable as batch;
    }
}

cfg_if::cfg_if! {
    if #[cfg(all(
        feature = "asm",
        any(
            all(target_arch = "x86_64", target_feature = "sse2"),
            all(target_arch = "aarch64", target_feature = "neon"),
        ),
        not(any(miri, target_os = "none", target_os = "uefi")),
    ))] {
        pub mod vector;

        /// Every way in which this target matches bytes.
        pub const MATCHINGS: &[Matching] = &[
            PORTABLE,
            Matching {
                name: "vector",
                match_tag: |word, byte| vector::Matches::new(vector::match_tag(word, byte)).bits(),
                occupied: vector::occupied,
            },
        ];

        cfg_if::cfg_if! {
            if #[cfg(any(heptad_backend = "assembly", heptad_backend = "portable"))] {
                use portable as matches;
            } else {
                use vector as matches;
            }
        }
    } else {
        /// Every way in which this target matches bytes.
        pub const MATCHINGS: &[Matching] = &[PORTABLE];

        use portable as matches;
    }
}

/// The steps that a vector register shortens, of one kind. They are inlined, and this is for tests.
pub struct Matching {
    /// What they use.
    pub name: &'static str,
    /// See the contract.
    pub match_tag: fn(u64, u64) -> u64,
    /// See the contract.
    pub occupied: fn([u64; 8]) -> u64,
}

/// In general registers.
const PORTABLE: Matching =
    Matching { name: "portable", match_tag: portable::match_tag, occupied: portable::occupied };

/// The slots of `word` whose byte is `byte`. Exact; reads no memory.
#[inline(always)]
pub fn match_slots(word: Word, byte: SlotByte) -> SlotMask {
    SlotMask::new(steps::match_slots(word.0, u64::from(byte.0)))
}

/// The slots of `word` whose byte is `byte`, which is that of a tag; and perhaps, above one of them, some
/// whose byte is the other one of the same tag. Reads no memory.
///
/// A comparison of entries follows in any case: every slot of the answer holds an entry of this tag.
#[inline(always)]
pub fn match_tag(word: Word, byte: SlotByte) -> impl Slots {
    matches::Matches::new(matches::match_tag(word.0, u64::from(byte.0)))
}

/// The lowest free slot of `word`, or `None` if the group is full. Reads no memory.
#[inline(always)]
pub fn free_slot(word: Word) -> Option<Slot> {
    matches::lowest_free_slot(word)
}

/// The slots that hold an entry in the first `groups` groups of a window with the metadata words `words`. Reads no
/// memory.
#[inline(always)]
pub fn occupied(words: [Word; WINDOW], groups: usize) -> WindowMask {
    let words = words.map(|word| word.0);
    let bits = match words.first_chunk() {
        Some(&words) => matches::occupied(words),
        None => !steps::match_slots(words[0], 0),
    };
    WindowMask::new(bits, groups)
}

/// Looks for the entry `wanted` of hash `hash` in its two groups: at most two cache lines.
///
/// # Safety
///
/// `base` points to `geometry.groups()` lines, valid for reads, that hold groups: each metadata
/// word is initialised, and so is each entry whose slot byte is not free.
#[inline]
pub unsafe fn find_word(
    base: *const Line,
    geometry: Geometry,
    hash: u64,
    wanted: u64,
) -> FoundWord {
    // SAFETY: the caller's promise is the routine's.
    let answer = unsafe { lookup::find_word(base, geometry.mask_bytes(), hash, wanted) };
    FoundWord::of_answer(answer)
}

/// Looks for each of `words` at once, where `answers` has their hashes; what has no partner in the
/// other slice is left alone. Yields the answers in order. For tables that fit no cache.
///
/// # Safety
///
/// As for [`find_word`].
#[inline]
pub unsafe fn find_words(
    base: *const Line,
    geometry: Geometry,
    words: &[u64],
    answers: &mut [u64],
) -> impl Iterator<Item = FoundWord> {
    let count = words.len().min(answers.len());
    let (from, to) = (words.as_ptr(), answers.as_mut_ptr());
    // SAFETY: the table is the caller's promise. Both slices have `count` words, and the second,
    // borrowed mutably, overlaps neither the first nor lines that others may read.
    unsafe { batch::find_words(base, geometry.mask_bytes(), from, to, count) };
    let table = base.cast::<u64>();
    let place = move |&answer: &u64| FoundWord::of_answer(table.with_addr(answer as usize));
    answers.iter().take(count).map(place)
}
