//! Groups in a row, for walks.

use super::{
    ENTRY_BYTES, LINE_BYTES, SlotMask,
    lowest::{COUNTS, lowest_bit, lowest_slot},
};

/// The groups of a window: one where a processor does not find the lowest bit of a word by an instruction or two, as
/// there are shorter ways to find the lowest slot of one group than of several.
pub const WINDOW: usize = if COUNTS && usize::BITS == 64 { 8 } else { 1 };
/// Their bytes.
pub const WINDOW_BYTES: usize = WINDOW * LINE_BYTES;

/// A set of slots of a window's groups: bit `8 * g + s` for slot `s` of its group `g`; or, in a window of one group,
/// the bits of a [`SlotMask`].
///
/// A group has eight words, the metadata word first, so the number of a bit is that of the entry's word,
/// counted from the start of the window. A walk that takes windows of eight groups has an eighth of the branches that
/// say "no more entries here", which processors cannot predict.
///
/// Iterating yields the lowest slot first, as the bytes from the start of the window to its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowMask(u64);

impl WindowMask {
    /// No slot.
    pub const EMPTY: WindowMask = WindowMask(0);

    /// The slots whose bits are set in `bits`, of the first `groups` groups; bits that belong to no slot are dropped.
    #[inline]
    pub const fn new(bits: u64, groups: usize) -> WindowMask {
        const SLOTS: u64 = if WINDOW == 1 { SlotMask::ALL.bits() } else { 0xfefe_fefe_fefe_fefe };
        let slots = if groups < WINDOW { SLOTS & ((1 << (8 * groups)) - 1) } else { SLOTS };
        WindowMask(bits & slots)
    }

    /// How many slots the set holds.
    #[inline]
    pub const fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Is the set empty?
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Iterator for WindowMask {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        let bytes = if WINDOW == 1 {
            lowest_slot(self.0) as usize
        } else {
            lowest_bit(self.0) as usize * ENTRY_BYTES
        };
        self.0 &= self.0 - 1;
        Some(bytes)
    }
}
