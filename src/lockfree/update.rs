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
//! What an operation has taken to fill, its [`Hand`], survives a lost commit. A lost commit means a
//! new scan: another operation may have inserted the key.

use super::{
    arena::{Home, Table},
    commit::{Lost, Take},
    header::{Header, Place},
};
use crate::sync::{
    Ordering::{Relaxed, Release},
    fence,
};

/// What to do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Nothing.
    Keep,
    /// Give it this value, whether it is present or not.
    Set(u64),
    /// Remove it, if it is present.
    Remove,
}

/// Why a key could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Every place of the key's home is taken by visible entries.
    Full,
    /// Another operation was in the way.
    Busy,
    /// The home's entries are being moved to the next table, or are there.
    Frozen,
}

/// What an operation has taken and not shown yet: at most one thing at any time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    Empty,
    /// The spare cell of the home.
    Spare,
    /// A slot, of the bin or of one of its groups.
    Slot(Place),
}

/// Why an attempt to change something came to nothing.
pub(super) enum Setback {
    /// The header changed: scan again.
    Again,
    Stop(Stop),
}

impl From<Lost> for Setback {
    fn from(_: Lost) -> Setback {
        Setback::Again
    }
}

/// The key that an operation is about.
#[derive(Clone, Copy)]
pub(super) struct Key<M> {
    /// The word that an insertion stores. Its bits in the home mask decide the home.
    pub(super) word: u64,
    /// Which stored words mean the same key.
    pub(super) matches: M,
}

/// Does a stored word mean the key? It is also told whether the word is visible: if it is not, it may be
/// anything, and the answer does not count.
pub(super) trait Matches: Fn(u64, bool) -> bool + Copy {}

impl<M: Fn(u64, bool) -> bool + Copy> Matches for M {}

impl<'a> Table<'a> {
    /// Asks `decide` what to do with the key, given its present value, and does it. Answers the value
    /// that the key had before.
    ///
    /// `decide` is called once, and once more each time that another operation on the same home
    /// commits in between; only its last answer counts.
    #[inline]
    pub(super) fn update(
        self,
        key: Key<impl Matches>,
        mut decide: impl FnMut(Option<u64>) -> Decision,
    ) -> Result<Option<u64>, Stop> {
        let home = self.home_of(key.word);
        let mut hand = Hand::Empty;
        let answer = loop {
            let seen = home.header();
            if seen.is_frozen() {
                break Err(Stop::Frozen);
            }
            let (place, current) = self.find(home, seen, key.matches).unzip();
            if !home.still_shows(seen) {
                continue;
            }
            let attempt = match (decide(current), place) {
                (Decision::Keep, _) | (Decision::Remove, None) => Ok(()),
                (Decision::Remove, Some(place)) => {
                    if hand != Hand::Empty {
                        // From a round before, whose decision was another one. What is hidden now
                        // will be ours, and we hold one thing at the most (F7).
                        self.put_back(home, hand);
                        hand = Hand::Empty;
                    }
                    self.remove(home, seen, place)
                }
                (Decision::Set(value), Some(place)) => {
                    self.replace(home, seen, place, value, &mut hand)
                }
                (Decision::Set(value), None) => self.insert(home, seen, key.word, value, &mut hand),
            };
            match attempt {
                Ok(()) => break Ok(current),
                Err(Setback::Again) => {}
                Err(Setback::Stop(stop)) => break Err(stop),
            }
        };
        if hand != Hand::Empty {
            self.put_back(home, hand);
        }
        answer
    }

    /// Inserts a key that `seen` does not show.
    #[inline]
    fn insert(
        self,
        home: Home<'a>,
        seen: Header,
        word: u64,
        value: u64,
        hand: &mut Hand,
    ) -> Result<(), Setback> {
        let (place, seen) = self.take_slot(home, seen, hand)?;
        self.fill(home, seen, place, word, value);
        home.commit(seen, |now| now.showing(place))?;
        *hand = Hand::Empty;
        Ok(())
    }

    /// Gives the key at `place` another value. The word that stands for the key stays.
    #[inline]
    fn replace(
        self,
        home: Home<'a>,
        seen: Header,
        place: Place,
        value: u64,
        hand: &mut Hand,
    ) -> Result<(), Setback> {
        if place.is_own() && *hand == Hand::Empty {
            match home.take_spare(seen) {
                Take::Done(_) => *hand = Hand::Spare,
                Take::Held => {}
                Take::Lost => return Err(Setback::Again),
            }
        }
        if place.is_own() && *hand == Hand::Spare {
            self.swap_cell(home, seen, place, value, hand)
        } else {
            match self.replace_pair(home, seen, place, value, hand) {
                // An own slot would have done with the spare cell, which another operation holds.
                Err(Setback::Stop(Stop::Full)) if place.is_own() => Err(Setback::Stop(Stop::Busy)),
                attempt => attempt,
            }
        }
    }

    /// Writes the value into the spare cell, which is in the hand, and lets the slot at `place` name it.
    #[inline]
    fn swap_cell(
        self,
        home: Home<'a>,
        seen: Header,
        place: Place,
        value: u64,
        hand: &mut Hand,
    ) -> Result<(), Setback> {
        // Only who holds the spare cell changes which one it is, so `seen` tells, old or not.
        let cell = home.bin().cell(seen.spare_cell());
        // Pairs with the Acquire fence of `still_shows`.
        fence(Release);
        cell.store(value, Relaxed); // shown by the commit's Release
        home.commit(seen, |now| now.swapping_cell(place.own_slot()))?;
        *hand = Hand::Empty;
        Ok(())
    }

    /// Shows key and value at a new place, and hides the old one in the same commit.
    #[cold]
    fn replace_pair(
        self,
        home: Home<'a>,
        seen: Header,
        old: Place,
        value: u64,
        hand: &mut Hand,
    ) -> Result<(), Setback> {
        let (new, seen) = self.take_slot(home, seen, hand)?;
        self.fill(home, seen, new, self.key_at(home, old), value);
        let after = home.commit(seen, |now| now.showing(new).removing(old))?;
        *hand = Hand::Empty;
        self.after_hiding(home, after, old);
        Ok(())
    }

    /// Hides the entry at `place`.
    #[inline]
    fn remove(self, home: Home<'a>, seen: Header, place: Place) -> Result<(), Setback> {
        let after = home.commit(seen, |now| now.removing(place))?;
        self.after_hiding(home, after, place);
        Ok(())
    }

    /// Writes a pair into a slot that is in the hand.
    #[inline]
    pub(super) fn fill(self, home: Home<'a>, seen: Header, place: Place, word: u64, value: u64) {
        // Pairs with the Acquire fence of `still_shows`: a reader of the slot's last entry that reads
        // one of these words finds its header changed.
        fence(Release);
        // Relaxed: the commit's Release shows them.
        if place.is_own() {
            home.bin().key(place.own_slot()).store(word, Relaxed);
            home.bin().cell(seen.cell(place.own_slot())).store(value, Relaxed);
        } else {
            let pair = self.pair_at(home, place);
            pair.key.store(word, Relaxed);
            pair.value.store(value, Relaxed);
        }
    }
}
