//! An entry of a map, found or missing.
#![forbid(unsafe_code)]

use core::{fmt, mem};

use super::Map;
use crate::{
    error::{Error, Rejected},
    robin_hood::{
        insert::{Place, Room, Vacancy},
        order::{Lookup, Order, Total},
        raw::Raw,
    },
    storage::{Downward, Growable},
};

/// The entries of a map by key, or at its ends.
impl<S: Downward, O: Order> Map<S, O> {
    /// Returns the entry of `key`, or room for one: it is made if there is none, so that filling a vacant entry
    /// cannot fail. Costs a lookup; filling a vacant entry moves the entries up to the next gap, as an insertion does.
    ///
    /// ```
    /// use heptad::{layout::Line, robin_hood::{ByValue, Map}, storage::Region};
    ///
    /// let (mut keys, mut values) = ([Line::EMPTY; 24], [Line::EMPTY; 24]);
    /// let (keys, values) = (Region::from_lines(&mut keys)?, Region::from_lines(&mut values)?);
    /// let mut hits = Map::new_in(keys, values, ByValue)?;
    /// for page in [7, 5, 7] {
    ///     *hits.try_entry(page)?.or_insert(0) += 1;
    /// }
    /// assert!(hits.iter().eq([(5, &1), (7, &2)]));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`try_insert`](Self::try_insert), and only if the key is absent: it is returned.
    #[inline]
    pub fn try_entry(&mut self, key: u64) -> Result<Entry<'_, S>, Rejected<u64>> {
        let room = match self.order.word_of(key) {
            Some(word) => self.raw.try_make_room(word),
            None => Err(Error::KeyOutOfRange),
        };
        let raw = &mut self.raw;
        match room {
            Ok(Room::Taken(place)) => Ok(Entry::Occupied(OccupiedEntry { raw, place, key })),
            Ok(Room::Vacant(vacancy)) => Ok(Entry::Vacant(VacantEntry { raw, vacancy, key })),
            Err(error) => Err(Rejected { value: key, error }),
        }
    }

    /// Returns the first entry in order, that of the least key in a [`Monotone`](super::super::Monotone) order. Reads
    /// the free slots before it.
    pub fn first_entry(&mut self) -> Option<OccupiedEntry<'_, S>> {
        let (_, place, word) = self.raw.next_from(0)?;
        Some(OccupiedEntry { key: self.order.key(word), raw: &mut self.raw, place })
    }

    /// Returns the last entry in order, that of the greatest key in a [`Monotone`](super::super::Monotone) order. Reads
    /// the free slots after it.
    pub fn last_entry(&mut self) -> Option<OccupiedEntry<'_, S>> {
        let (place, word) = self.raw.last_before(usize::MAX)?;
        Some(OccupiedEntry { key: self.order.key(word), raw: &mut self.raw, place })
    }
}

impl<S: Growable, O: Total> Map<S, O> {
    /// Calls [`try_entry`](Self::try_entry). Without memory it ends in the allocation error handler.
    pub fn entry(&mut self, key: u64) -> Entry<'_, S> {
        self.try_entry(key).unwrap_or_else(|rejected| S::fail(rejected.error))
    }
}

