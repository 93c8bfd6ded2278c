//! What concerns all entries of a map: walks, filling from another source, comparison.

use core::fmt;

use super::{iter::Iter, map::Map, segmented::SegmentedMap, set::Set, word::Word};
use crate::{
    error::{Error, Rejected},
    lockfree::chain::Track,
};

impl<K: Word, V: Word, G: Track> Map<'_, K, V, G> {
    /// [Inserts](Self::insert) all of `entries`, one by one.
    ///
    /// So a map is copied into memory of any size, by a walk: see [`iter`](Self::iter) for what it promises while
    /// others change the map.
    ///
    /// ```
    /// use heptad::{layout::Line, lockfree::{Map, arena_lines}, storage::Region};
    ///
    /// let mut memory = [10, 20].map(|entries| vec![Line::EMPTY; arena_lines(entries)]);
    /// let [map, copy] = memory.each_mut().map(|memory| {
    ///     Map::<u64, u32>::new_in(Region::from_lines(memory).unwrap(), 0x5eed).unwrap()
    /// });
    /// map.extend([(1, 10), (2, 20)])?;
    /// copy.extend(&map)?;
    /// assert!(copy == map);
    /// # Ok::<(), heptad::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first of [`insert`](Self::insert), with the entry that was refused. Those before it are in the map, and
    /// those after it stay in the iterator, if it was passed by `&mut`.
    pub fn extend(
        &self,
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), Rejected<(K, V)>> {
        entries.into_iter().try_for_each(|(key, value)| match self.insert(key, value) {
            Ok(_) => Ok(()),
            Err(error) => Err(Rejected { error, value: (key, value) }),
        })
    }

    /// Keeps the entries for which `condition` holds. Each is decided by itself, as
    /// [`remove_if`](Self::remove_if) does, and entries that come meanwhile may be left out.
    ///
    /// In a rebuild a key may be decided about twice, by the value that it has then, also if it was removed
    /// and inserted again in between; and the walk is that of [`iter`](Self::iter).
    ///
    /// # Errors
    ///
    /// The first of [`remove_if`](Self::remove_if); those that come after are not looked at.
    pub fn retain(&self, mut condition: impl FnMut(K, V) -> bool) -> Result<(), Error> {
        for (key, _) in self.iter() {
            self.remove_if(key, |value| !condition(key, value))?;
        }
        Ok(())
    }

    /// Removes all entries, one by one; those that come meanwhile may stay.
    ///
    /// # Errors
    ///
    /// As for [`retain`](Self::retain).
    pub fn clear(&self) -> Result<(), Error> {
        self.retain(|_, _| false)
    }

    /// The entries, in no order. Every key that is present all the time comes exactly once, with a
    /// value that it had meanwhile; one that comes or goes meanwhile comes once or not at all. One that a
    /// rebuild moves meanwhile may come twice. The walk ends after eight tables: one that is moved by more
    /// rebuilds than that, each time before the walk comes to it, does not come.
    ///
    /// The iterator holds a copy of one home's entries, 384 bytes, and delays the return of old
    /// tables.
    pub fn iter(&self) -> Iter<'_, K, V, G> {
        Iter::over(self.chain())
    }

    /// The keys, by the walk of [`iter`](Self::iter).
    pub fn keys(&self) -> impl Iterator<Item = K> {
        self.iter().map(|(key, _)| key)
    }

    /// The values, by the walk of [`iter`](Self::iter).
    pub fn values(&self) -> impl Iterator<Item = V> {
        self.iter().map(|(_, value)| value)
    }

    /// The number of entries. Reads every bucket's line. Exact when nobody changes anything meanwhile, in the
    /// middle of a rebuild too; otherwise each home is counted as it is at some instant, so that no key
    /// counts twice, and the sum is never more than could be there. An entry that a rebuild moves meanwhile
    /// may not be counted. Reads each table that there is three times at the most.
    ///
    /// There is no counter: each insertion and removal would write a line that all cores share, and a
    /// context killed in between would make it wrong for ever.
    pub fn len(&self) -> usize {
        self.chain().len()
    }

    /// Has the map no entry? Reads buckets up to the first entry.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

/// Have both the same keys with the same values? Exact if nobody changes either of them, in the middle of a rebuild
/// too. Otherwise each entry is compared at a moment of its own, and a change meanwhile may be seen or not. So no map
/// is `Eq`, and one that others change may differ from itself. Looks up every entry of the first, and counts the
/// second.
impl<K: Word, V: Word + PartialEq, G: Track, H: Track> PartialEq<Map<'_, K, V, H>>
    for Map<'_, K, V, G>
{
    fn eq(&self, other: &Map<'_, K, V, H>) -> bool {
        equal(self.iter(), |key| other.get(key), || other.len())
    }
}

/// Are the entries those of a map with these lookups and this length?
fn equal<K: Copy, V: PartialEq>(
    mut entries: impl Iterator<Item = (K, V)>,
    get: impl Fn(K) -> Option<V>,
    len: impl FnOnce() -> usize,
) -> bool {
    let mut found = 0;
    let has_all = entries.all(|(key, value)| {
        found += 1;
        get(key) == Some(value)
    });
    has_all && len() == found
}

impl<K: Word + fmt::Debug, V: Word + fmt::Debug, G: Track> fmt::Debug for Map<'_, K, V, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<'m, K: Word, V: Word, G: Track> IntoIterator for &'m Map<'_, K, V, G> {
    type Item = (K, V);
    type IntoIter = Iter<'m, K, V, G>;

    fn into_iter(self) -> Iter<'m, K, V, G> {
        self.iter()
    }
}

impl<K: Word, V: Word, const SEGMENTS: usize, G: Track> SegmentedMap<'_, K, V, SEGMENTS, G> {
    /// See [`Map::extend`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn extend(
        &self,
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Result<(), Rejected<(K, V)>> {
        entries.into_iter().try_for_each(|(key, value)| self.of(key).extend([(key, value)]))
    }
}

/// As for [`Map`]; the parts may be others.
impl<K: Word, V: Word + PartialEq, const A: usize, const B: usize, G: Track, H: Track>
    PartialEq<SegmentedMap<'_, K, V, B, H>> for SegmentedMap<'_, K, V, A, G>
{
    fn eq(&self, other: &SegmentedMap<'_, K, V, B, H>) -> bool {
        equal(self.iter(), |key| other.get(key), || other.len())
    }
}

impl<K: Word, G: Track> Set<'_, K, G> {
    /// Inserts all of `keys`, one by one: see [`Map::extend`].
    ///
    /// # Errors
    ///
    /// As there, with the key that was refused.
    pub fn extend(&self, keys: impl IntoIterator<Item = K>) -> Result<(), Rejected<K>> {
        let entries = keys.into_iter().map(|key| (key, ()));
        self.map
            .extend(entries)
            .map_err(|Rejected { error, value: (key, ()) }| Rejected { error, value: key })
    }
}

/// As for [`Map`].
impl<K: Word, G: Track, H: Track> PartialEq<Set<'_, K, H>> for Set<'_, K, G> {
    fn eq(&self, other: &Set<'_, K, H>) -> bool {
        self.map == other.map
    }
}
