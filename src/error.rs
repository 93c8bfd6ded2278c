//! The errors of the whole crate.

use core::fmt;

/// Why an operation could not be done. Nothing was changed and nothing is lost when one is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The table holds as many entries as it may, and its storage cannot grow.
    Full,
    /// More entries were requested than any address space holds.
    CapacityOverflow,
    /// The allocator had no memory.
    AllocationFailed {
        /// Bytes that were requested.
        bytes: usize,
    },
    /// The memory given is too small for what it is given for.
    TooSmall {
        /// Bytes that would have been enough.
        needed_bytes: usize,
        /// Bytes that were given.
        given_bytes: usize,
    },
    /// The memory given does not start at a multiple of the alignment needed.
    Misaligned {
        /// The alignment needed, in bytes.
        needed_bytes: usize,
    },
    /// The address given is null.
    Null,
    /// Two entries of one request are the same, or the memory given is in use already.
    Overlapping,
    /// A conflict with operations that are under way; the same call may succeed later.
    Busy,
    /// The place that a closure was to decide about changed again and again while the closure ran: it
    /// changes that place itself, or it is too slow for the traffic there.
    Reentrant,
    /// The memory given holds no table.
    Foreign,
    /// The memory given holds a table of another layout.
    UnknownFormat {
        /// The number of its layout.
        found: u64,
        /// The number of the layout that this version reads.
        known: u64,
    },
    /// The memory given holds a table that is damaged.
    Corrupt,
    /// There is a table already.
    Occupied,
    /// There is no table yet: it was not placed.
    Unplaced,
    /// No rebuild is needed.
    NotRequired,
    /// Other processes use the table too: it is not rebuilt.
    Shared,
    /// The memory has no member of this number, or is for members and none was named.
    Member,
    /// The order of a sorted table has no word for the key.
    KeyOutOfRange,
    /// The hash bits of an indirect map's keys are none of a word's, so that all keys have one home, or all, so that
    /// no reference has any.
    HashBits,
    /// Two tables that are to be merged keep their keys in different orders.
    DifferentOrders,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Error::Full => f.write_str("the table is full and its storage cannot grow"),
            Error::CapacityOverflow => f.write_str("the capacity exceeds the address space"),
            Error::AllocationFailed { bytes } => write!(f, "no memory for {bytes} bytes"),
            Error::TooSmall { needed_bytes, given_bytes } => {
                write!(f, "memory of {given_bytes} bytes where {needed_bytes} are needed")
            }
            Error::Misaligned { needed_bytes } => {
                write!(f, "memory that is not aligned to {needed_bytes} bytes")
            }
            Error::Null => f.write_str("a null address"),
            Error::KeyOutOfRange => f.write_str("a key that the table's order leaves out"),
            Error::HashBits => f.write_str("hash bits that are no bit of a word, or every bit"),
            Error::DifferentOrders => f.write_str("tables in different orders"),
            Error::Overlapping => f.write_str(
                "the same entry was requested twice, or memory that is in use was given",
            ),
            Error::Busy => f.write_str("in conflict with operations that are under way"),
            Error::Reentrant => f.write_str(
                "the map changed each time while the closure ran: does it change the map?",
            ),
            Error::Foreign => f.write_str("memory that holds no table"),
            Error::UnknownFormat { found, known } => {
                write!(f, "a table of layout {found} where layout {known} can be read")
            }
            Error::Corrupt => f.write_str("a damaged table"),
            Error::Occupied => f.write_str("there is a table already"),
            Error::Unplaced => f.write_str("there is no table yet"),
            Error::Shared => f.write_str("a table that others use too"),
            Error::Member => f.write_str("no number of a member of that memory"),
            Error::NotRequired => f.write_str("no rebuild is needed"),
        }
    }
}

impl core::error::Error for Error {}

/// A value that could not be inserted, returned, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected<T> {
    /// What the caller wanted to insert.
    pub value: T,
    /// Why it was not.
    pub error: Error,
}

impl<T> fmt::Display for Rejected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T: fmt::Debug> core::error::Error for Rejected<T> {}

/// Drops the value: for `?` in functions that return an [`Error`].
impl<T> From<Rejected<T>> for Error {
    fn from(rejected: Rejected<T>) -> Error {
        rejected.error
    }
}
