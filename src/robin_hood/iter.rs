//! Walking over the words of a table, in order.

use core::{
    iter::{Enumerate, FusedIterator},
    ops::RangeInclusive,
    slice,
};

use super::{
    find::place_of, frame::Frame, insert::Place, order::Whereabouts, raw::Raw, shape::EMPTY,
};
use crate::storage::Downward;

/// The words of a table or of a part of it, ascending, with their places.
#[derive(Clone, Debug)]
pub(super) struct Words<'a> {
    /// Whether the key in the header, the least, is still to come.
    zero: bool,
    frame: Frame,
    slots: Enumerate<slice::Iter<'a, u64>>,
    /// The number of the first slot of the part.
    first: usize,
    /// How many words are to come, at least and at most.
    left: (usize, usize),
}

impl<'a> Words<'a> {
    /// All words of a table.
    pub(super) fn all<S: Downward>(raw: &'a Raw<S>) -> Words<'a> {
        let zero = raw.zero.is_some();
        let slots = raw.slots().iter().enumerate();
        Words { zero, frame: raw.frame, slots, first: 0, left: (raw.len, raw.len) }
    }

    /// The words in `range`, if there is one.
    pub(super) fn within<S: Downward>(
        raw: &'a Raw<S>,
        range: Option<RangeInclusive<u64>>,
    ) -> Words<'a> {
        let (start, end) = raw.positions_within(range);
        Words::between(raw, start, end)
    }

    /// The words from `position` on. Position 0 precedes all words; position `n + 1` is slot `n`.
    pub(super) fn from_position<S: Downward>(raw: &'a Raw<S>, position: usize) -> Words<'a> {
        Words::between(raw, position, usize::MAX)
    }

    /// The words from position `start` to before position `end`.
    fn between<S: Downward>(raw: &'a Raw<S>, start: usize, end: usize) -> Words<'a> {
        let (first, slots) = (start.saturating_sub(1), raw.slots());
        let part = slots.get(first..end.saturating_sub(1).min(slots.len())).unwrap_or(&[]);
        let zero = start == 0 && end > 0 && raw.zero.is_some();
        let most = part.len().saturating_add(usize::from(zero));
        Words { zero, frame: raw.frame, slots: part.iter().enumerate(), first, left: (0, most) }
    }

    /// The same words, and how many they are. Reads their slots.
    #[cfg(feature = "alloc")]
    pub(super) fn counted(self) -> Self {
        let count = self.clone().count();
        Words { left: (count, count), ..self }
    }

    fn count_down(&mut self) {
        self.left.0 = self.left.0.saturating_sub(1);
        self.left.1 = self.left.1.saturating_sub(1);
    }
}

impl Iterator for Words<'_> {
    type Item = (Place, u64);

    #[inline]
    fn next(&mut self) -> Option<(Place, u64)> {
        if self.zero {
            self.zero = false;
            self.count_down();
            return Some((Place::Header, self.frame.base()));
        }
        let (slot, &offset) = self.slots.find(|&(_, &offset)| offset != EMPTY)?;
        self.count_down();
        Some((Place::Slot(self.first + slot), self.frame.word(offset)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.0, Some(self.left.1))
    }

    #[inline]
    fn fold<B, F: FnMut(B, (Place, u64)) -> B>(self, start: B, mut each: F) -> B {
        let Words { zero, frame, first, .. } = self;
        let start = if zero { each(start, (Place::Header, frame.base())) } else { start };
        self.slots.fold(start, |sum, (slot, &offset)| match offset {
            EMPTY => sum,
            offset => each(sum, (Place::Slot(first + slot), frame.word(offset))),
        })
    }
}

impl DoubleEndedIterator for Words<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<(Place, u64)> {
        let found = self.slots.rfind(|&(_, &offset)| offset != EMPTY);
        let found = match found {
            Some((slot, &offset)) => {
                Some((Place::Slot(self.first + slot), self.frame.word(offset)))
            }
            None if self.zero => {
                self.zero = false;
                Some((Place::Header, self.frame.base()))
            }
            None => None,
        };
        if found.is_some() {
            self.count_down();
        }
        found
    }
}

impl FusedIterator for Words<'_> {}

impl<S: Downward> Raw<S> {
    /// Returns the first word at or after `position`, its place, and the position after it.
    pub(super) fn next_from(&self, position: usize) -> Option<(usize, Place, u64)> {
        let (place, word) = Words::from_position(self, position).next()?;
        Some((place.position() + 1, place, word))
    }

    /// Returns the last word before `position`, and its place.
    pub(super) fn last_before(&self, position: usize) -> Option<(Place, u64)> {
        Words::between(self, 0, position).next_back()
    }

    /// Returns the position of the first word that is not less than `word`.
    pub(super) fn position_of(&self, word: u64) -> usize {
        if word <= self.frame.base() {
            return 0;
        }
        // A word above the base and not in the frame is greater than all words of the table.
        let offset = self.frame.offset(word);
        let place = |offset| place_of(self.slots(), self.shape, offset);
        // A table without slots has no place for it either, but any number.
        offset.map_or(usize::MAX, |offset| place(offset).saturating_add(1))
    }

    /// Returns the position after all words up to `word`.
    pub(super) fn position_following(&self, word: u64) -> usize {
        word.checked_add(1).map_or(usize::MAX, |next| self.position_of(next))
    }

    /// Returns the positions between which the words in `range` are, if there is one.
    pub(super) fn positions_within(&self, range: Option<RangeInclusive<u64>>) -> (usize, usize) {
        match range {
            Some(range) => {
                (self.position_of(*range.start()), self.position_following(*range.end()))
            }
            None => (0, 0),
        }
    }

    /// Returns the position of the first word that does not precede `place`.
    pub(super) fn position_at(&self, place: Whereabouts) -> usize {
        match place {
            Whereabouts::Before => 0,
            Whereabouts::At(word) => self.position_of(word),
            Whereabouts::After => usize::MAX,
        }
    }

    /// Returns the position after all words up to `place`.
    pub(super) fn position_after(&self, place: Whereabouts) -> usize {
        match place {
            Whereabouts::At(word) => self.position_following(word),
            place => self.position_at(place),
        }
    }
}
