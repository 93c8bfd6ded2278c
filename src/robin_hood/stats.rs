//! Counts of the inside of a table.

use core::fmt;

use super::{
    raw::Raw,
    shape::{EMPTY, LINE_SLOTS},
};
use crate::{layout::LINE_BYTES, storage::Downward};

/// Counts of one table, all whole numbers: kernels have no floating point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Homes, a power of two; 0 for a table without memory.
    pub homes: usize,
    /// Slots after the last home.
    pub overflow_slots: usize,
    /// Those of them that are taken.
    pub overflow_taken: usize,
    /// Keys.
    pub len: usize,
    /// Keys that fit before the table has to grow.
    pub capacity: usize,
    /// Slots between keys and their homes, summed over all keys.
    pub displacement: usize,
    /// The most slots between one key and its home.
    pub most_displacement: usize,
    /// Slots in the longest run without a gap: an insertion moves at most as many keys.
    pub longest_run: usize,
    /// Lines that a hit touches, summed over all keys.
    pub lines_of_hits: usize,
    /// Bytes of the lines in use, including values.
    pub bytes: usize,
}

impl Stats {
    pub(super) fn of<S: Downward>(raw: &Raw<S>) -> Stats {
        let shape = raw.shape;
        let has_values = raw.values_storage().is_some();
        let mut stats = Stats {
            homes: shape.homes(),
            overflow_slots: shape.overflow(),
            len: raw.len,
            capacity: raw.max,
            bytes: shape.lines() * LINE_BYTES * if has_values { 2 } else { 1 },
            ..Stats::default()
        };
        let mut run = 0;
        for (slot, &word) in raw.slots().iter().enumerate() {
            run = if word == EMPTY { 0 } else { run + 1 };
            stats.longest_run = stats.longest_run.max(run);
            if word == EMPTY {
                continue;
            }
            let home = shape.home(word);
            let displacement = slot.saturating_sub(home);
            stats.displacement += displacement;
            stats.most_displacement = stats.most_displacement.max(displacement);
            stats.lines_of_hits += 1 + slot / LINE_SLOTS - home.min(slot) / LINE_SLOTS;
            stats.overflow_taken += usize::from(slot >= stats.homes);
        }
        stats
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} keys, {} homes in {} bytes, {} slots from home in all and {} at most, longest \
             run {}, {} of {} overflow slots taken",
            self.len,
            self.capacity,
            self.homes,
            self.bytes,
            self.displacement,
            self.most_displacement,
            self.longest_run,
            self.overflow_taken,
            self.overflow_slots,
        )
    }
}
