//! A user of maps that are never rebuilt. `cargo xtask test no-panic` looks for the code of rebuilds in it: there is
//! none. With the feature `plant-a-rebuild` the maps have a guard that allows rebuilds, and there is.
#![cfg_attr(target_os = "none", no_std, no_main)]

use core::hint::black_box;

use heptad::{
    Error,
    layout::Line,
    lockfree::{IndirectMap, Inserted, Map, SegmentedMap, Set},
    storage::Region,
};

cfg_if::cfg_if! {
    if #[cfg(feature = "plant-a-rebuild")] {
        use heptad::lockfree::Never as Guard;
    } else {
        use heptad::lockfree::Fixed as Guard;
    }
}

cfg_if::cfg_if! {
    if #[cfg(target_os = "none")] {
        mod bare;
    } else {
        fn main() {
            println!("{}", run(7));
        }
    }
}

#[path = "../../tests/support/numbers.rs"]
mod numbers;

use numbers::{Numbers, reference_to};

/// Runs all of it; returns a number that depends on everything.
fn run(seed: u64) -> u64 {
    use_all(black_box(seed)).unwrap_or(1)
}

fn use_all(seed: u64) -> Result<u64, Error> {
    static MAP: Map<'static, u64, u64, Guard> = Map::unplaced_with(Guard);

    let [mut map, mut set, mut indirect, mut part] = [[Line::EMPTY; 16]; 4];
    let map = Map::<u64, u64, _>::new_with(Region::from_lines(&mut map)?, seed, Guard)?;
    let set = Set::<u64, _>::new_with(Region::from_lines(&mut set)?, seed, Guard)?;
    let region = Region::from_lines(&mut indirect)?;
    let indirect = IndirectMap::<_, u64, _>::new_with(region, seed, Numbers, Guard)?;
    let parts =
        SegmentedMap::<u64, u64, 2, _>::of_segments([const { Map::unplaced_with(Guard) }; 2], seed);
    if let Some(first) = parts.segment(0) {
        first.tables().place(Region::from_lines(&mut part)?, seed)?;
    }
    let mut sum = 0;
    for key in 0..black_box(100) {
        sum ^= map.insert(key, seed).ok().flatten().unwrap_or(1);
        sum ^= map.modify(key, |value| value ^ key).ok().flatten().unwrap_or(2);
        if let Ok(Inserted::Evicted(old, _)) = map.insert_evicting(!key, key, |all| all.len() / 2) {
            sum ^= old;
        }
        sum ^= map.get(key).unwrap_or(3) ^ map.remove(key / 2).ok().flatten().unwrap_or(4);
        sum ^= MAP.get(key).unwrap_or(5) ^ parts.insert(key, key).ok().flatten().unwrap_or(6);
        sum += u64::from(set.insert(key).is_ok()) + u64::from(set.contains(key / 3));
        sum ^= indirect.insert(&key, reference_to(key), key).ok().flatten().unwrap_or(7);
        sum ^= indirect.get(&(key / 2)).unwrap_or(8);
    }
    let mut values = [None; 4];
    sum += map.get_many(&[1, 2, 3, 4].map(black_box), &mut values) as u64;
    map.retain(|key, value| key % 3 != value % 3)?;
    sum += map.len() as u64 + map.iter().map(|(key, value)| key ^ value).sum::<u64>();
    sum += map.tables().stats().bytes as u64 + u64::from(map.tables().check().is_ok());
    sum += u64::from(map.tables().needs_rebuild().is_some());
    map.clear()?;
    Ok(sum + map.into_regions().count() as u64)
}
