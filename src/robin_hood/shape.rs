//! How many slots there are, and which is a word's home. Arithmetic only.

use crate::layout::{LINE_BYTES, MaxLoad};

/// The word of a slot that holds no key.
pub(super) const EMPTY: u64 = 0;

/// Slots of a line.
pub(super) const LINE_SLOTS: usize = LINE_BYTES / size_of::<u64>();

/// Slots after the last home in every table but the smallest.
///
/// At 15/16 load about 1 of 5,000 random tables needs more: `overflow_area_is_rarely_full` counts them.
pub(super) const OVERFLOW_SLOTS: usize = 64;

/// The least homes that a table starts with: one line.
const LEAST_HOME_BITS: u32 = 2;

/// Returns the lines of a storage in which a table takes `keys` evenly spread keys at `load`; `None` if no
/// address space holds them. A map needs as many again for its values.
///
/// ```
/// use heptad::{layout::{Line, MaxLoad}, robin_hood::{ByValue, Set, lines_for}, storage::Region};
///
/// const LINES: usize = lines_for(300, MaxLoad::SevenEighths).unwrap();
/// assert_eq!(LINES, 72);
/// let mut memory = [Line::EMPTY; LINES];
/// let mut ids = Set::new_in(Region::from_lines(&mut memory)?, ByValue)?;
/// assert_eq!(ids.try_reserve(300), Ok(()));
/// # Ok::<(), heptad::Error>(())
/// ```
pub const fn lines_for(keys: usize, load: MaxLoad) -> Option<usize> {
    match Shape::for_len(keys, load) {
        Some(shape) => Some(shape.lines()),
        None => None,
    }
}

/// How many slots a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// A word's home is its leading `64 - shift` bits: 1 to 63, or 0 without slots.
    shift: u32,
    /// Homes and overflow area together.
    slots: usize,
    /// Overflow slots that do not count as room for keys: the last homes run over into them. A table has
    /// more overflow slots than these only if keys crowd together, and those count as room.
    margin: usize,
}

impl Shape {
    /// The shape of a table without memory: no slot, so no home either. All zeros, as a `static` is whose memory
    /// comes later.
    pub(super) const NONE: Shape = Shape { shift: 0, slots: 0, margin: 0 };

    /// `2^home_bits` homes and `overflow` slots after them; `None` if no address space holds them.
    pub(super) const fn new(home_bits: u32, overflow: usize) -> Option<Shape> {
        Shape::with_margin(home_bits, overflow, overflow)
    }

    const fn with_margin(home_bits: u32, overflow: usize, margin: usize) -> Option<Shape> {
        // A slot has eight bytes, and no object is larger than half of the address space.
        if home_bits < 1 || home_bits >= usize::BITS - 5 {
            return None;
        }
        match (1usize << home_bits).checked_add(overflow) {
            Some(slots) if slots < isize::MAX as usize / LINE_BYTES => {
                Some(Shape { shift: 64 - home_bits, slots, margin })
            }
            _ => None,
        }
    }

    /// The shape to start with in a storage that has `lines` lines for a table to grow through.
    pub(super) fn first_of(lines: usize) -> Option<Shape> {
        let half = lines.saturating_mul(LINE_SLOTS) / 2;
        let overflow = half.min(OVERFLOW_SLOTS).checked_ilog2()?;
        Shape::new(overflow.max(LEAST_HOME_BITS), 1 << overflow)
    }

    /// The least plain shape that holds `len` keys at `load` in a storage of `lines` lines. If there is
    /// none, the one with the most homes, with the rest of the storage as overflow area.
    pub(super) fn for_storage(lines: usize, len: usize, load: MaxLoad) -> Option<Shape> {
        let mut shape = Shape::first_of(lines)?;
        while shape.max_len(load) < len {
            match shape.doubled().filter(|doubled| doubled.lines() <= lines) {
                Some(doubled) => shape = doubled,
                None => return shape.over(lines).filter(|shape| shape.max_len(load) >= len),
            }
        }
        Some(shape)
    }

    /// The shape that holds `len` keys at `load` in a storage of its own.
    pub(super) const fn for_len(len: usize, load: MaxLoad) -> Option<Shape> {
        let mut bits = LEAST_HOME_BITS + 1;
        loop {
            let overflow = if bits < OVERFLOW_SLOTS.ilog2() { 1 << bits } else { OVERFLOW_SLOTS };
            match Shape::new(bits, overflow) {
                Some(shape) if shape.max_len(load) >= len => return Some(shape),
                Some(_) => bits += 1,
                None => return None,
            }
        }
    }

    /// Twice the homes, the same overflow area.
    pub(super) fn doubled(self) -> Option<Shape> {
        Shape::with_margin(65 - self.shift, self.overflow(), self.margin)
    }

    /// Half the homes, the same overflow area; `None` for the smallest.
    pub(super) fn halved(self) -> Option<Shape> {
        Shape::with_margin(63 - self.shift, self.overflow(), self.margin)
    }

    /// As many homes, with `overflow` slots after them: at least the margin.
    pub(super) fn with_overflow(self, overflow: usize) -> Option<Shape> {
        Shape::with_margin(64 - self.shift, overflow.max(self.margin), self.margin)
    }

    /// As many homes, with the rest of `lines` lines after them: at least the margin.
    pub(super) fn over(self, lines: usize) -> Option<Shape> {
        self.with_overflow(lines.saturating_mul(LINE_SLOTS).saturating_sub(self.homes()))
    }

    /// As many slots, with the fewest homes: ascending words fill it without gaps.
    pub(super) fn with_fewest_homes(self) -> Shape {
        Shape { shift: 63, ..self }
    }

    /// As many homes, with only the margin after them.
    pub(super) fn plain(self) -> Shape {
        Shape { slots: self.homes() + self.margin, ..self }
    }

    /// As many homes, with the overflow area of `other`.
    pub(super) fn with_end_of(self, other: Shape) -> Option<Shape> {
        Shape::with_margin(64 - self.shift, other.overflow(), other.margin)
    }

    /// As many homes, with the margin of a table that has a storage of its own.
    pub(super) fn with_whole_margin(self) -> Option<Shape> {
        let margin = OVERFLOW_SLOTS.min(self.homes()).max(self.margin);
        Shape::with_margin(64 - self.shift, self.overflow().max(margin), margin)
    }

    /// Returns whether the overflow area is the margin.
    pub(super) fn is_plain(self) -> bool {
        self == self.plain()
    }

    #[inline]
    pub(super) fn slots(self) -> usize {
        self.slots
    }

    #[inline]
    pub(super) const fn homes(self) -> usize {
        if self.slots == 0 { 0 } else { 1 << (64 - self.shift) }
    }

    /// Slots after the last home.
    pub(super) fn overflow(self) -> usize {
        self.slots - self.homes()
    }

    pub(super) const fn lines(self) -> usize {
        self.slots.div_ceil(LINE_SLOTS)
    }

    /// The home of `word`. Below [`homes`](Self::homes), except that in a table without slots it is any number.
    #[inline(always)]
    pub(super) fn home(self, word: u64) -> usize {
        (word >> (self.shift & 63)) as usize
    }

    /// Bits of a word that do not determine its home.
    pub(super) fn shift(self) -> u32 {
        self.shift
    }

    /// Keys that the table takes before it is full.
    pub(super) const fn max_len(self, load: MaxLoad) -> usize {
        let room = self.slots - self.margin;
        (room / 16).saturating_mul(load.sixteenths()) + room % 16 * load.sixteenths() / 16
    }
}
