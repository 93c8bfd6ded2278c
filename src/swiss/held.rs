//! A place of a borrowed table that holds an entry: the safe half of the entry interfaces.

use super::{raw::Raw, view::Place};
use crate::storage::Storage;

/// An entry found, or just put in, together with its table.
///
/// **H1** The slot of `place` is not free, as nothing else can touch the table meanwhile.
pub(super) struct Held<'a, T, V, S: Storage> {
    table: &'a mut Raw<T, V, S>,
    place: Place,
}

impl<'a, T, V, S: Storage> Held<'a, T, V, S> {
    /// The entry at `place`.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    pub(super) unsafe fn new(table: &'a mut Raw<T, V, S>, place: Place) -> Self {
        Held { table, place }
    }

    pub(super) fn pair(&self) -> (&T, &V) {
        let reader = self.table.reader();
        // SAFETY: H1.
        let entry = unsafe { reader.entry(self.place) };
        // SAFETY: H1.
        (entry, unsafe { reader.value(self.place) })
    }

    pub(super) fn pair_mut(&mut self) -> (&mut T, &mut V) {
        // SAFETY: H1, and the result borrows `self`.
        unsafe { self.table.writer().pair_mut(self.place) }
    }

    pub(super) fn into_pair_mut(self) -> (&'a mut T, &'a mut V) {
        // SAFETY: H1, and `self` is gone.
        unsafe { self.table.writer().pair_mut(self.place) }
    }

    /// Takes the entry out. There is room for another one in the table that comes back.
    pub(super) fn remove(self) -> ((T, V), &'a mut Raw<T, V, S>) {
        // SAFETY: H1.
        let pair = unsafe { self.table.writer().remove(self.place) };
        (pair, self.table)
    }
}
