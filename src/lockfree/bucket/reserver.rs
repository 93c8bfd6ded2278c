//! Who reserves slots and cells: anyone, or a member of shared memory, who names them first.

use super::header::OWN_SLOTS;

/// The slot number by which the spare cell of a bucket goes.
pub(crate) const SPARE: u32 = OWN_SLOTS;

/// Who reserves slots and cells of a table. Those who are no members name nothing.
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

/// Those who are no members, in a table that nothing more is known of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Anyone;

impl Reserver for Anyone {
    #[inline(always)]
    fn rebuilds() -> bool {
        true
    }
}
