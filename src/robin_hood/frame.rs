//! Which words the homes of a table are for: frame-of-reference coding.
//!
//! ```text
//!   words   0 ........ base ................ base + 2^(64 - lift) - 1 ........ 2^64 - 1
//!                       |                    |
//!   offsets             0 ............. 2^64 - 1, in steps of 2^lift
//! ```
//!
//! A slot holds the *offset* of a word: how far the word is above the frame's base, shifted to the top.
//! Offsets keep the order of words, and each gives its word back. The passes see offsets only, and
//! call them words; in the frame of all words, which every table starts with, they are the same.

/// The words from a base on, a power of two of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    base: u64,
    /// The frame has `2^(64 - lift)` words: 0 to [`MOST_LIFT`].
    lift: u32,
}

/// A frame has 64 words at least.
const MOST_LIFT: u32 = 58;

impl Frame {
    /// The frame of all words.
    pub(super) const ALL: Frame = Frame { base: 0, lift: 0 };

    /// The least frame of at most `2^(64 - lift)` words that has `least` and `greatest`, with as many
    /// words below the one as above the other, as far as there are any.
    pub(super) fn around(least: u64, greatest: u64, lift: u32) -> Frame {
        let spread = greatest.saturating_sub(least);
        let lift = spread.leading_zeros().min(lift).min(MOST_LIFT);
        let last = u64::MAX >> lift;
        let below = last.saturating_sub(spread) / 2;
        Frame { base: least.saturating_sub(below).min(u64::MAX - last), lift }
    }

    /// The offset of `word`; `None` if it is not in the frame.
    #[inline(always)]
    pub(super) fn offset(self, word: u64) -> Option<u64> {
        let above = word.wrapping_sub(self.base);
        (above <= u64::MAX >> (self.lift & 63)).then_some(above << (self.lift & 63))
    }

    /// The word at `offset`.
    #[inline(always)]
    pub(super) fn word(self, offset: u64) -> u64 {
        self.base.wrapping_add(offset >> (self.lift & 63))
    }

    /// The least word.
    pub(super) fn base(self) -> u64 {
        self.base
    }

    /// By how many bits offsets are longer than what sets the frame's words apart.
    pub(super) fn lift(self) -> u32 {
        self.lift
    }
}

#[cfg(all(test, not(heptad_loom)))]
mod tests {
    use super::Frame;

    #[test]
    fn frames_cover_what_they_are_made_for() {
        let edges = [0, 1, 63, 64, 1 << 32, 1 << 63, 0xffff_8000_0000_0000, u64::MAX - 1, u64::MAX];
        for least in edges {
            for greatest in edges.into_iter().filter(|&greatest| greatest >= least) {
                for lift in [0, 5, 63] {
                    let frame = Frame::around(least, greatest, lift);
                    assert!(frame.lift() <= lift);
                    let offsets = [least, greatest].map(|word| frame.offset(word).unwrap());
                    assert!(offsets[0] <= offsets[1]);
                    assert_eq!(offsets.map(|offset| frame.word(offset)), [least, greatest]);
                    assert_eq!(frame.offset(frame.base()), Some(0));
                    // Centred: no word below the base, none behind the last.
                    let below = frame.base().checked_sub(1);
                    assert_eq!(below.and_then(|word| frame.offset(word)), None);
                    let behind = frame.word(u64::MAX).checked_add(1);
                    assert_eq!(behind.and_then(|word| frame.offset(word)), None);
                }
            }
        }
        assert_eq!(Frame::around(1 << 63, u64::MAX, 0), Frame::ALL);
        assert_eq!(Frame::around(0, u64::MAX, 63), Frame::ALL);
        assert_eq!(Frame::around(100, 163, 63), Frame { base: 100, lift: 58 });
        assert_eq!(Frame::around(100, 164, 63).lift(), 57);
    }
}
