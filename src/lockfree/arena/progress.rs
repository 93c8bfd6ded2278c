//! The line of a table that only rebuilds touch.

use crate::sync::AtomicU64;

/// How far the rebuilds are that a table is part of: a line of its own, which only they touch.
///
/// Migrators write all the time to the line of the table that entries move into; every operation reads the line
/// of the table that they come from.
#[derive(Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Progress {
    /// Buckets of this table below this number are migrated: the operations' word, which seldom changes.
    pub(crate) done: AtomicU64,
    /// 1 once an entry of this table found no room in the next one.
    pub(crate) stuck: AtomicU64,
    /// Buckets of the table before that are assigned to some migrator. A hint that keeps migrators apart: one of
    /// them may stop for ever.
    pub(crate) assigned: AtomicU64,
    /// Buckets of the table before below this number are migrated: the migrators' word.
    pub(crate) found: AtomicU64,
    /// Bytes of the table before, once that one has left the chain.
    pub(crate) bytes_before: AtomicU64,
}
