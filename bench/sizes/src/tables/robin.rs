//! heptad's sorted tables, in a region.

use cfg_if::cfg_if;
use heptad::{
    robin_hood::{self, ByValue},
    storage::Region,
};

use super::Table;

cfg_if! {
    if #[cfg(feature = "robin-set")] {
        table! {
            robin_hood::Set<Region<'static>, ByValue>;
            new |memory| robin_hood::Set::new_in(Region::new(memory).ok()?, ByValue).ok();
            get |set, key| set.contains(key).then_some(key);
            insert |set, key, _value| set.try_insert(key).is_ok();
            remove |set, key| set.remove(key);
            words |set| set.iter();
            clear |set| set.clear();
        }
    } else {
        table! {
            robin_hood::Map<Region<'static>, ByValue>;
            new |memory| {
                let (keys, values) = memory.split_at_mut(memory.len() / 2);
                let (keys, values) = (Region::new(keys).ok()?, Region::new(values).ok()?);
                robin_hood::Map::new_in(keys, values, ByValue).ok()
            };
            get |map, key| map.get(key).copied();
            insert |map, key, value| map.try_insert(key, value).is_ok();
            remove |map, key| map.remove(key).is_some();
            words |map| map.values().copied();
            clear |map| map.clear();
        }
    }
}
