//! Maps: [`Map`] for values of any size, [`PackedMap`] for pairs that fit eight bytes together.
//!
//! ```text
//!   Map         groups   | word | k1 .. k7  | word | k1 .. k7  | ...   probed exactly as a set's
//!               values   | v1 .. v7 | v1 .. v7 | ...                   an array, following all groups
//!
//!   PackedMap   groups   | word | (k,v) x 7 | word | (k,v) x 7 | ...
//! ```
//!
//! Both are [`PairMap`], which has the methods; only the [`Pairing`] differs. In a `Map` the keys
//! alone are probed, so a miss costs what it costs in a set, and a hit the lines of its value more.
#![forbid(unsafe_code)]

use core::hash::{BuildHasher, Hash};

use super::{Equivalent, raw::Raw, stats::Stats};
use crate::{
    error::Error,
    hash::Keyed,
    layout::{LINE_BYTES, MaxLoad},
    storage::{Heap, Inline, Storage},
};

mod bytes;
mod change;
mod entry;
mod entry_ref;
mod evict;
mod heap;
mod iter;
mod owned;
mod pairing;
mod traits;

pub use bytes::BytesMap;
pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use entry_ref::{EntryRef, VacantEntryRef};
pub use evict::Inserted;
pub use iter::{Drain, IntoIter, Iter, IterMut, Keys, Values, ValuesMut};
pub use owned::{ExtractIf, IntoKeys, IntoValues};
pub use pairing::{Narrow, Pairing, Wide};

/// A map whose key and value together have at most eight bytes, such as two `u32`: a group and its values are one line.
///
/// Lookups touch one or two cache lines, value included.
///
/// ```
/// use heptad::{hash::Keyed, storage::Inline, swiss::PackedMap};
///
/// let mut ports: PackedMap<u32, u32, Inline<16>> = PackedMap::inline(Keyed::new(0x5eed));
/// ports.try_insert(443, 7)?;
/// assert_eq!(ports.get(&443), Some(&7));
/// # Ok::<(), heptad::Rejected<(u32, u32)>>(())
/// ```
pub type PackedMap<K, V, S = Heap, H = Keyed> = PairMap<K, V, Narrow, S, H>;

/// A map from keys of at most eight bytes to values of any size and alignment.
///
/// Lookups touch one or two lines of keys and, for a hit, those of the value: one, if it has eight bytes. An entry of a
/// full map takes 9.75 bytes and 1.07 times the size of a value: 18.3 bytes for a pair of words.
/// [`lines_for`](super::lines_for) says how many lines a map needs.
///
/// Insertions and removals may move values, as they move keys: take large values behind a reference, or a box, if
/// copying them is expensive. A value is aligned as its type demands; to more than 64 bytes only in a storage that does
/// not move with its map, a [`Region`](crate::storage::Region) or the heap.
///
/// ```
/// use core::mem::MaybeUninit;
/// use heptad::{hash::Keyed, storage::Region, swiss::Map};
///
/// #[repr(align(64))]
/// struct Arena([MaybeUninit<u8>; 4096]);
///
/// let mut arena = Arena([const { MaybeUninit::uninit() }; 4096]);
/// // 64 lines: 32 groups of keys, and 28 lines with their values, so room for 210 entries.
/// let region = Region::new(&mut arena.0)?;
/// let mut owners = Map::<u32, [u16; 4], _>::new_in(region, Keyed::new(0x5eed))?;
/// owners.try_insert(0x1000, [1; 4])?;
/// assert_eq!(owners.try_insert(0x1000, [2; 4])?, Some([1; 4]));
/// assert_eq!(owners.get(&0x1000), Some(&[2; 4]));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub type Map<K, V, S = Heap, H = Keyed> = PairMap<K, V, Wide, S, H>;

/// A map from `K` to `V`, kept by the pairing `P`: use it as [`Map`] or [`PackedMap`].
///
/// The costs are those of [`Table`](super::Table), plus the lines of the value per hit in a [`Map`].
#[repr(C)]
pub struct PairMap<K, V, P: Pairing<K, V>, S: Storage = Heap, H = Keyed> {
    pub(super) raw: Raw<P::Entry, P::Beside, S>,
    pub(super) build_hasher: H,
}

impl<K, V, P: Pairing<K, V>, H, const LINES: usize> PairMap<K, V, P, Inline<LINES>, H> {
    /// An empty map inside its own value, for a `static`: of as many groups, a power of two, as fit in `LINES` lines.
    /// [`lines_for`](super::lines_for) says how many lines a number of entries needs.
    pub const fn inline(build_hasher: H) -> Self {
        Self::inline_with_max_load(MaxLoad::FifteenSixteenths, build_hasher)
    }

    /// [`inline`](Self::inline) with another load at which the map counts as full.
    pub const fn inline_with_max_load(load: MaxLoad, build_hasher: H) -> Self {
        PairMap { raw: Raw::inline(load), build_hasher }
    }
}

