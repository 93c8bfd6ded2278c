//! Tables in statics, used on a stack that is smaller than they are: no operation through a reference needs
//! stack for a table, whatever it answers.

#![cfg(not(miri))]

use std::{sync::Mutex, thread};

use heptad::{
    Error,
    hash::{Keyed, hash_word},
    robin_hood,
    storage::{Inline, Storage},
    swiss::{Map, PackedMap, Set, Table},
};

/// What a thread of this test has: the largest table below has as much.
const STACK_BYTES: usize = 64 << 10;

fn on_a_small_stack(use_it: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, use_it);
        thread.expect("a thread").join().expect("no panic");
    });
}

fn use_set<S: Storage>(set: &mut Set<u64, S>) {
    let mut key = 0;
    let rejected = loop {
        match set.try_insert(key) {
            Ok(is_new) => assert!(is_new),
            Err(rejected) => break rejected,
        }
        key += 1;
    };
    assert_eq!((rejected.value, rejected.error, set.len()), (key, Error::Full, set.capacity()));
    assert_eq!(set.try_reserve(1), Err(Error::Full));
    assert!(set.try_insert_many(&[key, key + 1]).is_err());
    assert!(set.contains(&0) && !set.contains(&key) && set.iter().count() == set.len());
    assert!(set.remove(&0) && set.take(&1) == Some(1) && set.stats().len == set.len());
    set.retain(|key| key % 2 == 0);
    assert!(set.extract_if(|key| key % 3 == 0).count() <= set.capacity());
    assert!(set.drain().count() <= key as usize);
    set.clear();
}

fn use_map<S: Storage>(map: &mut Map<u64, u64, S>) {
    while map.try_insert(map.len() as u64, 7).is_ok() {}
    let absent = map.len() as u64;
    assert_eq!(map.try_entry(absent).err().map(|it| it.error), Some(Error::Full));
    assert_eq!(map.try_insert(absent, 1).unwrap_err().error, Error::Full);
    assert_eq!(map.try_insert(0, 1), Ok(Some(7)));
    assert_eq!(map.try_reserve(1), Err(Error::Full));
    assert_eq!(map.remove(&0), Some(1));
    map.retain(|key, _| key % 2 == 0);
    map.clear();
}

fn use_table<S: Storage>(table: &mut Table<u64, S>) {
    let hash = |word: &u64| hash_word(5, *word);
    while table.try_insert_unique(hash(&7), 7, hash).is_ok() {}
    assert!(table.len() == table.capacity() && table.insert_within_capacity(hash(&7), 7).is_err());
    assert!(table.try_entry(hash(&8), |word| *word == 8, hash).is_err());
    assert_eq!(table.try_reserve(1, hash), Err(Error::Full));
    assert!(table.find_entry(hash(&8), |word| *word == 8).is_err());
    table.clear();
}

fn use_sorted<S: heptad::storage::Downward>(set: &mut robin_hood::Set<S>) {
    let mut key = 0;
    while set.try_insert(key).is_ok() {
        key += 1;
    }
    assert_eq!((set.try_grow(), set.try_reserve(100_000)), (Err(Error::Full), Err(Error::Full)));
    assert!(set.remove(0) && set.contains(1) && set.stats().len == set.len());
    set.retain(|key| key % 2 == 0);
    set.shrink_in_place(0);
    set.clear();
}

macro_rules! tables_of {
    ($($lines:literal)+) => {
        $(
            static SET: Mutex<Set<u64, Inline<$lines>>> = Mutex::new(Set::inline(Keyed::new(1)));
            static MAP: Mutex<Map<u64, u64, Inline<{ 2 * $lines }>>> = Mutex::new(Map::inline(Keyed::new(2)));
            static NARROW: Mutex<PackedMap<u32, u32, Inline<$lines>>> = Mutex::new(PackedMap::inline(Keyed::new(3)));
            static TABLE: Mutex<Table<u64, Inline<$lines>>> = Mutex::new(Table::inline());
            on_a_small_stack(|| {
                use_set(&mut SET.lock().unwrap());
                use_map(&mut MAP.lock().unwrap());
                let narrow = &mut *NARROW.lock().unwrap();
                while narrow.try_insert(narrow.len() as u32, 1).is_ok() {}
                assert!(narrow.try_entry(u32::MAX).is_err());
                use_table(&mut TABLE.lock().unwrap());
            });
        )+
    };
}

#[test]
fn full_inline_tables_take_no_stack_for_their_size() {
    {
        tables_of!(1);
    }
    {
        tables_of!(16);
    }
    {
        tables_of!(128);
    }
    {
        tables_of!(1024);
    }
}

/// A sorted set in its own storage, made on a large stack and used on a small one.
#[test]
fn full_sorted_tables_take_no_stack_for_their_size() {
    let mut small = robin_hood::Set::new_in(Inline::<16>::new(), Keyed::new(1)).unwrap();
    let mut large = robin_hood::Set::new_in(Inline::<1024>::new(), Keyed::new(1)).unwrap();
    on_a_small_stack(|| {
        use_sorted(&mut small);
        use_sorted(&mut large);
    });
}
