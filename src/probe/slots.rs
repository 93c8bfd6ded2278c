//! Sets of slots, in whichever form a match yields them.

use core::num::NonZero;

use crate::layout::{Slot, SlotMask};

/// A set of slots, to be walked from the lowest on.
pub trait Slots: Copy {
    /// The lowest slot of the set.
    fn lowest(self) -> Option<Slot>;

    /// The set without its lowest slot.
    fn without_lowest(self) -> Self;

    /// The same set with bit `8 * s + 7` for slot `s`.
    fn bits(mut self) -> u64 {
        let mut bits = 0;
        while let Some(slot) = self.lowest() {
            bits |= 0x80 << slot.entry_bytes();
            self = self.without_lowest();
        }
        bits
    }
}

impl Slots for SlotMask {
    #[inline(always)]
    fn lowest(self) -> Option<Slot> {
        SlotMask::lowest(self)
    }

    #[inline(always)]
    fn without_lowest(self) -> SlotMask {
        SlotMask::without_lowest(self)
    }
}

/// A set of slots with bit `8 * s` for slot `s`, as a vector compare yields it on AArch64: numbers that are the bytes
/// to entries.
#[derive(Clone, Copy)]
pub struct SlotOffsets(u64);

impl SlotOffsets {
    /// The slots whose bit is set in `bits`; bits that belong to no slot are dropped.
    #[inline(always)]
    pub const fn new(bits: u64) -> SlotOffsets {
        SlotOffsets(bits & SlotMask::ALL.bits() >> 7)
    }
}

impl Slots for SlotOffsets {
    #[inline(always)]
    fn lowest(self) -> Option<Slot> {
        let bytes = NonZero::new(self.0)?.trailing_zeros();
        // SAFETY: `new` kept bits 8, 16, … 56 alone.
        Some(unsafe { Slot::from_entry_bytes_unchecked(bytes) })
    }

    #[inline(always)]
    fn without_lowest(self) -> SlotOffsets {
        SlotOffsets(self.0 & self.0.wrapping_sub(1))
    }
}

/// A set of slots with bit `s` for slot `s`, as a vector compare yields it on x86_64: numbers that address entries
/// without a mask.
#[derive(Clone, Copy)]
pub struct SlotBits(u16);

impl SlotBits {
    /// The slots whose bit is set in `bits`; bits that belong to no slot are dropped.
    #[inline(always)]
    pub const fn new(bits: u16) -> SlotBits {
        SlotBits(bits & 0xfe)
    }
}

impl Slots for SlotBits {
    #[inline(always)]
    fn lowest(self) -> Option<Slot> {
        let number = NonZero::new(self.0)?.trailing_zeros();
        // SAFETY: `new` kept bits 1 to 7 alone.
        Some(unsafe { Slot::new_unchecked(number) })
    }

    #[inline(always)]
    fn without_lowest(self) -> SlotBits {
        SlotBits(self.0 & self.0.wrapping_sub(1))
    }
}
