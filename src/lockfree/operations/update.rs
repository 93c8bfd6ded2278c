//! Every change of an entry: one scan, one decision, one commit.
//!
//! ```text
//!             seen                                       after
//!   insert    own 011, slot 2 free   reserve 2, fill it, own 111
//!   update    slot 0 in cell 0, 3 spare    fill cell 3,  slot 0 in cell 3, 0 spare
//!   remove    own 111                                    own 110
//! ```
//!
//! The commit is the point at which the operation happens: it succeeds only if nothing was shown or
//! hidden in the home since `seen`, so what was read under `seen` is still so. An operation that
//! decides to change nothing happens when it looks at the header once more.
//!
//! What an operation has reserved, its [`Reservation`], survives a lost commit, unless a caller's code runs in the next
//! round: see [`Decide`]. A lost commit means a new scan: another operation may have inserted the key.
//!
//! The first attempt is for the bucket's line only, which is enough for most; whatever it does not settle starts
//! anew, in a loop of attempts of every kind.

use super::{
    decide::{Decide, Decision},
    key::{Key, Matches},
    outcome::{Setback, Stop},
    reservation::Reservation,
};
use crate::lockfree::{
    arena::Table,
    bucket::{Home, Place, Purpose, Reserver},
};

impl<'a, T: Reserver> Table<'a, T> {
    /// Does with the key what `decide` returns for its present value. Returns the value that the key had before.
    ///
    /// `decide` is called once, and once more each time that another operation on the same home comes in
    /// between; only its last answer counts.
    #[inline]
    pub(crate) fn update(
        self,
        home: Home<'a>,
        key: Key<impl Matches>,
        mut decide: impl Decide,
    ) -> Result<Option<u64>, Stop> {
        match self.attempt_in_bucket(home, key, &mut decide) {
            Ok(before) => Ok(before),
            Err(reservation) => self.go_on(home, key, &mut decide, reservation),
        }
    }

    /// One attempt with nothing reserved, if the bucket's line is enough for it. Else, or if it is lost, what is in
    /// the reservation now.
    ///
    /// Short on purpose: it keeps little on the stack, and calls no function before its last exchange. A locked
    /// exchange drains the store buffer, including stack writes.
    #[inline(always)]
    pub(crate) fn attempt_in_bucket(
        self,
        home: Home<'a>,
        key: Key<impl Matches>,
        decide: &mut impl Decide,
    ) -> Result<Option<u64>, Reservation> {
        let seen = home.header();
        match home.find_own(seen, key) {
            Some((slot, before)) if seen.is_open() && home.still_shows(seen) => {
                match decide.decide(Some(before)) {
                    Decision::Keep => {}
                    Decision::Set(value) => home.replace_own(self.reserver, seen, slot, value)?,
                    Decision::Remove => self.remove(home, seen, Place::own(slot))?,
                }
                Ok(Some(before))
            }
            None if seen.is_all_in_bucket() && home.still_shows(seen) => {
                let slot = seen.free_own().ok_or(Reservation::None)?;
                if let Decision::Set(value) = decide.decide(None) {
                    home.insert_own(self.reserver, seen, slot, key.word, value)?;
                }
                Ok(None)
            }
            _ => Err(Reservation::None),
        }
    }

    /// Attempts of any kind, as many as it takes.
    #[inline(never)]
    pub(crate) fn go_on<D: Decide>(
        self,
        home: Home<'a>,
        key: Key<impl Matches>,
        decide: &mut D,
        mut reservation: Reservation,
    ) -> Result<Option<u64>, Stop> {
        loop {
            if !D::KEEPS_RESERVATION {
                self.release(home, reservation);
                reservation = Reservation::None;
            }
            match self.attempt(home, key, decide, reservation) {
                Ok(before) => return Ok(before),
                Err(Setback::Again(kept)) => reservation = kept,
                Err(Setback::Stop(stop, kept)) => {
                    self.release(home, kept);
                    return Err(stop);
                }
            }
        }
    }

    /// One scan, one decision, one commit. When it succeeds nothing is reserved.
    #[inline(always)]
    fn attempt(
        self,
        home: Home<'a>,
        key: Key<impl Matches>,
        decide: &mut impl Decide,
        reservation: Reservation,
    ) -> Result<Option<u64>, Setback> {
        let seen = home.header();
        if seen.is_frozen() {
            return Err(Setback::Stop(Stop::Frozen, reservation));
        }
        let (place, current) = self.find(home, seen, key).unzip();
        if !home.still_shows(seen) {
            return Err(Setback::Again(reservation));
        }
        let decision = decide.decide(current);
        if decision != Decision::Keep {
            home.check_round(seen, decide.rounds_left())?;
        }
        match (decision, place) {
            (Decision::Keep, _) | (Decision::Remove, None) => self.release(home, reservation),
            // Nothing is reserved (F7): it keeps only what a `Set` has reserved, and no decision of the
            // library's own goes from `Set` to `Remove`.
            (Decision::Remove, Some(place)) => self.remove(home, seen, place)?,
            (Decision::Set(value), Some(place)) => {
                self.replace(home, seen, place, value, reservation)?
            }
            (Decision::Set(value), None) => {
                self.insert(home, seen, key.word, value, reservation, Purpose::Entry)?
            }
        }
        Ok(current)
    }
}
