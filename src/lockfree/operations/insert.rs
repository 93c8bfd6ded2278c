//! Inserting a key that the home does not show.

use super::{outcome::Setback, reservation::Reservation};
use crate::lockfree::{
    arena::{Shape, Table},
    bucket::{Attempt, Header, Home, Lost, Place, Purpose, Reserver},
};

impl Home<'_> {
    /// Shows the slot that is reserved.
    #[inline]
    fn show(self, seen: Header, place: Place) -> Result<(), Reservation> {
        match self.commit(seen, |now| now.showing(place)) {
            Ok(_) => Ok(()),
            Err(Lost) => Err(Reservation::Slot(place)),
        }
    }

    /// Inserts a key into a free own slot.
    #[inline(always)]
    pub(crate) fn insert_own(
        self,
        reserver: impl Reserver,
        seen: Header,
        slot: u32,
        word: u64,
        value: u64,
    ) -> Result<(), Reservation> {
        let Attempt::Done(seen) = self.reserve(reserver, seen, slot) else {
            return Err(Reservation::None);
        };
        self.fill_own(seen, slot, word, value);
        self.show(seen, Place::own(slot))
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// Inserts a key that `seen` does not show: into the reserved slot, or at any place that is free.
    #[inline]
    pub(crate) fn insert(
        self,
        home: Home<'a>,
        seen: Header,
        word: u64,
        value: u64,
        reservation: Reservation,
        purpose: Purpose,
    ) -> Result<(), Setback> {
        let first_region = Shape::first_region(self.number(home));
        let (place, seen) = self.reserve_slot(home, seen, reservation, first_region, purpose)?;
        self.fill(home, seen, place, word, value);
        Ok(home.show(seen, place)?)
    }
}
