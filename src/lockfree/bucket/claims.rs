//! The claims of a group: which of its slots are visible in some header, or reserved.

use super::{Group, header::GROUP_SLOTS, reserver::Reserver};
use crate::layout::lowest_bit;
use crate::sync::Ordering::{Acquire, Relaxed, Release};

/// What a slot is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To stay there. The last free slot of a group is left alone.
    Entry,
    /// The same for an entry that may take the place of another: none is moved for it.
    Exchangeable,
    /// Until the slot of the value before is free.
    Update,
}

/// The slots of a group, in its claims.
const SLOTS: u64 = (1 << GROUP_SLOTS) - 1;

impl Group {
    /// The claimed slots, a bit for each. Relaxed: a guess, which a claim confirms or not.
    #[inline]
    pub(crate) fn claimed(&self) -> u64 {
        self.claims().load(Relaxed) & SLOTS
    }

    /// Claims a free slot. Goes round again only if another operation has claimed or released one.
    #[inline]
    pub(crate) fn claim_free(&self, reserver: impl Reserver, purpose: Purpose) -> Option<u32> {
        // Relaxed: the exchange decides.
        let mut claims = self.claims().load(Relaxed);
        loop {
            let free = !claims & SLOTS;
            let enough = match purpose {
                Purpose::Update => free,
                Purpose::Entry | Purpose::Exchangeable => free & free.wrapping_sub(1),
            };
            if enough == 0 {
                return None;
            }
            let slot = lowest_bit(free);
            if !reserver.reserves(self, slot) {
                return None;
            }
            // Acquire: pairs with the Release of `unclaim`.
            let claim =
                self.claims().compare_exchange(claims, claims | 1 << slot, Acquire, Relaxed);
            match claim {
                Ok(_) => return Some(slot),
                Err(now) => claims = now,
            }
        }
    }

    /// Releases a claimed slot. It is not visible in any header.
    #[inline]
    pub(crate) fn unclaim(&self, slot: u32) {
        // Release: pairs with the Acquire of `claim_free`: what we read or wrote there, and the commit
        // that hid it, come before the next holder's stores.
        self.claims().fetch_and(!(1 << slot), Release);
    }
}
