//! How keys become words and back: the order in which a table keeps them.

use crate::hash::{Keyed, hash_word, unhash_word};

/// A bijection between keys and the words that a table stores, in whose order it stores them.
///
/// A table works as an exact set or map as long as [`key`](Self::key) undoes [`word`](Self::word);
/// with a function that is no bijection it mixes keys up, but does nothing worse.
pub trait Order {
    /// The word that stands for `key`.
    fn word(&self, key: u64) -> u64;

    /// The key that `word` stands for.
    fn key(&self, word: u64) -> u64;
}

/// The order of keyed hashes: any keys spread evenly, and nobody who does not know the seed can
/// choose keys that do not.
impl Order for Keyed {
    #[inline(always)]
    fn word(&self, key: u64) -> u64 {
        hash_word(self.seed(), key)
    }

    #[inline(always)]
    fn key(&self, word: u64) -> u64 {
        unhash_word(self.seed(), word)
    }
}

/// The order of the keys themselves, for keys that are spread evenly over all 64 bits already:
/// hashes, random ids.
///
/// Tables in this order answer questions about ranges and neighbours. Their speed rests on the
/// spread: keys that share their leading bits crowd together, and each operation on a crowd of `c`
/// keys walks over up to `c` slots. Keys of fewer bits belong shifted to the top, as
/// `id << id.leading_zeros()` of the greatest id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByValue;

impl Order for ByValue {
    #[inline(always)]
    fn word(&self, key: u64) -> u64 {
        key
    }

    #[inline(always)]
    fn key(&self, word: u64) -> u64 {
        word
    }
}
