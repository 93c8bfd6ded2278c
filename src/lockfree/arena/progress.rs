//! The line of a table that only rebuilds touch.

use crate::sync::AtomicU64;

/// How far the rebuilds are that a table takes part in: a line of its own, which only they touch.
///
/// What helpers write all the time stands in the table that entries move into, and what every operation
/// reads in the one that they come from: two lines.
#[derive(Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Progress {
    /// Buckets of this table below this number are migrated: the operations' word, which seldom changes.
    pub(crate) done: AtomicU64,
    /// 1 once an entry of this table found no room in the next one.
    pub(crate) stuck: AtomicU64,
    /// Buckets of the table before that some helper is assigned to move. A hint that keeps helpers apart:
    /// one that was assigned some may stop for ever.
    pub(crate) assigned: AtomicU64,
    /// Buckets of the table before below this number are migrated: the helpers' word.
    pub(crate) found: AtomicU64,
    /// Bytes of the table before, once that one has left the chain.
    pub(crate) bytes_before: AtomicU64,
}
