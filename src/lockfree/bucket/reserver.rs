//! Who reserves slots and cells: anyone, or a member of shared memory, who names them first.

use super::header::OWN_SLOTS;

/// The slot number by which the spare cell of a bucket goes.
pub(crate) const SPARE: u32 = OWN_SLOTS;

/// Who reserves slots and cells of a table.
pub(crate) trait Reserver: Copy {
    /// Names the slot of the bucket or group at `line`. May it be reserved?
    fn reserves<L>(self, line: &L, slot: u32) -> bool;

    /// Names the slot that the next commit hides, and so reserves.
    fn hides<L>(self, line: &L, slot: u32);

    /// What a commit has hidden is what is reserved now: the other name is free for what is hidden next.
    fn has_hidden(self);
}

/// Those who are no members.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anyone;

impl Reserver for Anyone {
    #[inline(always)]
    fn reserves<L>(self, _: &L, _: u32) -> bool {
        true
    }

    #[inline(always)]
    fn hides<L>(self, _: &L, _: u32) {}

    #[inline(always)]
    fn has_hidden(self) {}
}
