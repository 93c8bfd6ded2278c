//! heptad's map as a contender, in an arena from the shared allocator.

use heptad::{
    Error,
    layout::Line,
    lockfree::{self, arena_lines},
    storage::Region,
};

use super::map::{BATCH, Map};
use crate::ours::{MEMORY, SEED};

pub(crate) struct Heptad {
    /// Uses the arena, so it is dropped first.
    map: lockfree::Map<'static, u64, u64>,
    _arena: Vec<Line>,
}

/// Memory for a map, and its region, which must not be used after the memory is freed.
pub(crate) fn arena(entries: usize) -> (Vec<Line>, Region<'static>) {
    let mut lines = Vec::<Line>::with_capacity(arena_lines(entries));
    let bytes = lines.capacity() * size_of::<Line>();
    // SAFETY: the vector's own memory, which nobody else uses; its owner keeps it as long as the map
    // exists.
    let region = unsafe { Region::from_raw(lines.as_mut_ptr().cast(), bytes) };
    (lines, region.expect(MEMORY))
}

/// Retries `operation` while it returns `Busy`: the same call may succeed now. Lack of room for the
/// entries that the map was made for would be a fault, and ends the worker.
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
    /// Overflow entries.
    pub(super) fn count_overflow(&self) -> usize {
        self.map.tables().stats().overflow
    }
}

impl Map for Heptad {
    const NAME: &'static str = "heptad";

    fn with_room(entries: usize) -> Self {
        let (arena, region) = arena(entries);
        let map = lockfree::Map::new_in(region, SEED).expect(MEMORY);
        Heptad { map, _arena: arena }
    }

    #[inline(always)]
    fn get(&self, key: u64) -> Option<u64> {
        self.map.get(key)
    }

    #[inline(always)]
    fn get_many(&self, keys: &[u64; BATCH]) -> u64 {
        let mut values = [None; BATCH];
        self.map.get_many(keys, &mut values);
        values.iter().fold(0, |sum, value| sum.wrapping_add(value.unwrap_or(0)))
    }

    #[inline(always)]
    fn insert(&self, key: u64, value: u64) -> bool {
        insist(|| self.map.insert_if_absent(key, value)).is_none()
    }

    #[inline(always)]
    fn upsert(&self, key: u64, value: u64) -> Option<u64> {
        insist(|| self.map.insert(key, value))
    }

    #[inline(always)]
    fn remove(&self, key: u64) -> Option<u64> {
        insist(|| self.map.remove(key))
    }

    fn len(&self) -> usize {
        self.map.len()
    }
}
