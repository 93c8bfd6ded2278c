//! How a hash is split, and what a slot byte means.

/// The seven high bits of a hash, never zero.
///
/// The low bits of the same hash pick the home group ([`Geometry`](super::Geometry)), so the two
/// are independent for every table of fewer than 2^57 groups.
///
/// Kept as wide as the hash, for then no instruction has to narrow or widen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(u64);

impl Tag {
    /// The tag of `hash`: bits 57..=63, with 0 taken as 1.
    #[inline]
    pub const fn of(hash: u64) -> Tag {
        let high = hash >> 57;
        Tag(high + (high == 0) as u64)
    }

    /// The tag as a number in `1..=127`.
    #[inline]
    pub const fn get(self) -> u8 {
        self.0 as u8
    }

    /// Which of the eight alternates, and which filter bit, belongs to keys of this tag.
    #[inline]
    pub const fn class(self) -> Class {
        Class(self.0 as u8 & 7)
    }

    /// The slot byte of a key with this tag that sits in its home group.
    #[inline]
    pub const fn at_home(self) -> SlotByte {
        SlotByte((self.0 << 1) as u8)
    }

    /// The slot byte of a key with this tag that sits in its alternate group.
    #[inline]
    pub const fn displaced(self) -> SlotByte {
        SlotByte((self.0 << 1 | 1) as u8)
    }
}

/// The low three bits of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class(u8);

impl Class {
    /// The class `number & 7`.
    #[inline]
    pub const fn new(number: u8) -> Class {
        Class(number & 7)
    }

    /// The class as a number in `0..=7`.
    #[inline]
    pub const fn get(self) -> u32 {
        self.0 as u32
    }
}

/// One of the seven bytes of a metadata word that describe an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotByte(pub u8);

impl SlotByte {
    /// No entry.
    pub const FREE: SlotByte = SlotByte(0x00);
    /// An entry that found no room in its home or its alternate.
    pub const STASHED: SlotByte = SlotByte(0x01);

    /// Is the slot free?
    #[inline]
    pub const fn is_free(self) -> bool {
        self.0 == 0
    }

    /// Is the entry stashed?
    #[inline]
    pub const fn is_stashed(self) -> bool {
        self.0 == 1
    }

    /// Is the entry in its alternate group (or, where [`is_stashed`](Self::is_stashed), in neither)?
    #[inline]
    pub const fn is_displaced(self) -> bool {
        self.0 & 1 == 1
    }

    /// The class of the entry's tag. Means nothing for a free or stashed slot.
    #[inline]
    pub const fn class(self) -> Class {
        Class::new(self.0 >> 1)
    }

    /// The byte of the same entry after a move between its two groups.
    #[inline]
    pub const fn moved(self) -> SlotByte {
        SlotByte(self.0 ^ 1)
    }
}
