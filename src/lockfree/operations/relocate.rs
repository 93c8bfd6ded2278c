//! When a bucket and its groups are full: move an entry of another home out of the way.
//!
//! ```text
//!   home A  its groups: G, H, I, all full         home B  has an entry in G, and a free own slot
//!   B's entry:  G slot 4  -->  B's own slot, by a commit on B's header
//!   G slot 4 is hidden by this operation, which so has it reserved: A's key goes there
//! ```
//!
//! Without this, one insertion in 500 fails under churn at the load that tables are made for.
//! At most one entry is moved for one insertion, and at most 18 are looked at.

use super::{outcome::Stop, reservation::Reservation};
use crate::{
    lockfree::{
        arena::Table,
        bucket::{Attempt, GROUP_SLOTS, Header, Home, Lost, Place, Purpose, REGIONS, Reserver},
    },
    sync::Ordering::Relaxed,
};

impl<'a, T: Reserver> Table<'a, T> {
    /// Frees a slot in one of the groups of `home`, and claims it.
    #[cold]
    pub(crate) fn relocate(self, home: Home<'a>, seen: Header) -> Result<Place, Stop> {
        // A running operation may be about to release a slot.
        let mut reason = if seen.count_reserved() > 0 { Stop::Busy } else { Stop::Full };
        for region in 0..REGIONS {
            let claimed = self.group(home, region).claimed();
            if claimed.count_ones() + 1 < GROUP_SLOTS {
                // Another operation has just released one.
                reason = Stop::Busy;
            }
            for slot in 0..GROUP_SLOTS {
                let place = Place::in_group(region, slot);
                let is_left_free = claimed & 1 << slot == 0;
                if is_left_free || seen.shows(place) {
                    continue; // for updates; or our own home's, all of whose places are full
                }
                match self.relocate_entry(home, place) {
                    Ok(()) => return Ok(place),
                    Err(Stop::Full) => {}
                    Err(stop) => reason = stop,
                }
            }
        }
        Err(reason)
    }

    /// Moves the entry at `place`, which belongs to another home, to another place of that home. Then this operation
    /// has reserved the slot.
    fn relocate_entry(self, home: Home<'a>, place: Place) -> Result<(), Stop> {
        let pair = self.pair_at(home, place);
        // Relaxed: a guess, which the header of the home that it leads to confirms or not.
        let owner = self.home_of(pair.key.load(Relaxed));
        let seen = owner.header();
        let is_its_group =
            self.group_number(owner, place.region()) == self.group_number(home, place.region());
        if !is_its_group || !seen.shows(place) || seen.is_frozen() {
            // An operation has reserved the slot, the key has just changed, or a rebuild copies it.
            return Err(Stop::Busy);
        }
        self.hides(owner, place);
        let (word, value) = (self.key_at(owner, place), self.value_at(owner, seen, place));
        let Some((target, seen)) = self.other_place(owner, seen, place)? else {
            return Err(Stop::Full);
        };
        self.fill(owner, seen, target, word, value);
        match owner.commit(seen, |now| now.showing(target).hiding(place)) {
            Ok(_) => {
                self.reserver.has_hidden();
                Ok(())
            }
            Err(Lost) => {
                self.release(owner, Reservation::Slot(target));
                Err(Stop::Busy)
            }
        }
    }

    /// Reserves a free place of `owner`, but in another region than that of `place`.
    fn other_place(
        self,
        owner: Home<'a>,
        seen: Header,
        place: Place,
    ) -> Result<Option<(Place, Header)>, Stop> {
        if let Some(slot) = seen.free_own() {
            match owner.reserve(self.reserver, seen, slot) {
                Attempt::Done(seen) => return Ok(Some((Place::own(slot), seen))),
                Attempt::Reserved | Attempt::Lost => return Err(Stop::Busy),
            }
        }
        let claim = |region| {
            let slot = self.group(owner, region).claim_free(self.reserver, Purpose::Entry)?;
            Some((Place::in_group(region, slot), seen))
        };
        Ok((0..REGIONS).filter(|&region| region != place.region()).find_map(claim))
    }
}
