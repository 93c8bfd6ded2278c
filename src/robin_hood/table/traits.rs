//! What the standard library's sets and maps implement.
#![forbid(unsafe_code)]

use core::{
    cmp::Ordering,
    hash::{Hash, Hasher},
};

use super::{Entry, Iter, Table};
#[cfg(feature = "alloc")]
use crate::storage::Heap;
use crate::{
    error::Error,
    robin_hood::order::{ByValue, Monotone, Order, Total},
    storage::{Downward, Growable},
};

#[cfg(feature = "alloc")]
impl<E: Entry, O: Default> Default for Table<E, Heap, O> {
    fn default() -> Self {
        Self::with_order(O::default())
    }
}

impl<E: Entry, S: Downward, O: Clone> Table<E, S, O> {
    /// Copies the table into new storage of the same kind.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`] from the heap; [`Error::Full`] in caller-provided memory, where
    /// there is no second storage.
    pub fn try_clone(&self) -> Result<Self, Error> {
        Ok(Self::of(self.raw.try_clone()?, self.order.clone()))
    }
}

impl<E: Entry, S: Growable, O: Clone> Clone for Table<E, S, O> {
    fn clone(&self) -> Self {
        self.try_clone().unwrap_or_else(|error| S::fail(error))
    }
}

/// An entry of a map replaces the value that its key had.
impl<E: Entry, S: Growable, O: Total> Extend<E> for Table<E, S, O> {
    fn extend<I: IntoIterator<Item = E>>(&mut self, entries: I) {
        let entries = entries.into_iter();
        let least = entries.size_hint().0;
        // If there is no memory for all entries at once, each insertion grows the table when it must.
        let _ = self.try_reserve(if self.is_empty() { least } else { least.div_ceil(2) });
        for entry in entries {
            self.put(entry).unwrap_or_else(|rejected| S::fail(rejected.error));
        }
    }
}

/// Copies of all keys.
impl<'a, S: Growable, O: Total> Extend<&'a u64> for Table<u64, S, O> {
    fn extend<I: IntoIterator<Item = &'a u64>>(&mut self, keys: I) {
        self.extend(keys.into_iter().copied());
    }
}

/// Copies of all pairs.
impl<'a, S: Growable, O: Total> Extend<(&'a u64, &'a u64)> for Table<(u64, u64), S, O> {
    fn extend<I: IntoIterator<Item = (&'a u64, &'a u64)>>(&mut self, pairs: I) {
        self.extend(pairs.into_iter().map(|(&key, &value)| (key, value)));
    }
}

/// In the default order. The seed of the default [`Keyed`](crate::hash::Keyed) is public, so for keys
/// that others choose, `extend` a table made [`with_order`](Table::with_order).
#[cfg(feature = "alloc")]
impl<E: Entry, O: Total + Default> FromIterator<E> for Table<E, Heap, O> {
    fn from_iter<I: IntoIterator<Item = E>>(entries: I) -> Self {
        let mut table = Self::default();
        table.extend(entries);
        table
    }
}

#[cfg(feature = "alloc")]
impl<E: Entry, O: Total + Default, const N: usize> From<[E; N]> for Table<E, Heap, O> {
    fn from(entries: [E; N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<'a, E: Entry, S: Downward, O: Order> IntoIterator for &'a Table<E, S, O> {
    type Item = E::Ref<'a>;
    type IntoIter = Iter<'a, E, O>;

    fn into_iter(self) -> Iter<'a, E, O> {
        self.iter()
    }
}

/// Tables with equal keys, and equal values, are equal; otherwise the first entries that differ decide.
impl<E: Entry, S: Downward> PartialOrd for Table<E, S, ByValue>
where
    Self: Ord,
{
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E: Entry, S: Downward> Ord for Table<E, S, ByValue>
where
    Self: Eq,
{
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

/// By the entries in order, after their number.
impl<E: Entry, S: Downward, O: Monotone> Hash for Table<E, S, O> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|entry| entry.hash(state));
    }
}
