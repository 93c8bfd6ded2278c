//! What a table looks like inside, counted.

use core::fmt;

use super::{iter::occupied, shape::Shape, value::Value, view::Reader};

/// Counts of one table, all whole numbers: kernels have no floating point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Groups of seven slots; 0 for a table without memory.
    pub groups: usize,
    /// Entries.
    pub len: usize,
    /// Entries that fit before the table has to grow.
    pub capacity: usize,
    /// Entries in their alternate group: a hit on them touches two lines.
    pub displaced: usize,
    /// Entries in neither of their groups: a hit on them touches up to `span` lines more.
    pub stashed: usize,
    /// How many groups after its alternate a stashed entry may lie.
    pub span: usize,
    /// Filter bits set, of eight per group: a miss on such a home and class touches two lines.
    pub filter_bits: usize,
    /// Groups without a free slot.
    pub full_groups: usize,
    /// Bytes of the groups and their values.
    pub bytes: usize,
}

impl Stats {
    pub(super) fn of<T, V: ?Sized + Value>(reader: Reader<'_, T, V>) -> Stats {
        Self::of_words(reader.words(), reader.shape())
    }

    /// Compiled once for all tables: only their metadata words count.
    #[inline(never)]
    fn of_words(reader: Reader<'_, (), ()>, shape: Shape) -> Stats {
        let control = reader.control;
        let mut stats = Stats {
            len: control.len,
            capacity: control.max,
            stashed: control.stashed,
            span: control.span,
            ..Stats::default()
        };
        if control.max == 0 {
            return stats;
        }
        stats.groups = control.geometry.groups();
        stats.bytes = stats.groups * shape.bytes_per_group();
        for group in 0..stats.groups {
            let word = reader.word(control.geometry.at(group));
            let slots = occupied(word);
            stats.displaced += slots
                .filter(|&slot| {
                    word.slot_byte(slot).is_displaced() && !word.slot_byte(slot).is_stashed()
                })
                .count();
            stats.full_groups += usize::from(slots.count() == crate::layout::SLOTS);
            stats.filter_bits += word.filter().count_ones() as usize;
        }
        stats
    }

    /// Lines of keys that a thousand hits touch on average, each entry looked up equally often and
    /// nothing stashed.
    pub fn lines_per_1000_hits(&self) -> usize {
        1000 + thousandths(self.displaced, self.len)
    }

    /// Lines of keys that a thousand misses touch on average, homes and classes equally often and
    /// nothing stashed.
    pub fn lines_per_1000_misses(&self) -> usize {
        1000 + thousandths(self.filter_bits, self.groups * 8)
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hits, misses) = (self.lines_per_1000_hits(), self.lines_per_1000_misses());
        write!(
            f,
            "{} of {} entries, {} groups in {} bytes, {} displaced, {} stashed, lines per hit {}.{:03} \
             and per miss {}.{:03}",
            self.len,
            self.capacity,
            self.groups,
            self.bytes,
            self.displaced,
            self.stashed,
            hits / 1000,
            hits % 1000,
            misses / 1000,
            misses % 1000,
        )
    }
}

/// A share, in thousandths, on machines of any width; 0 of nothing.
fn thousandths(part: usize, whole: usize) -> usize {
    (part as u64 * 1000).checked_div(whole as u64).unwrap_or(0) as usize
}
