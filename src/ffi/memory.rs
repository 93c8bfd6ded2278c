//! Memory that C provides: what a table lives in, and which pieces may not overlap.

use core::ffi::c_void;

use super::code::{self, Refusal};
use crate::storage::Region;

/// Memory for a table. If not null, so many bytes as the [`Bytes`] after it say are valid for reads and writes, and
/// nothing but the table uses them until the table is released or leaves them (C2). Memory that is attached to is
/// initialised, and nothing writes it but the maps that are attached to it.
#[repr(transparent)]
pub struct Provided(*mut c_void);

/// The size of the memory before it.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Bytes(usize);

impl Provided {
    /// Where it is, unless it runs past the end of the address space.
    pub(super) fn memory(&self, bytes: Bytes) -> Result<Memory, Refusal> {
        Memory::of(self.0.cast::<u8>(), bytes.0)
    }

    /// The memory as storage of a table.
    pub(super) fn open(self, bytes: Bytes) -> Result<Region<'static>, Refusal> {
        self.memory(bytes)?;
        // SAFETY: C's promise; `memory` checked that it does not wrap.
        Ok(unsafe { Region::from_raw(self.0.cast(), bytes.0) }?)
    }

    /// Writes `value` to the start of the memory, and refers to it there.
    pub(super) fn hold<T>(self, bytes: Bytes, value: T) -> Result<&'static T, Refusal> {
        let place = self.0.cast::<T>();
        code::check(place)?;
        if bytes.0 < size_of::<T>() {
            return Err(Refusal(code::TOO_SMALL));
        }
        // SAFETY: not null, aligned and large enough, which was checked; writable by C's promise.
        unsafe { place.write(value) };
        // SAFETY: as above, and initialised now; nothing else uses it by C's promise.
        Ok(unsafe { &*place })
    }
}

/// A piece of memory. It is looked at by its address alone.
#[derive(Clone, Copy)]
pub struct Memory {
    start: *mut u8,
    bytes: usize,
}

impl Memory {
    /// None.
    pub(super) const NOTHING: Memory = Memory { start: core::ptr::null_mut(), bytes: 0 };

    /// The `count` objects at `start`, unless they run past the end of the address space.
    #[inline]
    pub(super) fn of<T>(start: *const T, count: usize) -> Result<Memory, Refusal> {
        let bytes =
            count.checked_mul(size_of::<T>()).filter(|&bytes| isize::try_from(bytes).is_ok());
        let bytes = bytes.ok_or(Refusal(code::OVERLAPPING))?;
        start.addr().checked_add(bytes).ok_or(Refusal(code::OVERLAPPING))?;
        Ok(Memory { start: start.cast_mut().cast(), bytes })
    }

    /// An error if a byte of `self` is one of `other`.
    #[inline]
    pub(super) fn apart_from(self, other: Memory) -> Result<(), Refusal> {
        let (one, two) = (self.start.addr(), other.start.addr());
        // No sum overflows: `of` checked them.
        if one < two + other.bytes && two < one + self.bytes {
            Err(Refusal(code::OVERLAPPING))
        } else {
            Ok(())
        }
    }

    /// How many bytes it has.
    pub(super) fn bytes(self) -> usize {
        self.bytes
    }

    /// How C names it.
    pub(super) fn for_c(self) -> (*mut c_void, usize) {
        (self.start.cast(), self.bytes)
    }
}
