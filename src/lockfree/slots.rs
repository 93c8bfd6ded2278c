//! Getting a slot to fill, and giving one back.
//!
//! A free own slot first: it costs no further line. Then a slot of one of the home's groups, whose claims
//! say which are in use; each home starts with another region, so that all fill alike. When the bucket and
//! its groups are full, an entry of another home may have room elsewhere: see
//! [`relocate`](super::relocate).
//!
//! Insertions leave one slot of each group free. An update of a resident needs another slot for the time
//! of its commit, and finds it there, however full the map is.

use super::{
    arena::{Home, Table},
    bucket::Group,
    commit::Attempt,
    header::{GROUP_SLOTS, Header, Place, REGIONS},
    shared::intent::Reserver,
    update::{Reservation, Setback, Stop},
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
    pub(super) fn claim_free(&self, reserver: impl Reserver, purpose: Purpose) -> Option<u32> {
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
            if !reserver.reserves(self, slot) {
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

impl<'a, T: Reserver> Table<'a, T> {
    /// A slot of `home` to fill: the reserved one, or a new one. With it comes the header that shows
    /// what `seen` showed. If the bucket has none, the groups are asked from the one in `first_region` on.
    #[inline]
    pub(super) fn reserve_slot(
        self,
        home: Home<'a>,
        mut seen: Header,
        reservation: Reservation,
        first_region: u32,
        purpose: Purpose,
    ) -> Result<(Place, Header), Setback> {
        match reservation {
            Reservation::Slot(place) => return Ok((place, seen)),
            Reservation::Spare => {
                // Taken for an update, while the key was still in the bucket.
                self.release(home, reservation);
                return Err(Setback::Again(Reservation::None));
            }
            Reservation::None => {}
        }
        if let Some(slot) = seen.free_own() {
            match home.reserve(self.reserver, seen, slot) {
                Attempt::Done(seen) => return Ok((Place::own(slot), seen)),
                // Whoever holds it may give it back: so the home is not full.
                Attempt::Reserved => seen = seen.reserving(slot),
                Attempt::Lost => return Err(Setback::Again(Reservation::None)),
            }
        }
        match self.reserve_in_group(home, seen, first_region, purpose) {
            Ok(place) => Ok((place, seen)),
            Err(_) if !home.still_shows(seen) => Err(Setback::Again(Reservation::None)),
            Err(stop) => Err(Setback::Stop(stop, Reservation::None)),
        }
    }

    /// A slot in one of the groups of `home`.
    #[inline(never)]
    fn reserve_in_group(
        self,
        home: Home<'a>,
        seen: Header,
        first_region: u32,
        purpose: Purpose,
    ) -> Result<Place, Stop> {
        for step in 0..REGIONS {
            let region = (first_region + step) % REGIONS;
            if let Some(slot) = self.group(home, region).claim_free(self.reserver, purpose) {
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

    /// Gives back what is reserved.
    #[inline]
    pub(super) fn release(self, home: Home<'a>, reservation: Reservation) {
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