#[cfg(feature = "alloc")]
impl<K, V, P: Pairing<K, V>> PairMap<K, V, P> {
    /// An empty map without memory, under a fixed seed: `with_hasher` takes another.
    pub const fn new() -> Self {
        Self::with_hasher(Keyed::new(0))
    }
}

#[cfg(feature = "alloc")]
impl<K, V, P: Pairing<K, V>, H> PairMap<K, V, P, Heap, H> {
    /// An empty map without memory; the first insert allocates one group. It grows when 7/8 of its slots are in
    /// use ([`MaxLoad::GROWING`]); [`with_max_load_in`](Self::with_max_load_in) an empty [`Heap`] takes another load.
    pub const fn with_hasher(build_hasher: H) -> Self {
        PairMap { raw: Raw::without_lines(Heap::new(), MaxLoad::GROWING, ()), build_hasher }
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

/// Making, measuring and emptying.
impl<K, V, P: Pairing<K, V>, S: Storage, H> PairMap<K, V, P, S, H> {
    /// An empty map over `storage`: as many groups of seven entries, a power of two, as fit with their values.
    ///
    /// # Errors
    ///
    /// [`Error::TooSmall`] if not even one group fits; [`Error::Misaligned`] if values are aligned to more than 64
    /// bytes and the storage moves with the map ([`Storage::is_fixed`]).
    pub fn new_in(storage: S, build_hasher: H) -> Result<Self, Error> {
        Self::with_max_load_in(storage, MaxLoad::default(), build_hasher)
    }

    /// [`new_in`](Self::new_in) with another load at which the map counts as full.
    ///
    /// # Errors
    ///
    /// Those of [`new_in`](Self::new_in).
    pub fn with_max_load_in(storage: S, load: MaxLoad, build_hasher: H) -> Result<Self, Error> {
        Ok(PairMap { raw: Raw::new_in(storage, load)?, build_hasher })
    }

    /// Drops all entries and gives the storage back.
    pub fn into_storage(self) -> S {
        self.raw.into_storage()
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

    /// Bytes of the storage, used or not.
    pub fn allocation_size(&self) -> usize {
        self.raw.storage().lines() * LINE_BYTES
    }

    /// What makes the hashes.
    pub fn hasher(&self) -> &H {
        &self.build_hasher
    }

    /// How full and how orderly the map is. Reads one word of each group.
    pub fn stats(&self) -> Stats {
        Stats::of(self.raw.reader())
    }

    /// Drops all entries; the memory stays.
    pub fn clear(&mut self) {
        self.raw.clear();
    }

    /// Takes out all entries; the memory stays. Entries not taken are dropped with the iterator.
    pub fn drain(&mut self) -> Drain<'_, K, V, P> {
        Drain::new(self.raw.drain())
    }

    /// Drops the entries for which `keep` does not hold. Calls it once for each entry.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.raw.retain(|entry, beside| {
            let (key, value) = P::pair_mut(entry, beside);
            keep(key, value)
        });
    }

    /// Takes out the entries for which `chosen` holds, as the iterator is stepped; the rest stays.
    pub fn extract_if<F: FnMut(&K, &mut V) -> bool>(
        &mut self,
        chosen: F,
    ) -> ExtractIf<'_, K, V, P, F> {
        ExtractIf::new(self.raw.extraction(), chosen)
    }

    /// All entries, in no order that means anything.
    pub fn iter(&self) -> Iter<'_, K, V, P> {
        Iter::new(self.raw.pairs())
    }

    /// One step of a walk that holds no borrow: see [`Table::next_from`](super::Table::next_from).
    pub fn next_from(&self, position: usize) -> Option<(usize, (&K, &V))> {
        let (next, (entry, beside)) = self.raw.reader().next_from(position)?;
        Some((next, P::pair(entry, beside)))
    }

    /// All entries, with the values to change.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V, P> {
        IterMut::new(self.raw.pairs_mut())
    }

    /// All keys.
    pub fn keys(&self) -> Keys<'_, K, V, P> {
        Keys(self.iter())
    }

    /// All values.
    pub fn values(&self) -> Values<'_, K, V, P> {
        Values(self.iter())
    }

    /// All values, to change.
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V, P> {
        ValuesMut(self.iter_mut())
    }

    /// All keys; the map is gone.
    pub fn into_keys(self) -> IntoKeys<K, V, P, S> {
        IntoKeys(self.into_iter())
    }

    /// All values; the map is gone.
    pub fn into_values(self) -> IntoValues<K, V, P, S> {
        IntoValues(self.into_iter())
    }
}

/// Finding.
impl<K: Hash + Eq, V, P: Pairing<K, V>, S: Storage, H: BuildHasher> PairMap<K, V, P, S, H> {
    #[inline]
    fn hash<Q: ?Sized + Hash>(&self, key: &Q) -> u64 {
        self.build_hasher.hash_one(key)
    }

