//! Reading: load the header, look where it says, load the header again.
//!
//! What a header shows is not written as long as the header shows it (F3). So a reader whose second
//! look finds the header unchanged has seen a state of the home that existed as a whole. It writes
//! nothing, and goes round again only when another operation committed in the meantime.

use super::key::{Key, Look, Matches};
use crate::{
    layout::lowest_of_three,
    lockfree::{
        arena::Table,
        bucket::{Header, Home, OWN_SLOTS, Place, Reserver},
    },
    probe::prefetch,
    sync::Ordering::Relaxed,
};

impl<'a> Home<'a> {
    /// The value of a key, or that there is none, if the bucket's line is enough for that; otherwise its header.
    #[inline]
    pub(crate) fn get_in_bucket(self, key: Key<impl Matches>) -> Result<Option<u64>, Header> {
        let seen = self.header();
        if let Some((_, value)) = self.find_own(seen, key) {
            return if self.still_shows(seen) { Ok(Some(value)) } else { Err(seen) };
        }
        if seen.is_all_in_bucket() && self.still_shows(seen) { Ok(None) } else { Err(seen) }
    }

    /// The own slot of the key among those that `seen` shows, and its value.
    #[inline]
    pub(crate) fn find_own(self, seen: Header, key: Key<impl Matches>) -> Option<(u32, u64)> {
        let hits = self.hits(seen, key);
        if hits == 0 {
            return None;
        }
        let slot = lowest_of_three(hits);
        Some((slot, self.value_in_bucket(seen, slot)))
    }

    /// The own slots whose keys are `key`, among those that `seen` shows: a bit for each.
    #[inline]
    fn hits(self, seen: Header, key: Key<impl Matches>) -> u64 {
        let mut hits = 0;
        for slot in 0..OWN_SLOTS {
            // Relaxed: written before `seen` was committed, which `header` acquired, or not at all;
            // and `still_shows` or a commit finds out whether it stayed so.
            let stored = self.bucket().key(slot).load(Relaxed);
            let look = Look { home: self, seen, is_visible: seen.shows(Place::own(slot)) };
            hits |= u64::from(key.is(stored, look)) << slot;
        }
        seen.0 & hits
    }

    /// The value of an own slot. It is one only if the slot is visible: see `still_shows`.
    #[inline]
    fn value_in_bucket(self, seen: Header, slot: u32) -> u64 {
        // Relaxed: as in `hits`.
        self.bucket().cell(seen.cell(slot)).load(Relaxed)
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// The value of a key, here or in a next table. The home's line, and one more for each entry of
    /// the home that stands in a group and is looked at.
    #[inline]
    pub(crate) fn get(self, key: Key<impl Matches>) -> Option<u64> {
        let home = self.home_of(key.word);
        match home.get_in_bucket(key) {
            Ok(answer) => answer,
            Err(seen) => self.get_overflow(home, seen, key),
        }
    }

    /// The same after a look at the bucket that was not enough: either none of the keys that `seen` shows there
    /// is ours, or the header has changed since.
    #[inline(never)]
    pub(crate) fn get_overflow(
        self,
        home: Home<'a>,
        seen: Header,
        key: Key<impl Matches>,
    ) -> Option<u64> {
        let found = self.search_groups(home, seen, key);
        if !self.has_moved_on(seen) && home.still_shows(seen) {
            return found.map(|(_, value)| value);
        }
        self.get_again(key)
    }

    /// The same from the start, as often as another operation commits in between, and in the tables to
    /// which the entries have moved.
    #[cold]
    fn get_again(self, key: Key<impl Matches>) -> Option<u64> {
        let (mut table, mut home) = (self, self.home_of(key.word));
        loop {
            let seen = home.header();
            let found = table.find(home, seen, key);
            if table.has_moved_on(seen) {
                // Loaded only now that the home was found migrated: before, there may have been none.
                table = table.next()?;
                home = table.home_of(key.word);
            } else if home.still_shows(seen) {
                return found.map(|(_, value)| value);
            }
        }
    }

    /// Prefetches the home of `word`.
    #[inline]
    pub(crate) fn prefetch_home(self, word: u64) -> Home<'a> {
        let home = self.home_of(word);
        prefetch(core::ptr::from_ref(home.bucket()).cast());
        home
    }

    /// Prefetches what [`get_overflow`](Self::get_overflow) reads first, which is mostly all of it.
    #[inline]
    pub(crate) fn prefetch_overflow(self, home: Home<'a>, seen: Header) {
        if let Some(place) = seen.overflow().next() {
            prefetch(core::ptr::from_ref(self.pair_at(home, place)).cast());
        }
    }

    /// The key among those that `seen` shows: its place and its value.
    #[inline]
    pub(crate) fn find(
        self,
        home: Home<'a>,
        seen: Header,
        key: Key<impl Matches>,
    ) -> Option<(Place, u64)> {
        match home.find_own(seen, key) {
            Some((slot, value)) => Some((Place::own(slot), value)),
            None if seen.has_overflow() => self.find_overflow(home, seen, key),
            None => None,
        }
    }

    /// The same, for the places in groups.
    #[inline(never)]
    fn find_overflow(
        self,
        home: Home<'a>,
        seen: Header,
        key: Key<impl Matches>,
    ) -> Option<(Place, u64)> {
        self.search_groups(home, seen, key)
    }

    #[inline]
    fn search_groups(
        self,
        home: Home<'a>,
        seen: Header,
        key: Key<impl Matches>,
    ) -> Option<(Place, u64)> {
        // A loop over places, not over regions: which region it is cannot be predicted.
        seen.overflow().find_map(|place| {
            let pair = self.pair_at(home, place);
            // Relaxed, both: as in `hits`.
            let look = Look { home, seen, is_visible: true };
            let is_hit = key.is(pair.key.load(Relaxed), look);
            is_hit.then(|| (place, pair.value.load(Relaxed)))
        })
    }

    /// The key at `place`. It is one only if the place is visible: see `still_shows`.
    #[inline]
    pub(crate) fn key_at(self, home: Home<'a>, place: Place) -> u64 {
        // Relaxed, here and below: as in `hits`.
        if place.is_own() {
            home.bucket().key(place.own_slot()).load(Relaxed)
        } else {
            self.pair_at(home, place).key.load(Relaxed)
        }
    }

    /// The value at `place`. It is one only if the place is visible: see `still_shows`.
    #[inline]
    pub(crate) fn value_at(self, home: Home<'a>, seen: Header, place: Place) -> u64 {
        if place.is_own() {
            home.value_in_bucket(seen, place.own_slot())
        } else {
            self.pair_at(home, place).value.load(Relaxed)
        }
    }

    /// Are the entries of a home in the next table, by its header?
    #[inline]
    fn has_moved_on(self, seen: Header) -> bool {
        T::rebuilds() && seen.is_migrated()
    }

    /// Do operations look for the key of `word` in this table? They do if its homes in all tables before,
    /// from `first` on, are migrated.
    pub(crate) fn counts(self, first: Table<'_, T>, word: u64) -> bool {
        let mut before = T::rebuilds().then_some(first);
        while let Some(earlier) = before.filter(|earlier| !earlier.is(self)) {
            if !earlier.home_of(word).header().is_migrated() {
                return false;
            }
            before = earlier.next();
        }
        true
    }
}
