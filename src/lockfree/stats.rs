//! How the entries of a table lie.

use super::{arena::Table, header::Place, reclaim::Track, root::Root};

/// Entries of one home that chance does not bring together: in a full table of 2^20 bins one home has
/// as many once in 2,000 tables.
const CROWD: usize = 18;

/// Figures about a map, each counted while it may change; during a rebuild those of the table in which
/// operations start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Entries.
    pub entries: usize,
    /// Entries outside their bin, in a group: a hit of one reads a line more.
    pub outside: usize,
    /// Bins with entries outside: a miss there reads a line more for each of them.
    pub overflowing_bins: usize,
    /// Bins.
    pub bins: usize,
    /// Slots of bins and groups together.
    pub slots: usize,
    /// Slots and spare cells that running operations hold. On an idle map: those that contexts left
    /// behind which were killed in the middle of an operation.
    pub held: usize,
    /// The most entries of one home; 21 is the end.
    pub fullest_home: usize,
    /// Bytes of all memory that is lent to the map, that of old and of new tables included.
    pub bytes: usize,
}

/// Why a map should be rebuilt: see [`Map::needs_rebuild`](super::Map::needs_rebuild).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It has more entries than it was made for, or those of a running rebuild find no room in the new
    /// table: into a larger region.
    Size,
    /// A home is more crowded than chance allows: with another seed.
    Flood,
    /// Contexts that were killed, or so many running ones, hold a part of the slots: into any region.
    Leaks,
}

impl Stats {
    /// The figures of two maps together.
    pub(super) fn joined(self, other: Stats) -> Stats {
        Stats {
            entries: self.entries + other.entries,
            outside: self.outside + other.outside,
            overflowing_bins: self.overflowing_bins + other.overflowing_bins,
            bins: self.bins + other.bins,
            slots: self.slots + other.slots,
            held: self.held + other.held,
            fullest_home: self.fullest_home.max(other.fullest_home),
            bytes: self.bytes + other.bytes,
        }
    }

    /// Why a map with these figures should be rebuilt. A sixteenth of the slots in nobody's use counts
    /// as leaks.
    fn need(self, capacity: usize) -> Option<Need> {
        if self.entries > capacity {
            Some(Need::Size)
        } else if self.fullest_home >= CROWD {
            Some(Need::Flood)
        } else if self.held * 16 > self.slots {
            Some(Need::Leaks)
        } else {
            None
        }
    }
}

impl<G: Track> Root<'_, G> {
    /// Why the map should be rebuilt, if it should.
    pub(super) fn needs_rebuild(&self) -> Option<Need> {
        if self.is_stuck() { Some(Need::Size) } else { self.stats().need(self.capacity()) }
    }

    /// The entries that the newest table is for.
    pub(super) fn capacity(&self) -> usize {
        let _inside = self.enter();
        self.newest().map_or(0, Table::capacity)
    }

    /// The seed of the newest table.
    pub(super) fn seed(&self) -> Option<u64> {
        let _inside = self.enter();
        self.newest().map(Table::seed)
    }

    pub(super) fn stats(&self) -> Stats {
        let _inside = self.enter();
        let stats = self.current().map_or(Stats::default(), Table::stats);
        self.link();
        Stats { bytes: self.bytes(), ..stats }
    }

    /// Does every entry stand where it may? Only of a map that nobody changes meanwhile.
    pub(super) fn is_sound(&self) -> bool {
        let _inside = self.enter();
        self.chain().all(Table::is_sound)
    }
}

impl Table<'_> {
    /// Entries that it shows, each home counted at some instant.
    pub(super) fn count(self) -> usize {
        self.homes().map(|home| home.header().count() as usize).sum()
    }

    pub(super) fn stats(self) -> Stats {
        let shape = self.shape();
        let mut stats =
            Stats { bins: shape.bins as usize, slots: shape.slots() as usize, ..Stats::default() };
        for home in self.homes() {
            let header = home.header();
            let outside = header.overflow().count();
            stats.entries += header.count() as usize;
            stats.outside += outside;
            stats.overflowing_bins += usize::from(outside > 0);
            stats.held += header.count_taken() as usize;
            stats.fullest_home = stats.fullest_home.max(header.count() as usize);
        }
        let claims: usize =
            self.groups().iter().map(|group| group.claimed().count_ones() as usize).sum();
        stats.held += claims.saturating_sub(stats.outside);
        stats
    }

    /// Does every entry stand where it may? Only of a table that nobody changes meanwhile.
    ///
    /// Each visible key's home is the bin that shows it, so no place is shown by two homes; cells are
    /// named once; own places are not taken; places in groups are claimed.
    fn is_sound(self) -> bool {
        self.homes().all(|home| {
            let header = home.header();
            let is_sound = |place: Place| {
                let key_home = self.home_of(self.key_at(home, place));
                let is_held = if place.is_own() {
                    header.is_taken(place.own_slot())
                } else {
                    !self.is_claimed(home, place)
                };
                key_home.is(home) && !is_held
            };
            header.is_migrated() || header.has_distinct_cells() && header.places().all(is_sound)
        })
    }
}
