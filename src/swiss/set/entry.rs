//! A key of a set, found or missing.
#![forbid(unsafe_code)]

use core::hash::{BuildHasher, Hash};

use super::Set;
use crate::{
    error::Rejected,
    storage::{Growable, Storage},
    swiss::{
        Equivalent,
        map::{self, Inserted, Wide},
    },
};

/// What [`Set::try_entry`] found.
#[derive(Debug)]
pub enum Entry<'a, K, S: Storage> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, S>),
    /// It is not, and there is room for it.
    Vacant(VacantEntry<'a, K, S>),
}

impl<'a, K: 'a, S: Storage> Entry<'a, K, S> {
    /// The entry, with the key put in if it is not there.
    pub fn insert(self) -> OccupiedEntry<'a, K, S> {
        match self {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => entry.insert(),
        }
    }

    /// Puts the key in if it is not there.
    pub fn or_insert(self) {
        self.insert();
    }

    /// The key: the set's own, or the one that was looked up.
    pub fn get(&self) -> &K {
        match self {
            Entry::Occupied(entry) => entry.get(),
            Entry::Vacant(entry) => entry.get(),
        }
    }
}

/// A key that is in the set.
#[derive(Debug)]
pub struct OccupiedEntry<'a, K, S: Storage> {
    entry: map::OccupiedEntry<'a, K, (), Wide, S>,
}

impl<'a, K: 'a, S: Storage> OccupiedEntry<'a, K, S> {
    /// The set's own key.
    pub fn get(&self) -> &K {
        self.entry.key()
    }

    /// Takes the key out.
    pub fn remove(self) -> K {
        self.entry.remove_entry().0
    }

    /// The set's own key, for as long as the set is borrowed.
    pub fn into_ref(self) -> &'a K {
        self.entry.into_entry().0
    }
}

/// A key that is not in the set. Room for it is reserved.
#[derive(Debug)]
pub struct VacantEntry<'a, K, S: Storage> {
    entry: map::VacantEntry<'a, K, (), Wide, S>,
}

impl<'a, K: 'a, S: Storage> VacantEntry<'a, K, S> {
    /// The key.
    pub fn get(&self) -> &K {
        self.entry.key()
    }

    /// The key again.
    pub fn into_value(self) -> K {
        self.entry.into_key()
    }

    /// Puts the key in.
    pub fn insert(self) -> OccupiedEntry<'a, K, S> {
        OccupiedEntry { entry: self.entry.insert_entry(()) }
    }
}

/// Putting in, by the place of a key.
impl<K: Hash + Eq, S: Storage, H: BuildHasher> Set<K, S, H> {
    /// The entry of `key`, or a place for it. Room is made if there is none, so that filling a vacant entry cannot
    /// fail.
    ///
    /// # Errors
    ///
    /// Those of [`try_insert`](Self::try_insert), and only if the key is absent: it is returned.
    pub fn try_entry(&mut self, key: K) -> Result<Entry<'_, K, S>, Rejected<K>> {
        Ok(match self.map.try_entry(key)? {
            map::Entry::Occupied(entry) => Entry::Occupied(OccupiedEntry { entry }),
            map::Entry::Vacant(entry) => Entry::Vacant(VacantEntry { entry }),
        })
    }

    /// The set's own key that equals `key`, which is put in if there is none.
    ///
    /// # Errors
    ///
    /// As [`try_entry`](Self::try_entry).
    pub fn try_get_or_insert(&mut self, key: K) -> Result<&K, Rejected<K>> {
        Ok(self.try_entry(key)?.insert().into_ref())
    }

    /// Puts `key` in, in place of the set's own key that equals it, which is returned.
    ///
    /// # Errors
    ///
    /// As [`try_insert`](Self::try_insert), and only if there is no such key.
    pub fn try_replace(&mut self, key: K) -> Result<Option<K>, Rejected<K>> {
        // What is taken leaves room.
        let before = self.take(&key);
        self.try_insert(key)?;
        Ok(before)
    }

    /// [`Map::insert_evicting`](crate::swiss::Map::insert_evicting): in a full set a key goes that `choose` picks.
    pub fn insert_evicting(
        &mut self,
        key: K,
        choose: impl FnOnce(&[(&K, &())]) -> usize,
    ) -> Inserted<K, ()> {
        self.map.insert_evicting(key, (), choose)
    }
}

/// The same where the storage grows: these end in the allocation error handler when there is no memory.
impl<K: Hash + Eq, S: Growable, H: BuildHasher> Set<K, S, H> {
    /// [`try_entry`](Self::try_entry).
    pub fn entry(&mut self, key: K) -> Entry<'_, K, S> {
        self.try_entry(key).unwrap_or_else(|rejected| S::fail(rejected.error))
    }

    /// [`try_get_or_insert`](Self::try_get_or_insert).
    pub fn get_or_insert(&mut self, key: K) -> &K {
        self.entry(key).insert().into_ref()
    }

    /// The set's own key that `key` is equivalent to, or what `make` makes of it, which must be one: another one would
    /// be where no lookup finds it.
    pub fn get_or_insert_with<Q: ?Sized + Hash + Equivalent<K>>(
        &mut self,
        key: &Q,
        make: impl FnOnce(&Q) -> K,
    ) -> &K {
        match self.map.entry_ref(key) {
            map::EntryRef::Occupied(entry) => entry.into_entry().0,
            map::EntryRef::Vacant(entry) => {
                entry.insert_entry_with_key(make(key), ()).into_entry().0
            }
        }
    }

    /// [`try_replace`](Self::try_replace).
    pub fn replace(&mut self, key: K) -> Option<K> {
        self.try_replace(key).unwrap_or_else(|rejected| S::fail(rejected.error))
    }

    /// Puts in a key that is not there: see [`Map::insert_unique`](crate::swiss::Map::insert_unique).
    pub fn insert_unique(&mut self, key: K) -> &K {
        self.map.insert_unique(key, ()).0
    }

    /// [`try_shrink_to`](Self::try_shrink_to). Without memory to move to, the set stays as it is.
    pub fn shrink_to(&mut self, min_capacity: usize) {
        self.map.shrink_to(min_capacity);
    }
}
