//! The metadata word of a group, and sets of its slots.

use super::{Class, SlotByte, lowest::lowest_slot};

/// One of a group's seven slots, numbered as the bytes of the word are: `1..=7`.
///
/// Kept as eight times the number: its byte starts at that bit of the word, and its entry at that byte of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(u8);

impl Slot {
    /// All seven, in order.
    pub const ALL: [Slot; 7] =
        [Slot(8), Slot(16), Slot(24), Slot(32), Slot(40), Slot(48), Slot(56)];

    /// Slot `number`, if there is one.
    #[inline]
    pub const fn new(number: u64) -> Option<Slot> {
        if number >= 1 && number <= 7 { Some(Slot(number as u8 * 8)) } else { None }
    }

    /// Slot `number`.
    ///
    /// # Safety
    ///
    /// `number` is one of `1..=7`.
    #[inline]
    pub(crate) const unsafe fn new_unchecked(number: u32) -> Slot {
        Slot(8 * number as u8)
    }

    /// The slot whose entry is `bytes` from the start of the line.
    ///
    /// # Safety
    ///
    /// `bytes` is one of 8, 16, … 56.
    #[inline]
    pub(crate) const unsafe fn from_entry_bytes_unchecked(bytes: u32) -> Slot {
        Slot(bytes as u8)
    }

    /// The slot's number.
    #[inline]
    pub const fn get(self) -> usize {
        self.0 as usize / 8
    }

    /// Bytes from the start of the line to the slot's entry: 8, 16, … 56.
    #[inline]
    pub const fn entry_bytes(self) -> usize {
        self.0 as usize
    }

    /// The slot whose [`entry_bytes`](Self::entry_bytes) are the low six bits of `bytes`.
    #[inline]
    pub(crate) const fn from_entry_bytes(bytes: usize) -> Slot {
        Slot(bytes as u8 & 0x38)
    }

    #[inline]
    const fn shift(self) -> u32 {
        self.0 as u32
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
        if self.0 == 0 { None } else { Some(Slot(lowest_slot(self.0) as u8)) }
    }

    /// The set without its lowest slot.
    #[inline]
    pub const fn without_lowest(self) -> SlotMask {
        SlotMask(self.0 & self.0.wrapping_sub(1))
    }

    /// The slots of the set whose number is `first` or more.
    #[inline]
    pub const fn starting_at(self, first: usize) -> SlotMask {
        match first {
            0..8 => SlotMask(self.0 & u64::MAX << (8 * first)),
            _ => SlotMask(0),
        }
    }

    /// Those of `slots` for which `holds` returns true, without a branch on what it returns.
    #[inline]
    pub fn of(slots: &[Slot], holds: impl Fn(Slot) -> bool) -> SlotMask {
        let bits =
            slots.iter().fold(0, |bits, &slot| bits | u64::from(holds(slot)) << slot.shift());
        SlotMask(bits << 7)
    }

    /// The slots that are in `other` too, or all of `self` if there are none.
    #[inline]
    pub const fn preferring(self, other: SlotMask) -> SlotMask {
        let both = self.0 & other.0;
        SlotMask(if both == 0 { self.0 } else { both })
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
        *self = self.without_lowest();
        Some(slot)
    }
}

/// The first word of a group: seven slot bytes over one filter byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(pub u64);

/// The lowest bit of each byte, which in a slot byte is the displaced bit.
const LANES: u64 = 0x0101_0101_0101_0101;

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

    /// The word with a free slot's byte set.
    #[inline]
    pub const fn with_filled(self, slot: Slot, byte: SlotByte) -> Word {
        Word(self.0 | (byte.0 as u64) << slot.shift())
    }

    /// The slots whose displaced bit is set: displaced entries, and stashed ones.
    #[inline]
    pub const fn displaced(self) -> SlotMask {
        SlotMask::new(self.0 << 7)
    }

    /// The word as if displaced and stashed entries were all there are. The tags are lost.
    #[inline]
    pub const fn with_displaced_alone(self) -> Word {
        Word(self.0 & LANES)
    }

    /// The word as if entries at home were all there are.
    #[inline]
    pub const fn without_displaced(self) -> Word {
        Word(self.0 & !(self.0 & LANES).wrapping_mul(0xff))
    }

    /// The slots whose bytes have the displaced bit set and `class` above it: displaced entries of the class, and, as
    /// of class 0, stashed ones.
    #[inline]
    pub const fn displaced_like(self, class: Class) -> SlotMask {
        let wanted = (2 * class.get() as u64 + 1) * LANES;
        let differing = (self.0 & (0x0f * LANES)) ^ wanted;
        // 0x80 in each byte but the equal ones: no byte of `differing` is above 0x0f, so none carries.
        SlotMask::new(!(differing + 0x7f * LANES))
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

    /// The word with the filter bit of `class` set or clear.
    #[inline]
    pub const fn with_filter_bit(self, class: Class, set: bool) -> Word {
        Word(self.0 & !(1 << class.get()) | (set as u64) << class.get())
    }

    /// The lowest free slot.
    #[inline]
    pub const fn lowest_free_slot(self) -> Option<Slot> {
        self.slots_like_free().lowest()
    }

    /// Is any slot free?
    #[inline]
    pub const fn has_free_slot(self) -> bool {
        !self.slots_like_free().is_empty()
    }

    /// The free slots, and perhaps some above the lowest of them: cheaper than an exact answer.
    ///
    /// A zero byte borrows from the next one, which may then be taken for a zero too: never without a zero byte
    /// below it. Nothing is subtracted from the filter byte, so that it cannot borrow.
    #[inline]
    const fn slots_like_free(self) -> SlotMask {
        const LOW_BITS: u64 = SlotMask::ALL.0 >> 7;
        SlotMask(self.0.wrapping_sub(LOW_BITS) & !self.0 & SlotMask::ALL.0)
    }

    /// The filter byte.
    #[inline]
    pub const fn filter(self) -> u8 {
        self.0 as u8
    }
}
