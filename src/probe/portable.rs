//! The probe routines in portable Rust: eight bytes at a time in one general register.

use core::{ptr, slice};

use super::{answer::MAYBE_STASHED, prefetch};
pub use crate::layout::SlotMask as Matches;
use crate::layout::{Geometry, Line, Slot, SlotMask, Tag, Word};

const LANES: u64 = 0x0101_0101_0101_0101;
const LOW_SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// Slots of `word` that carry `slot_byte`, as bit `8 * s + 7` per slot `s`.
///
/// A byte of `differing` is zero where a slot matches. Adding 0x7f to its low seven bits carries
/// into bit 7 unless all seven are zero, and never leaves the byte: each byte is judged alone.
#[inline(always)]
pub fn match_slots(word: u64, slot_byte: u64) -> u64 {
    let differing = word ^ slot_byte.wrapping_mul(LANES);
    let carried = (differing & LOW_SEVEN) + LOW_SEVEN;
    !(carried | differing | LOW_SEVEN) & SlotMask::ALL.bits()
}

/// Slots of `word` that carry `slot_byte`, the byte of a tag; and perhaps, above one that does, a slot
/// that carries the other byte of the same tag. See the contract.
///
/// Three instructions shorter than [`match_slots`]: a byte of `differing` that is 1 may borrow from
/// its neighbour, and only that byte can be taken for a zero. The filter byte borrows too.
#[inline(always)]
pub fn match_tag(word: u64, slot_byte: u64) -> u64 {
    let differing = word ^ slot_byte.wrapping_mul(LANES);
    differing.wrapping_sub(LANES) & !differing & SlotMask::ALL.bits()
}

/// Which bytes of the words are not zero: bit `8 * g + s` for byte `s` of word `g`.
///
/// Each byte that is not zero carries into its bit 7. A multiplication adds these eight bits up in the highest byte,
/// each at a place of its own.
#[inline(always)]
pub fn occupied(words: [u64; 8]) -> u64 {
    const GATHER: u64 = 0x0002_0408_1020_4081;
    words.into_iter().rev().fold(0, |bits, word| {
        let carried = (((word & LOW_SEVEN) + LOW_SEVEN) | word) & !LOW_SEVEN;
        bits << 8 | carried.wrapping_mul(GATHER) >> 56
    })
}

/// The lowest slot of `word` whose byte is zero, or 0 if none is.
#[inline(always)]
pub fn free_slot(word: u64) -> u64 {
    let free = match_slots(word, 0);
    if free == 0 { 0 } else { u64::from(free.trailing_zeros() >> 3) }
}

/// [`free_slot`] as Rust tables take it: what comes next wants eight times the number.
#[inline(always)]
pub fn lowest_free_slot(word: Word) -> Option<Slot> {
    word.lowest_free_slot()
}

/// The address of the entry equal to `wanted`, or 0, or [`MAYBE_STASHED`]. See the contract.
///
/// # Safety
///
/// `base` points to `mask_bytes / 64 + 1` lines, a power of two, valid for reads, that hold groups:
/// each metadata word is initialised, and so is each entry whose slot byte is not free.
#[inline]
pub unsafe fn find_word(
    base: *const Line,
    mask_bytes: usize,
    hash: u64,
    wanted: u64,
) -> *const u64 {
    let geometry = Geometry::from_mask_bytes(mask_bytes);
    let (home, alternate) = geometry.pair(hash);
    let tag = Tag::of(hash);
    // SAFETY: `home` is below the size of the table.
    let group = unsafe { base.byte_add(home.bytes()) };
    // SAFETY: a group of this table.
    let found = unsafe { find_in_group(group, tag.at_home().0, wanted) };
    if !found.is_null() {
        return found;
    }
    // SAFETY: the metadata word is the line's first word and initialised.
    let word = Word(unsafe { group.cast::<u64>().read() });
    if !word.filter_has(tag.class()) {
        return ptr::null();
    }
    // SAFETY: `alternate` is below the size of the table.
    let group = unsafe { base.byte_add(alternate.bytes()) };
    // SAFETY: a group of this table.
    let found = unsafe { find_in_group(group, tag.displaced().0, wanted) };
    if found.is_null() { ptr::without_provenance(MAYBE_STASHED) } else { found }
}

/// How many words ahead [`find_words`] prefetches home lines.
const AHEAD: usize = 16;

/// Replaces each of the `count` hashes in `answers` by the address that [`find_word`] gives for it
/// and the word at the same index. See the contract.
///
/// # Safety
///
/// `base` and `mask_bytes` are as for [`find_word`]. `words` is valid for reads of `count` words,
/// `answers` for reads and writes, and it overlaps neither them nor the table.
#[inline]
pub unsafe fn find_words(
    base: *const Line,
    mask_bytes: usize,
    words: *const u64,
    answers: *mut u64,
    count: usize,
) {
    if count == 0 {
        return; // there may be no memory at the pointers
    }
    // SAFETY: valid for reads, and not written meanwhile.
    let words = unsafe { slice::from_raw_parts(words, count) };
    // SAFETY: valid for reads and writes, and used by nothing else meanwhile.
    let answers = unsafe { slice::from_raw_parts_mut(answers, count) };
    let geometry = Geometry::from_mask_bytes(mask_bytes);
    let request = |hash| prefetch(base.wrapping_byte_add(geometry.home(hash).bytes()));
    answers.iter().take(AHEAD).copied().for_each(request);
    for (index, &word) in words.iter().enumerate() {
        if let Some(&hash) = answers.get(index + AHEAD) {
            request(hash);
        }
        if let Some(answer) = answers.get_mut(index) {
            // SAFETY: the caller's promise.
            *answer = unsafe { find_word(base, mask_bytes, *answer, word) }.addr() as u64;
        }
    }
}

/// The entry of one group that carries `slot_byte` and equals `wanted`, or null.
///
/// # Safety
///
/// `group` points to a group, valid for reads.
#[inline(always)]
unsafe fn find_in_group(group: *const Line, slot_byte: u8, wanted: u64) -> *const u64 {
    let words = group.cast::<u64>();
    // SAFETY: the metadata word is the line's first word and initialised.
    let word = unsafe { words.read() };
    for slot in SlotMask::new(match_slots(word, u64::from(slot_byte))) {
        // SAFETY: slots are 1..=7, and the line has eight words.
        let entry = unsafe { words.add(slot.get()) };
        // SAFETY: the slot matches a byte that is not the free one, so the entry is initialised.
        if unsafe { entry.read() } == wanted {
            return entry;
        }
    }
    ptr::null()
}
