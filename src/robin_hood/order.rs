//! How keys become words and back: the order in which a table keeps them.
//!
//! | keys | order | ranges |
//! |---|---|---|
//! | any, also chosen by others | [`Keyed`] | no |
//! | spread evenly between the least and the greatest: hashes, ids, page numbers, addresses of one heap | [`ByValue`] | yes |
//! | spread evenly over a piece of the numbers that is known beforehand; the table refuses others | [`Within`] | yes |
//! | in several crowds far apart, such as user and kernel addresses together | an [`Order`] of your own that is [`Monotone`] and leaves out the space between | yes |

use core::ops::{Bound, RangeBounds, RangeInclusive};

use crate::hash::{Keyed, hash_word, unhash_word};

/// A one-to-one map from keys to the words that a table stores, in whose order it stores them.
///
/// A table is an exact set or map as long as [`key`](Self::key) undoes [`word`](Self::word) and no two
/// keys have one word. With other functions it confuses keys, but it stays whole and sound.
///
/// A bijection of all 64 bits has a word for each key. An order may also have words for one piece of the
/// numbers only: [`keys`](Self::keys).
pub trait Order {
    /// Returns the word of `key`, which is one of [`keys`](Self::keys).
    fn word(&self, key: u64) -> u64;

    /// Returns the key of `word`, which is the word of one.
    fn key(&self, word: u64) -> u64;

    /// Returns the keys that have a word. No table of this order has any other key: a lookup does not find
    /// it, and inserting it is [`Error::KeyOutOfRange`](crate::Error::KeyOutOfRange).
    #[inline(always)]
    fn keys(&self) -> RangeInclusive<u64> {
        0..=u64::MAX
    }
}

/// An [`Order`] that has a word for every key: [`keys`](Order::keys) are all numbers.
///
/// Only its tables have methods that return no error, such as `insert` and `extend`: what they cannot do
/// for want of memory ends in the allocation error handler, and a key that the order refuses must not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may refuse keys",
    label = "this order may have no word for a key",
    note = "use the methods that return an error, such as `try_insert`",
    note = "or implement `heptad::robin_hood::Total` for an order of yours that has a word for every key"
)]
pub trait Total: Order {}

/// An [`Order`] in which a greater key has a greater word: its tables have ranges.
///
/// Only [`ByValue`] has a word for every key; an order that leaves keys out can bring the others closer
/// together, or further apart, so that their words are spread evenly.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use heptad::robin_hood::{Monotone, Order, Set};
///
/// /// Addresses of 47 bits, whose upper half is the kernel's, at the other end of all 64.
/// #[derive(Clone, Copy, PartialEq)]
/// struct Canonical;
///
/// impl Order for Canonical {
///     fn word(&self, address: u64) -> u64 {
///         address << 16
///     }
///     fn key(&self, word: u64) -> u64 {
///         (word as i64 >> 16) as u64
///     }
/// }
/// // The sign comes first: kernel addresses have the greater words.
/// impl Monotone for Canonical {}
///
/// let mut pages = Set::with_order(Canonical);
/// for page in [0x7fff_ffff_f000, 0xffff_8000_0000_0000, 0x1000] {
///     pages.try_insert(page)?;
/// }
/// assert!(pages.range(..0x8000_0000_0000).eq([0x1000, 0x7fff_ffff_f000]));
/// # }
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub trait Monotone: Order {}

/// The order of keyed hashes: any keys spread evenly, and only someone who knows the seed can choose keys
/// that do not.
impl Order for Keyed {
    #[inline(always)]
    fn word(&self, key: u64) -> u64 {
        hash_word(self.seed(), key)
    }

    #[inline(always)]
    fn key(&self, word: u64) -> u64 {
        unhash_word(self.seed(), word)
    }
}

impl Total for Keyed {}

/// The order of the keys themselves, for keys that are spread evenly between the least and the greatest.
///
/// A table finds by itself which piece of the numbers that is, and how dense the keys are in it; the essay
/// says [what that costs](super#when-keys-crowd-together). If keys are in several crowds far apart, a
/// lookup takes the logarithm of a crowd, but an insertion or a removal moves up to a whole crowd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByValue;

