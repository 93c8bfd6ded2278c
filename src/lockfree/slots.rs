//! Getting a slot to fill, and giving one back.
//!
//! A free own slot first: it costs no further line. Then a slot of one of the home's groups, whose
//! claim byte says whether it is in use; each home starts with another region, so that all fill
//! alike. When the bin and its groups are full, an entry of another home may have room elsewhere:
//! see [`relocate`](super::relocate).

use super::{
    arena::{Home, Table},
    bin::Group,
    commit::Take,
    header::{GROUP_SLOTS, Header, Place, REGIONS},
    update::{Hand, Setback, Stop},
};
use crate::sync::Ordering::{Acquire, Relaxed, Release};

impl Group {
    /// Claims a free slot. Seven attempts at the most.
    #[inline]
    pub(super) fn claim_free(&self) -> Option<u32> {
        // All claims are read before one is tried: nothing predicts which is the first free one, and a
        // wrong guess takes longer than the seven loads.
        let mut free = !self.claimed() & ((1 << GROUP_SLOTS) - 1);
        while free != 0 {
            let slot = free.trailing_zeros();
            // Acquire: pairs with the Release of `unclaim`.
            if self.claim(slot).compare_exchange(0, 1, Acquire, Relaxed).is_ok() {
                return Some(slot);
            }
            free &= free - 1;
        }
        None
    }

    /// Gives a claimed slot back. It is not visible in any header.
    #[inline]
    pub(super) fn unclaim(&self, slot: u32) {
        // Release: pairs with the Acquire of `claim_free`: what we read or wrote there, and the commit
        // that hid it, come before the next holder's stores.
        self.claim(slot).store(0, Release);
    }
}

impl<'a> Table<'a> {
    /// A slot of `home` to fill: the one in the hand, or a new one. With it comes the header that shows
    /// what `seen` showed. If the bin has none, the groups are asked from the one in `first_region` on.
    #[inline]
    pub(super) fn take_slot(
        self,
        home: Home<'a>,
        mut seen: Header,
        hand: Hand,
        first_region: u32,
    ) -> Result<(Place, Header), Setback> {
        match hand {
            Hand::Slot(place) => return Ok((place, seen)),
            Hand::Spare => {
                // Taken for an update, while the key was still there.
                self.put_back(home, hand);
                return Err(Setback::Again(Hand::Empty));
            }
            Hand::Empty => {}
        }
        if let Some(slot) = seen.free_own() {
            match home.take(seen, slot) {
                Take::Done(seen) => return Ok((Place::own(slot), seen)),
                // Whoever holds it may give it back: so the home is not full.
                Take::Held => seen = seen.taking(slot),
                Take::Lost => return Err(Setback::Again(Hand::Empty)),
            }
        }
        match self.take_elsewhere(home, seen, first_region) {
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
    ) -> Result<Place, Stop> {
        for step in 0..REGIONS {
            let region = (first_region + step) % REGIONS;
            if let Some(slot) = self.claim_in_group(home, region) {
                return Ok(Place::in_group(region, slot));
            }
        }
        self.relocate(home, seen)
    }

    /// Claims a free slot in the group that `home` has in `region`.
    pub(super) fn claim_in_group(self, home: Home<'a>, region: u32) -> Option<u32> {
        self.group(home, region).claim_free()
    }

    /// Gives a claimed slot of a group back. It is not visible in any header.
    #[inline]
    pub(super) fn unclaim(self, home: Home<'a>, place: Place) {
        self.group(home, place.region()).unclaim(place.group_slot());
    }

    /// Is the slot of a group claimed? Relaxed: only asked of a table at rest.
    pub(super) fn is_claimed(self, home: Home<'a>, place: Place) -> bool {
        self.claim_at(home, place).load(Relaxed) != 0
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
