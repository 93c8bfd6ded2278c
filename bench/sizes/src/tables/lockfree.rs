//! heptad's map that cores and interrupts share; with `lockfree-rebuilt` it is moved to a second arena and back.

use core::mem::MaybeUninit;

use heptad::{lockfree, storage::Region};

use super::{SEED, Table};

/// The map, and the other half of the memory, for the next rebuild.
type Shared = (lockfree::Map<'static, u64, u64>, Option<Region<'static>>);

fn new(memory: &'static mut [MaybeUninit<u8>]) -> Option<Shared> {
    let (first, second) = memory.split_at_mut(memory.len() / 2);
    let map = lockfree::Map::new_in(Region::new(first).ok()?, SEED).ok()?;
    Some((map, Region::new(second).ok()))
}

table! {
    Shared;
    new |memory| new(memory);
    get |map, key| map.0.get(key);
    insert |map, key, value| map.0.upsert(key, value).is_ok();
    remove |map, key| map.0.remove(key).is_ok();
    words |map| map.0.values();
    clear |map| map.0.clear().unwrap_or(());
    #[cfg(feature = "lockfree-rebuilt")]
    fn rebuild(&mut self) -> u64 {
        let (map, region) = &mut self.0;
        let begun = region.take().is_some_and(|region| map.tables().rebuild(region, SEED).is_ok());
        while map.tables().help(16) == Ok(false) {}
        u64::from(begun)
    }
}