/// What [`Map::try_entry`] found.
#[derive(Debug)]
pub enum Entry<'a, S: Downward> {
    /// The key is present.
    Occupied(OccupiedEntry<'a, S>),
    /// It is absent, and there is room for it.
    Vacant(VacantEntry<'a, S>),
}

impl<'a, S: Downward> Entry<'a, S> {
    /// Returns the value, which is `default` if the key was absent.
    #[inline]
    pub fn or_insert(self, default: u64) -> &'a mut u64 {
        self.or_insert_with(|| default)
    }

    /// Returns the value, which is what `default` returns if the key was absent. If `default` panics, the map has the
    /// entries that it had.
    #[inline]
    pub fn or_insert_with(self, default: impl FnOnce() -> u64) -> &'a mut u64 {
        self.or_insert_with_key(|_| default())
    }

    /// Returns the value, which is what `default` returns for the key if that was absent.
    #[inline]
    pub fn or_insert_with_key(self, default: impl FnOnce(u64) -> u64) -> &'a mut u64 {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let value = default(entry.key);
                entry.insert(value)
            }
        }
    }

    /// Returns the value, which is 0 if the key was absent.
    #[inline]
    pub fn or_default(self) -> &'a mut u64 {
        self.or_insert(0)
    }

    /// Calls [`or_insert`](Self::or_insert) and returns the entry.
    #[inline]
    pub fn or_insert_entry(self, default: u64) -> OccupiedEntry<'a, S> {
        match self {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => entry.insert_entry(default),
        }
    }

    /// Gives the key the value `value`, whether it had one or not, and returns the entry.
    #[inline]
    pub fn insert_entry(self, value: u64) -> OccupiedEntry<'a, S> {
        let mut entry = self.or_insert_entry(value);
        entry.insert(value);
        entry
    }

    /// Calls `change` with the value if there is one.
    #[inline]
    pub fn and_modify(mut self, change: impl FnOnce(&mut u64)) -> Self {
        if let Entry::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// Returns the key.
    pub fn key(&self) -> u64 {
        match self {
            Entry::Occupied(entry) => entry.key(),
            Entry::Vacant(entry) => entry.key(),
        }
    }
}

/// A key that is in the map, with its value.
pub struct OccupiedEntry<'a, S: Downward> {
    raw: &'a mut Raw<S>,
    /// Has a value.
    place: Place,
    key: u64,
}

impl<'a, S: Downward> OccupiedEntry<'a, S> {
    /// Returns the key.
    pub fn key(&self) -> u64 {
        self.key
    }

    /// Returns the value.
    pub fn get(&self) -> &u64 {
        self.raw.value(self.place).unwrap_or(&0)
    }

    /// Returns the value, to be changed.
    #[inline]
    pub fn get_mut(&mut self) -> &mut u64 {
        self.raw.value_here(self.place)
    }

    /// Returns the value, to be changed as long as the map is borrowed.
    #[inline]
    pub fn into_mut(self) -> &'a mut u64 {
        self.raw.value_here(self.place)
    }

    /// Replaces the value and returns the old one.
    #[inline]
    pub fn insert(&mut self, value: u64) -> u64 {
        mem::replace(self.get_mut(), value)
    }

    /// Removes the entry and returns its value.
    pub fn remove(self) -> u64 {
        self.raw.remove(self.place)
    }

    /// Removes the entry and returns it.
    pub fn remove_entry(self) -> (u64, u64) {
        (self.key, self.remove())
    }
}

/// A key that is not in the map, and room for it.
pub struct VacantEntry<'a, S: Downward> {
    raw: &'a mut Raw<S>,
    vacancy: Vacancy,
    key: u64,
}

impl<'a, S: Downward> VacantEntry<'a, S> {
    /// Returns the key.
    pub fn key(&self) -> u64 {
        self.key
    }

    /// Returns the key, and inserts nothing.
    pub fn into_key(self) -> u64 {
        self.key
    }

    /// Inserts the key with `value`.
    #[inline]
    pub fn insert(self, value: u64) -> &'a mut u64 {
        self.insert_entry(value).into_mut()
    }

    /// Calls [`insert`](Self::insert) and returns the entry.
    #[inline]
    pub fn insert_entry(self, value: u64) -> OccupiedEntry<'a, S> {
        let place = self.raw.fill_vacancy(self.vacancy, value);
        OccupiedEntry { raw: self.raw, place, key: self.key }
    }
}

impl<S: Downward> fmt::Debug for OccupiedEntry<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.get();
        f.debug_struct("OccupiedEntry").field("key", &self.key).field("value", value).finish()
    }
}

impl<S: Downward> fmt::Debug for VacantEntry<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(&self.key).finish()
    }
}
