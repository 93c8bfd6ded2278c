//! Many lookups at once: the lines of later ones are prefetched while earlier ones are answered.
//!
//! One lookup in a table beyond the cache waits for memory. A batch prefetches the home lines of the
//! next [`AHEAD`] keys, so that their waits overlap.

use core::mem;

use super::{
    raw::Raw,
    value::Value,
    view::{Place, Reader},
};
use crate::{
    layout::Tag,
    probe::{self, FoundWord},
    storage::Storage,
};

/// How many keys ahead lines are prefetched. Tables that fit no cache are fastest near 16; for smaller ones it does not
/// matter.
pub(super) const AHEAD: usize = 16;

impl<T, V: ?Sized + Value> Reader<'_, T, V> {
    /// Prefetches the home line of `hash`.
    #[inline]
    pub(super) fn prefetch(self, hash: u64) {
        let offset = self.geometry().home(hash);
        probe::prefetch(self.base().wrapping_byte_add(offset.bytes()));
    }

    /// Prefetches the home lines of `words`, if there are any, and keeps their hashes.
    #[inline]
    fn prefetch_words(
        self,
        words: Option<&[u64]>,
        hash: &impl Fn(&u64) -> u64,
        hashes: &mut [u64; AHEAD],
    ) {
        for (word, kept) in words.unwrap_or_default().iter().zip(hashes) {
            *kept = hash(word);
            self.prefetch(*kept);
        }
    }
}

impl<T, V: ?Sized + Value, S: Storage> Raw<T, V, S> {
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
        let request = |key| {
            let hash = hash(key);
            self.reader().prefetch(hash);
            hash
        };
        // A ring: the hash of key `i` waits at `i % AHEAD` for its turn.
        let mut hashes = [0; AHEAD];
        for (kept, key) in hashes.iter_mut().zip(keys) {
            *kept = request(key);
        }
        for index in 0..keys.len() {
            let kept = &mut hashes[index % AHEAD];
            let hash = *kept;
            if let Some(later) = keys.get(index + AHEAD) {
                *kept = request(later);
            }
            found(index, self.find(hash, |entry| equal(index, entry)));
        }
    }
}

impl<V: ?Sized + Value, S: Storage> Raw<u64, V, S> {
    /// The entry `word` of hash `hash`, by the probe routine for one word.
    #[inline]
    pub(super) fn find_word(&self, hash: u64, word: u64) -> Option<(&u64, &V)> {
        let reader = self.reader();
        // SAFETY: the lines of this table (V1), and what is initialised in them (V2).
        let found = unsafe { probe::find_word(reader.base(), reader.geometry(), hash, word) };
        // SAFETY: the routine's answer about this table.
        unsafe { self.pair_found(found, &word, || hash) }
    }

    /// The entry and value that a probe routine has found for `word`, whose hash is `hash()`.
    ///
    /// # Safety
    ///
    /// `found` is an answer about this table, which has not changed.
    #[inline(always)]
    unsafe fn pair_found(
        &self,
        found: FoundWord,
        word: &u64,
        hash: impl FnOnce() -> u64,
    ) -> Option<(&u64, &V)> {
        let reader = self.reader();
        let place = match found {
            FoundWord::At(entry) => reader.place_of(entry.addr()),
            FoundWord::Absent => return None,
            FoundWord::MaybeStashed if reader.control.span == 0 => return None,
            FoundWord::MaybeStashed => reader.entries().find_again(hash(), *word)?,
        };
        // SAFETY: the routine yields entries of slots that are not free, and so does `find_again`.
        let entry = unsafe { reader.entry(place) };
        // SAFETY: as above.
        Some((entry, unsafe { reader.value(place) }))
    }

    /// [`find_many`](Self::find_many) for entries that are words: the probe routine for many at once
    /// finds them, a block at a time, while the lines of the next block are on their way. `hash` is
    /// called once more for words that may be stashed.
    #[inline]
    pub(super) fn find_words<'a>(
        &'a self,
        words: &[u64],
        hash: impl Fn(&u64) -> u64,
        mut found: impl FnMut(usize, Option<(&'a u64, &'a V)>),
    ) {
        let reader = self.reader();
        let mut buffers = [[0; AHEAD]; 2];
        let [mut answers, mut hashes] = buffers.each_mut();
        let mut blocks = words.chunks(AHEAD);
        let mut next = blocks.next();
        reader.prefetch_words(next, &hash, hashes);
        let mut index = 0;
        while let Some(words) = next {
            mem::swap(&mut answers, &mut hashes);
            next = blocks.next();
            reader.prefetch_words(next, &hash, hashes);
            let (base, geometry) = (reader.base(), reader.geometry());
            // SAFETY: the lines of this table (V1), and what is initialised in them (V2).
            let places = unsafe { probe::find_words(base, geometry, words, answers) };
            for (word, place) in words.iter().zip(places) {
                // SAFETY: the routine's answer about this table.
                let pair = unsafe { self.pair_found(place, word, || hash(word)) };
                found(index, pair);
                index += 1;
            }
        }
    }
}

impl Reader<'_, u64, ()> {
    /// A lookup that the probe routine could not finish, in a table with stashed entries. Most words
    /// cannot be one of them: no entry of their home and class is.
    #[inline(never)]
    fn find_again(self, hash: u64, word: u64) -> Option<Place> {
        let home = self.geometry().home(hash);
        if self.control.pinned(home, Tag::of(hash).class()) {
            self.find(hash, |&entry| entry == word)
        } else {
            None
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
        let Delay { mut waiting, next } = self;
        (0..AHEAD).filter_map(move |index| waiting[(next + index) % AHEAD].take())
    }
}

#[cfg(all(test, not(heptad_loom)))]
mod tests {
    use super::{AHEAD, Delay};

    #[test]
    fn items_wait_until_as_many_have_come_behind_them() {
        let mut delay = Delay::new();
        for item in 0..3 * AHEAD {
            assert_eq!(delay.push(item), item.checked_sub(AHEAD));
        }
        assert!(delay.into_rest().eq(2 * AHEAD..3 * AHEAD));
    }
}
