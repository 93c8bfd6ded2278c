//! Inserting a word: the words from its place to the next gap move one slot up.

use core::mem;

use super::{
    find::{gap_from, place_of},
    raw::{Parts, Raw},
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

impl Place {
    /// Returns the position of the word there: position 0 is the header's, position `n + 1` that of slot `n`.
    pub(super) fn position(self) -> usize {
        match self {
            Place::Header => 0,
            Place::Slot(slot) => slot + 1,
        }
    }
}

/// The place that was found for a word.
pub(super) enum Room {
    /// The word is present.
    Taken(Place),
    /// It is absent, and there is room for it.
    Vacant(Vacancy),
}

/// Room for a word that is absent. It is there until the table changes.
#[derive(Clone, Copy)]
pub(super) enum Vacancy {
    /// `offset` goes to `place` after the words from there to before `gap` have moved one slot up.
    Between { place: usize, gap: usize, offset: u64 },
    /// In the header (T5).
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

    /// Returns the value of the key at `place`, which a map has found.
    #[inline]
    pub(super) fn value_here(&mut self, place: Place) -> &mut u64 {
        let Parts { values, zero, .. } = self.parts();
        let in_slot = match place {
            Place::Slot(slot) => values.get_mut(slot),
            Place::Header => None,
        };
        match in_slot {
            Some(value) => value,
            // The header's: every slot of a map has a value.
            None => zero.get_or_insert(0),
        }
    }

    /// Inserts `word` unless it is present, growing as long as the storage can. Returns its place, and
    /// whether it is new.
    #[inline]
    pub(super) fn try_insert(&mut self, word: u64, value: u64) -> Result<(Place, bool), Error> {
        let room = self.try_make_room(word)?;
        Ok(self.insert_into(room, value))
    }

    /// Finds the place of `word`, or makes room for it, growing as long as the storage can.
    #[inline]
    pub(super) fn try_make_room(&mut self, word: u64) -> Result<Room, Error> {
        if self.has_moved_much() {
            self.relieve(usize::MAX);
        }
        match self.room_for(word) {
            Ok(room) => Ok(room),
            Err(lack) => self.make_room_elsewhere(word, lack),
        }
    }

    /// [`try_make_room`](Self::try_make_room) for a word for which the table lacks a place.
    #[cold]
    fn make_room_elsewhere(&mut self, word: u64, mut lack: Lack) -> Result<Room, Error> {
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
            lack = match self.room_for(word) {
                Ok(room) => return Ok(room),
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
        let room = match self.room_for(word) {
            Err(lack @ (Lack::Gap | Lack::Frame)) => {
                let lines = self.shape.lines();
                self.try_respread(Some(word), lines).map_err(|_| lack)?;
                self.room_for(word)?
            }
            room => room?,
        };
        Ok(self.insert_into(room, value))
    }

    /// Fills `room` unless the word is present. Returns its place, and whether it is new.
    #[inline(always)]
    fn insert_into(&mut self, room: Room, value: u64) -> (Place, bool) {
        match room {
            Room::Taken(place) => (place, false),
            Room::Vacant(vacancy) => (self.fill_vacancy(vacancy, value), true),
        }
    }

    /// Inserts the word for which `vacancy` was found; the table has not changed since. Returns its place.
    #[inline]
    pub(super) fn fill_vacancy(&mut self, vacancy: Vacancy, value: u64) -> Place {
        self.len += 1;
        match vacancy {
            Vacancy::Header => {
                self.zero = Some(value);
                Place::Header
            }
            Vacancy::Between { place, gap, offset } => {
                self.moved += gap - place;
                let (slots, values) = self.slots_and_values();
                shift_in(slots, place, gap, offset);
                shift_in(values, place, gap, value);
                Place::Slot(place)
            }
        }
    }

    fn room_for(&self, word: u64) -> Result<Room, Lack> {
        let may_grow = if self.len < self.max { Ok(()) } else { Err(Lack::Full) };
        let Some(offset) = self.frame.offset(word) else {
            return may_grow.and(Err(Lack::Frame));
        };
        if offset == EMPTY {
            return match self.zero {
                Some(_) => Ok(Room::Taken(Place::Header)),
                None => may_grow.map(|()| Room::Vacant(Vacancy::Header)),
            };
        }
        let slots = self.slots();
        let place = place_of(slots, self.shape, offset);
        if slots.get(place) == Some(&offset) {
            return Ok(Room::Taken(Place::Slot(place)));
        }
        may_grow?;
        match gap_from(slots, place) {
            Some(gap) => Ok(Room::Vacant(Vacancy::Between { place, gap, offset })),
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
