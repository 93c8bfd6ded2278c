//! What a member is about to reserve, written down before it does: so that others can release it when the
//! member is dead.
//!
//! ```text
//!   member     reserves = spare of bucket 5   looks at `reaped`   reserves it   commits   reserves = 0
//!   reaper                              reaped = spare of bucket 5   looks at all members   reaped = 0
//! ```
//!
//! - **I1** What a member has reserved is named by one of its two words. An operation has reserved at most one
//!   slot or cell (F7), and a commit that hides a place names it first: if the commit succeeds, that is what it
//!   has reserved.
//! - **I2** No member reserves what `reaped` names. A member first names a slot or cell and then looks at `reaped`; a
//!   reaper first writes `reaped` and then looks at the members, all in one order. So what no living member names
//!   after that, no living member has reserved, and this stays so until `reaped` is another.
//! - **I3** A member that is about to hide what `reaped` names, and so reserve it, wipes `reaped` first: a removal is
//!   never refused. A reaper that has found a slot or cell reserved and not visible writes [`RELEASING`] into `reaped`
//!   by an exchange. If that fails it begins anew; otherwise a dead member has reserved it.
//!
//! A name may be out of date, which delays a reaper and nothing else.
//! [`Anyone`](crate::lockfree::bucket::Anyone) names nothing, and costs nothing.

use crate::{
    lockfree::bucket::Reserver,
    sync::{AtomicU64, Ordering::SeqCst, sequentially_consistent},
};

/// In `reaped`: a dead member has reserved it, and it is about to be free.
pub(crate) const RELEASING: u64 = 1 << 63;

/// The state of a number that no member has.
pub(crate) const FREE: u64 = 0;
/// The state of a member.
pub(crate) const JOINED: u64 = 1;

/// The two names of a member. 0 is nothing; else the address of a bucket or group in the memory, counted from its
/// start, and the number of the slot.
#[derive(Debug, Default)]
pub(crate) struct Names {
    reserves: AtomicU64,
    hides: AtomicU64,
}

impl Names {
    /// Both. Only what a living member names in the order of SeqCst counts (I2).
    pub(crate) fn both(&self) -> [u64; 2] {
        // `reserves` last: `has_hidden` writes it before `hides` is written again.
        let hides = self.hides.load(SeqCst);
        [self.reserves.load(SeqCst), hides]
    }

    /// An operation has ended, or what was named is released.
    pub(crate) fn clear(&self) {
        // SeqCst: after the commit or release that ended it, for a reaper that reads this.
        self.reserves.store(0, SeqCst);
        self.hides.store(0, SeqCst);
    }
}

/// A member's line.
#[derive(Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Line {
    /// Has a member the number?
    pub(crate) state: AtomicU64,
    pub(crate) names: Names,
}

#[cfg(all(test, heptad_loom))]
impl Line {
    pub(crate) fn in_state(state: u64) -> Line {
        Line { state: AtomicU64::new(state), names: Names::default() }
    }
}

/// A member in the middle of an operation.
#[derive(Clone, Copy)]
pub(crate) struct Intent<'a> {
    pub(crate) names: &'a Names,
    pub(crate) reaped: &'a AtomicU64,
    /// The address that names are counted from.
    pub(crate) base: usize,
}

impl Intent<'_> {
    /// The operation has ended, with nothing reserved.
    pub(crate) fn end(self) {
        self.names.clear();
    }

    fn name_of<L>(self, line: &L, slot: u32) -> u64 {
        (core::ptr::from_ref(line).addr() - self.base) as u64 + u64::from(slot)
    }
}

impl Reserver for Intent<'_> {
    #[inline(always)]
    fn rebuilds() -> bool {
        false
    }

    fn reserves<L>(self, line: &L, slot: u32) -> bool {
        let name = self.name_of(line, slot);
        // SeqCst, both: I2.
        self.names.reserves.store(name, SeqCst);
        sequentially_consistent();
        self.reaped.load(SeqCst) & !RELEASING != name
    }

    fn hides<L>(self, line: &L, slot: u32) {
        let name = self.name_of(line, slot);
        // SeqCst, all: I2, I3.
        self.names.hides.store(name, SeqCst);
        sequentially_consistent();
        if self.reaped.load(SeqCst) == name {
            let _ = self.reaped.compare_exchange(name, 0, SeqCst, SeqCst);
        }
    }

    fn has_hidden(self) {
        // SeqCst: as above.
        self.names.reserves.store(self.names.hides.load(SeqCst), SeqCst);
    }
}
