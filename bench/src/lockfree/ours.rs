//! heptad's map as a contender, in an arena from the allocator that everyone uses.

use std::{
    alloc::{Layout, alloc, dealloc},
    ptr::NonNull,
};

use heptad::{
    Error,
    lockfree::{Map, arena_layout},
    storage::Region,
};

use crate::ours::MEMORY;

use super::map::{BATCH, SEED, SharedMap};

pub(crate) struct Heptad {
    /// In the arena, so it goes first.
    map: Map<'static, u64, u64>,
    _arena: Arena,
}

/// Memory that is given back when it is dropped.
struct Arena {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: the arena is only a piece of memory, which its owner may give back from any thread.
unsafe impl Send for Arena {}

// SAFETY: there is nothing that can be done with a shared one.
unsafe impl Sync for Arena {}

impl Arena {
    fn new(layout: Layout) -> Arena {
        // SAFETY: an arena has at least one line.
        let start = unsafe { alloc(layout) };
        Arena { start: NonNull::new(start).expect(MEMORY), layout }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: `new` got it from this allocator, with this layout.
        unsafe { dealloc(self.start.as_ptr(), self.layout) };
    }
}

/// What `operation` answers. `Busy` means that the same call may succeed now; that there is no room for
/// as many entries as the map was made for would be a fault, and ends the worker.
#[inline(always)]
fn insist<T>(mut operation: impl FnMut() -> Result<T, Error>) -> T {
    loop {
        match operation() {
            Ok(answer) => return answer,
            Err(Error::Busy) => {}
            Err(error) => panic!("an entry is refused: {error}"),
        }
    }
}

impl Heptad {
    /// Entries outside their buckets.
    pub(super) fn count_outside(&self) -> usize {
        self.map.tables().stats().overflow
    }
}

impl SharedMap for Heptad {
    const NAME: &'static str = "heptad";

    type Guard<'a> = ();

    fn with_room(entries: usize) -> Self {
        let arena = Arena::new(arena_layout(entries).expect(MEMORY));
        // SAFETY: the memory is the arena's, which is not used otherwise and outlives the map.
        let region = unsafe { Region::from_raw(arena.start.as_ptr(), arena.layout.size()) };
        let map = Map::new_in(region.expect(MEMORY), SEED).expect(MEMORY);
        Heptad { map, _arena: arena }
    }

    #[inline(always)]
    fn guard(&self) {}

    #[inline(always)]
    fn get(&self, (): &(), key: u64) -> Option<u64> {
        self.map.get(key)
    }

    #[inline(always)]
    fn get_many(&self, (): &(), keys: &[u64; BATCH]) -> u64 {
        let mut values = [None; BATCH];
        self.map.get_many(keys, &mut values);
        values.iter().fold(0, |sum, value| sum.wrapping_add(value.unwrap_or(0)))
    }

    #[inline(always)]
    fn insert(&self, (): &(), key: u64, value: u64) -> bool {
        insist(|| self.map.insert(key, value)).is_none()
    }

    #[inline(always)]
    fn upsert(&self, (): &(), key: u64, value: u64) -> Option<u64> {
        insist(|| self.map.upsert(key, value))
    }

    #[inline(always)]
    fn remove(&self, (): &(), key: u64) -> Option<u64> {
        insist(|| self.map.remove(key))
    }

    fn len(&self) -> usize {
        self.map.len()
    }
}
