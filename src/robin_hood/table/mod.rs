//! What sets and maps have in common: [`Set`](super::Set) and [`Map`](super::Map) are this table with
//! two kinds of [`Entry`].
#![forbid(unsafe_code)]

use core::{marker::PhantomData, mem, ops::RangeBounds};

use super::{
    insert::Place,
    order::{Lookup, Monotone, Order},
    raw::Raw,
    stats::Stats,
};
#[cfg(feature = "alloc")]
use crate::layout::MaxLoad;
use crate::{
    error::{Error, Rejected},
    hash::Keyed,
    storage::{Downward, Growable, Heap},
};

mod entry;
mod extract;
mod iter;
mod owned;
mod sorted;
mod traits;

pub use entry::Entry;
pub use extract::ExtractIf;
pub use iter::{Iter, IterMut, Range, RangeMut};
pub use owned::IntoIter;

/// A sorted table of 64-bit keys, with 64-bit values if `E` has them: use it as [`Set`](super::Set) or
/// [`Map`](super::Map).
pub struct Table<E: Entry, S: Downward = Heap, O = Keyed> {
    pub(super) raw: Raw<S>,
    pub(super) order: O,
    entry: PhantomData<E>,
}

#[cfg(feature = "alloc")]
impl<E: Entry> Table<E> {
    /// Makes an empty table without memory, under a fixed seed; [`with_order`](Table::with_order) takes
    /// another.
    pub const fn new() -> Self {
        Self::with_order(Keyed::new(0))
    }

    /// Makes an empty table under a fixed seed that takes `capacity` keys without growing.
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_order(capacity, Keyed::new(0))
    }
}

#[cfg(feature = "alloc")]
impl<E: Entry, O> Table<E, Heap, O> {
    /// Makes an empty table without memory. It grows at 7/8 load.
    pub const fn with_order(order: O) -> Self {
        let values = if E::HAS_VALUE { Some(Heap::new()) } else { None };
        Self::of(Raw::without_slots(Heap::new(), values, MaxLoad::SevenEighths), order)
    }

    /// Makes an empty table that takes `capacity` keys without growing.
    ///
    /// # Errors
    ///
    /// [`Error::CapacityOverflow`] or [`Error::AllocationFailed`].
    pub fn try_with_capacity(capacity: usize, order: O) -> Result<Self, Error> {
        let mut table = Self::with_order(order);
        table.raw.try_reserve(capacity)?;
        Ok(table)
    }

    /// Calls [`try_with_capacity`](Self::try_with_capacity). Without memory it ends in the allocation error handler.
    pub fn with_capacity_and_order(capacity: usize, order: O) -> Self {
        Self::try_with_capacity(capacity, order).unwrap_or_else(|error| Heap::fail(error))
    }
}

/// Measuring, growing and emptying.
impl<E: Entry, S: Downward, O> Table<E, S, O> {
    pub(super) const fn of(raw: Raw<S>, order: O) -> Self {
        Table { raw, order, entry: PhantomData }
    }

    /// Returns the number of keys.
    #[inline]
    pub fn len(&self) -> usize {
        self.raw.len
    }

    /// Returns whether there is no key.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.raw.len == 0
    }

    /// Returns the number of keys that fit before the table has to grow, including those it has.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.raw.max
    }

    /// Returns the order in which the keys are kept.
    pub fn order(&self) -> &O {
        &self.order
    }

    /// Removes all keys and keeps the memory.
    pub fn clear(&mut self) {
        self.raw.clear();
    }

    /// Counts how full the table is and how far its keys are from their homes. Reads all slots.
    pub fn stats(&self) -> Stats {
        Stats::of(&self.raw)
    }

    /// Doubles the homes in one streaming pass: in place if the storage is large enough, else in new
    /// storage if its kind can be allocated.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] if the storage is used up to its start; otherwise the error of the storage or
    /// of the allocator. The table is unchanged.
    pub fn try_grow(&mut self) -> Result<(), Error> {
        self.raw.try_grow()
    }

    /// Ensures that `additional` more keys fit without growing.
    ///
    /// # Errors
    ///
    /// Those of [`try_grow`](Self::try_grow); the table has the keys that it had.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.raw.try_reserve(additional)
    }

    /// Halves the homes in place as often as `capacity` keys, and all that are present, still fit.
    /// Releases the preceding memory to the storage. Makes two streaming passes and needs no memory.
    pub fn shrink_in_place(&mut self, capacity: usize) {
        self.raw.shrink_in_place(capacity);
    }

    /// Checks the invariants of the table. For tests.
    #[doc(hidden)]
    pub fn check_invariants(&self) -> Result<(), &'static str> {
        self.raw.broken_invariant().map_or(Ok(()), Err)
    }

    /// Returns the base of the frame and its lift. For tests.
    #[doc(hidden)]
    pub fn frame(&self) -> (u64, u32) {
        (self.raw.frame.base(), self.raw.frame.lift())
    }

    /// Returns the content of all slots; 0 is a free slot. For tests.
    #[doc(hidden)]
    pub fn layout(&self) -> &[u64] {
        self.raw.slots()
    }
}

/// Finding and walking.
impl<E: Entry, S: Downward, O: Order> Table<E, S, O> {
    /// Returns where `key` is.
    #[inline(always)]
    pub(super) fn place_of(&self, key: u64) -> Option<Place> {
        self.raw.find(self.order.word_of(key)?)
    }

