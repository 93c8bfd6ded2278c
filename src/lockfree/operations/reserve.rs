//! Reserving a slot to fill.
//!
//! A free own slot first: it costs no further line. Then a slot of one of the home's groups, whose claims
//! say which are in use; each home starts with another region, so that all fill alike. When the bucket and
//! its groups are full, an entry of another home may have room elsewhere: see
//! [`relocate`](super::relocate).
//!
//! Insertions leave one slot of each group free. An update of a resident needs another slot for the time
//! of its commit, and finds it there, however full the map is.

use super::{
    outcome::{Setback, Stop},
    reservation::Reservation,
};
use crate::lockfree::{
    arena::Table,
    bucket::{Attempt, Header, Home, Place, Purpose, REGIONS, Reserver},
};

impl<'a, T: Reserver> Table<'a, T> {
    /// A slot of `home` to fill: the reserved one, or a new one. With it comes the header that shows
    /// what `seen` showed. If the bucket has none, the groups are tried from the one in `first_region` on.
    #[inline]
    pub(crate) fn reserve_slot(
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
                // Reserved for an update, while the key was still in the bucket.
                self.release(home, reservation);
                return Err(Setback::Again(Reservation::None));
            }
            Reservation::None => {}
        }
        if let Some(slot) = seen.free_own() {
            match home.reserve(self.reserver, seen, slot) {
                Attempt::Done(seen) => return Ok((Place::own(slot), seen)),
                // The operation that has reserved it may release it: so the home is not full.
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
            Purpose::Exchangeable => Err(Stop::Full),
            // Operations under way have reserved the slots that insertions leave for updates.
            Purpose::Update => Err(Stop::Busy),
        }
    }
}
