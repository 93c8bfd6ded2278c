//! How much memory a table takes, and where its values stand.
//!
//! ```text
//!   | group 0 | group 1 | ... | group n-1 | v v v v v v v | v v v v v v v | ...
//!   0         64                          64 n            64 n + 7 * size_of::<V>()
//! ```
//!
//! All groups come first, then an array of `7 n` values: that of slot `s`, from 1 to 7, of group `g` is number
//! `7 g + s - 1`. A group takes `64 + 7 * size_of::<V>()` bytes, so an entry of a full table takes that divided by
//! `7 * 15/16`: 9.75 bytes without values, 18.3 with values of eight bytes.
//!
//! Lines are aligned to 64 bytes. Where `V` is aligned to more, the array starts at the next multiple of that, by
//! its address: such a table needs a storage whose lines do not move with it ([`Storage::is_fixed`]).
//!
//! Where the values are bytes of a number that each table has for itself ([`Bytes`]), the same holds with that number.
//!
//! [`Bytes`]: super::Bytes
//! [`Storage::is_fixed`]: crate::storage::Storage::is_fixed

use crate::layout::{ENTRY_BYTES, Geometry, LINE_BYTES, MaxLoad, SLOTS, log2_groups_for};

/// Size and alignment of the values of a table.
#[derive(Clone, Copy)]
pub struct Shape {
    pub(super) bytes: usize,
    pub(super) align: usize,
    /// The compiler knows that the size is a multiple of an entry's.
    is_whole_entries: bool,
}

impl Shape {
    /// That of a type.
    pub(super) const fn of<V>() -> Shape {
        let bytes = size_of::<V>();
        Shape { bytes, align: align_of::<V>(), is_whole_entries: bytes % ENTRY_BYTES == 0 }
    }

    /// That of `bytes` bytes. Up to 64, they are aligned as their number is.
    pub(super) const fn of_bytes(bytes: usize) -> Shape {
        Shape { bytes, align: 1, is_whole_entries: false }
    }

    /// Bytes of a group and its values. Where that is beyond the address space, as it can be with 32 bits, the most
    /// that there are: no memory has them.
    pub(super) const fn bytes_per_group(self) -> usize {
        self.bytes.saturating_mul(SLOTS).saturating_add(LINE_BYTES)
    }

    /// The most bytes between the groups and the values.
    const fn gap_bytes(self) -> usize {
        if self.bytes == 0 { 0 } else { self.align.saturating_sub(LINE_BYTES) }
    }

    /// Can the values not be aligned in lines that move?
    #[inline]
    pub(super) const fn needs_fixed_lines(self) -> bool {
        self.gap_bytes() != 0
    }

    /// Lines of a table of `groups` groups, or `None` beyond the address space. Their bytes are a number too.
    pub(super) const fn lines_of_groups(self, groups: usize) -> Option<usize> {
        let Some(bytes) = groups.checked_mul(self.bytes_per_group()) else { return None };
        let Some(bytes) = bytes.checked_add(self.gap_bytes()) else { return None };
        match bytes.checked_next_multiple_of(LINE_BYTES) {
            Some(bytes) => Some(bytes / LINE_BYTES),
            None => None,
        }
    }

    /// The largest table in `lines` lines, or `None` if not even one group fits.
    pub(super) const fn largest_within(self, lines: usize) -> Option<Geometry> {
        let bytes = lines.saturating_mul(LINE_BYTES).saturating_sub(self.gap_bytes());
        Geometry::largest_within(bytes / self.bytes_per_group())
    }

    /// Bytes from the end of the groups, or what gap follows it, to the value of a slot. Its group stands at
    /// `group_bytes` from the start of the table, its entry at `entry_bytes`.
    #[inline]
    pub(super) const fn value_bytes(self, group_bytes: usize, entry_bytes: usize) -> usize {
        // A group has eight words, one more than slots: `8 g + s`, less `g`, less 1, in words of eight bytes.
        let words = entry_bytes - group_bytes / (SLOTS + 1) - ENTRY_BYTES;
        if self.is_whole_entries {
            words * (self.bytes / ENTRY_BYTES)
        } else {
            words / ENTRY_BYTES * self.bytes
        }
    }

