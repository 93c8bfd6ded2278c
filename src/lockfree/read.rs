//! Reading: load the header, look where it says, load the header again.
//!
//! What a header shows is not written as long as the header shows it (F3). So a reader whose second
//! look finds the header unchanged has seen a state of the home that existed as a whole. It writes
//! nothing, and goes round again only when another operation committed in the meantime.

use super::{
    arena::{Home, Table},
    header::{Header, OWN_SLOTS, Place, REGIONS},
    update::{Key, Matches},
};
use crate::{
    probe::prefetch,
    sync::{
        Ordering::{Acquire, Relaxed},
        fence,
    },
};

impl<'a> Home<'a> {
    /// The header, and with it all that was written before it was committed.
    #[inline]
    pub(super) fn header(self) -> Header {
        // Pairs with the Release of `commit`: what this header shows is filled.
        Header(self.bin().header().load(Acquire))
    }

    /// Does the home still show what it showed in `seen`? Then all that was read in between was so.
    #[inline]
    pub(super) fn still_shows(self, seen: Header) -> bool {
        // Pairs with the Release fence before a slot is filled: whoever read a word of a slot's next
        // entry sees here that the last one was hidden.
        fence(Acquire);
        // Relaxed: the fence orders it behind the loads before it.
        Header(self.bin().header().load(Relaxed)).shows_same_as(seen)
    }

    /// The value of a key, or that there is none, if the bin's line alone tells; otherwise its header.
    #[inline]
    fn get_in_bin(self, key: Key<impl Matches>) -> Result<Option<u64>, Header> {
        let seen = self.header();
        let value = self.find_in_bin(seen, key.matches).map(|place| self.value_in_bin(seen, place));
        let is_told = value.is_some() || seen.is_all_in_bin();
        if is_told && self.still_shows(seen) { Ok(value) } else { Err(seen) }
    }

    /// The own slot whose key `matches` accepts, among those that `seen` shows.
    #[inline]
    fn find_in_bin(self, seen: Header, matches: impl Matches) -> Option<Place> {
        let mut hits = 0;
        for slot in 0..OWN_SLOTS {
            // Relaxed: written before `seen` was committed, which `header` acquired, or not at all;
            // and `still_shows` or a commit tells whether it stayed so.
            let key = self.bin().key(slot).load(Relaxed);
            hits |= u64::from(matches(key, seen.shows(Place::own(slot)))) << slot;
        }
        // All three are compared before it is asked which are visible: no branch until the last one.
        seen.visible_of(hits).next()
    }

    /// The value at a place of the bin. It is one only if the place is visible: see `still_shows`.
    #[inline]
    fn value_in_bin(self, seen: Header, place: Place) -> u64 {
        // Relaxed: as in `find_in_bin`.
        self.bin().cell(seen.cell(place.own_slot())).load(Relaxed)
    }
}

impl<'a> Table<'a> {
    /// The value of a key, here or in a table behind. The home's line, and one more for each entry of
    /// the home that stands in a group and is looked at.
    #[inline]
    pub(super) fn get(self, key: Key<impl Matches>) -> Option<u64> {
        self.get_at(self.home_of(key.word), key)
    }

    #[inline]
    pub(super) fn get_at(self, home: Home<'a>, key: Key<impl Matches>) -> Option<u64> {
        match home.get_in_bin(key) {
            Ok(answer) => answer,
            Err(seen) => self.get_outside(home, seen, key),
        }
    }

    /// The same after [`get_in_bin`](Home::get_in_bin), which had no answer under `seen`: either none of
    /// the bin's keys is ours, or the header has changed since.
    #[inline(never)]
    fn get_outside(self, home: Home<'a>, seen: Header, key: Key<impl Matches>) -> Option<u64> {
        let found = self.search_groups(home, seen, key.matches);
        if !seen.is_migrated() && home.still_shows(seen) {
            return found.map(|(_, value)| value);
        }
        self.get_again(home, key)
    }

    /// The same from the start, as often as another operation commits in between, and in the tables to
    /// which the entries have moved.
    #[cold]
    fn get_again(self, home: Home<'a>, key: Key<impl Matches>) -> Option<u64> {
        let (mut table, mut home) = (self, home);
        loop {
            let seen = home.header();
            let found = table.find(home, seen, key.matches);
            if seen.is_migrated() {
                // Asked for only now that the home was found migrated: before, there may have been none.
                table = table.next()?;
                home = table.home_of(key.word);
            } else if home.still_shows(seen) {
                return found.map(|(_, value)| value);
            }
        }
    }

    /// Asks the cache for the home of `word`.
    #[inline]
    pub(super) fn prefetch_home(self, word: u64) -> Home<'a> {
        let home = self.home_of(word);
        prefetch(core::ptr::from_ref(home.bin()).cast());
        home
    }

    /// The key that `matches` accepts, among those that `seen` shows: its place and its value.
    #[inline]
    pub(super) fn find(
        self,
        home: Home<'a>,
        seen: Header,
        matches: impl Matches,
    ) -> Option<(Place, u64)> {
        if let Some(place) = home.find_in_bin(seen, matches) {
            return Some((place, home.value_in_bin(seen, place)));
        }
        if seen.has_overflow() { self.find_outside(home, seen, matches) } else { None }
    }

    /// The same, for the places outside the bin.
    #[inline(never)]
    fn find_outside(
        self,
        home: Home<'a>,
        seen: Header,
        matches: impl Matches,
    ) -> Option<(Place, u64)> {
        self.search_groups(home, seen, matches)
    }

    #[inline]
    fn search_groups(
        self,
        home: Home<'a>,
        seen: Header,
        matches: impl Matches,
    ) -> Option<(Place, u64)> {
        for region in 0..REGIONS {
            let slots = seen.slots_in(region);
            if slots.is_empty() {
                continue;
            }
            let group = self.group(home, region);
            for slot in slots {
                let pair = group.pair(slot);
                // Relaxed, both: as in `find_in_bin`.
                if matches(pair.key.load(Relaxed), true) {
                    return Some((Place::in_group(region, slot), pair.value.load(Relaxed)));
                }
            }
        }
        None
    }

    /// The key at `place`. It is one only if the place is visible: see `still_shows`.
    #[inline]
    pub(super) fn key_at(self, home: Home<'a>, place: Place) -> u64 {
        // Relaxed, here and below: as in `find_in_bin`.
        if place.is_own() {
            home.bin().key(place.own_slot()).load(Relaxed)
        } else {
            self.pair_at(home, place).key.load(Relaxed)
        }
    }

    /// The value at `place`. It is one only if the place is visible: see `still_shows`.
    #[inline]
    pub(super) fn value_at(self, home: Home<'a>, seen: Header, place: Place) -> u64 {
        if place.is_own() {
            home.value_in_bin(seen, place)
        } else {
            self.pair_at(home, place).value.load(Relaxed)
        }
    }
}
