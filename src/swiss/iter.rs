//! Walking over all entries, a window of eight groups at a time: the branch that ends a set of slots is hard to
//! predict, and this has an eighth of them.

use core::{array, iter::FusedIterator};

use super::{
    control::Control,
    value::Value,
    view::{Place, Reader, Writer},
};
use crate::{
    layout::{
        Geometry, LINE_BYTES, Line, Offset, SlotByte, SlotMask, WINDOW, WINDOW_BYTES, WindowMask,
        Word,
    },
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

/// Yields the places of a table's entries, window by window. It holds no borrow: whoever steps it passes the word of
/// each group when asked.
///
/// The words of a window are read when the walk gets there: between steps, slots may be freed whose places were
/// yielded, and nothing else may change.
#[derive(Clone)]
pub(super) struct Places {
    geometry: Geometry,
    /// Bytes from the start of the table to the window of `slots`; before the first one, a window less than 0.
    window: usize,
    slots: WindowMask,
    /// Entries of the windows after that of `slots`.
    left: usize,
}

impl Places {
    /// All places of a table as it is now.
    pub(super) fn of<T, V: ?Sized + Value>(reader: Reader<'_, T, V>) -> Places {
        Places {
            geometry: reader.geometry(),
            window: WINDOW_BYTES.wrapping_neg(),
            slots: WindowMask::EMPTY,
            left: reader.control.len,
        }
    }

    /// The next place, given how to read a group's word.
    #[inline]
    pub(super) fn next(&mut self, word: impl Fn(Offset) -> Word + Copy) -> Option<Place> {
        loop {
            if let Some(bytes) = self.slots.next() {
                return Some(self.place(bytes));
            }
            if !self.advance(word) {
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
            sum = self.slots.fold(sum, |sum, bytes| step(sum, self.place(bytes)));
            if !self.advance(word) {
                return sum;
            }
        }
    }

    /// The place at `bytes` from the start of the window at hand.
    #[inline]
    fn place(&self, bytes: usize) -> Place {
        // SAFETY: a window of the table, as it has slots, and less than a window. That this sum does not overflow tells the
        // compiler that an entry's address is not null, which would be the end of an iterator.
        Place::at(self.geometry, unsafe { self.window.unchecked_add(bytes) })
    }

    /// Goes on to the next window that has entries. Returns `false` after the last one.
    #[inline]
    fn advance(&mut self, word: impl Fn(Offset) -> Word + Copy) -> bool {
        loop {
            let next = self.window.wrapping_add(WINDOW_BYTES);
            if next > self.geometry.mask_bytes() {
                return false;
            }
            self.window = next;
            self.slots =
                probe::occupied(words_of(self.geometry, next, word), self.geometry.groups());
            self.left -= self.slots.count();
            if !self.slots.is_empty() {
                return true;
            }
        }
    }

    /// Entries not yet yielded.
    pub(super) fn left(&self) -> usize {
        self.left + self.slots.count()
    }
}

/// The metadata words of the window at `bytes` from the start of the table. They repeat where a table has fewer groups
/// than a window.
#[inline]
pub(super) fn words_of(
    geometry: Geometry,
    bytes: usize,
    word: impl Fn(Offset) -> Word,
) -> [Word; WINDOW] {
    array::from_fn(|index| word(geometry.containing(bytes + index * LINE_BYTES)))
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
