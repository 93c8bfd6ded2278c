use core::hash::{BuildHasher, Hash, Hasher};
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

/// The hash of `key` under `seed`, through the hasher.
fn hash_of(seed: u64, key: impl Hash) -> u64 {
    Keyed::new(seed).hash_one(key)
}

/// No two of `hashes` are equal.
fn assert_distinct(hashes: impl IntoIterator<Item = u64>, what: &str) {
    let mut hashes: Vec<u64> = hashes.into_iter().collect();
    hashes.sort_unstable();
    assert!(hashes.windows(2).all(|pair| pair[0] != pair[1]), "equal hashes: {what}");
}

const SEEDS: [u64; 4] = [0, 1, 0x0123_4567_89ab_cdef, u64::MAX];

/// Differences of one word that pass weak mixers: one bit, two bits side by side, the highest bits, and those
/// that a xor-shift turns into a single bit.
fn differences() -> Vec<u64> {
    let mut differences = std::vec![0];
    for bit in 0..64 {
        differences.extend([1 << bit, u64::MAX << bit]);
        for shift in [27, 30, 31, 32] {
            differences.push((0..64).step_by(shift).fold(0, |sum, by| sum ^ (1_u64 << bit) >> by));
        }
    }
    differences.sort_unstable();
    differences.dedup();
    differences
}

/// No pair of such differences, in two neighbouring words of a key, leads to equal hashes; and the theorem
/// lets no seed be an exception that anyone meets.
#[test]
#[cfg_attr(miri, ignore = "pure arithmetic, and hours of it")]
fn no_difference_passes_under_every_seed() {
    let differences = differences();
    for seed in [0, 0x0123_4567_89ab_cdef] {
        for (before, after) in [(0, 0), (1, 0), (0, 1)] {
            let mut words = std::vec![0x3736_3534_3332_3130_u64; before + 2 + after];
            let hashes = differences
                .iter()
                .flat_map(|first| differences.iter().map(move |second| (first, second)));
            let hashes = hashes.map(|(first, second)| {
                words[before] ^= first;
                words[before + 1] ^= second;
                let hash = hash_bytes(
                    seed,
                    &words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>(),
                );
                words[before] ^= first;
                words[before + 1] ^= second;
                hash
            });
            assert_distinct(hashes, "words of bytes");
        }
        let pairs = differences
            .iter()
            .flat_map(|first| differences.iter().map(move |second| (*first, *second)));
        assert_distinct(pairs.clone().map(|pair| hash_of(seed, pair)), "two words");
        let wide = pairs.map(|(low, high)| u128::from(low) | u128::from(high) << 64);
        assert_distinct(wide.map(|key| hash_of(seed, key)), "wide words");
    }
}

/// Pairs of words that one weak step cannot tell apart, chained: each doubles the number of keys of one hash.
#[test]
#[cfg_attr(miri, ignore = "pure arithmetic, and much of it")]
fn chained_differences_make_no_flood() {
    const PAIRS: usize = 10;
    for seed in SEEDS {
        let flood = (0_u32..1 << PAIRS).map(|chosen| {
            let words = (0..PAIRS).flat_map(|pair| {
                let differs = u64::from(chosen >> pair & 1);
                [differs << 63 ^ differs << 33 ^ differs << 3, differs << 63]
            });
            hash_bytes(seed, &words.flat_map(u64::to_le_bytes).collect::<Vec<u8>>())
        });
        assert_distinct(flood, "chained pairs");
    }
}

/// Strings that differ in their last bytes or their lengths, in zeros and in small numbers above all.
#[test]
#[cfg_attr(miri, ignore = "pure arithmetic, and much of it")]
fn tails_and_lengths_differ() {
    for seed in SEEDS {
        let text = b"abcdefghijklmnopqrstuvwxyz";
        let ends: Vec<&[u8]> = std::vec![b"", b"\0", b"\0\0", b"\0\0\0\0", b"\xff\0"];
        let strings = (0..text.len()).flat_map(|len| {
            let ends = ends
                .iter()
                .flat_map(move |&end| (0..=255).map(move |last| [end, &[last]].concat()));
            ends.map(move |end| [&text[..len], &end].concat())
        });
        let strings: HashSet<Vec<u8>> = strings.collect();
        assert_distinct(strings.iter().map(|string| hash_bytes(seed, string)), "tails of slices");
        let texts = strings.iter().filter_map(|string| std::str::from_utf8(string).ok());
        assert_distinct(texts.clone().map(|text| hash_of(seed, text)), "tails of strings");
        assert_distinct(texts.map(|text| hash_of(seed, (text, text.len()))), "strings in tuples");
        assert_distinct(
            strings.iter().map(|string| hash_of(seed, &string[..])),
            "slices with their length",
        );
    }
}

