//! Inserting a word: the words from its place to the next gap move one slot up.

use core::mem;

use super::{
    find::{gap_from, place_of},
    raw::Raw,
    shape::EMPTY,
};
use crate::{error::Error, storage::Downward};

/// Where a key is in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In this slot.
    Slot(usize),
    /// In the header (T5).
    Header,
}

/// The place that was found for a word.
enum Room {
    /// The word is present.
    Taken(Place),
    /// `offset` goes to `place` after the words from there to before `gap` have moved one slot up.
    Between {
        place: usize,
        gap: usize,
        offset: u64,
    },
    Header,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// The table counts as full.
    Full,
    /// There is no gap after the place.
    Gap,
    /// The word is not in the table's frame.
    Frame,
}

/// A table that lacks one of these and cannot get it has no memory left.
impl From<Lack> for Error {
    fn from(_: Lack) -> Error {
        Error::Full
    }
}

impl<S: Downward> Raw<S> {
    /// Returns where `word` is.
    #[inline(always)]
    pub(super) fn find(&self, word: u64) -> Option<Place> {
        let offset = self.frame.offset(word)?;
        if offset == EMPTY {
            return self.zero.map(|_| Place::Header);
        }
        super::find::find(self.slots(), self.shape, offset).map(Place::Slot)
    }

    /// Returns the value of the key at `place`.
    #[inline]
    pub(super) fn value(&self, place: Place) -> Option<&u64> {
        match place {
            Place::Slot(slot) => self.values().get(slot),
            Place::Header => self.zero.as_ref(),
        }
    }

    #[inline]
    pub(super) fn value_mut(&mut self, place: Place) -> Option<&mut u64> {
        match place {
            Place::Slot(slot) => self.slots_and_values().1.get_mut(slot),
            Place::Header => self.zero.as_mut(),
        }
    }

    /// Inserts `word` unless it is present, growing as long as the storage can. Returns its place, and
    /// whether it is new.
    #[inline]
    pub(super) fn try_insert(&mut self, word: u64, value: u64) -> Result<(Place, bool), Error> {
        if self.has_moved_much() {
            self.relieve(usize::MAX);
        }
        match self.insert_here(word, value) {
            Ok(done) => Ok(done),
            Err(lack) => self.insert_elsewhere(word, value, lack),
        }
    }

    /// [`try_insert`](Self::try_insert) of a word for which the table lacks a place.
    #[cold]
    fn insert_elsewhere(
        &mut self,
        word: u64,
        value: u64,
        mut lack: Lack,
    ) -> Result<(Place, bool), Error> {
        loop {
            let made = match lack {
                Lack::Full if !self.is_crowded(Some(word)) => match self.try_grow() {
                    // Twice the homes may fit with fewer slots after them.
                    Err(Error::Full) if !self.shape.is_plain() => {
                        self.try_respread(Some(word), usize::MAX)
                    }
                    grown => grown,
                },
                _ => self.try_respread(Some(word), usize::MAX),
            };
            match made {
                Ok(()) => {}
                Err(error) => return Err(error),
            }
            lack = match self.insert_here(word, value) {
                Ok(done) => return Ok(done),
                Err(lack) => lack,
            };
        }
    }

    /// Inserts `word` unless the table is full. If its place requires it, the words are spread over the
    /// present slots.
    pub(super) fn insert_within_capacity(
        &mut self,
        word: u64,
        value: u64,
    ) -> Result<(Place, bool), Error> {
        match self.insert_here(word, value) {
            Err(lack @ (Lack::Gap | Lack::Frame)) => {
                let lines = self.shape.lines();
                self.try_respread(Some(word), lines).map_err(|_| lack)?;
                Ok(self.insert_here(word, value)?)
            }
            done => Ok(done?),
        }
    }

    fn insert_here(&mut self, word: u64, value: u64) -> Result<(Place, bool), Lack> {
        let place = match self.room_for(word)? {
            Room::Taken(place) => return Ok((place, false)),
            Room::Header => {
                self.zero = Some(value);
                Place::Header
            }
            Room::Between { place, gap, offset } => {
                self.moved += gap - place;
                let (slots, values) = self.slots_and_values();
                shift_in(slots, place, gap, offset);
                shift_in(values, place, gap, value);
                Place::Slot(place)
            }
        };
        self.len += 1;
        Ok((place, true))
    }

    fn room_for(&self, word: u64) -> Result<Room, Lack> {
        let may_grow = if self.len < self.max { Ok(()) } else { Err(Lack::Full) };
        let Some(offset) = self.frame.offset(word) else {
            return may_grow.and(Err(Lack::Frame));
        };
        if offset == EMPTY {
            return match self.zero {
                Some(_) => Ok(Room::Taken(Place::Header)),
                None => may_grow.map(|()| Room::Header),
            };
        }
        let slots = self.slots();
        let place = place_of(slots, self.shape, offset);
        if slots.get(place) == Some(&offset) {
            return Ok(Room::Taken(Place::Slot(place)));
        }
        may_grow?;
        match gap_from(slots, place) {
            Some(gap) => Ok(Room::Between { place, gap, offset }),
            None => Err(Lack::Gap),
        }
    }
}

/// Writes `word` into slot `place` after the words from there to before `gap` have moved one slot up.
/// Does nothing to an empty slice.
#[inline]
fn shift_in(words: &mut [u64], place: usize, gap: usize, word: u64) {
    let mut carried = word;
    if let Some(run) = words.get_mut(place..=gap) {
        for slot in run {
            mem::swap(slot, &mut carried);
        }
    }
}
