//! Walking over all entries, group by group.

use core::iter::FusedIterator;

use super::{
    control::Control,
    value::Value,
    view::{Place, Reader, Writer},
};
use crate::{
    layout::{Geometry, Line, Offset, SlotByte, SlotMask, Word},
    probe,
};

/// The slots of `word` that hold an entry.
#[inline]
pub(super) fn occupied(word: Word) -> SlotMask {
    SlotMask::ALL.without(probe::match_slots(word, SlotByte::FREE))
}

impl<'a, T, V: ?Sized + Value> Reader<'a, T, V> {
    /// The first entry whose position is `position` or more, and the position after it. Position
    /// `8 * g + s` is slot `s` of group `g`; any number is one.
    pub(super) fn next_from(self, position: usize) -> Option<(usize, (&'a T, &'a V))> {
        let geometry = self.geometry();
        let mut first_slot = position % 8;
        for group in position / 8..geometry.groups() {
            let offset = geometry.at(group);
            let mut slots = occupied(self.word(offset)).starting_at(first_slot);
            if let Some(slot) = slots.next() {
                let place = Place::new(offset, slot);
                // SAFETY: the slot is not free.
                let entry = unsafe { self.entry(place) };
                // SAFETY: as above.
                let value = unsafe { self.value(place) };
                return Some((8 * group + slot.get() + 1, (entry, value)));
            }
            first_slot = 0;
        }
        None
    }
}

/// Yields the places of a table's entries. It holds no borrow: a caller passes a function that reads the word
/// of a group.
#[derive(Clone)]
pub(super) struct Places {
    geometry: Geometry,
    /// The group of the slots still in `slots`.
    offset: Offset,
    slots: SlotMask,
    /// The number of the next group.
    next_group: usize,
    /// Entries not yet yielded.
    left: usize,
}

impl Places {
    /// All places of a table as it is now.
    pub(super) fn of<T, V: ?Sized + Value>(reader: Reader<'_, T, V>) -> Places {
        Places {
            geometry: reader.geometry(),
            offset: Offset::FIRST,
            slots: SlotMask::new(0),
            next_group: 0,
            left: reader.control.len,
        }
    }

    /// The next place, given how to read a group's word. Ends after `len` places or all groups.
    #[inline]
    pub(super) fn next(&mut self, word: impl Fn(Offset) -> Word + Copy) -> Option<Place> {
        loop {
            if let Some(slot) = self.slots.next() {
                self.left -= 1;
                return Some(Place::new(self.offset, slot));
            }
            if self.left == 0 || !self.advance(word) {
                return None;
            }
        }
    }

    /// Gives all places that are left to `step`, in order: [`next`](Self::next) without the work of
    /// stopping and going on after each.
    #[inline]
    fn fold<B>(
        mut self,
        word: impl Fn(Offset) -> Word + Copy,
        init: B,
        mut step: impl FnMut(B, Place) -> B,
    ) -> B {
        let mut sum = init;
        loop {
            sum = self.slots.fold(sum, |sum, slot| step(sum, Place::new(self.offset, slot)));
            if !self.advance(word) {
                return sum;
            }
        }
    }

    /// Goes on to the next group that has entries. Returns `false` after the last group.
    #[inline]
    fn advance(&mut self, word: impl Fn(Offset) -> Word + Copy) -> bool {
        while self.next_group < self.geometry.groups() {
            self.offset = self.geometry.at(self.next_group);
            self.next_group += 1;
            let word = word(self.offset);
            if word.has_entries() {
                self.slots = occupied(word);
                return true;
            }
        }
        false
    }

    /// Entries not yet yielded.
    pub(super) fn left(&self) -> usize {
        self.left
    }
}

/// Entries and values for reading.
pub struct Pairs<'a, T, V> {
    reader: Reader<'a, T, V>,
    places: Places,
}

impl<T, V> Clone for Pairs<'_, T, V> {
    fn clone(&self) -> Self {
        Pairs { reader: self.reader, places: self.places.clone() }
    }
}

impl<'a, T, V> Pairs<'a, T, V> {
    pub(super) fn new(reader: Reader<'a, T, V>) -> Self {
        Pairs { reader, places: Places::of(reader) }
    }
}

/// Of no table.
impl<T, V> Default for Pairs<'_, T, V> {
    fn default() -> Self {
        // SAFETY: V1: one line; V2: it has no entries.
        Pairs::new(unsafe { Reader::new(&Line::EMPTY, &Control::NO_LINES, ()) })
    }
}

impl<'a, T, V> Iterator for Pairs<'a, T, V> {
    type Item = (&'a T, &'a V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.reader;
        let place = self.places.next(move |offset| reader.word(offset))?;
        // SAFETY: `Places` yields slots that are not free.
        let entry = unsafe { self.reader.entry(place) };
        // SAFETY: as above.
        let value = unsafe { self.reader.value(place) };
        Some((entry, value))
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut step: F) -> B {
        let Pairs { reader, places } = self;
        places.fold(
            move |offset| reader.word(offset),
            init,
            |sum, place| {
                // SAFETY: `Places` yields slots that are not free.
                let entry = unsafe { reader.entry(place) };
                // SAFETY: as above.
                let value = unsafe { reader.value(place) };
                step(sum, (entry, value))
            },
        )
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.places.left(), Some(self.places.left()))
    }
}

impl<T, V> ExactSizeIterator for Pairs<'_, T, V> {}
impl<T, V> FusedIterator for Pairs<'_, T, V> {}

/// Entries and values for writing.
pub struct PairsMut<'a, T, V> {
    writer: Writer<'a, T, V>,
    places: Places,
}

impl<'a, T, V> PairsMut<'a, T, V> {
    pub(super) fn new(writer: Writer<'a, T, V>) -> Self {
        PairsMut { places: Places::of(writer.reader()), writer }
    }
}

impl<'a, T, V> Iterator for PairsMut<'a, T, V> {
    type Item = (&'a mut T, &'a mut V);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.writer.reader();
        let place = self.places.next(move |offset| reader.word(offset))?;
        // SAFETY: `Places` yields slots that are not free, each once.
        Some(unsafe { self.writer.pair_mut(place) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.places.left(), Some(self.places.left()))
    }
}

impl<T, V> ExactSizeIterator for PairsMut<'_, T, V> {}
impl<T, V> FusedIterator for PairsMut<'_, T, V> {}
