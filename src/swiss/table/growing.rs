//! What only storages that grow can do.
#![forbid(unsafe_code)]

use super::{Entry, OccupiedEntry, Table};
use crate::{error::Error, storage::Growable};

impl<T, S: Growable> Table<T, S> {
    /// [`try_insert_unique`](Self::try_insert_unique), ending in the allocation error handler when
    /// there is no memory.
    #[inline]
    pub fn insert_unique(
        &mut self,
        hash: u64,
        value: T,
        hasher: impl Fn(&T) -> u64,
    ) -> OccupiedEntry<'_, T, S> {
        self.try_insert_unique(hash, value, hasher)
            .unwrap_or_else(|rejected| S::fail(rejected.error))
    }

    /// [`try_entry`](Self::try_entry), ending in the allocation error handler when there is no
    /// memory.
    pub fn entry(
        &mut self,
        hash: u64,
        equal: impl FnMut(&T) -> bool,
        hasher: impl Fn(&T) -> u64,
    ) -> Entry<'_, T, S> {
        self.try_entry(hash, equal, hasher).unwrap_or_else(|error| S::fail(error))
    }

    /// [`try_reserve`](Self::try_reserve), ending in the allocation error handler when there is no
    /// memory.
    pub fn reserve(&mut self, additional: usize, hasher: impl Fn(&T) -> u64) {
        self.try_reserve(additional, hasher).unwrap_or_else(|error| S::fail(error));
    }

    /// Moves to the least storage that has room for `min_capacity` entries and for those there are.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`]; the table is as it was.
    pub fn try_shrink_to(
        &mut self,
        min_capacity: usize,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<(), Error> {
        self.raw.try_shrink_to(min_capacity, hasher)
    }

    /// [`try_shrink_to`](Self::try_shrink_to). Without memory to move to, the table stays as it is.
    pub fn shrink_to(&mut self, min_capacity: usize, hasher: impl Fn(&T) -> u64) {
        let _ = self.try_shrink_to(min_capacity, hasher);
    }

    /// [`try_shrink_to`](Self::try_shrink_to) the entries there are. Without memory to move to, the
    /// table stays as it is.
    pub fn shrink_to_fit(&mut self, hasher: impl Fn(&T) -> u64) {
        let _ = self.try_shrink_to(0, hasher);
    }

    /// Moves every entry to a new storage under the hashes of `hasher`, which may be another
    /// function than before.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`]; the table is as it was.
    pub fn try_rehash(&mut self, hasher: impl Fn(&T) -> u64) -> Result<(), Error> {
        self.raw.try_resize(self.capacity(), hasher)
    }
}
