//! Fuzzing heptad: the form of an input, and the oracle of each answer.
//!
//! | target | what an input is | compared with |
//! |---|---|---|
//! | [`table`] | a storage, a hash function, operations on a `Table` | a list of the entries |
//! | [`map`] | the same for `Map` and `PackedMap` | the standard library's `HashMap` |
//! | [`probe`] | a lookup in arbitrary group memory | the oracle of the probe routines |
//! | [`lockfree`] | three arenas, operations on a map that moves between them | the standard library's `HashMap` |
//! | [`robin_hood`] | a storage, an order, operations on a sorted `Map` | the standard library's `BTreeMap` |
//!
//! Inputs are derived by `arbitrary`, so that all bytes form an input, and a changed byte mostly gives a similar
//! one. A target fails by a panic; AddressSanitizer detects wild accesses, entries dropped twice and entries
//! leaked.
//!
//! ```text
//! cargo +nightly fuzz run table            until it fails or is stopped
//! cargo +nightly fuzz fmt table FILE       the operations of an input that failed
//! cargo xtask verify fuzz                  each target for a minute
//! ```

mod hashing;
pub mod lockfree;
pub mod map;
pub mod probe;
pub mod robin_hood;
mod storages;
pub mod table;

pub use hashing::Hashing;
pub use storages::{Load, Memory};

use arbitrary::{Arbitrary, Result, Unstructured};

/// As many items as there are bytes for. `arbitrary` itself would toss a coin after each item, and end most inputs
/// after one or two operations.
fn rest<'bytes, T: Arbitrary<'bytes>>(input: &mut Unstructured<'bytes>) -> Result<Vec<T>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.arbitrary()?);
    }
    Ok(items)
}

#[cfg(test)]
mod tests;
