//! Shrinking in place: two ascending passes.
//!
//! ```text
//!   old table   | a . b . . c . d | . .      8 homes
//!   packed      | a b c d|                   by the first pass, towards the start
//!   new table            | a b c d | . .     4 homes, at the old end, by the second
//! ```
//!
//! What fits 4 homes at any load below 1 is at most 4 words, so the packed words end where the new
//! table begins, and the second pass never writes over one that it has not read.

use super::{
    fill::Filler,
    raw::Raw,
    shape::{EMPTY, Shape},
};
use crate::{
    error::Error,
    storage::{Downward, Growable},
};

impl<S: Downward> Raw<S> {
    /// Makes the table as small as it can be for `capacity` keys and those it has, and gives the
    /// memory in front of it back to the storage.
    pub(super) fn shrink_in_place(&mut self, capacity: usize) {
        if let Some(shape) = self.least_shape(capacity) {
            self.shrink_to(shape);
            self.release();
        }
    }

    /// The least shape with this overflow area for `capacity` keys and those there are; `None` if it
    /// is the one there is.
    fn least_shape(&self, capacity: usize) -> Option<Shape> {
        let wanted = capacity.max(self.len);
        let smaller = core::iter::successors(self.shape.halved(), |shape| shape.halved())
            .take_while(|shape| shape.max_len(self.load) >= wanted);
        // Fewer homes push more words into the overflow area, which may be too small for them.
        smaller.take_while(|&shape| self.would_fit(shape)).last()
    }

    /// Makes the table one of `new`, which has half of its homes or fewer and room for its words.
    fn shrink_to(&mut self, new: Shape) {
        let old = self.shape;
        let (slots, values) = self.slots_and_values();
        let packed = pack(slots, values);
        let front = old.slots() - new.slots();
        let Some((from, to)) = slots.split_at_mut_checked(front) else { return };
        to.fill(EMPTY);
        let (values_from, values_to) = values.split_at_mut_checked(front).unwrap_or_default();
        let mut filler = Filler::new(new, to, values_to);
        for (index, &word) in from.iter().enumerate().take(packed) {
            // `would_fit` has seen that there is a slot for each.
            let _ = filler.push(word, values_from.get(index).copied().unwrap_or(0));
        }
        self.set_shape(new);
    }
}

impl<S: Growable> Raw<S> {
    /// Moves to a storage that is as small as it can be for `capacity` keys and those there are.
    pub(super) fn try_shrink_to(&mut self, capacity: usize) -> Result<(), Error> {
        let wanted = capacity.max(self.len);
        let least = match wanted {
            0 => Shape::NONE,
            _ => Shape::for_len(wanted, self.load).ok_or(Error::CapacityOverflow)?,
        };
        if least.slots() >= self.shape.slots() || !self.would_fit(least) {
            return Ok(());
        }
        self.try_move(least)
    }
}

/// Moves all words, and their values, to the start of the slots; returns how many they are.
fn pack(slots: &mut [u64], values: &mut [u64]) -> usize {
    let mut packed = 0;
    for slot in 0..slots.len() {
        let word = slots.get(slot).copied().unwrap_or(EMPTY);
        if let Some(to) = slots.get_mut(packed) {
            *to = word;
        }
        if let Some(&value) = values.get(slot) {
            if let Some(to) = values.get_mut(packed) {
                *to = value;
            }
        }
        packed += usize::from(word != EMPTY);
    }
    packed
}
