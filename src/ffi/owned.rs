//! What all tables of one owner have in common: made in memory of the caller's, moved, released.

use core::{
    ffi::{c_int, c_void},
    ops::{Deref, DerefMut},
};

use super::{
    code::{self, Refusal},
    handle::{Body, Handle, ToChange, ToRead},
    memory::{Bytes, Memory, Provided},
    results::{Optional, Results},
};
use crate::storage::Region;

/// A table and the memory it lives in, which is released as it came. The table comes first: C reads its first words
/// (`inline.rs`).
#[repr(C)]
pub struct Owned<T> {
    table: T,
    memory: Memory,
    /// Of the handle that it was made in.
    address: usize,
}

/// A table that can have one owner.
pub trait Kind {
    /// As [`Body::KIND`].
    const KIND: u32;
    /// As [`Body::Words`].
    type Words: Copy;
}

impl<T: Kind> Body for Owned<T> {
    const KIND: u32 = T::KIND;
    type Words = T::Words;

    #[inline]
    fn was_made_at(&self, address: usize) -> bool {
        self.address == address
    }

    fn memory(&self) -> Memory {
        self.memory
    }
}

impl<T> Deref for Owned<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.table
    }
}

impl<T> DerefMut for Owned<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.table
    }
}

/// What a new table takes: a handle and memory.
pub(super) struct Footprint {
    handle: Memory,
    memory: Memory,
}

impl Footprint {
    /// The table of another handle, which the new one may not write over.
    pub(super) fn apart_from<'call, T: Kind>(
        &self,
        other: &ToRead<'call, Handle<Owned<T>>>,
    ) -> Result<&'call T, Refusal> {
        let table = other.open()?;
        for new in [self.memory, self.handle] {
            new.apart_from(other.memory()?)?;
            new.apart_from(table.memory)?;
        }
        Ok(table)
    }
}

/// Where address and size of released memory go.
pub(super) type Released<'call> = (Optional<'call, *mut c_void>, Optional<'call, usize>);

impl<T: Kind> ToChange<'_, Handle<Owned<T>>> {
    /// Makes a table in `memory`. 0, or a code.
    pub(super) fn make_in<E: Into<Refusal>>(
        self,
        memory: Provided,
        bytes: Bytes,
        make: impl FnOnce(Region<'static>, Footprint) -> Result<T, E>,
    ) -> c_int {
        self.make(|handle| {
            let place = Footprint { memory: memory.memory(bytes)?, handle: handle.memory()? };
            place.memory.apart_from(place.handle)?;
            let (memory, region) = (place.memory, memory.open(bytes)?);
            let table = make(region, place).map_err(E::into)?;
            Ok(Owned { table, memory, address: handle.address() })
        })
    }

    /// Moves a table to `memory` and reports which memory it leaves. 0, or a code.
    pub(super) fn relocate<R, E: Into<Refusal>>(
        self,
        memory: Provided,
        bytes: Bytes,
        old: Released,
        relocate: impl FnOnce(&mut T, Region<'static>) -> Result<R, E>,
    ) -> c_int {
        let handle = self.memory();
        self.change(|body| {
            let (handle, places) = (handle?, [old.0.memory()?, old.1.memory()?]);
            let report = old.open()?;
            let new = memory.memory(bytes)?;
            new.apart_from(handle)?;
            new.apart_from(body.memory)?;
            for place in places {
                place.apart_from(new)?;
                place.apart_from(handle)?;
            }
            relocate(&mut body.table, memory.open(bytes)?).map_err(E::into)?;
            report(core::mem::replace(&mut body.memory, new).for_c());
            Ok::<_, Refusal>(())
        })
    }

    /// Ends a table and reports which memory is the caller's again. 0, or a code.
    pub(super) fn release(self, memory: Released) -> c_int {
        let report = match memory.open() {
            Ok(report) => report,
            Err(refusal) => return refusal.0,
        };
        match self.take() {
            Ok(body) => {
                report(body.memory.for_c());
                code::OK
            }
            Err(refusal) => refusal.0,
        }
    }
}
