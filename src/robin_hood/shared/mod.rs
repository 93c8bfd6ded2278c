//! Growing on several threads: one pass, cut into ranges that any of them may take.
//!
//! ```text
//!  old    | a b . c | d e . . | f . g h | . i j . |        4 ranges of old slots
//!               ^ cut     ^ cut   ^ cut               each begins behind its first gap
//!  new    | a . b . c . . . | d . e ...                     and fills slots of its own
//! ```
//!
//! Behind an empty old slot `j - 1` everything goes to new slots from `2j` on, and everything before
//! it to slots below `2j` (the essay of [`robin_hood`](super) proves it). So a range of old slots, from
//! behind the first gap at or after its start to behind the first gap at or after the start of the
//! next, can be moved by itself: nobody else writes where it goes, and nobody has to be asked.
//!
//! # Who does what
//!
//! Helpers draw ranges with [`help`](Growth::help): each is given out once. A helper may be
//! interrupted, or preempted, at any instruction and for any time; nobody waits for it. Once all
//! ranges are given out, [`finish`](Growth::finish) does again what is not done yet. Both may then be
//! at the same range: both write the same words to the same slots.
//!
//! - **G1** The new table is empty when the growth starts, and whoever moves a range writes to each of
//!   its slots the empty word, if at all, before the word that belongs there. So whoever writes last,
//!   it is the word that belongs there.
//! - **G2** The old table is only read, and the new one only written, until every helper has
//!   returned: [`grow_shared`](super::Set::grow_shared) passes the growth to a closure.
//! - **G3** The bit of a range in `done` is set after all its words were written.
//!
//! # Orderings
//!
//! | field | writer | reader | ordering | pairs with |
//! |---|---|---|---|---|
//! | `next` | `help` | `help` | Relaxed: a counter that gives each number out once; nothing is published by it | |
//! | `done` | `help`, `finish` | `is_done`, `finish` | Release, Acquire | each other: who sees the bit sees the words (G3) |
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

/// The most ranges: one bit each.
const MOST_RANGES: usize = 64;

/// Homes of a range, at least, but in tables of one range: 4 KiB of words.
#[cfg(not(heptad_loom))]
const LEAST_RANGE_SLOTS: usize = 512;

/// How far in front of the slot that is written the cache is asked for lines: 2 KiB, which is what
/// the next 128 words become.
const AHEAD_SLOTS: usize = 256;

/// Words to be moved: the old table, which nobody changes.
#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    slots: &'a [u64],
    /// As many as slots, or none.
    values: &'a [u64],
}

/// Where they go: as many slots as the new table has, all empty at first.
#[derive(Clone, Copy, Debug)]
struct Target<'a> {
    slots: &'a [SharedU64],
    values: &'a [SharedU64],
    shape: Shape,
}

impl Target<'_> {
    /// Asks the cache for the line of slot `slot`. Any number will do.
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
    /// The range to be given out next.
    next: AtomicUsize,
    /// A bit for each range: is it done?
    done: AtomicU64,
}

impl<'a> Growth<'a> {
    /// A growth in ranges of at least `least` old homes.
    #[cfg(not(heptad_loom))]
    fn new(source: Source<'a>, target: Target<'a>, least: usize) -> Growth<'a> {
        let homes = target.shape.homes() / 2;
        // Powers of two, all of them.
        let ranges = (homes / least.max(1)).clamp(1, MOST_RANGES);
        let range_slots = homes / ranges;
        let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
        Growth { source, target, range_slots, ranges, next, done }
    }

    /// How many ranges there are: 1 to 64.
    pub fn ranges(&self) -> usize {
        self.ranges
    }

    /// Moves a range that nobody was given yet. `false` if there is none.
    ///
    /// Never waits. Whoever calls this as long as it returns `true` does the share that falls to him.
    pub fn help(&self) -> bool {
        match self.draw() {
            Some(range) => {
                self.move_range(range, || ());
                true
            }
            None => false,
        }
    }

    /// Are all words where they belong?
    pub fn is_done(&self) -> bool {
        self.done.load(Acquire) == self.all()
    }

    /// Moves what is not done, whether it was given out or not. All words are where they belong when
    /// this returns, whatever other helpers do, or do not do.
    pub fn finish(&self) {
        while self.help() {}
        for range in 0..self.ranges {
            if self.done.load(Acquire) >> range & 1 == 0 {
                self.move_range(range, || ());
            }
        }
    }

    /// The bits of all ranges.
    fn all(&self) -> u64 {
        u64::MAX >> (MOST_RANGES - self.ranges)
    }

    /// The number of a range that nobody was given yet.
    fn draw(&self) -> Option<usize> {
        // Does not count up for ever, where someone asks for ever.
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

    /// Where `range` begins: at the first old slot from its own start on that is behind an empty one.
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
