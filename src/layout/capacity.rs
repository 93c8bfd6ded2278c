//! How many entries a number of groups takes, and the other way round.
//!
//! Sources: the StahlOS page's `estimate_log2_initial_group_count`, whose proof covers `1..2^56`.
//! It answers one doubling too many for 30.7 % of the capacities up to 2^20 (a test recomputes
//! this), so [`log2_groups_for`] checks once more whether half would do.

use super::SLOTS;

/// The part of a table's slots that it fills before it counts as full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaxLoad {
    /// 15/16: two lines per lookup still hold, and memory is used best. The default in memory of a fixed size.
    #[default]
    FifteenSixteenths,
    /// 7/8: inserts displace less. The default of tables that [grow](Self::GROWING).
    SevenEighths,
    /// 3/4: for tables whose entries come and go all the time.
    ThreeQuarters,
}

impl MaxLoad {
    /// The load at which tables on the heap grow, unless they are made with another one. Growth at 15/16
    /// would take a quarter more instructions per key: docs/decisions/growing-load.md has the counts.
    pub const GROWING: MaxLoad = MaxLoad::SevenEighths;

    pub(crate) const fn sixteenths(self) -> usize {
        match self {
            MaxLoad::FifteenSixteenths => 15,
            MaxLoad::SevenEighths => 14,
            MaxLoad::ThreeQuarters => 12,
        }
    }
}

/// Entries that `groups` groups take at most: `floor(7 * groups * load)`.
///
/// At 15/16 this is 6, 13, 26, 52, 105, 210, … for 1, 2, 4, 8, 16, 32, … groups.
#[inline]
pub const fn max_entries(groups: usize, load: MaxLoad) -> usize {
    // Split so that no group count of an address space overflows.
    let parts = SLOTS * load.sixteenths();
    (groups / 16).saturating_mul(parts).saturating_add(groups % 16 * parts / 16)
}

/// The StahlOS estimate of log2 of the groups that hold `entries` at 15/16, or `None` where its
/// arithmetic would overflow.
///
/// Never too small, and at most one doubling too large; 0 gives 0.
#[inline]
pub const fn estimate_log2_groups(entries: usize) -> Option<u32> {
    match entries.checked_mul(3) {
        Some(triple) => Some(usize::BITS - (triple >> 4).leading_zeros()),
        None => None,
    }
}

/// log2 of the least number of groups that hold `entries` at `load`, or `None` if no address space
/// could hold them.
pub const fn log2_groups_for(entries: usize, load: MaxLoad) -> Option<u32> {
    let Some(estimate) = estimate_log2_groups(entries) else { return None };
    let mut log2 = estimate.saturating_sub(1);
    // Three more steps at most: the estimate errs by one, and lower loads need one or two more.
    while log2 < usize::BITS - 6 {
        if max_entries(1 << log2, load) >= entries {
            return Some(log2);
        }
        log2 += 1;
    }
    None
}
