//! Removing a word: the words after it that are not at home move one slot down.

use super::{
    insert::Place,
    raw::{Parts, Raw},
    shape::EMPTY,
};
use crate::storage::Downward;

impl<S: Downward> Raw<S> {
    /// Removes the key at `place`, which [`find`](Self::find) returned, and returns its value.
    pub(super) fn remove(&mut self, place: Place) -> u64 {
        self.len = self.len.saturating_sub(1);
        let slot = match place {
            Place::Slot(slot) => slot,
            Place::Header => return self.zero.take().unwrap_or(0),
        };
        let Parts { slots, values, shape, moved: total, .. } = self.parts();
        let value = values.get(slot).copied().unwrap_or(0);
        // Words after it that are not at home move one slot down, and none of them past its home (T3,
        // T4). A word is at home exactly if its home is the number of its slot.
        let following = slots.get(slot + 1..).unwrap_or(&[]);
        let moved = following
            .iter()
            .zip(slot + 1..)
            .take_while(|&(&word, own)| word != EMPTY && shape.home(word) != own)
            .count();
        *total += moved;
        shift_out(slots, slot, moved);
        shift_out(values, slot, moved);
        if self.has_moved_much() {
            // A removal takes no memory.
            self.relieve(self.shape.lines());
        }
        value
    }
}

/// Moves the `moved` words after slot `place` one slot down, over it, and empties the last slot.
fn shift_out(words: &mut [u64], place: usize, moved: usize) {
    if let Some(run) = words.get_mut(place..=place + moved) {
        let mut carried = EMPTY;
        for slot in run.iter_mut().rev() {
            core::mem::swap(slot, &mut carried);
        }
    }
}
