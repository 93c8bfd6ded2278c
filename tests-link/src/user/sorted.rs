//! Calls of the sorted tables.

use core::hint::black_box;

use heptad::{
    Error,
    hash::{Keyed, hash_word},
    robin_hood,
    storage::{Inline, Later, Pages, Region, Reserved, Storage, Zeroed},
};

use super::Arenas;

pub(super) fn use_sorted(arenas: &mut Arenas, seed: u64) -> Result<u64, Error> {
    let order = robin_hood::ByValue;
    let mut set = robin_hood::Set::new_in(Region::from_lines(&mut arenas.first)?, order)?;
    let mut other = robin_hood::Set::new_in(Inline::<16>::new(), order)?;
    let mut sum = 0;
    for number in 0..black_box(100) {
        let key = hash_word(seed, number);
        sum += u64::from(set.try_insert(key).is_ok());
        sum += u64::from(other.insert_within_capacity(key / 2).is_ok());
        sum += u64::from(set.contains(key ^ 1)) + u64::from(other.remove(key / 4));
    }
    if let Some(order) = robin_hood::Within::new(seed / 2..=seed) {
        let mut within = robin_hood::Set::new_in(Inline::<8>::new(), order)?;
        for number in 0..black_box(100) {
            sum += u64::from(within.try_insert(seed.wrapping_sub(number)).is_ok());
        }
        sum ^= within.range(seed / 3..).fold(0, u64::wrapping_add);
    }
    sum ^= set.range(seed..).rev().chain(set.range(..=seed)).fold(0, u64::wrapping_add);
    sum ^= set.successor(seed).unwrap_or(1) ^ set.predecessor(seed).unwrap_or(2);
    sum ^= set.first().unwrap_or(3) ^ set.last().unwrap_or(4);
    sum += set.extract_if(|key| key % 7 == 0).count() as u64;
    sum ^= set.extract_range_if(seed.., |key| key % 5 == 0).fold(0, u64::wrapping_add);
    sum ^= set.pop_first().unwrap_or(3) ^ set.take(seed).or(set.get(seed / 3)).unwrap_or(4);
    sum += u64::from(set.try_replace(seed).is_ok()) + u64::from(set.try_append(&mut other).is_ok());
    sum ^= set.union(&other).chain(set.difference(&other)).fold(0, u64::wrapping_add);
    other &= &set;
    other -= &set;
    let mut later = robin_hood::Set::<Later<Inline<8>>, _>::unplaced(order);
    sum += u64::from(later.try_insert(seed).is_ok());
    later.place(Inline::new(), order)?;
    sum += u64::from(later.try_insert(seed).is_ok());
    sum += u64::from(set.try_grow().is_ok())
        + u64::from(other.try_reserve(black_box(1 << 60)).is_ok());
    set.retain(|key| key % 3 != 0);
    set.shrink_in_place(0);
    sum ^= set.merged(robin_hood::Merge::Union, &other)?.fold(0, u64::wrapping_add);
    for merge in [robin_hood::Merge::Intersection, robin_hood::Merge::SymmetricDifference] {
        let target = Inline::<32>::new();
        sum += set.try_merge_in(merge, &other, target).map_or(7, |merged| merged.len() as u64);
    }
    sum += u64::from(set.is_subset(&other)) + u64::from(set.is_disjoint(&other));
    sum += set.stats().displacement as u64;
    let grown = other.grow_shared(Inline::<32>::new(), |growth| growth.finish());
    sum += grown.map_or(5, |grown| grown.iter().next_back().unwrap_or(6));
    let moved = set.move_into(Region::from_lines(&mut arenas.second)?).is_ok();
    Ok(sum + u64::from(moved) + set.into_storage().lines() as u64)
}

/// Gives memory that is there already.
struct All;

// SAFETY: the range below is memory from the start.
unsafe impl Pages for All {
    const ZEROED: bool = false;

    fn map(&mut self, _: core::ptr::NonNull<u8>, len_bytes: usize) -> Result<(), Error> {
        if len_bytes < black_box(1 << 20) { Ok(()) } else { Err(Error::Full) }
    }
}

pub(super) fn use_reserved(arenas: &mut Arenas, seed: u64) -> Result<u64, Error> {
    let lines = &mut arenas.second;
    let (start, len_bytes) = (lines.as_mut_ptr().cast::<u8>(), size_of_val(lines));
    // SAFETY: the arena, which nobody else uses meanwhile.
    let range = unsafe { Reserved::from_raw(start, len_bytes / 2, black_box(64), All) }?;
    // SAFETY: as above, the other half.
    let other =
        unsafe { Reserved::from_raw(start.wrapping_add(len_bytes / 2), len_bytes / 2, 64, All) }?;
    let mut map = robin_hood::Map::new_in(range, other, Keyed::new(seed))?;
    let mut sum = 0;
    for key in 0..black_box(60) {
        sum += u64::from(map.try_insert(key, seed).is_ok());
        if let Ok(value) = map.try_get_or_insert(key / 2, 1) {
            *value ^= key;
        }
        sum ^= map.get(key).copied().unwrap_or(8) ^ map.remove(key / 3).unwrap_or(9);
        sum += u64::from(map.insert_within_capacity(key, key).is_ok());
    }
    map.values_mut().for_each(|value| *value = value.wrapping_mul(3));
    for key in 0..black_box(60) {
        if let Ok(entry) = map.try_entry(key) {
            *entry.and_modify(|value| *value ^= 1).or_insert_with_key(|key| key ^ 3) ^= key;
        }
    }
    sum ^= map.first_entry().map_or(1, |entry| entry.remove_entry().1);
    sum ^= map.last_entry().map_or(1, |mut entry| entry.insert(4));
    sum ^= map.iter_mut().rev().map(|(key, _)| key).fold(0, u64::wrapping_add);
    sum += map.extract_if(|key, value| key > *value).count() as u64;
    map.retain(|key, value| key ^ *value != 5);
    map.shrink_in_place(0);
    sum ^= map.iter().rev().map(|(key, value)| key ^ value).fold(0, u64::wrapping_add);
    // SAFETY: fresh inline storage is zero.
    let zero = || unsafe { Zeroed::new(Inline::<8>::new()) };
    let merged = map.try_merge_in(&map, zero(), zero(), |key, one, two| Some(key ^ one? ^ two?));
    sum += merged.map_or(1, |merged| merged.len() as u64);
    map.clear();
    sum ^= map.remove_entry(seed).map_or(7, |(key, value)| key ^ value);
    Ok(sum + map.into_storages().keys.mapped_bytes() as u64)
}
