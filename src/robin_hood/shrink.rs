//! Shrinking: in place, by spreading the words over fewer slots (see [`respread`](super::respread)), or to
//! a smaller storage.

use super::{raw::Raw, shape::Shape};
use crate::{
    error::Error,
    storage::{Downward, Growable},
};

impl<S: Downward> Raw<S> {
    /// Shrinks the table to the least shape for `capacity` keys and those present, and releases the
    /// preceding memory to the storage.
    pub(super) fn shrink_in_place(&mut self, capacity: usize) {
        if let Some(shape) = self.least_shape(capacity) {
            // These lines are committed, so the storage cannot refuse them.
            if self.respread_to(shape, self.frame).is_ok() {
                self.release();
            }
        }
    }

    /// Returns the least shape for `capacity` keys and those present, with no more overflow slots than the
    /// margin; `None` if it is no smaller than the present one.
    fn least_shape(&self, capacity: usize) -> Option<Shape> {
        let wanted = capacity.max(self.len);
        let plain = Some(self.shape.plain()).filter(|shape| shape.slots() > 0);
        let shapes = core::iter::successors(plain, |shape| shape.halved())
            // A table with fewer homes than its margin is hardly smaller.
            .take_while(|shape| 2 * shape.homes() >= shape.slots())
            .take_while(|shape| shape.max_len(self.load) >= wanted)
            // Fewer homes push more words over the last of them, and there may be too few slots.
            .take_while(|&shape| self.slots_needed(shape, self.frame, None) <= shape.slots());
        shapes.last().filter(|shape| shape.slots() < self.shape.slots())
    }
}

impl<S: Growable> Raw<S> {
    /// Moves to the least storage for `capacity` keys and those present.
    pub(super) fn try_shrink_to(&mut self, capacity: usize) -> Result<(), Error> {
        let wanted = capacity.max(self.len);
        let least = match wanted {
            0 => Shape::NONE,
            _ => match Shape::for_len(wanted, self.load) {
                Some(shape) => shape,
                // More than any table has: nothing to release.
                None => return Ok(()),
            },
        };
        match self.shape_with_room(least, self.frame, None, usize::MAX) {
            Some(least) if least.slots() < self.shape.slots() => self.try_move(least),
            _ => Ok(()),
        }
    }
}