    /// The least lines in which `entries` entries fit, filled up to `load`: more than any memory has where no address
    /// space could hold them.
    pub(super) const fn lines_for(self, entries: usize, load: MaxLoad) -> usize {
        let Some(log2) = log2_groups_for(entries, load) else { return usize::MAX / LINE_BYTES };
        match self.lines_of_groups(1 << log2) {
            Some(lines) => lines,
            None => usize::MAX / LINE_BYTES,
        }
    }
}

/// The least lines of 64 bytes in which a table with values of type `V` takes `entries` entries, filled up to 15/16:
/// for the size of a `static`. Sets, tables and maps of packed pairs have no values: `lines_for::<()>`. More than any
/// memory has where no address space could hold them.
///
/// `n` groups of seven slots, a power of two, take `n * (64 + 7 * size_of::<V>())` bytes, and up to
/// `align_of::<V>() - 64` more where values are aligned to more than 64.
///
/// ```
/// use heptad::{hash::Keyed, storage::Inline, swiss::{Map, lines_for}};
///
/// type Names = Map<u32, [u8; 20], Inline<{ lines_for::<[u8; 20]>(100) }>>;
/// let names = Names::inline(Keyed::new(0x5eed));
/// assert_eq!(names.capacity(), 105);
/// assert_eq!(names.allocation_size(), 16 * (64 + 7 * 20));
/// ```
pub const fn lines_for<V>(entries: usize) -> usize {
    lines_for_load::<V>(entries, MaxLoad::FifteenSixteenths)
}

/// [`lines_for`] of a table that is filled up to `load`.
pub const fn lines_for_load<V>(entries: usize, load: MaxLoad) -> usize {
    Shape::of::<V>().lines_for(entries, load)
}

#[cfg(all(test, not(heptad_loom)))]
mod tests {
    use super::*;
    use crate::layout::Slot;

    #[repr(align(256))]
    struct Wide(#[allow(dead_code, reason = "only its size counts")] u8);

    /// For every number of lines, the largest table is the largest one with at most that many lines.
    #[test]
    fn geometry_and_lines_agree() {
        fn agree<V>() {
            for lines in 0..5_000 {
                let groups = Shape::of::<V>().largest_within(lines).map_or(0, Geometry::groups);
                assert!(groups == 0 || Shape::of::<V>().lines_of_groups(groups).unwrap() <= lines);
                let next = if groups == 0 { 1 } else { 2 * groups };
                assert!(
                    Shape::of::<V>().lines_of_groups(next).unwrap() > lines,
                    "{lines}: {groups} groups"
                );
            }
        }
        agree::<()>();
        agree::<u8>();
        agree::<u64>();
        agree::<[u16; 33]>();
        agree::<Wide>();
        agree::<[u8; 4096]>();
    }

    /// Values stand close together, in the order of their slots.
    #[test]
    fn values_are_numbered_without_gaps() {
        let mut expected = 0;
        for group in 0..100 {
            for slot in Slot::ALL {
                assert_eq!(
                    Shape::of::<[u8; 3]>().value_bytes(64 * group, 64 * group + slot.entry_bytes()),
                    3 * expected
                );
                expected += 1;
            }
        }
    }

    /// Seven values take 2^32 + 3 bytes; with their group 2^33, and 2^32 - 3.
    #[cfg(target_pointer_width = "32")]
    #[test]
    fn a_group_beyond_the_address_space_has_no_lines() {
        fn has_none<const BYTES: usize>() {
            assert_eq!(Shape::of::<[u8; BYTES]>().lines_of_groups(1), None);
            assert_eq!(lines_for::<[u8; BYTES]>(1), usize::MAX / LINE_BYTES);
            assert_eq!(Shape::of::<[u8; BYTES]>().largest_within(1 << 24), None);
        }
        has_none::<613_566_757>();
        has_none::<1_227_133_504>();
        has_none::<613_566_747>();
    }

    #[test]
    fn sizes_beyond_the_address_space_have_no_lines() {
        assert_eq!(Shape::of::<u64>().lines_of_groups(usize::MAX / 64), None);
        assert_eq!(lines_for::<u64>(usize::MAX), usize::MAX / LINE_BYTES);
        assert_eq!(lines_for::<[u64; 1 << 20]>(usize::MAX >> 8), usize::MAX / LINE_BYTES);
        assert_eq!(
            (lines_for::<()>(105), lines_for::<u64>(105), lines_for::<Wide>(6)),
            (16, 30, 32)
        );
    }
}
