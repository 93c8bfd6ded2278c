//! What the standard library's collections implement.
#![forbid(unsafe_code)]

use core::fmt;

use super::{Entries, IntoIter, Iter, IterMut, Table};
#[cfg(feature = "alloc")]
use crate::storage::Heap;
use crate::{
    error::Error,
    storage::{Growable, Inline, Storage},
};

impl<T: Clone, S: Storage> Table<T, S> {
    /// A copy in another storage of the same kind, entry by entry in the same places.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`] from the heap; [`Error::Full`] in provided memory, of which there is
    /// no second.
    pub fn try_clone(&self) -> Result<Self, Error> {
        Ok(Table { raw: self.raw.try_clone()? })
    }
}

impl<T: Clone, S: Growable> Clone for Table<T, S> {
    fn clone(&self) -> Self {
        self.try_clone().unwrap_or_else(|error| S::fail(error))
    }
}

impl<T, const LINES: usize> Default for Table<T, Inline<LINES>> {
    fn default() -> Self {
        Self::inline()
    }
}

#[cfg(feature = "alloc")]
impl<T> Default for Table<T, Heap> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug, S: Storage> fmt::Debug for Table<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<'a, T, S: Storage> IntoIterator for &'a Table<T, S> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T, S: Storage> IntoIterator for &'a mut Table<T, S> {
    type Item = &'a mut T;
    type IntoIter = IterMut<'a, T>;

    fn into_iter(self) -> IterMut<'a, T> {
        self.iter_mut()
    }
}

impl<T, S: Storage> IntoIterator for Table<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T, S>;

    fn into_iter(self) -> IntoIter<T, S> {
        Entries { pairs: self.raw.into_pairs() }
    }
}
