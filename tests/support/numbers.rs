//! Keys of a map whose keys live elsewhere: numbers, which their references follow from.

use heptad::lockfree::{Keys, Stored};

/// Keys are numbers in the caller's memory; a reference is an index.
pub(crate) struct Numbers;

/// The reference to `key`: another number, so that neither is taken for the other.
pub(crate) fn reference_to(key: u64) -> u32 {
    key as u32 + 1000
}

impl Keys for Numbers {
    type Key = u64;
    type Reference = u32;

    fn hash_bits(&self) -> u64 {
        !0 << 32
    }

    fn hash(&self, key: &u64) -> u64 {
        key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    fn is(&self, reference: Stored<Self>, key: &u64) -> bool {
        reference.number() == u64::from(reference_to(*key))
    }
}
