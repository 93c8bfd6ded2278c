//! Eight groups in a row, for walks.

use super::{ENTRY_BYTES, LINE_BYTES, Word, lowest_bit};

/// The groups of a window.
pub const WINDOW: usize = 8;
/// Their bytes.
pub const WINDOW_BYTES: usize = WINDOW * LINE_BYTES;

/// A set of slots of a window's groups: bit `8 * g + s` for slot `s` of its group `g`.
///
/// A table has eight words to a group, the metadata word first, so that the number of a bit is that of
/// the entry's word from the start of the window. One branch that says "no more entries" stands for
/// eight groups, of which each would have one that a processor cannot predict.
///
/// Iterating yields the bytes from the start of the window to each entry, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowMask(u64);

impl WindowMask {
    /// No slot.
    pub const EMPTY: WindowMask = WindowMask(0);

    /// The slots whose bits are set in `bits`, of the first `groups` groups; bits that belong to no slot are dropped.
    #[inline]
    pub const fn new(bits: u64, groups: usize) -> WindowMask {
        const SLOTS: u64 = 0xfefe_fefe_fefe_fefe;
        let slots = if groups < WINDOW { SLOTS & ((1 << (8 * groups)) - 1) } else { SLOTS };
        WindowMask(bits & slots)
    }

    pub fn displaced(words: [Word; WINDOW]) -> WindowMask {
        const GATHER: u64 = 0x0102_0408_1020_4080;
        WindowMask(words.into_iter().rev().fold(0, |bits, word| bits << 8 | (word.0 & 0x0101_0101_0101_0101).wrapping_mul(GATHER) >> 56))
    }
    pub fn and(self, other: Self) -> Self { Self(self.0 & other.0) }
    pub fn without(self, other: Self) -> Self { Self(self.0 & !other.0) }

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
        if self.0 == 0 {
            return None;
        }
        let bit = lowest_bit(self.0);
        self.0 &= self.0 - 1;
        Some(bit as usize * ENTRY_BYTES)
    }
}
