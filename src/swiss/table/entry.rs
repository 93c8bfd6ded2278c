//! An entry of a `Table`, found or missing.
#![forbid(unsafe_code)]

use core::fmt;

use super::super::{
    entry::{Occupied, Vacant},
    raw::Raw,
};
use crate::{error::Rejected, storage::Storage};

/// What [`Table::try_entry`](super::Table::try_entry) found.
pub enum Entry<'a, T, S: Storage> {
    /// The entry is there.
    Occupied(OccupiedEntry<'a, T, S>),
    /// It is not, and there is room for it.
    Vacant(VacantEntry<'a, T, S>),
}

impl<'a, T, S: Storage> Entry<'a, T, S> {
    /// The entry replaced by `value`, or `value` put in.
    pub fn insert(self, value: T) -> OccupiedEntry<'a, T, S> {
        match self {
            Entry::Occupied(mut entry) => {
                *entry.get_mut() = value;
                entry
            }
            Entry::Vacant(entry) => entry.insert(value),
        }
    }

    /// The entry there, or else `default` put in.
    pub fn or_insert(self, default: T) -> OccupiedEntry<'a, T, S> {
        self.or_insert_with(|| default)
    }

    /// The entry there, or else what `default` makes.
    pub fn or_insert_with(self, default: impl FnOnce() -> T) -> OccupiedEntry<'a, T, S> {
        match self {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => entry.insert(default()),
        }
    }

    /// Lets `change` see the entry if there is one.
    pub fn and_modify(mut self, change: impl FnOnce(&mut T)) -> Self {
        if let Entry::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }
}

/// An entry that is in the table.
pub struct OccupiedEntry<'a, T, S: Storage> {
    pub(super) occupied: Occupied<'a, T, (), S>,
    pub(super) hash: u64,
}

impl<'a, T, S: Storage> OccupiedEntry<'a, T, S> {
    /// The entry.
    pub fn get(&self) -> &T {
        self.occupied.pair().0
    }

    /// The entry, to change in place: its hash has to stay what it is.
    pub fn get_mut(&mut self) -> &mut T {
        self.occupied.pair_mut().0
    }

    /// The entry, for as long as the table is borrowed.
    pub fn into_mut(self) -> &'a mut T {
        self.occupied.into_pair_mut().0
    }

    /// The number of the entry's slot: see [`Table::get_bucket`](super::Table::get_bucket).
    pub fn bucket_index(&self) -> usize {
        self.occupied.bucket()
    }

    /// Replaces the entry by what `replace` makes of it, which has the same hash, or takes it out if that is `None`. If
    /// `replace` panics, the entry is gone.
    pub fn replace_entry_with(self, replace: impl FnOnce(T) -> Option<T>) -> Entry<'a, T, S> {
        let (value, vacant) = self.remove();
        match replace(value) {
            Some(value) => Entry::Occupied(vacant.insert(value)),
            None => Entry::Vacant(vacant),
        }
    }

    /// Takes the entry out; the vacant entry can take another one of the same hash.
    pub fn remove(self) -> (T, VacantEntry<'a, T, S>) {
        let ((value, ()), table) = self.occupied.remove();
        (value, VacantEntry { vacant: Vacant::of(table, self.hash), hash: self.hash })
    }
}

/// A place for an entry that is not in the table. Room for it is reserved.
pub struct VacantEntry<'a, T, S: Storage> {
    pub(super) vacant: Vacant<'a, T, (), S>,
    pub(super) hash: u64,
}

impl<'a, T, S: Storage> VacantEntry<'a, T, S> {
    /// Puts the entry in.
    pub fn insert(self, value: T) -> OccupiedEntry<'a, T, S> {
        OccupiedEntry { occupied: self.vacant.insert(value, ()), hash: self.hash }
    }
}

/// What [`Table::find_entry`](super::Table::find_entry) answers when there is no such entry.
pub struct AbsentEntry<'a, T, S: Storage> {
    pub(super) raw: &'a mut Raw<T, (), S>,
}

impl<'a, T, S: Storage> AbsentEntry<'a, T, S> {
    /// Puts in an entry after all, growing the storage if it must and can.
    ///
    /// # Errors
    ///
    /// Those of [`Table::try_insert_unique`](super::Table::try_insert_unique).
    pub fn try_insert(
        self,
        hash: u64,
        value: T,
        hasher: impl Fn(&T) -> u64,
    ) -> Result<OccupiedEntry<'a, T, S>, Rejected<T>> {
        match self.raw.try_insert(hash, value, (), hasher) {
            Ok(occupied) => Ok(OccupiedEntry { occupied, hash }),
            Err(Rejected { value: (value, ()), error }) => Err(Rejected { value, error }),
        }
    }
}

impl<T, S: Storage> fmt::Debug for AbsentEntry<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AbsentEntry")
    }
}

impl<T, S: Storage> fmt::Debug for VacantEntry<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VacantEntry")
    }
}

impl<T: fmt::Debug, S: Storage> fmt::Debug for Entry<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Occupied(entry) => f.debug_tuple("Occupied").field(entry.get()).finish(),
            Entry::Vacant(_) => f.write_str("Vacant"),
        }
    }
}

impl<T: fmt::Debug, S: Storage> fmt::Debug for OccupiedEntry<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OccupiedEntry").field(self.get()).finish()
    }
}
