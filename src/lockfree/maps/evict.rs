//! Insertion into a map that has no room: another entry goes.

use core::cell::Cell;

use super::{
    indirect::IndirectMap,
    keys::Keys,
    map::{Map, exactly},
    segmented::SegmentedMap,
    set::Set,
    word::Word,
};
use crate::{
    error::Error,
    lockfree::{
        chain::Track,
        operations::{CANDIDATES, Choose, Inserted},
    },
};

impl<K: Word, V: Word, G: Track> Map<'_, K, V, G> {
    /// Inserts into a map that is used as a cache, in fixed memory: if `key` is absent and has no room, an entry goes
    /// to make room, and is returned. `choose` gets the entries that share a home with `key`, at most 21 of them, in no
    /// particular order, and returns the index of the one that goes; an index beyond them stands for the last one.
    /// If the key is present it gets the value, and nothing goes.
    ///
    /// One compare-exchange hides that entry and shows the new one: a reader finds one of both, never both and never
    /// none. What is returned was in the map, with this value, until that moment.
    ///
    /// `choose` gets copies. Nothing is reserved while it runs, and it is called again whenever the home has changed
    /// meanwhile: see [`Map`](Self#closures). An interrupt or NMI in the middle of it may insert into the same map.
    ///
    /// An entry goes when the key's bucket and groups have no room. [`insert`](Self::insert) then looks for an entry of
    /// another home that can move; a cache does not, as most insertions would search in vain. So a few entries go
    /// before the map has as many as it was made for (6 of the first 10,000), and in the end it has more (14,280).
    /// Touches 4.8 lines on average when it is full, and at most 7.
    ///
    /// # Errors
    ///
    /// Never [`Error::Full`], but in a rebuild that has no room to move the home of `key`. [`Error::Busy`] if no entry
    /// can go at this moment: other operations have reserved the slot that insertions leave free in each of the key's
    /// three groups, or all own slots of its bucket, which shows nothing else; or a rebuild has not moved what
    /// is there. The same call may succeed later. [`Error::Reentrant`] if `choose` changes the home each time.
    /// [`Error::Unplaced`]. In all cases nothing has changed.
    ///
    /// ```
    /// use heptad::{layout::Line, lockfree::{Inserted, Map, arena_lines}, storage::Region};
    ///
    /// // Flows, each with the time when it was last seen: the one that was silent longest goes.
    /// let mut memory = vec![Line::EMPTY; arena_lines(4)];
    /// let flows = Map::<u64, u64>::new_in(Region::from_lines(&mut memory)?, 0x5eed)?;
    /// let silent_longest = |flows: &[(u64, u64)]| {
    ///     let times = flows.iter().map(|&(_, time)| time).enumerate();
    ///     times.min_by_key(|&(_, time)| time).map_or(0, |(index, _)| index)
    /// };
    /// for now in 0..1_000 {
    ///     if let Inserted::Evicted(flow, last_seen) = flows.insert_evicting(now, now, silent_longest)? {
    ///         assert_eq!((flow, flows.get(flow)), (last_seen, None));
    ///     }
    ///     assert_eq!(flows.get(now), Some(now));
    /// }
    /// # Ok::<(), heptad::Error>(())
    /// ```
    #[inline]
    pub fn insert_evicting(
        &self,
        key: K,
        value: V,
        mut choose: impl FnMut(&[(K, V)]) -> usize,
    ) -> Result<Inserted<K, V>, Error> {
        let choose: &mut Choose<'_> = &mut |words: &[(u64, u64)]| {
            choose_of(words, |(key, value)| (K::from_word(key), V::from_word(value)), &mut choose)
        };
        Ok(typed(self.insert_evicting_words(key, value, choose)?, K::from_word))
    }

    /// The same for `choose` that takes the words of keys and values.
    #[inline]
    pub(crate) fn insert_evicting_words(
        &self,
        key: K,
        value: V,
        choose: &mut Choose<'_>,
    ) -> Result<Inserted<u64, u64>, Error> {
        Ok(self.chain().insert_evicting(exactly(key), value.to_word(), choose)?)
    }
}

/// Calls `choose` with what `entry` makes of the words. One place of each for the last, and all beyond.
fn choose_of<E: Copy>(
    words: &[(u64, u64)],
    entry: impl Fn((u64, u64)) -> E,
    choose: &mut impl FnMut(&[E]) -> usize,
) -> usize {
    let Some((&first, others)) = words.split_first() else { return 0 };
    let mut entries = [entry(first); CANDIDATES];
    for (place, &words) in entries.iter_mut().skip(1).zip(others) {
        *place = entry(words);
    }
    choose(entries.get(..words.len()).unwrap_or_default())
}

/// The same with keys and values for their words.
fn typed<K, V: Word>(inserted: Inserted<u64, u64>, key: impl FnOnce(u64) -> K) -> Inserted<K, V> {
    match inserted {
        Inserted::New => Inserted::New,
        Inserted::Replaced(before) => Inserted::Replaced(V::from_word(before)),
        Inserted::Evicted(word, value) => Inserted::Evicted(key(word), V::from_word(value)),
    }
}

impl<K: Word, G: Track> Set<'_, K, G> {
    /// [`Map::insert_evicting`]: where there is no room, a key goes that `choose` picks.
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn insert_evicting(
        &self,
        key: K,
        choose: impl FnMut(&[(K, ())]) -> usize,
    ) -> Result<Inserted<K, ()>, Error> {
        self.map.insert_evicting(key, (), choose)
    }
}

impl<K: Word, V: Word, const SEGMENTS: usize, G: Track> SegmentedMap<'_, K, V, SEGMENTS, G> {
    /// See [`Map::insert_evicting`].
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn insert_evicting(
        &self,
        key: K,
        value: V,
        choose: impl FnMut(&[(K, V)]) -> usize,
    ) -> Result<Inserted<K, V>, Error> {
        self.of(key).insert_evicting(key, value, choose)
    }
}

impl<K: Keys, V: Word, G: Track> IndirectMap<'_, K, V, G> {
    /// [`Map::insert_evicting`]: where there is no room, an entry goes that `choose` picks among references and values.
    /// An absent key takes `reference`. Of an entry that had to go the reference is returned, whose memory may be
    /// reused as [`Keys`] says.
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn insert_evicting(
        &self,
        key: &K::Key,
        reference: K::Reference,
        value: V,
        mut choose: impl FnMut(&[(u64, V)]) -> usize,
    ) -> Result<Inserted<u64, V>, Error> {
        let reference_of = |word| word & !self.keys().hash_bits();
        let choose: &mut Choose<'_> = &mut |words: &[(u64, u64)]| {
            choose_of(words, |(word, value)| (reference_of(word), V::from_word(value)), &mut choose)
        };
        Ok(typed(self.insert_evicting_words(key, reference, value, choose)?, reference_of))
    }

    /// The same for `choose` that takes words, of which [`hash_bits`](Keys::hash_bits) are not the reference's.
    #[inline]
    pub(crate) fn insert_evicting_words(
        &self,
        key: &K::Key,
        reference: K::Reference,
        value: V,
        choose: &mut Choose<'_>,
    ) -> Result<Inserted<u64, u64>, Error> {
        let found = Cell::new(0);
        let key = self.key(key, reference.into(), &found);
        Ok(self.chain().insert_evicting(key, value.to_word(), choose)?)
    }
}
