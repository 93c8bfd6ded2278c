//! How the entries of a table lie.

use super::{arena::Table, header::Place, shape::Shape};
use crate::layout::LINE_BYTES;

/// Figures about a map, each counted while it may change.
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
    /// The most entries of one home; 24 is the end.
    pub fullest_home: usize,
    /// Bytes of the table, everything included.
    pub bytes: usize,
}

impl Table<'_> {
    pub(super) fn stats(self) -> Stats {
        let shape: Shape = self.shape();
        let mut stats = Stats {
            bins: shape.bins as usize,
            slots: shape.slots() as usize,
            bytes: shape.lines() as usize * LINE_BYTES,
            ..Stats::default()
        };
        for home in self.homes() {
            let header = home.header();
            let outside = header.overflow().count();
            stats.entries += header.count() as usize;
            stats.outside += outside;
            stats.overflowing_bins += usize::from(outside > 0);
            stats.held += header.count_taken() as usize;
            stats.fullest_home = stats.fullest_home.max(header.count() as usize);
        }
        let claims: usize = self.groups().iter().map(|group| group.count_claims() as usize).sum();
        stats.held += claims.saturating_sub(stats.outside);
        stats
    }

    /// Does every entry stand where it may? Only of a table that nobody changes meanwhile.
    ///
    /// Each visible key's home is the bin that shows it, so no place is shown by two homes; cells are
    /// named once; own places are not taken; places in groups are claimed.
    pub(super) fn is_sound(self) -> bool {
        self.homes().all(|home| {
            let header = home.header();
            let is_sound = |place: Place| {
                let key_home = self.home_of(self.key_at(home, place));
                let is_held = if place.is_own() {
                    header.is_taken(place.slot())
                } else {
                    !self.is_claimed(home, place)
                };
                key_home.number() == home.number() && !is_held
            };
            header.has_distinct_cells() && header.places().all(is_sound)
        })
    }
}
