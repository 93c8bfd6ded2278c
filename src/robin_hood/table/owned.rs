//! Entries that leave their table: one end after the other, a part, or all.
#![forbid(unsafe_code)]

use core::{fmt, iter::FusedIterator};

#[cfg(feature = "alloc")]
use super::Range;
use super::{super::insert::Place, Entry, Table};
use crate::{
    error::Error,
    robin_hood::order::{Order, Total},
    storage::{Downward, Growable},
};
#[cfg(feature = "alloc")]
use crate::{
    robin_hood::order::{Monotone, words_within},
    storage::Heap,
};

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

    /// Moves all entries of `other` to this table. A value of `other` replaces the one that its key had here.
    /// The orders may differ.
    ///
    /// Each entry costs an insertion, and what moves for it; room for all is made at once where the storage can. To
    /// add many entries to a large table, merge the two.
    ///
    /// # Errors
    ///
    /// Those of an insertion. The entries before the one that was refused are here then, in the order of `other`; that
    /// one and those after it are still in `other`.
    pub fn try_append<S2: Downward, O2: Order>(
        &mut self,
        other: &mut Table<E, S2, O2>,
    ) -> Result<(), Error> {
        // Without memory for all entries at once, each insertion grows the table when it must.
        let _ = self.try_reserve(other.len());
        let mut moved = 0;
        let done = other.iter().try_for_each(|entry| {
            self.put(E::from_ref(entry)).map_err(|rejected| rejected.error)?;
            moved += 1;
            Ok(())
        });
        let mut removal = other.raw.removal_between(0, usize::MAX);
        (0..moved).for_each(|_| {
            removal.next(|_, _| true);
        });
        done
    }

    /// Calls [`try_append`](Self::try_append). Without memory it ends in the allocation error handler.
    pub fn append<S2: Downward, O2: Order>(&mut self, other: &mut Table<E, S2, O2>)
    where
        S: Growable,
        O: Total,
    {
        self.try_append(other).unwrap_or_else(|error| S::fail(error));
    }
}

#[cfg(feature = "alloc")]
impl<E: Entry, O: Monotone + Clone> Table<E, Heap, O> {
    /// Moves the entries with keys of at least `key` to a new table, which it returns. Three passes over the slots of
    /// these: one that counts the entries, so that room for all is made at once, one that copies and one that removes.
    /// The other slots are not read.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`]; nothing has changed then.
    pub fn try_split_off(&mut self, key: u64) -> Result<Self, Error> {
        let mut upper = Self::with_order(self.order.clone());
        let words = words_within(&self.order, &(key..));
        let moved = Range::<E, O>::of(&self.raw, &self.order, words.clone()).counted();
        upper.try_extend_sorted(moved.map(E::from_ref)).map_err(|rejected| rejected.error)?;
        let (start, end) = self.raw.positions_within(words);
        let mut removal = self.raw.removal_between(start, end);
        while removal.next(|_, _| true).is_some() {}
        drop(removal);
        Ok(upper)
    }

    /// Calls [`try_split_off`](Self::try_split_off). Without memory it ends in the allocation error handler.
    pub fn split_off(&mut self, key: u64) -> Self
    where
        O: Total,
    {
        self.try_split_off(key).unwrap_or_else(|error| Heap::fail(error))
    }
}

/// The entries of a table that is no more, in order.
pub struct IntoIter<E: Entry, S: Downward, O> {
    table: Table<E, S, O>,
    /// The position of the next entry, and the one after the last.
    next: usize,
    end: usize,
    left: usize,
}

impl<E: Entry, S: Downward, O: Order> Iterator for IntoIter<E, S, O> {
    type Item = E;

    #[inline]
    fn next(&mut self) -> Option<E> {
        self.left = self.left.checked_sub(1)?;
        let (next, entry) = self.table.next_from(self.next)?;
        self.next = next;
        Some(E::from_ref(entry))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<E: Entry, S: Downward, O: Order> DoubleEndedIterator for IntoIter<E, S, O> {
    #[inline]
    fn next_back(&mut self) -> Option<E> {
        self.left = self.left.checked_sub(1)?;
        let (place, word) = self.table.raw.last_before(self.end)?;
        self.end = place.position();
        self.table.entry_at(place, word).map(E::from_ref)
    }
}

impl<E: Entry, S: Downward, O> fmt::Debug for IntoIter<E, S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").field("len", &self.left).finish_non_exhaustive()
    }
}

impl<E: Entry, S: Downward, O: Order> ExactSizeIterator for IntoIter<E, S, O> {}
impl<E: Entry, S: Downward, O: Order> FusedIterator for IntoIter<E, S, O> {}

impl<E: Entry, S: Downward, O: Order> IntoIterator for Table<E, S, O> {
    type Item = E;
    type IntoIter = IntoIter<E, S, O>;

    fn into_iter(self) -> IntoIter<E, S, O> {
        IntoIter { next: 0, end: usize::MAX, left: self.len(), table: self }
    }
}
