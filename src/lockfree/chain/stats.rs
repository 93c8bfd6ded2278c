//! How the entries of a table lie.

use super::{Chain, guard::Track, user::TableOf, walk::newest_first};
use crate::lockfree::{
    arena::Table,
    bucket::{Home, PLACES, Place, REGIONS, Reserver},
};

/// Occupancy of one home that chance cannot explain: in a full table of 2^20 buckets one home has as many entries
/// once in 2,000 tables.
const CROWD: usize = 18;
/// Places of one home that running operations hardly ever have reserved at once: a third of them.
const MOST_RESERVED: usize = PLACES as usize / 3;

/// Figures about a map, each counted while it may change; during a rebuild those of all tables that are
/// not migrated yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Entries. One that a rebuild moves meanwhile may not be counted; none counts twice.
    pub entries: usize,
    /// Overflow entries, which are in a group: a hit of one reads a line more.
    pub overflow: usize,
    /// Buckets with overflow entries: a miss there reads a line more for each of them.
    pub overflowing_buckets: usize,
    /// Buckets.
    pub buckets: usize,
    /// Slots of buckets and groups together.
    pub slots: usize,
    /// Slots and spare cells that running operations have reserved. On an idle map: those that contexts had
    /// reserved which were killed in the middle of an operation. What a rebuild has copied and not released
    /// does not count.
    pub reserved: usize,
    /// The most of these that one home goes without: its own, and those of its three groups.
    pub most_reserved: usize,
    /// The most entries of one home; 21 is the end.
    pub fullest_home: usize,
    /// Bytes of all memory that is provided to the map, that of old and of new tables included.
    pub bytes: usize,
}

/// Why a map should be rebuilt: see [`Tables::needs_rebuild`](crate::lockfree::Tables::needs_rebuild).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It has more entries than it was made for, or those of a running rebuild find no room in the new
    /// table: into a larger region.
    Size,
    /// A home is more crowded than chance allows: with another seed.
    Flood,
    /// Contexts that were killed, or that are running, have reserved a sixteenth of all slots, or more than eight
    /// places of one home: into any region; or [`repair`](crate::lockfree::Map::repair) it while nobody uses it.
    /// That many running operations in one home at once are a false alarm, which costs a rebuild.
    Leaks,
}

impl Stats {
    /// The figures of two maps together.
    pub(crate) fn joined(self, other: Stats) -> Stats {
        Stats {
            entries: self.entries + other.entries,
            overflow: self.overflow + other.overflow,
            overflowing_buckets: self.overflowing_buckets + other.overflowing_buckets,
            buckets: self.buckets + other.buckets,
            slots: self.slots + other.slots,
            reserved: self.reserved + other.reserved,
            most_reserved: self.most_reserved.max(other.most_reserved),
            fullest_home: self.fullest_home.max(other.fullest_home),
            bytes: self.bytes + other.bytes,
        }
    }

    /// Why a map with these figures should be rebuilt.
    fn need(self, capacity: usize) -> Option<Need> {
        if self.entries > capacity {
            Some(Need::Size)
        } else if self.fullest_home >= CROWD {
            Some(Need::Flood)
        } else if self.reserved * 16 > self.slots || self.most_reserved > MOST_RESERVED {
            Some(Need::Leaks)
        } else {
            None
        }
    }
}

impl<G: Track> Chain<'_, G> {
    /// Why the map should be rebuilt, if it should.
    pub(crate) fn needs_rebuild(&self) -> Option<Need> {
        if self.is_stuck() { Some(Need::Size) } else { self.stats().need(self.capacity()) }
    }

    /// The entries that the newest table is for.
    pub(crate) fn capacity(&self) -> usize {
        let _inside = self.enter();
        self.newest().map_or(0, Table::capacity)
    }

    /// The seed of the newest table.
    pub(crate) fn seed(&self) -> Option<u64> {
        let _inside = self.enter();
        self.newest().map(Table::seed)
    }

    pub(crate) fn stats(&self) -> Stats {
        let _inside = self.enter();
        self.link();
        // The newest counts whatever damaged memory says.
        let is_used = |table: &TableOf<'_, G>| !table.is_migrated() || table.next().is_none();
        let unmigrated = |first| newest_first(first).filter(is_used);
        let stats = self.current().map_or(Stats::default(), |first| {
            unmigrated(first).map(|table| table.stats(first)).fold(Stats::default(), Stats::joined)
        });
        Stats { bytes: self.bytes(), ..stats }
    }

    /// Does every entry stand where it may? Only of a map that nobody changes meanwhile.
    pub(crate) fn is_sound(&self) -> bool {
        let _inside = self.enter();
        self.tables().all(Table::is_sound)
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// Entries that it shows, each home counted at some instant.
    pub(crate) fn count(self) -> usize {
        self.homes().map(|home| home.header().count() as usize).sum()
    }

    /// The figures of this table, one of those from `first` on.
    pub(crate) fn stats(self, first: Self) -> Stats {
        let shape = self.shape();
        let mut stats = Stats {
            buckets: shape.buckets as usize,
            slots: shape.slots() as usize,
            ..Stats::default()
        };
        for home in self.homes() {
            let header = home.header();
            let count = self.count_of(first, home);
            let overflow = if count == 0 { 0 } else { header.overflow().count() };
            stats.entries += count;
            stats.overflow += overflow;
            stats.overflowing_buckets += usize::from(overflow > 0);
            stats.reserved += header.num_reserved();
            stats.fullest_home = stats.fullest_home.max(count);
        }
        let numbered = self.groups().iter().enumerate();
        stats.reserved +=
            numbered.map(|(number, _)| self.num_reserved(number as u64)).sum::<usize>();
        if stats.reserved > 0 {
            stats.most_reserved =
                self.homes().map(|home| self.num_reserved_for(home)).max().unwrap_or(0);
        }
        stats
    }

    /// The entries of a home that operations look for there: see [`counts`](Self::counts).
    pub(crate) fn count_of(self, first: Self, home: Home<'a>) -> usize {
        let header = home.header();
        if self.is(first) {
            return header.count() as usize;
        }
        // Not validated: a key that has just been replaced by another one may count for it.
        let words = header.places().map(|place| self.key_at(home, place));
        words.filter(|&word| self.counts(first, word)).count()
    }

    /// Places that `home` goes without because operations have reserved them.
    fn num_reserved_for(self, home: Home<'a>) -> usize {
        let in_groups =
            (0..REGIONS).map(|region| self.num_reserved(self.group_number(home, region)));
        home.header().num_reserved() + in_groups.sum::<usize>()
    }

    fn num_reserved(self, group: u64) -> usize {
        self.reserved_in_group(group).count_ones() as usize
    }

    /// Does every entry stand where it may? Only of a table that nobody changes meanwhile.
    ///
    /// Each visible key's home is the bucket that shows it, so no place is shown by two homes; cells are
    /// named once; own places are not reserved; places in groups are claimed.
    pub(crate) fn is_sound(self) -> bool {
        self.homes().all(|home| {
            let header = home.header();
            let is_sound = |place: Place| {
                let key_home = self.home_of(self.key_at(home, place));
                let is_reserved = if place.is_own() {
                    header.is_reserved(place.own_slot())
                } else {
                    !self.is_claimed(home, place)
                };
                key_home.is(home) && !is_reserved
            };
            header.is_migrated() || header.has_distinct_cells() && header.places().all(is_sound)
        })
    }
}
