//! The suite's name, the sizes of its maps, and the time limit of a worker.

use std::time::Duration;

pub(crate) const SUITE: &str = "lockfree";

/// Entries of the maps: one size fits in the caches, the other does not.
pub(super) const SMALL: usize = 10_000;
pub(super) const LARGE: usize = 4_000_000;

/// The time limit of a worker for one request.
pub(super) fn patience(entries: usize) -> Duration {
    Duration::from_secs(if entries < LARGE { 40 } else { 120 })
}
