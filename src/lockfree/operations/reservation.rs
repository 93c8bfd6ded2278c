//! What an operation has reserved: filling it, and releasing it.

use crate::{
    lockfree::{
        arena::Table,
        bucket::{Header, Home, Pair, Place, Reserver},
    },
    sync::{
        Ordering::{Relaxed, Release},
        fence,
    },
};

/// What an operation has reserved and not shown yet: at most one thing at any time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reservation {
    None,
    /// The spare cell of the home.
    Spare,
    /// A slot, of the bucket or of one of its groups.
    Slot(Place),
}

impl Home<'_> {
    /// Writes a pair into an own slot that is reserved.
    #[inline]
    pub(crate) fn fill_own(self, seen: Header, slot: u32, word: u64, value: u64) {
        // Pairs with the Acquire fence of `still_shows`: a reader of the slot's last entry that reads
        // one of these words finds its header changed.
        fence(Release);
        // Relaxed: the commit's Release shows them.
        self.bucket().key(slot).store(word, Relaxed);
        self.bucket().cell(seen.cell(slot)).store(value, Relaxed);
    }
}

impl Pair {
    /// Writes a pair that is reserved.
    #[inline]
    pub(crate) fn fill(&self, word: u64, value: u64) {
        // Pairs with the Acquire fence of `still_shows`, as in `fill_own`.
        fence(Release);
        // Relaxed: the commit's Release shows them.
        self.key.store(word, Relaxed);
        self.value.store(value, Relaxed);
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// Writes a pair into a slot that is reserved.
    #[inline]
    pub(crate) fn fill(self, home: Home<'a>, seen: Header, place: Place, word: u64, value: u64) {
        if place.is_own() {
            return home.fill_own(seen, place.own_slot(), word, value);
        }
        self.pair_at(home, place).fill(word, value);
    }

    /// Releases a claimed slot of a group. It is not visible in any header.
    #[inline]
    pub(crate) fn unclaim(self, home: Home<'a>, place: Place) {
        self.group(home, place.region()).unclaim(place.group_slot());
    }

    /// Is the slot of a group claimed? Relaxed: called for a table at rest only.
    pub(crate) fn is_claimed(self, home: Home<'a>, place: Place) -> bool {
        self.group(home, place.region()).claimed() & 1 << place.group_slot() != 0
    }

    /// Releases what is reserved.
    #[inline]
    pub(crate) fn release(self, home: Home<'a>, reservation: Reservation) {
        if reservation != Reservation::None {
            self.release_reserved(home, reservation);
        }
    }

    #[cold]
    fn release_reserved(self, home: Home<'a>, reservation: Reservation) {
        match reservation {
            Reservation::None => {}
            Reservation::Spare => home.release(Header::releasing_spare),
            Reservation::Slot(place) if place.is_own() => {
                home.release(|now| now.releasing(place.own_slot()));
            }
            Reservation::Slot(place) => self.unclaim(home, place),
        }
    }
}
