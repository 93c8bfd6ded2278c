//! Maps from words to bytes, as many for each as the map was made for.
#![forbid(unsafe_code)]

use core::hash::BuildHasher;

use super::super::{raw::Raw, shape::Shape, stats::Stats, value::Bytes};
use crate::{
    error::{Error, Rejected},
    hash::Keyed,
    layout::MaxLoad,
    storage::Storage,
};

/// A map from words to values whose size is given when the map is made: `heptad_sized_map` in C. Where the size is
/// known to the compiler take a [`Map`](super::Map), of which this has the layout and the costs.
///
/// A value is a slice of [`Bytes`], which a shared reference may change. A new one holds whatever stood there, and is
/// to be written. Insertions and removals may move values, as they move keys. `n` groups, a power of two, take
/// `n * (64 + 7 * size)` bytes, and 6.56 entries each: 18.3 bytes per entry if a value has eight. If the size is a
/// multiple of a power of two up to 64, so is the address of each value.
///
/// ```
/// use heptad::{hash::Keyed, layout::{Line, MaxLoad}, storage::Region, swiss::{BytesMap, Bytes}};
/// use core::mem::MaybeUninit;
///
/// fn write(place: &Bytes, text: &[u8]) {
///     for (to, &from) in place.iter().zip(text) {
///         to.set(MaybeUninit::new(from));
///     }
/// }
///
/// let lines = BytesMap::<Region>::lines_for(100, MaxLoad::default(), 20);
/// let mut memory = vec![Line::EMPTY; lines];
/// let region = Region::from_lines(&mut memory)?;
/// let mut names = BytesMap::new_in(region, MaxLoad::default(), 20, Keyed::new(0x5eed))?;
/// let (is_new, place) = names.get_or_insert(7)?;
/// assert!(is_new);
/// write(place, b"twenty bytes a value");
/// assert_eq!(names.get(7).map(|value| value.len()), Some(20));
/// assert!(names.remove(7) && names.get(7).is_none());
/// # Ok::<(), heptad::Error>(())
/// ```
#[repr(C)]
pub struct BytesMap<S: Storage, H = Keyed> {
    raw: Raw<u64, Bytes, S>,
    build_hasher: H,
}

impl<S: Storage> BytesMap<S> {
    /// The least lines of 64 bytes in which a map takes `entries` entries with values of `value_bytes` bytes, filled up
    /// to `load`; more than any memory has where no address space could hold them.
    pub const fn lines_for(entries: usize, load: MaxLoad, value_bytes: usize) -> usize {
        Shape::of_bytes(value_bytes).lines_for(entries, load)
    }
}

impl<S: Storage, H> BytesMap<S, H> {
    /// An empty map over `storage`, as many groups as fit with their values, which counts as full at `load`.
    ///
    /// # Errors
    ///
    /// [`Error::TooSmall`] if not even one group fits.
    pub fn new_in(
        storage: S,
        load: MaxLoad,
        value_bytes: usize,
        build_hasher: H,
    ) -> Result<Self, Error> {
        Ok(BytesMap { raw: Raw::sized_in(storage, load, value_bytes)?, build_hasher })
    }

    /// The bytes of a value.
    pub fn value_bytes(&self) -> usize {
        self.raw.size()
    }

    /// Entries in the map.
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// Is there no entry?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Entries that fit, those in the map included.
    pub fn capacity(&self) -> usize {
        self.raw.capacity()
    }

    /// As [`Map::stats`](super::PairMap::stats).
    pub fn stats(&self) -> Stats {
        Stats::of(self.raw.reader())
    }

    /// Forgets all entries; the memory stays.
    pub fn clear(&mut self) {
        self.raw.clear();
    }

    /// As [`Table::next_from`](super::super::Table::next_from).
    pub fn next_from(&self, position: usize) -> Option<(usize, (u64, &Bytes))> {
        let (next, (&key, value)) = self.raw.reader().next_from(position)?;
        Some((next, (key, value)))
    }

