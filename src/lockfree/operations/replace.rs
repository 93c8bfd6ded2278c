//! Giving a present key another value.
//!
//! A key in its bucket gets the value by way of the spare cell. A key in a group moves to another slot: a free own one,
//! or one of that group. If all cells and slots of its own are reserved, it borrows the slot of another group.

use super::{outcome::Setback, reservation::Reservation};
use crate::{
    lockfree::{
        arena::Table,
        bucket::{Attempt, Group, Header, Home, Lost, Place, Purpose, Reserver},
    },
    sync::{
        Ordering::{Relaxed, Release},
        fence,
    },
};

impl Home<'_> {
    /// Gives the key in an own slot another value, by way of the spare cell.
    #[inline(always)]
    pub(crate) fn replace_own(
        self,
        reserver: impl Reserver,
        seen: Header,
        slot: u32,
        value: u64,
    ) -> Result<(), Reservation> {
        let Attempt::Done(_) = self.reserve_spare(reserver, seen) else {
            return Err(Reservation::None);
        };
        self.swap_cell(seen, slot, value)
    }

    /// Writes the value into the spare cell, which is reserved, and lets the slot name it.
    #[inline(always)]
    fn swap_cell(self, seen: Header, slot: u32, value: u64) -> Result<(), Reservation> {
        // Only the operation that has reserved the spare cell changes which one it is, so `seen` has it, old or not.
        let cell = self.bucket().cell(seen.spare_cell());
        // Pairs with the Acquire fence of `still_shows`.
        fence(Release);
        cell.store(value, Relaxed); // shown by the commit's Release
        let swap = seen.swap_with_spare(slot);
        match self.commit(seen.reserving_spare(), |now| now.swapping(swap)) {
            Ok(_) => Ok(()),
            Err(Lost) => Err(Reservation::Spare),
        }
    }

    /// Shows a key with its value in a slot of the group of `old`, which is claimed, and hides `old` in the same
    /// commit.
    #[inline]
    fn replace_in_group(
        self,
        seen: Header,
        group: &Group,
        old: Place,
        slot: u32,
        (word, value): (u64, u64),
    ) -> Result<(), Reservation> {
        let new = Place::in_group(old.region(), slot);
        group.pair(slot).fill(word, value);
        match self.commit(seen, |now| now.showing(new).hiding(old)) {
            Ok(_) => {
                group.unclaim(old.group_slot());
                Ok(())
            }
            Err(Lost) => {
                // An insertion may not have it, if the key is gone.
                group.unclaim(slot);
                Err(Reservation::None)
            }
        }
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// Gives the key at `place` another value. The word that stands for the key stays.
    #[inline(always)]
    pub(crate) fn replace(
        self,
        home: Home<'a>,
        seen: Header,
        place: Place,
        value: u64,
        reservation: Reservation,
    ) -> Result<(), Setback> {
        if !place.is_own() {
            return self.replace_pair(home, seen, place, None, value, reservation);
        }
        let reservation = match reservation {
            Reservation::None => match home.reserve_spare(self.reserver, seen) {
                Attempt::Done(_) => Reservation::Spare,
                Attempt::Reserved => Reservation::None,
                Attempt::Lost => return Err(Setback::Again(reservation)),
            },
            reservation => reservation,
        };
        if reservation == Reservation::Spare {
            return Ok(home.swap_cell(seen, place.own_slot(), value)?);
        }
        self.replace_pair(home, seen, place, None, value, reservation)
    }

    /// Shows a key and its value at a new place, and hides `old` in the same commit: the key of `word`, or without one
    /// that of `old`, which is read here, where its group is known. Never `Full`: see [`Purpose::Update`].
    #[cold]
    pub(crate) fn replace_pair(
        self,
        home: Home<'a>,
        seen: Header,
        old: Place,
        word: Option<u64>,
        value: u64,
        reservation: Reservation,
    ) -> Result<(), Setback> {
        self.hides(home, old);
        if reservation == Reservation::None && seen.free_own().is_none() && !old.is_own() {
            // In the group where it is, if there is room: no other line then.
            let group = self.group(home, old.region());
            if let Some(slot) = group.claim_free(self.reserver, Purpose::Update) {
                // Relaxed: as in `hits`.
                let its_word = || group.pair(old.group_slot()).key.load(Relaxed);
                let pair = (word.unwrap_or_else(its_word), value);
                return Ok(home.replace_in_group(seen, group, old, slot, pair)?);
            }
        }
        let (new, seen) =
            self.reserve_slot(home, seen, reservation, old.region(), Purpose::Update)?;
        let word = word.unwrap_or_else(|| self.key_at(home, old));
        self.fill(home, seen, new, word, value);
        match home.commit(seen, |now| now.showing(new).removing(old)) {
            Ok(after) if new.is_own() || new.is_in_group_of(old) => {
                self.after_hiding(home, after, old);
            }
            Ok(after) => self.bring_back(home, after, old, new),
            Err(Lost) => {
                // An insertion may not have it, if the key is gone.
                self.release(home, Reservation::Slot(new));
                return Err(Setback::Again(Reservation::None));
            }
        }
        Ok(())
    }
}
