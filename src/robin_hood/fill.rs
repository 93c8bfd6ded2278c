//! Filling an empty table with words in ascending order.

use super::{
    raw::Raw,
    shape::{EMPTY, Shape},
};
use crate::{error::Error, storage::Downward};

/// An empty table that takes words one after the other, each greater than the one before.
pub(super) struct Filler<'a> {
    slots: &'a mut [u64],
    values: &'a mut [u64],
    shape: Shape,
    /// The slot behind the last word.
    next: usize,
    len: usize,
}

impl<'a> Filler<'a> {
    /// Fills slots of `shape`, all of which are empty.
    pub(super) fn new(shape: Shape, slots: &'a mut [u64], values: &'a mut [u64]) -> Self {
        Filler { slots, values, shape, next: 0, len: 0 }
    }

    /// Puts `word` behind the others; not the empty one.
    #[inline]
    pub(super) fn push(&mut self, word: u64, value: u64) -> Result<(), Error> {
        self.next = self.shape.home(word).max(self.next);
        *self.slots.get_mut(self.next).ok_or(Error::Crowded)? = word;
        if let Some(to) = self.values.get_mut(self.next) {
            *to = value;
        }
        self.next += 1;
        self.len += 1;
        Ok(())
    }

    /// How many words there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }
}

impl<S: Downward> Raw<S> {
    /// Puts all keys of `other` into this table, which is empty and of the same order.
    ///
    /// [`Error::Crowded`] if the last of them find no slot.
    pub(super) fn fill_from<T: Downward>(&mut self, other: &Raw<T>) -> Result<(), Error> {
        let shape = self.shape;
        let (slots, values) = self.slots_and_values();
        let mut filler = Filler::new(shape, slots, values);
        for (slot, &word) in other.slots().iter().enumerate().filter(|&(_, &word)| word != EMPTY) {
            filler.push(word, other.values().get(slot).copied().unwrap_or(0))?;
        }
        (self.len, self.zero) = (other.len, other.zero);
        Ok(())
    }

    /// Would all words find a slot in a table of `shape`?
    pub(super) fn would_fit(&self, shape: Shape) -> bool {
        let words = self.slots().iter().filter(|&&word| word != EMPTY);
        words.fold(0, |next, &word| shape.home(word).max(next) + 1) <= shape.slots()
    }
}
