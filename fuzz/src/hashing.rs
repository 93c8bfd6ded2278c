//! Hash functions from good to hopeless.
//!
//! A good function alone would never make an entry stashed, and a constant one hardly ever displaces
//! entries along a chain: the interesting cases lie between them.

use std::hash::{BuildHasher, Hasher};

use arbitrary::Arbitrary;
use heptad::hash::hash_word;

/// A hash function of words.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Hashing {
    /// The crate's own, under a seed.
    Keyed(u64),
    /// The crate's own, of the key modulo a small number, which limits the number of hashes.
    Few(u64, u8),
    /// One hash for all keys.
    Constant(u64),
    /// The key itself: groups in order, and one tag for all.
    Identity,
    /// Groups and tags as the input chooses: the eight bytes are low bytes of hashes, and the key's
    /// own low bits go on top.
    Chosen([u8; 8]),
}

impl Hashing {
    /// The hash of `key`.
    pub fn hash(self, key: u64) -> u64 {
        match self {
            Hashing::Keyed(seed) => hash_word(seed, key),
            Hashing::Few(seed, count) => hash_word(seed, key % (u64::from(count) + 1)),
            Hashing::Constant(hash) => hash,
            Hashing::Identity => key,
            Hashing::Chosen(homes) => u64::from(homes[(key % 8) as usize]) | (key / 8) << 57,
        }
    }
}

impl BuildHasher for Hashing {
    type Hasher = HashingHasher;

    fn build_hasher(&self) -> HashingHasher {
        HashingHasher { hashing: *self, hash: 0 }
    }
}

/// [`Hashing`] for keys that hash themselves as one integer.
pub struct HashingHasher {
    hashing: Hashing,
    hash: u64,
}

impl Hasher for HashingHasher {
    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are integers");
    }

    fn write_u32(&mut self, key: u32) {
        self.write_u64(u64::from(key));
    }

    fn write_u64(&mut self, key: u64) {
        self.hash = self.hashing.hash(key);
    }

    fn finish(&self) -> u64 {
        self.hash
    }
}
