//! What a table stores for a key: nothing more, or a value.
#![forbid(unsafe_code)]

use core::{fmt, hash::Hash};

/// An entry of a [`Table`](super::Table): a `u64` is a key alone, a `(u64, u64)` a key with its value.
pub trait Entry: Copy + fmt::Debug + sealed::Sealed {
    /// An entry of a borrowed table: `u64`, or `(u64, &u64)`.
    type Ref<'a>: Copy + fmt::Debug + Ord + Hash;

    /// Whether the table has values.
    #[doc(hidden)]
    const HAS_VALUE: bool;

    /// The key, and the value or 0.
    #[doc(hidden)]
    fn split(self) -> (u64, u64);

    /// The entry that [`split`](Self::split) took apart.
    #[doc(hidden)]
    fn of(key: u64, value: u64) -> Self;

    /// The entry itself.
    #[doc(hidden)]
    fn from_ref(entry: Self::Ref<'_>) -> Self;

    /// The entry of `key`. A key alone does not look its value up.
    #[doc(hidden)]
    fn join<'a>(key: u64, value: impl FnOnce() -> Option<&'a u64>) -> Option<Self::Ref<'a>>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u64 {}
    impl Sealed for (u64, u64) {}
}

impl Entry for u64 {
    type Ref<'a> = u64;

    const HAS_VALUE: bool = false;

    #[inline(always)]
    fn split(self) -> (u64, u64) {
        (self, 0)
    }

    #[inline(always)]
    fn of(key: u64, _: u64) -> u64 {
        key
    }

    #[inline(always)]
    fn from_ref(key: u64) -> u64 {
        key
    }

    #[inline(always)]
    fn join<'a>(key: u64, _: impl FnOnce() -> Option<&'a u64>) -> Option<u64> {
        Some(key)
    }
}

impl Entry for (u64, u64) {
    type Ref<'a> = (u64, &'a u64);

    const HAS_VALUE: bool = true;

    #[inline(always)]
    fn split(self) -> (u64, u64) {
        self
    }

    #[inline(always)]
    fn of(key: u64, value: u64) -> (u64, u64) {
        (key, value)
    }

    #[inline(always)]
    fn from_ref((key, &value): (u64, &u64)) -> (u64, u64) {
        (key, value)
    }

    #[inline(always)]
    fn join<'a>(key: u64, value: impl FnOnce() -> Option<&'a u64>) -> Option<(u64, &'a u64)> {
        Some((key, value()?))
    }
}
