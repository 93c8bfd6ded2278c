//! The set of words.

use core::fmt;

use super::{Map, stats::Stats, word::Word};
use crate::{
    error::{Error, Rejected},
    storage::Region,
};

/// A set that cores, interrupt handlers and NMIs share without a lock: a [`Map`] without values, with
/// the same memory, cost and guarantees.
pub struct Set<'a, K> {
    map: Map<'a, K, ()>,
}

impl<'a, K: Word> Set<'a, K> {
    /// A set without a table, for a `static`: see [`Map::unplaced`].
    #[cfg(not(loom))]
    pub const fn unplaced() -> Self {
        Set { map: Map::unplaced() }
    }

    /// An empty set in `region`: see [`Map::new_in`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn new_in(region: Region<'a>, seed: u64) -> Result<Self, Rejected<Region<'a>>> {
        Ok(Set { map: Map::new_in(region, seed)? })
    }

    /// Makes an empty table for a set that has none: see [`Map::place`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn place(&self, region: Region<'a>, seed: u64) -> Result<(), Rejected<Region<'a>>> {
        self.map.place(region, seed)
    }

    /// The set that stands in `region`: see [`Map::attach`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Safety
    ///
    /// As there.
    pub unsafe fn attach(region: Region<'a>) -> Result<Self, Rejected<Region<'a>>> {
        // SAFETY: the caller's promise.
        Ok(Set { map: unsafe { Map::attach(region)? } })
    }

    /// Takes the memory back: see [`Map::into_region`].
    pub fn into_region(self) -> Option<Region<'a>> {
        self.map.into_region()
    }
}

impl<K: Word> Set<'_, K> {
    /// Is `key` in the set? Writes nothing.
    #[inline]
    pub fn contains(&self, key: K) -> bool {
        self.map.contains_key(key)
    }

    /// Inserts `key`; was it absent?
    ///
    /// # Errors
    ///
    /// [`Error::Full`] or [`Error::Busy`]; nothing has changed then.
    #[inline]
    pub fn insert(&self, key: K) -> Result<bool, Error> {
        Ok(self.map.insert(key, ())?.is_none())
    }

    /// Removes `key`; was it there? Cannot fail.
    #[inline]
    pub fn remove(&self, key: K) -> bool {
        self.map.remove(key).is_some()
    }

    /// Keeps the keys for which `condition` holds: see [`Map::retain`].
    pub fn retain(&self, mut condition: impl FnMut(K) -> bool) {
        self.map.retain(|key, ()| condition(key));
    }

    /// Removes all keys, one by one: see [`Map::clear`].
    pub fn clear(&self) {
        self.map.clear();
    }

    /// The keys, in no order: see [`Map::iter`].
    pub fn iter(&self) -> impl Iterator<Item = K> {
        self.map.iter().map(|(key, ())| key)
    }

    /// The number of keys: see [`Map::len`].
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Has the set no key?
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The keys that the set takes for certain.
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// How the keys lie: see [`Map::stats`].
    pub fn stats(&self) -> Stats {
        self.map.stats()
    }

    /// Checks a set that nobody uses meanwhile: see [`Map::check`].
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`].
    pub fn check(&self) -> Result<(), Error> {
        self.map.check()
    }
}

impl<K: Word + fmt::Debug> fmt::Debug for Set<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
