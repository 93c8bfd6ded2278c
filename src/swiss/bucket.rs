//! Entries by the number of their slot: bucket `8 * g + s` is slot `s`, from 1 to 7, of group `g`. A number stays good
//! as long as the table does not change.

use super::{
    entry::Occupied,
    raw::Raw,
    value::Value,
    view::{Place, Reader},
};
use crate::{
    layout::{SLOTS, Slot},
    storage::Storage,
};

/// Numbers per group, of which the first is never used.
const NUMBERS: usize = SLOTS + 1;

impl<T, V: ?Sized + Value> Reader<'_, T, V> {
    /// Where the entry of bucket `number` stands, if it has one.
    pub(super) fn place_of_bucket(self, number: usize) -> Option<Place> {
        let slot = Slot::new((number % NUMBERS) as u64)?;
        let (group, geometry) = (number / NUMBERS, self.geometry());
        if self.control.len == 0 || group >= geometry.groups() {
            return None;
        }
        let offset = geometry.at(group);
        (!self.word(offset).slot_byte(slot).is_free()).then(|| Place::new(offset, slot))
    }
}

impl<T, V, S: Storage> Occupied<'_, T, V, S> {
    /// The number of the entry's slot.
    pub(super) fn bucket(&self) -> usize {
        self.place().bucket()
    }
}

impl<T, V, S: Storage> Raw<T, V, S> {
    /// All bucket numbers are below this.
    pub(super) fn buckets(&self) -> usize {
        if self.capacity() == 0 { 0 } else { NUMBERS * self.reader().geometry().groups() }
    }

    /// The entry of bucket `number`.
    pub(super) fn bucket(&self, number: usize) -> Option<(&T, &V)> {
        let reader = self.reader();
        let place = reader.place_of_bucket(number)?;
        // SAFETY: the slot is not free.
        let entry = unsafe { reader.entry(place) };
        // SAFETY: as above.
        Some((entry, unsafe { reader.value(place) }))
    }

    /// The entry of bucket `number`, to do more with.
    pub(super) fn occupied_bucket(&mut self, number: usize) -> Option<Occupied<'_, T, V, S>> {
        let place = self.reader().place_of_bucket(number)?;
        // SAFETY: the slot is not free.
        Some(unsafe { Occupied::new(self, place) })
    }

    /// The bucket of the entry of hash `hash` for which `equal` holds.
    pub(super) fn find_bucket(&self, hash: u64, equal: impl FnMut(&T) -> bool) -> Option<usize> {
        self.reader().find(hash, equal).map(Place::bucket)
    }
}
