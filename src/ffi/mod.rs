//! The C interface: what `include/heptad.h` declares, over the public interface of the crate.
//!
//! The header is the manual, function by function; this page has what the shims have in common.
//! They are built into an archive or a shared library by the workspace member `capi`.
//!
//! # A handle
//!
//! ```text
//!   uint32_t version | uint32_t state | uint64_t body[15]
//!   ABI_VERSION        0: unmade        anything, until the table is made
//!                      kind: live       the table, its memory's address and size
//!                      kind + 1: busy   the same, while a call makes, changes or takes it
//! ```
//!
//! A handle is 128 bytes of the caller's memory, 192 for sorted tables. It starts out as its initialiser macro makes it, or zeroed:
//! version 0 is that of no interface, and means "not initialised yet".
//! So every call can tell a handle that is unmade, of another kind, of another version or not a
//! handle at all, and answers with a [`code`]. A call that makes, changes or releases the table claims the
//! handle first, by one exchange (`state.rs`). Until it ends the handle is *busy*: a callback, or an
//! interrupt handler, that calls for the same table in the meantime gets [`code::BUSY`] instead of a table
//! halfway through a change. A call whose callback never returns never ends.
//!
//! A table of one owner keeps the address of its handle. A change through a copy of the handle would spoil the
//! table, as each of the two believes its own notes; so it is refused.
//!
//! # Invariants
//!
//! - **C1** The body of a handle that is live or busy is an initialised `T` of its kind. Only
//!   `handle.rs` writes states, and only memory that a caller wrote over can break this.
//! - **C2** The memory of a live table is that table's alone, until it is released or moved.
//!
//! # What a caller owes
//!
//! Rust's `# Safety` of every function here: a pointer that is not null points to as many bytes,
//! readable or writable, as the header says; the memory of a table is used for nothing else while
//! the table is live (C2); of calls for one table that overlap in time, on several cores, all are such
//! that take a `const` handle; callbacks return, and change no table that they are called for.
//! Everything else is checked.
//!
//! # Results
//!
//! An `int` below zero is an error code and nothing was changed. Otherwise 1 says yes, there, new;
//! and 0 no, absent, old. A null pointer for a result that is not wanted is fine where the header says
//! so.

#![allow(missing_docs, reason = "the manual of the functions is `include/heptad.h`")]

mod arguments;
mod batch;
pub mod code;
mod general;
mod handle;
mod indirect;
mod lockfree;
mod map;
mod memory;
mod owned;
mod results;
mod robin;
mod set;
mod state;
mod stats;
mod table;

pub use general::*;
pub use indirect::*;
pub use lockfree::*;
pub use map::*;
pub use robin::*;
pub use set::*;
pub use stats::HeptadStats;
pub use table::*;

/// The version of this interface, which every handle carries.
pub const ABI_VERSION: u32 = 1;
