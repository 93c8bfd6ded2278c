//! What an operation does in one table: one scan, one decision, one commit.
//!
//! ```text
//!   update, evict ──► insert, replace, remove ──► reserve ──► relocate
//!     │                                              │           │
//!     └──► read, decide                              └───────────┴──► reservation
//! ```
//!
//! An operation starts in `update.rs` or `evict.rs`, or in `read.rs` if it changes nothing. Calls go down this picture
//! and into the bucket; none goes back up, and none leads to another table: `chain` decides which table it is.

mod batch;
mod decide;
mod evict;
mod insert;
mod key;
mod outcome;
mod read;
mod relocate;
mod remove;
mod replace;
mod reservation;
mod reserve;
mod update;

pub(crate) use decide::{Callers, Compared, Decide, Decision};
pub use evict::Inserted;
pub(crate) use evict::{CANDIDATES, Choose, Evicting};
pub(crate) use key::{Key, Look, Matches};
pub(crate) use outcome::{Answer, Stop};
pub(crate) use reservation::Reservation;
