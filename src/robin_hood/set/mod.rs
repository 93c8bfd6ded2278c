//! `Set`: 64-bit keys.
#![forbid(unsafe_code)]

use super::{order::Order, raw::Raw};
use crate::{
    error::{Error, Rejected},
    hash::Keyed,
    layout::MaxLoad,
    storage::{Downward, Growable, Heap},
};

/// A set of 64-bit keys, kept sorted by the words that stand for them, that grows in place.
///
/// Lookups touch 1.3 cache lines on average at 7/8 load; see [the module](super) for all costs.
///
/// ```
/// use core::mem::MaybeUninit;
/// use heptad::{hash::Keyed, robin_hood::Set, storage::Region};
///
/// #[repr(align(64))]
/// struct Memory([MaybeUninit<u8>; 4096]);
/// let mut memory = Memory([MaybeUninit::uninit(); 4096]);
///
/// let mut seen = Set::new_in(Region::new(&mut memory.0)?, Keyed::new(0x5eed))?;
/// assert!(seen.try_insert(7)?);
/// assert!(!seen.try_insert(7)?, "it was there already");
/// assert!(seen.contains(7) && !seen.contains(8));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub struct Set<S: Downward = Heap, O = Keyed> {
    raw: Raw<S>,
    order: O,
}

#[cfg(feature = "alloc")]
impl Set {
    /// An empty set without memory, under a fixed seed: [`with_order`](Set::with_order) takes another.
    pub const fn new() -> Self {
        Self::with_order(Keyed::new(0))
    }
}

#[cfg(feature = "alloc")]
impl<O> Set<Heap, O> {
    /// An empty set without memory.
    pub const fn with_order(order: O) -> Self {
        let raw = Raw::without_slots(Heap::new(), None, MaxLoad::SevenEighths);
        Set { raw, order }
    }
}

impl<S: Downward, O> Set<S, O> {
    /// An empty set at the end of `storage`, through which it grows downwards. It counts as full, and
    /// grows, at 7/8 load.
    ///
    /// # Errors
    ///
    /// What a storage says that cannot commit its last lines.
    pub fn new_in(storage: S, order: O) -> Result<Self, Error> {
        Self::with_max_load_in(storage, MaxLoad::SevenEighths, order)
    }

    /// [`new_in`](Self::new_in) with another load at which the set counts as full.
    ///
    /// # Errors
    ///
    /// As [`new_in`](Self::new_in).
    pub fn with_max_load_in(storage: S, load: MaxLoad, order: O) -> Result<Self, Error> {
        Ok(Set { raw: Raw::new_in(storage, None, load)?, order })
    }

    /// Keys in the set.
    #[inline]
    pub fn len(&self) -> usize {
        self.raw.len
    }

    /// Is there no key?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.raw.len == 0
    }

    /// Keys that fit before the set has to grow, those in it included.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.raw.max
    }

    /// Checks the invariants of the table.
    #[doc(hidden)]
    pub fn check_invariants(&self) -> Result<(), &'static str> {
        self.raw.broken_invariant().map_or(Ok(()), Err)
    }

    /// The words of all slots, 0 where there is none. For tests.
    #[doc(hidden)]
    pub fn layout(&self) -> &[u64] {
        self.raw.slots()
    }

    /// Doubles the homes, in place if the storage reaches that far.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] if it does not, and there can be no other; else what the storage says. The
    /// set is as it was.
    pub fn try_grow(&mut self) -> Result<(), Error> {
        self.raw.try_grow()
    }
}

impl<S: Downward, O: Order> Set<S, O> {
    /// Is `key` in the set?
    #[inline]
    pub fn contains(&self, key: u64) -> bool {
        self.raw.find(self.order.word(key)).is_some()
    }

    /// Puts `key` in, growing if the set is full and can. `Ok(false)` if it was there already.
    ///
    /// # Errors
    ///
    /// The key comes back, and the set is as it was.
    #[inline]
    pub fn try_insert(&mut self, key: u64) -> Result<bool, Rejected<u64>> {
        match self.raw.try_insert(self.order.word(key), 0) {
            Ok((_, is_new)) => Ok(is_new),
            Err(error) => Err(Rejected { value: key, error }),
        }
    }

    /// Takes `key` out. `false` if it was not there.
    pub fn remove(&mut self, key: u64) -> bool {
        match self.raw.find(self.order.word(key)) {
            Some(place) => {
                self.raw.remove(place);
                true
            }
            None => false,
        }
    }
}

impl<S: Growable, O: Order> Set<S, O> {
    /// [`try_insert`](Self::try_insert), ending in the allocation error handler when there is no
    /// memory.
    #[inline]
    pub fn insert(&mut self, key: u64) -> bool {
        self.try_insert(key).unwrap_or_else(|rejected| S::fail(rejected.error))
    }
}
