//! `Set`: keys of at most eight bytes.
//!
//! A set is a [`Map`] whose values have no size: there is one way to find, to put in and to take out.
#![forbid(unsafe_code)]

use core::hash::{BuildHasher, Hash};

use super::{Equivalent, batch::AHEAD, map::Map, stats::Stats, table::Entries};
use crate::{
    error::{Error, Rejected},
    hash::Keyed,
    layout::MaxLoad,
    storage::{Growable, Heap, Inline, Storage},
};

mod algebra;
mod entry;
mod extract;
mod operators;
mod traits;

pub use super::table::{Drain, IntoIter, Iter};
pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use extract::ExtractIf;

/// A set of keys of at most eight bytes: integers, `char`, addresses, `[u8; 6]`, pairs of `u32`, references, boxes.
///
/// Lookups touch one or two cache lines; see [`Table`](super::Table) for all costs.
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
#[repr(transparent)]
pub struct Set<K, S: Storage = Heap, H = Keyed> {
    pub(super) map: Map<K, (), S, H>,
}

impl<K, H, const LINES: usize> Set<K, Inline<LINES>, H> {
    /// An empty set of `LINES` groups (a power of two, or the one below is used) inside its own
    /// value, for a `static`.
    pub const fn inline(build_hasher: H) -> Self {
        Self::inline_with_max_load(MaxLoad::FifteenSixteenths, build_hasher)
    }

    /// [`inline`](Self::inline) with another load at which the set counts as full.
    pub const fn inline_with_max_load(load: MaxLoad, build_hasher: H) -> Self {
        Set { map: Map::inline_with_max_load(load, build_hasher) }
    }
}

#[cfg(feature = "alloc")]
impl<K> Set<K> {
    /// An empty set without memory, under a fixed seed: [`with_hasher`](Set::with_hasher) takes
    /// another.
    pub const fn new() -> Self {
        Self::with_hasher(Keyed::new(0))
    }

    /// An empty set under a fixed seed that takes `capacity` keys without growing.
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, Keyed::new(0))
    }
}

#[cfg(feature = "alloc")]
impl<K, H> Set<K, Heap, H> {
    /// An empty set without memory; the first insert allocates one group. It grows when 7/8 of its slots are in
    /// use ([`MaxLoad::GROWING`]); [`with_max_load_in`](Self::with_max_load_in) an empty [`Heap`] takes another load.
    pub const fn with_hasher(build_hasher: H) -> Self {
        Set { map: Map::with_hasher(build_hasher) }
    }

    /// An empty set that takes `capacity` keys without growing.
    ///
    /// # Errors
    ///
    /// [`Error::CapacityOverflow`] or [`Error::AllocationFailed`].
    pub fn try_with_capacity(capacity: usize, build_hasher: H) -> Result<Self, Error> {
        Ok(Set { map: Map::try_with_capacity(capacity, build_hasher)? })
    }

    /// [`try_with_capacity`](Self::try_with_capacity), ending in the allocation error handler when there is no memory.
    pub fn with_capacity_and_hasher(capacity: usize, build_hasher: H) -> Self {
        Set { map: Map::with_capacity_and_hasher(capacity, build_hasher) }
    }
}

impl<K, S: Storage, H> Set<K, S, H> {
    /// An empty set over `storage`: one line per group of seven keys.
    ///
    /// # Errors
    ///
    /// As [`Table::new_in`](super::Table::new_in).
    pub fn new_in(storage: S, build_hasher: H) -> Result<Self, Error> {
        Self::with_max_load_in(storage, MaxLoad::default(), build_hasher)
    }

    /// [`new_in`](Self::new_in) with another load at which the set counts as full.
    ///
    /// # Errors
    ///
    /// As [`Table::new_in`](super::Table::new_in).
    pub fn with_max_load_in(storage: S, load: MaxLoad, build_hasher: H) -> Result<Self, Error> {
        Ok(Set { map: Map::with_max_load_in(storage, load, build_hasher)? })
    }

    /// Drops all keys and gives the storage back.
    pub fn into_storage(self) -> S {
        self.map.into_storage()
    }

    /// Bytes of the storage, used or not.
    pub fn allocation_size(&self) -> usize {
        self.map.allocation_size()
    }

    /// Keys in the set.
    #[inline]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Is there no key?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Keys that fit before the set has to grow, those in it included.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// What makes the hashes.
    pub fn hasher(&self) -> &H {
        self.map.hasher()
    }

