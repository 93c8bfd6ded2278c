//! Insertion, removal and growth.
#![forbid(unsafe_code)]

use core::hash::{BuildHasher, Hash};

use super::{Entry, OccupiedEntry, PairMap, Pairing, VacantEntry};
use crate::{
    error::{Error, Rejected},
    storage::{Growable, Storage},
    swiss::{
        Equivalent,
        entry::{AtHome, Occupied, Undecided, Vacant},
    },
};

/// The place of an absent key.
type Room<'a, K, V, P, S> =
    Vacant<'a, <P as Pairing<K, V>>::Entry, <P as Pairing<K, V>>::Beside, S>;

/// Putting in and taking out.
impl<K: Hash + Eq, V, P: Pairing<K, V>, S: Storage, H: BuildHasher> PairMap<K, V, P, S, H> {
    /// Gives `key` the value `value` and returns the one it had. A key that is there already stays;
    /// only its value changes. (hashbrown's method of this name refuses such a key; here
    /// [`try_entry`](Self::try_entry) distinguishes them.)
    ///
    /// # Errors
    ///
    /// Key and value are returned with [`Error::Full`] from a storage that cannot grow, with
    /// [`Error::AllocationFailed`] or [`Error::CapacityOverflow`] from one that can. The map is as
    /// it was.
    #[inline]
    pub fn try_insert(&mut self, key: K, value: V) -> Result<Option<V>, Rejected<(K, V)>> {
        self.insert_if(key, value, Self::make_room)
    }

    /// [`try_insert`](Self::try_insert) that never grows: it allocates nothing. Its cost does not
    /// depend on the size of the map, unless the entry becomes stashed.
    ///
    /// # Errors
    ///
    /// Key and value are returned with [`Error::Full`] when [`len`](Self::len) has reached
    /// [`capacity`](Self::capacity) and the key is not there.
    pub fn insert_within_capacity(
        &mut self,
        key: K,
        value: V,
    ) -> Result<Option<V>, Rejected<(K, V)>> {
        self.insert_if(
            key,
            value,
            |vacant, _| {
                if vacant.has_room() { Ok(vacant) } else { Err(Error::Full) }
            },
        )
    }

    /// Makes sure that an absent key fits, growing the storage if it is full and can.
    #[inline]
    fn make_room<'a>(
        vacant: Room<'a, K, V, P, S>,
        build_hasher: &H,
    ) -> Result<Room<'a, K, V, P, S>, Error> {
        vacant.try_reserve(|entry| build_hasher.hash_one(P::key(entry)))
    }

    /// Inserts `value`, at once if `key` is there, and if it is absent when `room` finds a place for it.
    #[inline(always)]
    fn insert_if<'a>(
        &'a mut self,
        key: K,
        value: V,
        room: impl FnOnce(Room<'a, K, V, P, S>, &H) -> Result<Room<'a, K, V, P, S>, Error>,
    ) -> Result<Option<V>, Rejected<(K, V)>> {
        let hash = self.hash(&key);
        match self.raw.entry_at_home(hash, |entry| *P::key(entry) == key) {
            AtHome::Occupied(occupied) => Ok(Some(Self::replace(occupied, value))),
            AtHome::Vacant(vacant) => {
                VacantEntry::<K, V, P, S> { vacant, key }.insert(value);
                Ok(None)
            }
            AtHome::Undecided(undecided) => {
                Self::insert_anywhere(undecided, key, value, &self.build_hasher, room)
            }
        }
    }

    /// Replaces the value of an entry and returns the old one.
    #[inline(always)]
    fn replace(occupied: Occupied<'_, P::Entry, P::Beside, S>, value: V) -> V {
        let (entry, beside) = occupied.into_pair_mut();
        core::mem::replace(P::pair_mut(entry, beside).1, value)
    }

    /// [`insert_if`](Self::insert_if) where the home does not decide.
    #[inline(never)]
    fn insert_anywhere<'a>(
        undecided: Undecided<'a, P::Entry, P::Beside, S>,
        key: K,
        value: V,
        build_hasher: &H,
        room: impl FnOnce(Room<'a, K, V, P, S>, &H) -> Result<Room<'a, K, V, P, S>, Error>,
    ) -> Result<Option<V>, Rejected<(K, V)>> {
        match undecided.decide(|entry| *P::key(entry) == key) {
            Ok(occupied) => Ok(Some(Self::replace(occupied, value))),
            Err(vacant) => match room(vacant, build_hasher) {
                Ok(vacant) => {
                    VacantEntry::<K, V, P, S> { vacant, key }.insert(value);
                    Ok(None)
                }
                Err(error) => Err(Rejected { value: (key, value), error }),
            },
        }
    }

    /// The entry of `key`, or a place for it. Room is made for one more entry if there is none, so
    /// that filling a vacant entry cannot fail.
    ///
    /// # Errors
    ///
    /// Those of [`try_insert`](Self::try_insert), and only if the key is absent: it is returned.
    #[inline]
    pub fn try_entry(&mut self, key: K) -> Result<Entry<'_, K, V, P, S>, Rejected<K>> {
        let hash = self.hash(&key);
        match self.raw.entry(hash, |entry| *P::key(entry) == key) {
            Ok(occupied) => Ok(Entry::Occupied(OccupiedEntry { occupied, hash })),
            Err(vacant) => match Self::make_room(vacant, &self.build_hasher) {
                Ok(vacant) => Ok(Entry::Vacant(VacantEntry { vacant, key })),
                Err(error) => Err(Rejected { value: key, error }),
            },
        }
    }

    /// Takes `key` out and returns its value.
    #[inline(always)]
    pub fn remove<Q: ?Sized + Hash + Equivalent<K>>(&mut self, key: &Q) -> Option<V> {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Takes `key` out and returns the map's own key and its value.
    #[inline(always)]
    pub fn remove_entry<Q: ?Sized + Hash + Equivalent<K>>(&mut self, key: &Q) -> Option<(K, V)> {
        let removed = self.raw.remove(self.hash(key), |entry| key.equivalent(P::key(entry)));
        removed.map(|(entry, beside)| P::split(entry, beside))
    }

    /// Makes sure that `additional` more entries fit without growing.
    ///
    /// # Errors
    ///
    /// [`Error::Full`], [`Error::AllocationFailed`] or [`Error::CapacityOverflow`]; the map is as it
    /// was.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), Error> {
        let build_hasher = &self.build_hasher;
        self.raw.try_reserve(additional, |entry| build_hasher.hash_one(P::key(entry)))
    }

    /// Moves all entries to `storage`, under the hashes of `build_hasher`, and gives the old storage
    /// back: how a map in provided memory grows, shrinks, or gets a new seed.
    ///
    /// # Errors
    ///
    /// `storage` is returned with [`Error::TooSmall`]; the map is as it was.
    pub fn move_into(&mut self, storage: S, build_hasher: H) -> Result<S, Rejected<S>> {
        let old = self.raw.try_move_into(storage, |entry| build_hasher.hash_one(P::key(entry)))?;
        self.build_hasher = build_hasher;
        Ok(old)
    }

    /// Checks the invariants of the table.
    #[doc(hidden)]
    pub fn check_invariants(&self, ever_stashed: bool) -> Result<(), &'static str> {
        let hasher = |entry: &P::Entry| self.hash(P::key(entry));
        self.raw.broken_invariant(hasher, ever_stashed).map_or(Ok(()), Err)
    }
}

