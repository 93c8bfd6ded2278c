//! Calls of every operation that promises not to panic.

mod sorted;

use core::{hash::BuildHasher, hint::black_box, mem::MaybeUninit};

use heptad::{
    Error,
    hash::{Keyed, hash_bytes, hash_word, unhash_word},
    layout::{Line, MaxLoad},
    lockfree::{self, Counted, Expectation, Removal, arena_layout, arena_lines},
    storage::{Inline, Later, Region, StaticLines, Storage},
    swiss::{BytesMap, Map, PackedMap, Set, Table, lines_for, map, map::Inserted, table},
};

/// Memory for the tables that live in borrowed lines.
struct Arenas {
    first: [Line; 8],
    second: [Line; 16],
    bytes: [MaybeUninit<u8>; 1000],
}

/// Runs all of it; returns a number that depends on everything.
pub(crate) fn run(seed: u64) -> u64 {
    let mut arenas = Arenas {
        first: [Line::EMPTY; 8],
        second: [Line::EMPTY; 16],
        bytes: [MaybeUninit::uninit(); 1000],
    };
    let seed = black_box(seed);
    let mut sum = use_errors(&mut arenas.bytes);
    sum ^= use_table(seed);
    sum ^= use_set(seed);
    sum ^= use_maps::<Map<u64, u64, Inline<16>>>(Map::inline(Keyed::new(seed)), seed);
    sum ^= use_narrow(seed);
    sum ^= sorted::use_sorted(&mut arenas, seed).unwrap_or(2);
    sum ^= sorted::use_reserved(&mut arenas, seed).unwrap_or(3);
    sum ^= use_regions(&mut arenas, seed).unwrap_or(1);
    sum ^= use_bytes(&mut arenas, seed).unwrap_or(5);
    sum ^= use_cache(&mut arenas, seed).unwrap_or(4);
    sum ^= use_lockfree_map(seed).unwrap_or(2);
    sum ^= use_lockfree_set(&mut arenas, seed).unwrap_or(3);
    sum ^= use_rebuilds(seed).unwrap_or(4);
    if cfg!(feature = "plant-a-panic") {
        assert_ne!(sum, black_box(0));
    }
    sum
}

fn use_errors(bytes: &mut [MaybeUninit<u8>]) -> u64 {
    let misaligned = Region::new(black_box(bytes)).map(|region| region.lines());
    // SAFETY: null is answered with an error.
    let null = unsafe { Region::from_raw(core::ptr::null_mut(), 64) }.map(|region| region.lines());
    [misaligned, null].into_iter().filter(|result| result.is_err()).count() as u64
}

fn use_table(seed: u64) -> u64 {
    let hash = |entry: &u64| hash_word(seed, *entry);
    let mut table: Table<u64, Inline<16>> = Table::inline();
    let mut sum = 0;
    for key in 0..black_box(200) {
        if let Ok(entry) = table.try_insert_unique(hash(&key), key, hash) {
            sum += *entry.get();
        }
    }
    for key in 0..black_box(200) {
        sum ^= table.find(hash(&key), |&entry| entry == key).copied().unwrap_or(3);
        if let Some(entry) = table.find_mut(hash(&key), |&entry| entry == key) {
            *entry = key;
        }
        match table.try_entry(hash(&key), |&entry| entry == key, hash) {
            Ok(table::Entry::Occupied(entry)) => sum ^= entry.remove().0,
            Ok(table::Entry::Vacant(entry)) => sum ^= *entry.insert(key).into_mut(),
            Err(_) => sum += 1,
        }
        if let Ok(entry) = table.find_entry(hash(&key), |&entry| entry == key) {
            sum ^= *entry.get();
        }
        sum += u64::from(table.insert_within_capacity(hash(&key), key).is_ok());
        sum += table.iter_hash(hash(&key)).count() as u64;
        table.iter_hash_mut(hash(&key)).for_each(|entry| *entry = key);
        sum ^= table.remove(hash(&key), |&entry| entry == key).unwrap_or(5);
        table.prefetch(hash(&key));
    }
    let hashes = [1, 2, 3].map(black_box);
    table.find_many(
        &hashes,
        |_, &entry| entry == seed,
        |_, found| sum += u64::from(found.is_some()),
    );
    let words = black_box([7; 70]);
    table.find_words(&words, hash, |_, found| sum += found.copied().unwrap_or(1));
    let disjoint = table.get_disjoint_mut(hashes, |_, &entry| entry == seed);
    sum += u64::from(disjoint.is_ok());
    table.retain(|entry| *entry % 3 != 0);
    sum += table.extract_if(|entry| *entry % 2 == 0).sum::<u64>();
    table.iter_mut().for_each(|entry| *entry ^= 0);
    sum += table.iter().sum::<u64>() + table.stats().lines_per_1000_hits() as u64;
    sum += u64::from(table.try_reserve(black_box(usize::MAX), hash).is_err());
    if let Ok(mut copy) = table.try_clone() {
        sum += copy.drain().sum::<u64>();
        copy.clear();
    }
    sum + table.into_iter().sum::<u64>()
}

