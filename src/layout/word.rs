//! The metadata word of a group, and sets of its slots.

use super::{Class, SlotByte};

/// One of a group's seven slots, numbered as the bytes of the word are: `1..=7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(u8);

impl Slot {
    /// All seven, in order.
    pub const ALL: [Slot; 7] = [Slot(1), Slot(2), Slot(3), Slot(4), Slot(5), Slot(6), Slot(7)];

    /// Slot `number`, if there is one.
    #[inline]
    pub const fn new(number: u64) -> Option<Slot> {
        if number >= 1 && number <= 7 { Some(Slot(number as u8)) } else { None }
    }

    /// The slot's number.
    #[inline]
    pub const fn get(self) -> usize {
        self.0 as usize
    }

    #[inline]
    const fn shift(self) -> u32 {
        8 * self.0 as u32
    }
}

/// A set of slots: bit `8 * s + 7` for slot `s`, every other bit clear.
///
/// Iterating yields the lowest slot first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotMask(u64);

impl SlotMask {
    /// Every slot.
    pub const ALL: SlotMask = SlotMask(0x8080_8080_8080_8000);

    /// The slots whose bit is set in `bits`; bits that belong to no slot are dropped.
    #[inline]
    pub const fn new(bits: u64) -> SlotMask {
        SlotMask(bits & Self::ALL.0)
    }

    /// The mask as bits.
    #[inline]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Is the set empty?
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many slots the set holds.
    #[inline]
    pub const fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The lowest slot of the set.
    #[inline]
    pub const fn lowest(self) -> Option<Slot> {
        if self.0 == 0 { None } else { Some(Slot((self.0.trailing_zeros() >> 3) as u8)) }
    }

    /// The slots of `self` that are not in `other`.
    #[inline]
    pub const fn without(self, other: SlotMask) -> SlotMask {
        SlotMask(self.0 & !other.0)
    }
}

impl Iterator for SlotMask {
    type Item = Slot;

    #[inline]
    fn next(&mut self) -> Option<Slot> {
        let slot = self.lowest()?;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}

/// The first word of a group: seven slot bytes over one filter byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(pub u64);

impl Word {
    /// No entries, and nothing elsewhere.
    pub const EMPTY: Word = Word(0);

    /// The byte of `slot`.
    #[inline]
    pub const fn slot_byte(self, slot: Slot) -> SlotByte {
        SlotByte((self.0 >> slot.shift()) as u8)
    }

    /// The word with the byte of `slot` replaced.
    #[inline]
    pub const fn with_slot_byte(self, slot: Slot, byte: SlotByte) -> Word {
        Word(self.0 & !(0xff << slot.shift()) | (byte.0 as u64) << slot.shift())
    }

    /// May a key of `class` whose home is this group be somewhere else?
    #[inline]
    pub const fn filter_has(self, class: Class) -> bool {
        self.0 >> class.get() & 1 == 1
    }

    /// The word with the filter bit of `class` set.
    #[inline]
    pub const fn with_filter(self, class: Class) -> Word {
        Word(self.0 | 1 << class.get())
    }

    /// The word with the filter bit of `class` clear.
    #[inline]
    pub const fn without_filter(self, class: Class) -> Word {
        Word(self.0 & !(1 << class.get()))
    }

    /// The filter byte.
    #[inline]
    pub const fn filter(self) -> u8 {
        self.0 as u8
    }
}
