//! What all tables in lent memory have in common: made, moved, released, measured.

use core::ffi::{c_int, c_void};

use super::{
    arguments::{self, Memory, Wanted},
    code,
    handle::{Body, Handle, answer},
};
use crate::{error::Error, storage::Region};

/// A table and the memory it lives in, to be given back as it came.
pub struct Lent<T> {
    pub(super) table: T,
    memory: Memory,
    /// Of the handle that it was made in.
    address: usize,
}

/// A table that lives in lent memory.
pub trait Kind {
    /// As [`Body::KIND`].
    const KIND: u32;
    /// As [`Body::Words`].
    type Words: Copy;
}

impl<T: Kind> Body for Lent<T> {
    const KIND: u32 = T::KIND;
    type Words = T::Words;

    fn was_made_at(&self, address: usize) -> bool {
        self.address == address
    }
}

/// Makes a table in the memory at `start`. 0, or a code.
///
/// # Safety
///
/// That of [`Handle::make`]; the memory is lent (C2).
pub(super) unsafe fn make<T: Kind>(
    handle: *mut Handle<Lent<T>>,
    start: *mut c_void,
    bytes: usize,
    make: impl FnOnce(Region<'static>) -> Result<T, c_int>,
) -> c_int {
    let body = || {
        let memory = Memory::of(start.cast::<u8>(), bytes)?;
        memory.apart_from(Memory::of(handle, 1)?)?;
        // SAFETY: lent, by the caller's promise.
        let table = make(unsafe { memory.lend() }?)?;
        Ok(Lent { table, memory, address: handle.addr() })
    };
    // SAFETY: the caller's promise.
    answer(unsafe { Handle::make(handle, body) })
}

/// Moves a table to the memory at `start` and tells which memory it leaves. 0, or a code.
///
/// # Safety
///
/// That of [`Handle::write`]; the memory is lent (C2); the results are writable or null.
pub(super) unsafe fn relocate<T: Kind>(
    handle: *mut Handle<Lent<T>>,
    start: *mut c_void,
    bytes: usize,
    old_start: *mut *mut c_void,
    old_bytes: *mut usize,
    relocate: impl FnOnce(&mut T, Region<'static>) -> Result<(), Error>,
) -> c_int {
    let change = |body: &mut Lent<T>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { WantedMemory::new(old_start, old_bytes) }?;
        let memory = Memory::of(start.cast::<u8>(), bytes)?;
        memory.apart_from(Memory::of(handle, 1)?)?;
        memory.apart_from(body.memory)?;
        // SAFETY: lent, by the caller's promise.
        let region = unsafe { memory.lend() }?;
        relocate(&mut body.table, region).map_err(code::of)?;
        wanted.give(core::mem::replace(&mut body.memory, memory));
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(handle, change) }
}

/// Ends a table and gives its memory back. 0, or a code.
///
/// # Safety
///
/// That of [`Handle::take`]; the results are writable or null.
pub(super) unsafe fn release<T: Kind>(
    handle: *mut Handle<Lent<T>>,
    start: *mut *mut c_void,
    bytes: *mut usize,
) -> c_int {
    // SAFETY: the caller's promise.
    let wanted = match unsafe { WantedMemory::new(start, bytes) } {
        Ok(wanted) => wanted,
        Err(code) => return code,
    };
    // SAFETY: the caller's promise.
    match unsafe { Handle::take(handle) } {
        Ok(body) => {
            wanted.give(body.memory);
            code::OK
        }
        Err(code) => code,
    }
}

/// Changes a table, or refuses to. 0, or a code.
///
/// # Safety
///
/// That of [`Handle::write`].
pub(super) unsafe fn change<T: Kind>(
    handle: *mut Handle<Lent<T>>,
    change: impl FnOnce(&mut T) -> Result<(), Error>,
) -> c_int {
    let change = |body: &mut Lent<T>| change(&mut body.table).map(|()| false).map_err(code::of);
    // SAFETY: the caller's promise.
    unsafe { Handle::write(handle, change) }
}

/// Changes a table, which cannot fail. 0, or a code.
///
/// # Safety
///
/// That of [`Handle::write`].
pub(super) unsafe fn edit<T: Kind>(
    handle: *mut Handle<Lent<T>>,
    edit: impl FnOnce(&mut T),
) -> c_int {
    let edit = |table: &mut T| {
        edit(table);
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { change(handle, edit) }
}

/// Makes of a value, if `find` finds it, what `change` says, and tells what it was. 1, 0, or a code.
///
/// # Safety
///
/// That of [`Handle::write`]; `previous` is writable or null.
pub(super) unsafe fn modify<T: Kind>(
    handle: *mut Handle<Lent<T>>,
    previous: *mut u64,
    find: impl FnOnce(&mut T) -> Option<&mut u64>,
    change: impl FnOnce(u64) -> u64,
) -> c_int {
    let modify = |body: &mut Lent<T>| {
        // SAFETY: the caller's promise.
        let wanted = unsafe { Wanted::new(previous) }?;
        let Some(value) = find(&mut body.table) else { return Ok(false) };
        let before = *value;
        *value = change(before);
        wanted.give(before);
        Ok(true)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::write(handle, modify) }
}

/// Looks at a table for nothing. 0, or a code.
///
/// # Safety
///
/// That of [`Handle::read`].
pub(super) unsafe fn look<T: Kind>(handle: *const Handle<Lent<T>>, look: impl FnOnce(&T)) -> c_int {
    let look = |body: &Lent<T>| {
        look(&body.table);
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(handle, look) }
}

/// Writes what `tell` tells of a table, which is wanted. 0, or a code.
///
/// # Safety
///
/// That of [`Handle::read`]; `result` is writable or null.
pub(super) unsafe fn tell<T: Kind, R>(
    handle: *const Handle<Lent<T>>,
    result: *mut R,
    tell: impl FnOnce(&T) -> R,
) -> c_int {
    let tell = |body: &Lent<T>| {
        arguments::check(result.cast_const())?;
        // SAFETY: not null, aligned, and writable by the caller's promise.
        unsafe { result.write(tell(&body.table)) };
        Ok(false)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(handle, tell) }
}

/// Tells the entry that `choose` finds, if it finds one. 1, 0, or a code. A set's entries have a value
/// that nobody wants.
///
/// # Safety
///
/// That of [`Handle::read`]; the results are writable or null.
pub(super) unsafe fn tell_entry<T: Kind>(
    handle: *const Handle<Lent<T>>,
    key: *mut u64,
    value: *mut u64,
    choose: impl FnOnce(&T) -> Option<(u64, u64)>,
) -> c_int {
    let tell = |body: &Lent<T>| {
        // SAFETY: the caller's promise.
        let key = unsafe { Wanted::new(key) }?;
        // SAFETY: the caller's promise.
        let value = unsafe { Wanted::new(value) }?;
        let Some(entry) = choose(&body.table) else { return Ok(false) };
        key.give(entry.0);
        value.give(entry.1);
        Ok(true)
    };
    // SAFETY: the caller's promise.
    unsafe { Handle::ask(handle, tell) }
}

/// One step of a walk: as [`tell_entry`], of what `next` finds at a position or behind it, with the
/// position to go on from.
///
/// # Safety
///
/// As there; `position` is readable and writable or null.
pub(super) unsafe fn step<T: Kind>(
    handle: *const Handle<Lent<T>>,
    position: *mut usize,
    key: *mut u64,
    value: *mut u64,
    next: impl FnOnce(&T, usize) -> Option<(usize, (u64, u64))>,
) -> c_int {
    if let Err(code) = arguments::check(position.cast_const()) {
        // What is wrong with the handle comes first.
        // SAFETY: the caller's promise.
        return unsafe { Handle::ask(handle, |_| Err(code)) };
    }
    let choose = |table: &T| {
        // SAFETY: not null, aligned, and readable by the caller's promise.
        let (behind, entry) = next(table, unsafe { position.read() })?;
        // SAFETY: as above, and writable.
        unsafe { position.write(behind) };
        Some(entry)
    };
    // SAFETY: the caller's promise.
    unsafe { tell_entry(handle, key, value, choose) }
}

/// A number that a live handle tells; 0 of any other.
///
/// # Safety
///
/// That of [`Handle::read`].
pub(super) unsafe fn measure<T: Kind>(
    handle: *const Handle<Lent<T>>,
    measure: impl FnOnce(&T) -> usize,
) -> usize {
    // SAFETY: the caller's promise.
    unsafe { Handle::read(handle) }.map_or(0, |body| measure(&body.table))
}

/// A batch may not write over the table, its handle, or its own keys; nor change a table that has its keys.
pub(super) fn check_apart<T: Kind>(
    handle: *const Handle<Lent<T>>,
    body: &Lent<T>,
    results: Memory,
    inputs: &[Memory],
) -> Result<(), c_int> {
    results.apart_from(Memory::of(handle, 1)?)?;
    results.apart_from(body.memory)?;
    inputs.iter().try_for_each(|input| results.apart_from(*input))
}

/// Where address and size of a piece of memory go.
struct WantedMemory {
    start: Wanted<*mut c_void>,
    bytes: Wanted<usize>,
}

impl WantedMemory {
    /// # Safety
    ///
    /// That of [`Wanted::new`], for both.
    unsafe fn new(start: *mut *mut c_void, bytes: *mut usize) -> Result<Self, c_int> {
        // SAFETY: the caller's promise.
        let start = unsafe { Wanted::new(start) }?;
        // SAFETY: the caller's promise.
        Ok(WantedMemory { start, bytes: unsafe { Wanted::new(bytes) }? })
    }

    fn give(self, memory: Memory) {
        self.start.give(memory.start.cast());
        self.bytes.give(memory.bytes);
    }
}
