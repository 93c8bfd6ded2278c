//! Reservations that show nothing: which places they are, and releasing those that are needed no more.
//!
//! An operation has reserved at most one place at a time, and releases it when it ends. One that is killed never does.
//! While no operation is under way, all that is reserved and not visible can be released.

use super::{Chain, guard::Track};
use crate::{
    lockfree::{
        arena::Table,
        bucket::{GROUP_SLOTS, Header, Home, Place, Reserver},
    },
    sync::Ordering::Relaxed,
};

impl Header {
    /// How many of the bucket's places operations have reserved. None of a frozen bucket: nothing can be reserved
    /// there, and its bits mean nothing any more.
    pub(crate) fn num_reserved(self) -> usize {
        if self.is_frozen() { 0 } else { self.count_reserved() as usize }
    }
}

impl<G: Track> Chain<'_, G> {
    /// Releases what no operation can have reserved, as none is under way. Returns how many places.
    pub(crate) fn repair(&mut self) -> usize {
        self.tables().map(Table::repair).sum()
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// The slots of a group, given by its number, that are claimed but hold no entry: a bit for each. Two
    /// lines, and one for each claimed slot.
    ///
    /// The key in a slot leads to the home that shows it, if one does. If that home has been frozen, the
    /// slot stays claimed for good, and is no reservation.
    pub(crate) fn reserved_in_group(self, number: u64) -> u64 {
        let Some(group) = self.groups().get(number as usize) else { return 0 };
        let region = self.shape().region_of(number);
        let claimed = group.claimed();
        let is_reserved = |slot: u32| {
            // Relaxed: a guess, which the header of the home that it leads to confirms or not.
            let owner = self.home_of(group.pair(slot).key.load(Relaxed));
            let header = owner.header();
            let is_its_group = self.group_number(owner, region) == number;
            !(is_its_group && (header.is_frozen() || header.shows(Place::in_group(region, slot))))
        };
        (0..GROUP_SLOTS)
            .filter(|&slot| claimed & 1 << slot != 0 && is_reserved(slot))
            .fold(0, |bits, slot| bits | 1 << slot)
    }

    /// Releases every reservation. Nobody uses the table meanwhile.
    fn repair(self) -> usize {
        let buckets: usize = self.homes().map(Home::release_all).sum();
        let numbered = self.groups().iter().enumerate();
        let groups = numbered.map(|(number, group)| {
            let reserved = self.reserved_in_group(number as u64);
            let slots = (0..GROUP_SLOTS).filter(|slot| reserved & 1 << slot != 0);
            slots.map(|slot| group.unclaim(slot)).count()
        });
        buckets + groups.sum::<usize>()
    }
}

impl Home<'_> {
    /// Releases the bucket's reserved slots and its spare cell.
    fn release_all(self) -> usize {
        let reserved = self.header().num_reserved();
        if reserved > 0 {
            self.release(Header::releasing_all);
        }
        reserved
    }
}
