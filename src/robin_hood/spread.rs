//! The inner loops of the passes: words in ascending order go to their homes, or behind one another.
//!
//! ```text
//!   slot of a word = max(its home, the slot behind the word before)
//! ```
//!
//! No branch depends on a word: an empty slot has the least home there is, so it goes behind the
//! word before as well, where it leaves an empty slot. What a loop waits for is the slot of the word
//! before, an increment, a comparison and a conditional move for each; two stretches of the source
//! that do not touch have two such chains, which a processor follows at once.

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
    /// The slots of `shape` before `ends`.
    pub(super) fn before(ends: Ends, shape: Shape) -> Lanes {
        let keys = ends.keys.wrapping_sub(shape.slots());
        let values = ends.values.map_or(keys, |end| end.wrapping_sub(shape.slots()));
        Lanes { keys, values }
    }

    /// The lanes from slot `slot` of these on.
    #[inline(always)]
    pub(super) fn from(self, slot: usize) -> Lanes {
        Lanes { keys: self.keys.wrapping_add(slot), values: self.values.wrapping_add(slot) }
    }

    /// The first slot in `from..to` that is empty.
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

    /// Asks the cache for the first slot. Any address will do.
    #[inline(always)]
    fn prefetch<const VALUES: bool>(self) {
        prefetch(self.keys.cast());
        if VALUES {
            prefetch(self.values.cast());
        }
    }

    /// The word in the first slot.
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
    /// Puts the `len` slots from `source` on into this table, from slot `next` on; returns the slot
    /// behind the last one written.
    ///
    /// # Safety
    ///
    /// The source slots are initialised and valid for reads, and their words ascend but for empty
    /// ones. Each slot that is written, by the formula above, is a slot of this table, valid for
    /// writes, and lies not among the source slots. All with values if `VALUES`.
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
    /// `next`. While it works, it asks the cache for what comes then: as many source slots from
    /// `ahead` on, and target slots from `ahead_to` on.
    ///
    /// Not inlined, so that `cargo xtask asm-check` finds it and counts its branches.
    ///
    /// # Safety
    ///
    /// As there, for each; and neither writes what the other writes.
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

    /// As [`spread`](Self::spread), for a source at the end of this table: each slot is emptied as
    /// it is read.
    ///
    /// # Safety
    ///
    /// As there; but the source slots lie in this table and are valid for writes, and what is
    /// written may be the slot just read, or one that was read before.
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
            // SAFETY: a source slot, whose value still stands; and one that may be written.
            unsafe { self.lanes.from(next).put::<VALUES>(word, from) };
            next += 1;
        }
        next
    }

    /// One slot of a [`spread`](Self::spread).
    ///
    /// # Safety
    ///
    /// As there, for the first slot of `source`.
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