impl Order for ByValue {
    #[inline(always)]
    fn word(&self, key: u64) -> u64 {
        key
    }

    #[inline(always)]
    fn key(&self, word: u64) -> u64 {
        word
    }
}

impl Monotone for ByValue {}

impl Total for ByValue {}

/// The order of keys that are spread evenly over one piece of the numbers: page numbers, or the addresses
/// of a kernel's half. Other keys are refused.
///
/// ```
/// # #[cfg(feature = "alloc")] {
/// use heptad::{Error, robin_hood::{Set, Within}};
///
/// const KERNEL: Within = Within::new(0xffff_8000_0000_0000..=u64::MAX).unwrap();
/// let mut stacks = Set::with_order(KERNEL);
/// for number in 0..1000 {
///     stacks.try_insert(0xffff_c900_0000_0000 + number * 0x4000)?;
/// }
/// assert_eq!(stacks.range(..=0xffff_c900_0000_ffff).count(), 4);
/// assert_eq!(stacks.try_insert(7).unwrap_err().error, Error::KeyOutOfRange);
/// # }
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// Methods that return no error are for orders without such keys alone:
///
/// ```compile_fail,E0599
/// use heptad::robin_hood::{Set, Within};
///
/// let mut small = Set::with_order(Within::new(10..=20).unwrap());
/// small.insert(5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within {
    low: u64,
    high: u64,
    /// The distance between the words of neighbouring keys.
    scale: u64,
}

impl Within {
    /// Makes the order of `keys`; `None` if there are none.
    pub const fn new(keys: RangeInclusive<u64>) -> Option<Within> {
        let (low, high) = (*keys.start(), *keys.end());
        if low > high {
            return None;
        }
        // 2^64 divided by the number of keys, which wraps to 0 if all numbers are keys.
        let count = (high - low).wrapping_add(1);
        let scale = match count.wrapping_neg().checked_div(count) {
            Some(times) => times.saturating_add(1),
            None => 1,
        };
        Some(Within { low, high, scale })
    }
}

impl Order for Within {
    #[inline]
    fn word(&self, key: u64) -> u64 {
        key.wrapping_sub(self.low).wrapping_mul(self.scale)
    }

    /// One division.
    #[inline]
    fn key(&self, word: u64) -> u64 {
        // Never 0.
        self.low.wrapping_add(word.checked_div(self.scale).unwrap_or(0))
    }

    #[inline]
    fn keys(&self) -> RangeInclusive<u64> {
        self.low..=self.high
    }
}

impl Monotone for Within {}

/// Where a key is among the words of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// Less than all keys that have a word.
    Before,
    At(u64),
    /// Greater than all keys that have a word.
    After,
}

/// Questions that only tables have.
pub(super) trait Lookup: Order {
    /// Returns the word of `key`, if it has one.
    #[inline(always)]
    fn word_of(&self, key: u64) -> Option<u64> {
        self.keys().contains(&key).then(|| self.word(key))
    }

    /// Returns where `key` is.
    #[inline]
    fn whereabouts(&self, key: u64) -> Whereabouts {
        match self.word_of(key) {
            Some(word) => Whereabouts::At(word),
            None if key < *self.keys().start() => Whereabouts::Before,
            None => Whereabouts::After,
        }
    }
}

impl<O: Order> Lookup for O {}

/// Returns the words of the keys within `bounds`, from the least to the greatest; `None` if there are none.
pub(super) fn words_within<O: Monotone>(
    order: &O,
    bounds: &impl RangeBounds<u64>,
) -> Option<RangeInclusive<u64>> {
    let least = match bounds.start_bound() {
        Bound::Unbounded => 0,
        Bound::Included(&key) => key,
        Bound::Excluded(&key) => key.checked_add(1)?,
    };
    let greatest = match bounds.end_bound() {
        Bound::Unbounded => u64::MAX,
        Bound::Included(&key) => key,
        Bound::Excluded(&key) => key.checked_sub(1)?,
    };
    let keys = order.keys();
    let (least, greatest) = (least.max(*keys.start()), greatest.min(*keys.end()));
    (least <= greatest).then(|| order.word(least)..=order.word(greatest))
}
