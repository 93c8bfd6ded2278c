//! Removing many keys in one ascending pass, which may stop at each of them.
//!
//! ```text
//!            next         slot                 end
//!   | a . b c .   .   .   | e f g . h . . i j  | k l . m ...
//!    final  free          not visited          not visited
//! ```
//!
//! The slots before `next` are final, those from `slot` on unchanged, and those in between free. So what the table
//! holds is nothing that T3 and T4 allow, until the pass ends: meanwhile the table has no slots, and gets them back
//! when the pass is dropped. A pass that is forgotten leaves an empty table.
//!
//! The end of a pass visits no more slots than it must: a word that is where it belongs after those before it, and a
//! free slot, end what the removals change (T4).

use super::{
    frame::Frame,
    raw::{Limits, Parts, Raw},
    shape::{EMPTY, Shape},
};
use crate::storage::Downward;

impl<S: Downward> Raw<S> {
    /// Removes the words for which `keep` returns `false`. Calls it once per word, in order.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(u64, &mut u64) -> bool) {
        let mut removal = self.removal_between(0, usize::MAX);
        while removal.next(|word, value| !keep(word, value)).is_some() {}
    }

    /// A pass that removes words from position `start` to before position `end`.
    pub(super) fn removal_between(&mut self, start: usize, end: usize) -> Removal<'_> {
        let Parts { slots, values, frame, shape, zero: zero_of_table, len, limits, .. } =
            self.parts();
        let slot = start.saturating_sub(1).min(slots.len());
        let Limits { shape: shape_of_table, max: max_of_table } = limits;
        *shape_of_table = Shape::NONE;
        Removal {
            pass: Pass { slots, values, shape, slot, next: slot },
            end: end.saturating_sub(1),
            visits_zero: start == 0 && end > 0,
            frame,
            zero: zero_of_table.take(),
            zero_of_table,
            left: core::mem::take(len),
            len,
            max: core::mem::take(max_of_table),
            max_of_table,
            shape_of_table,
        }
    }
}

/// A pass that yields removed words, one by one.
pub(super) struct Removal<'a> {
    pass: Pass<'a>,
    /// The first slot that is not visited.
    end: usize,
    /// Whether the key in the header is still to come.
    visits_zero: bool,
    frame: Frame,
    zero: Option<u64>,
    /// Keys that are left.
    left: usize,
    max: usize,
    /// What the table gets back.
    zero_of_table: &'a mut Option<u64>,
    len: &'a mut usize,
    max_of_table: &'a mut usize,
    shape_of_table: &'a mut Shape,
}

impl Removal<'_> {
    /// Removes the next word for which `chosen` holds, and returns it with its value. Calls `chosen` once per word, in
    /// order; a word for which it panics stays as it is.
    #[inline]
    pub(super) fn next(
        &mut self,
        mut chosen: impl FnMut(u64, &mut u64) -> bool,
    ) -> Option<(u64, u64)> {
        if let Some(mut value) = self.zero.filter(|_| self.visits_zero) {
            let (word, is_chosen) = (self.frame.base(), chosen(self.frame.base(), &mut value));
            self.visits_zero = false;
            self.zero = Some(value).filter(|_| !is_chosen);
            if is_chosen {
                self.left = self.left.saturating_sub(1);
                return Some((word, value));
            }
        }
        while self.pass.slot < self.end {
            let (offset, mut value) = self.pass.current()?;
            let is_chosen = offset != EMPTY && chosen(self.frame.word(offset), &mut value);
            self.pass.step(offset, value, !is_chosen);
            if is_chosen {
                self.left = self.left.saturating_sub(1);
                return Some((self.frame.word(offset), value));
            }
        }
        None
    }

    /// Keys that are in the table, visited or not.
    pub(super) fn left(&self) -> usize {
        self.left
    }
}

/// The other words are kept, and T1 to T6 hold.
impl Drop for Removal<'_> {
    fn drop(&mut self) {
        self.pass.finish();
        *self.zero_of_table = self.zero;
        *self.len = self.left;
        *self.max_of_table = self.max;
        *self.shape_of_table = self.pass.shape;
    }
}

/// A pass: the slots before `slot` are final, the others are unchanged.
struct Pass<'a> {
    slots: &'a mut [u64],
    values: &'a mut [u64],
    shape: Shape,
    slot: usize,
    /// The slot after the last word that was kept.
    next: usize,
}

impl Pass<'_> {
    /// Returns the next word, or EMPTY, and its value; `None` at the end.
    #[inline]
    fn current(&self) -> Option<(u64, u64)> {
        let &word = self.slots.get(self.slot)?;
        Some((word, self.values.get(self.slot).copied().unwrap_or(0)))
    }

    /// Moves the word that [`current`](Self::current) returned to its new slot, this one or an earlier one,
    /// or drops it.
    #[inline]
    fn step(&mut self, word: u64, value: u64, kept: bool) {
        if let Some(slot) = self.slots.get_mut(self.slot) {
            *slot = EMPTY;
        }
        if kept && word != EMPTY {
            self.next = self.shape.home(word).max(self.next);
            if let Some(slot) = self.slots.get_mut(self.next) {
                *slot = word;
            }
            if let Some(to) = self.values.get_mut(self.next) {
                *to = value;
            }
            self.next += 1;
        }
        self.slot += 1;
    }

    /// Keeps the words from here on.
    fn finish(&mut self) {
        while let Some((word, value)) = self.current() {
            if word == EMPTY || self.shape.home(word).max(self.next) == self.slot {
                break;
            }
            self.step(word, value, true);
        }
    }
}
