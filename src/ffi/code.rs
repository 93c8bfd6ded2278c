//! Error codes: what C gets for an [`Error`], and what each says.

use core::ffi::{CStr, c_int};

use crate::error::{Error, Rejected};

/// Why a call refuses: one of the codes.
#[derive(Clone, Copy)]
pub(super) struct Refusal(pub(super) c_int);

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal(match error {
            Error::Full => FULL,
            Error::CapacityOverflow => CAPACITY,
            Error::TooSmall { .. } => TOO_SMALL,
            Error::Misaligned { .. } => MISALIGNED,
            Error::Null => NULL,
            Error::Overlapping => OVERLAPPING,
            Error::Busy => BUSY,
            Error::Reentrant => REENTRANT,
            Error::Foreign => FOREIGN,
            Error::UnknownFormat { .. } => VERSION,
            Error::Corrupt => CORRUPT,
            Error::Occupied => LIVE,
            Error::NotRequired => NOT_REQUIRED,
            Error::Shared => SHARED,
            Error::Member => MEMBER,
            Error::KeyOutOfRange => KEY_RANGE,
            Error::HashBits => ARGUMENT,
            // Of no function here: maps are made with a table, and orders are in the types.
            Error::DifferentOrders | Error::Unplaced => ARGUMENT,
            // There is no allocator behind this interface.
            Error::AllocationFailed { .. } => TOO_SMALL,
        })
    }
}

impl<T> From<Rejected<T>> for Refusal {
    fn from(rejected: Rejected<T>) -> Refusal {
        rejected.error.into()
    }
}

/// Done; or, of a question, no.
pub const OK: c_int = 0;
/// A pointer is null that must not be.
pub const NULL: c_int = -1;
/// A pointer is not a multiple of the alignment of what it points to.
pub const MISALIGNED: c_int = -2;
/// The memory is too small for a table, or for the entries that are to move there.
pub const TOO_SMALL: c_int = -3;
/// Two pieces of memory overlap that must not, or one runs past the end of the address space.
pub const OVERLAPPING: c_int = -4;
/// The table holds as many entries as it may.
pub const FULL: c_int = -5;
/// No address space holds that many.
pub const CAPACITY: c_int = -6;
/// The handle was initialised for another version of the interface, or the table is of another layout.
pub const VERSION: c_int = -7;
/// Not a live handle of this kind.
pub const HANDLE: c_int = -8;
/// The handle is live already.
pub const LIVE: c_int = -9;
/// A conflict with a call that is under way; the same call may succeed later.
pub const BUSY: c_int = -10;
/// A number or a callback is not one of those allowed.
pub const ARGUMENT: c_int = -11;

/// The memory holds no table of this kind.
pub const FOREIGN: c_int = -12;
/// The memory holds a table that is damaged.
pub const CORRUPT: c_int = -13;
/// No rebuild is needed.
pub const NOT_REQUIRED: c_int = -14;
/// The key is not one of those that a sorted set or map was made for.
pub const KEY_RANGE: c_int = -15;
/// What a callback was to decide about changed again and again while the callback ran.
pub const REENTRANT: c_int = -17;
/// The processor has no 64-bit atomics, which the function needs.
pub const UNSUPPORTED: c_int = -18;
/// Other handles use the table too: it is not rebuilt.
pub const SHARED: c_int = -19;
/// The memory has no member of this number, or is for members and none was named.
pub const MEMBER: c_int = -20;

/// The handle is a copy of a live one, or a live one that was moved.
pub const COPY: c_int = -24;
/// An allocator has no memory. No function of the library returns it; the headers that call an allocator do.
pub const MEMORY: c_int = -25;

/// What `code` means, in words.
pub(super) fn text(code: c_int) -> &'static CStr {
    match code {
        OK => c"no error",
        NULL => c"a null pointer where there must be none",
        MISALIGNED => c"a misaligned pointer",
        TOO_SMALL => c"the memory is too small",
        OVERLAPPING => c"pieces of memory overlap, or wrap round the address space",
        FULL => c"the table is full",
        CAPACITY => c"the capacity exceeds the address space",
        VERSION => c"the handle or table is of another version of heptad",
        HANDLE => {
            c"not a live handle of this kind: never initialised, released, or of another kind"
        }
        LIVE => c"the handle is live already",
        BUSY => c"in conflict with a call that is under way",
        ARGUMENT => c"an argument that is not allowed",
        FOREIGN => c"the memory holds no table of this kind",
        CORRUPT => c"the table in the memory is damaged",
        NOT_REQUIRED => c"no rebuild is needed",
        KEY_RANGE => c"a key that the sorted set or map was not made for",
        REENTRANT => c"the map changed each time while the callback ran",
        UNSUPPORTED => c"the processor has no 64-bit atomics",
        COPY => c"the handle is a copy of a live one, or was moved",
        SHARED => c"other handles use the table too",
        MEMORY => c"the allocator has no memory",
        MEMBER => c"no number of a member of that memory",
        _ if code > 0 => c"no error",
        _ => c"an unknown error code",
    }
}

/// What the header calls `code`.
pub(super) fn name(code: c_int) -> &'static CStr {
    match code {
        OK => c"HEPTAD_OK",
        NULL => c"HEPTAD_ERROR_NULL",
        MISALIGNED => c"HEPTAD_ERROR_MISALIGNED",
        TOO_SMALL => c"HEPTAD_ERROR_TOO_SMALL",
        OVERLAPPING => c"HEPTAD_ERROR_OVERLAPPING",
        FULL => c"HEPTAD_ERROR_FULL",
        CAPACITY => c"HEPTAD_ERROR_CAPACITY",
        VERSION => c"HEPTAD_ERROR_VERSION",
        HANDLE => c"HEPTAD_ERROR_HANDLE",
        LIVE => c"HEPTAD_ERROR_LIVE",
        BUSY => c"HEPTAD_ERROR_BUSY",
        ARGUMENT => c"HEPTAD_ERROR_ARGUMENT",
        FOREIGN => c"HEPTAD_ERROR_FOREIGN",
        CORRUPT => c"HEPTAD_ERROR_CORRUPT",
        NOT_REQUIRED => c"HEPTAD_ERROR_NOT_REQUIRED",
        KEY_RANGE => c"HEPTAD_ERROR_KEY_RANGE",
        REENTRANT => c"HEPTAD_ERROR_REENTRANT",
        UNSUPPORTED => c"HEPTAD_ERROR_UNSUPPORTED",
        SHARED => c"HEPTAD_ERROR_SHARED",
        MEMBER => c"HEPTAD_ERROR_MEMBER",
        COPY => c"HEPTAD_ERROR_COPY",
        MEMORY => c"HEPTAD_ERROR_MEMORY",
        _ if code > 0 => c"HEPTAD_OK",
        _ => c"HEPTAD_ERROR",
    }
}

/// An error if nothing of type `T` can be at `pointer`.
#[inline]
pub(super) fn check<T>(pointer: *const T) -> Result<(), Refusal> {
    if pointer.is_null() {
        Err(Refusal(NULL))
    } else if pointer.is_aligned() {
        Ok(())
    } else {
        Err(Refusal(MISALIGNED))
    }
}
