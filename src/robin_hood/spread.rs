//! The inner loops of the passes: words in ascending order go to their homes, or behind one another.
//!
//! ```text
//!   target slot = max(home, slot behind the word before)
//! ```
//!
//! No branch depends on a word: an empty slot has the least home there is, so it goes behind the
//! word before as well, where it leaves an empty slot.

use super::{
    raw::Ends,
    shape::{EMPTY, Shape},
};

/// Slots of keys, and of values where there are any.
#[derive(Clone, Copy)]
pub(super) struct Lanes {
    keys: *mut u64,
    values: *mut u64,
}

impl Lanes {
    /// The lanes from slot `slot` of these on.
    #[inline(always)]
    pub(super) fn slot(self, slot: usize) -> Lanes {
        Lanes { keys: self.keys.wrapping_add(slot), values: self.values.wrapping_add(slot) }
    }
}

/// A table to put words in.
#[derive(Clone, Copy)]
pub(super) struct Target {
    lanes: Lanes,
    shape: Shape,
}

impl Target {
    /// The table of `shape` before `ends`.
    pub(super) fn before(ends: Ends, shape: Shape) -> Target {
        let keys = ends.keys.wrapping_sub(shape.slots());
        let values = ends.values.map_or(keys, |end| end.wrapping_sub(shape.slots()));
        Target { lanes: Lanes { keys, values }, shape }
    }

    #[inline(always)]
    pub(super) fn slot(self, slot: usize) -> Lanes {
        self.lanes.slot(slot)
    }

    /// Empties the slots `from..to`.
    ///
    /// # Safety
    ///
    /// They are valid for writes, with values if `VALUES`.
    pub(super) unsafe fn clear<const VALUES: bool>(self, from: usize, to: usize) {
        // SAFETY: the caller's promise.
        unsafe { self.slot(from).keys.write_bytes(0, to - from) };
        if VALUES {
            // SAFETY: the caller's promise.
            unsafe { self.slot(from).values.write_bytes(0, to - from) };
        }
    }
}

/// Puts the `len` slots from `source` on into `target`, from slot `next` on; returns the slot behind
/// the last one written.
///
/// # Safety
///
/// The source slots are initialised and in ascending order but for empty ones, and no slot that
/// is written lies among them: of those, which the formula above gives, all are slots of `target`
/// and valid for writes. With values if `VALUES`.
#[inline]
pub(super) unsafe fn spread<const VALUES: bool>(
    source: Lanes,
    len: usize,
    target: Target,
    next: usize,
) -> usize {
    let mut next = next;
    for slot in 0..len {
        let from = source.slot(slot);
        // SAFETY: a source slot.
        let word = unsafe { from.keys.read() };
        next = next.max(target.shape.home(word));
        // SAFETY: a slot of the target by the caller's promise.
        unsafe { target.slot(next).keys.write(word) };
        if VALUES {
            // SAFETY: a source slot.
            let value = unsafe { from.values.read() };
            // SAFETY: as for the key.
            unsafe { target.slot(next).values.write(value) };
        }
        next += 1;
    }
    next
}

/// As [`spread`], for a source that overlaps the target behind it: each slot is emptied as it is
/// read.
///
/// # Safety
///
/// As for [`spread`], but a slot may be written that lies among the source slots, if it is the one
/// just read or one before.
pub(super) unsafe fn move_up<const VALUES: bool>(
    source: Lanes,
    len: usize,
    target: Target,
    next: usize,
) -> usize {
    let mut next = next;
    for slot in 0..len {
        let from = source.slot(slot);
        // SAFETY: a source slot.
        let word = unsafe { from.keys.read() };
        // SAFETY: as above; source slots lie in the target, which is valid for writes.
        unsafe { from.keys.write(EMPTY) };
        next = next.max(target.shape.home(word));
        // SAFETY: a slot of the target by the caller's promise.
        unsafe { target.slot(next).keys.write(word) };
        if VALUES {
            // SAFETY: a source slot.
            let value = unsafe { from.values.read() };
            // SAFETY: as for the key.
            unsafe { target.slot(next).values.write(value) };
        }
        next += 1;
    }
    next
}
