//! Choosing one of the entries that share the two groups of a key.

use core::{mem::MaybeUninit, slice};

use super::{iter::occupied, raw::Raw, value::Value, view::Place};
use crate::{
    layout::{SLOTS, SlotMask},
    storage::Storage,
};

/// The most entries of the two groups of a key.
const CANDIDATES: usize = 2 * SLOTS;

impl<T, V: ?Sized + Value, S: Storage> Raw<T, V, S> {
    /// The bucket of the entry that `choose` picks among those of the two groups of `hash`, or, where both are empty,
    /// of the first group after them that is not. `choose` gets at most 14 of them, each as `candidate` has it, and
    /// answers with an index, of which the last stands for all beyond it. `None` if the table has no entry.
    pub(super) fn choose<'a, C: Copy>(
        &'a self,
        hash: u64,
        candidate: impl Fn(&'a T, &'a V) -> C,
        choose: impl FnOnce(&[C]) -> usize,
    ) -> Option<usize> {
        let reader = self.reader();
        if reader.control.len == 0 {
            return None;
        }
        let (home, alternate) = reader.geometry().pair(hash);
        let mut candidates = [const { MaybeUninit::<C>::uninit() }; CANDIDATES];
        let mut buckets = [0; CANDIDATES];
        let (mut count, mut visited) = (0, 0);
        // One of the groups after the alternate is not empty, as there is an entry.
        while visited < 2 || (count == 0 && visited <= reader.geometry().groups()) {
            let offset = match visited {
                0 => home,
                _ => reader.geometry().after(alternate, visited - 1),
            };
            let is_same = visited == 1 && alternate == home;
            let slots = if is_same { SlotMask::new(0) } else { occupied(reader.word(offset)) };
            for place in slots.map(|slot| Place::new(offset, slot)) {
                // SAFETY: the slot is not free.
                let entry = unsafe { reader.entry(place) };
                // SAFETY: as above.
                let value = unsafe { reader.value(place) };
                if let Some(free) = candidates.get_mut(count) {
                    free.write(candidate(entry, value));
                    buckets[count] = place.bucket();
                    count += 1;
                }
            }
            visited += 1;
        }
        // SAFETY: the first `count` are written.
        let candidates = unsafe { slice::from_raw_parts(candidates.as_ptr().cast(), count) };
        let chosen = choose(candidates).min(count.checked_sub(1)?);
        buckets.get(chosen).copied()
    }
}
