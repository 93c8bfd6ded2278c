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

/// Fills a table with words, each greater than all before. The table satisfies T1 to T6 after each of them.
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
        Filler::from(raw, 0)
    }

    /// Fills `raw` after its words.
    fn after<S: Downward>(raw: &'a mut Raw<S>) -> Self {
        let last = raw.slots().iter().rposition(|&word| word != EMPTY);
        Filler::from(raw, last.map_or(0, |slot| slot + 1))
    }

    fn from<S: Downward>(raw: &'a mut Raw<S>, next: usize) -> Self {
        let max = raw.max;
        Filler { parts: raw.parts(), next, max }
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

    /// Fills this table, which is empty, with ascending `words` of its frame and their values.
    ///
    /// It takes as many as its shape does. If its last homes run over, all words are placed side by side, and
    /// then spread over a shape that has a slot for each.
    pub(super) fn fill_in_order(
        &mut self,
        mut words: impl Iterator<Item = (u64, u64)>,
    ) -> Result<(), Error> {
        let mut filler = Filler::new(self);
        match words.find(|&(word, value)| filler.push(word, value).is_err()) {
            Some(late) => self.fill_side_by_side(core::iter::once(late).chain(words)),
            None => Ok(()),
        }
    }

    /// Adds `words`, which are greater than those present and for which the homes leave too few slots.
    #[cold]
    fn fill_side_by_side(
        &mut self,
        mut words: impl Iterator<Item = (u64, u64)>,
    ) -> Result<(), Error> {
        let (wanted, frame) = (self.shape, self.frame);
        self.respread_to(wanted.with_fewest_homes(), frame)?;
        let mut filler = Filler::after(self);
        words.try_for_each(|(word, value)| filler.push(word, value))?;
        if let Some(shape) = self.shape_with_room(wanted, frame, None, self.reserved_lines()) {
            self.respread_to(shape, frame)?;
        }
        self.relieve(usize::MAX);
        Ok(())
    }
}
