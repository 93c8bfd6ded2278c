//! The operations. The tables in the documentation of the program and of [`lockfree`](crate::lockfree) define
//! each of them.

use serde::{Deserialize, Serialize};

/// An operation on a table with one owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Hit,
    Miss,
    Mixed,
    Iterate,
    Fold,
    Insert,
    Remove,
    Churn,
    Grow,
    /// Hits, each of which waits for the one before: see [`dependent`](crate::dependent).
    DependentHit,
}

impl Op {
    /// Those of every kind of table.
    pub(crate) const ALL: [Op; 9] = [
        Op::Hit,
        Op::Miss,
        Op::Mixed,
        Op::Iterate,
        Op::Fold,
        Op::Insert,
        Op::Remove,
        Op::Churn,
        Op::Grow,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Op::Hit => "hit",
            Op::Miss => "miss",
            Op::Mixed => "mixed",
            Op::Iterate => "iterate",
            Op::Fold => "fold",
            Op::Insert => "insert",
            Op::Remove => "remove",
            Op::Churn => "churn",
            Op::Grow => "grow",
            Op::DependentHit => "dependent-hit",
        }
    }

    /// Does it start from a table with its entries? The other operations insert them themselves.
    pub(crate) fn needs_entries(self) -> bool {
        self.only_reads() || self == Op::Churn
    }

    /// Does it leave the table unchanged?
    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Op::Hit | Op::Miss | Op::Mixed | Op::Iterate | Op::Fold | Op::DependentHit)
    }
}

/// An operation on a shared map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SharedOp {
    Hit,
    Miss,
    BatchHit,
    BatchMiss,
    Read90,
    Read50,
    Update,
    Turn90,
    Turn50,
    Churn,
    Insert,
    Remove,
}

impl SharedOp {
    pub(crate) const ALL: [SharedOp; 12] = [
        SharedOp::Hit,
        SharedOp::Miss,
        SharedOp::BatchHit,
        SharedOp::BatchMiss,
        SharedOp::Read90,
        SharedOp::Read50,
        SharedOp::Update,
        SharedOp::Turn90,
        SharedOp::Turn50,
        SharedOp::Churn,
        SharedOp::Insert,
        SharedOp::Remove,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            SharedOp::Hit => "hit",
            SharedOp::Miss => "miss",
            SharedOp::BatchHit => "batch-hit",
            SharedOp::BatchMiss => "batch-miss",
            SharedOp::Read90 => "read90",
            SharedOp::Read50 => "read50",
            SharedOp::Update => "update",
            SharedOp::Turn90 => "turn90",
            SharedOp::Turn50 => "turn50",
            SharedOp::Churn => "churn",
            SharedOp::Insert => "insert",
            SharedOp::Remove => "remove",
        }
    }

    /// Are its keys drawn at random from those in the map, so that the distribution matters? The other
    /// operations go through their keys one by one.
    pub(crate) fn draws(self) -> bool {
        !matches!(
            self,
            SharedOp::Turn90
                | SharedOp::Turn50
                | SharedOp::Churn
                | SharedOp::Insert
                | SharedOp::Remove
        )
    }

    /// Does it start from an empty map?
    pub(crate) fn starts_empty(self) -> bool {
        self == SharedOp::Insert
    }

    /// Does each of its rounds fill a map?
    pub(crate) fn refills(self) -> bool {
        self.starts_empty() || self.ends_empty()
    }

    /// Does it end with an empty map?
    pub(crate) fn ends_empty(self) -> bool {
        self == SharedOp::Remove
    }
}

/// How keys are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Draw {
    Uniform,
    /// A few keys are drawn often: Zipf's law, with the exponent .99 of the usual storage benchmarks.
    Zipf,
}

impl Draw {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Draw::Uniform => "uniform",
            Draw::Zipf => "zipf",
        }
    }
}
