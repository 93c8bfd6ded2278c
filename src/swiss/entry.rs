//! An entry of a `Table`, found or missing.
#![forbid(unsafe_code)]

use super::{held::Held, raw::Raw};
use crate::storage::Storage;

/// What [`Table::try_entry`](super::Table::try_entry) found.
pub enum Entry<'a, T, S: Storage> {
    /// The entry is there.
    Occupied(OccupiedEntry<'a, T, S>),
    /// It is not, and there is room for it.
    Vacant(VacantEntry<'a, T, S>),
}

impl<'a, T, S: Storage> Entry<'a, T, S> {
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
    pub(super) held: Held<'a, T, (), S>,
}

impl<'a, T, S: Storage> OccupiedEntry<'a, T, S> {
    /// The entry.
    pub fn get(&self) -> &T {
        self.held.pair().0
    }

    /// The entry, to change in place: its hash has to stay what it is.
    pub fn get_mut(&mut self) -> &mut T {
        self.held.pair_mut().0
    }

    /// The entry, for as long as the table is borrowed.
    pub fn into_mut(self) -> &'a mut T {
        self.held.into_pair_mut().0
    }

    /// Takes the entry out.
    pub fn remove(self) -> T {
        self.held.remove().0
    }
}

/// A place for an entry that is not in the table. Room for it is reserved.
pub struct VacantEntry<'a, T, S: Storage> {
    pub(super) table: &'a mut Raw<T, (), S>,
    pub(super) hash: u64,
}

impl<'a, T, S: Storage> VacantEntry<'a, T, S> {
    /// Puts the entry in.
    pub fn insert(self, value: T) -> OccupiedEntry<'a, T, S> {
        OccupiedEntry { held: self.table.insert_reserved(self.hash, value, ()) }
    }
}
