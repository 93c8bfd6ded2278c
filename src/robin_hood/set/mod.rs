//! `Set`: 64-bit keys.
#![forbid(unsafe_code)]

use super::{
    order::{Lookup, Monotone, Order},
    raw::{Raw, Storages},
    stats::Stats,
};
use crate::{
    error::{Error, Rejected},
    hash::Keyed,
    layout::MaxLoad,
    storage::{Downward, Growable, Heap},
};

mod algebra;
mod iter;
mod traits;

pub use iter::{Iter, Range};

/// A set of 64-bit keys, kept sorted by the words that stand for them, that grows in place.
///
/// The module tells [what operations cost](super#cost).
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
    pub(super) raw: Raw<S>,
    pub(super) order: O,
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
    /// An empty set without memory. It grows at 7/8 load.
    pub const fn with_order(order: O) -> Self {
        Set { raw: Raw::without_slots(Heap::new(), None, MaxLoad::SevenEighths), order }
    }

    /// An empty set that takes `capacity` keys without growing.
    ///
    /// # Errors
    ///
    /// [`Error::CapacityOverflow`] or [`Error::AllocationFailed`].
    pub fn try_with_capacity(capacity: usize, order: O) -> Result<Self, Error> {
        let mut set = Self::with_order(order);
        set.raw.try_reserve(capacity)?;
        Ok(set)
    }
}

impl<S: Downward, O> Set<S, O> {
    /// An empty set at the end of `storage`, through which it grows downwards. It counts as full, and
    /// grows, at 7/8 load.
    ///
    /// A storage of `2^k + 64` words, for any `k` from 6 on, is used to its start.
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

    /// Gives the storage back. The keys are gone.
    pub fn into_storage(self) -> S {
        self.raw.into_storages().keys
    }

    /// The storage.
    pub fn storage(&self) -> &S {
        self.raw.keys_storage()
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

    /// The order in which the keys are kept.
    pub fn order(&self) -> &O {
        &self.order
    }

    /// Takes out all keys; the memory stays.
    pub fn clear(&mut self) {
        self.raw.clear();
    }

    /// How full and how orderly the set is. Reads all slots.
    pub fn stats(&self) -> Stats {
        Stats::of(&self.raw)
    }

    /// Doubles the homes: in place if the storage reaches that far, else in another storage if there
    /// can be one. One streaming pass.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] if the start of the storage is reached; else what the storage says, or the
    /// allocator. The set is as it was.
    pub fn try_grow(&mut self) -> Result<(), Error> {
        self.raw.try_grow()
    }

    /// Makes sure that `additional` more keys fit without growing.
    ///
    /// # Errors
    ///
    /// As [`try_grow`](Self::try_grow); the set holds what it held.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.raw.try_reserve(additional)
    }

    /// Halves the homes in place as often as `capacity` keys, and those there are, still fit, and
    /// gives the memory in front back to the storage. Two streaming passes; needs no memory.
    pub fn shrink_in_place(&mut self, capacity: usize) {
        self.raw.shrink_in_place(capacity);
    }

    /// Moves all keys to `storage`, and gives the old one back.
    ///
    /// # Errors
    ///
    /// `storage` comes back with [`Error::Full`] if it is too small for the keys; the set is
    /// as it was.
    pub fn move_into(&mut self, storage: S) -> Result<S, Rejected<S>> {
        match self.raw.move_into(Storages { keys: storage, values: None }) {
            Ok(old) => Ok(old.keys),
            Err(rejected) => Err(Rejected { value: rejected.value.keys, error: rejected.error }),
        }
    }

    /// Checks the invariants of the table.
    #[doc(hidden)]
    pub fn check_invariants(&self) -> Result<(), &'static str> {
        self.raw.broken_invariant().map_or(Ok(()), Err)
    }

    /// The least word that the set has a home for now, and how many bits the words that it has homes for
    /// have in common besides. For tests.
    #[doc(hidden)]
    pub fn frame(&self) -> (u64, u32) {
        (self.raw.frame.base(), self.raw.frame.lift())
    }

    /// What is in all slots, 0 where there is nothing. For tests.
    #[doc(hidden)]
    pub fn layout(&self) -> &[u64] {
        self.raw.slots()
    }
}

/// Finding, putting in and taking out.
impl<S: Downward, O: Order> Set<S, O> {
    /// Is `key` in the set?
    #[inline]
    pub fn contains(&self, key: u64) -> bool {
        self.order.word_of(key).is_some_and(|word| self.raw.find(word).is_some())
    }

