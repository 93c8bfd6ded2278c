//! Keys and values of several sizes.

use std::{
    fmt::Debug,
    hash::{Hash, Hasher},
};

/// A key: an integer.
pub(super) trait Key: Copy + Debug + Eq + Hash + From<u8> + Into<u64> {}
impl Key for u32 {}
impl Key for u64 {}

/// A value: derived from a `u32`.
pub(super) trait Value: Clone + Debug + Default + Eq + From<u32> {}
impl Value for u32 {}
impl Value for Box<u32> {}
impl Value for Large {}

/// A value larger than a cache line, of a size that is odd for its alignment, that owns memory: two separate boxes,
/// so that copying half of it is detected.
#[repr(align(16))]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Large {
    first: Box<u32>,
    between: [u64; 8],
    last: Box<u32>,
}

impl From<u32> for Large {
    fn from(number: u32) -> Large {
        let between = [u64::from(number); 8];
        Large { first: Box::new(number), between, last: Box::new(!number) }
    }
}

/// A value of one byte: keeps the low byte of each number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Byte(u8);

impl Value for Byte {}

impl From<u32> for Byte {
    fn from(number: u32) -> Byte {
        Byte(number as u8)
    }
}

/// A key whose size is not that of a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Mac([u8; 6]);

impl Key for Mac {}

impl Hash for Mac {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(*self));
    }
}

impl From<u8> for Mac {
    fn from(key: u8) -> Mac {
        Mac([key; 6])
    }
}

impl From<Mac> for u64 {
    fn from(Mac([key, ..]): Mac) -> u64 {
        u64::from(key)
    }
}
