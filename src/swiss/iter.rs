//! Walking over all entries, a window of groups at a time: the branch that ends a set of slots is hard to predict, and
//! with eight groups to a window there is an eighth of them.

use core::iter::FusedIterator;

use super::{
    control::Control,
    value::Value,
    view::{Place, Reader, Writer},
};
use crate::{
    layout::{Geometry, Line, SlotByte, SlotMask, WINDOW, WINDOW_BYTES, WindowMask, Word},
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

/// Yields the places of a table's entries, window by window. It holds no borrow: a caller passes the table's metadata
/// words.
///
/// The words of a window are read when the walk gets there: between steps, slots may be freed whose places were
/// yielded, and nothing else may change.
#[derive(Clone)]
pub(super) struct Places {
    geometry: Geometry,
    /// Bytes from the start of the table to the window of `slots`; before the first one, a window less than 0.
    window: usize,
    slots: WindowMask,
    /// Entries of the windows after that.
    left: usize,
}

impl Places {
    /// All places of a table as it is now.
    pub(super) fn of<T, V: ?Sized + Value>(reader: Reader<'_, T, V>) -> Places {
        let (geometry, left) = (reader.geometry(), reader.control.len);
        // A table without entries is at its end.
        let window = if left == 0 { geometry.mask_bytes() } else { WINDOW_BYTES.wrapping_neg() };
        Places { geometry, window, slots: WindowMask::EMPTY, left }
    }

    /// The next place.
    #[inline]
    pub(super) fn next(&mut self, words: Reader<'_, (), ()>) -> Option<Place> {
        if self.slots.is_empty() && !self.advance(words) {
            return None;
        }
        self.slots.next().map(|bytes| self.place(bytes))
    }

    /// Gives all places that are left to `step`, in order: [`next`](Self::next) without the work of
    /// stopping and going on after each.
    #[inline]
    fn fold<B>(
        mut self,
        words: Reader<'_, (), ()>,
        init: B,
        mut step: impl FnMut(B, Place) -> B,
    ) -> B {
        let mut sum = init;
        loop {
            sum = self.slots.fold(sum, |sum, bytes| step(sum, self.place(bytes)));
            if !self.advance(words) {
                return sum;
            }
        }
    }

    /// The place at `bytes` from the start of the current window.
    #[inline]
    fn place(&self, bytes: usize) -> Place {
        // SAFETY: a window of the table, as it has slots, and less than a window. That this sum does not overflow
        // tells the compiler that an entry's address is not null, which would be the end of an iterator.
        Place::at(self.geometry, unsafe { self.window.unchecked_add(bytes) })
    }

    /// Goes on to the next window that has entries. Returns `false` after the last one.
    ///
    /// A walk that only asks for entries never looks at `left`, and does not compute it: to count the entries of each
    /// window would take longer than to look at all of them.
    #[inline]
    fn advance(&mut self, words: Reader<'_, (), ()>) -> bool {
        (self.window, self.slots) = words.window_after(self.window);
        self.left -= self.slots.count();
        !self.slots.is_empty()
    }

    /// Entries not yet yielded.
    pub(super) fn left(&self) -> usize {
        self.left + self.slots.count()
    }
}

impl Reader<'_, (), ()> {
    /// The first window with entries after that at `bytes`, and their slots; none if no window follows.
    ///
    /// To read windows of eight groups is a call, as it is long, and needed once for up to 56 entries. A walk that
    /// steps by [`Places::next`] is short enough to be inlined then.
    #[inline(always)]
    fn window_after(self, bytes: usize) -> (usize, WindowMask) {
        if WINDOW == 1 { self.find_window(bytes) } else { self.call_find_window(bytes) }
    }

    #[inline(never)]
    fn call_find_window(self, bytes: usize) -> (usize, WindowMask) {
        self.find_window(bytes)
    }

    #[inline(always)]
    fn find_window(self, mut bytes: usize) -> (usize, WindowMask) {
        let geometry = self.geometry();
        loop {
            let next = bytes.wrapping_add(WINDOW_BYTES);
            if next > geometry.mask_bytes() {
                return (bytes, WindowMask::EMPTY);
            }
            bytes = next;
            let slots = probe::occupied(self.window(bytes), geometry.groups());
            if !slots.is_empty() {
                return (bytes, slots);
            }
        }
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
        let place = self.places.next(reader.words())?;
        // SAFETY: `Places` yields slots that are not free.
        let entry = unsafe { self.reader.entry(place) };
        // SAFETY: as above.
        let value = unsafe { self.reader.value(place) };
        Some((entry, value))
    }

    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut step: F) -> B {
        let Pairs { reader, places } = self;
        places.fold(reader.words(), init, |sum, place| {
            // SAFETY: `Places` yields slots that are not free.
            let entry = unsafe { reader.entry(place) };
            // SAFETY: as above.
            let value = unsafe { reader.value(place) };
            step(sum, (entry, value))
        })
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
        let place = self.places.next(reader.words())?;
        // SAFETY: `Places` yields slots that are not free, each once.
        Some(unsafe { self.writer.pair_mut(place) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.places.left(), Some(self.places.left()))
    }
}

impl<T, V> ExactSizeIterator for PairsMut<'_, T, V> {}
impl<T, V> FusedIterator for PairsMut<'_, T, V> {}