    /// Returns the entry of the key that `word` stands for.
    #[inline]
    fn entry_at(&self, place: Place, word: u64) -> Option<E::Ref<'_>> {
        E::join(self.order.key(word), || self.raw.value(place))
    }

    /// Iterates over all entries, in order.
    pub fn iter(&self) -> Iter<'_, E, O> {
        Iter::new(&self.raw, &self.order)
    }

    /// Returns the first entry at or after a position, and the position that follows it: a walk in
    /// order for callers that cannot keep an iterator. The walk starts at 0; any number is a position.
    /// If the table changes in between, keys that move may come twice or not at all; a walk by
    /// [`successor`](Self::successor) has no such flaw.
    #[inline]
    pub fn next_from(&self, position: usize) -> Option<(usize, E::Ref<'_>)> {
        let (next, place, word) = self.raw.next_from(position)?;
        Some((next, self.entry_at(place, word)?))
    }

    /// Returns the position from which [`next_from`](Self::next_from) continues with `key` or, if it is
    /// absent, with the key that follows it in order. Costs a lookup.
    #[inline]
    pub fn position_of(&self, key: u64) -> usize {
        self.raw.position_at(self.order.whereabouts(key))
    }

    /// Returns the entry that follows `key` in order, whether `key` is present or not.
    pub fn successor(&self, key: u64) -> Option<E::Ref<'_>> {
        let position = self.raw.position_after(self.order.whereabouts(key));
        self.next_from(position).map(|(_, entry)| entry)
    }

    /// Returns the entry that precedes `key` in order, whether `key` is present or not.
    pub fn predecessor(&self, key: u64) -> Option<E::Ref<'_>> {
        let (place, word) = self.raw.last_before(self.position_of(key))?;
        self.entry_at(place, word)
    }
}

/// Ranges, in orders that are those of the keys.
impl<E: Entry, S: Downward, O: Monotone> Table<E, S, O> {
    /// Iterates over the entries with keys within `bounds`, ascending; there are none if the bounds are
    /// reversed. Makes two lookups, and one step per slot in between.
    pub fn range(&self, bounds: impl RangeBounds<u64>) -> Range<'_, E, O> {
        Range::new(&self.raw, &self.order, &bounds)
    }
}

/// Changing: what the methods of sets and maps are made of.
impl<E: Entry, S: Downward, O: Order> Table<E, S, O> {
    /// Inserts `entry`, growing the table if it must, or replaces the value of its key. Returns the
    /// value that the key had; a present key of a set had 0.
    #[inline]
    pub(super) fn put(&mut self, entry: E) -> Result<Option<u64>, Rejected<E>> {
        self.put_by(entry, Raw::try_insert)
    }

    /// [`put`](Self::put) by a method that may grow the table or not.
    #[inline(always)]
    pub(super) fn put_by(
        &mut self,
        entry: E,
        insert: impl FnOnce(&mut Raw<S>, u64, u64) -> Result<(Place, bool), Error>,
    ) -> Result<Option<u64>, Rejected<E>> {
        match self.place_by(entry, insert) {
            Ok((_, true)) => Ok(None),
            Ok((place, false)) if E::HAS_VALUE => {
                let value = self.raw.value_mut(place);
                Ok(value.map(|value| mem::replace(value, entry.split().1)))
            }
            Ok((_, false)) => Ok(Some(0)),
            Err(error) => Err(Rejected { value: entry, error }),
        }
    }

    /// Inserts `entry` unless its key is present. Returns the place of the key, and whether it is new.
    #[inline(always)]
    pub(super) fn place_by(
        &mut self,
        entry: E,
        insert: impl FnOnce(&mut Raw<S>, u64, u64) -> Result<(Place, bool), Error>,
    ) -> Result<(Place, bool), Error> {
        let (key, value) = entry.split();
        match self.order.word_of(key) {
            Some(word) => insert(&mut self.raw, word, value),
            None => Err(Error::KeyOutOfRange),
        }
    }

    /// Removes `key` and returns its value; a key of a set has 0.
    #[inline]
    pub(super) fn remove_key(&mut self, key: u64) -> Option<u64> {
        let place = self.place_of(key)?;
        Some(self.raw.remove(place))
    }
}

/// What only storages that grow can do.
impl<E: Entry, S: Growable, O> Table<E, S, O> {
    /// Calls [`try_reserve`](Self::try_reserve). Without memory it ends in the allocation error
    /// handler.
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional).unwrap_or_else(|error| S::fail(error));
    }

    /// Moves to the least storage for `capacity` keys and all that are present.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`]; the table is unchanged.
    pub fn try_shrink_to(&mut self, capacity: usize) -> Result<(), Error> {
        self.raw.try_shrink_to(capacity)
    }

    /// Calls [`try_shrink_to`](Self::try_shrink_to). Without memory to move to, the table is unchanged.
    pub fn shrink_to(&mut self, capacity: usize) {
        let _ = self.try_shrink_to(capacity);
    }

    /// Calls [`shrink_to`](Self::shrink_to) for the keys that are present.
    pub fn shrink_to_fit(&mut self) {
        self.shrink_to(0);
    }
}
