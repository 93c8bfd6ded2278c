//! heapless's tables, whose memory is in themselves.

use cfg_if::cfg_if;

use super::Table;

const ENTRIES: usize = 1024;

cfg_if! {
    if #[cfg(feature = "heapless-set")] {
        use heapless::index_set::FnvIndexSet;

        table! {
            FnvIndexSet<u64, ENTRIES>;
            new |_memory| Some(FnvIndexSet::new());
            get |set, key| set.contains(&key).then_some(key);
            insert |set, key, _value| set.insert(key).is_ok();
            remove |set, key| set.remove(&key);
            words |set| set.iter().copied();
            clear |set| set.clear();
        }
    } else {
        use heapless::index_map::FnvIndexMap;

        table! {
            FnvIndexMap<u64, u64, ENTRIES>;
            new |_memory| Some(FnvIndexMap::new());
            get |map, key| map.get(&key).copied();
            insert |map, key, value| map.insert(key, value).is_ok();
            remove |map, key| map.remove(&key).is_some();
            words |map| map.values().copied();
            clear |map| map.clear();
        }
    }
}
