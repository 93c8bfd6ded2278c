//! `|`, `&`, `-` and `^` of sets, and the forms that assign.
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
use core::ops::{BitAnd, BitOr, BitXor, Sub};
use core::{
    hash::{BuildHasher, Hash},
    ops::{BitAndAssign, BitOrAssign, BitXorAssign, SubAssign},
};

use super::Set;
#[cfg(feature = "alloc")]
use crate::storage::Heap;
use crate::storage::{Growable, Storage};

/// An operator whose result is a new set on the heap, under the default hasher.
#[cfg(feature = "alloc")]
macro_rules! operator {
    ($operator:ident, $function:ident, $method:ident, $what:literal) => {
        #[doc = $what]
        /// On the heap, under the default hasher.
        impl<K, S, S2, H, H2> $operator<&Set<K, S2, H2>> for &Set<K, S, H>
        where
            K: Hash + Eq + Clone,
            S: Storage,
            S2: Storage,
            H: BuildHasher + Default,
            H2: BuildHasher,
        {
            type Output = Set<K, Heap, H>;

            fn $function(self, other: &Set<K, S2, H2>) -> Set<K, Heap, H> {
                self.$method(other).cloned().collect()
            }
        }
    };
}

#[cfg(feature = "alloc")]
operator!(BitOr, bitor, union, "The keys of both sets.");
#[cfg(feature = "alloc")]
operator!(BitAnd, bitand, intersection, "The keys that both sets have.");
#[cfg(feature = "alloc")]
operator!(Sub, sub, difference, "The keys that the other set has not.");
#[cfg(feature = "alloc")]
operator!(BitXor, bitxor, symmetric_difference, "The keys that just one of the sets has.");

/// Puts in the keys of the other set.
impl<K, S, S2, H, H2> BitOrAssign<&Set<K, S2, H2>> for Set<K, S, H>
where
    K: Hash + Eq + Clone,
    S: Growable,
    S2: Storage,
    H: BuildHasher,
    H2: BuildHasher,
{
    fn bitor_assign(&mut self, other: &Set<K, S2, H2>) {
        for key in other {
            if !self.contains(key) {
                self.insert(key.clone());
            }
        }
    }
}

/// Keeps the keys that the other set has too.
impl<K, S, S2, H, H2> BitAndAssign<&Set<K, S2, H2>> for Set<K, S, H>
where
    K: Hash + Eq,
    S: Storage,
    S2: Storage,
    H: BuildHasher,
    H2: BuildHasher,
{
    fn bitand_assign(&mut self, other: &Set<K, S2, H2>) {
        self.retain(|key| other.contains(key));
    }
}

/// Takes out the keys that the other set has.
impl<K, S, S2, H, H2> SubAssign<&Set<K, S2, H2>> for Set<K, S, H>
where
    K: Hash + Eq,
    S: Storage,
    S2: Storage,
    H: BuildHasher,
    H2: BuildHasher,
{
    fn sub_assign(&mut self, other: &Set<K, S2, H2>) {
        if other.len() < self.len() {
            for key in other {
                self.remove(key);
            }
        } else {
            self.retain(|key| !other.contains(key));
        }
    }
}

/// Takes out the keys of the other set that it has, and puts in the others.
impl<K, S, S2, H, H2> BitXorAssign<&Set<K, S2, H2>> for Set<K, S, H>
where
    K: Hash + Eq + Clone,
    S: Growable,
    S2: Storage,
    H: BuildHasher,
    H2: BuildHasher,
{
    fn bitxor_assign(&mut self, other: &Set<K, S2, H2>) {
        for key in other {
            if !self.remove(key) {
                self.insert(key.clone());
            }
        }
    }
}
