//! A table in memory: the one place where bytes become bins and groups.
//!
//! [`Table`] is what all algorithms work on: two slices of atomics and the numbers that lead a hash
//! into them. In normal builds [`memory`] makes it from the bytes of an arena. Under loom, whose
//! atomics are no plain words, [`model`] makes the same from boxes.
//!
//! - **A1** `bins` has `shape.bins` elements and `groups` has `shape.groups()`, and none is zero.

use super::{
    bin::{Bin, Group},
    header::Place,
    shape::Shape,
};
use crate::hash::hash_word;

cfg_if::cfg_if! {
    if #[cfg(loom)] {
        mod model;
        pub(super) use model::Descriptor;
    } else {
        mod memory;
        pub(super) use memory::Descriptor;
    }
}

/// The home of some keys: a bin of a table, and its number.
#[derive(Clone, Copy)]
pub(super) struct Home<'a> {
    bin: &'a Bin,
    number: u64,
}

impl<'a> Home<'a> {
    #[inline]
    pub(super) fn bin(self) -> &'a Bin {
        self.bin
    }

    #[inline]
    pub(super) fn number(self) -> u64 {
        self.number
    }
}

/// A table: what all operations work on.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    bins: &'a [Bin],
    groups: &'a [Group],
    shape: Shape,
    seed: u64,
    home_mask: u64,
}

impl<'a> Table<'a> {
    /// The home of the key that `word` stands for: only its bits in the home mask count.
    #[inline]
    pub(super) fn home_of(self, word: u64) -> Home<'a> {
        self.home(self.shape.bin_of(hash_word(self.seed, word & self.home_mask)))
    }

    #[inline]
    fn home(self, number: u64) -> Home<'a> {
        // SAFETY: numbers come from the shape, which makes them less than `bins` (A1).
        let bin = unsafe { self.bins.get_unchecked(number as usize) };
        Home { bin, number }
    }

    /// The home with a number, if there is one.
    pub(super) fn home_number(self, number: u64) -> Option<Home<'a>> {
        self.bins.get(number as usize).map(|bin| Home { bin, number })
    }

    /// Every home, in order of their numbers.
    pub(super) fn homes(self) -> impl Iterator<Item = Home<'a>> {
        self.bins.iter().zip(0..).map(|(bin, number)| Home { bin, number })
    }

    /// The number of the group that `home` has in `region`.
    #[inline]
    pub(super) fn group_number(self, home: Home<'_>, region: u32) -> u64 {
        self.shape.group_of(home.number, region)
    }

    /// The group that `home` has in `region`.
    #[inline]
    pub(super) fn group(self, home: Home<'_>, region: u32) -> &'a Group {
        let number = self.group_number(home, region);
        // SAFETY: the shape makes it less than `groups` (A1).
        unsafe { self.groups.get_unchecked(number as usize) }
    }

    /// The group of a place outside the bin.
    #[inline]
    pub(super) fn group_at(self, home: Home<'_>, place: Place) -> &'a Group {
        self.group(home, place.region())
    }

    /// All groups.
    pub(super) fn groups(self) -> &'a [Group] {
        self.groups
    }

    pub(super) fn shape(self) -> Shape {
        self.shape
    }

    pub(super) fn seed(self) -> u64 {
        self.seed
    }
}
