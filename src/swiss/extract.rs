//! Taking out what a predicate chooses.
//!
//! While the walk goes on nothing is pulled home: an entry pulled into a group already passed would
//! be missed, one pulled into the current group seen twice. The displaced are moved to their homes at the end.

use super::{
    iter::Places,
    raw::Raw,
    value::Value,
    view::{Place, Writer},
};
use crate::{layout::SlotByte, probe, storage::Storage};

impl<T, V: ?Sized + Value, S: Storage> Raw<T, V, S> {
    /// A walk over all entries that takes some of them out.
    pub(super) fn extraction(&mut self) -> Extraction<'_, T, V> {
        let writer = self.writer();
        Extraction { places: Places::of(writer.reader()), writer }
    }

    /// Drops the entries for which `keep` does not hold.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut T, &mut V) -> bool) {
        let mut extraction = self.extraction();
        while let Some(place) = extraction.find(|entry, value| !keep(entry, value)) {
            // SAFETY: the slot is not free, and the references to it are gone.
            unsafe { extraction.writer.drop_at(place) };
        }
    }
}

/// Yields chosen entries. Those that were not visited when it is dropped stay.
pub(super) struct Extraction<'a, T, V: ?Sized + Value> {
    writer: Writer<'a, T, V>,
    places: Places,
}

impl<T, V> Extraction<'_, T, V> {
    /// The next entry for which `chosen` holds, which is called once for each entry.
    pub(super) fn next(&mut self, chosen: impl FnMut(&mut T, &mut V) -> bool) -> Option<(T, V)> {
        let place = self.find(chosen)?;
        // SAFETY: the slot is not free, and the references to it are gone.
        Some(unsafe { self.writer.take(place) })
    }

    /// Entries that were not visited yet.
    pub(super) fn left(&self) -> usize {
        self.places.left()
    }
}

impl<T, V: ?Sized + Value> Extraction<'_, T, V> {
    /// Where the next entry stands for which `chosen` holds. Its slot is not free.
    fn find(&mut self, mut chosen: impl FnMut(&mut T, &mut V) -> bool) -> Option<Place> {
        while let Some(place) = self.places.next(self.writer.reader().words()) {
            // SAFETY: `Places` yields slots that are not free, each once.
            let (entry, value) = unsafe { self.writer.pair_mut(place) };
            if chosen(entry, value) {
                return Some(place);
            }
        }
        None
    }
}

impl<T, V: ?Sized + Value> Drop for Extraction<'_, T, V> {
    fn drop(&mut self) {
        self.writer.pull_everywhere();
    }
}

impl<T, V: ?Sized + Value> Writer<'_, T, V> {
    /// Moves displaced residents of every group with free slots to their home there, one per slot.
    fn pull_everywhere(&mut self) {
        for group in 0..self.geometry().groups() {
            let offset = self.geometry().at(group);
            for slot in probe::match_slots(self.word(offset), SlotByte::FREE) {
                // SAFETY: free when the word was read; pulling fills no slot but the one it is given.
                unsafe { self.again().pull_into(Place::new(offset, slot)) };
            }
        }
    }
}
