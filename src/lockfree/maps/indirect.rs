//! The map whose keys are longer than a word: the table holds a reference to each, and bits of its
//! hash.

use core::{borrow::Borrow, cell::Cell, fmt, marker::PhantomData};

use super::{
    expectation::{self, Expectation},
    keys::{Keys, Stored, home_mask},
    removal::Removal,
    tables::Tables,
    word::{Word, Words},
};
use crate::{
    error::{Error, Rejected},
    lockfree::{
        chain::{Chain, Never, Track, Walk},
        operations::{Callers, Compared, Decision, Key, Look, Matches},
    },
    storage::Region,
};

/// A [`Map`](super::Map) with keys of any length, which the caller keeps: strings, paths, tuples.
///
/// Same memory, same progress, and the same rule for answers: the value that the key had before.
///
/// ```
/// # use core::mem::MaybeUninit;
/// use heptad::{hash::hash_bytes, lockfree::{IndirectMap, Keys, Stored}, storage::Region};
///
/// /// Names in a list that only grows; a reference is an index.
/// struct Names(&'static [&'static str]);
///
/// impl Keys for Names {
///     type Key = str;
///     type Reference = u32;
///     fn hash_bits(&self) -> u64 {
///         !0 << 32
///     }
///     fn hash(&self, name: &str) -> u64 {
///         hash_bytes(7, name.as_bytes())
///     }
///     fn is(&self, reference: Stored<Self>, name: &str) -> bool {
///         self.0.get(reference.number() as usize) == Some(&name)
///     }
/// }
///
/// # #[repr(align(64))]
/// # struct Pages([MaybeUninit<u8>; 8192]);
/// # let mut pages = Pages([MaybeUninit::uninit(); 8192]);
/// let names = Names(&["init", "idle"]);
/// let pids = IndirectMap::<Names, u32>::new_in(Region::new(&mut pages.0)?, 0x5eed, names)?;
/// assert_eq!(pids.insert("idle", 1, 0)?, None);
/// assert_eq!(pids.get("idle"), Some(0));
/// assert_eq!(pids.remove("idle")?, Some((1, 0)));
/// # Ok::<(), heptad::Error>(())
/// ```
pub struct IndirectMap<'a, K, V, G = Never> {
    chain: Chain<'a, G>,
    keys: K,
    words: Words<K, V>,
}

impl<'a, K: Keys, V: Word> IndirectMap<'a, K, V> {
    /// A map without a table, for a `static`: see [`Map::unplaced`](super::Map::unplaced).
    #[cfg(not(heptad_loom))]
    pub const fn unplaced(keys: K) -> Self {
        IndirectMap::unplaced_with(keys, Never)
    }

    /// An empty map in `region`: see [`Map::new_in`](super::Map::new_in).
    ///
    /// # Errors
    ///
    /// As there, and [`Error::HashBits`] if the keys have no [`hash_bits`](Keys::hash_bits), or leave the reference
    /// none.
    pub fn new_in(region: Region<'a>, seed: u64, keys: K) -> Result<Self, Rejected<Region<'a>>> {
        IndirectMap::new_with(region, seed, keys, Never)
    }
}

impl<'a, K: Keys, V: Word, G: Track> IndirectMap<'a, K, V, G> {
    /// A map without a table: see [`Map::unplaced_with`](super::Map::unplaced_with).
    #[cfg(not(heptad_loom))]
    pub const fn unplaced_with(keys: K, guard: G) -> Self {
        IndirectMap { chain: Chain::empty(guard), keys, words: PhantomData }
    }

    /// An empty map in `region`: see [`Map::new_with`](super::Map::new_with).
    ///
    /// # Errors
    ///
    /// As for [`new_in`](Self::new_in).
    pub fn new_with(
        region: Region<'a>,
        seed: u64,
        keys: K,
        guard: G,
    ) -> Result<Self, Rejected<Region<'a>>> {
        let map = IndirectMap { chain: Chain::empty(guard), keys, words: PhantomData };
        map.tables().place(region, seed)?;
        Ok(map)
    }

