//! What the standard library's sets implement.
#![forbid(unsafe_code)]

use core::fmt;

use super::{Iter, Set};
#[cfg(feature = "alloc")]
use crate::storage::Heap;
use crate::{
    error::Error,
    robin_hood::order::Order,
    storage::{Downward, Growable},
};

#[cfg(feature = "alloc")]
impl<O: Default> Default for Set<Heap, O> {
    fn default() -> Self {
        Self::with_order(O::default())
    }
}

impl<S: Downward, O: Clone> Set<S, O> {
    /// A copy in another storage of the same kind.
    ///
    /// # Errors
    ///
    /// [`Error::AllocationFailed`] from the heap; [`Error::Full`] in provided memory, of which there is
    /// no second.
    pub fn try_clone(&self) -> Result<Self, Error> {
        Ok(Set { raw: self.raw.try_clone()?, order: self.order.clone() })
    }
}

impl<S: Growable, O: Clone> Clone for Set<S, O> {
    fn clone(&self) -> Self {
        self.try_clone().unwrap_or_else(|error| S::fail(error))
    }
}

impl<S: Downward, O: Order> fmt::Debug for Set<S, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl<S: Growable, O: Order> Extend<u64> for Set<S, O> {
    fn extend<I: IntoIterator<Item = u64>>(&mut self, keys: I) {
        let keys = keys.into_iter();
        let least = keys.size_hint().0;
        // Without memory for all at once, each insertion asks for its own.
        let _ = self.try_reserve(if self.is_empty() { least } else { least.div_ceil(2) });
        for key in keys {
            self.insert(key);
        }
    }
}

/// In the default order: the keyed one has a seed that everyone knows, so for keys that others choose `extend` a set
/// made [`with_order`](Set::with_order).
#[cfg(feature = "alloc")]
impl<O: Order + Default> FromIterator<u64> for Set<Heap, O> {
    fn from_iter<I: IntoIterator<Item = u64>>(keys: I) -> Self {
        let mut set = Self::default();
        set.extend(keys);
        set
    }
}

#[cfg(feature = "alloc")]
impl<O: Order + Default, const N: usize> From<[u64; N]> for Set<Heap, O> {
    fn from(keys: [u64; N]) -> Self {
        keys.into_iter().collect()
    }
}

impl<'a, S: Downward, O: Order> IntoIterator for &'a Set<S, O> {
    type Item = u64;
    type IntoIter = Iter<'a, O>;

    fn into_iter(self) -> Iter<'a, O> {
        self.iter()
    }
}
