//! `Set`: 64-bit keys.
#![forbid(unsafe_code)]

use core::fmt;

use super::{
    order::{Order, Total},
    raw::{Raw, Storages},
    table::Table,
};
use crate::{
    error::{Error, Rejected},
    hash::Keyed,
    layout::MaxLoad,
    storage::{Downward, Growable, Heap},
};

/// A set of 64-bit keys that grows in place. It is sorted by the words of the keys.
///
/// The module's essay lists [what operations cost](super#cost).
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
/// assert!(!seen.try_insert(7)?, "the key is present already");
/// assert!(seen.contains(7) && !seen.contains(8));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub type Set<S = Heap, O = Keyed> = Table<u64, S, O>;

impl<S: Downward, O> Set<S, O> {
    /// Makes an empty set at the end of `storage`, through which it grows downwards. It grows at 7/8
    /// load.
    ///
    /// A storage of `2^k + 64` words, for any `k` from 6 on, is used to its start.
    ///
    /// # Errors
    ///
    /// The error of a storage that cannot commit its last lines.
    pub fn new_in(storage: S, order: O) -> Result<Self, Error> {
        Self::with_max_load_in(storage, MaxLoad::SevenEighths, order)
    }

    /// [`new_in`](Self::new_in) with another load at which the set grows.
    ///
    /// # Errors
    ///
    /// Those of [`new_in`](Self::new_in).
    pub fn with_max_load_in(storage: S, load: MaxLoad, order: O) -> Result<Self, Error> {
        Ok(Self::of(Raw::new_in(storage, None, load)?, order))
    }

    /// Returns the storage; the keys are lost.
    pub fn into_storage(self) -> S {
        self.raw.into_storages().keys
    }

    /// Returns a reference to the storage.
    pub fn storage(&self) -> &S {
        self.raw.keys_storage()
    }

    /// Moves all keys to `storage` and returns the old storage.
    ///
    /// # Errors
    ///
    /// `storage`, with [`Error::Full`] if it is too small for the keys; the set is unchanged.
    pub fn move_into(&mut self, storage: S) -> Result<S, Rejected<S>> {
        match self.raw.move_into(Storages { keys: storage, values: None }) {
            Ok(old) => Ok(old.keys),
            Err(rejected) => Err(Rejected { value: rejected.value.keys, error: rejected.error }),
        }
    }
}

/// Finding, inserting and removing.
impl<S: Downward, O: Order> Set<S, O> {
    /// Returns whether `key` is in the set.
    #[inline]
    pub fn contains(&self, key: u64) -> bool {
        self.place_of(key).is_some()
    }

    /// Inserts `key`, growing the set if it is full. Returns `false` if the key was present.
    ///
    /// # Errors
    ///
    /// The key, and the set has the keys that it had: with [`Error::Full`] if the set is full and cannot
    /// grow, with [`Error::KeyOutOfRange`] if the order has no word for the key, or with the error of
    /// the storage.
    #[inline]
    pub fn try_insert(&mut self, key: u64) -> Result<bool, Rejected<u64>> {
        let placed = self.place_by(key, Raw::try_insert);
        placed.map(|(_, is_new)| is_new).map_err(|error| Rejected { value: key, error })
    }

    /// [`try_insert`](Self::try_insert) that never grows the set. It moves the keys between the place of
    /// `key` and the next gap, or spreads all keys over the slots that there are if there is no gap.
    ///
    /// # Errors
    ///
    /// The key, with [`Error::Full`] or [`Error::KeyOutOfRange`].
    pub fn insert_within_capacity(&mut self, key: u64) -> Result<bool, Rejected<u64>> {
        let placed = self.place_by(key, Raw::insert_within_capacity);
        placed.map(|(_, is_new)| is_new).map_err(|error| Rejected { value: key, error })
    }

    /// Removes `key`. Returns `false` if it was absent.
    pub fn remove(&mut self, key: u64) -> bool {
        self.remove_key(key).is_some()
    }

    /// Returns `key` if it is in the set: equal keys are the same.
    #[inline]
    pub fn get(&self, key: u64) -> Option<u64> {
        self.contains(key).then_some(key)
    }

    /// Removes `key` and returns it.
    pub fn take(&mut self, key: u64) -> Option<u64> {
        self.remove(key).then_some(key)
    }

    /// Inserts `key` and returns the equal key that the set had, which is the same.
    ///
    /// # Errors
    ///
    /// Those of [`try_insert`](Self::try_insert).
    pub fn try_replace(&mut self, key: u64) -> Result<Option<u64>, Rejected<u64>> {
        self.try_insert(key).map(|is_new| (!is_new).then_some(key))
    }

    /// Removes the keys for which `keep` returns `false`. Calls it once per key, in order, in one pass.
    ///
    /// If `keep` panics, the keys from that one on stay.
    pub fn retain(&mut self, mut keep: impl FnMut(u64) -> bool) {
        let order = &self.order;
        self.raw.retain(|word, _| keep(order.key(word)));
    }

    /// Returns the first key in order: the least in a [`Monotone`](super::Monotone) order.
    pub fn first(&self) -> Option<u64> {
        self.iter().next()
    }

    /// Returns the last key in order: the greatest in a [`Monotone`](super::Monotone) order.
    pub fn last(&self) -> Option<u64> {
        self.iter().next_back()
    }
}

impl<S: Growable, O: Total> Set<S, O> {
    /// Calls [`try_insert`](Self::try_insert). Without memory it ends in the allocation error handler.
    #[inline]
    pub fn insert(&mut self, key: u64) -> bool {
        self.try_insert(key).unwrap_or_else(|rejected| S::fail(rejected.error))
    }

    /// Calls [`try_replace`](Self::try_replace). Without memory it ends in the allocation error handler.
    pub fn replace(&mut self, key: u64) -> Option<u64> {
        self.try_replace(key).unwrap_or_else(|rejected| S::fail(rejected.error))
    }
}

impl<S: Downward, O: Order> fmt::Debug for Set<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

/// Sets are equal if their keys are, whatever their storage, order and size: one pass over both, or a lookup per key if
/// the orders differ.
impl<S: Downward, S2: Downward, O: Order + PartialEq> PartialEq<Set<S2, O>> for Set<S, O> {
    fn eq(&self, other: &Set<S2, O>) -> bool {
        self.len() == other.len() && self.is_subset(other)
    }
}

impl<S: Downward, O: Order + PartialEq> Eq for Set<S, O> {}
