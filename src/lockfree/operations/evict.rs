//! Inserting a key where there is no room: another entry of its home goes, by the same commit.
//!
//! ```text
//!   seen     own 111, group slots 0 to 5 in use, 6 free     the victim is in own slot 1
//!   prepare  claim group slot 6, fill it with the new entry
//!   commit   own 101, group slots 0 to 6                    the victim is hidden, the new entry shown
//!   after    own 111, group slots 0 to 5                    the new entry moves to own slot 1
//! ```
//!
//! One header governs all places of the home, so one exchange hides the victim and shows the new entry: a reader
//! sees one of both, never neither. It is what an update of a key in a group does ([`Table::replace_pair`]), with
//! another key, and rests on the same free slot: insertions leave one in each group, and this releases as many slots
//! as it takes.
//!
//! # Which entries may go
//!
//! Entries of the home, because a commit changes one header. A key in a group of the home that has another home is
//! governed by that one. At most 21 entries have one home; in a full table few homes have fewer than three.
//!
//! In a rebuild only the newest table evicts: a home without room in another one moves on first. And only entries
//! may go that operations look for in the newest table. A copier could insert another one again, whose old bucket is
//! not migrated yet (M2, in `chain/migrate.rs`), and readers would still find it there.
//!
//! # A caller's closure
//!
//! `choose` gets copies. Nothing is reserved while it runs, so it may panic, and change the map: if that changes the
//! home the commit fails, and it is called again.

use super::{
    decide::MOST_CALLS,
    key::{Key, Matches},
    outcome::{Setback, Stop},
    reservation::Reservation,
};
use crate::lockfree::{
    arena::Table,
    bucket::{Header, Home, PLACES, Purpose, Reserver},
};

/// What an insertion that may evict did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted<K, V> {
    /// The key is new, and there was room.
    New,
    /// The key had this value.
    Replaced(V),
    /// The key is new, and this entry had to go.
    Evicted(K, V),
}

/// Most entries that an insertion chooses from.
pub(crate) const CANDIDATES: usize = PLACES as usize;

/// Picks the entry that goes: its index among these words of keys and values. A caller's code.
pub(crate) type Choose<'c> = dyn FnMut(&[(u64, u64)]) -> usize + 'c;

/// What an insertion that may evict needs besides its key.
pub(crate) struct Evicting<'c> {
    value: u64,
    choose: &'c mut Choose<'c>,
    /// How many more rounds may be lost because the home changed while `choose` ran.
    rounds_left: u32,
}

impl<'c> Evicting<'c> {
    pub(crate) fn new(value: u64, choose: &'c mut Choose<'c>) -> Self {
        Evicting { value, choose, rounds_left: MOST_CALLS }
    }
}

impl<'a, T: Reserver> Table<'a, T> {
    /// Gives the key its value; if it is absent and has no room, in the place of an entry that `choose` picks. The
    /// tables from `first` on may have entries that are not migrated.
    ///
    /// Nothing stays reserved from one attempt to the next: each may run a caller's code.
    pub(crate) fn insert_evicting(
        self,
        first: Table<'a, T>,
        key: Key<impl Matches>,
        evicting: &mut Evicting<'_>,
    ) -> Result<Inserted<u64, u64>, Stop> {
        let home = self.home_of(key.word);
        loop {
            match self.attempt_evicting(first, home, key, evicting) {
                Ok(inserted) => return Ok(inserted),
                Err(Setback::Again(kept)) => self.release(home, kept),
                Err(Setback::Stop(stop, kept)) => {
                    self.release(home, kept);
                    return Err(stop);
                }
            }
        }
    }

    /// One scan, and one commit.
    fn attempt_evicting(
        self,
        first: Table<'a, T>,
        home: Home<'a>,
        key: Key<impl Matches>,
        evicting: &mut Evicting<'_>,
    ) -> Result<Inserted<u64, u64>, Setback> {
        let seen = home.header();
        if seen.is_frozen() {
            return Err(Setback::Stop(Stop::Frozen, Reservation::None));
        }
        let found = self.find(home, seen, key);
        if !home.still_shows(seen) {
            return Err(Setback::Again(Reservation::None));
        }
        if let Some((place, before)) = found {
            self.replace(home, seen, place, evicting.value, Reservation::None)?;
            return Ok(Inserted::Replaced(before));
        }
        let purpose = if self.next().is_none() { Purpose::Exchangeable } else { Purpose::Entry };
        match self.insert(home, seen, key.word, evicting.value, Reservation::None, purpose) {
            Ok(()) => Ok(Inserted::New),
            Err(Setback::Stop(Stop::Full | Stop::Busy, _)) if purpose == Purpose::Exchangeable => {
                let (word, value) = self.evict(first, home, seen, key.word, evicting)?;
                Ok(Inserted::Evicted(word, value))
            }
            Err(setback) => Err(setback),
        }
    }

    /// Shows the key of `word`, which is absent, in the place of an entry that `choose` picks: the answer.
    fn evict(
        self,
        first: Table<'a, T>,
        home: Home<'a>,
        seen: Header,
        word: u64,
        evicting: &mut Evicting<'_>,
    ) -> Result<(u64, u64), Setback> {
        let mut candidates = [(0, 0); CANDIDATES];
        let mut places = [None; CANDIDATES];
        let mut count = 0;
        let entry = |place| (self.key_at(home, place), self.value_at(home, seen, place));
        let visible = seen.places().map(|place| (place, entry(place)));
        let may_go = visible.filter(|&(_, (word, _))| self.counts(first, word));
        for ((slot, candidate), (place, entry)) in
            places.iter_mut().zip(&mut candidates).zip(may_go)
        {
            (*slot, *candidate) = (Some(place), entry);
            count += 1;
        }
        if !home.still_shows(seen) {
            return Err(Setback::Again(Reservation::None));
        }
        let candidates = candidates.get(..count).unwrap_or_default();
        let chosen = if count == 0 { 0 } else { (evicting.choose)(candidates).min(count - 1) };
        let Some((&victim, place)) =
            candidates.get(chosen).zip(places.get(chosen).copied().flatten())
        else {
            // Others have reserved all own slots, or a rebuild has not moved what is here.
            return Err(Setback::Stop(Stop::Busy, Reservation::None));
        };
        home.check_round(seen, Some(&mut evicting.rounds_left))?;
        let (word, value) = (Some(word), evicting.value);
        self.replace_pair(home, seen, place, word, value, Reservation::None)?;
        Ok(victim)
    }
}
