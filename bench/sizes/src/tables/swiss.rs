//! heptad's tables for one owner, in a region.

use cfg_if::cfg_if;
use heptad::{hash::Keyed, storage::Region, swiss};

use super::{SEED, Table};

cfg_if! {
    if #[cfg(feature = "swiss-set")] {
        table! {
            swiss::Set<u64, Region<'static>>;
            new |memory| swiss::Set::new_in(Region::new(memory).ok()?, Keyed::new(SEED)).ok();
            get |set, key| set.get(&key).copied();
            insert |set, key, _value| set.try_insert(key).is_ok();
            remove |set, key| set.remove(&key);
            words |set| set.iter().copied();
            clear |set| set.clear();
        }
    } else if #[cfg(feature = "swiss-map")] {
        table! {
            swiss::Map<u64, u64, Region<'static>>;
            new |memory| swiss::Map::new_in(Region::new(memory).ok()?, Keyed::new(SEED)).ok();
            get |map, key| map.get(&key).copied();
            insert |map, key, value| map.try_insert(key, value).is_ok();
            remove |map, key| map.remove(&key).is_some();
            words |map| map.values().copied();
            clear |map| map.clear();
        }
    } else {
        table! {
            swiss::Map<u64, [u64; 3], Region<'static>>;
            new |memory| swiss::Map::new_in(Region::new(memory).ok()?, Keyed::new(SEED)).ok();
            get |map, key| map.get(&key).map(|value| value[1]);
            insert |map, key, value| map.try_insert(key, [value, key, value]).is_ok();
            remove |map, key| map.remove(&key).is_some();
            words |map| map.values().map(|value| value[1]);
            clear |map| map.clear();
        }
    }
}
