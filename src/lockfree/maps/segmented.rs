//! A map in parts that are rebuilt one at a time.

use core::{fmt, iter, slice};

use super::{expectation::Expectation, map::Map, removal::Removal, word::Word};
use crate::{
    error::Error,
    hash::hash_word,
    lockfree::chain::{Need, Never, Stats, Track},
};

/// Keys of a batch whose homes are prefetched together.
const AHEAD: usize = 16;

/// A [`Map`] in `SEGMENTS` parts, a power of two, each a map with a region and a seed of its own.
///
/// The top bits of a hash say which part a key belongs to. A rebuild concerns one part: it needs a spare region of
/// a part's size, and copies and writes no more than a part. The
/// methods are those of the map, and do what they do there; [`segment`](Self::segment) gives a part
/// for everything else: [`place`](super::Tables::place), [`rebuild`](super::Tables::rebuild),
/// [`help`](super::Tables::help), [`try_reclaim`](super::Tables::try_reclaim). An operation costs one multiplication of
/// a hash more than the map's.
///
/// Parts fill alike but not exactly so. Of `n` keys a part gets `n / SEGMENTS`, and with
/// `m = n / SEGMENTS` hardly ever more than `m + 6 * sqrt(m)`: that is the capacity for each.
///
/// ```
/// use heptad::{
///     layout::{LINE_BYTES, Line},
///     lockfree::{SegmentedMap, arena_layout},
///     storage::Region,
/// };
///
/// static COUNTS: SegmentedMap<'static, u64, u32, 4> = SegmentedMap::unplaced(0x5e95);
///
/// let lines = arena_layout(100)?.size() / LINE_BYTES;
/// for segment in COUNTS.segments() {
///     let memory = vec![Line::EMPTY; lines].leak();
///     segment.tables().place(Region::from_lines(memory)?, 0x5eed)?;
/// }
/// COUNTS.insert(0xffff_8000, 1)?;
/// assert_eq!((COUNTS.get(0xffff_8000), COUNTS.len()), (Some(1), 1));
/// # Ok::<(), heptad::Error>(())
/// ```
pub struct SegmentedMap<'a, K, V, const SEGMENTS: usize, G = Never> {
    segments: [Map<'a, K, V, G>; SEGMENTS],
    /// Of the hash that chooses a part. Not the caller's number itself: if that were a table's seed
    /// too, all keys of a part would share the bits that decide a home.
    seed: u64,
}

impl<'a, K: Word, V: Word, const SEGMENTS: usize> SegmentedMap<'a, K, V, SEGMENTS> {
    /// A map whose parts have no tables, for a `static`: it is empty, and [`Error::Unplaced`] to changes. `seed`
    /// decides which part a key belongs to.
    #[cfg(not(heptad_loom))]
    pub const fn unplaced(seed: u64) -> Self {
        SegmentedMap::of_segments([const { Map::unplaced() }; SEGMENTS], seed)
    }
}

impl<'a, K: Word, V: Word, const SEGMENTS: usize, G: Track> SegmentedMap<'a, K, V, SEGMENTS, G> {
    /// A map of these parts, which are empty, with tables or without. `seed` decides which part a key
    /// belongs to.
    ///
    /// An entry that was put into a part before, and does not belong there, is walked over and counted,
    /// but not found.
    pub const fn of_segments(segments: [Map<'a, K, V, G>; SEGMENTS], seed: u64) -> Self {
        const { assert!(SEGMENTS.is_power_of_two(), "the number of segments is a power of two") };
        SegmentedMap { segments, seed: hash_word(!seed, seed) }
    }

    /// The parts, with all their entries: for [`Map::into_regions`].
    pub fn into_segments(self) -> [Map<'a, K, V, G>; SEGMENTS] {
        self.segments
    }

    /// The parts.
    pub fn segments(&self) -> &[Map<'a, K, V, G>; SEGMENTS] {
        &self.segments
    }

    /// The part with a number, if there is one.
    pub fn segment(&self, index: usize) -> Option<&Map<'a, K, V, G>> {
        self.segments.get(index)
    }

    /// How many parts there are.
    pub const fn num_segments(&self) -> usize {
        SEGMENTS
    }

    /// The number of the part that `key` belongs to: less than [`num_segments`](Self::num_segments).
    #[inline]
    pub fn segment_index(&self, key: K) -> usize {
        let hash = hash_word(self.seed, key.to_word());
        // The top bits: as many as the logarithm of the number of parts.
        ((u128::from(hash) * SEGMENTS as u128) >> u64::BITS) as usize
    }

