//! Getting a slot to fill, and giving one back.
//!
//! A free own slot first: it costs no further line. Then a slot of one of the home's groups, whose claims
//! say which are in use; each home starts with another region, so that all fill alike. When the bin and
//! its groups are full, an entry of another home may have room elsewhere: see
//! [`relocate`](super::relocate).
//!
//! Insertions leave one slot of each group free. An update of a resident needs another slot for the time
//! of its commit, and finds it there, however full the map is.

use super::{
    arena::{Home, Table},
    bin::Group,
    commit::Take,
    header::{GROUP_SLOTS, Header, Place, REGIONS},
    shared::intent::Taker,
    update::{Hand, Setback, Stop},
};
use crate::sync::Ordering::{Acquire, Relaxed, Release};

/// What a slot is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To stay there. The last free slot of a group is left alone.
    Entry,
    /// Until the slot of the value before is free.
    Update,
}

/// The slots of a group, in its claims.
const SLOTS: u64 = (1 << GROUP_SLOTS) - 1;

impl Group {
    /// The claimed slots, a bit for each. Relaxed: a guess; who wants one has to try.
    #[inline]
    pub(super) fn claimed(&self) -> u64 {
        self.claims().load(Relaxed) & SLOTS
    }

    /// Claims a free slot. Goes round again only if another operation has claimed or released one.
    #[inline]
    pub(super) fn claim_free(&self, taker: impl Taker, purpose: Purpose) -> Option<u32> {
        // Relaxed: the exchange tells.
        let mut claims = self.claims().load(Relaxed);
        loop {
            let free = !claims & SLOTS;
            let enough = match purpose {
                Purpose::Entry => free & free.wrapping_sub(1),
                Purpose::Update => free,
            };
            if enough == 0 {
                return None;
            }
            let slot = free.trailing_zeros();
            if !taker.takes(self, slot) {
                return None;
            }
            // Acquire: pairs with the Release of `unclaim`.
            let claim =
                self.claims().compare_exchange(claims, claims | 1 << slot, Acquire, Relaxed);
            match claim {
                Ok(_) => return Some(slot),
                Err(now) => claims = now,
            }
        }
    }

    /// Gives a claimed slot back. It is not visible in any header.
    #[inline]
    pub(super) fn unclaim(&self, slot: u32) {
        // Release: pairs with the Acquire of `claim_free`: what we read or wrote there, and the commit
        // that hid it, come before the next holder's stores.
        self.claims().fetch_and(!(1 << slot), Release);
    }
}

impl<'a, T: Taker> Table<'a, T> {
    /// A slot of `home` to fill: the one in the hand, or a new one. With it comes the header that shows
    /// what `seen` showed. If the bin has none, the groups are asked from the one in `first_region` on.
    #[inline]
    pub(super) fn take_slot(
        self,
        home: Home<'a>,
        mut seen: Header,
        hand: Hand,
        first_region: u32,
        purpose: Purpose,
    ) -> Result<(Place, Header), Setback> {
        match hand {
            Hand::Slot(place) => return Ok((place, seen)),
            Hand::Spare => {
                // Taken for an update, while the key was still in the bin.
                self.put_back(home, hand);
                return Err(Setback::Again(Hand::Empty));
            }
            Hand::Empty => {}
        }
        if let Some(slot) = seen.free_own() {
            match home.take(self.taker, seen, slot) {
                Take::Done(seen) => return Ok((Place::own(slot), seen)),
                // Whoever holds it may give it back: so the home is not full.
                Take::Held => seen = seen.taking(slot),
                Take::Lost => return Err(Setback::Again(Hand::Empty)),
            }
        }
        match self.take_elsewhere(home, seen, first_region, purpose) {
            Ok(place) => Ok((place, seen)),
            Err(_) if !home.still_shows(seen) => Err(Setback::Again(Hand::Empty)),
            Err(stop) => Err(Setback::Stop(stop, Hand::Empty)),
        }
    }

    /// A slot in one of the groups of `home`.
    #[inline(never)]
    fn take_elsewhere(
        self,
        home: Home<'a>,
        seen: Header,
        first_region: u32,
        purpose: Purpose,
    ) -> Result<Place, Stop> {
        for step in 0..REGIONS {
            let region = (first_region + step) % REGIONS;
            if let Some(slot) = self.group(home, region).claim_free(self.taker, purpose) {
                return Ok(Place::in_group(region, slot));
            }
        }
        match purpose {
            Purpose::Entry => self.relocate(home, seen),
            // Operations under way have reserved the slots that insertions leave for updates.
            Purpose::Update => Err(Stop::Busy),
        }
    }

    /// Gives a claimed slot of a group back. It is not visible in any header.
    #[inline]
    pub(super) fn unclaim(self, home: Home<'a>, place: Place) {
        self.group(home, place.region()).unclaim(place.group_slot());
    }

    /// Is the slot of a group claimed? Relaxed: only asked of a table at rest.
    pub(super) fn is_claimed(self, home: Home<'a>, place: Place) -> bool {
        self.group(home, place.region()).claimed() & 1 << place.group_slot() != 0
    }

    /// Gives back what is in the hand.
    #[inline]
    pub(super) fn put_back(self, home: Home<'a>, hand: Hand) {
        if hand != Hand::Empty {
            self.put_something_back(home, hand);
        }
    }

    #[cold]
    fn put_something_back(self, home: Home<'a>, hand: Hand) {
        match hand {
            Hand::Empty => {}
            Hand::Spare => home.give_back(Header::returning_spare),
            Hand::Slot(place) if place.is_own() => {
                home.give_back(|now| now.returning(place.own_slot()));
            }
            Hand::Slot(place) => self.unclaim(home, place),
        }
    }
}
