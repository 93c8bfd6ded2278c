//! Ranges of keys, copied into arrays of the caller's.

use core::{ffi::c_int, mem::MaybeUninit};

use super::{Handle, Kind, Lent, Memory, arguments, lent};

/// Where the entries up to `greatest` go.
pub(super) struct Range {
    pub(super) greatest: u64,
    pub(super) keys: *mut u64,
    /// Null for a set, and for a map whose values are not wanted.
    pub(super) values: *mut u64,
    /// How many there is room for.
    pub(super) room: usize,
    /// How many were copied.
    pub(super) count: *mut usize,
}

impl Range {
    /// Copies what `next` finds from position `start` on. Are there more than there was room for?
    ///
    /// # Safety
    ///
    /// The results are writable or null.
    pub(super) unsafe fn copy<T: Kind>(
        self,
        handle: *const Handle<Lent<T>>,
        body: &Lent<T>,
        start: usize,
        next: impl Fn(&T, usize) -> Option<(usize, (u64, u64))>,
    ) -> Result<bool, c_int> {
        let Range { greatest, keys, values, room, count } = self;
        arguments::check(count.cast_const())?;
        let values_room = if values.is_null() { 0 } else { room };
        // Before there is a reference to the results: nothing else may be there.
        let inputs = [Memory::of(values, values_room)?];
        lent::check_apart(handle, body, Memory::of(keys, room)?, &inputs)?;
        lent::check_apart(handle, body, inputs[0], &[])?;
        // SAFETY: the caller's promise, and what was checked above.
        let keys = unsafe { arguments::array_mut(keys.cast::<MaybeUninit<u64>>(), room) }?;
        // SAFETY: as above.
        let values =
            unsafe { arguments::array_mut(values.cast::<MaybeUninit<u64>>(), values_room) }?;
        let (mut position, mut copied) = (start, 0);
        let has_more = loop {
            match next(&body.table, position) {
                Some((behind, (key, value))) if key <= greatest => {
                    let Some(to) = keys.get_mut(copied) else { break true };
                    to.write(key);
                    if let Some(to) = values.get_mut(copied) {
                        to.write(value);
                    }
                    (position, copied) = (behind, copied + 1);
                }
                _ => break false,
            }
        };
        // SAFETY: not null, aligned, and writable by the caller's promise.
        unsafe { count.write(copied) };
        Ok(has_more)
    }
}
