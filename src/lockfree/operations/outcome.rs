//! How an attempt, an operation and a call end.

use super::reservation::Reservation;
use crate::error::Error;

/// Why a key could not be changed. A word, for [`Answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Stop {
    /// No place of the key's home is left for another entry.
    Full,
    /// Another operation had reserved what was needed, or committed first.
    Busy,
    /// The home's entries are being moved to the next table, or are there.
    Frozen,
    /// The home changed too often while the caller's closure ran.
    Reentrant,
    /// There is no table.
    Unplaced,
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Error {
        match stop {
            Stop::Full => Error::Full,
            // Frozen ends in the next table, or in one of the others.
            Stop::Busy | Stop::Frozen => Error::Busy,
            Stop::Reentrant => Error::Reentrant,
            Stop::Unplaced => Error::Unplaced,
        }
    }
}

/// What became of a change, in two registers: a `Result<Option<u64>, Stop>` would be returned in memory.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
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

/// Why an attempt to change something came to nothing, and what is reserved after it.
pub(crate) enum Setback {
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