fn use_set(seed: u64) -> u64 {
    let mut set: Set<u64, Inline<16>> = Set::inline(Keyed::new(seed));
    let mut other: Set<u64, Inline<8>> =
        Set::inline_with_max_load(MaxLoad::ThreeQuarters, Keyed::new(!seed));
    let mut sum = 0;
    for key in 0..black_box(200) {
        sum += u64::from(set.try_insert(key) == Ok(true));
        sum += u64::from(other.insert_within_capacity(key * 2).is_ok());
        sum += u64::from(set.contains(&key)) + u64::from(other.remove(&(key * 3)));
        set.prefetch(&key);
    }
    let keys = [3, 4, 5].map(black_box);
    sum += set.try_insert_many(&keys).unwrap_or(2) as u64;
    set.get_many(&keys, |index, key| sum += index as u64 + u64::from(key.is_some()));
    set.contains_many(&keys, |index, is_there| sum += index as u64 + u64::from(is_there));
    sum += set.union(&other).chain(set.intersection(&other)).sum::<u64>();
    sum += set.difference(&other).chain(set.symmetric_difference(&other)).sum::<u64>();
    sum += u64::from(set.is_subset(&other)) + u64::from(set.is_disjoint(&other));
    sum += u64::from(set == other) + u64::from(set.is_superset(&other));
    set.retain(|key| key % 3 != 0);
    sum + set.extract_if(|key| key % 2 == 0).count() as u64 + set.drain().count() as u64
}

fn use_maps<M>(mut map: Map<u64, u64, Inline<16>>, seed: u64) -> u64 {
    let mut sum = size_of::<M>() as u64;
    for key in 0..black_box(200) {
        sum += u64::from(map.try_insert(key, seed).is_ok());
        sum += u64::from(map.insert_within_capacity(key, seed).is_ok());
        match map.try_entry(key) {
            Ok(map::Entry::Occupied(mut entry)) => sum ^= entry.insert(key),
            Ok(map::Entry::Vacant(entry)) => *entry.insert(key) += 1,
            Err(_) => sum += 1,
        }
        if let Some(value) = map.get_mut(&key) {
            *value ^= seed;
        }
        sum ^= map.get(&(key + 1)).copied().unwrap_or(9);
        sum ^= map.remove(&(key / 2)).unwrap_or(9);
        map.prefetch(&key);
    }
    map.get_many(&[1, 2, 3].map(black_box), |_, value| sum += u64::from(value.is_some()));
    map.get_words(&[1, 2, 3].map(black_box), |_, value| sum += value.copied().unwrap_or(1));
    sum += u64::from(map.get_disjoint_mut([&1, &2, &black_box(2)]).is_ok());
    map.retain(|key, _| key % 3 != 0);
    map.values_mut().for_each(|value| *value = value.wrapping_mul(3));
    sum += map.extract_if(|key, _| key % 2 == 0).count() as u64;
    sum += map.iter().map(|(key, value)| key ^ value).fold(0, u64::wrapping_add);
    sum += u64::from(map.try_reserve(black_box(1 << 60)).is_err());
    sum ^ map.into_values().fold(0, u64::wrapping_add)
}

