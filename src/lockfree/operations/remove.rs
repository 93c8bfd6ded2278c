//! After an entry was hidden: its slot is free, or takes in an overflow entry.
//!
//! ```text
//!   own 111, group slot 5 visible         remove the key in slot 1
//!   own 101, slot 1 reserved, 5 visible   the commit
//!   own 111, 5 hidden                     the second commit: group slot 5 moved into slot 1
//! ```
//!
//! Without this, entries would stay in groups for ever, and under churn groups would fill and misses would read more
//! and more lines. One attempt is made, and losing it costs nothing but the move: so an operation makes at most one
//! commit of this kind.

use super::reservation::Reservation;
use crate::{
    lockfree::{
        arena::Table,
        bucket::{Header, Home, Lost, Place, Reserver},
    },
    sync::Ordering::Relaxed,
};

impl Header {
    /// Hides `place`. An own slot is reserved in the same step, if an overflow entry could move in.
    #[inline]
    pub(crate) fn removing(self, place: Place) -> Header {
        let hidden = self.hiding(place);
        if place.is_own() && hidden.has_overflow() {
            hidden.reserving(place.own_slot())
        } else {
            hidden
        }
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// Hides the entry at `place`.
    #[inline]
    pub(crate) fn remove(
        self,
        home: Home<'a>,
        seen: Header,
        place: Place,
    ) -> Result<(), Reservation> {
        self.hides(home, place);
        match home.commit(seen, |now| now.removing(place)) {
            Ok(after) => {
                self.after_hiding(home, after, place);
                Ok(())
            }
            Err(Lost) => Err(Reservation::None),
        }
    }

    /// Refills or releases the slot at `place`, which `after` has just hidden.
    #[inline]
    pub(crate) fn after_hiding(self, home: Home<'a>, after: Header, place: Place) {
        if !place.is_own() {
            self.unclaim(home, place);
        } else if after.is_reserved(place.own_slot()) {
            self.pull_in(home, after, place);
        }
    }

    /// Moves an entry from a group into the own slot at `vacancy`, which is reserved.
    #[inline(never)]
    fn pull_in(self, home: Home<'a>, after: Header, vacancy: Place) {
        self.reserver.has_hidden();
        let overflow = after.overflow().next();
        let is_filled =
            overflow.is_some_and(|place| self.refill(home, after, vacancy, place).is_ok());
        if !is_filled {
            home.release(|now| now.releasing(vacancy.own_slot()));
        }
    }

    /// After an update that reserved the last free slot of another group than its own: moves the entry there, at
    /// `borrowed`, back to where it was, to `vacancy`, which is reserved. So each group keeps a slot for updates. Goes
    /// round again only if another operation has committed.
    #[cold]
    pub(crate) fn bring_back(self, home: Home<'a>, after: Header, vacancy: Place, borrowed: Place) {
        self.reserver.has_hidden();
        let mut seen = after;
        while seen.shows(borrowed) && !seen.is_frozen() {
            if self.refill(home, seen, vacancy, borrowed).is_ok() {
                return;
            }
            seen = home.header();
        }
        self.release(home, Reservation::Slot(vacancy));
    }

    /// Moves the entry at `overflow`, in a group, to `vacancy`, which is reserved.
    #[inline(always)]
    fn refill(
        self,
        home: Home<'a>,
        seen: Header,
        vacancy: Place,
        overflow: Place,
    ) -> Result<(), Lost> {
        self.hides(home, overflow);
        let pair = self.pair_at(home, overflow);
        // Relaxed, both: as in `hits`.
        let (word, value) = (pair.key.load(Relaxed), pair.value.load(Relaxed));
        self.fill(home, seen, vacancy, word, value);
        home.commit(seen, |now| now.showing(vacancy).hiding(overflow))?;
        self.unclaim(home, overflow);
        Ok(())
    }
}
