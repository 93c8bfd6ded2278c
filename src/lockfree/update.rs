//! Every change of an entry: one scan, one decision, one commit.
//!
//! ```text
//!             seen                                       after
//!   insert    own 011, slot 2 free     take 2, fill it,  own 111
//!   update    slot 0 in cell 0, 3 spare    fill cell 3,  slot 0 in cell 3, 0 spare
//!   remove    own 111                                    own 110
//! ```
//!
//! The commit is the point at which the operation happens: it succeeds only if nothing was shown or
//! hidden in the home since `seen`, so what was read under `seen` is still so. An operation that
//! decides to change nothing happens when it looks at the header once more.
//!
//! What an operation has taken to fill, its [`Reservation`], survives a lost commit, unless a caller's code takes
//! part: see [`Decide`]. A lost commit means a new scan: another operation may have inserted the key.
//!
//! The first attempt is for the bucket's line only, which is enough for most; whatever it does not settle starts
//! anew, in a loop of attempts of every kind.

use super::{
    arena::{Home, Table},
    bucket::{Group, Pair},
    commit::{Attempt, Lost},
    decide::{Decide, Decision},
    header::{Header, Place},
    read::Look,
    shape::Shape,
    shared::intent::Reserver,
    slots::Purpose,
};
use crate::sync::{
    Ordering::{Relaxed, Release},
    fence,
};

/// Why a key could not be changed. A word, for [`Answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Stop {
    /// No place of the key's home is left for another entry.
    Full,
    /// Another operation was in the way.
    Busy,
    /// The home's entries are being moved to the next table, or are there.
    Frozen,
    /// The home changed too often while the caller's closure ran.
    Reentrant,
    /// There is no table.
    Unplaced,
}

/// What became of a change, in two registers: a `Result<Option<u64>, Stop>` would be returned in memory.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    /// There was no such key.
    Absent,
    /// The key had this value.
    Present(u64),
    Refused(Stop),
}

impl From<Result<Option<u64>, Stop>> for Answer {
    #[inline]
    fn from(result: Result<Option<u64>, Stop>) -> Answer {
        match result {
            Ok(None) => Answer::Absent,
            Ok(Some(before)) => Answer::Present(before),
            Err(stop) => Answer::Refused(stop),
        }
    }
}

impl From<Answer> for Result<Option<u64>, Stop> {
    #[inline]
    fn from(answer: Answer) -> Result<Option<u64>, Stop> {
        match answer {
            Answer::Absent => Ok(None),
            Answer::Present(before) => Ok(Some(before)),
            Answer::Refused(stop) => Err(stop),
        }
    }
}

/// What an operation has taken and not shown yet: at most one thing at any time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reservation {
    None,
    /// The spare cell of the home.
    Spare,
    /// A slot, of the bucket or of one of its groups.
    Slot(Place),
}

/// Why an attempt to change something came to nothing, and what is reserved after it.
pub(super) enum Setback {
    /// The header changed: scan again.
    Again(Reservation),
    Stop(Stop, Reservation),
}

impl From<Reservation> for Setback {
    #[inline]
    fn from(reservation: Reservation) -> Setback {
        Setback::Again(reservation)
    }
}

/// The key that an operation is about.
#[derive(Clone, Copy)]
pub(super) struct Key<M> {
    /// The word that an insertion stores. Its bits in the home mask decide the home.
    pub(super) word: u64,
    /// Which stored words mean the same key as `word`.
    pub(super) matches: M,
}

