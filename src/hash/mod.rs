//! Keyed hashing of words and bytes, the same on every target.
//!
//! # One word
//!
//! [`hash_word`] is a keyed **bijection** of 64-bit words: the word is XOR-ed with the seed and put
//! through two multiplications and three xor-shifts, David Stafford's variant 13 of the MurmurHash3
//! finaliser. Two words never have equal hashes, so tables of words have no hash collisions at all,
//! only crowded groups. Eleven general-register instructions; no table, no memory.
//!
//! # More than one word
//!
//! Longer keys are coefficients of a polynomial modulo the prime 2^61 - 1 (Carter and Wegman). Its value at
//! a secret point, which the seed decides, is hashed as one word:
//!
//! ```text
//!   point = hash_word(seed, POINT) >> 4
//!   value = point^(n+1) + c1 point^n + ... + c(n-1) point + cn   (mod 2^61 - 1)
//!   hash  = hash_word(seed, value)
//! ```
//!
//! Which two keys collide depends on the seed, and that is a theorem: two different keys of `n`
//! coefficients at most have equal hashes under `n + 1` of 2^60 seeds at most. For the difference of their
//! polynomials is not zero, so it has at most `n + 1` roots, and each point belongs to 16 of 2^64 seeds. A
//! set of keys chosen without knowing the seed has no more equal hashes than chance gives it, and
//! another seed scatters those.
//!
//! | what is hashed | coefficients |
//! |---|---|
//! | integers of eight bytes in all | none: they are one word |
//! | a slice of eight bytes | none: its little-endian word |
//! | each seven bytes of another slice that are not its last | one, their little-endian number |
//! | the last one to seven bytes of a slice | one, their number, marked with how many they are |
//! | integers beyond the first eight bytes, and those eight | two for eight bytes: halves, marked as such |
//!
//! Marks stand in bits 56 to 59, so that coefficients of different kinds differ.
//!
//! # What the seed does not do
//!
//! It does not resist an attacker who can watch timings or hashes: the functions are public, and the seed follows from
//! a few hashes. Where that matters, use a pseudorandom function such as SipHash through any
//! [`BuildHasher`].
//!
//! Sources: the mixer's constants are those of Stafford's "Better Bit Mixing" (2011), as used in
//! SplitMix64; the polynomial is that of Carter and Wegman, "New hash functions and their use in
//! authentication and set equality" (1981).

use core::hash::{BuildHasher, Hasher};

use polynomial::Polynomial;

mod polynomial;

/// The hash of one word under `seed`. A bijection of `word` for each seed.
#[inline(always)]
pub const fn hash_word(seed: u64, word: u64) -> u64 {
    let mut state = seed ^ word;
    state = (state ^ state >> 30).wrapping_mul(FIRST);
    state = (state ^ state >> 27).wrapping_mul(SECOND);
    state ^ state >> 31
}

/// The inverse of [`hash_word`]: the word whose hash under `seed` is `hash`.
pub const fn unhash_word(seed: u64, hash: u64) -> u64 {
    let mut state = hash ^ hash >> 31 ^ hash >> 62;
    state = state.wrapping_mul(SECOND_INVERSE);
    state ^= state >> 27 ^ state >> 54;
    state = state.wrapping_mul(FIRST_INVERSE);
    (state ^ state >> 30 ^ state >> 60) ^ seed
}

/// The hash of `bytes` under `seed`: that of a [`KeyedHasher`] after one [`write`](Hasher::write) of them, and
/// for eight bytes [`hash_word`] of their little-endian word.
pub fn hash_bytes(seed: u64, bytes: &[u8]) -> u64 {
    let mut hasher = KeyedHasher::new(seed);
    hasher.write(bytes);
    hasher.finish()
}

const FIRST: u64 = 0xBF58_476D_1CE4_E5B9;
const SECOND: u64 = 0x94D0_49BB_1331_11EB;
const FIRST_INVERSE: u64 = inverse(FIRST);
const SECOND_INVERSE: u64 = inverse(SECOND);