    /// Drops all keys; the memory stays.
    pub fn clear(&mut self) {
        self.map.clear();
    }

    /// Takes out all keys; the memory stays. Keys not taken are dropped with the iterator.
    pub fn drain(&mut self) -> Drain<'_, K> {
        Entries { pairs: self.map.raw.drain() }
    }

    /// Drops the keys for which `keep` does not hold. Calls it once for each key.
    pub fn retain(&mut self, mut keep: impl FnMut(&K) -> bool) {
        self.map.retain(|key, ()| keep(key));
    }

    /// Takes out the keys for which `chosen` holds, as the iterator is stepped; the rest stays.
    pub fn extract_if<F: FnMut(&K) -> bool>(&mut self, chosen: F) -> ExtractIf<'_, K, F> {
        ExtractIf { extraction: self.map.raw.extraction(), chosen }
    }

    /// How full and how orderly the set is. Reads one word of each group.
    pub fn stats(&self) -> Stats {
        self.map.stats()
    }

    /// All keys, in no order that means anything.
    pub fn iter(&self) -> Iter<'_, K> {
        Entries { pairs: self.map.raw.pairs() }
    }

    /// One step of a walk that holds no borrow: see [`Table::next_from`](super::Table::next_from).
    pub fn next_from(&self, position: usize) -> Option<(usize, &K)> {
        self.map.next_from(position).map(|(next, (key, ()))| (next, key))
    }
}

/// Finding.
impl<K: Hash + Eq, S: Storage, H: BuildHasher> Set<K, S, H> {
    /// Is `key` in the set? One or two cache lines.
    #[inline(always)]
    pub fn contains<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> bool {
        self.get(key).is_some()
    }

    /// The set's own key that equals `key`.
    #[inline(always)]
    pub fn get<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<&K> {
        self.map.get_key_value(key).map(|(key, ())| key)
    }

    /// Prefetches the home line of `key`, without waiting: for a lookup, insertion or removal soon to come.
    #[inline]
    pub fn prefetch<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) {
        self.map.prefetch(key);
    }

    /// Looks up each of `keys`, sixteen lines under way at a time: for sets that fit no cache.
    /// `found(i, key)` gets the answers in order.
    pub fn get_many<'a, Q: Hash + Equivalent<K>>(
        &'a self,
        keys: &[Q],
        mut found: impl FnMut(usize, Option<&'a K>),
    ) {
        self.map.get_key_value_many(keys, |index, pair| found(index, pair.map(|(key, ())| key)));
    }
}

/// Finding words.
impl<S: Storage, H: BuildHasher> Set<u64, S, H> {
    /// [`contains`](Self::contains) by one call of the probe routine, which nothing is inlined into:
    /// see [`Table::find_word`](super::Table::find_word).
    pub fn contains_word(&self, key: u64) -> bool {
        self.map.get_word(key).is_some()
    }

    /// Which of `keys` are in the set? `found(i, is_there)` gets the answers in order. Faster than
    /// [`get_many`](Self::get_many): see [`Table::find_words`](super::Table::find_words).
    pub fn contains_many(&self, keys: &[u64], mut found: impl FnMut(usize, bool)) {
        self.map.get_words(keys, |index, value| found(index, value.is_some()));
    }
}

/// Putting in and taking out.
impl<K: Hash + Eq, S: Storage, H: BuildHasher> Set<K, S, H> {
    /// Puts `key` in. `Ok(false)` if it was there already: then the set keeps the one it has.
    ///
    /// # Errors
    ///
    /// As [`Table::try_insert_unique`](super::Table::try_insert_unique); the key is returned, and the set is as it was.
    #[inline]
    pub fn try_insert(&mut self, key: K) -> Result<bool, Rejected<K>> {
        is_new(self.map.try_insert(key, ()))
    }

    /// [`try_insert`](Self::try_insert) that never grows: it allocates nothing. Its cost does not
    /// depend on the size of the set, unless the entry becomes stashed.
    ///
    /// # Errors
    ///
    /// The key is returned with [`Error::Full`] when [`len`](Self::len) has reached
    /// [`capacity`](Self::capacity) and the key is not there.
    pub fn insert_within_capacity(&mut self, key: K) -> Result<bool, Rejected<K>> {
        is_new(self.map.insert_within_capacity(key, ()))
    }