fn use_narrow(seed: u64) -> u64 {
    let mut map: PackedMap<u32, u32, Inline<8>> = PackedMap::inline(Keyed::new(seed));
    for key in 0..black_box(100) {
        if let Ok(entry) = map.try_entry(key % 40) {
            *entry.or_default() += 1;
        }
    }
    let sum = map.keys().chain(map.values()).map(|&half| u64::from(half)).sum::<u64>();
    sum + map.drain().count() as u64
}

/// A cache of values that are larger than a word, in memory that comes later; and what sets have by the place of a key.
fn use_cache(arenas: &mut Arenas, seed: u64) -> Result<u64, Error> {
    let mut cache: Map<u32, [u64; 3], Later<Region<'_>>> = Map::unplaced(Keyed::new(0));
    cache.place(Region::from_lines(&mut arenas.second)?, Keyed::new(seed))?;
    let mut sum = lines_for::<[u64; 3]>(black_box(20)) as u64;
    for key in 0..black_box(100) {
        let inserted = cache.insert_evicting(key % 70, [u64::from(key); 3], |entries| {
            let ages = entries.iter().map(|(_, value)| value[0]).enumerate();
            ages.min_by_key(|&(_, age)| age).map_or(0, |(index, _)| index)
        });
        if let Inserted::Evicted(_, [first, ..]) = inserted {
            sum = sum.wrapping_add(first);
        }
        if let map::EntryRef::Vacant(entry) = cache.try_entry_ref(&key)? {
            entry.insert_entry_with_key(key, [2; 3]);
        }
        cache.remove(&key);
    }
    let mut set: Set<u16, Inline<4>> = Set::inline(Keyed::new(seed));
    for key in 0..black_box(30) {
        sum += u64::from(set.try_replace(key % 20).is_ok());
        sum += u64::from(set.try_get_or_insert(key).is_ok());
    }
    let mut table: Table<u8, Inline<4>> = Table::inline();
    let _ = table.insert_within_capacity(seed, 7);
    let index = table.find_bucket_index(seed, |_| true).unwrap_or(black_box(900));
    Ok(sum + u64::from(table.remove_bucket(index).unwrap_or(1)) + table.num_buckets() as u64)
}

/// Values of a size that the compiler does not know.
fn use_bytes(arenas: &mut Arenas, seed: u64) -> Result<u64, Error> {
    let (load, size) = (MaxLoad::default(), black_box(12));
    let first = Region::from_lines(&mut arenas.first)?;
    let mut map = BytesMap::new_in(first, load, size, Keyed::new(seed))?;
    let mut sum = BytesMap::<Region<'_>>::lines_for(black_box(20), load, black_box(size)) as u64;
    for key in 0..black_box(100) {
        if let Ok((true, value)) = map.get_or_insert(key) {
            value.iter().for_each(|byte| byte.set(MaybeUninit::new(7)));
        }
        let gone = |key, value: &[_]| sum ^= key + value.len() as u64;
        let _ = map.get_or_insert_evicting(key + 50, |entries| entries.len() / 2, gone);
        sum += map.get(key / 2).map_or(1, |value| value.len() as u64);
        sum += u64::from(map.remove(key / 3));
    }
    map.get_many(&black_box([5; 40]), |_, value| sum += u64::from(value.is_some()));
    map.retain(|key, _| key % 3 != 0);
    sum += map.next_from(black_box(5)).map_or(0, |(position, _)| position as u64);
    match map.move_into(Region::from_lines(&mut arenas.second)?, Keyed::new(!seed)) {
        Ok(_) => sum += map.stats().bytes as u64,
        Err(rejected) => return Err(rejected.error),
    }
    map.clear();
    Ok(sum)
}

