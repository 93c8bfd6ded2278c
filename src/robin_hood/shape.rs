//! How many slots there are, and which is a word's home. Arithmetic only.

use crate::layout::{LINE_BYTES, MaxLoad};

/// The word of a slot that holds no key.
pub(super) const EMPTY: u64 = 0;

/// Slots of a line.
pub(super) const LINE_SLOTS: usize = LINE_BYTES / size_of::<u64>();

/// Slots behind the last home in every table but the smallest.
///
/// At 15/16 load the keys of a random table reach so far behind the last home in about 1 of 5,000
/// tables, at 7/8 in 1 of 60 million: `overflow_area_is_rarely_full` counts the first.
pub(super) const OVERFLOW_SLOTS: usize = 64;

/// The least homes that a table starts with: one line.
const LEAST_HOME_BITS: u32 = 2;

/// Lines of a storage in which a table takes `keys` keys at `load`, as long as they are spread as the
/// table wants them; `None` if no address space holds them. A map needs as many again for its values.
///
/// ```
/// use heptad::{layout::{Line, MaxLoad}, robin_hood::{ByValue, Set, lines_for}, storage::Region};
///
/// let lines = lines_for(300, MaxLoad::SevenEighths).unwrap();
/// assert_eq!(lines, 72);
/// let mut memory = [Line::EMPTY; 72];
/// let mut ids = Set::new_in(Region::from_lines(&mut memory)?, ByValue)?;
/// assert_eq!(ids.try_reserve(300), Ok(()));
/// # Ok::<(), heptad::Error>(())
/// ```
pub fn lines_for(keys: usize, load: MaxLoad) -> Option<usize> {
    Shape::for_len(keys, load).map(Shape::lines)
}

/// How many slots a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// A word's home is its leading `64 - shift` bits: 1 to 63.
    shift: u32,
    /// Homes and overflow area together.
    slots: usize,
}

impl Shape {
    /// The shape of a table without memory: no slot, so no home either.
    pub(super) const NONE: Shape = Shape { shift: 63, slots: 0 };

    /// `2^home_bits` homes and `overflow` slots behind them; `None` if no address space holds them.
    pub(super) fn new(home_bits: u32, overflow: usize) -> Option<Shape> {
        // A slot has eight bytes, and no object is larger than half of the address space.
        let fits = (1..usize::BITS - 5).contains(&home_bits);
        let homes = fits.then(|| 1usize << home_bits)?;
        let slots = homes.checked_add(overflow)?;
        (slots < isize::MAX as usize / LINE_BYTES).then_some(Shape { shift: 64 - home_bits, slots })
    }

    /// The shape to start with in a storage that has `lines` lines for a table to grow through.
    pub(super) fn first_of(lines: usize) -> Option<Shape> {
        let half = lines.saturating_mul(LINE_SLOTS) / 2;
        let overflow = half.min(OVERFLOW_SLOTS).checked_ilog2()?;
        Shape::new(overflow.max(LEAST_HOME_BITS), 1 << overflow)
    }

    /// The least shape that holds `len` keys at `load` in a storage of `lines` lines.
    pub(super) fn for_storage(lines: usize, len: usize, load: MaxLoad) -> Option<Shape> {
        let mut shape = Shape::first_of(lines)?;
        while shape.max_len(load) < len {
            shape = shape.doubled().filter(|doubled| doubled.lines() <= lines)?;
        }
        Some(shape)
    }

    /// The shape that holds `len` keys at `load` in a storage of its own.
    pub(super) fn for_len(len: usize, load: MaxLoad) -> Option<Shape> {
        let mut bits = LEAST_HOME_BITS + 1;
        loop {
            let shape = Shape::new(bits, OVERFLOW_SLOTS.min(1usize.checked_shl(bits)?))?;
            if shape.max_len(load) >= len {
                return Some(shape);
            }
            bits += 1;
        }
    }

    /// Twice the homes, the same overflow area.
    pub(super) fn doubled(self) -> Option<Shape> {
        Shape::new(65 - self.shift, self.overflow())
    }

    /// Half the homes, the same overflow area; `None` for the smallest.
    pub(super) fn halved(self) -> Option<Shape> {
        if self.slots == 0 || self.homes() <= self.overflow() {
            return None;
        }
        Shape::new(63 - self.shift, self.overflow())
    }

    /// As many homes, with `overflow` slots behind them.
    pub(super) fn with_overflow(self, overflow: usize) -> Option<Shape> {
        Shape::new(64 - self.shift, overflow)
    }

    #[inline]
    pub(super) fn slots(self) -> usize {
        self.slots
    }

    #[inline]
    pub(super) fn homes(self) -> usize {
        if self.slots == 0 { 0 } else { 1 << (64 - self.shift) }
    }

    /// Slots behind the last home.
    pub(super) fn overflow(self) -> usize {
        self.slots - self.homes()
    }

    pub(super) fn lines(self) -> usize {
        self.slots.div_ceil(LINE_SLOTS)
    }

    /// The slot where `word` stands if nobody is in its way. Below [`homes`](Self::homes), except
    /// that a table without slots has a home 0 or 1 that does not exist.
    #[inline(always)]
    pub(super) fn home(self, word: u64) -> usize {
        (word >> (self.shift & 63)) as usize
    }

    /// Keys that the table takes before it counts as full.
    pub(super) fn max_len(self, load: MaxLoad) -> usize {
        let homes = self.homes();
        // Fewer than 16 homes are a power of two, too.
        (homes / 16).saturating_mul(load.sixteenths()) + homes % 16 * load.sixteenths() / 16
    }
}
