//! The piece of the words over which the homes of a table are spread: frame-of-reference coding.
//!
//! ```text
//!   words   0 ........ base ................ base + 2^(64 - lift) - 1 ........ 2^64 - 1
//!                       |                    |
//!   offsets             0 ............. 2^64 - 1, in steps of 2^lift
//! ```
//!
//! A slot holds the *offset* of a word: its distance from the frame's base, shifted to the top. Offsets
//! have the order of their words, and each determines its word. The passes see offsets only, and call
//! them words; every table starts with the frame of all words, in which the two are equal.

/// A power of two of words, from a base on.
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

    /// Returns the frame of `2^(64 - lift)` words around `least` and `greatest`, or the least frame that
    /// has both if that is wider. It has as many words below the one as above the other where possible.
    pub(super) fn around(least: u64, greatest: u64, lift: u32) -> Frame {
        let spread = greatest.saturating_sub(least);
        let lift = spread.leading_zeros().min(lift).min(MOST_LIFT);
        let last = u64::MAX >> lift;
        let below = last.saturating_sub(spread) / 2;
        Frame { base: least.saturating_sub(below).min(u64::MAX - last), lift }
    }

    /// Returns the offset of `word`; `None` if it is not in the frame.
    #[inline(always)]
    pub(super) fn offset(self, word: u64) -> Option<u64> {
        let above = word.wrapping_sub(self.base);
        (above <= u64::MAX >> (self.lift & 63)).then_some(above << (self.lift & 63))
    }

    /// Returns the word at `offset`.
    #[inline(always)]
    pub(super) fn word(self, offset: u64) -> u64 {
        self.base.wrapping_add(offset >> (self.lift & 63))
    }

    /// Returns the least word.
    pub(super) fn base(self) -> u64 {
        self.base
    }

    /// Returns by how many bits distances from the base are shifted.
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
                    // Centred: no word below the base, none after the last.
                    let below = frame.base().checked_sub(1);
                    assert_eq!(below.and_then(|word| frame.offset(word)), None);
                    let next = frame.word(u64::MAX).checked_add(1);
                    assert_eq!(next.and_then(|word| frame.offset(word)), None);
                }
            }
        }
        assert_eq!(Frame::around(1 << 63, u64::MAX, 0), Frame::ALL);
        assert_eq!(Frame::around(0, u64::MAX, 63), Frame::ALL);
        assert_eq!(Frame::around(100, 163, 63), Frame { base: 100, lift: 58 });
        assert_eq!(Frame::around(100, 164, 63).lift(), 57);
    }
}
