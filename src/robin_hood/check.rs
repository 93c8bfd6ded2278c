//! The invariants of the table, checked the slow way. For tests; not part of the stable interface.

use super::{raw::Raw, shape::EMPTY};
use crate::storage::Downward;

impl<S: Downward> Raw<S> {
    /// Returns the first of the invariants T1 to T6 that does not hold, if any.
    pub(super) fn broken_invariant(&self) -> Option<&'static str> {
        let (slots, shape) = (self.slots(), self.shape);
        if shape.lines() > self.reserved_lines() {
            return Some("T1: more slots than the storage has");
        }
        if self.values_storage().is_some() && self.values().len() != slots.len() {
            return Some("T1: not as many values as slots");
        }
        let (mut in_slots, mut next) = (0, 0);
        let mut before = EMPTY;
        for (slot, &word) in slots.iter().enumerate().filter(|&(_, &word)| word != EMPTY) {
            if word <= before {
                return Some("T2: the words do not ascend");
            }
            // The slot that the preceding words leave, by the definition of the layout.
            let right = shape.home(word).max(next);
            if slot < right {
                return Some("T3: a word precedes its home");
            }
            if slot > right {
                return Some("T4: a gap between a word and its home");
            }
            before = word;
            next = slot + 1;
            in_slots += 1;
        }
        if self.len != in_slots + usize::from(self.zero.is_some()) {
            return Some("T6: the count is wrong");
        }
        if self.len > self.max || self.max != shape.max_len(self.load) {
            return Some("T6: the limit is wrong");
        }
        None
    }
}
