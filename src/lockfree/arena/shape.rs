//! How large a table is, and where a hash leads in it: arithmetic only.
//!
//! ```text
//!  lines 0, 1  2 ..                     2 + buckets ..                             the end
//! +------------+--- ... --+-------------+---- ... ---+---- ... ---+---- ... ---+
//! | descriptor | bucket 0    | bucket n - 1   | region 0   | region 1   | region 2   |
//! +------------+--- ... --+-------------+---- ... ---+---- ... ---+---- ... ---+
//!   128 bytes    64 bytes each            groups of 128 bytes, as many in each region
//! ```
//!
//! A table for `n` entries has `ceil(8n / 21)` buckets, so that its own slots are 7/8 full, and
//! `ceil(n / 64) + 2` groups a region for the 18 % of keys that find their bucket full. The number
//! of buckets need not be a power of two.

use crate::lockfree::bucket::{GROUP_SLOTS, OWN_SLOTS, REGIONS};

/// Lines of the descriptor.
const DESCRIPTOR_LINES: u64 = 2;
/// Lines of a group.
const GROUP_LINES: u64 = 2;
/// Entries of a group region per group, in a table at its capacity.
const ENTRIES_PER_GROUP: u64 = 64;
/// Groups that a region has over its share: small tables are lumpy.
const MORE_GROUPS: u64 = 2;
/// Above this, sizes in bytes could overflow; far more than any memory holds.
const MOST_ENTRIES: u64 = 1 << 52;

/// Odd numbers that lead a bucket to its group in each region: the golden ratio's, and two primes.
const LEADS: [u64; REGIONS as usize] =
    [0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9];

/// The size of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Shape {
    pub(crate) buckets: u64,
    pub(crate) groups_per_region: u64,
}

impl Shape {
    /// For `entries` entries; `None` if no memory could hold them.
    pub(crate) const fn for_entries(entries: u64) -> Option<Shape> {
        if entries > MOST_ENTRIES {
            return None;
        }
        let entries = if entries == 0 { 1 } else { entries };
        Some(Shape {
            buckets: (entries * 8).div_ceil(7 * OWN_SLOTS as u64),
            groups_per_region: entries.div_ceil(ENTRIES_PER_GROUP) + MORE_GROUPS,
        })
    }

    /// The greatest that fits into `lines` lines.
    pub(crate) const fn for_lines(lines: u64) -> Option<Shape> {
        match Shape::entries_for(lines) {
            0 => None,
            entries => Shape::for_entries(entries),
        }
    }

    /// The entries that a table in `lines` lines is for.
    pub(crate) const fn entries_for(lines: u64) -> u64 {
        let (mut low, mut high) = (0, MOST_ENTRIES);
        // Fits for `low` or nothing does; does not fit above `high`.
        while low < high {
            let middle = high - (high - low) / 2;
            match Shape::for_entries(middle) {
                Some(shape) if shape.lines() <= lines => low = middle,
                _ => high = middle - 1,
            }
        }
        low
    }

    /// Lines of the whole arena, the descriptor among them.
    pub(crate) const fn lines(self) -> u64 {
        DESCRIPTOR_LINES + self.buckets + REGIONS as u64 * self.groups_per_region * GROUP_LINES
    }

    /// Groups of all regions.
    pub(crate) const fn groups(self) -> u64 {
        REGIONS as u64 * self.groups_per_region
    }

    /// Slots of buckets and groups together.
    pub(crate) const fn slots(self) -> u64 {
        self.buckets * OWN_SLOTS as u64 + self.groups() * GROUP_SLOTS as u64
    }

    /// The home of a hash.
    #[inline]
    pub(crate) const fn bucket_of(self, hash: u64) -> u64 {
        scale(hash, self.buckets)
    }

    /// The number, over all regions, of the group that bucket `bucket` has in `region`.
    #[inline]
    pub(crate) const fn group_of(self, bucket: u64, region: u32) -> u64 {
        let region = if region < REGIONS { region } else { 0 };
        let lead = LEADS[region as usize];
        region as u64 * self.groups_per_region
            + scale(bucket.wrapping_mul(lead), self.groups_per_region)
    }

    /// The region of the group with a number over all regions. By comparison: a division by zero would panic.
    #[inline]
    pub(crate) const fn region_of(self, group: u64) -> u32 {
        (group >= self.groups_per_region) as u32 + (group >= 2 * self.groups_per_region) as u32
    }

    /// The region in which a bucket looks for room first: buckets differ, so that regions fill evenly.
    #[inline]
    pub(crate) const fn first_region(bucket: u64) -> u32 {
        (bucket % REGIONS as u64) as u32
    }
}

/// Maps the words onto `0..number`, in order and evenly.
#[inline]
const fn scale(word: u64, number: u64) -> u64 {
    ((word as u128 * number as u128) >> 64) as u64
}
