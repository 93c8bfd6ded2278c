//! The operations; the table in the program's documentation tells what one of each is.

/// An operation on a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Hit,
    Miss,
    Iterate,
    Insert,
    Remove,
    Churn,
    Grow,
}

impl Op {
    pub(crate) const ALL: [Op; 7] =
        [Op::Hit, Op::Miss, Op::Iterate, Op::Insert, Op::Remove, Op::Churn, Op::Grow];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Op::Hit => "hit",
            Op::Miss => "miss",
            Op::Iterate => "iterate",
            Op::Insert => "insert",
            Op::Remove => "remove",
            Op::Churn => "churn",
            Op::Grow => "grow",
        }
    }

    /// Does it leave the table as it is?
    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Op::Hit | Op::Miss | Op::Iterate)
    }
}