    /// Puts in all of `keys`, the home lines of sixteen under way at a time, and returns how many
    /// were new. Allocates only if the storage has to grow.
    ///
    /// # Errors
    ///
    /// As [`try_insert`](Self::try_insert), with the index of the first key that did not fit; those
    /// before it are in the set.
    pub fn try_insert_many(&mut self, keys: &[K]) -> Result<usize, Rejected<usize>>
    where
        K: Copy,
    {
        let mut new = 0;
        for (index, &key) in keys.iter().enumerate() {
            if let Some(later) = keys.get(index + AHEAD) {
                self.prefetch(later);
            }
            match self.try_insert(key) {
                Ok(is_new) => new += usize::from(is_new),
                Err(rejected) => return Err(Rejected { value: index, error: rejected.error }),
            }
        }
        Ok(new)
    }

    /// Takes `key` out. `false` if it was not there.
    #[inline(always)]
    pub fn remove<Q: ?Sized + Hash + Equivalent<K>>(&mut self, key: &Q) -> bool {
        self.take(key).is_some()
    }

    /// Takes out the set's own key that equals `key`.
    #[inline(always)]
    pub fn take<Q: ?Sized + Hash + Equivalent<K>>(&mut self, key: &Q) -> Option<K> {
        self.map.remove_entry(key).map(|(key, ())| key)
    }

    /// Makes sure that `additional` more keys fit without growing.
    ///
    /// # Errors
    ///
    /// As [`Table::try_reserve`](super::Table::try_reserve); the set is as it was.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.map.try_reserve(additional)
    }

    /// Moves all keys to `storage`, under the hashes of `build_hasher`, and gives the old storage
    /// back: how a set in provided memory grows, shrinks, or gets a new seed.
    ///
    /// # Errors
    ///
    /// `storage` is returned with [`Error::TooSmall`]; the set is as it was.
    pub fn move_into(&mut self, storage: S, build_hasher: H) -> Result<S, Rejected<S>> {
        self.map.move_into(storage, build_hasher)
    }

    /// Checks the invariants of the table.
    #[doc(hidden)]
    pub fn check_invariants(&self, ever_stashed: bool) -> Result<(), &'static str> {
        self.map.check_invariants(ever_stashed)
    }
}

/// What only storages that grow can do.
impl<K: Hash + Eq, S: Growable, H: BuildHasher> Set<K, S, H> {
    /// [`try_insert`](Self::try_insert), ending in the allocation error handler when there is no
    /// memory.
    #[inline]
    pub fn insert(&mut self, key: K) -> bool {
        self.map.insert(key, ()).is_none()
    }

    /// [`try_reserve`](Self::try_reserve), ending in the allocation error handler when there is no
    /// memory.
    pub fn reserve(&mut self, additional: usize) {
        self.map.reserve(additional);
    }

    /// Moves to the least storage that has room for `min_capacity` keys and for those there are.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`]; the set is as it was.
    pub fn try_shrink_to(&mut self, min_capacity: usize) -> Result<(), Error> {
        self.map.try_shrink_to(min_capacity)
    }

    /// [`try_shrink_to`](Self::try_shrink_to) the keys there are. Without memory to move to, the
    /// set stays as it is.
    pub fn shrink_to_fit(&mut self) {
        self.map.shrink_to_fit();
    }

    /// [`try_reserve`](Self::try_reserve) under a seed that changes with the size: if the keys have to
    /// move, they do so under the hashes of what `reseed` makes of the present hasher, such as
    /// [`Keyed::reseeded`]. Called before each insertion, no two sizes of the set have the same seed.
    ///
    /// # Errors
    ///
    /// As [`try_reserve`](Self::try_reserve).
    pub fn try_reserve_reseeded(
        &mut self,
        additional: usize,
        reseed: impl FnOnce(&H) -> H,
    ) -> Result<(), Error> {
        self.map.try_reserve_reseeded(additional, reseed)
    }

    /// Moves every key to a new storage with room for `capacity` of them at least, under the hashes
    /// of `build_hasher`: a new seed for a set whose [`stats`](Self::stats) show stashed keys.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`] or [`Error::CapacityOverflow`]; the set is as it was.
    pub fn try_rehash(&mut self, capacity: usize, build_hasher: H) -> Result<(), Error> {
        self.map.try_rehash(capacity, build_hasher)
    }
}

/// What an insertion into the map means for the set.
#[inline]
fn is_new<K>(inserted: Result<Option<()>, Rejected<(K, ())>>) -> Result<bool, Rejected<K>> {
    match inserted {
        Ok(before) => Ok(before.is_none()),
        Err(Rejected { value: (key, ()), error }) => Err(Rejected { value: key, error }),
    }
}
