//! Walking over the words of a table, in order.

use core::{
    iter::{Enumerate, FusedIterator},
    ops::{Bound, RangeBounds},
    slice,
};

use super::{find::place_of, insert::Place, raw::Raw, shape::EMPTY};
use crate::storage::Downward;

/// The words of a table or of a part of it, ascending, with their places.
#[derive(Clone, Debug)]
pub(super) struct Words<'a> {
    /// Is the key of the empty word still to come? It is the least.
    zero: bool,
    slots: Enumerate<slice::Iter<'a, u64>>,
    /// The number of the first slot that was given.
    first: usize,
    /// How many words are to come, at least and at most.
    left: (usize, usize),
}

impl<'a> Words<'a> {
    /// All words of a table.
    pub(super) fn all<S: Downward>(raw: &'a Raw<S>) -> Words<'a> {
        let zero = raw.zero.is_some();
        let slots = raw.slots().iter().enumerate();
        Words { zero, slots, first: 0, left: (raw.len, raw.len) }
    }

    /// The words within `bounds`; none if they are the wrong way round.
    pub(super) fn within<S: Downward>(
        raw: &'a Raw<S>,
        bounds: &impl RangeBounds<u64>,
    ) -> Words<'a> {
        let least = match bounds.start_bound() {
            Bound::Unbounded => Some(0),
            Bound::Included(&word) => Some(word),
            Bound::Excluded(&word) => word.checked_add(1),
        };
        let greatest = match bounds.end_bound() {
            Bound::Unbounded => Some(u64::MAX),
            Bound::Included(&word) => Some(word),
            Bound::Excluded(&word) => word.checked_sub(1),
        };
        let (slots, shape) = (raw.slots(), raw.shape);
        // All words before a place are less than the word that belongs there, and none behind is.
        let (first, zero, part) = match (least, greatest) {
            (Some(least), Some(greatest)) if least <= greatest => {
                let first = place_of(slots, shape, least.max(1));
                let end = greatest
                    .checked_add(1)
                    .map_or(slots.len(), |word| place_of(slots, shape, word));
                (first, least == 0 && raw.zero.is_some(), slots.get(first..end).unwrap_or(&[]))
            }
            _ => (0, false, &[][..]),
        };
        let most = part.len().saturating_add(usize::from(zero));
        Words { zero, slots: part.iter().enumerate(), first, left: (0, most) }
    }

    /// The words from `position` on. Position 0 is in front of all; position `n + 1` is slot `n`.
    pub(super) fn from_position<S: Downward>(raw: &'a Raw<S>, position: usize) -> Words<'a> {
        let first = position.saturating_sub(1);
        let part = raw.slots().get(first..).unwrap_or(&[]);
        let zero = position == 0 && raw.zero.is_some();
        let most = part.len().saturating_add(usize::from(zero));
        Words { zero, slots: part.iter().enumerate(), first, left: (0, most) }
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
            return Some((Place::Header, EMPTY));
        }
        let (slot, &word) = self.slots.find(|&(_, &word)| word != EMPTY)?;
        self.count_down();
        Some((Place::Slot(self.first + slot), word))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.0, Some(self.left.1))
    }

    #[inline]
    fn fold<B, F: FnMut(B, (Place, u64)) -> B>(self, start: B, mut each: F) -> B {
        let start = if self.zero { each(start, (Place::Header, EMPTY)) } else { start };
        let first = self.first;
        self.slots.fold(start, |sum, (slot, &word)| {
            if word == EMPTY { sum } else { each(sum, (Place::Slot(first + slot), word)) }
        })
    }
}

impl DoubleEndedIterator for Words<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<(Place, u64)> {
        let found = self.slots.rfind(|&(_, &word)| word != EMPTY);
        let found = match found {
            Some((slot, &word)) => Some((Place::Slot(self.first + slot), word)),
            None if self.zero => {
                self.zero = false;
                Some((Place::Header, EMPTY))
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
    /// The first word at or behind `position`, where it is, and the position behind it.
    pub(super) fn next_from(&self, position: usize) -> Option<(usize, Place, u64)> {
        let (place, word) = Words::from_position(self, position).next()?;
        let behind = match place {
            Place::Header => 1,
            Place::Slot(slot) => slot + 2,
        };
        Some((behind, place, word))
    }

    /// The last word in front of `position`, and where it is.
    pub(super) fn last_before(&self, position: usize) -> Option<(Place, u64)> {
        let slots = position.saturating_sub(1).min(self.slots().len());
        let words = self.slots().get(..slots)?.iter().enumerate();
        let found = words.rev().find(|&(_, &word)| word != EMPTY);
        let header = self.zero.filter(|_| position > 0).map(|_| (Place::Header, EMPTY));
        found.map(|(slot, &word)| (Place::Slot(slot), word)).or(header)
    }

    /// The position from which the first word comes that is not less than `word`.
    pub(super) fn position_of(&self, word: u64) -> usize {
        if word == EMPTY { 0 } else { place_of(self.slots(), self.shape, word) + 1 }
    }

    /// The position behind all words up to `word`.
    pub(super) fn position_behind(&self, word: u64) -> usize {
        word.checked_add(1).map_or(usize::MAX, |next| self.position_of(next))
    }
}
