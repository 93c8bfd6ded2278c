//! Reading: load the header, look where it says, load the header again.
//!
//! What a header shows is not written as long as the header shows it (F3). So a reader whose second
//! look finds the header unchanged has seen a state of the home that existed as a whole. It writes
//! nothing, and goes round again only when another operation committed in the meantime.

use super::{
    arena::{Home, Table},
    header::{Header, OWN_SLOTS, Place, REGIONS},
    update::Key,
};
use crate::{
    probe::prefetch,
    sync::{
        Ordering::{Acquire, Relaxed},
        fence,
    },
};

/// The home's entries are in the next table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Migrated;

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
}

impl<'a> Table<'a> {
    /// The value of a key. The home's line, and one more for each entry of the home that stands in a
    /// group and is looked at.
    #[inline]
    pub(super) fn get(self, key: &Key<impl Fn(u64) -> bool>) -> Result<Option<u64>, Migrated> {
        self.get_at(self.home_of(key.word), key)
    }

    #[inline]
    pub(super) fn get_at(
        self,
        home: Home<'a>,
        key: &Key<impl Fn(u64) -> bool>,
    ) -> Result<Option<u64>, Migrated> {
        loop {
            let seen = home.header();
            let found = self.find(home, seen, &key.matches);
            // A migrated header shows nothing.
            if found.is_none() && seen.is_migrated() {
                return Err(Migrated);
            }
            if home.still_shows(seen) {
                return Ok(found.map(|(_, value)| value));
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
        matches: &impl Fn(u64) -> bool,
    ) -> Option<(Place, u64)> {
        let mut hits = 0;
        for slot in 0..OWN_SLOTS {
            // Relaxed: written before `seen` was committed, which `header` acquired, or not at all;
            // and `still_shows` or a commit tells whether it stayed so.
            let key = home.bin().key(slot).load(Relaxed);
            let is_hit = seen.shows(Place::own(slot)) && matches(key);
            hits |= u32::from(is_hit) << slot;
        }
        if hits != 0 {
            let place = Place::own(hits.trailing_zeros());
            return Some((place, self.value_at(home, seen, place)));
        }
        if !seen.has_overflow() {
            return None;
        }
        self.find_outside(home, seen, matches)
    }

    /// The same, for the places outside the bin. Out of line: most lookups end in the bin.
    #[inline(never)]
    fn find_outside(
        self,
        home: Home<'a>,
        seen: Header,
        matches: &impl Fn(u64) -> bool,
    ) -> Option<(Place, u64)> {
        for region in 0..REGIONS {
            let mut slots = seen.slots_in(region).peekable();
            if slots.peek().is_none() {
                continue;
            }
            let group = self.group(home, region);
            for slot in slots {
                let pair = group.pair(slot);
                // Relaxed: as in `find`.
                if matches(pair.key.load(Relaxed)) {
                    return Some((Place::in_group(region, slot), pair.value.load(Relaxed)));
                }
            }
        }
        None
    }

    /// The key at `place`. It is one only if the place is visible: see `still_shows`.
    #[inline]
    pub(super) fn key_at(self, home: Home<'a>, place: Place) -> u64 {
        // Relaxed, here and below: as in `find`.
        if place.is_own() {
            home.bin().key(place.slot()).load(Relaxed)
        } else {
            self.group_at(home, place).pair(place.slot()).key.load(Relaxed)
        }
    }

    /// The value at `place`. It is one only if the place is visible: see `still_shows`.
    #[inline]
    pub(super) fn value_at(self, home: Home<'a>, seen: Header, place: Place) -> u64 {
        if place.is_own() {
            home.bin().cell(seen.cell(place.slot())).load(Relaxed)
        } else {
            self.group_at(home, place).pair(place.slot()).value.load(Relaxed)
        }
    }
}
