//! After an entry was hidden: its slot is free, or takes in an entry from outside.
//!
//! ```text
//!   own 111, group slot 5 visible         remove the key in slot 1
//!   own 101 and slot 1 taken, 5 visible   the commit; slot 1 is ours
//!   own 111, 5 hidden                     the second commit: group slot 5 moved into slot 1
//! ```
//!
//! Without this, entries would stay outside for ever, and under churn groups would fill and misses
//! would read more and more lines. One attempt is made, and losing it costs nothing but the move: so an
//! operation makes one commit of this kind at the most.

use super::{
    arena::{Home, Table},
    header::{Header, Place},
};
use crate::sync::Ordering::Relaxed;

impl Header {
    /// Hides `place`. An own slot is taken in the same step, if an entry outside could move in.
    #[inline]
    pub(super) fn removing(self, place: Place) -> Header {
        let hidden = self.hiding(place);
        if place.is_own() && hidden.has_overflow() {
            hidden.taking(place.own_slot())
        } else {
            hidden
        }
    }
}

impl<'a> Table<'a> {
    /// Does with the slot at `place`, which `after` has just hidden, what is to be done.
    #[inline]
    pub(super) fn after_hiding(self, home: Home<'a>, after: Header, place: Place) {
        if !place.is_own() {
            self.unclaim(home, place);
        } else if after.is_taken(place.own_slot()) {
            self.pull_in(home, after, place);
        }
    }

    /// Moves an entry from a group into the own slot at `hole`, which we hold.
    #[inline(never)]
    fn pull_in(self, home: Home<'a>, after: Header, hole: Place) {
        if let Some(outside) = after.overflow().next() {
            let pair = self.pair_at(home, outside);
            // Relaxed, both: as in `hits`.
            let (word, value) = (pair.key.load(Relaxed), pair.value.load(Relaxed));
            home.fill_own(after, hole.own_slot(), word, value);
            if home.commit(after, |now| now.showing(hole).hiding(outside)).is_ok() {
                self.unclaim(home, outside);
                return;
            }
        }
        home.give_back(|now| now.returning(hole.own_slot()));
    }
}
