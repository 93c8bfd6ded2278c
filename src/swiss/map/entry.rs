//! An entry of a map, found or missing.
#![forbid(unsafe_code)]

use core::fmt;

use super::{
    super::entry::{Occupied, Vacant},
    Pairing,
};
use crate::storage::Storage;

/// What [`PairMap::try_entry`](super::PairMap::try_entry) found.
pub enum Entry<'a, K, V, P: Pairing<K, V>, S: Storage> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, V, P, S>),
    /// It is not, and there is room for it.
    Vacant(VacantEntry<'a, K, V, P, S>),
}

impl<'a, K: 'a, V: 'a, P: Pairing<K, V>, S: Storage> Entry<'a, K, V, P, S> {
    /// The value there, or else `default` put in.
    #[inline]
    pub fn or_insert(self, default: V) -> &'a mut V {
        self.or_insert_with(|| default)
    }

    /// The value there, or else what `default` makes.
    #[inline]
    pub fn or_insert_with(self, default: impl FnOnce() -> V) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(default()),
        }
    }

    /// The value there, or else what `default` makes of the key.
    #[inline]
    pub fn or_insert_with_key(self, default: impl FnOnce(&K) -> V) -> &'a mut V {
        match self {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let value = default(entry.key());
                entry.insert(value)
            }
        }
    }

    /// [`or_insert`](Self::or_insert) that returns the entry.
    #[inline]
    pub fn or_insert_entry(self, default: V) -> OccupiedEntry<'a, K, V, P, S> {
        match self {
            Entry::Occupied(entry) => entry,
            Entry::Vacant(entry) => entry.insert_entry(default),
        }
    }

    /// The entry with this value, whether the key had one or not. The map keeps its own key.
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, P, S> {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Entry::Vacant(entry) => entry.insert_entry(value),
        }
    }

    /// The value there, or else the default of its type.
    #[inline]
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Lets `change` see the value if there is one.
    #[inline]
    pub fn and_modify(mut self, change: impl FnOnce(&mut V)) -> Self {
        if let Entry::Occupied(entry) = &mut self {
            change(entry.get_mut());
        }
        self
    }

    /// Replaces the value, if there is one, by what `replace` makes of it: see [`OccupiedEntry::replace_entry_with`].
    pub fn and_replace_entry_with(self, replace: impl FnOnce(&K, V) -> Option<V>) -> Self {
        match self {
            Entry::Occupied(entry) => entry.replace_entry_with(replace),
            vacant => vacant,
        }
    }

    /// The key: the map's own, or the one that was looked up.
    pub fn key(&self) -> &K {
        match self {
            Entry::Occupied(entry) => entry.key(),
            Entry::Vacant(entry) => entry.key(),
        }
    }
}

/// A key that is in the map, with its value.
pub struct OccupiedEntry<'a, K, V, P: Pairing<K, V>, S: Storage> {
    pub(super) occupied: Occupied<'a, P::Entry, P::Beside, S>,
    pub(super) hash: u64,
}

impl<'a, K: 'a, V: 'a, P: Pairing<K, V>, S: Storage> OccupiedEntry<'a, K, V, P, S> {
    fn pair(&self) -> (&K, &V) {
        let (entry, beside) = self.occupied.pair();
        P::pair(entry, beside)
    }

    /// The map's own key.
    pub fn key(&self) -> &K {
        self.pair().0
    }

    /// The value.
    pub fn get(&self) -> &V {
        self.pair().1
    }

    /// The value, to change.
    #[inline]
    pub fn get_mut(&mut self) -> &mut V {
        let (entry, beside) = self.occupied.pair_mut();
        P::pair_mut(entry, beside).1
    }

    /// The value, for as long as the map is borrowed.
    #[inline]
    pub fn into_mut(self) -> &'a mut V {
        let (entry, beside) = self.occupied.into_pair_mut();
        P::pair_mut(entry, beside).1
    }

    /// The map's own key, and its value, for as long as the map is borrowed.
    #[inline]
    pub fn into_entry(self) -> (&'a K, &'a mut V) {
        let (entry, beside) = self.occupied.into_pair_mut();
        P::pair_mut(entry, beside)
    }

    /// Replaces the value and returns the old one.
    #[inline]
    pub fn insert(&mut self, value: V) -> V {
        core::mem::replace(self.get_mut(), value)
    }

    /// Takes the value out, and the key with it.
    pub fn remove(self) -> V {
        self.remove_entry().1
    }

    /// Replaces the value by what `replace` makes of it, or takes the entry out if that is `None`. If `replace`
    /// panics, the entry is gone.
    pub fn replace_entry_with(
        self,
        replace: impl FnOnce(&K, V) -> Option<V>,
    ) -> Entry<'a, K, V, P, S> {
        let ((entry, beside), table) = self.occupied.remove();
        let (key, value) = P::split(entry, beside);
        let value = replace(&key, value);
        let vacant = VacantEntry { vacant: Vacant::of(table, self.hash), key };
        match value {
            Some(value) => Entry::Occupied(vacant.insert_entry(value)),
            None => Entry::Vacant(vacant),
        }
    }

    /// Takes key and value out.
    pub fn remove_entry(self) -> (K, V) {
        let ((entry, beside), _) = self.occupied.remove();
        P::split(entry, beside)
    }
}

/// A key that is not in the map. Room for it is reserved.
pub struct VacantEntry<'a, K, V, P: Pairing<K, V>, S: Storage> {
    pub(super) vacant: Vacant<'a, P::Entry, P::Beside, S>,
    pub(super) key: K,
}

impl<'a, K: 'a, V: 'a, P: Pairing<K, V>, S: Storage> VacantEntry<'a, K, V, P, S> {
    /// The key.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// The key again.
    pub fn into_key(self) -> K {
        self.key
    }

    /// Puts the key in with this value.
    #[inline]
    pub fn insert(self, value: V) -> &'a mut V {
        self.insert_entry(value).into_mut()
    }

    /// [`insert`](Self::insert) that returns the entry.
    #[inline]
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V, P, S> {
        let (entry, beside) = P::join(self.key, value);
        let hash = self.vacant.hash();
        OccupiedEntry { occupied: self.vacant.insert(entry, beside), hash }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, P, S> fmt::Debug for OccupiedEntry<'_, K, V, P, S>
where
    P: Pairing<K, V>,
    S: Storage,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = self.pair();
        f.debug_struct("OccupiedEntry").field("key", key).field("value", value).finish()
    }
}

impl<K: fmt::Debug, V, P: Pairing<K, V>, S: Storage> fmt::Debug for VacantEntry<'_, K, V, P, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VacantEntry").field(&self.key).finish()
    }
}

impl<K, V, P, S> fmt::Debug for Entry<'_, K, V, P, S>
where
    K: fmt::Debug,
    V: fmt::Debug,
    P: Pairing<K, V>,
    S: Storage,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Occupied(entry) => {
                f.debug_tuple("Occupied").field(entry.key()).field(entry.get()).finish()
            }
            Entry::Vacant(entry) => f.debug_tuple("Vacant").field(entry.key()).finish(),
        }
    }
}
