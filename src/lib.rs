#![no_std]
//! Hash tables for kernels: no hidden allocation, no panic, no blocking, no FP registers.
//!
//! A *heptad* is a group of seven: one 64-byte cache line that holds an 8-byte metadata word and
//! seven 8-byte entries. A lookup touches one or two of them, at 15/16 load.
//!
//! ```
//! use heptad::{hash::Keyed, storage::Inline, swiss::{Map, lines_for}};
//!
//! // In its own value, fit for a `static`, with room for 100 entries.
//! let mut owners: Map<u64, u64, Inline<{ lines_for::<u64>(100) }>> = Map::inline(Keyed::new(0x5eed));
//! owners.try_insert(0x1000, 7)?;
//! *owners.try_entry(0x2000)?.or_insert(0) += 1;
//! assert_eq!(owners.get(&0x1000), Some(&7));
//! assert_eq!(owners.remove(&0x2000), Some(1));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Which table
//!
//! | you have | take | bytes per group of seven |
//! |---|---|---|
//! | keys of at most eight bytes | [`swiss::Set`] | 64 |
//! | such keys, and values of any size | [`swiss::Map`] | 64 + 7 * size of a value |
//! | keys and values that fit eight bytes together | [`swiss::PackedMap`] | 64 |
//! | any entry of at most eight bytes, with your own hash and equality | [`swiss::Table`] | 64 |
//!
//! All of these have one owner. Cores, interrupt handlers and NMIs share a [`lockfree::Map`], at 30.4
//! bytes per entry; keys in their order, with ranges and merges, are in a [`robin_hood::Set`]. The page
//! `docs/which-table.md` has their costs in pictures, and when another crate's table is better.
//!
//! And where the lines of a table live: [`storage::Inline`] in the table itself, [`storage::Region`] in memory
//! that you provide, `storage::Heap` on the heap (feature `alloc`).
//!
//! # What can fail, and how
//!
//! What can fail returns an [`Error`], or [`Rejected`], which returns what was not taken. The table is then as it
//! was; operations on many entries say which of them it has.
//!
//! In [`swiss`] and [`robin_hood`] what may have to grow a table has a name with `try_`, such as `try_insert`. Where
//! the storage grows ([`storage::Growable`]) most have a form without, such as `insert`, which returns no error and
//! ends in the allocation error handler when there is no memory; so do operators and `extend`. What never grows a table
//! returns its errors under a plain name: `insert_within_capacity`, `move_into`, `new_in`, `place`, and all of
//! [`lockfree`], whose memory the caller provides.
//!
//! Nothing else can fail, but for `Index`, which panics as the standard library's does.
//!
//! # What `insert` means
//!
//! In every table what it means in the standard library; the C functions of the same names too.
//!
//! | name | a present key | answers |
//! |---|---|---|
//! | `insert`, `try_insert`, `insert_within_capacity`, `insert_evicting` | of maps: gets the new value | the value before |
//! | the same of sets | stays as it is | whether the key is new |
//! | `insert_if_absent` (`lockfree`), `try_get_or_insert` (`robin_hood`), entries (`swiss`) | keeps its value | that value |
//! | `replace` of lock-free maps | gets the new value; an absent key stays absent | the value before |
//! | `insert_unique` | is not looked for: there is none | |
//!
//! # Modules
//!
//! | module | what it has |
//! |---|---|
//! | [`swiss`] | the single-owner table, with the essay that explains it |
//! | [`lockfree`] | the map that cores and interrupts share, and its rebuild |
//! | [`robin_hood`] | the sorted table that grows in place |
//! | [`storage`] | where a table's lines live |
//! | [`hash`] | the keyed hash of words and bytes |
//! | [`layout`] | what a line looks like, and the arithmetic of capacity |
//!
//! Features: `asm` (default) for the assembly probe routines, `lockfree` (default) for [`lockfree`], `alloc` for
//! tables on the heap, `spin` for a table behind a spin lock, `serde`, `ffi` for the C library's functions.
//! Where a processor has no 64-bit atomics, see [`lockfree::IS_LOCK_FREE`].

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(test, heptad_loom))]
extern crate std;

mod error;
#[cfg(feature = "ffi")]
pub mod ffi;
pub mod hash;
pub mod layout;
#[cfg(all(doctest, feature = "lockfree"))]
mod lifetimes;
// The C functions exist on every target, and refuse where there are no atomics; Rust programs choose the feature.
#[cfg(all(feature = "ffi", not(feature = "lockfree")))]
#[allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "C reaches the module through `ffi` alone there"
)]
mod lockfree;
#[cfg(feature = "lockfree")]
pub mod lockfree;
#[doc(hidden)]
pub mod probe;
pub mod robin_hood;
pub mod storage;
pub mod swiss;
mod sync;

pub use error::{Error, Rejected};