/// The word whose hash decides the point of the polynomial: the fractional digits of pi.
const POINT: u64 = 0x243F_6A88_85A3_08D3;

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
///
/// Its `Default` has seed 0, which everyone knows: `Set::new`, `collect` and reading by serde's `Deserialize` are under
/// it, and an attacker who chooses the keys can then choose keys that crowd one place. There is nothing random in a
/// crate without an operating system; with one, take `RandomState` in its place, or a random seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
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

    /// Hashing under the seed that follows this one: for tables that take another with each growth. From one seed
    /// those that follow can be computed.
    #[must_use]
    pub const fn reseeded(&self) -> Keyed {
        Keyed { seed: hash_word(self.seed, FIRST) }
    }
}

impl BuildHasher for Keyed {
    type Hasher = KeyedHasher;

    #[inline]
    fn build_hasher(&self) -> KeyedHasher {
        KeyedHasher::new(self.seed)
    }
}

/// A streaming form of [`hash_word`] and [`hash_bytes`]: hashing a single `u64` gives exactly the result of the one,
/// and a single slice that of the other.
#[derive(Clone, Debug)]
pub struct KeyedHasher {
    seed: u64,
    /// Integers that are not in the polynomial yet: the first in the low bits.
    word: u64,
    /// Bytes of `word` in use.
    word_bytes: u32,
    polynomial: Polynomial,
    /// Is there more than the word?
    is_long: bool,
}

impl KeyedHasher {
    #[inline(always)]
    const fn new(seed: u64) -> KeyedHasher {
        let polynomial = Polynomial::at(hash_word(seed, POINT));
        KeyedHasher { seed, word: 0, word_bytes: 0, polynomial, is_long: false }
    }

    /// Takes in an integer of 1 to 8 bytes.
    #[inline(always)]
    fn integer(&mut self, integer: u64, bytes: u32) {
        if self.word_bytes + bytes > 8 {
            self.push_word();
        }
        self.word |= integer << (8 * self.word_bytes);
        self.word_bytes += bytes;
    }

    /// Moves the word into the polynomial, by halves. The mark of a half says which one it is, and how many
    /// of its bytes are in use.
    #[inline(always)]
    fn push_word(&mut self) {
        let low_bytes = self.word_bytes.min(4);
        if low_bytes > 0 {
            self.polynomial.push(marked(7 + low_bytes, self.word & u64::from(u32::MAX)));
        }
        if self.word_bytes > 4 {
            self.polynomial.push(marked(7 + self.word_bytes, self.word >> 32));
        }
        (self.word, self.word_bytes, self.is_long) = (0, 0, true);
    }
}

/// A coefficient of up to 56 bits with a mark of 0 to 15.
#[inline(always)]
const fn marked(mark: u32, bits: u64) -> u64 {
    (mark as u64) << 56 | bits
}

macro_rules! write_integers {
    ($($name:ident: $integer:ty as $bits:ty),+) => {
        $(
            #[inline]
            fn $name(&mut self, integer: $integer) {
                self.integer(integer as $bits as u64, size_of::<$bits>() as u32);
            }
        )+
    };
}

impl Hasher for KeyedHasher {
    // A `usize` has eight bytes on every target.
    write_integers!(write_u8: u8 as u8, write_u16: u16 as u16, write_u32: u32 as u32, write_u64: u64 as u64);
    write_integers!(write_i8: i8 as u8, write_i16: i16 as u16, write_i32: i32 as u32, write_i64: i64 as u64);
    write_integers!(write_usize: usize as u64, write_isize: isize as u64);

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
        if let Ok(word) = bytes.try_into() {
            return self.write_u64(u64::from_le_bytes(word));
        }
        self.push_word();
        let mut rest = bytes;
        while let Some(&eight) = rest.first_chunk() {
            self.polynomial.push(u64::from_le_bytes(eight) & ((1 << 56) - 1));
            rest = &rest[7..];
        }
        if rest.is_empty() {
            return;
        }
        let last = match bytes.last_chunk() {
            Some(&eight) => u64::from_le_bytes(eight) >> (64 - 8 * rest.len()),
            None => rest.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)),
        };
        self.polynomial.push(marked(rest.len() as u32, last));
    }

    #[inline]
    fn finish(&self) -> u64 {
        if !self.is_long {
            return hash_word(self.seed, self.word);
        }
        let mut all = self.clone();
        all.push_word();
        hash_word(self.seed, all.polynomial.value())
    }
}

#[cfg(test)]
mod tests;
