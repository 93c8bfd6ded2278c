//! Our sets as contenders that take many keys at once: cache lines are prefetched before they are
//! needed, so that the waits overlap. The peers take the same keys one by one.

use heptad::swiss::Set;

use crate::{
    adapter::{Footprint, Words},
    ours::MEMORY,
};

/// A set that is given keys in batches.
pub(crate) struct Batched(Set<u64>);

impl Words for Batched {
    const NAME: &'static str = "heptad, batches";

    fn with_capacity(entries: usize) -> Self {
        Batched(Words::with_capacity(entries))
    }

    fn get(&self, key: u64) -> u64 {
        Words::get(&self.0, key)
    }

    fn insert(&mut self, key: u64) {
        Words::insert(&mut self.0, key);
    }

    fn remove(&mut self, key: u64) -> u64 {
        Words::remove(&mut self.0, key)
    }

    fn words(&self) -> impl Iterator<Item = u64> {
        self.0.words()
    }

    #[inline(always)]
    fn get_all(&self, keys: &[u64]) -> u64 {
        let mut sum = 0u64;
        self.0.get_many(keys, |_, word| sum = sum.wrapping_add(word.copied().unwrap_or(0)));
        sum
    }

    #[inline(always)]
    fn insert_all(&mut self, keys: &[u64]) {
        self.0.try_insert_many(keys).expect(MEMORY);
    }

    fn clear(&mut self) {
        Words::clear(&mut self.0);
    }

    fn len(&self) -> usize {
        Words::len(&self.0)
    }

    fn footprint(&self) -> Footprint {
        self.0.footprint()
    }
}