    /// Forgets the entries for which `keep` does not hold. Calls it once for each entry.
    pub fn retain(&mut self, mut keep: impl FnMut(u64, &Bytes) -> bool) {
        self.raw.retain(|&mut key, value| keep(key, value));
    }
}

impl<S: Storage, H: BuildHasher> BytesMap<S, H> {
    #[inline]
    fn hash(&self, key: u64) -> u64 {
        self.build_hasher.hash_one(key)
    }

    /// The value of `key`.
    #[inline]
    pub fn get(&self, key: u64) -> Option<&Bytes> {
        self.raw.find(self.hash(key), |&entry| entry == key).map(|(_, value)| value)
    }

    /// The values of `keys`: `found(i, value)` gets them in order. The lines of sixteen keys are under way at a time.
    pub fn get_many<'a>(&'a self, keys: &[u64], mut found: impl FnMut(usize, Option<&'a Bytes>)) {
        let hash = |&key: &u64| self.hash(key);
        let answer = |index, pair: Option<(&'a u64, &'a Bytes)>| {
            found(index, pair.map(|(_, value)| value));
        };
        self.raw.find_words(keys, hash, answer);
    }

    /// Prefetches the home line of `key`, without waiting: for a lookup soon to come.
    pub fn prefetch(&self, key: u64) {
        self.raw.reader().prefetch(self.hash(key));
    }

    /// The value of `key`, and whether it is new: then it may hold anything. Never grows.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] when [`len`](Self::len) has reached [`capacity`](Self::capacity) and the key is not there.
    #[inline]
    pub fn get_or_insert(&mut self, key: u64) -> Result<(bool, &Bytes), Error> {
        let hash = self.hash(key);
        self.raw.find_or_insert(hash, key, |&entry| entry == key).ok_or(Error::Full)
    }

    /// As [`get_or_insert`](Self::get_or_insert), but if the map is full and `key` is new, another entry goes, after
    /// `gone` has seen it: the one that `choose` picks, as in
    /// [`Map::insert_evicting`](super::PairMap::insert_evicting). If one of them panics, nothing has changed.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] if the map has no memory for a single entry.
    pub fn get_or_insert_evicting(
        &mut self,
        key: u64,
        choose: impl FnOnce(&[(u64, &Bytes)]) -> usize,
        gone: impl FnOnce(u64, &Bytes),
    ) -> Result<(bool, &Bytes), Error> {
        if self.len() == self.capacity() && self.get(key).is_none() {
            self.raw.evict_after(self.hash(key), choose, gone);
        }
        self.get_or_insert(key)
    }

    /// Takes `key` out. Was it there?
    pub fn remove(&mut self, key: u64) -> bool {
        self.remove_after(key, |_| ())
    }

    /// Takes `key` out, if it is there, after `gone` has seen its value. Was it there?
    #[inline]
    pub fn remove_after(&mut self, key: u64, gone: impl FnOnce(&Bytes)) -> bool {
        self.raw.remove_after(self.hash(key), |&entry| entry == key, gone)
    }

    /// Moves all entries to `storage`, under the hashes of `build_hasher`, and gives the old storage back.
    ///
    /// # Errors
    ///
    /// `storage` is returned with [`Error::TooSmall`]; the map is as it was.
    pub fn move_into(&mut self, storage: S, build_hasher: H) -> Result<S, Rejected<S>> {
        let old = self.raw.try_move_into(storage, |key| build_hasher.hash_one(key))?;
        self.build_hasher = build_hasher;
        Ok(old)
    }

    /// Checks the invariants of the table.
    #[doc(hidden)]
    pub fn check_invariants(&self, ever_stashed: bool) -> Result<(), &'static str> {
        let broken = self.raw.broken_invariant(|&key| self.hash(key), ever_stashed);
        broken.map_or(Ok(()), Err)
    }
}
