//! What reserves slots and cells: an operation of any map, or one of a member of shared memory, which names them first.

use super::header::OWN_SLOTS;

/// The slot number by which the spare cell of a bucket goes.
pub(crate) const SPARE: u32 = OWN_SLOTS;

/// What reserves slots and cells of a table. Without a member nothing is named.
pub(crate) trait Reserver: Copy {
    /// Can the table get a next one? If not, the compiler drops what operations do with one.
    fn rebuilds() -> bool;

    /// Names the slot of the bucket or group at `line`. May it be reserved?
    #[inline(always)]
    fn reserves<L>(self, _line: &L, _slot: u32) -> bool {
        true
    }

    /// Names the slot that the next commit hides, and so reserves.
    #[inline(always)]
    fn hides<L>(self, _line: &L, _slot: u32) {}

    /// What a commit has hidden is what is reserved now: the other name is free for what is hidden next.
    #[inline(always)]
    fn has_hidden(self) {}
}

/// No member, in a table of which nothing more is known.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Anyone;

impl Reserver for Anyone {
    #[inline(always)]
    fn rebuilds() -> bool {
        true
    }
}
