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
    /// Looks up each of `keys`. `hash` is called once for each, in order and up to [`AHEAD`] keys
    /// early; `equal(i, entry)` compares for `keys[i]`; `found(i, answer)` gets the answers in order.
    #[inline]
    pub(super) fn find_many<'a, Q>(
        &'a self,
        keys: &[Q],
        hash: impl Fn(&Q) -> u64,
        mut equal: impl FnMut(usize, &T) -> bool,
        mut found: impl FnMut(usize, Option<(&'a T, &'a V)>),
    ) {
        let mut delay = Delay::new();
        let mut answer = |(index, hash): (usize, u64)| {
            found(index, self.find(hash, |entry| equal(index, entry)));
        };
        for (index, key) in keys.iter().enumerate() {
            let hash = hash(key);
            self.reader().prefetch(hash);
            if let Some(ready) = delay.push((index, hash)) {
                answer(ready);
            }
        }
        delay.into_rest().for_each(answer);
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
        let Delay { mut waiting, next } = self;
        (0..AHEAD).filter_map(move |index| waiting[(next + index) % AHEAD].take())
    }
}
