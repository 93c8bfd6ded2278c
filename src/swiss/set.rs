//! `Set`: eight-byte keys.
#![forbid(unsafe_code)]

use core::{
    borrow::Borrow,
    fmt,
    hash::{BuildHasher, Hash},
};

use super::{
    stats::Stats,
    table::{Iter, Table},
};
use crate::{
    error::{Error, Rejected},
    hash::Keyed,
    layout::MaxLoad,
    storage::{Growable, Heap, Inline, Storage},
};

/// A set of eight-byte keys: integers, pointers, references, boxes.
///
/// Lookups touch one or two cache lines; see [`Table`] for all costs.
///
/// ```
/// use heptad::{hash::Keyed, storage::Inline, swiss::Set};
///
/// // 16 groups of seven: room for 105 keys, in 1 KiB and a header.
/// let mut seen: Set<u64, Inline<16>> = Set::inline(Keyed::new(0x5eed));
/// assert!(seen.try_insert(7)?);
/// assert!(!seen.try_insert(7)?, "it was there already");
/// assert!(seen.contains(&7) && !seen.contains(&8));
/// # Ok::<(), heptad::Rejected<u64>>(())
/// ```
pub struct Set<K, S: Storage = Heap, H = Keyed> {
    table: Table<K, S>,
    build_hasher: H,
}

impl<K, H, const LINES: usize> Set<K, Inline<LINES>, H> {
    /// An empty set of `LINES` groups (a power of two, or the one below is used) inside its own
    /// value, for a `static`.
    pub const fn inline(build_hasher: H) -> Self {
        Set { table: Table::inline(), build_hasher }
    }
}

#[cfg(feature = "alloc")]
impl<K> Set<K> {
    /// An empty set without memory, under a fixed seed: [`with_hasher`](Set::with_hasher) takes
    /// another.
    pub const fn new() -> Self {
        Self::with_hasher(Keyed::new(0))
    }
}

#[cfg(feature = "alloc")]
impl<K, H> Set<K, Heap, H> {
    /// An empty set without memory; the first insert allocates one group.
    pub const fn with_hasher(build_hasher: H) -> Self {
        Set { table: Table::new(), build_hasher }
    }

    /// An empty set that takes `capacity` keys without growing.
    ///
    /// # Errors
    ///
    /// [`Error::CapacityOverflow`] or [`Error::AllocationFailed`].
    pub fn try_with_capacity(capacity: usize, build_hasher: H) -> Result<Self, Error> {
        Ok(Set { table: Table::try_with_capacity(capacity)?, build_hasher })
    }
}

impl<K, S: Storage, H> Set<K, S, H> {
    /// An empty set over `storage`: one line per group of seven keys.
    ///
    /// # Errors
    ///
    /// As [`Table::new_in`].
    pub fn new_in(storage: S, build_hasher: H) -> Result<Self, Error> {
        Self::with_max_load_in(storage, MaxLoad::default(), build_hasher)
    }

    /// [`new_in`](Self::new_in) with another load at which the set counts as full.
    ///
    /// # Errors
    ///
    /// As [`Table::new_in`].
    pub fn with_max_load_in(storage: S, load: MaxLoad, build_hasher: H) -> Result<Self, Error> {
        Ok(Set { table: Table::with_max_load_in(storage, load)?, build_hasher })
    }

    /// Keys in the set.
    #[inline]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Is there no key?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Keys that fit before the set has to grow, those in it included.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.table.capacity()
    }

    /// What makes the hashes.
    pub fn hasher(&self) -> &H {
        &self.build_hasher
    }

    /// Drops all keys; the memory stays.
    pub fn clear(&mut self) {
        self.table.clear();
    }

    /// How full and how orderly the set is. Reads one word of each group.
    pub fn stats(&self) -> Stats {
        self.table.stats()
    }

    /// All keys, in no order that means anything.
    pub fn iter(&self) -> Iter<'_, K> {
        self.table.iter()
    }
}

impl<K: Hash + Eq, S: Storage, H: BuildHasher> Set<K, S, H> {
    /// Is `key` in the set? One or two cache lines.
    #[inline]
    pub fn contains<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// The set's own key that equals `key`.
    #[inline]
    pub fn get<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Option<&K>
    where
        K: Borrow<Q>,
    {
        self.table.find(self.build_hasher.hash_one(key), |entry| entry.borrow() == key)
    }

    /// Puts `key` in. `Ok(false)` if it was there already: then the set keeps the one it has.
    ///
    /// # Errors
    ///
    /// As [`Table::try_insert_unique`]; the key comes back, and the set is as it was.
    #[inline]
    pub fn try_insert(&mut self, key: K) -> Result<bool, Rejected<K>> {
        let hash = self.build_hasher.hash_one(&key);
        if self.table.find(hash, |entry| *entry == key).is_some() {
            return Ok(false);
        }
        let hasher = |entry: &K| self.build_hasher.hash_one(entry);
        self.table.try_insert_unique(hash, key, hasher).map(|_| true)
    }

    /// Takes `key` out. `false` if it was not there.
    pub fn remove<Q: ?Sized + Hash + Eq>(&mut self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.take(key).is_some()
    }

    /// Takes out the set's own key that equals `key`.
    pub fn take<Q: ?Sized + Hash + Eq>(&mut self, key: &Q) -> Option<K>
    where
        K: Borrow<Q>,
    {
        self.table.remove(self.build_hasher.hash_one(key), |entry| entry.borrow() == key)
    }

    /// Makes sure that `additional` more keys fit without growing.
    ///
    /// # Errors
    ///
    /// As [`Table::try_reserve`]; the set is as it was.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.table.try_reserve(additional, |entry| self.build_hasher.hash_one(entry))
    }

    /// Checks the invariants of the table.
    #[doc(hidden)]
    pub fn check_invariants(&self, ever_deep: bool) -> Result<(), &'static str> {
        self.table.check_invariants(|entry| self.build_hasher.hash_one(entry), ever_deep)
    }
}

impl<K: Hash + Eq, S: Growable, H: BuildHasher> Set<K, S, H> {
    /// [`try_insert`](Self::try_insert), ending in the allocation error handler when there is no
    /// memory.
    #[inline]
    pub fn insert(&mut self, key: K) -> bool {
        self.try_insert(key).unwrap_or_else(|rejected| S::fail(rejected.error))
    }

    /// [`try_reserve`](Self::try_reserve), ending in the allocation error handler when there is no
    /// memory.
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional).unwrap_or_else(|error| S::fail(error));
    }
}

#[cfg(feature = "alloc")]
impl<K, H: Default> Default for Set<K, Heap, H> {
    fn default() -> Self {
        Self::with_hasher(H::default())
    }
}

impl<K: fmt::Debug, S: Storage, H> fmt::Debug for Set<K, S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table.fmt(f)
    }
}

impl<'a, K, S: Storage, H> IntoIterator for &'a Set<K, S, H> {
    type Item = &'a K;
    type IntoIter = Iter<'a, K>;

    fn into_iter(self) -> Iter<'a, K> {
        self.iter()
    }
}
