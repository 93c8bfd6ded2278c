//! Numbers that name something.

use core::ffi::c_int;

use super::code::{self, Refusal};
use crate::{layout::MaxLoad, lockfree::IS_LOCK_FREE};

/// An error where the atomics are missing that a shared table needs.
pub(super) fn check_atomics() -> Result<(), Refusal> {
    const ARE_THERE: bool = IS_LOCK_FREE || cfg!(feature = "lockfree-emulated-with-locks");
    if ARE_THERE { Ok(()) } else { Err(Refusal(code::UNSUPPORTED)) }
}

/// The load that `number` names.
pub(super) fn load(number: c_int) -> Result<MaxLoad, Refusal> {
    match number {
        0 => Ok(MaxLoad::FifteenSixteenths),
        1 => Ok(MaxLoad::SevenEighths),
        2 => Ok(MaxLoad::ThreeQuarters),
        _ => Err(Refusal(code::ARGUMENT)),
    }
}
