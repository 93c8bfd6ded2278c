//! Keys and values: anything that is a word.

use core::marker::PhantomData;

/// Of a map that takes keys and values by a shared borrow, and gives them out: invariant in both.
pub(crate) type Words<K, V> = PhantomData<fn(K, V) -> (K, V)>;

/// A `Copy` type of at most eight bytes, kept in a table as a word.
///
/// Every value has a word of its own, and comes back from it: `from_word(value.to_word()) == value`.
/// A table compares keys by their words.
///
/// What one thread inserts another one finds: a type that must stay in its thread is no word.
///
/// ```compile_fail,E0277
/// #[derive(Clone, Copy)]
/// struct OfOneThread(*const u8);
///
/// impl heptad::lockfree::Word for OfOneThread {
///     fn to_word(self) -> u64 { self.0.expose_provenance() as u64 }
///     fn from_word(word: u64) -> Self { Self(core::ptr::with_exposed_provenance(word as usize)) }
/// }
/// ```
/// ```
/// #[derive(Clone, Copy)]
/// struct OfAllThreads(*const u8);
///
/// // SAFETY: nobody follows it.
/// unsafe impl Send for OfAllThreads {}
///
/// impl heptad::lockfree::Word for OfAllThreads {
///     fn to_word(self) -> u64 { self.0.expose_provenance() as u64 }
///     fn from_word(word: u64) -> Self { Self(core::ptr::with_exposed_provenance(word as usize)) }
/// }
/// ```
pub trait Word: Copy + Send {
    /// The word that stands for `self`.
    fn to_word(self) -> u64;

    /// The value whose word is `word`. Tables only ask for words that [`to_word`](Self::to_word) gave.
    fn from_word(word: u64) -> Self;
}

macro_rules! integers {
    ($($integer:ty),+) => {
        $(
            impl Word for $integer {
                #[inline]
                fn to_word(self) -> u64 {
                    self as u64
                }

                #[inline]
                fn from_word(word: u64) -> Self {
                    word as Self
                }
            }
        )+
    };
}

integers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

/// No value: for sets.
impl Word for () {
    #[inline]
    fn to_word(self) -> u64 {
        0
    }

    #[inline]
    fn from_word(_: u64) {}
}

impl Word for bool {
    #[inline]
    fn to_word(self) -> u64 {
        u64::from(self)
    }

    #[inline]
    fn from_word(word: u64) -> bool {
        word != 0
    }
}

/// Eight bytes, the first lowest.
impl Word for [u8; 8] {
    #[inline]
    fn to_word(self) -> u64 {
        u64::from_le_bytes(self)
    }

    #[inline]
    fn from_word(word: u64) -> Self {
        word.to_le_bytes()
    }
}