    /// Puts `key` in, growing if the set is full and can. `Ok(false)` if it was there already.
    ///
    /// # Errors
    ///
    /// The key comes back, and the set holds what it held: with [`Error::Full`] if it is full and
    /// cannot grow, [`Error::KeyOutOfRange`] if the order leaves the key out, or with what the storage
    /// says.
    #[inline]
    pub fn try_insert(&mut self, key: u64) -> Result<bool, Rejected<u64>> {
        let placed = match self.order.word_of(key) {
            Some(word) => self.raw.try_insert(word, 0),
            None => Err(Error::KeyOutOfRange),
        };
        placed.map(|(_, is_new)| is_new).map_err(|error| Rejected { value: key, error })
    }

    /// [`try_insert`](Self::try_insert) that never grows: it moves keys from here to the next gap, or
    /// spreads all of them anew over the slots there are if there is none.
    ///
    /// # Errors
    ///
    /// The key comes back, with [`Error::Full`] or [`Error::KeyOutOfRange`].
    pub fn insert_within_capacity(&mut self, key: u64) -> Result<bool, Rejected<u64>> {
        let placed = match self.order.word_of(key) {
            Some(word) => self.raw.insert_within_capacity(word, 0),
            None => Err(Error::KeyOutOfRange),
        };
        placed.map(|(_, is_new)| is_new).map_err(|error| Rejected { value: key, error })
    }

    /// Takes `key` out. `false` if it was not there.
    pub fn remove(&mut self, key: u64) -> bool {
        match self.order.word_of(key).and_then(|word| self.raw.find(word)) {
            Some(place) => {
                self.raw.remove(place);
                true
            }
            None => false,
        }
    }

    /// Takes out the keys for which `keep` does not hold. Asks each key once, in order; one pass.
    pub fn retain(&mut self, mut keep: impl FnMut(u64) -> bool) {
        let order = &self.order;
        self.raw.retain(|word, _| keep(order.key(word)));
    }

    /// All keys, in order.
    pub fn iter(&self) -> Iter<'_, O> {
        Iter::new(&self.raw, &self.order)
    }

    /// The first key at or behind a position, and the position behind it: a walk in order for callers
    /// that cannot keep an iterator. It starts at 0; any number is a position. If the set changes
    /// meanwhile, keys that move may come twice or not at all; [`successor`](Self::successor) has no
    /// such trouble.
    #[inline]
    pub fn next_from(&self, position: usize) -> Option<(usize, u64)> {
        let (behind, _, word) = self.raw.next_from(position)?;
        Some((behind, self.order.key(word)))
    }

    /// The position from which [`next_from`](Self::next_from) goes on with `key`, or if it is not in
    /// the set with the one that comes next in order. Costs a lookup.
    #[inline]
    pub fn position_of(&self, key: u64) -> usize {
        self.raw.position_at(self.order.whereabouts(key))
    }

    /// The first key in order: the least in a [`Monotone`] order.
    pub fn first(&self) -> Option<u64> {
        self.iter().next()
    }

    /// The last key in order: the greatest in a [`Monotone`] order.
    pub fn last(&self) -> Option<u64> {
        self.iter().next_back()
    }

    /// The key that comes after `key` in order, whether that one is in the set or not.
    pub fn successor(&self, key: u64) -> Option<u64> {
        let position = self.raw.position_after(self.order.whereabouts(key));
        self.next_from(position).map(|(_, key)| key)
    }

    /// The key that comes before `key` in order, whether that one is in the set or not.
    pub fn predecessor(&self, key: u64) -> Option<u64> {
        let (_, word) = self.raw.last_before(self.position_of(key))?;
        Some(self.order.key(word))
    }
}

/// Questions about ranges, which make sense where the order is that of the keys.
impl<S: Downward, O: Monotone> Set<S, O> {
    /// The keys within `bounds`, ascending; none if they are the wrong way round. Two lookups, and
    /// one step per slot between.
    pub fn range(&self, bounds: impl core::ops::RangeBounds<u64>) -> Range<'_, O> {
        Range::new(&self.raw, &self.order, &bounds)
    }
}

/// What only storages that grow can do.
impl<S: Growable, O> Set<S, O> {
    /// [`try_reserve`](Self::try_reserve), ending in the allocation error handler when there is no
    /// memory.
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional).unwrap_or_else(|error| S::fail(error));
    }

    /// Moves to a storage that is as small as it can be for `capacity` keys and those there are.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`]; the set is as it was.
    pub fn try_shrink_to(&mut self, capacity: usize) -> Result<(), Error> {
        self.raw.try_shrink_to(capacity)
    }

    /// [`try_shrink_to`](Self::try_shrink_to) the keys there are. Without memory to move to, the set
    /// stays as it is.
    pub fn shrink_to_fit(&mut self) {
        let _ = self.try_shrink_to(0);
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
