//! Entries that leave their table: one end after the other, a part, or all.
#![forbid(unsafe_code)]

use core::{fmt, iter::FusedIterator};

use super::{super::insert::Place, Entry, Table};
#[cfg(feature = "alloc")]
use crate::{
    error::Error,
    robin_hood::order::{Monotone, Total},
    storage::Heap,
};
use crate::{robin_hood::order::Order, storage::Downward};

impl<E: Entry, S: Downward, O: Order> Table<E, S, O> {
    /// Removes the first entry in order and returns it: that of the least key in a
    /// [`Monotone`] order.
    ///
    /// Reads the empty slots before it, so to empty a whole table take [`into_iter`](Self::into_iter).
    pub fn pop_first(&mut self) -> Option<E> {
        let (_, place, word) = self.raw.next_from(0)?;
        Some(self.remove_at(place, word))
    }

    /// Removes the last entry in order and returns it: that of the greatest key in a
    /// [`Monotone`] order.
    ///
    /// Reads the empty slots after it.
    pub fn pop_last(&mut self) -> Option<E> {
        let (place, word) = self.raw.last_before(usize::MAX)?;
        Some(self.remove_at(place, word))
    }

    fn remove_at(&mut self, place: Place, word: u64) -> E {
        E::of(self.order.key(word), self.raw.remove(place))
    }
}

#[cfg(feature = "alloc")]
impl<E: Entry, O: Total + Monotone + Clone> Table<E, Heap, O> {
    /// Moves the entries with keys of at least `key` to a new table, which it returns. Reads both parts once.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`]; nothing has changed then.
    pub fn try_split_off(&mut self, key: u64) -> Result<Self, Error> {
        let mut upper = Self::with_order(self.order.clone());
        let moved = self.range(key..).map(|entry| E::from_ref(entry));
        upper.try_extend_sorted(moved).map_err(|rejected| rejected.error)?;
        let order = &self.order;
        self.raw.retain(|word, _| order.key(word) < key);
        Ok(upper)
    }
}

/// The entries of a table that is no more, in order.
pub struct IntoIter<E: Entry, S: Downward, O> {
    table: Table<E, S, O>,
    position: usize,
    left: usize,
}

impl<E: Entry, S: Downward, O: Order> Iterator for IntoIter<E, S, O> {
    type Item = E;

    #[inline]
    fn next(&mut self) -> Option<E> {
        let (next, entry) = self.table.next_from(self.position)?;
        self.position = next;
        self.left = self.left.saturating_sub(1);
        Some(E::from_ref(entry))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<E: Entry, S: Downward, O> fmt::Debug for IntoIter<E, S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").field("left", &self.left).finish_non_exhaustive()
    }
}

impl<E: Entry, S: Downward, O: Order> ExactSizeIterator for IntoIter<E, S, O> {}
impl<E: Entry, S: Downward, O: Order> FusedIterator for IntoIter<E, S, O> {}

impl<E: Entry, S: Downward, O: Order> IntoIterator for Table<E, S, O> {
    type Item = E;
    type IntoIter = IntoIter<E, S, O>;

    fn into_iter(self) -> IntoIter<E, S, O> {
        IntoIter { position: 0, left: self.len(), table: self }
    }
}