    /// The value of `key`.
    #[inline(always)]
    pub fn get<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<&V> {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The map's own key that equals `key`, and its value.
    #[inline(always)]
    pub fn get_key_value<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<(&K, &V)> {
        let found = self.raw.find(self.hash(key), |entry| key.equivalent(P::key(entry)));
        found.map(|(entry, beside)| P::pair(entry, beside))
    }

    /// The value of `key`, to change.
    #[inline(always)]
    pub fn get_mut<Q: ?Sized + Hash + Equivalent<K>>(&mut self, key: &Q) -> Option<&mut V> {
        let hash = self.hash(key);
        let found = self.raw.find_mut(hash, |entry| key.equivalent(P::key(entry)));
        found.map(|(entry, beside)| P::pair_mut(entry, beside).1)
    }

    /// The map's own key that equals `key`, and its value, to change.
    #[inline(always)]
    pub fn get_key_value_mut<Q: ?Sized + Hash + Equivalent<K>>(
        &mut self,
        key: &Q,
    ) -> Option<(&K, &mut V)> {
        let hash = self.hash(key);
        let found = self.raw.find_mut(hash, |entry| key.equivalent(P::key(entry)));
        found.map(|(entry, beside)| P::pair_mut(entry, beside))
    }

    /// Has `key` a value?
    #[inline(always)]
    pub fn contains_key<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> bool {
        self.get(key).is_some()
    }

    /// The values of several keys at once, to change.
    ///
    /// # Errors
    ///
    /// [`Error::Overlapping`] if a key that is in the map stands twice among `keys`.
    pub fn get_disjoint_mut<Q: ?Sized + Hash + Equivalent<K>, const N: usize>(
        &mut self,
        keys: [&Q; N],
    ) -> Result<[Option<&mut V>; N], Error> {
        let found = self.get_disjoint_key_value_mut(keys)?;
        Ok(found.map(|pair| pair.map(|(_, value)| value)))
    }

    /// [`get_disjoint_mut`](Self::get_disjoint_mut) that yields the map's own keys too.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get_disjoint_key_value_mut<Q: ?Sized + Hash + Equivalent<K>, const N: usize>(
        &mut self,
        keys: [&Q; N],
    ) -> Result<[Option<(&K, &mut V)>; N], Error> {
        let hashes = keys.map(|key| self.hash(key));
        let equal = |index: usize, entry: &P::Entry| {
            keys.get(index).is_some_and(|key| key.equivalent(P::key(entry)))
        };
        let found = self.raw.find_disjoint_mut(hashes, equal)?;
        Ok(found.map(|pair| pair.map(|(entry, beside)| P::pair_mut(entry, beside))))
    }

    /// Prefetches the home line of `key`, without waiting: for a lookup, insertion or removal soon to come.
    #[inline]
    pub fn prefetch<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) {
        self.raw.reader().prefetch(self.hash(key));
    }

    /// Looks up each of `keys`, sixteen lines under way at a time: for maps that fit no cache.
    /// `found(i, value)` gets the answers in order.
    pub fn get_many<'a, Q: Hash + Equivalent<K>>(
        &'a self,
        keys: &[Q],
        mut found: impl FnMut(usize, Option<&'a V>),
    ) where
        P::Entry: 'a,
        P::Beside: 'a,
    {
        self.get_key_value_many(keys, |index, pair| found(index, pair.map(|(_, value)| value)));
    }

    /// [`get_many`](Self::get_many) that yields the map's own keys too.
    #[inline]
    pub(super) fn get_key_value_many<'a, Q: Hash + Equivalent<K>>(
        &'a self,
        keys: &[Q],
        mut found: impl FnMut(usize, Option<(&'a K, &'a V)>),
    ) where
        P::Entry: 'a,
        P::Beside: 'a,
    {
        self.raw.find_many(
            keys,
            |key| self.hash(key),
            |index, entry| keys.get(index).is_some_and(|key| key.equivalent(P::key(entry))),
            |index, pair| found(index, pair.map(|(entry, beside)| P::pair(entry, beside))),
        );
    }
}

/// Finding words.
impl<V, S: Storage, H: BuildHasher> Map<u64, V, S, H> {
    /// [`get`](Self::get) by one call of the probe routine, which nothing is inlined into: see
    /// [`Table::find_word`](super::Table::find_word).
    pub fn get_word(&self, key: u64) -> Option<&V> {
        self.raw.find_word(self.hash(&key), key).map(|(_, value)| value)
    }

    /// The values of `keys`: `found(i, value)` gets them in order. Faster than
    /// [`get_many`](Self::get_many): see [`Table::find_words`](super::Table::find_words).
    pub fn get_words<'a>(&'a self, keys: &[u64], mut found: impl FnMut(usize, Option<&'a V>)) {
        let hash = |key: &u64| self.hash(key);
        let answer = |index, pair: Option<(&'a u64, &'a V)>| {
            found(index, pair.map(|(_, value)| value));
        };
        self.raw.find_words(keys, hash, answer);
    }
}
