//! What the standard library's maps implement.
#![forbid(unsafe_code)]

use core::fmt;

use super::{Iter, IterMut, Map};
#[cfg(feature = "alloc")]
use crate::storage::Heap;
use crate::{
    error::Error,
    robin_hood::order::Order,
    storage::{Downward, Growable},
};

#[cfg(feature = "alloc")]
impl<O: Default> Default for Map<Heap, O> {
    fn default() -> Self {
        Self::with_order(O::default())
    }
}

impl<S: Downward, O: Clone> Map<S, O> {
    /// A copy in other storages of the same kind.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`] from the heap; [`Error::Full`] in provided memory, of which there is
    /// no second.
    pub fn try_clone(&self) -> Result<Self, Error> {
        Ok(Map { raw: self.raw.try_clone()?, order: self.order.clone() })
    }
}

impl<S: Growable, O: Clone> Clone for Map<S, O> {
    fn clone(&self) -> Self {
        self.try_clone().unwrap_or_else(|error| S::fail(error))
    }
}

impl<S: Downward, O: Order> fmt::Debug for Map<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// Equal if they have the same keys with the same values, whatever their storage, order and size.
impl<S: Downward, S2: Downward, O: Order, O2: Order> PartialEq<Map<S2, O2>> for Map<S, O> {
    fn eq(&self, other: &Map<S2, O2>) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<S: Downward, O: Order> Eq for Map<S, O> {}

impl<S: Growable, O: Order> Extend<(u64, u64)> for Map<S, O> {
    fn extend<I: IntoIterator<Item = (u64, u64)>>(&mut self, pairs: I) {
        let pairs = pairs.into_iter();
        let least = pairs.size_hint().0;
        // Without memory for all at once, each insertion asks for its own.
        let _ = self.try_reserve(if self.is_empty() { least } else { least.div_ceil(2) });
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

/// In the default order: the keyed one has a seed that everyone knows, so for keys that others choose `extend` a map
/// made [`with_order`](Map::with_order).
#[cfg(feature = "alloc")]
impl<O: Order + Default> FromIterator<(u64, u64)> for Map<Heap, O> {
    fn from_iter<I: IntoIterator<Item = (u64, u64)>>(pairs: I) -> Self {
        let mut map = Self::default();
        map.extend(pairs);
        map
    }
}

#[cfg(feature = "alloc")]
impl<O: Order + Default, const N: usize> From<[(u64, u64); N]> for Map<Heap, O> {
    fn from(pairs: [(u64, u64); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<'a, S: Downward, O: Order> IntoIterator for &'a Map<S, O> {
    type Item = (u64, &'a u64);
    type IntoIter = Iter<'a, O>;

    fn into_iter(self) -> Iter<'a, O> {
        self.iter()
    }
}

impl<'a, S: Downward, O: Order> IntoIterator for &'a mut Map<S, O> {
    type Item = (u64, &'a mut u64);
    type IntoIter = IterMut<'a, O>;

    fn into_iter(self) -> IterMut<'a, O> {
        self.iter_mut()
    }
}
