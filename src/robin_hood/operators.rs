//! `|`, `&`, `-` and `^` of sets, and the forms that assign.
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
use core::ops::{BitAnd, BitOr, BitXor, Sub};
use core::ops::{BitAndAssign, BitOrAssign, BitXorAssign, SubAssign};

use super::set::Set;
#[cfg(feature = "alloc")]
use crate::{
    error::Error,
    robin_hood::{Merge, shape::lines_for},
    storage::Heap,
};
use crate::{
    robin_hood::order::{Order, Total},
    storage::{Downward, Growable},
};

#[cfg(feature = "alloc")]
impl<S: Downward, O: Total + PartialEq + Clone> Set<S, O> {
    /// Makes a set on the heap of the keys that `merge` takes from this set and `other`, in the order of this
    /// one: in one pass over both if they have one order, else key by key.
    fn combined<S2: Downward>(
        &self,
        merge: Merge,
        other: &Set<S2, O>,
    ) -> Result<Set<Heap, O>, Error> {
        if self.order == other.order {
            let most = merge.most(self.len(), other.len()).max(1);
            let lines = lines_for(most, self.raw.load).ok_or(Error::CapacityOverflow)?;
            let merged = self.try_merge_in(merge, other, Heap::try_with_lines(lines)?);
            return merged.map_err(|rejected| rejected.error);
        }
        let mut set = Set::with_order(self.order.clone());
        self.taken(merge, other)
            .try_for_each(|key| set.try_insert(key).map(drop))
            .map_err(|rejected| rejected.error)?;
        Ok(set)
    }
}

/// An operator whose result is a new set on the heap.
#[cfg(feature = "alloc")]
macro_rules! operator {
    ($operator:ident, $function:ident, $merge:ident, $what:literal) => {
        #[doc = $what]
        /// On the heap, in the order of the first set, in one pass over both if the orders are equal. Without memory it
        /// ends in the allocation error handler; [`try_merge_in`](Set::try_merge_in) takes a storage and does not.
        impl<S: Downward, S2: Downward, O> $operator<&Set<S2, O>> for &Set<S, O>
        where
            O: Total + PartialEq + Clone,
        {
            type Output = Set<Heap, O>;

            fn $function(self, other: &Set<S2, O>) -> Set<Heap, O> {
                self.combined(Merge::$merge, other).unwrap_or_else(|error| Heap::fail(error))
            }
        }
    };
}

#[cfg(feature = "alloc")]
operator!(BitOr, bitor, Union, "The keys of either set.");
#[cfg(feature = "alloc")]
operator!(BitAnd, bitand, Intersection, "The keys of both sets.");
#[cfg(feature = "alloc")]
operator!(Sub, sub, Difference, "The keys of the first set that are not in the second.");
#[cfg(feature = "alloc")]
operator!(BitXor, bitxor, SymmetricDifference, "The keys of exactly one of the sets.");

/// Inserts the keys of the other set, one by one.
impl<S: Growable, S2: Downward, O: Total, O2: Order> BitOrAssign<&Set<S2, O2>> for Set<S, O> {
    fn bitor_assign(&mut self, other: &Set<S2, O2>) {
        self.extend(other);
    }
}

/// Keeps the keys that the other set has too, in one pass with a lookup per key.
impl<S: Downward, S2: Downward, O: Order, O2: Order> BitAndAssign<&Set<S2, O2>> for Set<S, O> {
    fn bitand_assign(&mut self, other: &Set<S2, O2>) {
        self.retain(|key| other.contains(key));
    }
}

/// Removes the keys of the other set: one by one if that has fewer keys, else in one pass with a lookup per key.
impl<S: Downward, S2: Downward, O: Order, O2: Order> SubAssign<&Set<S2, O2>> for Set<S, O> {
    fn sub_assign(&mut self, other: &Set<S2, O2>) {
        if other.len() < self.len() {
            for key in other {
                self.remove(key);
            }
        } else {
            self.retain(|key| !other.contains(key));
        }
    }
}

/// Removes the keys of the other set that are present, and inserts the others, one by one.
impl<S: Growable, S2: Downward, O: Total, O2: Order> BitXorAssign<&Set<S2, O2>> for Set<S, O> {
    fn bitxor_assign(&mut self, other: &Set<S2, O2>) {
        for key in other {
            if !self.remove(key) {
                self.insert(key);
            }
        }
    }
}
