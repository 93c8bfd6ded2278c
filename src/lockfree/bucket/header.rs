//! The header word of a bucket: which of a home's places hold an entry that can be seen.
//!
//! ```text
//!  63        35 34 33 32  30 29     24 23                     3 2    0
//! | version    |F |S | own  |  cells  | group 2 | 1 | 0, 7 each| own  |
//! | 29 bits    |  |  | res. | 2 bits  |        visible         | vis. |
//! ```
//!
//! - *visible*: one bit per [`Place`]. Only these entries exist.
//! - *cells*: the value of own slot `s` stands in cell `field(s) ^ s`; the cell that no slot names is
//!   the *spare*. Zero is the start: slot `s` in cell `s`, cell 3 spare.
//! - *reserved*: an own slot that is not visible, and that one running operation fills or empties. `S` is
//!   the same for the spare cell.
//! - `F`, *frozen*: what is visible stays so for good, and is being copied to the next table.
//! - *version*: one more with every change of what is visible, so that no old header appears again.
//!
//! Two own slots never name one cell, so a frozen word where slots 0 and 1 both name cell 1 is no bucket's
//! state; it says [`MIGRATED`](Header::MIGRATED).
//!

use core::num::NonZeroU32;

use crate::layout::{lowest_bit, lowest_of_three};

/// Slots of a bucket.
pub(crate) const OWN_SLOTS: u32 = 3;
/// Regions of groups; a bucket has one group in each.
pub(crate) const REGIONS: u32 = 3;
/// Slots of a group. Models have two, so that a home is soon full.
pub(crate) const GROUP_SLOTS: u32 = if cfg!(heptad_loom) { 2 } else { 7 };
/// Places of one home.
pub(crate) const PLACES: u32 = OWN_SLOTS + REGIONS * GROUP_SLOTS;
/// Entries that one home holds at most: insertions leave a slot of each group to updates.
#[cfg(test)]
pub(crate) const MOST_ENTRIES: u32 = PLACES - REGIONS;

const OWN: u64 = (1 << OWN_SLOTS) - 1;
const VISIBLE: u64 = (1 << PLACES) - 1;
const OVERFLOW: u64 = VISIBLE & !OWN;
const CELLS_SHIFT: u32 = PLACES;
const RESERVED_SHIFT: u32 = CELLS_SHIFT + 2 * OWN_SLOTS;
const SPARE_RESERVED: u64 = 1 << (RESERVED_SHIFT + OWN_SLOTS);
/// All reservations, and nothing about what is visible.
const RESERVED: u64 = OWN << RESERVED_SHIFT | SPARE_RESERVED;
const FROZEN: u64 = SPARE_RESERVED << 1;
pub(crate) const VERSION_ONE: u64 = FROZEN << 1;

/// One of the places where a key of a home can be: an own slot, or a slot of one of its groups.
///
/// Kept as the number of its bit plus one, so that `Option<(Place, u64)>` fits into two registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(NonZeroU32);

impl Place {
    #[inline]
    fn of_bit(bit: u32) -> Place {
        Place(NonZeroU32::MIN.saturating_add(bit))
    }

    #[inline]
    pub(crate) fn own(slot: u32) -> Place {
        Place::of_bit(slot)
    }

    #[inline]
    pub(crate) fn in_group(region: u32, slot: u32) -> Place {
        Place::of_bit(OWN_SLOTS + region * GROUP_SLOTS + slot)
    }

    #[inline]
    fn bit(self) -> u32 {
        self.0.get() - 1
    }

    #[inline]
    fn mask(self) -> u64 {
        1 << self.bit()
    }

    #[inline]
    pub(crate) fn is_own(self) -> bool {
        self.bit() < OWN_SLOTS
    }

    /// The region of a place in a group.
    #[inline]
    pub(crate) fn region(self) -> u32 {
        // The borders before it: shorter than a division, and never more than there are regions.
        let is_behind = |region| u32::from(self.bit() >= OWN_SLOTS + region * GROUP_SLOTS);
        is_behind(1) + is_behind(2)
    }

