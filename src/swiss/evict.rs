//! Taking out one of the entries that are in the way of a key.

use super::{iter::occupied, raw::Raw, view::Place};
use crate::{
    layout::{SLOTS, SlotMask},
    storage::Storage,
};

/// The most entries of the two groups of a key.
const CANDIDATES: usize = 2 * SLOTS;

impl<T, V, S: Storage> Raw<T, V, S> {
    /// Takes out the entry that `choose` picks among those of the two groups of `hash`, or, where both are empty, of the
    /// first group after them that is not. `choose` gets at most 14 of them and answers with an index, of which the
    /// last stands for all beyond it. `None` if the table has no entry. If `choose` panics, nothing changes.
    pub(super) fn evict(
        &mut self,
        hash: u64,
        choose: impl FnOnce(&[(&T, &V)]) -> usize,
    ) -> Option<(T, V)> {
        let reader = self.reader();
        if reader.control.len == 0 {
            return None;
        }
        let (home, alternate) = reader.geometry().pair(hash);
        // One of them is not empty, as there is an entry.
        let others = (1..=reader.geometry().groups())
            .map(|distance| reader.geometry().after(alternate, distance));
        let mut places = [None; CANDIDATES];
        let mut count = 0;
        for (visited, offset) in [home, alternate].into_iter().chain(others).enumerate() {
            let is_same = visited == 1 && alternate == home;
            let slots = if is_same { SlotMask::new(0) } else { occupied(reader.word(offset)) };
            for (slot, free) in slots.zip(places.iter_mut().skip(count)) {
                *free = Some(Place::new(offset, slot));
                count += 1;
            }
            if visited >= 1 && count > 0 {
                break;
            }
        }
        let first = places.first().copied().flatten()?;
        let pair = |place: Place| {
            // SAFETY: the slot is not free.
            let entry = unsafe { reader.entry(place) };
            // SAFETY: as above.
            (entry, unsafe { reader.value(place) })
        };
        let pairs = places.map(|place| pair(place.unwrap_or(first)));
        let chosen = choose(pairs.get(..count)?).min(count - 1);
        let victim = places.get(chosen).copied().flatten()?;
        // SAFETY: the slot is not free, and the references to it are gone.
        Some(unsafe { self.writer().remove(victim) })
    }
}
