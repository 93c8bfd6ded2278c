//! `Map`: 64-bit keys, 64-bit values.
#![forbid(unsafe_code)]

use core::ops::RangeBounds;

use super::{
    insert::Place,
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

pub use iter::{Iter, IterMut, Range};

/// A map from 64-bit keys to 64-bit values, kept sorted by the words that stand for the keys, that
/// grows in place.
///
/// Keys and values lie in two storages of one kind, each of which the map grows through downwards.
/// Lookups of keys touch what those of a [`Set`](super::Set) touch; the value is one line more.
///
/// ```
/// use heptad::{hash::Keyed, layout::Line, robin_hood::Map, storage::Region};
///
/// let (mut keys, mut values) = ([Line::EMPTY; 40], [Line::EMPTY; 40]);
/// let keys = Region::from_lines(&mut keys)?;
/// let values = Region::from_lines(&mut values)?;
/// let mut owners = Map::new_in(keys, values, Keyed::new(0x5eed))?;
/// assert_eq!(owners.try_insert(0x1000, 7)?, None);
/// *owners.try_get_or_insert(0x2000, 0)? += 1;
/// assert_eq!((owners.get(0x1000), owners.get(0x2000)), (Some(&7), Some(&1)));
/// assert_eq!(owners.remove(0x1000), Some(7));
/// # Ok::<(), heptad::Error>(())
/// ```
pub struct Map<S: Downward = Heap, O = Keyed> {
    pub(super) raw: Raw<S>,
    pub(super) order: O,
}

#[cfg(feature = "alloc")]
impl Map {
    /// An empty map without memory, under a fixed seed: [`with_order`](Map::with_order) takes another.
    pub const fn new() -> Self {
        Self::with_order(Keyed::new(0))
    }
}

#[cfg(feature = "alloc")]
impl<O> Map<Heap, O> {
    /// An empty map without memory. It grows at 7/8 load.
    pub const fn with_order(order: O) -> Self {
        let values = Some(Heap::new());
        Map { raw: Raw::without_slots(Heap::new(), values, MaxLoad::SevenEighths), order }
    }

    /// An empty map that takes `capacity` keys without growing.
    ///
    /// # Errors
    ///
    /// [`Error::CapacityOverflow`] or [`Error::AllocationFailed`].
    pub fn try_with_capacity(capacity: usize, order: O) -> Result<Self, Error> {
        let mut map = Self::with_order(order);
        map.raw.try_reserve(capacity)?;
        Ok(map)
    }
}

impl<S: Downward, O> Map<S, O> {
    /// An empty map at the ends of two storages, through which it grows downwards; the lesser of them
    /// decides how far. It counts as full, and grows, at 7/8 load.
    ///
    /// # Errors
    ///
    /// What a storage says that cannot commit its last lines.
    pub fn new_in(keys: S, values: S, order: O) -> Result<Self, Error> {
        Self::with_max_load_in(keys, values, MaxLoad::SevenEighths, order)
    }

    /// [`new_in`](Self::new_in) with another load at which the map counts as full.
    ///
    /// # Errors
    ///
    /// As [`new_in`](Self::new_in).
    pub fn with_max_load_in(keys: S, values: S, load: MaxLoad, order: O) -> Result<Self, Error> {
        Ok(Map { raw: Raw::new_in(keys, Some(values), load)?, order })
    }

    /// Gives the storages back. What was in them is gone.
    pub fn into_storages(self) -> Storages<S> {
        self.raw.into_storages()
    }

    /// Keys in the map.
    #[inline]
    pub fn len(&self) -> usize {
        self.raw.len
    }

    /// Is there no key?
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.raw.len == 0
    }

    /// Keys that fit before the map has to grow, those in it included.
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

    /// How full and how orderly the map is. Reads all slots.
    pub fn stats(&self) -> Stats {
        Stats::of(&self.raw)
    }

    /// Doubles the homes: in place if the storages reach that far, else in others if there can be
    /// any. One streaming pass.
    ///
    /// # Errors
    ///
    /// [`Error::Full`] if the start of a storage is reached; else what the storage says, or the
    /// allocator. The map is as it was.
    pub fn try_grow(&mut self) -> Result<(), Error> {
        self.raw.try_grow()
    }

    /// Makes sure that `additional` more keys fit without growing.
    ///
    /// # Errors
    ///
    /// As [`try_grow`](Self::try_grow); the map holds what it held.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.raw.try_reserve(additional)
    }

    /// Halves the homes in place as often as `capacity` keys, and those there are, still fit, and
    /// gives the memory in front back to the storages. Two streaming passes; needs no memory.
    pub fn shrink_in_place(&mut self, capacity: usize) {
        self.raw.shrink_in_place(capacity);
    }

    /// Moves everything to the storages `keys` and `values`, and gives the old ones back.
    ///
    /// # Errors
    ///
    /// The two come back with [`Error::Full`] if they are too small; the
    /// map is as it was.
    pub fn move_into(&mut self, keys: S, values: S) -> Result<Storages<S>, Rejected<Storages<S>>> {
        self.raw.move_into(Storages { keys, values: Some(values) })
    }

    /// Checks the invariants of the table.
    #[doc(hidden)]
    pub fn check_invariants(&self) -> Result<(), &'static str> {
        self.raw.broken_invariant().map_or(Ok(()), Err)
    }
}

