//! The inner loops of the passes: ascending words go to their homes, or to the slots after one another.
//!
//! ```text
//!   slot of a word = max(its home, the slot after the preceding word)
//! ```
//!
//! No branch depends on a word: an empty slot has the least home, so it also goes after the preceding
//! word, where it leaves an empty slot. A loop waits for the slot of the preceding word: an increment, a
//! comparison and a conditional move. Two stretches of the source that do not touch are two such chains,
//! which a processor runs at once.

use super::{
    raw::Ends,
    shape::{EMPTY, Shape},
};
use crate::probe::{greater, prefetch};

/// Slots of keys, and of values where there are any.
#[derive(Clone, Copy)]
pub(super) struct Lanes {
    keys: *mut u64,
    values: *mut u64,
}

impl Lanes {
    /// Returns the slots of `shape` before `ends`.
    pub(super) fn before(ends: Ends, shape: Shape) -> Lanes {
        let keys = ends.keys.wrapping_sub(shape.slots());
        let values = ends.values.map_or(keys, |end| end.wrapping_sub(shape.slots()));
        Lanes { keys, values }
    }

    /// Returns these lanes from slot `slot` on.
    #[inline(always)]
    pub(super) fn from(self, slot: usize) -> Lanes {
        Lanes { keys: self.keys.wrapping_add(slot), values: self.values.wrapping_add(slot) }
    }

    /// Returns the first empty slot in `from..to`.
    ///
    /// # Safety
    ///
    /// These slots are initialised and valid for reads.
    pub(super) unsafe fn gap_within(self, from: usize, to: usize) -> Option<usize> {
        (from..to).find(|&slot| {
            // SAFETY: the caller's promise.
            let word = unsafe { self.from(slot).keys.read() };
            word == EMPTY
        })
    }

    /// Empties the slots `from..to`, and their values if `VALUES`.
    ///
    /// # Safety
    ///
    /// They are valid for writes.
    pub(super) unsafe fn clear<const VALUES: bool>(self, from: usize, to: usize) {
        // SAFETY: the caller's promise.
        unsafe { self.from(from).keys.write_bytes(0, to - from) };
        if VALUES {
            // SAFETY: the caller's promise.
            unsafe { self.from(from).values.write_bytes(0, to - from) };
        }
    }

    /// Prefetches the first slot. Any address is allowed.
    #[inline(always)]
    fn prefetch<const VALUES: bool>(self) {
        prefetch(self.keys.cast());
        if VALUES {
            prefetch(self.values.cast());
        }
    }

    /// Returns the word in the first slot.
    ///
    /// # Safety
    ///
    /// It is initialised and valid for reads.
    #[inline(always)]
    unsafe fn word(self) -> u64 {
        // SAFETY: the caller's promise.
        unsafe { self.keys.read() }
    }

    /// Writes `word` and, if `VALUES`, the value of the first slot of `source` into the first slot.
    ///
    /// # Safety
    ///
    /// That value is initialised and valid for reads, this slot valid for writes.
    #[inline(always)]
    unsafe fn put<const VALUES: bool>(self, word: u64, source: Lanes) {
        // SAFETY: the caller's promise.
        unsafe { self.keys.write(word) };
        if VALUES {
            // SAFETY: the caller's promise.
            let value = unsafe { source.values.read() };
            // SAFETY: the caller's promise.
            unsafe { self.values.write(value) };
        }
    }
}

/// A table to put words in.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) lanes: Lanes,
    pub(super) shape: Shape,
}

impl Target {
    /// Moves the `len` slots from `source` on into this table, from slot `next` on; returns the slot after
    /// the last one written.
    ///
    /// # Safety
    ///
    /// The source slots are initialised and valid for reads, and their words ascend but for empty
    /// ones. Each slot that is written, by the formula above, is a slot of this table, is valid for
    /// writes, and is not a source slot. All with values if `VALUES`.
    pub(super) unsafe fn spread<const VALUES: bool>(
        self,
        source: Lanes,
        len: usize,
        mut next: usize,
    ) -> usize {
        for slot in 0..len {
            // SAFETY: a source slot, and one that may be written.
            next = unsafe { self.step::<VALUES>(source.from(slot), next) };
        }
        next
    }

    /// [`spread`](Self::spread) of two stretches of `quads * 4` slots at once: each with its own
    /// `next`. It prefetches for the next call as many source slots from `ahead` on, and target
    /// slots from `ahead_to` on.
    ///
    /// Not inlined, so that `cargo xtask asm-check` finds it and counts its branches.
    ///
    /// # Safety
    ///
    /// As for [`spread`](Self::spread), for each stretch; and neither writes a slot that the other writes.
    #[inline(never)]
    pub(super) unsafe fn spread_two<const VALUES: bool>(
        self,
        sources: [Lanes; 2],
        quads: usize,
        [mut first, mut second]: [usize; 2],
        [ahead, ahead_to]: [Lanes; 2],
    ) -> [usize; 2] {
        let [one, two] = sources;
        for quad in 0..quads {
            // Four slots of each stretch are one line of source, and become two.
            ahead.from(8 * quad).prefetch::<VALUES>();
            ahead_to.from(16 * quad).prefetch::<VALUES>();
            ahead_to.from(16 * quad + 8).prefetch::<VALUES>();
            let (one, two) = (one.from(4 * quad), two.from(4 * quad));
            for slot in 0..4 {
                // SAFETY: a source slot, and one that may be written.
                first = unsafe { self.step::<VALUES>(one.from(slot), first) };
                // SAFETY: as above.
                second = unsafe { self.step::<VALUES>(two.from(slot), second) };
            }
        }
        [first, second]
    }

    /// [`spread`](Self::spread) for a source at the end of this table: it empties each slot that it reads.
    ///
    /// # Safety
    ///
    /// As for [`spread`](Self::spread); but the source slots are in this table and valid for writes, and a
    /// slot that is written may be the one just read, or one that was read before.
    #[inline(never)]
    pub(super) unsafe fn move_up<const VALUES: bool>(
        self,
        source: Lanes,
        len: usize,
        mut next: usize,
    ) -> usize {
        for slot in 0..len {
            let from = source.from(slot);
            // SAFETY: a source slot.
            let word = unsafe { from.word() };
            // SAFETY: a source slot, valid for writes.
            unsafe { from.keys.write(EMPTY) };
            next = greater(next, self.shape.home(word));
            // SAFETY: a source slot, whose value is not overwritten yet; and one that may be written.
            unsafe { self.lanes.from(next).put::<VALUES>(word, from) };
            next += 1;
        }
        next
    }

    /// One slot of a [`spread`](Self::spread).
    ///
    /// # Safety
    ///
    /// As for [`spread`](Self::spread), for the first slot of `source`.
    #[inline(always)]
    unsafe fn step<const VALUES: bool>(self, source: Lanes, next: usize) -> usize {
        // SAFETY: a source slot.
        let word = unsafe { source.word() };
        let slot = greater(next, self.shape.home(word));
        // SAFETY: a source slot, and one that may be written.
        unsafe { self.lanes.from(slot).put::<VALUES>(word, source) };
        slot + 1
    }
}
