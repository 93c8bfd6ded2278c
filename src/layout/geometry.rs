//! Which groups a hash leads to.

use super::{Class, LINE_BYTES, Tag};

/// 2^64 divided by the golden ratio: eight rotations of it share no pattern.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The place of a group, in bytes from the start of its table: a multiple of 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset(usize);

impl Offset {
    /// The first group.
    pub const FIRST: Offset = Offset(0);

    /// The offset in bytes.
    #[inline]
    pub const fn bytes(self) -> usize {
        self.0
    }

    /// The number of the group.
    #[inline]
    pub const fn group(self) -> usize {
        self.0 / LINE_BYTES
    }
}

/// The size of a table, as what the probe needs of it: `(groups - 1) * 64`, groups a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct Geometry {
    mask_bytes: usize,
}

impl Geometry {
    /// One group.
    pub const ONE: Geometry = Geometry { mask_bytes: 0 };

    /// A table of as many groups as fit in `lines`, or `None` if none fits. Lines beyond the address
    /// space count for nothing.
    #[inline]
    pub const fn largest_within(lines: usize) -> Option<Geometry> {
        let most = usize::MAX / LINE_BYTES;
        match (if lines < most { lines } else { most }).checked_ilog2() {
            Some(log2) => Some(Geometry { mask_bytes: ((1 << log2) - 1) * LINE_BYTES }),
            None => None,
        }
    }

    /// The table whose [`mask_bytes`](Self::mask_bytes) is `mask_bytes`.
    ///
    /// `mask_bytes` must come from there: another value gives wrong groups, though never one
    /// beyond `mask_bytes`.
    #[inline]
    pub const fn from_mask_bytes(mask_bytes: usize) -> Geometry {
        Geometry { mask_bytes: mask_bytes / LINE_BYTES * LINE_BYTES }
    }

    /// Groups of the table.
    #[inline]
    pub const fn groups(self) -> usize {
        self.mask_bytes / LINE_BYTES + 1
    }

    /// `(groups - 1) * 64`.
    #[inline]
    pub const fn mask_bytes(self) -> usize {
        self.mask_bytes
    }

    /// The group that `hash` belongs to: its low bits, as a group number.
    #[inline]
    pub const fn home(self, hash: u64) -> Offset {
        Offset((hash << 6) as usize & self.mask_bytes)
    }

    /// The other group of keys of `class` that have `here` as one of their two groups.
    ///
    /// An involution: `alternate(alternate(x, c), c) == x`, so that neither a resident's hash nor
    /// its direction is needed to move it. The constant is odd in units of groups, so the other
    /// group's number has the other parity, and is another group whenever there are two.
    #[inline]
    pub const fn alternate(self, here: Offset, class: Class) -> Offset {
        let constant = (GOLDEN.rotate_right(class.get()) | LINE_BYTES as u64) as usize;
        Offset(constant.wrapping_sub(here.0) & self.mask_bytes)
    }

    /// Both groups of `hash`.
    #[inline]
    pub const fn pair(self, hash: u64) -> (Offset, Offset) {
        let home = self.home(hash);
        (home, self.alternate(home, Tag::of(hash).class()))
    }

    /// The group `distance` groups after `here`, round the end.
    #[inline]
    pub const fn after(self, here: Offset, distance: usize) -> Offset {
        Offset(here.0.wrapping_add(distance.wrapping_mul(LINE_BYTES)) & self.mask_bytes)
    }

    /// The group that the byte at `bytes` from the start of the table belongs to, round the end.
    #[inline]
    pub(crate) const fn containing(self, bytes: usize) -> Offset {
        Offset(bytes & self.mask_bytes)
    }

    /// The group of number `group`, round the end.
    #[inline]
    pub const fn at(self, group: usize) -> Offset {
        self.after(Offset::FIRST, group)
    }
}