    /// The tables.
    pub(crate) fn chain(&self) -> &Chain<'a, G> {
        &self.chain
    }

    /// A map of tables that are made already.
    pub(crate) fn with_chain(chain: Chain<'a, G>, keys: K) -> Self {
        IndirectMap { chain, keys, words: PhantomData }
    }

    /// The map's tables: to place, rebuild and reclaim them, and for figures.
    pub fn tables(&self) -> Tables<'_, 'a, G> {
        Tables::of(&self.chain, home_mask(&self.keys))
    }

    /// Takes all memory back: see [`Map::into_regions`](super::Map::into_regions).
    pub fn into_regions(self) -> impl Iterator<Item = Region<'a>> {
        self.chain.into_regions()
    }

    /// Where the keys are.
    pub fn keys(&self) -> &K {
        &self.keys
    }

    /// The value of `key`. Writes nothing to the map.
    #[inline]
    pub fn get(&self, key: &K::Key) -> Option<V> {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The reference that stands for `key`, and its value. Writes nothing to the map.
    #[inline]
    pub fn get_key_value(&self, key: &K::Key) -> Option<(u64, V)> {
        let found = Cell::new(0);
        let value = self.chain.get(self.key(key, 0, &found))?;
        Some((found.get(), V::from_word(value)))
    }

    /// Looks for all of `keys`, in order, and writes the reference and value of each into `entries`; as
    /// many as the shorter of both has. Answers how many were found: see
    /// [`Map::get_many`](super::Map::get_many). Each key is hashed twice, or three times if its bucket is not enough.
    pub fn get_many<Q: Borrow<K::Key>>(
        &self,
        keys: &[Q],
        entries: &mut [Option<(u64, V)>],
    ) -> usize {
        let (found, mut count) = (Cell::new(0), 0);
        let answer = |value: Option<u64>| {
            count += usize::from(value.is_some());
            value.map(|value| (found.get(), V::from_word(value)))
        };
        self.chain.get_many(keys, entries, |key| self.key(key.borrow(), 0, &found), answer);
        count
    }

    /// Is `key` present? Writes nothing to the map.
    #[inline]
    pub fn contains_key(&self, key: &K::Key) -> bool {
        self.get_key_value(key).is_some()
    }

    /// Gives `key` the value `value`. If the answer is `None` it was absent, and `reference` stands for it from now on;
    /// otherwise the present reference stays.
    ///
    /// The bits of `reference` in [`hash_bits`](Keys::hash_bits) are ignored.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] or [`Error::Busy`], and [`Error::Unplaced`] of a map that was never placed; nothing has
    /// changed then.
    #[inline]
    pub fn insert(
        &self,
        key: &K::Key,
        reference: K::Reference,
        value: V,
    ) -> Result<Option<V>, Error> {
        let before = self.compare_and_set(key, reference, Expectation::Whatever, Some(value))?;
        Ok(before.map(|(_, value)| value))
    }

    /// Inserts `key` with `value` if it is absent; `reference` stands for it from then on. If it is present nothing
    /// changes, and its value is the answer.
    ///
    /// # Errors
    ///
    /// As for [`insert`](Self::insert).
    #[inline]
    pub fn insert_if_absent(
        &self,
        key: &K::Key,
        reference: K::Reference,
        value: V,
    ) -> Result<Option<V>, Error> {
        let before = self.compare_and_set(key, reference, Expectation::NotExists, Some(value))?;
        Ok(before.map(|(_, value)| value))
    }

    /// If the value of `key` is as `expected`, makes it `new`: see
    /// [`Map::compare_and_set`](super::Map::compare_and_set). An absent key takes `reference`. The answer has the
    /// reference of the key besides its value before; if this removed the key, its memory may be reused as
    /// [`Keys`] says.
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn compare_and_set(
        &self,
        key: &K::Key,
        reference: K::Reference,
        expected: Expectation<V>,
        new: Option<V>,
    ) -> Result<Option<(u64, V)>, Error> {
        let (expected, new) = (expected.map(V::to_word), new.map(V::to_word));
        let found = Cell::new(0);
        let key = self.key(key, reference.into(), &found);
        let decide = |current: Option<u64>| expectation::decide(&expected, new, current);
        let before = self.chain.update(key, Compared(decide))?;
        Ok(before.map(|value| (found.get(), V::from_word(value))))
    }

    /// Makes of the present value, or its absence, what `change` returns: see
    /// [`Map::fetch_update`](super::Map::fetch_update). An absent key takes `reference`. Answers as
    /// [`compare_and_set`](Self::compare_and_set).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn fetch_update(
        &self,
        key: &K::Key,
        reference: K::Reference,
        change: impl FnMut(Option<V>) -> Option<V>,
    ) -> Result<Option<(u64, V)>, Error> {
        self.change(key, reference.into(), change)
    }

    /// The same with any bits as the reference, which a change that inserts nothing does not need.
    #[inline]
    pub(super) fn change(
        &self,
        key: &K::Key,
        reference: u64,
        mut change: impl FnMut(Option<V>) -> Option<V>,
    ) -> Result<Option<(u64, V)>, Error> {
        let decide = |current: Option<u64>| {
            let new = change(current.map(V::from_word)).map(V::to_word);
            expectation::decide(&Expectation::Whatever, new, current)
        };
        let found = Cell::new(0);
        let before = self.chain.update(self.key(key, reference, &found), Callers::new(decide))?;
        Ok(before.map(|value| (found.get(), V::from_word(value))))
    }

    /// Removes `key`. Answers its reference, whose memory may be reused as [`Keys`] says, and its value.
    ///
    /// # Errors
    ///
    /// As for [`Map::remove`](super::Map::remove).
    #[inline]
    pub fn remove(&self, key: &K::Key) -> Result<Option<(u64, V)>, Error> {
        let found = Cell::new(0);
        let before = self.chain.update(self.key(key, 0, &found), Compared(|_| Decision::Remove))?;
        Ok(before.map(|value| (found.get(), V::from_word(value))))
    }

    /// Removes `key` if `condition` holds for its value: see [`Map::remove_if`](super::Map::remove_if).
    /// Answers the reference and the value.
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn remove_if(
        &self,
        key: &K::Key,
        mut condition: impl FnMut(V) -> bool,
    ) -> Result<Removal<(u64, V)>, Error> {
        let (found, mut removes) = (Cell::new(0), false);
        let decide = Callers::new(|current: Option<u64>| {
            removes = current.is_some_and(|value| condition(V::from_word(value)));
            if removes { Decision::Remove } else { Decision::Keep }
        });
        let before = self.chain.update(self.key(key, 0, &found), decide)?;
        Ok(Removal::of(before.map(|value| (found.get(), V::from_word(value))), removes))
    }

    /// Removes the entries for which `keep` does not hold, one by one, and passes the reference and value of each to
    /// `removed`: its memory may be reused as [`Keys`] says. Entries that come meanwhile may stay. No key is compared.
    ///
    /// # Errors
    ///
    /// The first of [`remove_if`](Self::remove_if); entries that come after it are not looked at.
    pub fn retain(
        &self,
        mut keep: impl FnMut(u64, V) -> bool,
        mut removed: impl FnMut(u64, V),
    ) -> Result<(), Error> {
        for (word, _) in Walk::over(&self.chain) {
            let reference = word & !self.keys.hash_bits();
            let key = Key { word, matches: |word, stored, _: Look<'_>| word == stored };
            let mut removes = false;
            let decide = Callers::new(|current: Option<u64>| {
                removes = current.is_some_and(|value| !keep(reference, V::from_word(value)));
                if removes { Decision::Remove } else { Decision::Keep }
            });
            let before = self.chain.update(key, decide)?;
            if let Some(value) = before.filter(|_| removes) {
                removed(reference, V::from_word(value));
            }
        }
        Ok(())
    }

    /// References and values, in no order: see [`Map::iter`](super::Map::iter).
    pub fn iter(&self) -> impl Iterator<Item = (u64, V)> {
        let hash_bits = self.keys.hash_bits();
        let entries = Walk::over(&self.chain);
        entries.map(move |(word, value)| (word & !hash_bits, V::from_word(value)))
    }

    /// The number of entries: see [`Map::len`](super::Map::len).
    pub fn len(&self) -> usize {
        self.chain.len()
    }

    /// Has the map no entry?
    pub fn is_empty(&self) -> bool {
        Walk::over(&self.chain).next().is_none()
    }

    /// The entries that the map takes for certain, if the hash bits spread them well.
    pub fn capacity(&self) -> usize {
        self.chain.capacity()
    }

    /// Releases what killed contexts had reserved: see [`Map::repair`](super::Map::repair).
    pub fn repair(&mut self) -> usize {
        self.chain.repair()
    }

    /// The key that is stored as `reference` and its hash bits. Which reference was met last that
    /// stands for it is left in `found`.
    #[inline]
    pub(super) fn key(&self, key: &K::Key, reference: u64, found: &Cell<u64>) -> Key<impl Matches> {
        let kept = self.keys.hash_bits();
        let hash_bits = self.keys.hash(key) & kept;
        let matches = move |word: u64, stored: u64, look: Look<'_>| {
            let met = stored & !kept;
            // Other hash bits, another key: most comparisons end here. What a word refers to may be gone unless
            // the map shows it now, after the word was read.
            let is_met =
                (word ^ stored) & kept == 0 && look.holds() && self.keys.is(Stored::of(met), key);
            if is_met {
                found.set(met);
            }
            is_met
        };
        Key { word: reference & !kept | hash_bits, matches }
    }
}

impl<K: Keys, V: Word + fmt::Debug, G: Track> fmt::Debug for IndirectMap<'_, K, V, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
