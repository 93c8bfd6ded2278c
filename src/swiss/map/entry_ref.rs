//! An entry of a map by reference: the map's key is made only if it is missing.
#![forbid(unsafe_code)]

use core::{
    borrow::Borrow,
    fmt,
    hash::{BuildHasher, Hash},
};

use super::{
    super::{Equivalent, entry::Vacant},
    OccupiedEntry, PairMap, Pairing,
};
use crate::{
    error::Error,
    storage::{Growable, Storage},
};

/// What [`PairMap::try_entry_ref`] found.
pub enum EntryRef<'a, 'b, K, Q: ?Sized, V, P: Pairing<K, V>, S: Storage> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, V, P, S>),
    /// It is not, and there is room for it.
    Vacant(VacantEntryRef<'a, 'b, K, Q, V, P, S>),
}

/// A key that is not in the map, by reference. Room for it is reserved.
pub struct VacantEntryRef<'a, 'b, K, Q: ?Sized, V, P: Pairing<K, V>, S: Storage> {
    vacant: Vacant<'a, P::Entry, P::Beside, S>,
    key: &'b Q,
}

impl<'a, 'b, K, Q: ?Sized, V, P, S> EntryRef<'a, 'b, K, Q, V, P, S>
where
    K: 'a + From<&'b Q>,
    V: 'a,
    P: Pairing<K, V>,
    S: Storage,
{
    /// The value there, or else `default` put in.
    pub fn or_insert(self, default: V) -> &'a mut V {
        self.or_insert_with(|| default)
    }

    /// The value there, or else what `default` makes.
    pub fn or_insert_with(self, default: impl FnOnce() -> V) -> &'a mut V {
        self.or_insert_with_key(|_| default())
    }

    /// The value there, or else what `default` makes of what was looked up.
    pub fn or_insert_with_key(self, default: impl FnOnce(&Q) -> V) -> &'a mut V {
        match self {
            EntryRef::Occupied(entry) => entry.into_mut(),
            EntryRef::Vacant(entry) => {
                let value = default(entry.key());
                entry.insert(value)
            }
        }
    }

    /// The value there, or else the default of its type.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Lets `change` see the value if there is one.
    pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
        if let EntryRef::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// The entry with this value, whether the key had one or not.
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, P, S> {
        match self {
            EntryRef::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            EntryRef::Vacant(entry) => entry.insert_entry(value),
        }
    }
}

impl<'a, K: 'a, Q: ?Sized, V: 'a, P: Pairing<K, V>, S: Storage> EntryRef<'a, '_, K, Q, V, P, S> {
    /// The map's own key in the form that was looked up, or what was looked up.
    pub fn key(&self) -> &Q
    where
        K: Borrow<Q>,
    {
        match self {
            EntryRef::Occupied(entry) => entry.key().borrow(),
            EntryRef::Vacant(entry) => entry.key(),
        }
    }
}

impl<'a, 'b, K: 'a, Q: ?Sized, V: 'a, P, S> VacantEntryRef<'a, 'b, K, Q, V, P, S>
where
    P: Pairing<K, V>,
    S: Storage,
{
    /// What was looked up.
    pub fn key(&self) -> &'b Q {
        self.key
    }

    /// Puts in a key made of what was looked up, with this value.
    pub fn insert(self, value: V) -> &'a mut V
    where
        K: From<&'b Q>,
    {
        self.insert_entry(value).into_mut()
    }

    /// [`insert`](Self::insert) that returns the entry.
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, P, S>
    where
        K: From<&'b Q>,
    {
        let key = K::from(self.key);
        self.insert_entry_with_key(key, value)
    }

    /// Puts in a key that what was looked up is [equivalent](Equivalent) to: another one would be where no lookup finds
    /// it.
    pub fn insert_entry_with_key(self, key: K, value: V) -> OccupiedEntry<'a, K, V, P, S> {
        let (entry, beside) = P::join(key, value);
        let hash = self.vacant.hash();
        OccupiedEntry { occupied: self.vacant.insert(entry, beside), hash }
    }
}

impl<K: Hash + Eq, V, P: Pairing<K, V>, S: Storage, H: BuildHasher> PairMap<K, V, P, S, H> {
    /// [`try_entry`](Self::try_entry) of what a key can be looked up by: the key itself is made if it is put in.
    ///
    /// # Errors
    ///
    /// Those of [`try_insert`](Self::try_insert), and only if the key is absent.
    ///
    /// ```
    /// use heptad::{hash::Keyed, storage::Inline, swiss::Map};
    ///
    /// #[derive(PartialEq, Eq, Hash)]
    /// struct Name([u8; 8]);
    /// # impl core::borrow::Borrow<[u8; 8]> for Name { fn borrow(&self) -> &[u8; 8] { &self.0 } }
    /// # impl From<&[u8; 8]> for Name { fn from(name: &[u8; 8]) -> Name { Name(*name) } }
    ///
    /// let mut counts: Map<Name, u32, Inline<8>> = Map::inline(Keyed::new(0x5eed));
    /// for name in [b"ethernet", b"loopback", b"ethernet"] {
    ///     *counts.try_entry_ref(name)?.or_default() += 1;
    /// }
    /// assert_eq!(counts.get(b"ethernet"), Some(&2));
    /// # Ok::<(), heptad::Error>(())
    /// ```
    pub fn try_entry_ref<'b, Q: ?Sized + Hash + Equivalent<K>>(
        &mut self,
        key: &'b Q,
    ) -> Result<EntryRef<'_, 'b, K, Q, V, P, S>, Error> {
        let hash = self.hash(key);
        match self.raw.entry(hash, |entry| key.equivalent(P::key(entry))) {
            Ok(occupied) => Ok(EntryRef::Occupied(OccupiedEntry { occupied, hash })),
            Err(vacant) => {
                let hasher = |entry: &P::Entry| self.build_hasher.hash_one(P::key(entry));
                Ok(EntryRef::Vacant(VacantEntryRef { vacant: vacant.try_reserve(hasher)?, key }))
            }
        }
    }
}

impl<K: Hash + Eq, V, P: Pairing<K, V>, S: Growable, H: BuildHasher> PairMap<K, V, P, S, H> {
    /// [`try_entry_ref`](Self::try_entry_ref), ending in the allocation error handler when there is no memory.
    pub fn entry_ref<'b, Q: ?Sized + Hash + Equivalent<K>>(
        &mut self,
        key: &'b Q,
    ) -> EntryRef<'_, 'b, K, Q, V, P, S> {
        self.try_entry_ref(key).unwrap_or_else(|error| S::fail(error))
    }
}

impl<K, Q, V, P, S> fmt::Debug for EntryRef<'_, '_, K, Q, V, P, S>
where
    K: fmt::Debug,
    Q: ?Sized + fmt::Debug,
    V: fmt::Debug,
    P: Pairing<K, V>,
    S: Storage,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EntryRef::Occupied(entry) => f.debug_tuple("Occupied").field(entry).finish(),
            EntryRef::Vacant(entry) => f.debug_tuple("Vacant").field(&entry.key).finish(),
        }
    }
}

impl<K, Q, V, P, S> fmt::Debug for VacantEntryRef<'_, '_, K, Q, V, P, S>
where
    Q: ?Sized + fmt::Debug,
    P: Pairing<K, V>,
    S: Storage,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntryRef").field(&self.key).finish()
    }
}
