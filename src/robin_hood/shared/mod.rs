//! Growing on several threads: one pass, cut into ranges that any of them may take.
//!
//! ```text
//!  old    | a b . c | d e . . | f . g h | . i j . |        4 ranges of old slots
//!               ^ cut     ^ cut   ^ cut               each begins after its first gap
//!  new    | a . b . c . . . | d . e ...                     and fills slots of its own
//! ```
//!
//! The words after an empty old slot `j - 1` go to new slots from `2j` on, and the words before it to slots
//! below `2j` (the essay of [`robin_hood`](super) proves it). A range of old slots begins after the first
//! gap at or after its start, and ends where the next range begins. So each range can be moved without
//! synchronisation: no other range writes its slots.
//!
//! # Who does what
//!
//! Each call of [`help`](Growth::help) takes one range; each range is assigned once. A helper may be
//! interrupted or preempted at any instruction and for any time; no other waits for it. Once all ranges
//! are assigned, [`finish`](Growth::finish) moves again those that are not done. Both may then move the
//! same range: they write the same words to the same slots.
//!
//! - **G1** The new table is empty when the growth starts. A helper that moves a range writes the empty word to a
//!   slot, if at all, before the word that belongs there. So the last write to a slot is the word that
//!   belongs there.
//! - **G2** The old table is only read, and the new one only written, until every helper has
//!   returned: [`grow_shared`](super::Set::grow_shared) passes the growth to a closure.
//! - **G3** The bit of a range in `done` is set after all its words were written.
//!
//! # Orderings
//!
//! | field | writer | reader | ordering | pairs with |
//! |---|---|---|---|---|
//! | `next` | `help` | `help` | Relaxed: a counter that returns each number once; it publishes nothing | |
//! | `done` | `help`, `finish` | `is_done`, `finish` | Release, Acquire | each other: a reader that sees the bit sees the words (G3) |
//! | slots, values | `move_range` | the table's owner | Relaxed | `done` |

use super::shape::{EMPTY, LINE_SLOTS, Shape};
use crate::{
    probe::{greater, prefetch},
    sync::{
        AtomicU64, AtomicUsize,
        Ordering::{Acquire, Relaxed, Release},
        SharedU64,
    },
};

// Loom's atomics are more than words, so they cannot lie in a table's memory.
#[cfg(not(heptad_loom))]
mod table;
#[cfg(test)]
mod tests;

#[cfg(all(feature = "ffi", not(heptad_loom)))]
pub(crate) use table::{larger_map, larger_set};

/// The most ranges: one bit each.
const MOST_RANGES: usize = 64;

/// Homes of a range, at least, but in tables of one range: 4 KiB of words.
#[cfg(not(heptad_loom))]
const LEAST_RANGE_SLOTS: usize = 512;

/// Distance of the prefetched slots from the slot that is written: 2 KiB, which the next 128 words fill.
const AHEAD_SLOTS: usize = 256;

/// Words to be moved: the old table, which does not change.
#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    slots: &'a [u64],
    /// As many as slots, or none.
    values: &'a [u64],
}

/// The slots of the new table, all empty at first.
#[derive(Clone, Copy, Debug)]
struct Target<'a> {
    slots: &'a [SharedU64],
    values: &'a [SharedU64],
    shape: Shape,
}

impl Target<'_> {
    /// Prefetches the line of slot `slot`. Any number is allowed.
    #[inline]
    fn prefetch(&self, slot: usize) {
        prefetch(self.slots.as_ptr().wrapping_add(slot).cast());
        if !self.values.is_empty() {
            prefetch(self.values.as_ptr().wrapping_add(slot).cast());
        }
    }
}

/// A table that is being grown, for any number of helpers to share.
#[derive(Debug)]
pub struct Growth<'a> {
    source: Source<'a>,
    target: Target<'a>,
    /// Old slots of a range; the last one has the overflow area too.
    range_slots: usize,
    ranges: usize,
    /// The range to be assigned next.
    next: AtomicUsize,
    /// A bit for each range: set when the range is done.
    done: AtomicU64,
}

impl<'a> Growth<'a> {
    /// Makes a growth in ranges of at least `least` old homes.
    #[cfg(not(heptad_loom))]
    fn new(source: Source<'a>, target: Target<'a>, least: usize) -> Growth<'a> {
        let homes = target.shape.homes() / 2;
        // All are powers of two.
        let ranges = (homes / least.max(1)).clamp(1, MOST_RANGES);
        let range_slots = homes / ranges;
        let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
        Growth { source, target, range_slots, ranges, next, done }
    }

    /// Returns the number of ranges: 1 to 64.
    pub fn ranges(&self) -> usize {
        self.ranges
    }

    /// Moves a range that is not assigned yet. Returns `false` if there is none.
    ///
    /// Never waits. A helper calls this as long as it returns `true`.
    pub fn help(&self) -> bool {
        match self.draw() {
            Some(range) => {
                self.move_range(range, || ());
                true
            }
            None => false,
        }
    }

    /// Returns whether all words are in the new table.
    pub fn is_done(&self) -> bool {
        self.done.load(Acquire) == self.all()
    }

    /// Moves all ranges that are not done, assigned or not. When this returns, all words are in the new
    /// table, whatever other helpers do.
    pub fn finish(&self) {
        while self.help() {}
        for range in 0..self.ranges {
            if self.done.load(Acquire) >> range & 1 == 0 {
                self.move_range(range, || ());
            }
        }
    }

    /// Returns the bits of all ranges.
    fn all(&self) -> u64 {
        u64::MAX >> (MOST_RANGES - self.ranges)
    }

    /// Assigns a range and returns its number.
    fn draw(&self) -> Option<usize> {
        // The counter does not wrap, however often helpers call this.
        if self.next.load(Relaxed) >= self.ranges {
            return None;
        }
        let range = self.next.fetch_add(1, Relaxed);
        (range < self.ranges).then_some(range)
    }

    /// Moves `range`. Calls `before_each` before each word that is written, for tests.
    fn move_range(&self, range: usize, mut before_each: impl FnMut()) {
        let (start, end) = (self.cut(range), self.cut(range + 1));
        let Source { slots, values } = self.source;
        let mut next = 2 * start;
        for (slot, &word) in slots.iter().enumerate().take(end).skip(start) {
            if slot % LINE_SLOTS == 0 {
                self.target.prefetch(next + AHEAD_SLOTS);
                self.target.prefetch(next + AHEAD_SLOTS + LINE_SLOTS);
            }
            next = greater(next, self.target.shape.home(word));
            before_each();
            if let Some(to) = self.target.slots.get(next) {
                to.store(word, Relaxed);
            }
            if let (Some(to), Some(&value)) = (self.target.values.get(next), values.get(slot)) {
                to.store(value, Relaxed);
            }
            next += 1;
        }
        // Pairs with the loads of `is_done` and `finish`.
        self.done.fetch_or(1 << range, Release);
    }

    /// Returns where `range` begins: at the first old slot, from its own start on, that follows an empty one.
    fn cut(&self, range: usize) -> usize {
        let slots = self.source.slots;
        if range == 0 {
            return 0;
        }
        if range >= self.ranges {
            return slots.len();
        }
        let before = range * self.range_slots - 1;
        let run = slots.iter().skip(before).take_while(|&&word| word != EMPTY).count();
        (before + run + 1).min(slots.len())
    }
}