/// What only storages that grow can do.
impl<K: Hash + Eq, V, P: Pairing<K, V>, S: Growable, H: BuildHasher> PairMap<K, V, P, S, H> {
    /// [`try_insert`](Self::try_insert), ending in the allocation error handler when there is no
    /// memory.
    #[inline]
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let inserted = self.insert_if(key, value, Self::make_room);
        inserted.unwrap_or_else(|rejected| S::fail(rejected.error))
    }

    /// [`try_entry`](Self::try_entry), ending in the allocation error handler when there is no
    /// memory.
    #[inline]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V, P, S> {
        self.try_entry(key).unwrap_or_else(|rejected| S::fail(rejected.error))
    }

    /// [`try_reserve`](Self::try_reserve), ending in the allocation error handler when there is no
    /// memory.
    pub fn reserve(&mut self, additional: usize) {
        self.try_reserve(additional).unwrap_or_else(|error| S::fail(error));
    }

    /// Moves to the least storage that has room for `min_capacity` entries and for those there are.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`]; the map is as it was.
    pub fn try_shrink_to(&mut self, min_capacity: usize) -> Result<(), Error> {
        let build_hasher = &self.build_hasher;
        self.raw.try_shrink_to(min_capacity, |entry| build_hasher.hash_one(P::key(entry)))
    }

    /// [`try_shrink_to`](Self::try_shrink_to) the entries there are. Without memory to move to, the
    /// map stays as it is.
    pub fn shrink_to_fit(&mut self) {
        let _ = self.try_shrink_to(0);
    }

    /// [`try_reserve`](Self::try_reserve) under a seed that changes with the size: if the entries have to
    /// move, they do so under the hashes of what `reseed` makes of the present hasher, such as
    /// [`Keyed::reseeded`](crate::hash::Keyed::reseeded). Called before each insertion, no two sizes of the map have
    /// the same seed.
    ///
    /// # Errors
    ///
    /// As [`try_reserve`](Self::try_reserve).
    pub fn try_reserve_reseeded(
        &mut self,
        additional: usize,
        reseed: impl FnOnce(&H) -> H,
    ) -> Result<(), Error> {
        if additional > self.capacity() - self.len() {
            let build_hasher = reseed(&self.build_hasher);
            self.raw.try_reserve(additional, |entry| build_hasher.hash_one(P::key(entry)))?;
            self.build_hasher = build_hasher;
        }
        Ok(())
    }

    /// Moves every entry to a new storage with room for `capacity` of them at least, under the
    /// hashes of `build_hasher`: a new seed for a map whose [`stats`](Self::stats) show stashed entries.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`] or [`Error::CapacityOverflow`]; the map is as it was.
    pub fn try_rehash(&mut self, capacity: usize, build_hasher: H) -> Result<(), Error> {
        let capacity = capacity.max(self.len());
        self.raw.try_resize(capacity, |entry| build_hasher.hash_one(P::key(entry)))?;
        self.build_hasher = build_hasher;
        Ok(())
    }
}
