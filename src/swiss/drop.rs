//! Dropping entries: each exactly once, also when one of their destructors panics.

use core::mem::needs_drop;

use super::{
    iter::Places,
    raw::Raw,
    view::{Place, Writer},
};
use crate::storage::Storage;

impl<T, V, S: Storage> Raw<T, V, S> {
    /// Drops all entries; the lines stay.
    pub(super) fn clear(&mut self) {
        if self.len() != 0 {
            drop(Drain::new(self.writer()));
        }
    }

    /// Forgets all entries without dropping them: they live on elsewhere, or are leaked.
    pub(super) fn forget_entries(&mut self) {
        if self.len() != 0 {
            let mut writer = self.writer();
            writer.empty_words();
            writer.control.clear();
        }
    }
}

impl<T, V, S: Storage> Drop for Raw<T, V, S> {
    fn drop(&mut self) {
        if needs_drop::<(T, V)>() {
            self.clear();
        }
    }
}

/// Takes all entries out of a table, which is empty when this is dropped.
///
/// An entry's slot is left as it is when the entry is handed out, so the table is only sound again
/// after the drop; `Places` hands out each slot once. If a destructor panics in `drop`, the entries
/// not yet reached are leaked, and the table is empty all the same.
pub(super) struct Drain<'a, T, V> {
    writer: Writer<'a, T, V>,
    places: Places,
}

impl<'a, T, V> Drain<'a, T, V> {
    pub(super) fn new(writer: Writer<'a, T, V>) -> Self {
        let places = Places::new(writer.geometry(), writer.control.len);
        Drain { writer, places }
    }

    fn next_place(&mut self) -> Option<Place> {
        self.places.next(|offset| self.writer.word(offset))
    }
}

impl<T, V> Iterator for Drain<'_, T, V> {
    type Item = (T, V);

    fn next(&mut self) -> Option<(T, V)> {
        let place = self.next_place()?;
        // SAFETY: the slot is not free, and is yielded once; nobody reads it before `drop` frees it.
        let entry = unsafe { self.writer.entry_ptr(place).read() };
        // SAFETY: as above.
        let value = unsafe { self.writer.value_ptr(place).read() };
        Some((entry, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.places.left(), Some(self.places.left()))
    }
}

impl<T, V> ExactSizeIterator for Drain<'_, T, V> {}

impl<T, V> Drop for Drain<'_, T, V> {
    fn drop(&mut self) {
        // Runs also when a destructor below unwinds, as a local's destructor does.
        struct Reset<'r, 'a, T, V>(&'r mut Writer<'a, T, V>);
        impl<T, V> Drop for Reset<'_, '_, T, V> {
            fn drop(&mut self) {
                self.0.empty_words();
                self.0.control.clear();
            }
        }

        let Drain { writer, places } = self;
        let reset = Reset(writer);
        if needs_drop::<(T, V)>() {
            while let Some(place) = places.next(|offset| reset.0.word(offset)) {
                // SAFETY: the slot is not free, and is yielded once.
                let entry = unsafe { reset.0.entry_ptr(place).read() };
                // SAFETY: as above.
                let value = unsafe { reset.0.value_ptr(place).read() };
                drop((entry, value));
            }
        }
    }
}
