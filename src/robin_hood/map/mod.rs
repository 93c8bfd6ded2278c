//! `Map`: 64-bit keys, 64-bit values.
#![forbid(unsafe_code)]

use core::{
    fmt,
    ops::{Index, RangeBounds},
};

use super::{
    order::{Monotone, Order, Total},
    raw::{Raw, Storages},
    table::{IterMut, RangeMut, Table},
};
use crate::{
    error::{Error, Rejected},
    hash::Keyed,
    layout::MaxLoad,
    storage::{Downward, Growable, Heap},
};

mod entry;
mod iter;

pub use entry::{Entry, OccupiedEntry, VacantEntry};
pub use iter::{IntoKeys, IntoValues, Keys, Values, ValuesMut};

/// A map from 64-bit keys to 64-bit values that grows in place. It is sorted by the words of the keys.
///
/// Keys and values are in two storages of one kind; the map grows downwards through both. A lookup reads
/// the slots of keys that a lookup in a [`Set`](super::Set) reads, and one line for the value.
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
pub type Map<S = Heap, O = Keyed> = Table<(u64, u64), S, O>;

impl<S: Downward, O> Map<S, O> {
    /// Makes an empty map at the ends of two storages, through which it grows downwards; the smaller one
    /// limits it. It grows at 7/8 load.
    ///
    /// # Errors
    ///
    /// The error of a storage that cannot commit its last lines.
    pub fn new_in(keys: S, values: S, order: O) -> Result<Self, Error> {
        Self::with_max_load_in(keys, values, MaxLoad::SevenEighths, order)
    }

    /// [`new_in`](Self::new_in) with another load at which the map grows.
    ///
    /// # Errors
    ///
    /// Those of [`new_in`](Self::new_in).
    pub fn with_max_load_in(keys: S, values: S, load: MaxLoad, order: O) -> Result<Self, Error> {
        Ok(Self::of(Raw::new_in(keys, Some(values), load)?, order))
    }

    /// Returns the storages; the entries are lost.
    pub fn into_storages(self) -> Storages<S> {
        self.raw.into_storages()
    }

    /// Moves all entries to the storages `keys` and `values` and returns the old ones.
    ///
    /// # Errors
    ///
    /// The two storages, with [`Error::Full`] if they are too small; the map is unchanged.
    pub fn move_into(&mut self, keys: S, values: S) -> Result<Storages<S>, Rejected<Storages<S>>> {
        self.raw.move_into(Storages { keys, values: Some(values) })
    }
}

/// Finding, inserting and removing.
impl<S: Downward, O: Order> Map<S, O> {
    /// Returns whether `key` is in the map.
    #[inline]
    pub fn contains_key(&self, key: u64) -> bool {
        self.place_of(key).is_some()
    }

    /// Returns the value of `key`.
    #[inline]
    pub fn get(&self, key: u64) -> Option<&u64> {
        let place = self.place_of(key)?;
        self.raw.value(place)
    }

    /// Returns `key` and its value.
    #[inline]
    pub fn get_key_value(&self, key: u64) -> Option<(u64, &u64)> {
        Some((key, self.get(key)?))
    }

    /// Returns the value of `key`, to be changed.
    #[inline]
    pub fn get_mut(&mut self, key: u64) -> Option<&mut u64> {
        let place = self.place_of(key)?;
        self.raw.value_mut(place)
    }

    /// Gives `key` the value `value`, growing the map if it is full. Returns the value that the key had.
    ///
    /// # Errors
    ///
    /// Key and value, and the map has the entries that it had: with [`Error::Full`] if the map is full
    /// and cannot grow, with [`Error::KeyOutOfRange`] if the order has no word for the key, or with the
    /// error of the storage.
    #[inline]
    pub fn try_insert(
        &mut self,
        key: u64,
        value: u64,
    ) -> Result<Option<u64>, Rejected<(u64, u64)>> {
        self.put((key, value))
    }

    /// Inserts `key` with `value` if it is absent. Returns the value of the key, to be changed.
    ///
    /// # Errors
    ///
    /// Those of [`try_insert`](Self::try_insert).
    #[inline]
    pub fn try_get_or_insert(
        &mut self,
        key: u64,
        value: u64,
    ) -> Result<&mut u64, Rejected<(u64, u64)>> {
        let error = match self.place_by((key, value), Raw::try_insert) {
            Ok((place, _)) => match self.raw.value_mut(place) {
                Some(value) => return Ok(value),
                // Every place of a map has a value.
                None => Error::Full,
            },
            Err(error) => error,
        };
        Err(Rejected { value: (key, value), error })
    }