fn use_regions(arenas: &mut Arenas, seed: u64) -> Result<u64, Error> {
    let first = Region::from_lines(&mut arenas.first)?;
    let second = Region::from_lines(&mut arenas.second)?;
    let mut map = Map::<u64, u64, _>::new_in(first, Keyed::new(seed))?;
    for key in 0..black_box(50) {
        let _ = map.try_insert(key, hash_bytes(seed, &key.to_le_bytes()));
    }
    let old = match map.move_into(second, Keyed::new(unhash_word(seed, 1))) {
        Ok(old) => old,
        Err(rejected) => return Err(rejected.error),
    };
    let sum = map.get(&7).copied().unwrap_or(0) ^ Keyed::new(seed).hash_one(old.lines() as u64);
    Ok(sum + map.into_storage().lines() as u64)
}

fn use_lockfree_map(seed: u64) -> Result<u64, Error> {
    static MAP: lockfree::Map<'static, u64, u64> = lockfree::Map::unplaced();

    let mut sum = arena_layout(black_box(100))?.size() as u64;
    sum += u64::from(arena_layout(black_box(usize::MAX)).is_err());
    // SAFETY: null is answered with an error; other memory is not used.
    let nowhere = unsafe { Region::from_raw(core::ptr::null_mut(), 4096) };
    sum += u64::from(nowhere.and_then(|region| Ok(MAP.tables().place(region, seed)?)).is_err());
    let mut lines = [Line::EMPTY; 64];
    let map = lockfree::Map::<u64, u64>::new_in(Region::from_lines(&mut lines)?, seed)?;
    for key in 0..black_box(200) {
        sum ^= map.insert_if_absent(key, seed).ok().flatten().unwrap_or(1);
        sum ^= map.insert(key, key).ok().flatten().unwrap_or(1);
        if let Ok(lockfree::Inserted::Evicted(old, _)) =
            map.insert_evicting(!key, key, |entries| entries.len() / 2)
        {
            sum ^= old;
        }
        sum ^= map.replace(key, !key).ok().flatten().unwrap_or(1);
        sum ^= map.modify(key, |value| value ^ seed).ok().flatten().unwrap_or(1);
        sum ^= map.insert_or_modify(key, 1, |value| !value).ok().flatten().unwrap_or(1);
        sum ^= map.insert_with_or_modify(key, || 2, |value| !value).ok().flatten().unwrap_or(1);
        sum ^= map.fetch_update(key, |value| value.map(|it| it / 2)).ok().flatten().unwrap_or(1);
        for expected in [
            Expectation::Whatever,
            Expectation::Exists,
            Expectation::NotExists,
            Expectation::Value(key),
        ] {
            let new = black_box(Some(key).filter(|key| key % 3 > 0));
            let answer = map.compare_and_set(key, expected, new);
            sum += u64::from(answer.is_ok_and(|before| expected.is_met_by(before)));
        }
        sum ^= map.get(key).unwrap_or(5) ^ map.remove(key / 2).ok().flatten().unwrap_or(6);
        sum ^= map
            .remove_if(key / 3, |value| value > seed)
            .ok()
            .and_then(Removal::removed)
            .unwrap_or(7);
        sum += u64::from(map.contains_key(key)) + u64::from(MAP.contains_key(key));
        sum += u64::from(MAP.insert(key, key).is_err());
    }
    let mut values = [None; 4];
    sum += map.get_many(&[1, 2, 3, 4, 5].map(black_box), &mut values) as u64;
    sum += values.iter().flatten().sum::<u64>();
    sum += u64::from(map.extend([(seed, 1)]).is_ok()) + u64::from(map == MAP);
    map.retain(|key, value| key % 3 != value % 3)?;
    sum ^= map.iter().map(|(key, value)| key ^ value).fold(0, u64::wrapping_add);
    sum += map.len() as u64 + u64::from(map.is_empty()) + map.capacity() as u64;
    sum += map.tables().stats().bytes as u64 + u64::from(map.tables().check().is_ok());
    map.clear()?;
    Ok(sum ^ map.tables().seed().unwrap_or(1))
}

