//! heptad's map that cores and interrupts share: with one table for good, with a guard that allows rebuilds
//! (`lockfree-kept`), or moved to a second arena and back (`lockfree-rebuilt`).

use core::mem::MaybeUninit;

use cfg_if::cfg_if;
use heptad::{lockfree, storage::Region};

use super::{SEED, Table};

/// The map, and the other half of the memory, for the next rebuild.
type Shared = (lockfree::Map<'static, u64, u64, Guard>, Option<Region<'static>>);

cfg_if! {
    if #[cfg(feature = "lockfree-kept")] {
        use lockfree::Never as Guard;
    } else {
        use lockfree::Fixed as Guard;
    }
}

fn new(memory: &'static mut [MaybeUninit<u8>]) -> Option<Shared> {
    let (first, second) = memory.split_at_mut(memory.len() / 2);
    let map = lockfree::Map::new_with(Region::new(first).ok()?, SEED, Guard).ok()?;
    Some((map, Region::new(second).ok()))
}

table! {
    Shared;
    new |memory| new(memory);
    get |map, key| map.0.get(key);
    insert |map, key, value| map.0.insert(key, value).is_ok();
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
