//! Many lookups at once: the lines of later ones are on their way while earlier ones are answered.
//!
//! One lookup in a table beyond the cache waits for memory. A batch asks for the home lines of the
//! next [`AHEAD`] keys first, so that their waits overlap.

use super::{raw::Raw, view::Reader};
use crate::{probe, storage::Storage};

/// How many keys ahead the lines are asked for. Tables that fit no cache are fastest near 16, and
/// smaller ones do not care.
pub(super) const AHEAD: usize = 16;

impl<T, V> Reader<'_, T, V> {
    /// Asks for the home line of `hash`, without waiting for it.
    #[inline]
    pub(super) fn prefetch(self, hash: u64) {
        let offset = self.geometry().home(hash);
        probe::prefetch(self.base().wrapping_byte_add(offset.bytes()));
    }
}

impl<T, V, S: Storage> Raw<T, V, S> {
    /// Looks up `count` keys. `hash(i)` is called once for each `i`, in order and up to [`AHEAD`]
    /// keys early; `found` gets each answer, in order.
    #[inline]
    pub(super) fn find_many<'a>(
        &'a self,
        count: usize,
        mut hash: impl FnMut(usize) -> u64,
        mut equal: impl FnMut(usize, &T) -> bool,
        mut found: impl FnMut(usize, Option<(&'a T, &'a V)>),
    ) {
        let reader = self.reader();
        let mut hashes = [0; AHEAD];
        for index in 0..count + AHEAD.min(count) {
            let ahead = AHEAD.min(count);
            if index >= ahead {
                let answered = index - ahead;
                let hash = hashes[answered % AHEAD];
                found(answered, self.find(hash, |entry| equal(answered, entry)));
            }
            if index < count {
                let hash = hash(index);
                reader.prefetch(hash);
                hashes[index % AHEAD] = hash;
            }
        }
    }
}

/// Holds back the last [`AHEAD`] items: each comes out again, in order, when its line has had time
/// to arrive.
pub(super) struct Delay<I> {
    waiting: [Option<I>; AHEAD],
    next: usize,
}

impl<I> Delay<I> {
    pub(super) fn new() -> Self {
        Delay { waiting: [const { None }; AHEAD], next: 0 }
    }

    /// Takes `item` in, and gives out the one that has waited longest if there is no more room.
    pub(super) fn push(&mut self, item: I) -> Option<I> {
        let ready = self.waiting[self.next].replace(item);
        self.next = (self.next + 1) % AHEAD;
        ready
    }

    /// The items still held back, in order.
    pub(super) fn into_rest(self) -> impl Iterator<Item = I> {
        let mut waiting = self.waiting;
        waiting.rotate_left(self.next);
        waiting.into_iter().flatten()
    }
}