    /// Are both in one group?
    #[inline]
    pub(crate) fn is_in_group_of(self, other: Place) -> bool {
        !self.is_own() && !other.is_own() && self.region() == other.region()
    }

    /// The slot of a place in a bucket.
    #[inline]
    pub(crate) fn own_slot(self) -> u32 {
        self.bit()
    }

    /// The slot of a place in a group.
    #[inline]
    pub(crate) fn group_slot(self) -> u32 {
        self.bit().wrapping_sub(OWN_SLOTS + self.region() * GROUP_SLOTS)
    }
}

/// A header word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header(pub(crate) u64);

/// The bits of a header that change when a slot and the spare swap their cells.
#[derive(Clone, Copy)]
pub(crate) struct Swap(u64);

/// What can be read from a header.
impl Header {
    /// The entries of this bucket are in the next table, for good.
    pub(crate) const MIGRATED: Header = Header(FROZEN | 1 << CELLS_SHIFT);

    #[inline]
    pub(crate) fn shows(self, place: Place) -> bool {
        self.0 & place.mask() != 0
    }

    /// How many entries are visible.
    pub(crate) fn count(self) -> u32 {
        (self.0 & VISIBLE).count_ones()
    }

    /// Is any entry in a group?
    #[inline]
    pub(crate) fn has_overflow(self) -> bool {
        self.0 & OVERFLOW != 0
    }

    /// The visible places, own slots first.
    #[inline]
    pub(crate) fn places(self) -> Places {
        Places(self.0 & VISIBLE)
    }

    /// The visible places in groups.
    #[inline]
    pub(crate) fn overflow(self) -> Places {
        Places(self.0 & OVERFLOW)
    }

    /// Is the bucket's line enough to know all entries? None is in a group, and none can be in the next table.
    #[inline]
    pub(crate) fn is_all_in_bucket(self) -> bool {
        self.0 & (OVERFLOW | FROZEN) == 0
    }

    /// The cell of an own slot's value.
    #[inline]
    pub(crate) fn cell(self, slot: u32) -> u32 {
        ((self.0 >> (CELLS_SHIFT + 2 * slot)) as u32 ^ slot) & 3
    }

    /// The cell that no own slot names.
    #[inline]
    pub(crate) fn spare_cell(self) -> u32 {
        // The four cells are 0, 1, 2 and 3, whose exclusive or is 0.
        self.cell(0) ^ self.cell(1) ^ self.cell(2)
    }

    /// The change by which an own slot gets the spare cell, under every header that names the same cells.
    #[inline]
    pub(crate) fn swap_with_spare(self, slot: u32) -> Swap {
        let difference = u64::from(self.cell(slot) ^ self.spare_cell());
        Swap(difference << (CELLS_SHIFT + 2 * slot))
    }

    /// Can a visible own slot be given another value in the bucket? Its entries are not being moved, and the
    /// spare cell is free.
    #[inline]
    pub(crate) fn is_open(self) -> bool {
        self.0 & (FROZEN | SPARE_RESERVED) == 0
    }

    #[inline]
    pub(crate) fn is_spare_reserved(self) -> bool {
        self.0 & SPARE_RESERVED != 0
    }

    /// An own slot that is neither visible nor reserved.
    #[inline]
    pub(crate) fn free_own(self) -> Option<u32> {
        let free = !(self.0 | self.0 >> RESERVED_SHIFT) & OWN;
        if free == 0 { None } else { Some(lowest_of_three(free)) }
    }

    /// Has an operation reserved the own slot?
    #[inline]
    pub(crate) fn is_reserved(self, slot: u32) -> bool {
        self.0 & reserved_bit(slot) != 0
    }

    /// How many own slots and spare cells are reserved.
    pub(crate) fn count_reserved(self) -> u32 {
        (self.0 & RESERVED).count_ones()
    }

