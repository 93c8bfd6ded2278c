//! Keyed hashing of words and bytes: one short mixer, the same in any language.
//!
//! [`hash_word`] is a keyed **bijection** of 64-bit words: the key is XOR-ed with the seed and put
//! through two multiplications and three xor-shifts, David Stafford's variant 13 of the MurmurHash3
//! finaliser. Two keys never have equal hashes, so tables of words have no hash collisions at all,
//! only crowded groups. Eleven general-register instructions; no table, no memory.
//!
//! The seed makes runs differ. It does not resist an attacker who can watch timings: the mixer is
//! public and simple. Where keys come from an enemy, use a keyed cryptographic hash through any
//! [`BuildHasher`].
//!
//! Sources: the mixer's constants are those of Stafford's "Better Bit Mixing" (2011), as used in
//! SplitMix64.

use core::hash::{BuildHasher, Hasher};

/// The hash of one word under `seed`. A bijection of `word` for each seed.
#[inline(always)]
pub const fn hash_word(seed: u64, word: u64) -> u64 {
    finish(step(seed, word))
}

/// The inverse of [`hash_word`]: the word whose hash under `seed` is `hash`.
pub const fn unhash_word(seed: u64, hash: u64) -> u64 {
    let mut state = hash ^ hash >> 31 ^ hash >> 62;
    state = state.wrapping_mul(SECOND_INVERSE);
    state ^= state >> 27 ^ state >> 54;
    state = state.wrapping_mul(FIRST_INVERSE);
    (state ^ state >> 30 ^ state >> 60) ^ seed
}

/// The hash of `bytes` under `seed`, eight bytes at a time. Equal to feeding them to a
/// [`KeyedHasher`] in one [`write`](Hasher::write).
pub fn hash_bytes(seed: u64, bytes: &[u8]) -> u64 {
    let mut hasher = KeyedHasher { state: seed };
    hasher.write(bytes);
    hasher.finish()
}

const FIRST: u64 = 0xBF58_476D_1CE4_E5B9;
const SECOND: u64 = 0x94D0_49BB_1331_11EB;
const FIRST_INVERSE: u64 = inverse(FIRST);
const SECOND_INVERSE: u64 = inverse(SECOND);

/// Takes one word in: a bijection of the state for each word and of the word for each state.
#[inline(always)]
const fn step(state: u64, word: u64) -> u64 {
    let mixed = state ^ word;
    (mixed ^ mixed >> 30).wrapping_mul(FIRST)
}

#[inline(always)]
const fn finish(state: u64) -> u64 {
    let mixed = (state ^ state >> 27).wrapping_mul(SECOND);
    mixed ^ mixed >> 31
}

/// The inverse of an odd number modulo 2^64, by Newton's iteration.
const fn inverse(odd: u64) -> u64 {
    let mut guess = odd; // right in the low three bits; each round doubles them
    let mut bits = 3;
    while bits < 64 {
        guess = guess.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(guess)));
        bits *= 2;
    }
    guess
}

/// Builds [`KeyedHasher`]s of one seed. The default hasher of heptad's sets and maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keyed {
    seed: u64,
}

impl Keyed {
    /// Hashing under `seed`: any number; a different one per table and per boot is best.
    pub const fn new(seed: u64) -> Keyed {
        Keyed { seed }
    }

    /// The seed.
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// Hashing under the seed that follows this one: for tables that take another with each growth. Who
    /// knows one seed knows those that follow.
    #[must_use]
    pub const fn reseeded(&self) -> Keyed {
        Keyed { seed: hash_word(self.seed, FIRST) }
    }
}

impl BuildHasher for Keyed {
    type Hasher = KeyedHasher;

    #[inline]
    fn build_hasher(&self) -> KeyedHasher {
        KeyedHasher { state: self.seed }
    }
}

/// A streaming form of [`hash_word`]: hashing a single `u64` gives exactly its result.
#[derive(Clone, Debug)]
pub struct KeyedHasher {
    state: u64,
}

macro_rules! write_integers {
    ($($name:ident: $integer:ty),+) => {
        $(
            #[inline]
            fn $name(&mut self, integer: $integer) {
                self.state = step(self.state, integer as u64);
            }
        )+
    };
}

impl Hasher for KeyedHasher {
    write_integers!(write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64, write_usize: usize);
    write_integers!(write_i8: i8, write_i16: i16, write_i32: i32, write_i64: i64, write_isize: isize);

    #[inline]
    fn write_u128(&mut self, integer: u128) {
        self.write_u64(integer as u64);
        self.write_u64((integer >> 64) as u64);
    }

    #[inline]
    fn write_i128(&mut self, integer: i128) {
        self.write_u128(integer as u128);
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            // `chunks_exact` yields eight bytes; the fold needs no fallible conversion to say so.
            self.write_u64(little_endian(word));
        }
        let tail = words.remainder();
        if !tail.is_empty() {
            // The length above the bytes keeps "ab" and "ab\0" apart.
            self.write_u64(little_endian(tail) | (tail.len() as u64) << 56);
        }
    }

    #[inline]
    fn finish(&self) -> u64 {
        finish(self.state)
    }
}

#[inline(always)]
fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests;
