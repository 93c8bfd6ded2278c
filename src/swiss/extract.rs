//! Taking out what a predicate chooses.
//!
//! While the walk goes on nothing is pulled home: an entry pulled into a group already passed would
//! be missed, one pulled into the group at hand seen twice. The displaced come home at the end.

use super::{
    iter::Places,
    raw::Raw,
    view::{Place, Writer},
};
use crate::{layout::SlotByte, probe, storage::Storage};

impl<T, V, S: Storage> Raw<T, V, S> {
    /// Hands out the entries for which `chosen` holds; each entry is asked once.
    pub(super) fn extract_if<F: FnMut(&mut T, &mut V) -> bool>(
        &mut self,
        chosen: F,
    ) -> ExtractIf<'_, T, V, F> {
        let writer = self.writer();
        ExtractIf { places: Places::of(writer.reader()), writer, chosen }
    }

    /// Drops the entries for which `keep` does not hold.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&mut T, &mut V) -> bool) {
        self.extract_if(|entry, value| !keep(entry, value)).for_each(drop);
    }
}

/// Hands out chosen entries. Those not asked yet when it is dropped stay.
pub(super) struct ExtractIf<'a, T, V, F> {
    writer: Writer<'a, T, V>,
    places: Places,
    chosen: F,
}

impl<T, V, F: FnMut(&mut T, &mut V) -> bool> Iterator for ExtractIf<'_, T, V, F> {
    type Item = (T, V);

    fn next(&mut self) -> Option<(T, V)> {
        while let Some(place) = self.places.next(|offset| self.writer.word(offset)) {
            // SAFETY: `Places` yields slots that are not free, each once.
            let (entry, value) = unsafe { self.writer.pair_mut(place) };
            if (self.chosen)(entry, value) {
                // SAFETY: the slot is not free, and the references to it are gone.
                return Some(unsafe { self.writer.take(place) });
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.places.left()))
    }
}

impl<T, V, F> Drop for ExtractIf<'_, T, V, F> {
    fn drop(&mut self) {
        self.writer.pull_everywhere();
    }
}

impl<T, V> Writer<'_, T, V> {
    /// Brings home the displaced residents of every group with free slots, one per slot.
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
