//! Moving to another storage: for tables on the heap, and into memory that the caller brings.

use super::{
    raw::Raw,
    shape::{EMPTY, Shape},
};
use crate::{error::Error, storage::Downward};

impl<S: Downward> Raw<S> {
    /// Moves to a new storage of the same kind, as a table of `shape`.
    pub(super) fn try_move(&mut self, shape: Shape) -> Result<(), Error> {
        let keys = self.keys_storage().try_larger(shape.lines())?;
        let values = match self.values_storage() {
            Some(values) => Some(values.try_larger(shape.lines())?),
            None => None,
        };
        let mut moved = Raw::with_shape(keys, values, self.load, shape)?;
        moved.append_all(self)?;
        *self = moved;
        Ok(())
    }

    /// Puts all words of `other` into this table, which is empty and of the same order.
    ///
    /// [`Error::Crowded`] if the last of them find no slot.
    pub(super) fn append_all(&mut self, other: &Raw<S>) -> Result<(), Error> {
        let shape = self.shape;
        let (slots, values) = self.slots_and_values();
        let mut next = 0;
        for (slot, &word) in other.slots().iter().enumerate().filter(|&(_, &word)| word != EMPTY) {
            next = shape.home(word).max(next);
            *slots.get_mut(next).ok_or(Error::Crowded)? = word;
            if let (Some(to), Some(from)) = (values.get_mut(next), other.values().get(slot)) {
                *to = *from;
            }
            next += 1;
        }
        self.len = other.len;
        self.zero = other.zero;
        Ok(())
    }
}