fn use_lockfree_set(arenas: &mut Arenas, seed: u64) -> Result<u64, Error> {
    let mut sum = 0;
    let too_small = lockfree::Set::<u32>::new_in(Region::from_lines(&mut arenas.first)?, seed);
    sum += u64::from(too_small.is_err());
    let mut lines = [Line::EMPTY; 32];
    let set = lockfree::Set::<u32>::new_in(Region::from_lines(&mut lines)?, seed)?;
    for key in 0..black_box(100) {
        sum += u64::from(set.insert(key) == Ok(true));
        sum += u64::from(set.contains(key / 2)) + u64::from(set.remove(key / 3) == Ok(true));
    }
    set.retain(|key| key % 3 != 0)?;
    sum += set.iter().map(u64::from).sum::<u64>() + set.len() as u64;
    sum += set.capacity() as u64 + u64::from(set.is_empty()) + set.tables().stats().entries as u64;
    let Some(region) = set.into_map().into_regions().next() else { return Ok(sum) };
    let region = lockfree::SharedSet::<u32>::format(region, seed, 1)?;
    // SAFETY: just formatted, and nobody else uses the bytes.
    let attached = unsafe { lockfree::SharedSet::<u32>::join(region, 0) }?;
    attached.clear()?;
    Ok(sum + u64::from(attached.tables().check().is_ok()))
}

/// A map in two parts, each moved into the one spare region.
fn use_rebuilds(seed: u64) -> Result<u64, Error> {
    static MEMORY: [StaticLines<{ arena_lines(40) }>; 3] = [const { StaticLines::new() }; 3];
    static MAP: lockfree::SegmentedMap<'static, u64, u64, 2, Counted> =
        lockfree::SegmentedMap::of_segments(
            [const { lockfree::Map::unplaced_with(Counted::new()) }; 2],
            5,
        );

    let [first, second, third] = &MEMORY;
    for (part, memory) in MAP.segments().iter().zip([first, second]) {
        part.tables().place(memory.take().ok_or(Error::Occupied)?, seed)?;
    }
    let mut spare = third.take();
    let mut sum = MAP.num_segments() as u64;
    for key in 0..black_box(60) {
        let part = MAP.segment(MAP.segment_index(key)).ok_or(Error::Full)?;
        if let Some(region) = spare.take() {
            let refused = match part.tables().needs_rebuild() {
                Some(_) => part.tables().rebuild_if_needed(region, key).err(),
                None => part.tables().rebuild(region, key).err(),
            };
            spare = refused.map(|refused| refused.value);
        }
        sum ^= MAP.insert_if_absent(key, seed).ok().flatten().unwrap_or(1);
        sum ^= MAP.insert(key, key).ok().flatten().unwrap_or(2);
        sum ^= MAP.remove(key / 2).ok().flatten().unwrap_or(3);
        sum ^= MAP.modify(key, |value| !value).ok().flatten().unwrap_or(4);
        sum ^= MAP.get(key / 3).unwrap_or(5);
        sum += u64::from(part.tables().help(black_box(2)) == Ok(true));
        spare = spare.or_else(|| part.tables().try_reclaim());
    }
    let mut values = [None; 4];
    sum += MAP.get_many(&[1, 2, 3, 4, 5].map(black_box), &mut values) as u64;
    sum ^= MAP.iter().map(|(key, value)| key ^ value).fold(0, u64::wrapping_add);
    sum += (MAP.len() + MAP.capacity() + MAP.stats().bytes) as u64;
    sum += u64::from(MAP.check().is_ok()) + u64::from(MAP.needs_rebuild().is_some());
    MAP.clear()?;
    Ok(sum ^ u64::from(MAP.is_empty()))
}
