//! Insertions that evict: what C chooses from, and where the entry that went is written.

use core::ffi::c_int;

use super::{
    code::Refusal,
    results::{Context, Optional},
};

/// `heptad_entry`.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct HeptadEntry {
    pub key: u64,
    pub value: u64,
}

/// Picks the one of `count` entries that goes, by its index.
pub type ChooseEntry =
    Option<extern "C" fn(entries: *const HeptadEntry, count: usize, context: Context) -> usize>;

/// The most entries that [`ChooseEntry`] gets: those of a home of a map without a lock.
const CANDIDATES: usize = 21;

/// What an insertion did with the keys and values of C.
pub(super) enum Insertion {
    New,
    /// The key had this value.
    Replaced(u64),
    /// This entry went.
    Evicted(u64, u64),
}

/// Calls `choose` for copies of `count` entries. Compiled once: inlined, the loop would be unrolled everywhere.
#[inline(never)]
pub(super) fn choose_among(
    choose: extern "C" fn(*const HeptadEntry, usize, Context) -> usize,
    context: Context,
    count: usize,
    candidate: &dyn Fn(usize) -> Option<(u64, u64)>,
) -> usize {
    let mut entries = [HeptadEntry { key: 0, value: 0 }; CANDIDATES];
    for (index, entry) in entries.iter_mut().enumerate() {
        let Some((key, value)) = candidate(index) else { break };
        *entry = HeptadEntry { key, value };
    }
    choose(entries.as_ptr(), count.min(CANDIDATES), context)
}

/// Writes the entry that was there, if it is wanted: 1 for a new key, 0 for one that had a value, 2 if an entry went.
/// `key` is what a key that had a value is stored as, if the caller knows it.
pub(super) fn insert_evicting(
    key: Option<u64>,
    (old_key, old_value): (Optional<u64>, Optional<u64>),
    insert: impl FnOnce() -> Result<Insertion, Refusal>,
) -> Result<c_int, Refusal> {
    let (old_key, old_value) = (old_key.open()?, old_value.open()?);
    let (key, value, answer) = match insert()? {
        Insertion::New => return Ok(1),
        Insertion::Replaced(before) => (key, before, 0),
        Insertion::Evicted(key, value) => (Some(key), value, 2),
    };
    if let Some(key) = key {
        old_key.give(key);
    }
    old_value.give(value);
    Ok(answer)
}
