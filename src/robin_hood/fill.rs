//! Filling an empty table with ascending words.

use super::{
    iter::Words,
    raw::{Parts, Raw},
    shape::EMPTY,
};
use crate::{error::Error, storage::Downward};

/// The table of a pass has no slot for a word.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoSlot;

impl From<NoSlot> for Error {
    fn from(_: NoSlot) -> Error {
        Error::Full
    }
}

/// Fills an empty table with words, each greater than the one before. The table satisfies T1 to T6 after
/// each of them.
pub(super) struct Filler<'a> {
    parts: Parts<'a>,
    /// The slot after the last word.
    next: usize,
    /// Keys that the table takes.
    max: usize,
}

impl<'a> Filler<'a> {
    /// Fills `raw`, which is empty.
    pub(super) fn new<S: Downward>(raw: &'a mut Raw<S>) -> Self {
        let max = raw.max;
        Filler { parts: raw.parts(), next: 0, max }
    }

    /// Puts `word` after the others. There is no slot for a word outside the frame, nor in a full table.
    #[inline]
    pub(super) fn push(&mut self, word: u64, value: u64) -> Result<(), NoSlot> {
        let Parts { slots, values, frame, shape, zero, len, .. } = &mut self.parts;
        if **len >= self.max {
            return Err(NoSlot);
        }
        let offset = frame.offset(word).ok_or(NoSlot)?;
        if offset == EMPTY {
            **zero = Some(value);
        } else {
            let slot = shape.home(offset).max(self.next);
            *slots.get_mut(slot).ok_or(NoSlot)? = offset;
            if let Some(to) = values.get_mut(slot) {
                *to = value;
            }
            self.next = slot + 1;
        }
        **len += 1;
        Ok(())
    }

    /// Empties `slot`, which does not precede the slots that were filled, and returns its offset and value.
    pub(super) fn take(&mut self, slot: usize) -> Option<(u64, u64)> {
        let offset = core::mem::take(self.parts.slots.get_mut(slot)?);
        Some((offset, self.parts.values.get(slot).copied().unwrap_or(0)))
    }
}

impl<S: Downward> Raw<S> {
    /// Copies all keys of `other` into this table, which is empty and of the same order.
    pub(super) fn fill_from<T: Downward>(&mut self, other: &Raw<T>) -> Result<(), NoSlot> {
        let mut filler = Filler::new(self);
        Words::all(other).try_for_each(|(place, word)| {
            filler.push(word, other.value(place).copied().unwrap_or(0))
        })
    }

    /// Inserts each of `words` with its value, growing as insertions do, after a pass had no slot for one.
    #[cold]
    pub(super) fn insert_all(
        &mut self,
        words: impl Iterator<Item = (u64, u64)>,
    ) -> Result<(), Error> {
        for (word, value) in words {
            self.try_insert(word, value)?;
        }
        Ok(())
    }
}