    #[inline]
    pub(super) fn of(&self, key: K) -> &Map<'a, K, V, G> {
        // Always in bounds; the remainder shows the compiler that.
        &self.segments[self.segment_index(key) % SEGMENTS]
    }

    /// See [`Map::get`].
    #[inline]
    pub fn get(&self, key: K) -> Option<V> {
        self.of(key).get(key)
    }

    /// See [`Map::contains_key`].
    #[inline]
    pub fn contains_key(&self, key: K) -> bool {
        self.of(key).contains_key(key)
    }

    /// See [`Map::get_many`].
    pub fn get_many(&self, keys: &[K], values: &mut [Option<V>]) -> usize {
        let mut found = 0;
        for (keys, values) in keys.chunks(AHEAD).zip(values.chunks_mut(AHEAD)) {
            let pairs = iter::zip(keys, values);
            keys.iter().for_each(|&key| self.of(key).prefetch(key));
            for (&key, value) in pairs {
                *value = self.get(key);
                found += usize::from(value.is_some());
            }
        }
        found
    }

    /// See [`Map::insert`].
    ///
    /// # Errors
    ///
    /// As there, and so below.
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Result<Option<V>, Error> {
        self.of(key).insert(key, value)
    }

    /// See [`Map::insert_if_absent`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn insert_if_absent(&self, key: K, value: V) -> Result<Option<V>, Error> {
        self.of(key).insert_if_absent(key, value)
    }

    /// See [`Map::replace`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn replace(&self, key: K, value: V) -> Result<Option<V>, Error> {
        self.of(key).replace(key, value)
    }

    /// See [`Map::compare_and_set`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn compare_and_set(
        &self,
        key: K,
        expected: Expectation<V>,
        new: Option<V>,
    ) -> Result<Option<V>, Error> {
        self.of(key).compare_and_set(key, expected, new)
    }

    /// See [`Map::remove`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn remove(&self, key: K) -> Result<Option<V>, Error> {
        self.of(key).remove(key)
    }

    /// See [`Map::remove_if`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn remove_if(&self, key: K, condition: impl FnMut(V) -> bool) -> Result<Removal<V>, Error> {
        self.of(key).remove_if(key, condition)
    }

    /// See [`Map::modify`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn modify(&self, key: K, change: impl FnMut(V) -> V) -> Result<Option<V>, Error> {
        self.of(key).modify(key, change)
    }

    /// See [`Map::insert_or_modify`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn insert_or_modify(
        &self,
        key: K,
        value: V,
        change: impl FnMut(V) -> V,
    ) -> Result<Option<V>, Error> {
        self.of(key).insert_or_modify(key, value, change)
    }

    /// See [`Map::insert_with_or_modify`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn insert_with_or_modify(
        &self,
        key: K,
        make: impl FnMut() -> V,
        change: impl FnMut(V) -> V,
    ) -> Result<Option<V>, Error> {
        self.of(key).insert_with_or_modify(key, make, change)
    }

    /// See [`Map::fetch_update`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn fetch_update(
        &self,
        key: K,
        change: impl FnMut(Option<V>) -> Option<V>,
    ) -> Result<Option<V>, Error> {
        self.of(key).fetch_update(key, change)
    }

    /// See [`Map::retain`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn retain(&self, mut condition: impl FnMut(K, V) -> bool) -> Result<(), Error> {
        self.segments.iter().try_for_each(|segment| segment.retain(&mut condition))
    }

    /// See [`Map::clear`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn clear(&self) -> Result<(), Error> {
        self.segments.iter().try_for_each(Map::clear)
    }

    /// The entries, one part after another: see [`Map::iter`].
    pub fn iter(&self) -> iter::Flatten<slice::Iter<'_, Map<'a, K, V, G>>> {
        self.segments.iter().flatten()
    }

    /// The keys, by the walk of [`iter`](Self::iter).
    pub fn keys(&self) -> impl Iterator<Item = K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values, by the walk of [`iter`](Self::iter).
    pub fn values(&self) -> impl Iterator<Item = V> {
        self.iter().map(|(_, value)| value)
    }

    /// The entries of all parts: see [`Map::len`].
    pub fn len(&self) -> usize {
        self.segments.iter().map(Map::len).sum()
    }

    /// Has no part an entry?
    pub fn is_empty(&self) -> bool {
        self.segments.iter().all(Map::is_empty)
    }

    /// The capacities of all parts together. As keys do not fill parts exactly alike, one may be full
    /// before: see [`SegmentedMap`].
    pub fn capacity(&self) -> usize {
        self.segments.iter().map(Map::capacity).sum()
    }

    /// The figures of all parts together, and the fullest home of all: see [`super::Tables::stats`].
    pub fn stats(&self) -> Stats {
        self.segments.iter().map(|map| map.tables().stats()).fold(Stats::default(), Stats::joined)
    }

    /// Releases what killed contexts had reserved in all parts: see [`Map::repair`].
    pub fn repair(&mut self) -> usize {
        self.segments.iter_mut().map(Map::repair).sum()
    }

    /// See [`super::Tables::check`]; and each entry is in the part to which it belongs.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`].
    pub fn check(&self) -> Result<(), Error> {
        self.segments.iter().try_for_each(|map| map.tables().check())?;
        let mut parts = self.segments.iter().enumerate();
        let is_sound =
            parts.all(|(index, part)| part.iter().all(|(key, _)| self.segment_index(key) == index));
        if is_sound { Ok(()) } else { Err(Error::Corrupt) }
    }

    /// The first part that should be rebuilt, and why: see [`super::Tables::needs_rebuild`]. Reads every line.
    pub fn needs_rebuild(&self) -> Option<(usize, Need)> {
        let mut needs = self.segments.iter().map(|map| map.tables().needs_rebuild()).enumerate();
        needs.find_map(|(index, need)| Some((index, need?)))
    }
}

impl<K: Word + fmt::Debug, V: Word + fmt::Debug, const SEGMENTS: usize, G: Track> fmt::Debug
    for SegmentedMap<'_, K, V, SEGMENTS, G>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<'m, 'a, K: Word, V: Word, const SEGMENTS: usize, G: Track> IntoIterator
    for &'m SegmentedMap<'a, K, V, SEGMENTS, G>
{
    type Item = (K, V);
    type IntoIter = iter::Flatten<slice::Iter<'m, Map<'a, K, V, G>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
