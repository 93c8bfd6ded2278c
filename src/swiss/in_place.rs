//! Entries with values that are bytes: made and taken out where they stand.

use super::{raw::Raw, value::Bytes, view::Place};
use crate::storage::Storage;

impl<T: Copy, S: Storage> Raw<T, Bytes, S> {
    /// The value of the entry of hash `hash` for which `equal` holds, and `false`; or `true`, and that of `entry`,
    /// which goes in with whatever bytes there are. `None` if it is absent and the table is full.
    #[inline]
    pub(super) fn find_or_insert(
        &mut self,
        hash: u64,
        entry: T,
        equal: impl FnMut(&T) -> bool,
    ) -> Option<(bool, &Bytes)> {
        let (place, is_new) = match self.reader().find_or_home_word(hash, equal) {
            Ok(place) => (place, false),
            Err(_) if self.len() >= self.capacity() => return None,
            Err(home_word) => {
                let mut writer = self.writer();
                // SAFETY: the word of the home. The entry is written next, and any bytes are a value.
                let place = unsafe { writer.claim(hash, home_word) };
                // SAFETY: inside the table, valid for writes (V1).
                unsafe { writer.entry_ptr(place).write(entry) };
                (place, true)
            }
        };
        // SAFETY: the slot is not free, or was filled just now.
        Some((is_new, unsafe { self.reader().value(place) }))
    }

    /// Takes out the entry of hash `hash` for which `equal` holds, after `gone` has seen its value. Is there one?
    #[inline]
    pub(super) fn remove_after(
        &mut self,
        hash: u64,
        equal: impl FnMut(&T) -> bool,
        gone: impl FnOnce(&Bytes),
    ) -> bool {
        let Some(place) = self.reader().find(hash, equal) else { return false };
        // SAFETY: `find` yields slots that are not free.
        unsafe { self.forget_after(place, |_, value| gone(value)) };
        true
    }

    /// Takes out the entry that [`choose`](Self::choose) finds, after `gone` has seen it.
    pub(super) fn evict_after(
        &mut self,
        hash: u64,
        choose: impl FnOnce(&[(T, &Bytes)]) -> usize,
        gone: impl FnOnce(T, &Bytes),
    ) {
        let chosen = self.choose(hash, |&entry, value| (entry, value), choose);
        if let Some(place) = chosen.and_then(|bucket| self.reader().place_of_bucket(bucket)) {
            // SAFETY: the bucket has an entry.
            unsafe { self.forget_after(place, gone) };
        }
    }

    /// Forgets the entry at `place` after `gone` has seen it.
    ///
    /// # Safety
    ///
    /// The slot is not free.
    #[inline]
    unsafe fn forget_after(&mut self, place: Place, gone: impl FnOnce(T, &Bytes)) {
        let reader = self.reader();
        // SAFETY: the caller's promise.
        let entry = *unsafe { reader.entry(place) };
        // SAFETY: the caller's promise.
        gone(entry, unsafe { reader.value(place) });
        // SAFETY: the caller's promise; the references are gone.
        unsafe { self.writer().forget(place) };
    }
}
