//! `Map64`: eight-byte keys with eight-byte values, in two lines per group.
//!
//! ```text
//!   key lines     | word | k1 .. k7 | word | k1 .. k7 | ...   probed exactly as a set's
//!   value lines   |  --  | v1 .. v7 |  --  | v1 .. v7 | ...   as far behind as there are key lines
//! ```
//!
//! The keys alone are probed, so a miss costs what it costs in a set, and a hit one line more.
#![forbid(unsafe_code)]

use core::{
    borrow::Borrow,
    fmt,
    hash::{BuildHasher, Hash},
};

use super::{raw::Raw, stats::Stats};
use crate::{
    error::{Error, Rejected},
    hash::Keyed,
    layout::MaxLoad,
    storage::{Growable, Heap, Inline, Storage},
};

/// A map from eight-byte keys to eight-byte values.
///
/// Lookups touch one or two lines of keys and, for a hit, one line of values.
///
/// ```
/// use core::mem::MaybeUninit;
/// use heptad::{hash::Keyed, storage::Region, swiss::Map64};
///
/// #[repr(align(64))]
/// struct Arena([MaybeUninit<u8>; 4096]);
///
/// let mut arena = Arena([const { MaybeUninit::uninit() }; 4096]);
/// // 64 lines: 32 groups of keys and as many of values, so room for 210 entries.
/// let region = Region::new(&mut arena.0)?;
/// let mut owners = Map64::<u64, u64, _>::new_in(region, Keyed::new(0x5eed))?;
/// owners.try_insert(0x1000, 1)?;
/// assert_eq!(owners.try_insert(0x1000, 2)?, Some(1));
/// assert_eq!(owners.get(&0x1000), Some(&2));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub struct Map64<K, V, S: Storage = Heap, H = Keyed> {
    raw: Raw<K, V, S>,
    build_hasher: H,
}

impl<K, V, H, const LINES: usize> Map64<K, V, Inline<LINES>, H> {
    /// An empty map of `LINES / 2` groups (a power of two, or the one below is used) inside its own
    /// value, for a `static`.
    pub const fn inline(build_hasher: H) -> Self {
        Map64 { raw: Raw::inline(MaxLoad::FifteenSixteenths), build_hasher }
    }
}

#[cfg(feature = "alloc")]
impl<K, V> Map64<K, V> {
    /// An empty map without memory, under a fixed seed: [`with_hasher`](Map64::with_hasher) takes
    /// another.
    pub const fn new() -> Self {
        Self::with_hasher(Keyed::new(0))
    }
}

#[cfg(feature = "alloc")]
impl<K, V, H> Map64<K, V, Heap, H> {
    /// An empty map without memory; the first insert allocates one group.
    pub const fn with_hasher(build_hasher: H) -> Self {
        Map64 { raw: Raw::without_lines(Heap::new()), build_hasher }
    }

    /// An empty map that takes `capacity` keys without growing.
    ///
    /// # Errors
    ///
    /// [`Error::CapacityOverflow`] or [`Error::AllocationFailed`].
    pub fn try_with_capacity(capacity: usize, build_hasher: H) -> Result<Self, Error> {
        let mut map = Self::with_hasher(build_hasher);
        map.raw.try_reserve(capacity, |_| 0)?;
        Ok(map)
    }
}

impl<K, V, S: Storage, H> Map64<K, V, S, H> {
    /// An empty map over `storage`: two lines per group of seven entries.
    ///
    /// # Errors
    ///
    /// [`Error::TooSmall`] unless there are at least two lines.
    pub fn new_in(storage: S, build_hasher: H) -> Result<Self, Error> {
        Self::with_max_load_in(storage, MaxLoad::default(), build_hasher)
    }

    /// [`new_in`](Self::new_in) with another load at which the map counts as full.
    ///
    /// # Errors
    ///
    /// Those of [`new_in`](Self::new_in).
    pub fn with_max_load_in(storage: S, load: MaxLoad, build_hasher: H) -> Result<Self, Error> {
        Ok(Map64 { raw: Raw::new_in(storage, load)?, build_hasher })
    }