    /// Does every own slot name another cell?
    pub(crate) fn has_distinct_cells(self) -> bool {
        let named = 1u32 << self.cell(0) | 1 << self.cell(1) | 1 << self.cell(2);
        named.count_ones() == OWN_SLOTS
    }

    /// Frozen, or migrated?
    #[inline]
    pub(crate) fn is_frozen(self) -> bool {
        self.0 & FROZEN != 0
    }

    #[inline]
    pub(crate) fn is_migrated(self) -> bool {
        self == Header::MIGRATED
    }

    /// How many changes there were.
    pub(crate) fn version(self) -> u64 {
        self.0 / VERSION_ONE
    }

    /// Do both show the same entries, without any change in between?
    ///
    /// Reservations do not matter, and neither does freezing, which changes no entry.
    #[inline]
    pub(crate) fn shows_same_as(self, other: Header) -> bool {
        (self.0 ^ other.0) & !(RESERVED | FROZEN) == 0
    }

    /// The same, and may the entries of both still be changed, or those of neither?
    #[inline]
    pub(crate) fn is_same_but_for_reserved(self, other: Header) -> bool {
        (self.0 ^ other.0) & !RESERVED == 0
    }
}

/// Changes of reservations. What is visible stays, and so does the version.
impl Header {
    #[inline]
    pub(crate) fn reserving(self, slot: u32) -> Header {
        Header(self.0 | reserved_bit(slot))
    }

    #[inline]
    pub(crate) fn releasing(self, slot: u32) -> Header {
        Header(self.0 & !reserved_bit(slot))
    }

    /// Nothing is reserved.
    pub(crate) fn releasing_all(self) -> Header {
        Header(self.0 & !RESERVED)
    }

    #[inline]
    pub(crate) fn reserving_spare(self) -> Header {
        Header(self.0 | SPARE_RESERVED)
    }

    #[inline]
    pub(crate) fn releasing_spare(self) -> Header {
        Header(self.0 & !SPARE_RESERVED)
    }
}

/// Changes of the bucket as a whole.
impl Header {
    #[inline]
    pub(crate) fn freezing(self) -> Header {
        Header(self.0 | FROZEN)
    }
}

/// Changes of what is visible. [`committed`](Self::committed) ends each.
impl Header {
    /// Shows `place`; an own slot is no longer reserved then.
    #[inline]
    pub(crate) fn showing(self, place: Place) -> Header {
        let reserved = if place.is_own() { reserved_bit(place.own_slot()) } else { 0 };
        Header((self.0 | place.mask()) & !reserved)
    }

    #[inline]
    pub(crate) fn hiding(self, place: Place) -> Header {
        Header(self.0 & !place.mask())
    }

    /// Gives an own slot the spare cell, and makes its old cell the spare, which is not reserved then.
    #[inline]
    pub(crate) fn swapping(self, swap: Swap) -> Header {
        Header((self.0 ^ swap.0) & !SPARE_RESERVED)
    }

    /// With the next version.
    #[inline]
    pub(crate) fn committed(self) -> Header {
        Header(self.0.wrapping_add(VERSION_ONE))
    }
}

#[inline]
fn reserved_bit(slot: u32) -> u64 {
    1 << (RESERVED_SHIFT + slot)
}

/// Places, in ascending order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places(u64);

impl Iterator for Places {
    type Item = Place;

    #[inline]
    fn next(&mut self) -> Option<Place> {
        if self.0 == 0 {
            return None;
        }
        let place = Place::of_bit(lowest_bit(self.0));
        self.0 &= self.0 - 1;
        Some(place)
    }
}

impl DoubleEndedIterator for Places {
    #[inline]
    fn next_back(&mut self) -> Option<Place> {
        let place = Place::of_bit(self.0.checked_ilog2()?);
        self.0 &= !place.mask();
        Some(place)
    }
}
