//! What follows from a map's guard for its tables, as a part of their type.
//!
//! Operations follow a key from table to table, and migrate what is in the way. All of that begins with
//! [`Table::next`]. In a map that is never rebuilt `next` is `None` by the type of the table, and the compiler drops
//! what comes after it. So there is one algorithm, and no operation is written twice.

use core::marker::PhantomData;

use super::guard::{Asking, Track};
use crate::lockfree::{arena::Table, bucket::Reserver};

/// A table of a map with the guard `G`.
pub(crate) type TableOf<'a, G> = Table<'a, UserOf<G>>;

/// The reserver of a map with the guard `G`: no member.
pub(crate) struct UserOf<G>(PhantomData<fn() -> G>);

impl<G> Default for UserOf<G> {
    #[inline]
    fn default() -> Self {
        UserOf(PhantomData)
    }
}

impl<G> Clone for UserOf<G> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for UserOf<G> {}

impl<G: Track> Reserver for UserOf<G> {
    #[inline(always)]
    fn rebuilds() -> bool {
        G::rebuilds(Asking::TABLES)
    }
}
