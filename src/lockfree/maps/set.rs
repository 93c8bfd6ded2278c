//! The set of words.

use core::{fmt, iter};

use super::{
    iter::Iter,
    map::{Map, exactly},
    tables::Tables,
    word::Word,
};
use crate::{
    error::{Error, Rejected},
    lockfree::chain::{Never, Track},
    storage::Region,
};

/// A set that cores, interrupt handlers and NMIs share without a lock: a [`Map`] without values, with
/// the same memory, cost and guarantees.
pub struct Set<'a, K, G = Never> {
    pub(crate) map: Map<'a, K, (), G>,
}

/// The keys of a map without values.
type OfEntries<'m, K, G> = iter::Map<Iter<'m, K, (), G>, fn((K, ())) -> K>;

impl<'a, K: Word> Set<'a, K> {
    /// A set without a table, for a `static`: see [`Map::unplaced`].
    #[cfg(not(heptad_loom))]
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
}

impl<'a, K: Word, G: Track> Set<'a, K, G> {
    /// A set without a table: see [`Map::unplaced_with`].
    #[cfg(not(heptad_loom))]
    pub const fn unplaced_with(guard: G) -> Self {
        Set { map: Map::unplaced_with(guard) }
    }

    /// An empty set in `region`: see [`Map::new_with`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn new_with(region: Region<'a>, seed: u64, guard: G) -> Result<Self, Rejected<Region<'a>>> {
        Ok(Set { map: Map::new_with(region, seed, guard)? })
    }

    /// The set's tables: to place, rebuild and reclaim them, and for figures.
    pub fn tables(&self) -> Tables<'_, 'a, G> {
        self.map.tables()
    }

    /// The map that this set is: for what it has besides, such as [`Tables::rebuild`].
    pub fn as_map(&self) -> &Map<'a, K, (), G> {
        &self.map
    }

    /// The map that this set is.
    pub fn into_map(self) -> Map<'a, K, (), G> {
        self.map
    }

    /// Is `key` in the set? Writes nothing to the map.
    #[inline]
    pub fn contains(&self, key: K) -> bool {
        self.map.contains_key(key)
    }

    /// Looks for all of `keys`, in order, and writes into `found` whether each is in the set; as many as the shorter of
    /// both has. Answers how many were: see [`Map::get_many`].
    pub fn contains_many(&self, keys: &[K], found: &mut [bool]) -> usize {
        let mut count = 0;
        let answer = |value: Option<u64>| {
            count += usize::from(value.is_some());
            value.is_some()
        };
        self.map.chain().get_many(keys, found, |&key| exactly(key), answer);
        count
    }

    /// Inserts `key`; was it absent?
    ///
    /// # Errors
    ///
    /// As for [`Map::insert_if_absent`].
    #[inline]
    pub fn insert(&self, key: K) -> Result<bool, Error> {
        Ok(self.map.insert_if_absent(key, ())?.is_none())
    }

    /// Removes `key`; was it there?
    ///
    /// # Errors
    ///
    /// As for [`Map::remove`].
    #[inline]
    pub fn remove(&self, key: K) -> Result<bool, Error> {
        Ok(self.map.remove(key)?.is_some())
    }

    /// Keeps the keys for which `condition` holds: see [`Map::retain`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn retain(&self, mut condition: impl FnMut(K) -> bool) -> Result<(), Error> {
        self.map.retain(|key, ()| condition(key))
    }

    /// Removes all keys, one by one: see [`Map::clear`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn clear(&self) -> Result<(), Error> {
        self.map.clear()
    }

    /// The keys, in no order: see [`Map::iter`].
    pub fn iter(&self) -> OfEntries<'_, K, G> {
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

    /// Releases what killed contexts had reserved: see [`Map::repair`].
    pub fn repair(&mut self) -> usize {
        self.map.repair()
    }
}

impl<'s, K: Word, G: Track> IntoIterator for &'s Set<'_, K, G> {
    type Item = K;
    type IntoIter = OfEntries<'s, K, G>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Word + fmt::Debug, G: Track> fmt::Debug for Set<'_, K, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