    /// [`try_insert`](Self::try_insert) that never grows the map. It moves the entries between the place
    /// of `key` and the next gap, or spreads all entries over the slots that there are if there is no
    /// gap.
    ///
    /// # Errors
    ///
    /// Key and value, with [`Error::Full`] or [`Error::KeyOutOfRange`].
    pub fn insert_within_capacity(
        &mut self,
        key: u64,
        value: u64,
    ) -> Result<Option<u64>, Rejected<(u64, u64)>> {
        self.put_by((key, value), Raw::insert_within_capacity)
    }

    /// Removes `key` and returns its value.
    pub fn remove(&mut self, key: u64) -> Option<u64> {
        self.remove_key(key)
    }

    /// Removes `key` and returns it with its value.
    pub fn remove_entry(&mut self, key: u64) -> Option<(u64, u64)> {
        Some((key, self.remove(key)?))
    }

    /// Removes the entries for which `keep` returns `false`. Calls it once per key, in order, in one
    /// pass.
    ///
    /// If `keep` panics, the entries from that one on stay as they were.
    pub fn retain(&mut self, mut keep: impl FnMut(u64, &mut u64) -> bool) {
        let order = &self.order;
        self.raw.retain(|word, value| keep(order.key(word), value));
    }

    /// Iterates over all entries, in order, with values that can be changed.
    pub fn iter_mut(&mut self) -> IterMut<'_, O> {
        IterMut::new(&mut self.raw, &self.order)
    }

    /// Returns the first entry in order: the least key in a [`Monotone`] order.
    pub fn first_key_value(&self) -> Option<(u64, &u64)> {
        self.iter().next()
    }

    /// Returns the last entry in order: the greatest key in a [`Monotone`] order.
    pub fn last_key_value(&self) -> Option<(u64, &u64)> {
        self.iter().next_back()
    }

    /// Iterates over all keys, in order.
    pub fn keys(&self) -> Keys<'_, O> {
        Keys(self.iter())
    }

    /// Iterates over all values, in the order of their keys.
    pub fn values(&self) -> Values<'_, O> {
        Values(self.iter())
    }

    /// Iterates over all values, in the order of their keys, to change them.
    pub fn values_mut(&mut self) -> ValuesMut<'_, O> {
        ValuesMut(self.iter_mut())
    }

    /// Iterates over all keys, in order; the map is no more.
    pub fn into_keys(self) -> IntoKeys<S, O> {
        IntoKeys(self.into_iter())
    }

    /// Iterates over all values, in the order of their keys; the map is no more.
    pub fn into_values(self) -> IntoValues<S, O> {
        IntoValues(self.into_iter())
    }
}

/// Ranges, in orders that are those of the keys.
impl<S: Downward, O: Monotone> Map<S, O> {
    /// Iterates over the entries with keys within `bounds`, ascending, with values that can be changed. There are none
    /// if the bounds are reversed. Makes two lookups, and one step per slot in between.
    pub fn range_mut(&mut self, bounds: impl RangeBounds<u64>) -> RangeMut<'_, O> {
        RangeMut::new(&mut self.raw, &self.order, &bounds)
    }
}

impl<S: Growable, O: Total> Map<S, O> {
    /// Calls [`try_insert`](Self::try_insert). Without memory it ends in the allocation error handler.
    #[inline]
    pub fn insert(&mut self, key: u64, value: u64) -> Option<u64> {
        self.try_insert(key, value).unwrap_or_else(|rejected| S::fail(rejected.error))
    }
}

impl<'a, S: Downward, O: Order> IntoIterator for &'a mut Map<S, O> {
    type Item = (u64, &'a mut u64);
    type IntoIter = IterMut<'a, O>;

    fn into_iter(self) -> IterMut<'a, O> {
        self.iter_mut()
    }
}

/// Panics, as the standard library's maps do, if the key is absent: `get` does not.
impl<S: Downward, O: Order> Index<u64> for Map<S, O> {
    type Output = u64;

    fn index(&self, key: u64) -> &u64 {
        self.get(key).expect("no value for this key")
    }
}

impl<S: Downward, O: Order> fmt::Debug for Map<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// Maps are equal if their keys and values are, whatever their storage, order and size.
impl<S: Downward, S2: Downward, O: Order, O2: Order> PartialEq<Map<S2, O2>> for Map<S, O> {
    fn eq(&self, other: &Map<S2, O2>) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<S: Downward, O: Order> Eq for Map<S, O> {}