/// Finding, putting in and taking out.
impl<S: Downward, O: Order> Map<S, O> {
    /// Is `key` in the map?
    #[inline]
    pub fn contains_key(&self, key: u64) -> bool {
        self.place_of(key).is_some()
    }

    /// The value of `key`.
    #[inline]
    pub fn get(&self, key: u64) -> Option<&u64> {
        let place = self.place_of(key)?;
        self.raw.value(place)
    }

    /// The value of `key`, to be changed.
    #[inline]
    pub fn get_mut(&mut self, key: u64) -> Option<&mut u64> {
        let place = self.place_of(key)?;
        self.raw.value_mut(place)
    }

    /// Gives `key` the value `value`, growing if the map is full and can. Returns the value it had.
    ///
    /// # Errors
    ///
    /// Key and value come back, and the map holds what it held: with [`Error::Full`] if it is full
    /// and cannot grow, [`Error::KeyOutOfRange`] if the order leaves the key out, or with what the
    /// storage says.
    #[inline]
    pub fn try_insert(
        &mut self,
        key: u64,
        value: u64,
    ) -> Result<Option<u64>, Rejected<(u64, u64)>> {
        let placed = self.try_place(key, value);
        self.replace_if_there(placed, key, value)
    }

    /// The value of `key`, which becomes `value` if it had none; to be changed.
    ///
    /// # Errors
    ///
    /// As [`try_insert`](Self::try_insert).
    #[inline]
    pub fn try_get_or_insert(
        &mut self,
        key: u64,
        value: u64,
    ) -> Result<&mut u64, Rejected<(u64, u64)>> {
        let placed = self.try_place(key, value);
        let error = match placed {
            Ok((place, _)) => match self.raw.value_mut(place) {
                Some(value) => return Ok(value),
                // Every place has a value in a map.
                None => Error::Full,
            },
            Err(error) => error,
        };
        Err(Rejected { value: (key, value), error })
    }

    /// [`try_insert`](Self::try_insert) that never grows: it moves keys from here to the next gap, or
    /// spreads all of them anew over the slots there are if there is none.
    ///
    /// # Errors
    ///
    /// Key and value come back, with [`Error::Full`] or [`Error::KeyOutOfRange`].
    pub fn insert_within_capacity(
        &mut self,
        key: u64,
        value: u64,
    ) -> Result<Option<u64>, Rejected<(u64, u64)>> {
        let placed = match self.order.word_of(key) {
            Some(word) => self.raw.insert_within_capacity(word, value),
            None => Err(Error::KeyOutOfRange),
        };
        self.replace_if_there(placed, key, value)
    }

    #[inline]
    fn place_of(&self, key: u64) -> Option<Place> {
        self.raw.find(self.order.word_of(key)?)
    }

    #[inline]
    fn try_place(&mut self, key: u64, value: u64) -> Result<(Place, bool), Error> {
        match self.order.word_of(key) {
            Some(word) => self.raw.try_insert(word, value),
            None => Err(Error::KeyOutOfRange),
        }
    }

    /// Gives a key its value that was there already, and not put in by the insertion.
    #[inline]
    fn replace_if_there(
        &mut self,
        placed: Result<(Place, bool), Error>,
        key: u64,
        value: u64,
    ) -> Result<Option<u64>, Rejected<(u64, u64)>> {
        match placed {
            Ok((_, true)) => Ok(None),
            Ok((place, false)) => {
                Ok(self.raw.value_mut(place).map(|old| core::mem::replace(old, value)))
            }
            Err(error) => Err(Rejected { value: (key, value), error }),
        }
    }

