//! Filling an empty table with words in ascending order.

use super::{
    raw::Raw,
    shape::{EMPTY, Shape},
};
use crate::{error::Error, probe::greater, storage::Downward};

/// An empty table that takes words one after the other, each greater than the one before.
pub(super) struct Filler<'a> {
    slots: &'a mut [u64],
    values: &'a mut [u64],
    shape: Shape,
    /// The number of the first of the slots in the table.
    start: usize,
    /// The slot behind the last word.
    next: usize,
    len: usize,
}

impl<'a> Filler<'a> {
    /// Fills slots of `shape`, all of which are empty.
    pub(super) fn new(shape: Shape, slots: &'a mut [u64], values: &'a mut [u64]) -> Self {
        Filler { slots, values, shape, start: 0, next: 0, len: 0 }
    }

    /// Fills the slots of `shape` from `start` on, all of which are empty, with words whose homes are
    /// there.
    pub(super) fn starting_at(start: usize, shape: Shape, slots: &'a mut [u64]) -> Self {
        Filler { slots, values: &mut [], shape, start, next: 0, len: 0 }
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

    /// Puts `word` behind the others, and nothing for the empty one. No branch depends on which it is.
    #[inline(always)]
    pub(super) fn push_or_skip(&mut self, word: u64) -> Result<(), Error> {
        let slot = greater(self.shape.home(word).saturating_sub(self.start), self.next);
        match self.slots.get_mut(slot) {
            Some(to) => *to = word,
            // Behind the last slot there is room for nothing.
            None if word == EMPTY => {}
            None => return Err(Error::Crowded),
        }
        let is_word = usize::from(word != EMPTY);
        self.next = slot + is_word;
        self.len += is_word;
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
