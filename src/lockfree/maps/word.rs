//! Keys and values: anything that is a word.

use core::marker::PhantomData;
use core::net::Ipv4Addr;
use core::num::NonZero;

/// Of a map that takes keys and values by a shared borrow, and gives them out: invariant in both.
pub(crate) type Words<K, V> = PhantomData<fn(K, V) -> (K, V)>;

/// A `Copy` type of at most eight bytes, kept in a table as a word.
///
/// Every value has a word of its own, from which it is made again: `from_word(value.to_word()) == value`.
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
///
/// Integers, [`NonZero`] ones and their [`Option`], `char`, `bool`, `()`, pairs of `u32`, arrays of up to eight bytes
/// and [`Ipv4Addr`] are words, and newtypes of words by [`newtype_word!`](crate::newtype_word). References and function
/// pointers are none: `from_word` is safe to call with any number.
pub trait Word: Copy + Send {
    /// The word that stands for `self`.
    fn to_word(self) -> u64;

    /// The value whose word is `word`. Tables pass only words that [`to_word`](Self::to_word) returned.
    fn from_word(word: u64) -> Self;
}

/// Makes a newtype of a word a [`Word`]: `newtype_word!(Name(Inner))` for a `struct Name(Inner)`.
///
/// ```
/// use heptad::{lockfree::{Map, Word, arena_lines}, newtype_word, storage::Region, layout::Line};
///
/// #[derive(Clone, Copy, PartialEq, Debug)]
/// struct Frame(u32);
/// #[derive(Clone, Copy, PartialEq, Debug)]
/// struct Owner(core::num::NonZero<u16>);
/// newtype_word!(Frame(u32));
/// newtype_word!(Owner(core::num::NonZero<u16>));
///
/// let mut memory = vec![Line::EMPTY; arena_lines(10)];
/// let map = Map::<Frame, Owner>::new_in(Region::from_lines(&mut memory)?, 0x5eed)?;
/// let kernel = Owner(1.try_into().unwrap());
/// map.insert(Frame(7), kernel)?;
/// assert_eq!(map.get(Frame(7)), Some(kernel));
/// # Ok::<(), heptad::Error>(())
/// ```
#[macro_export]
macro_rules! newtype_word {
    ($name:ident($inner:ty)) => {
        impl $crate::lockfree::Word for $name {
            #[inline]
            fn to_word(self) -> u64 {
                <$inner as $crate::lockfree::Word>::to_word(self.0)
            }

            #[inline]
            fn from_word(word: u64) -> Self {
                $name(<$inner as $crate::lockfree::Word>::from_word(word))
            }
        }
    };
}

/// An integer, one that is never zero, and that or nothing, whose word is 0.
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

            impl Word for NonZero<$integer> {
                #[inline]
                fn to_word(self) -> u64 {
                    self.get().to_word()
                }

                /// 0, which is no such word, gives the least.
                #[inline]
                fn from_word(word: u64) -> Self {
                    Option::<Self>::from_word(word).unwrap_or(Self::MIN)
                }
            }

            impl Word for Option<NonZero<$integer>> {
                #[inline]
                fn to_word(self) -> u64 {
                    self.map_or(0, Word::to_word)
                }

                #[inline]
                fn from_word(word: u64) -> Self {
                    NonZero::new(<$integer>::from_word(word))
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

impl Word for char {
    #[inline]
    fn to_word(self) -> u64 {
        self.into()
    }

    /// A number that is no `char` gives [`char::REPLACEMENT_CHARACTER`].
    #[inline]
    fn from_word(word: u64) -> char {
        char::from_u32(word as u32).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

/// Up to eight bytes, the first lowest. Longer arrays do not compile.
///
/// ```
/// assert_eq!(heptad::lockfree::Word::to_word([1u8; 8]), 0x0101_0101_0101_0101);
/// ```
/// ```compile_fail,E0080
/// heptad::lockfree::Word::to_word([1u8; 9]);
/// ```
impl<const N: usize> Word for [u8; N] {
    #[inline]
    fn to_word(self) -> u64 {
        const { assert!(N <= 8, "heptad: a word has eight bytes: longer keys are for `IndirectMap`") };
        let mut bytes = [0; 8];
        for (byte, own) in bytes.iter_mut().zip(self) {
            *byte = own;
        }
        u64::from_le_bytes(bytes)
    }

    #[inline]
    fn from_word(word: u64) -> Self {
        let bytes = word.to_le_bytes();
        core::array::from_fn(|index| bytes.get(index).copied().unwrap_or(0))
    }
}

/// The first is the lower half.
impl Word for (u32, u32) {
    #[inline]
    fn to_word(self) -> u64 {
        u64::from(self.0) | u64::from(self.1) << 32
    }

    #[inline]
    fn from_word(word: u64) -> Self {
        (word as u32, (word >> 32) as u32)
    }
}

impl Word for Ipv4Addr {
    #[inline]
    fn to_word(self) -> u64 {
        self.to_bits().into()
    }

    #[inline]
    fn from_word(word: u64) -> Self {
        Self::from_bits(word as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each value is made again from its word, and has it alone.
    fn is_word<T: Word + PartialEq + core::fmt::Debug>(values: &[T]) {
        for (index, &value) in values.iter().enumerate() {
            assert_eq!(T::from_word(value.to_word()), value);
            for other in &values[..index] {
                assert_ne!(other.to_word(), value.to_word(), "{other:?} {value:?}");
            }
        }
    }

    #[test]
    fn every_value_comes_back_from_a_word_of_its_own() {
        is_word(&[i32::MIN, -1, 0, 1, i32::MAX]);
        is_word(&[NonZero::<i64>::MIN, NonZero::new(-1).unwrap(), NonZero::<i64>::MAX]);
        is_word(&[None, Some(NonZero::<u8>::MIN), Some(NonZero::<u8>::MAX)]);
        is_word(&['\0', 'a', '\u{d7ff}', '\u{e000}', char::MAX]);
        is_word(&[false, true]);
        is_word(&[()]);
        is_word::<[u8; 0]>(&[[]]);
        is_word(&[[0, 0, 1], [1, 0, 0], [255; 3]]);
        is_word(&[[0; 8], [1, 2, 3, 4, 5, 6, 7, 8], [255; 8]]);
        is_word(&[(0, 0), (0, 1), (1, 0), (u32::MAX, u32::MAX)]);
        is_word(&[Ipv4Addr::UNSPECIFIED, Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST]);
    }

    /// Safe code may pass what no value gave, and memory that processes share may hold it.
    #[test]
    fn words_of_no_value_give_one() {
        assert_eq!(NonZero::<u32>::from_word(1 << 40), NonZero::<u32>::MIN);
        assert_eq!(char::from_word(0xd800), char::REPLACEMENT_CHARACTER);
        assert_eq!(<[u8; 3]>::from_word(u64::MAX), [255; 3]);
    }
}
