//! The operations; the table in the program's documentation tells what one of each is.

/// An operation on a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Hit,
    Miss,
    Iterate,
    Fold,
    Insert,
    Remove,
    Churn,
    Grow,
}

impl Op {
    pub(crate) const ALL: [Op; 8] =
        [Op::Hit, Op::Miss, Op::Iterate, Op::Fold, Op::Insert, Op::Remove, Op::Churn, Op::Grow];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Op::Hit => "hit",
            Op::Miss => "miss",
            Op::Iterate => "iterate",
            Op::Fold => "fold",
            Op::Insert => "insert",
            Op::Remove => "remove",
            Op::Churn => "churn",
            Op::Grow => "grow",
        }
    }

    /// Does it start from a table that holds its entries? The others put them in themselves.
    pub(crate) fn needs_entries(self) -> bool {
        self.only_reads() || self == Op::Churn
    }

    /// Does it leave the table as it is?
    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Op::Hit | Op::Miss | Op::Iterate | Op::Fold)
    }
}
