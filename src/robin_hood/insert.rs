//! Inserting a word: everything from its place to the next gap moves one slot on.

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
    /// In the header: it is the key whose word is EMPTY.
    Header,
}

/// What came of looking for a place.
enum Room {
    /// The word is there already.
    Taken(Place),
    /// Everything from `place` to before `gap` has to move one slot on.
    Between {
        place: usize,
        gap: usize,
    },
    Header,
}

impl<S: Downward> Raw<S> {
    /// Where `word` is.
    #[inline(always)]
    pub(super) fn find(&self, word: u64) -> Option<Place> {
        if word == EMPTY {
            return self.zero.map(|_| Place::Header);
        }
        super::find::find(self.slots(), self.shape, word).map(Place::Slot)
    }

    /// The value of the key at `place`; 0 in a set.
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

    /// Puts `word` in, growing as long as the storage can. The place, and whether it is new there.
    ///
    /// A table whose overflow area is full grows too, unless it is so empty that its keys must be
    /// crowded together: growing would use up the memory for nothing. It then gets a larger overflow
    /// area, if it can move.
    pub(super) fn try_insert(&mut self, word: u64, value: u64) -> Result<(Place, bool), Error> {
        loop {
            let error = match self.insert_within_capacity(word, value) {
                Err(error) => error,
                done => return done,
            };
            let grown = if error == Error::Crowded && self.is_sparse() {
                self.try_extend_overflow()
            } else {
                self.try_grow()
            };
            match grown {
                Ok(()) => {}
                // Why there was no room says more than that the storage ends here.
                Err(Error::Full) => return Err(error),
                Err(no_memory) => return Err(no_memory),
            }
        }
    }

    /// Is at most one home in eight taken?
    fn is_sparse(&self) -> bool {
        self.len < self.shape.homes() / 8
    }

    /// Puts `word` in unless the table counts as full, or its overflow area is.
    pub(super) fn insert_within_capacity(
        &mut self,
        word: u64,
        value: u64,
    ) -> Result<(Place, bool), Error> {
        let place = match self.room_for(word)? {
            Room::Taken(place) => return Ok((place, false)),
            Room::Header => {
                self.zero = Some(value);
                Place::Header
            }
            Room::Between { place, gap } => {
                let (slots, values) = self.slots_and_values();
                shift_in(slots, place, gap, word);
                shift_in(values, place, gap, value);
                Place::Slot(place)
            }
        };
        self.len += 1;
        Ok((place, true))
    }

    fn room_for(&self, word: u64) -> Result<Room, Error> {
        let may_grow = if self.len < self.max { Ok(()) } else { Err(Error::Full) };
        if word == EMPTY {
            return match self.zero {
                Some(_) => Ok(Room::Taken(Place::Header)),
                None => may_grow.map(|()| Room::Header),
            };
        }
        let slots = self.slots();
        let place = place_of(slots, self.shape, word);
        if slots.get(place) == Some(&word) {
            return Ok(Room::Taken(Place::Slot(place)));
        }
        may_grow?;
        match gap_from(slots, place) {
            Some(gap) => Ok(Room::Between { place, gap }),
            None => Err(Error::Crowded),
        }
    }
}

/// Puts `word` into slot `place`; what stands from there to before `gap` moves one on. Does nothing
/// to an empty slice.
#[inline]
fn shift_in(words: &mut [u64], place: usize, gap: usize, word: u64) {
    let mut carried = word;
    if let Some(run) = words.get_mut(place..=gap) {
        for slot in run {
            mem::swap(slot, &mut carried);
        }
    }
}
