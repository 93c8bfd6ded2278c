//! What the standard library's maps implement.
#![forbid(unsafe_code)]

use core::{
    fmt,
    hash::{BuildHasher, Hash},
    ops::Index,
};

use super::{IntoIter, Iter, IterMut, PairMap, Pairing};
#[cfg(feature = "alloc")]
use crate::storage::Heap;
use crate::{
    error::Error,
    storage::{Growable, Inline, Storage},
    swiss::{Equivalent, batch::Delay},
};

/// Under the default hasher; that of [`Keyed`](crate::hash::Keyed) has a fixed seed.
impl<K, V, P, H, const LINES: usize> Default for PairMap<K, V, P, Inline<LINES>, H>
where
    P: Pairing<K, V>,
    H: Default,
{
    fn default() -> Self {
        Self::inline(H::default())
    }
}

/// Under the default hasher; that of [`Keyed`](crate::hash::Keyed) has a fixed seed, as in `new`.
#[cfg(feature = "alloc")]
impl<K, V, P: Pairing<K, V>, H: Default> Default for PairMap<K, V, P, Heap, H> {
    fn default() -> Self {
        Self::with_hasher(H::default())
    }
}

impl<K, V, P: Pairing<K, V>, S: Storage, H: Clone> PairMap<K, V, P, S, H>
where
    P::Entry: Clone,
    P::Beside: Clone,
{
    /// A copy in another storage of the same kind, entry by entry in the same places.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`] from the heap; [`Error::Full`] in provided memory, of which there is
    /// no second.
    pub fn try_clone(&self) -> Result<Self, Error> {
        Ok(PairMap { raw: self.raw.try_clone()?, build_hasher: self.build_hasher.clone() })
    }
}

impl<K, V, P: Pairing<K, V>, S: Growable, H: Clone> Clone for PairMap<K, V, P, S, H>
where
    P::Entry: Clone,
    P::Beside: Clone,
{
    fn clone(&self) -> Self {
        self.try_clone().unwrap_or_else(|error| S::fail(error))
    }
}

impl<K, V, P: Pairing<K, V>, S: Storage, H> fmt::Debug for PairMap<K, V, P, S, H>
where
    K: fmt::Debug,
    V: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Equal if they have the same keys with the same values, whatever their storage, size and seed.
impl<K, V, P: Pairing<K, V>, S, S2, H, H2> PartialEq<PairMap<K, V, P, S2, H2>>
    for PairMap<K, V, P, S, H>
where
    K: Hash + Eq,
    V: PartialEq,
    S: Storage,
    S2: Storage,
    H: BuildHasher,
    H2: BuildHasher,
{
    fn eq(&self, other: &PairMap<K, V, P, S2, H2>) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<K, V, P: Pairing<K, V>, S, H> Eq for PairMap<K, V, P, S, H>
where
    K: Hash + Eq,
    V: Eq,
    S: Storage,
    H: BuildHasher,
{
}

/// Panics, as the standard library's maps do, if the key is absent: `get` does not.
impl<K, V, P: Pairing<K, V>, S, H, Q> Index<&Q> for PairMap<K, V, P, S, H>
where
    K: Hash + Eq,
    S: Storage,
    H: BuildHasher,
    Q: ?Sized + Hash + Equivalent<K>,
{
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("no value for this key")
    }
}

/// Puts in all pairs, the home lines of sixteen under way at a time. If the iterator panics, up to
/// sixteen pairs that it has yielded are dropped.
impl<K, V, P: Pairing<K, V>, S, H> Extend<(K, V)> for PairMap<K, V, P, S, H>
where
    K: Hash + Eq,
    S: Growable,
    H: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        let pairs = pairs.into_iter();
        let least = pairs.size_hint().0;
        // Without memory for all at once, each insertion allocates its own.
        let _ = self.try_reserve(if self.is_empty() { least } else { least.div_ceil(2) });
        let mut delay = Delay::new();
        for pair in pairs {
            self.prefetch(&pair.0);
            if let Some((key, value)) = delay.push(pair) {
                self.insert(key, value);
            }
        }
        for (key, value) in delay.into_rest() {
            self.insert(key, value);
        }
    }
}

/// Copies of all pairs.
impl<'a, K, V, P: Pairing<K, V>, S, H> Extend<(&'a K, &'a V)> for PairMap<K, V, P, S, H>
where
    K: Hash + Eq + Copy + 'a,
    V: Copy + 'a,
    S: Growable,
    H: BuildHasher,
{
    fn extend<I: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, pairs: I) {
        self.extend(pairs.into_iter().map(|(&key, &value)| (key, value)));
    }
}

/// Under the default hasher, and that of [`Keyed`](crate::hash::Keyed) has a seed that everyone knows: for keys that
/// others choose, `extend` one made [`with_hasher`](PairMap::with_hasher), or take a hasher whose default is random,
/// such as the standard library's `RandomState`.
#[cfg(feature = "alloc")]
impl<K, V, P: Pairing<K, V>, H> FromIterator<(K, V)> for PairMap<K, V, P, Heap, H>
where
    K: Hash + Eq,
    H: BuildHasher + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Self::default();
        map.extend(pairs);
        map
    }
}

#[cfg(feature = "alloc")]
impl<K, V, P: Pairing<K, V>, const N: usize> From<[(K, V); N]> for PairMap<K, V, P>
where
    K: Hash + Eq,
{
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<'a, K, V, P: Pairing<K, V>, S: Storage, H> IntoIterator for &'a PairMap<K, V, P, S, H>
where
    P::Entry: 'a,
    P::Beside: 'a,
{
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V, P>;

    fn into_iter(self) -> Iter<'a, K, V, P> {
        self.iter()
    }
}

impl<'a, K, V, P: Pairing<K, V>, S: Storage, H> IntoIterator for &'a mut PairMap<K, V, P, S, H>
where
    P::Entry: 'a,
    P::Beside: 'a,
{
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V, P>;

    fn into_iter(self) -> IterMut<'a, K, V, P> {
        self.iter_mut()
    }
}

impl<K, V, P: Pairing<K, V>, S: Storage, H> IntoIterator for PairMap<K, V, P, S, H> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V, P, S>;

    fn into_iter(self) -> IntoIter<K, V, P, S> {
        IntoIter::new(self.raw.into_pairs())
    }
}
