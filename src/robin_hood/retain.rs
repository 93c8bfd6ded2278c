//! Removing many keys in one ascending pass.

use super::{
    raw::{Parts, Raw},
    shape::{EMPTY, Shape},
};
use crate::storage::Downward;

impl<S: Downward> Raw<S> {
    /// Removes the words for which `keep` returns `false`. Calls it once per word, in order.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(u64, &mut u64) -> bool) {
        let base = self.frame.base();
        if let Some(value) = &mut self.zero {
            if !keep(base, value) {
                self.zero = None;
                self.len = self.len.saturating_sub(1);
            }
        }
        let Parts { slots, values, len, frame, shape, .. } = self.parts();
        let mut pass = Pass { slots, values, len, shape, slot: 0, next: 0 };
        while let Some((word, mut value)) = pass.current() {
            let kept = word == EMPTY || keep(frame.word(word), &mut value);
            pass.step(word, value, kept);
        }
    }
}

/// A pass: the slots before `slot` are final, the others are unchanged.
struct Pass<'a> {
    slots: &'a mut [u64],
    values: &'a mut [u64],
    /// The number of keys.
    len: &'a mut usize,
    shape: Shape,
    slot: usize,
    /// The slot after the last word that was kept.
    next: usize,
}

impl Pass<'_> {
    /// Returns the next word, or EMPTY, and its value; `None` at the end.
    fn current(&self) -> Option<(u64, u64)> {
        let &word = self.slots.get(self.slot)?;
        Some((word, self.values.get(self.slot).copied().unwrap_or(0)))
    }

    /// Moves the word that [`current`](Self::current) returned to its new slot, this one or an earlier one,
    /// or drops it.
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
        *self.len = self.len.saturating_sub(usize::from(!kept));
        self.slot += 1;
    }
}

/// If the caller's function panics, the other words are kept, and T1 to T6 hold.
impl Drop for Pass<'_> {
    fn drop(&mut self) {
        while let Some((word, value)) = self.current() {
            self.step(word, value, true);
        }
    }
}
