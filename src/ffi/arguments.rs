//! Checks of what C passes: memory to lend, arrays, results.

use core::{ffi::c_int, slice};

use super::code;
use crate::{layout::MaxLoad, lockfree::IS_LOCK_FREE, storage::Region};

/// A piece of memory, as C names it.
#[derive(Clone, Copy)]
pub(super) struct Memory {
    pub(super) start: *mut u8,
    pub(super) bytes: usize,
}

impl Memory {
    /// The `count` objects at `start`, unless they run past the end of the address space.
    pub(super) fn of<T>(start: *const T, count: usize) -> Result<Memory, c_int> {
        let bytes =
            count.checked_mul(size_of::<T>()).filter(|&bytes| isize::try_from(bytes).is_ok());
        let bytes = bytes.ok_or(code::OVERLAPPING)?;
        start.addr().checked_add(bytes).ok_or(code::OVERLAPPING)?;
        Ok(Memory { start: start.cast_mut().cast(), bytes })
    }

    /// An error if a byte of `self` is one of `other`.
    pub(super) fn apart_from(self, other: Memory) -> Result<(), c_int> {
        let (a, b) = (self.start.addr(), other.start.addr());
        // No sum overflows: `of` saw to that.
        if a < b + other.bytes && b < a + self.bytes { Err(code::OVERLAPPING) } else { Ok(()) }
    }

    /// The memory as storage of a table.
    ///
    /// # Safety
    ///
    /// If its start is not null, it is valid for reads and writes and used for nothing else until the
    /// storage is given back (C2).
    pub(super) unsafe fn lend(self) -> Result<Region<'static>, c_int> {
        // SAFETY: the caller's promise; `of` checked that it does not wrap.
        unsafe { Region::from_raw(self.start, self.bytes) }.map_err(code::of)
    }
}

/// An error where the atomics are missing that a shared table needs.
pub(super) fn check_atomics() -> Result<(), c_int> {
    const ARE_THERE: bool = IS_LOCK_FREE || cfg!(feature = "lockfree-emulated-with-locks");
    if ARE_THERE { Ok(()) } else { Err(code::UNSUPPORTED) }
}

/// The load that `number` names.
pub(super) fn load(number: c_int) -> Result<MaxLoad, c_int> {
    match number {
        0 => Ok(MaxLoad::FifteenSixteenths),
        1 => Ok(MaxLoad::SevenEighths),
        2 => Ok(MaxLoad::ThreeQuarters),
        _ => Err(code::ARGUMENT),
    }
}

/// An array to read; null is fine for one without elements.
///
/// # Safety
///
/// If `start` is not null, `count` elements are valid for reads during `'a`, and not written.
pub(super) unsafe fn array<'a, T>(start: *const T, count: usize) -> Result<&'a [T], c_int> {
    if count == 0 {
        return Ok(&[]);
    }
    check(start)?;
    Memory::of(start, count)?;
    // SAFETY: not null, aligned, no longer than an object can be; valid by the caller's promise.
    Ok(unsafe { slice::from_raw_parts(start, count) })
}

/// An array for results; null is fine for one without elements.
///
/// # Safety
///
/// If `start` is not null, `count` elements are valid for reads and writes during `'a`, and nothing
/// else uses them.
pub(super) unsafe fn array_mut<'a, T>(start: *mut T, count: usize) -> Result<&'a mut [T], c_int> {
    if count == 0 {
        return Ok(&mut []);
    }
    check(start.cast_const())?;
    Memory::of(start, count)?;
    // SAFETY: not null, aligned, no longer than an object can be; ours by the caller's promise.
    Ok(unsafe { slice::from_raw_parts_mut(start, count) })
}

/// An error if nothing of type `T` can be at `pointer`.
pub(super) fn check<T>(pointer: *const T) -> Result<(), c_int> {
    if pointer.is_null() {
        Err(code::NULL)
    } else if pointer.is_aligned() {
        Ok(())
    } else {
        Err(code::MISALIGNED)
    }
}

/// Where a result goes that the caller may not want.
pub(super) struct Wanted<T>(*mut T);

impl<T> Wanted<T> {
    /// Null is "not wanted".
    ///
    /// # Safety
    ///
    /// A pointer that is not null is valid for a write until the result is given.
    pub(super) unsafe fn new(pointer: *mut T) -> Result<Wanted<T>, c_int> {
        if pointer.is_aligned() { Ok(Wanted(pointer)) } else { Err(code::MISALIGNED) }
    }

    /// Writes the result that there is, if there is one, and passes it on.
    pub(super) fn give_if_any(self, result: Option<T>) -> Option<T>
    where
        T: Copy,
    {
        result.inspect(|&result| self.give(result))
    }

    /// Writes `result` where it is wanted, if it is.
    pub(super) fn give(&self, result: T) {
        if !self.0.is_null() {
            // SAFETY: aligned, and valid for a write, as `new` was promised.
            unsafe { self.0.write(result) };
        }
    }
}
