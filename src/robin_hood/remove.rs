//! Removing a word: everything behind it that is not at home moves one slot back.

use super::{
    insert::Place,
    raw::{Parts, Raw},
    shape::EMPTY,
};
use crate::storage::Downward;

impl<S: Downward> Raw<S> {
    /// Takes out the key at `place`, which [`find`](Self::find) gave, and returns its value.
    pub(super) fn remove(&mut self, place: Place) -> u64 {
        self.len = self.len.saturating_sub(1);
        let slot = match place {
            Place::Slot(slot) => slot,
            Place::Header => return self.zero.take().unwrap_or(0),
        };
        let Parts { slots, values, shape, moved: total, .. } = self.parts();
        let value = values.get(slot).copied().unwrap_or(0);
        // Whoever is behind and not at home moves one back, and so stays behind its home (T3, T4).
        // A slot is at home exactly if its home is its own number.
        let behind = slots.get(slot + 1..).unwrap_or(&[]);
        let moved = behind
            .iter()
            .zip(slot + 1..)
            .take_while(|&(&word, own)| word != EMPTY && shape.home(word) != own)
            .count();
        *total += moved;
        shift_out(slots, slot, moved);
        shift_out(values, slot, moved);
        if self.has_moved_much() {
            // Nobody takes memory to remove a key.
            self.relieve(self.shape.lines());
        }
        value
    }
}

/// Moves the `moved` words behind slot `place` one back, over it, and empties the last of them.
fn shift_out(words: &mut [u64], place: usize, moved: usize) {
    if let Some(run) = words.get_mut(place..=place + moved) {
        let mut carried = EMPTY;
        for slot in run.iter_mut().rev() {
            core::mem::swap(slot, &mut carried);
        }
    }
}
