//! The C interface: what `include/heptad.h` declares, over the public interface of the crate.
//!
//! The header is the manual, function by function; this page has what the shims have in common.
//! They are built into an archive or a shared library by the workspace member `capi`.
//!
//! # A shim
//!
//! A shim is a safe function of one or two lines. The types of its arguments carry C's promises: a handle to read or
//! to change (`handle.rs`), a result (`results.rs`), arrays (`batch.rs`), memory for a table (`memory.rs`). They are
//! transparent, so that C passes plain pointers and numbers; their fields are private and nothing constructs them, so
//! that safe code cannot. Opening one checks what can be checked, the handle first and then the others in the order
//! of the parameters.
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
//! A handle is 128 bytes of the caller's memory, 192 for sorted tables. It starts as its initialiser macro makes it, or
//! zeroed: no interface has version 0, which means "not initialised yet". So every call recognises a handle that is
//! unmade, of another kind, of another version or no handle at all, and answers with a [`code`]. A call that makes,
//! changes or releases the table first claims the handle, by one exchange (`state.rs`). Until it ends the handle is
//! *busy*: a callback, or an interrupt handler, that calls for the same table gets [`code::BUSY`] instead of a table in
//! the middle of a change. If a callback never returns, its call never ends.
//!
//! A table of one owner keeps the address of its handle. A change through a copy of the handle would spoil the table,
//! as each copy has its own count of entries; so it is refused.
//!
//! # Invariants
//!
//! - **C1** The body of a handle that is live or busy is an initialised `T` of its kind. Only
//!   `handle.rs` writes states; only a caller that overwrites the memory can break this.
//! - **C2** The memory of a live table is that table's alone, until it is released or moved.
//!
//! # What a caller owes
//!
//! What the types of the arguments say: a pointer that is not null points to as many bytes, readable or writable, as
//! the header says; the memory of a table is used for nothing else while the table is live (C2); of calls for one table
//! that overlap in time, on several cores, all take a `const` handle; callbacks return, and change no table that they
//! are called for. Everything else is checked.
//!
//! # Results
//!
//! An `int` below zero is an error code and nothing was changed. Otherwise 1 means yes, found, new; and 0 means no,
//! absent, old. A null pointer for a result that is not wanted is fine where the header says so.

#![allow(missing_docs, reason = "the manual of the functions is `include/heptad.h`")]

mod arguments;
mod batch;
pub mod code;
mod evict;
mod general;
mod handle;
mod indirect;
pub mod inline;
mod lockfree;
mod map;
mod memory;
mod owned;
mod results;
mod robin;
mod set;
mod sized;
mod state;
mod stats;
mod table;

pub use evict::{ChooseEntry, HeptadEntry};
pub use general::*;
pub use indirect::*;
pub use lockfree::*;
pub use map::*;
pub use robin::*;
pub use set::*;
pub use sized::*;
pub use stats::{HeptadStats, heptad_stats_print};
pub use table::*;

/// The version of this interface, which every handle carries.
pub const ABI_VERSION: u32 = 1;
