//! Keys that are looked up by something else.
#![forbid(unsafe_code)]

use core::borrow::Borrow;

/// What a key of type `K` can be looked up by: `self` equals some keys, and has the hash of each of them.
///
/// Everything that `K` can be [borrowed](Borrow) as is one. For others, such as the parts of a key that is made of
/// them, implement it.
///
/// ```
/// use core::hash::{Hash, Hasher};
/// use heptad::{hash::Keyed, storage::Inline, swiss::{Equivalent, Set}};
///
/// /// Two numbers that are not in one place.
/// struct Parts<'a>(&'a u32, &'a u32);
///
/// impl Hash for Parts<'_> {
///     fn hash<H: Hasher>(&self, state: &mut H) {
///         (self.0, self.1).hash(state);
///     }
/// }
///
/// impl Equivalent<(u32, u32)> for Parts<'_> {
///     fn equivalent(&self, key: &(u32, u32)) -> bool {
///         (*self.0, *self.1) == *key
///     }
/// }
///
/// let mut links: Set<(u32, u32), Inline<4>> = Set::inline(Keyed::new(0x5eed));
/// links.try_insert((1, 2))?;
/// assert!(links.contains(&Parts(&1, &2)) && !links.contains(&Parts(&2, &1)));
/// # Ok::<(), heptad::Rejected<(u32, u32)>>(())
/// ```
pub trait Equivalent<K: ?Sized> {
    /// Is this the key?
    fn equivalent(&self, key: &K) -> bool;
}

impl<Q: ?Sized + Eq, K: ?Sized + Borrow<Q>> Equivalent<K> for Q {
    #[inline]
    fn equivalent(&self, key: &K) -> bool {
        *self == *key.borrow()
    }
}