/// Do two words mean the same key: the one looked for, and a stored one? If the look at that one does not
/// hold, it may be anything, and the answer does not count.
pub(super) trait Matches: Fn(u64, u64, Look<'_>) -> bool + Copy {}

impl<M: Fn(u64, u64, Look<'_>) -> bool + Copy> Matches for M {}

impl<M: Matches> Key<M> {
    /// Does a stored word mean this key? See [`Matches`].
    #[inline]
    pub(super) fn is(self, stored: u64, look: Look<'_>) -> bool {
        (self.matches)(self.word, stored, look)
    }
}

impl Home<'_> {
    /// Writes a pair into an own slot that is reserved.
    #[inline]
    pub(super) fn fill_own(self, seen: Header, slot: u32, word: u64, value: u64) {
        // Pairs with the Acquire fence of `still_shows`: a reader of the slot's last entry that reads
        // one of these words finds its header changed.
        fence(Release);
        // Relaxed: the commit's Release shows them.
        self.bucket().key(slot).store(word, Relaxed);
        self.bucket().cell(seen.cell(slot)).store(value, Relaxed);
    }

    /// Shows the slot that is reserved.
    #[inline]
    fn show(self, seen: Header, place: Place) -> Result<(), Reservation> {
        match self.commit(seen, |now| now.showing(place)) {
            Ok(_) => Ok(()),
            Err(Lost) => Err(Reservation::Slot(place)),
        }
    }

    /// Inserts a key into a free own slot.
    #[inline(always)]
    fn insert_own(
        self,
        reserver: impl Reserver,
        seen: Header,
        slot: u32,
        word: u64,
        value: u64,
    ) -> Result<(), Reservation> {
        let Attempt::Done(seen) = self.reserve(reserver, seen, slot) else {
            return Err(Reservation::None);
        };
        self.fill_own(seen, slot, word, value);
        self.show(seen, Place::own(slot))
    }

    /// Gives the key in an own slot another value, by way of the spare cell.
    #[inline(always)]
    fn replace_own(
        self,
        reserver: impl Reserver,
        seen: Header,
        slot: u32,
        value: u64,
    ) -> Result<(), Reservation> {
        let Attempt::Done(_) = self.reserve_spare(reserver, seen) else {
            return Err(Reservation::None);
        };
        self.swap_cell(seen, slot, value)
    }

    /// Writes the value into the spare cell, which is reserved, and lets the slot name it.
    #[inline(always)]
    fn swap_cell(self, seen: Header, slot: u32, value: u64) -> Result<(), Reservation> {
        // Only who holds the spare cell changes which one it is, so `seen` tells, old or not.
        let cell = self.bucket().cell(seen.spare_cell());
        // Pairs with the Acquire fence of `still_shows`.
        fence(Release);
        cell.store(value, Relaxed); // shown by the commit's Release
        let swap = seen.swap_with_spare(slot);
        match self.commit(seen.reserving_spare(), |now| now.swapping(swap)) {
            Ok(_) => Ok(()),
            Err(Lost) => Err(Reservation::Spare),
        }
    }

    /// Shows the key at `old` with another value in a slot of the same group, which is claimed.
    #[inline]
    fn replace_in_group(
        self,
        seen: Header,
        group: &Group,
        old: Place,
        slot: u32,
        value: u64,
    ) -> Result<(), Reservation> {
        let new = Place::in_group(old.region(), slot);
        // Relaxed: as in `hits`.
        let word = group.pair(old.group_slot()).key.load(Relaxed);
        group.pair(slot).fill(word, value);
        match self.commit(seen, |now| now.showing(new).hiding(old)) {
            Ok(_) => {
                group.unclaim(old.group_slot());
                Ok(())
            }
            Err(Lost) => {
                // An insertion may not have it, if the key is gone.
                group.unclaim(slot);
                Err(Reservation::None)
            }
        }
    }
}

impl Pair {
    /// Writes a pair that is reserved.
    #[inline]
    fn fill(&self, word: u64, value: u64) {
        // Pairs with the Acquire fence of `still_shows`, as in `fill_own`.
        fence(Release);
        // Relaxed: the commit's Release shows them.
        self.key.store(word, Relaxed);
        self.value.store(value, Relaxed);
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// Asks `decide` what to do with the key, given its present value, and does it. Answers the value
    /// that the key had before.
    ///
    /// `decide` is called once, and once more each time that another operation on the same home comes in
    /// between; only its last answer counts.
    #[inline]
    pub(super) fn update(
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
    /// Short on purpose: it has little to remember, and calls nobody before its last exchange. For an exchange
    /// waits until all that was stored before it, on the stack too, has reached the cache.
    #[inline(always)]
    pub(super) fn attempt_in_bucket(
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
    pub(super) fn go_on<D: Decide>(
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
            home.check_round(seen, decide)?;
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
                self.insert(home, seen, key.word, value, reservation)?
            }
        }
        Ok(current)
    }

    /// Inserts a key that `seen` does not show: into the reserved slot, or at any place that is free.
    #[inline]
    fn insert(
        self,
        home: Home<'a>,
        seen: Header,
        word: u64,
        value: u64,
        reservation: Reservation,
    ) -> Result<(), Setback> {
        let first_region = Shape::first_region(self.number(home));
        let (place, seen) =
            self.reserve_slot(home, seen, reservation, first_region, Purpose::Entry)?;
        self.fill(home, seen, place, word, value);
        Ok(home.show(seen, place)?)
    }

    /// Gives the key at `place` another value. The word that stands for the key stays.
    #[inline(always)]
    fn replace(
        self,
        home: Home<'a>,
        seen: Header,
        place: Place,
        value: u64,
        reservation: Reservation,
    ) -> Result<(), Setback> {
        if !place.is_own() {
            return self.replace_pair(home, seen, place, value, reservation);
        }
        let reservation = match reservation {
            Reservation::None => match home.reserve_spare(self.reserver, seen) {
                Attempt::Done(_) => Reservation::Spare,
                Attempt::Reserved => Reservation::None,
                Attempt::Lost => return Err(Setback::Again(reservation)),
            },
            reservation => reservation,
        };
        if reservation == Reservation::Spare {
            return Ok(home.swap_cell(seen, place.own_slot(), value)?);
        }
        self.replace_pair(home, seen, place, value, reservation)
    }

    /// Shows key and value at a new place, and hides the old one in the same commit. Never `Full`: see
    /// [`Purpose::Update`].
    #[cold]
    fn replace_pair(
        self,
        home: Home<'a>,
        seen: Header,
        old: Place,
        value: u64,
        reservation: Reservation,
    ) -> Result<(), Setback> {
        self.hides(home, old);
        if reservation == Reservation::None && seen.free_own().is_none() && !old.is_own() {
            // In the group where it is, if there is room: no other line then.
            let group = self.group(home, old.region());
            if let Some(slot) = group.claim_free(self.reserver, Purpose::Update) {
                return Ok(home.replace_in_group(seen, group, old, slot, value)?);
            }
        }
        let (new, seen) =
            self.reserve_slot(home, seen, reservation, old.region(), Purpose::Update)?;
        self.fill(home, seen, new, self.key_at(home, old), value);
        match home.commit(seen, |now| now.showing(new).removing(old)) {
            Ok(after) if new.is_own() || new.is_in_group_of(old) => {
                self.after_hiding(home, after, old);
            }
            Ok(after) => self.bring_back(home, after, old, new),
            Err(Lost) => {
                // An insertion may not have it, if the key is gone.
                self.release(home, Reservation::Slot(new));
                return Err(Setback::Again(Reservation::None));
            }
        }
        Ok(())
    }

    /// Hides the entry at `place`.
    #[inline]
    fn remove(self, home: Home<'a>, seen: Header, place: Place) -> Result<(), Reservation> {
        self.hides(home, place);
        match home.commit(seen, |now| now.removing(place)) {
            Ok(after) => {
                self.after_hiding(home, after, place);
                Ok(())
            }
            Err(Lost) => Err(Reservation::None),
        }
    }

    /// Writes a pair into a slot that is reserved.
    #[inline]
    pub(super) fn fill(self, home: Home<'a>, seen: Header, place: Place, word: u64, value: u64) {
        if place.is_own() {
            return home.fill_own(seen, place.own_slot(), word, value);
        }
        self.pair_at(home, place).fill(word, value);
    }
}
