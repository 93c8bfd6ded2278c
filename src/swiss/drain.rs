//! Taking everything out: draining, clearing, dropping. Each entry is dropped or handed out exactly
//! once, also when a destructor panics.

use core::{iter::FusedIterator, mem::needs_drop, ptr};

use super::{
    iter::Places,
    raw::Raw,
    value::Value,
    view::{Place, Writer},
};
use crate::storage::Storage;

impl<T, V: ?Sized + Value, S: Storage> Raw<T, V, S> {
    /// Drops all entries; the lines stay.
    pub(super) fn clear(&mut self) {
        drop(self.drain());
    }

    /// Hands out all entries; the lines stay.
    pub(super) fn drain(&mut self) -> Drain<'_, T, V> {
        let writer = self.writer();
        Drain { places: Places::of(writer.reader()), writer }
    }
}

impl<T, V, S: Storage> Raw<T, V, S> {
    /// Hands out all entries, and the lines go when it is dropped.
    pub(super) fn into_pairs(self) -> IntoPairs<T, V, S> {
        IntoPairs { places: Places::of(self.reader()), table: self }
    }
}

impl<T, V: ?Sized + Value, S: Storage> Drop for Raw<T, V, S> {
    fn drop(&mut self) {
        if needs_drop::<T>() || needs_drop::<V>() {
            self.clear();
        }
    }
}

impl<T, V> Writer<'_, T, V> {
    /// Takes out the next of `places`. The table stays sound, also if the rest is not taken.
    fn take_next(&mut self, places: &mut Places) -> Option<(T, V)> {
        let place = places.next(self.reader().words())?;
        // SAFETY: `Places` yields slots that are not free.
        Some(unsafe { self.take(place) })
    }
}

impl<T, V: ?Sized + Value> Writer<'_, T, V> {
    /// Drops the entry, then the value where it stands, and leaves the slot free.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    pub(super) unsafe fn drop_at(&mut self, place: Place) {
        /// Drops a value, also if the destructor of its entry unwinds.
        struct InPlace<V: ?Sized>(*mut V);
        impl<V: ?Sized> Drop for InPlace<V> {
            fn drop(&mut self) {
                // SAFETY: made once for each value, below.
                unsafe { ptr::drop_in_place(self.0) };
            }
        }

        // SAFETY: the slot is not free, so the entry is initialised (V2); it is freed next.
        let entry = unsafe { self.entry_ptr(place).read() };
        // SAFETY: the caller's promise.
        unsafe { self.vacate(place) };
        // The slot was not free, so the value is initialised (V2); freed, it is ours.
        let _value = InPlace(self.value_ptr(place));
        drop(entry);
    }

    /// Drops the next of `places`. `false` after the last one.
    fn drop_next(&mut self, places: &mut Places) -> bool {
        let Some(place) = places.next(self.reader().words()) else { return false };
        // SAFETY: `Places` yields slots that are not free.
        unsafe { self.drop_at(place) };
        true
    }

    /// Makes an empty table of it, without a look at what the slots hold.
    fn reset(&mut self) {
        if self.control.max != 0 {
            self.empty_words();
            self.control.clear();
        }
    }
}

/// Hands out all entries of a table, which is empty when this is dropped.
pub struct Drain<'a, T, V: ?Sized + Value> {
    writer: Writer<'a, T, V>,
    places: Places,
}

impl<T, V> Iterator for Drain<'_, T, V> {
    type Item = (T, V);

    fn next(&mut self) -> Option<(T, V)> {
        self.writer.take_next(&mut self.places)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.places.left(), Some(self.places.left()))
    }
}

impl<T, V: ?Sized + Value> Drop for Drain<'_, T, V> {
    fn drop(&mut self) {
        /// Drops what is left and resets the table, also if a destructor unwinds.
        struct Rest<'r, 'a, T, V: ?Sized + Value>(&'r mut Drain<'a, T, V>);
        impl<T, V: ?Sized + Value> Drop for Rest<'_, '_, T, V> {
            fn drop(&mut self) {
                self.0.drop_all();
                self.0.writer.reset();
            }
        }

        Rest(self).0.drop_all();
    }
}

impl<T, V: ?Sized + Value> Drain<'_, T, V> {
    fn drop_all(&mut self) {
        if needs_drop::<T>() || needs_drop::<V>() {
            while self.writer.drop_next(&mut self.places) {}
        }
    }
}

impl<T, V> ExactSizeIterator for Drain<'_, T, V> {}
impl<T, V> FusedIterator for Drain<'_, T, V> {}

/// Hands out all entries of a table that it owns.
pub struct IntoPairs<T, V, S: Storage> {
    table: Raw<T, V, S>,
    places: Places,
}

impl<T, V, S: Storage> Iterator for IntoPairs<T, V, S> {
    type Item = (T, V);

    fn next(&mut self) -> Option<(T, V)> {
        self.table.writer().take_next(&mut self.places)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.places.left(), Some(self.places.left()))
    }
}

impl<T, V, S: Storage> ExactSizeIterator for IntoPairs<T, V, S> {}
impl<T, V, S: Storage> FusedIterator for IntoPairs<T, V, S> {}
