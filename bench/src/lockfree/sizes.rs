//! The suite's name, how large its maps are, and how long a worker may take.

use std::time::Duration;

pub(crate) const SUITE: &str = "lockfree";

/// Entries of the maps: some that fit the caches, and some that do not.
pub(super) const SMALL: usize = 10_000;
pub(super) const LARGE: usize = 4_000_000;

/// How long a worker may take for one request.
pub(super) fn patience(entries: usize) -> Duration {
    Duration::from_secs(if entries < LARGE { 40 } else { 120 })
}
