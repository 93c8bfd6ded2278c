//! The operations; the table in the module's documentation tells what one of each is.

use serde::{Deserialize, Serialize};

/// What is measured on a map that threads share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Op {
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

impl Op {
    pub(crate) const ALL: [Op; 12] = [
        Op::Hit,
        Op::Miss,
        Op::BatchHit,
        Op::BatchMiss,
        Op::Read90,
        Op::Read50,
        Op::Update,
        Op::Turn90,
        Op::Turn50,
        Op::Churn,
        Op::Insert,
        Op::Remove,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Op::Hit => "hit",
            Op::Miss => "miss",
            Op::BatchHit => "batch-hit",
            Op::BatchMiss => "batch-miss",
            Op::Read90 => "read90",
            Op::Read50 => "read50",
            Op::Update => "update",
            Op::Turn90 => "turn90",
            Op::Turn50 => "turn50",
            Op::Churn => "churn",
            Op::Insert => "insert",
            Op::Remove => "remove",
        }
    }

    /// Are its keys drawn at random from those in the map, so that how they are drawn matters? The
    /// other operations go through their keys one by one.
    pub(crate) fn draws(self) -> bool {
        !matches!(self, Op::Turn90 | Op::Turn50 | Op::Churn | Op::Insert | Op::Remove)
    }

    /// Does it start from an empty map?
    pub(crate) fn starts_empty(self) -> bool {
        self == Op::Insert
    }

    /// Does each round of it fill a map?
    pub(crate) fn refills(self) -> bool {
        self.starts_empty() || self.ends_empty()
    }

    /// Does it end with one?
    pub(crate) fn ends_empty(self) -> bool {
        self == Op::Remove
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