    /// Entries in the map.
    #[inline]
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Is there no entry?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entries that fit before the map has to grow, those in it included.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.raw.capacity()
    }

    /// What makes the hashes.
    pub fn hasher(&self) -> &H {
        &self.build_hasher
    }

    /// Drops all entries; the memory stays.
    pub fn clear(&mut self) {
        self.raw.clear();
    }

    /// How full and how orderly the map is. Reads one word of each group.
    pub fn stats(&self) -> Stats {
        Stats::of(self.raw.reader())
    }

    /// All entries, in no order that means anything.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&K, &V)> + Clone {
        self.raw.pairs()
    }

    /// All entries, with the values to change.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = (&K, &mut V)> {
        self.raw.pairs_mut().map(|(key, value)| (&*key, value))
    }

    /// All keys.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// All values.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Hash + Eq, V, S: Storage, H: BuildHasher> Map64<K, V, S, H> {
    /// The value of `key`. One or two lines of keys, one of values.
    #[inline]
    pub fn get<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The map's own key that equals `key`, and its value.
    #[inline]
    pub fn get_key_value<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.raw.find(self.build_hasher.hash_one(key), |entry| entry.borrow() == key)
    }

    /// The value of `key`, to change.
    #[inline]
    pub fn get_mut<Q: ?Sized + Hash + Eq>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let hash = self.build_hasher.hash_one(key);
        self.raw.find_mut(hash, |entry| entry.borrow() == key).map(|(_, value)| value)
    }

    /// Has `key` a value?
    #[inline]
    pub fn contains_key<Q: ?Sized + Hash + Eq>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }

    /// Gives `key` the value `value` and returns the one it had. A key that is there already stays;
    /// only its value changes.
    ///
    /// # Errors
    ///
    /// Key and value come back with [`Error::Full`] from a storage that cannot grow, with
    /// [`Error::AllocationFailed`] or [`Error::CapacityOverflow`] from one that can. The map is as
    /// it was.
    #[inline]
    pub fn try_insert(&mut self, key: K, value: V) -> Result<Option<V>, Rejected<(K, V)>> {
        let hash = self.build_hasher.hash_one(&key);
        if let Some((_, present)) = self.raw.find_mut(hash, |entry| *entry == key) {
            return Ok(Some(core::mem::replace(present, value)));
        }
        let hasher = |entry: &K| self.build_hasher.hash_one(entry);
        self.raw.try_insert(hash, key, value, hasher).map(|_| None)
    }

    /// The value of `key`, after putting in what `default` makes if it had none.
    ///
    /// # Errors
    ///
    /// Those of [`try_insert`](Self::try_insert); `default` has not been called then.
    #[inline]
    pub fn try_get_or_insert_with(
        &mut self,
        key: K,
        default: impl FnOnce() -> V,
    ) -> Result<&mut V, Rejected<K>> {
        let hash = self.build_hasher.hash_one(&key);
        let held = match self.raw.find_held(hash, |entry| *entry == key) {
            Ok(held) => held,
            Err(table) => match table.try_reserve_one(|entry| self.build_hasher.hash_one(entry)) {
                Ok(()) => table.insert_reserved(hash, key, default()),
                Err(error) => return Err(Rejected { value: key, error }),
            },
        };
        Ok(held.into_pair_mut().1)
    }

    /// Takes `key` out and returns its value.
    pub fn remove<Q: ?Sized + Hash + Eq>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Takes `key` out and returns the map's own key and its value.
    pub fn remove_entry<Q: ?Sized + Hash + Eq>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        self.raw.remove(self.build_hasher.hash_one(key), |entry| entry.borrow() == key)
    }

    /// Makes sure that `additional` more entries fit without growing.
    ///
    /// # Errors
    ///
    /// Those of [`try_insert`](Self::try_insert); the map is as it was.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.raw.try_reserve(additional, |entry| self.build_hasher.hash_one(entry))
    }

    /// Checks the invariants of the table.
    #[doc(hidden)]
    pub fn check_invariants(&self, ever_deep: bool) -> Result<(), &'static str> {
        let hasher = |entry: &K| self.build_hasher.hash_one(entry);
        self.raw.broken_invariant(hasher, ever_deep).map_or(Ok(()), Err)
    }
}

impl<K: Hash + Eq, V, S: Growable, H: BuildHasher> Map64<K, V, S, H> {
    /// [`try_insert`](Self::try_insert), ending in the allocation error handler when there is no
    /// memory.
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.try_insert(key, value).unwrap_or_else(|rejected| S::fail(rejected.error))
    }

    /// [`try_reserve`](Self::try_reserve), ending in the allocation error handler when there is no
    /// memory.
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional).unwrap_or_else(|error| S::fail(error));
    }
}

#[cfg(feature = "alloc")]
impl<K, V, H: Default> Default for Map64<K, V, Heap, H> {
    fn default() -> Self {
        Self::with_hasher(H::default())
    }
}

impl<K: fmt::Debug, V: fmt::Debug, S: Storage, H> fmt::Debug for Map64<K, V, S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