    /// Takes `key` out and returns its value.
    pub fn remove(&mut self, key: u64) -> Option<u64> {
        let place = self.place_of(key)?;
        Some(self.raw.remove(place))
    }

    /// Takes out the keys for which `keep` does not hold. Asks each key once, in order; one pass.
    pub fn retain(&mut self, mut keep: impl FnMut(u64, &mut u64) -> bool) {
        let order = &self.order;
        self.raw.retain(|word, value| keep(order.key(word), value));
    }

    /// All keys with their values, in order.
    pub fn iter(&self) -> Iter<'_, O> {
        Iter::new(&self.raw, &self.order)
    }

    /// All keys with their values, in order, to be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, O> {
        IterMut::new(&mut self.raw, &self.order)
    }

    /// The first key at or behind a position, with its value, and the position behind it: see
    /// [`Set::next_from`](super::Set::next_from).
    #[inline]
    pub fn next_from(&self, position: usize) -> Option<(usize, (u64, &u64))> {
        let (behind, place, word) = self.raw.next_from(position)?;
        Some((behind, (self.order.key(word), self.raw.value(place)?)))
    }

    /// The position from which [`next_from`](Self::next_from) goes on with `key`, or if it is not in
    /// the map with the one that comes next in order. Costs a lookup.
    #[inline]
    pub fn position_of(&self, key: u64) -> usize {
        self.raw.position_at(self.order.whereabouts(key))
    }

    /// The first key in order, with its value: the least in a [`Monotone`] order.
    pub fn first_key_value(&self) -> Option<(u64, &u64)> {
        self.iter().next()
    }

    /// The last key in order, with its value: the greatest in a [`Monotone`] order.
    pub fn last_key_value(&self) -> Option<(u64, &u64)> {
        self.iter().next_back()
    }

    /// The key that comes after `key` in order, whether that one is in the map or not, with its value.
    pub fn successor(&self, key: u64) -> Option<(u64, &u64)> {
        let position = self.raw.position_after(self.order.whereabouts(key));
        self.next_from(position).map(|(_, entry)| entry)
    }

    /// The key that comes before `key` in order, whether that one is in the map or not, with its value.
    pub fn predecessor(&self, key: u64) -> Option<(u64, &u64)> {
        let (place, word) = self.raw.last_before(self.position_of(key))?;
        Some((self.order.key(word), self.raw.value(place)?))
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = u64> + ExactSizeIterator + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// All values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &u64> + ExactSizeIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// All values, in the order of their keys, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        self.iter_mut().map(|(_, value)| value)
    }
}

/// Questions about ranges, which make sense where the order is that of the keys.
impl<S: Downward, O: Monotone> Map<S, O> {
    /// The keys within `bounds` with their values, ascending; none if they are the wrong way round.
    /// Two lookups, and one step per slot between.
    pub fn range(&self, bounds: impl RangeBounds<u64>) -> Range<'_, O> {
        Range::new(&self.raw, &self.order, &bounds)
    }
}

/// What only storages that grow can do.
impl<S: Growable, O> Map<S, O> {
    /// [`try_reserve`](Self::try_reserve), ending in the allocation error handler when there is no
    /// memory.
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional).unwrap_or_else(|error| S::fail(error));
    }

    /// Moves to storages that are as small as they can be for `capacity` keys and those there are.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`]; the map is as it was.
    pub fn try_shrink_to(&mut self, capacity: usize) -> Result<(), Error> {
        self.raw.try_shrink_to(capacity)
    }

    /// [`try_shrink_to`](Self::try_shrink_to) the keys there are. Without memory to move to, the map
    /// stays as it is.
    pub fn shrink_to_fit(&mut self) {
        let _ = self.try_shrink_to(0);
    }
}

impl<S: Growable, O: Order> Map<S, O> {
    /// [`try_insert`](Self::try_insert), ending in the allocation error handler when there is no
    /// memory.
    #[inline]
    pub fn insert(&mut self, key: u64, value: u64) -> Option<u64> {
        self.try_insert(key, value).unwrap_or_else(|rejected| S::fail(rejected.error))
    }
}
