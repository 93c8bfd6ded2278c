use core::hash::{BuildHasher, Hasher};
use std::{collections::HashSet, vec::Vec};

use super::*;

#[test]
fn hash_word_is_a_keyed_bijection() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..if cfg!(miri) { 100 } else { 10_000 } {
        let (seed, word) = (random.u64(..), random.u64(..));
        assert_eq!(unhash_word(seed, hash_word(seed, word)), word);
        assert_eq!(hash_word(seed, unhash_word(seed, word)), word);
        assert_ne!(hash_word(seed, word), hash_word(seed ^ 1, word));
    }
}

#[test]
fn inverses_of_odd_numbers_are_inverse() {
    let mut random = fastrand::Rng::with_seed(4);
    for odd in [1, 3, FIRST, SECOND, u64::MAX].into_iter().chain([random.u64(..) | 1]) {
        assert_eq!(odd.wrapping_mul(inverse(odd)), 1);
    }
}

#[test]
fn hasher_of_one_word_is_hash_word() {
    for word in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef] {
        assert_eq!(Keyed::new(7).hash_one(word), hash_word(7, word));
        assert_eq!(hash_bytes(7, &word.to_le_bytes()), hash_word(7, word));
    }
}

#[test]
fn bytes_of_different_lengths_differ() {
    let zeros = [0u8; 64];
    let hashes: HashSet<u64> = (0..=zeros.len()).map(|len| hash_bytes(3, &zeros[..len])).collect();
    assert_eq!(hashes.len(), zeros.len() + 1);
    assert_ne!(hash_bytes(3, b"ab"), hash_bytes(3, b"ab\0"));
}

/// Flipping any one bit of the key flips each bit of the hash in close to half of the cases.
#[test]
#[cfg_attr(miri, ignore = "pure arithmetic, and hours of it")]
fn avalanche() {
    const ROUNDS: u32 = 4096;
    let mut random = fastrand::Rng::with_seed(2);
    let mut flips = [[0u32; 64]; 64];
    for _ in 0..ROUNDS {
        let (seed, word) = (random.u64(..), random.u64(..));
        let hash = hash_word(seed, word);
        for (bit, row) in flips.iter_mut().enumerate() {
            let changed = hash ^ hash_word(seed, word ^ 1 << bit);
            for (out, count) in row.iter_mut().enumerate() {
                *count += (changed >> out & 1) as u32;
            }
        }
    }
    for row in flips {
        for count in row {
            // Six standard deviations of a fair coin are 192; the mixer's own bias adds a little.
            assert!(count.abs_diff(ROUNDS / 2) < 320, "{count}");
        }
    }
}

/// The same for each bit of byte strings of several words, and of their lengths' last bytes.
#[test]
#[cfg_attr(miri, ignore = "pure arithmetic, and hours of it")]
fn avalanche_of_bytes() {
    const ROUNDS: u32 = 2048;
    let mut random = fastrand::Rng::with_seed(3);
    for len in [1, 7, 8, 13, 24] {
        let mut flips = std::vec![[0u32; 64]; 8 * len];
        for _ in 0..ROUNDS {
            let seed = random.u64(..);
            let mut bytes: Vec<u8> = (0..len).map(|_| random.u8(..)).collect();
            let hash = hash_bytes(seed, &bytes);
            for (bit, row) in flips.iter_mut().enumerate() {
                bytes[bit / 8] ^= 1 << (bit % 8);
                let changed = hash ^ hash_bytes(seed, &bytes);
                bytes[bit / 8] ^= 1 << (bit % 8);
                for (out, count) in row.iter_mut().enumerate() {
                    *count += (changed >> out & 1) as u32;
                }
            }
        }
        for count in flips.into_iter().flatten() {
            assert!(count.abs_diff(ROUNDS / 2) < 230, "{count} of {ROUNDS}, {len} bytes");
        }
    }
}

#[test]
fn u128_takes_both_halves() {
    let build = Keyed::default();
    let hash = |integer: u128| {
        let mut hasher = build.build_hasher();
        hasher.write_u128(integer);
        hasher.finish()
    };
    assert_ne!(hash(1), hash(1 << 64));
    assert_ne!(hash(1), hash(2));
}
