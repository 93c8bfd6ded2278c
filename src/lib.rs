#![no_std]
//! Hash tables for kernels: no allocation behind your back, no panic, no blocking, no FP registers.
//!
//! A *heptad* is a group of seven: one 64-byte cache line that holds an 8-byte metadata word and
//! seven 8-byte entries.
//!
//! | module | what it has |
//! |---|---|
//! | [`swiss`] | the single-owner table: at most two cache lines per lookup at 15/16 load |
//! | [`storage`] | where a table's lines live: in the value itself, in lent memory, on the heap |
//! | [`hash`] | the keyed hash of words and bytes that Rust, C and assembly share |
//! | [`layout`] | what a line looks like, and the arithmetic of capacity |
//!
//! Features: `asm` (default) for the assembly probe routines, `alloc` for tables on the heap.

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod error;
pub mod hash;
pub mod layout;
#[doc(hidden)]
pub mod probe;
pub mod storage;
pub mod swiss;

pub use error::{Error, Rejected};