/// Coefficients of different kinds are marked, so that no two of these keys have the same.
#[test]
fn what_is_written_in_different_ways_differs() {
    let written = |write: &dyn Fn(&mut KeyedHasher)| {
        let mut hasher = Keyed::new(7).build_hasher();
        write(&mut hasher);
        hasher.finish()
    };
    let hashes = [
        written(&|hasher| hasher.write(b"")),
        written(&|hasher| hasher.write(&1_u64.to_le_bytes())),
        written(&|hasher| hasher.write(b"\x01")),
        written(&|hasher| hasher.write(b"\x01\0\0\0\0\0\0")),
        written(&|hasher| hasher.write(b"abcd\0\0\0efgh\0\0\0")),
        written(&|hasher| (hasher.write(b"abcdefgh"), hasher.write_u8(0)).1),
        written(&|hasher| (hasher.write(b"abcdefg"), hasher.write(b"\xff")).1),
        written(&|hasher| (hasher.write(b"abcdefg"), hasher.write_u8(0xff)).1),
        written(&|hasher| (hasher.write(b"abcdefg"), hasher.write_u16(0xff)).1),
        written(&|hasher| (hasher.write(b"abcdefg"), hasher.write_u32(0xff)).1),
        written(&|hasher| (hasher.write(b"abcdefg"), hasher.write_u64(0xff)).1),
        written(&|hasher| (hasher.write(b"abcdefg"), hasher.write_u64(0xff << 32)).1),
        written(&|hasher| hasher.write(b"abcdefg\xff\0\0\0\0\0\0")),
    ];
    assert_distinct(hashes, "ways of writing");
}

/// Integers of eight bytes in all are one word, wherever they are: no two such keys have equal hashes.
#[test]
fn small_integers_share_a_word() {
    let word = 0x0807_0605_0403_0201;
    assert_eq!(hash_of(7, (0x0403_0201_u32, 0x0807_0605_u32)), hash_word(7, word));
    assert_eq!(hash_of(7, (1_u8, 2_u8, 0x0403_u16, 0x0807_0605_i32)), hash_word(7, word));
    assert_eq!(hash_of(7, 0x0201_u16), hash_word(7, 0x0201));
    assert_eq!(hash_of(7, (-1_i8, 2_u8)), hash_word(7, 0x02ff));
    assert_eq!(hash_of(7, -1_isize), hash_word(7, u64::MAX));
    assert_eq!(hash_of(7, 5_usize), hash_word(7, 5));
}

/// The same answers on every target.
#[test]
fn fixed_vectors() {
    let text = b"0123456789abcdefghijklmnopqrstuv";
    let vectors = [
        (0, 0x965e_6c6d_1bb5_0085),
        (1, 0xdecd_ccff_228a_9f3e),
        (6, 0xf1b9_010a_103d_f8bb),
        (7, 0xfae0_5d20_b424_f121),
        (8, 0x1cf2_7c9e_ddc2_53e7),
        (9, 0xb24f_c421_bbe1_4f61),
        (14, 0xcf74_33c5_6d86_2ac2),
        (16, 0xf1b8_bc43_c341_c9d3),
        (32, 0xee1a_6b7c_6bce_7a1f),
    ];
    for (len, hash) in vectors {
        assert_eq!(hash_bytes(0x5eed, &text[..len]), hash, "{len}");
    }
    assert_eq!(hash_word(0x5eed, 1), 0x21b9_1e90_b142_0b12);
    assert_eq!(hash_of(0x5eed, (1_u64, 2_u32)), 0x8faa_14a4_4fd1_7689);
    assert_eq!(hash_of(0x5eed, 1_u128 << 64 | 2), 0xe4d9_4a69_dfb1_cf1b);
    assert_eq!(hash_of(0x5eed, "heptad"), 0x27b8_0d64_98ba_44dd);
}

/// The value of the polynomial, by arithmetic that shares nothing with it.
#[test]
fn polynomial_is_one() {
    const PRIME: u128 = (1 << 61) - 1;
    let mut random = fastrand::Rng::with_seed(5);
    for round in 0..50 {
        let seed = if round == 0 { u64::MAX } else { random.u64(..) };
        let mut polynomial = Polynomial::at(seed);
        let point = u128::from(seed >> 4);
        let mut expected = point;
        for _ in 0..30 {
            let coefficient = if random.bool() { (1 << 60) - 1 } else { random.u64(..1 << 60) };
            polynomial.push(coefficient);
            expected = (expected * point + u128::from(coefficient)) % PRIME;
            assert_eq!(u128::from(polynomial.value()) % PRIME, expected);
            assert!(polynomial.value() < 3 << 61);
        }
    }
}
