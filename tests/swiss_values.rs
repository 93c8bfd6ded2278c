//! Keys of up to eight bytes, and values of any size and alignment: where they stand, and that each is dropped once.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt::Debug,
    hash::Hash,
    mem,
    num::NonZeroU32,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr::NonNull,
    rc::Rc,
    sync::{Arc, Mutex},
};

use heptad::{
    Error,
    hash::Keyed,
    layout::{LINE_BYTES, Line, MaxLoad},
    storage::{Heap, Inline, Later, Region, Storage},
    swiss::{Map, PackedMap, Set, Table, lines_for, lines_for_load},
};

/// A value of an odd size, larger than a line, that counts the values of its test that are alive.
#[derive(Debug)]
struct Large {
    alive: Rc<Cell<isize>>,
    number: u32,
    bytes: [u8; 99],
}

impl Large {
    fn new(alive: &Rc<Cell<isize>>, number: u32) -> Large {
        alive.set(alive.get() + 1);
        Large { alive: alive.clone(), number, bytes: [number as u8; 99] }
    }

    fn is_whole(&self) -> bool {
        self.bytes.iter().all(|&byte| byte == self.number as u8)
    }
}

impl Clone for Large {
    fn clone(&self) -> Large {
        assert_ne!(self.number, 77, "this one cannot be cloned");
        Large::new(&self.alive, self.number)
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
    }
}

/// Each of `keys` is put in, found, and taken out again.
fn keys_come_and_go<K: Hash + Eq + Clone + Debug>(keys: &[K]) {
    let mut set: Set<K> = Set::with_hasher(Keyed::new(7));
    let mut map: Map<K, u16> = Map::with_hasher(Keyed::new(8));
    for (number, key) in keys.iter().enumerate() {
        assert!(!set.contains(key) && set.insert(key.clone()));
        assert_eq!(map.insert(key.clone(), number as u16), None);
    }
    assert!(keys.iter().all(|key| set.contains(key) && set.get(key) == Some(key)));
    assert!(set.iter().all(|key| keys.contains(key)) && set.len() == keys.len());
    for (number, key) in keys.iter().enumerate() {
        assert_eq!(map.get(key), Some(&(number as u16)));
        assert_eq!(map.remove_entry(key), Some((key.clone(), number as u16)));
        assert_eq!(set.take(key), Some(key.clone()));
    }
    assert!(set.is_empty() && map.is_empty());
}

#[test]
fn keys_of_up_to_eight_bytes() {
    #[derive(Clone, Debug, Eq, Hash, PartialEq)]
    struct Port(u16);

    keys_come_and_go(&[false, true]);
    keys_come_and_go(&[()]);
    keys_come_and_go(&(0..=255_u8).collect::<Vec<_>>());
    keys_come_and_go(&('a'..='z').collect::<Vec<_>>());
    keys_come_and_go(&(0..300_u32).collect::<Vec<_>>());
    keys_come_and_go(
        &(0..300).map(|number| [number as u8, 1, 2, (number >> 8) as u8, 4, 5]).collect::<Vec<_>>(),
    );
    keys_come_and_go(&(0..50).map(Port).collect::<Vec<_>>());
    // With padding, and with values that no key has.
    keys_come_and_go(&(0..50).map(|number: u32| (number, number as u8)).collect::<Vec<_>>());
    keys_come_and_go(&(0..50).map(NonZeroU32::new).collect::<Vec<_>>());
    keys_come_and_go(&(0..50).map(Box::new).collect::<Vec<Box<u8>>>());
    keys_come_and_go(&(0..50).map(Arc::new).collect::<Vec<Arc<u32>>>());
    static NUMBERS: [u16; 50] = [9; 50];
    let addresses = NUMBERS.iter().map(NonNull::from);
    keys_come_and_go(&addresses.collect::<Vec<NonNull<u16>>>());
    keys_come_and_go(&[core::cmp::Ordering::Less, core::cmp::Ordering::Greater]);
}

#[test]
fn pairs_that_do_not_fill_a_word() {
    let mut map: PackedMap<u8, u16, Inline<4>> = PackedMap::inline(Keyed::new(1));
    for key in 0..26 {
        assert_eq!(map.try_insert(key, u16::from(key) * 300), Ok(None));
    }
    assert!((0..26).all(|key| map.remove(&key) == Some(u16::from(key) * 300)));
}

/// Random changes, growth among them, of a map with large values that own memory.
#[test]
fn large_values_are_whole_and_dropped_once() {
    let alive = Rc::new(Cell::new(0));
    let mut random = fastrand::Rng::with_seed(5);
    let steps = if cfg!(miri) { 300 } else { 20_000 };
    let mut map: Map<u32, Large> = Map::with_hasher(Keyed::new(3));
    let mut model = HashMap::new();
    for step in 0..steps {
        let key = random.u32(..200);
        match random.u32(..5) {
            0..=2 => {
                let before = map.insert(key, Large::new(&alive, step));
                assert_eq!(before.map(|value| value.number), model.insert(key, step));
            }
            3 => assert_eq!(map.remove(&key).map(|value| value.number), model.remove(&key)),
            _ => {
                let value = map.get(&key);
                assert!(value.is_none_or(Large::is_whole));
                assert_eq!(value.map(|value| value.number), model.get(&key).copied());
            }
        }
        assert_eq!(alive.get(), model.len() as isize);
    }
    assert_eq!(map.check_invariants(true), Ok(()));
    let copy = map.try_clone();
    assert!(copy.is_ok_and(|copy| copy.values().all(Large::is_whole) && copy.len() == model.len()));
    let extracted = map.extract_if(|&key, value| key % 2 == 0 && value.is_whole()).count();
    assert_eq!(extracted, model.keys().filter(|&key| key % 2 == 0).count());
    map.retain(|&key, _| key % 3 == 0);
    let some = map.drain().take(3).count();
    assert_eq!((some, alive.get()), (3, 0));
}

/// In provided memory a map moves to the next, and gives the old one back.
#[test]
fn values_move_to_other_memory() {
    let alive = Rc::new(Cell::new(0));
    let mut memory =
        [lines_for::<Large>(6), lines_for::<Large>(105)].map(|lines| vec![Line::EMPTY; lines]);
    let [small, large] = memory.each_mut().map(|lines| Region::from_lines(lines).unwrap());
    let mut map = Map::<[u8; 3], Large, _>::new_in(small, Keyed::new(1)).unwrap();
    for key in 0..6 {
        map.try_insert([key; 3], Large::new(&alive, key.into())).unwrap();
    }
    let refused = map.try_insert([6; 3], Large::new(&alive, 6)).unwrap_err();
    assert_eq!((refused.error, refused.value.1.number, alive.get()), (Error::Full, 6, 7));
    drop(refused);
    let small = map.move_into(large, Keyed::new(2)).unwrap();
    assert_eq!((map.capacity(), map.len(), alive.get()), (105, 6, 6));
    assert!((0..6).all(|key| map[&[key; 3]].number == u32::from(key) && map[&[key; 3]].is_whole()));
    map.try_insert([6; 3], Large::new(&alive, 6)).unwrap();
    let small = map.move_into(small, Keyed::new(3)).unwrap_err();
    assert!(matches!(small.error, Error::TooSmall { .. }));
    drop(map);
    assert_eq!(alive.get(), 0);
}

/// Lines for `n` entries take them, and one line less does not.
#[test]
fn lines_are_as_many_as_needed() {
    fn fit<V>(entries: usize, load: MaxLoad) {
        let lines = lines_for_load::<V>(entries, load);
        let capacity = |lines| {
            let storage = Heap::try_with_lines(lines).unwrap();
            Map::<u32, V>::with_max_load_in(storage, load, Keyed::new(1))
                .map_or(0, |map| map.capacity())
        };
        assert!(
            capacity(lines) >= entries && capacity(lines - 1) < entries,
            "{entries} in {lines}"
        );
    }
    for load in [MaxLoad::FifteenSixteenths, MaxLoad::SevenEighths, MaxLoad::ThreeQuarters] {
        for entries in [1, 5, 6, 7, 13, 14, 100, 105, 106, 1000] {
            fit::<()>(entries, load);
            fit::<u8>(entries, load);
            fit::<u64>(entries, load);
            fit::<Large>(entries, load);
            fit::<Aligned<128>>(entries, load);
        }
    }
    let bytes = (lines_for::<u64>(840) * LINE_BYTES) as f64 / 840.0;
    assert!((18.28..18.30).contains(&bytes), "a pair of words takes {bytes} bytes");
}

#[repr(align(128))]
#[derive(Debug, PartialEq)]
struct Aligned<const BYTES: usize>([u8; BYTES]);

#[repr(align(4096))]
#[derive(Debug, Default)]
struct Page;

fn is_aligned<V>(value: &V) -> bool {
    core::ptr::from_ref(value).addr() % align_of::<V>() == 0
}

#[test]
fn values_are_aligned() {
    let mut map: Map<u64, Aligned<1>> = Map::new();
    let mut pages: Map<u64, (u8, [u64; 64], Page)> = Map::new();
    let mut nothing: Map<u64, Page> = Map::new();
    for key in 0..40 {
        map.insert(key, Aligned([key as u8]));
        pages.insert(key, (key as u8, [key; 64], Page));
        nothing.insert(key, Page);
    }
    // Where the map is does not matter.
    let moved = Box::new((map, pages, nothing));
    assert!(moved.0.values().all(is_aligned) && moved.1.values().all(is_aligned));
    assert!(moved.2.values().all(is_aligned) && moved.2.len() == 40);
    assert!((0..40).all(|key| moved.0.get(&key) == Some(&Aligned([key as u8]))));
    assert!((0..40).all(|key| moved.1[&key].1 == [key; 64]));
    // Provided memory that starts at any line.
    for skipped in 0..4 {
        let mut lines = vec![Line::EMPTY; skipped + lines_for::<Aligned<1>>(6)];
        let region = Region::from_lines(&mut lines[skipped..]).unwrap();
        let mut map = Map::<u64, Aligned<1>, _>::new_in(region, Keyed::new(1)).unwrap();
        for key in 0..6 {
            map.try_insert(key, Aligned([1])).unwrap();
        }
        assert!(map.values().all(is_aligned) && map.capacity() == 6);
    }
}

/// Values that need fixed lines, in a storage that moves: refused when made, and when moved into.
#[test]
fn lines_that_move_are_not_for_aligned_values() {
    /// Fixed or not, as it says.
    struct Maybe(Vec<Line>, bool);

    // SAFETY: a vector's lines are its own, and stay where they are.
    unsafe impl Storage for Maybe {
        fn base(&self) -> *const Line {
            self.0.as_ptr()
        }

        fn base_mut(&mut self) -> *mut Line {
            self.0.as_mut_ptr()
        }

        fn lines(&self) -> usize {
            self.0.len()
        }

        fn is_fixed(&self) -> bool {
            self.1
        }
    }

    let storage = |is_fixed| Maybe(vec![Line::EMPTY; 100], is_fixed);
    let refused = Map::<u64, Aligned<5>, _>::new_in(storage(false), Keyed::new(1));
    assert_eq!(refused.err(), Some(Error::Misaligned { needed_bytes: 128 }));
    let mut map = Map::<u64, Aligned<5>, _>::new_in(storage(true), Keyed::new(1)).unwrap();
    map.try_insert(1, Aligned([5; 5])).unwrap();
    let refused = map.move_into(storage(false), Keyed::new(2)).err().map(|refused| refused.error);
    assert_eq!(refused, Some(Error::Misaligned { needed_bytes: 128 }));
    assert_eq!(map.get(&1), Some(&Aligned([5; 5])));
    assert!(Map::<u64, u64, _>::new_in(storage(false), Keyed::new(1)).is_ok());
}

/// Without memory every lookup misses and every insertion is refused; memory comes once.
#[test]
fn memory_comes_later() {
    static NUMBERS: Mutex<Map<u32, u64, Later<Region<'static>>>> =
        Mutex::new(Map::unplaced(Keyed::new(0)));
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        unsafe extern "C" {
            static __bss_start: u8;
            static _end: u8;
        }
        let zeros = (&raw const __bss_start).addr()..(&raw const _end).addr();
        assert!(zeros.contains(&(&raw const NUMBERS).addr()), "all zeros, and in .bss");
    }
    let mut numbers = NUMBERS.lock().unwrap();
    let refused = numbers.try_insert(1, 2).map_err(|rejected| rejected.error);
    assert_eq!((refused, numbers.get(&1), numbers.capacity()), (Err(Error::Full), None, 0));
    assert!(numbers.iter().next().is_none() && numbers.remove(&1).is_none());
    numbers.clear();
    let lines = |count| Region::from_lines(Vec::leak(vec![Line::EMPTY; count])).unwrap();
    let small = numbers.place(lines(1), Keyed::new(5));
    assert_eq!(small, Err(Error::TooSmall { needed_bytes: 128, given_bytes: 64 }));
    assert_eq!((numbers.place(lines(30), Keyed::new(6)), numbers.capacity()), (Ok(()), 105));
    for key in 0..105 {
        assert_eq!(numbers.try_insert(key, key.into()), Ok(None));
    }
    assert_eq!(numbers.place(lines(30), Keyed::new(7)), Err(Error::Occupied));
    assert_eq!((numbers.hasher().seed(), numbers[&7], numbers.len()), (6, 7, 105));
    let old = numbers.move_into(Later::of(lines(60)), Keyed::new(8)).unwrap();
    assert_eq!((old.into_inner().unwrap().lines(), numbers.capacity()), (30, 210));
    assert_eq!(numbers.check_invariants(false), Ok(()));

    let mut set: Set<u8, Later<Inline<1>>> = Set::unplaced(Keyed::new(0));
    assert_eq!((set.place(Inline::new(), Keyed::new(1)), set.try_insert(7)), (Ok(()), Ok(true)));
    let mut table: Table<u8, Later<Inline<1>>> = Table::unplaced();
    assert!(table.insert_within_capacity(1, 1).is_err() && table.place(Inline::new()).is_ok());
    assert!(table.insert_within_capacity(1, 1).is_ok());
}

#[test]
fn values_without_size_are_dropped_too() {
    thread_local!(static DROPPED: Cell<u32> = const { Cell::new(0) });
    struct Token;
    impl Drop for Token {
        fn drop(&mut self) {
            DROPPED.set(DROPPED.get() + 1);
        }
    }
    let mut map: Map<u32, Token> = Map::new();
    (0..100).for_each(|key| drop(map.insert(key, Token)));
    assert_eq!(DROPPED.get(), 0);
    (0..100).step_by(2).for_each(|key| drop(map.remove(&key)));
    assert_eq!((DROPPED.get(), map.len()), (50, 50));
    drop(map);
    assert_eq!(DROPPED.get(), 100);
}

/// A `clone` that panics leaves the map as it is, and what was cloned is dropped.
#[test]
fn a_panicking_clone_loses_nothing() {
    let alive = Rc::new(Cell::new(0));
    let map: Map<u32, Large> = (0..100).map(|key| (key, Large::new(&alive, key))).collect();
    assert!(catch_unwind(AssertUnwindSafe(|| map.clone())).is_err());
    assert_eq!((map.len(), alive.get()), (100, 100));
    assert!(map.values().all(Large::is_whole) && map.check_invariants(true).is_ok());
}

/// A hash function that panics while the map grows leaves it as it was.
#[test]
fn a_panicking_hash_loses_nothing() {
    thread_local!(static PANICS: Cell<bool> = const { Cell::new(false) });
    #[derive(PartialEq, Eq)]
    struct Key(u32);
    impl Hash for Key {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            assert!(!(PANICS.get() && self.0 == 3), "no hash");
            state.write_u32(self.0);
        }
    }
    let alive = Rc::new(Cell::new(0));
    let mut map: Map<Key, Large> = Map::new();
    for key in 0..6 {
        map.insert(Key(key), Large::new(&alive, key));
    }
    PANICS.set(true);
    let grown = catch_unwind(AssertUnwindSafe(|| map.insert(Key(6), Large::new(&alive, 6))));
    PANICS.set(false);
    assert!(grown.is_err() && map.len() == 6 && alive.get() == 6);
    assert!((0..6).all(|key| map[&Key(key)].is_whole()) && map.check_invariants(true).is_ok());
}

/// A value whose destructor panics is dropped once, and so are all others.
#[test]
fn a_panicking_destructor_loses_nothing() {
    struct Panics(Large, bool);
    impl Drop for Panics {
        fn drop(&mut self) {
            assert!(!self.1, "no end");
        }
    }
    let alive = Rc::new(Cell::new(0));
    let filled = || -> Map<u32, Panics> {
        (0..50).map(|key| (key, Panics(Large::new(&alive, key), key == 20))).collect()
    };
    let mut map = filled();
    assert!(catch_unwind(AssertUnwindSafe(|| map.clear())).is_err());
    assert_eq!((map.len(), alive.get()), (0, 0));
    map.insert(1, Panics(Large::new(&alive, 1), false));
    assert!(map[&1].0.is_whole());
    drop(map);
    let map = filled();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map))).is_err());
    assert_eq!(alive.get(), 0);
    let mut map = filled();
    assert!(catch_unwind(AssertUnwindSafe(|| map.retain(|&key, _| key % 2 == 1))).is_err());
    assert!(map.values().all(|value| value.0.is_whole()));
    map.retain(|_, value| value.0.number % 2 == 1);
    assert_eq!((map.len() as isize, alive.get()), (25, 25));
}

thread_local! {
    /// What was dropped: keys as they are, values with 100 more.
    static DROPPED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// A key is dropped before its value, in whichever way they leave the map; a value also if its key's destructor panics.
#[test]
fn keys_are_dropped_before_their_values() {
    #[derive(PartialEq, Eq, Hash)]
    struct Noted(u32);
    impl Drop for Noted {
        fn drop(&mut self) {
            DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
            assert_ne!(self.0, 66, "no end");
        }
    }
    let dropped = |change: fn(&mut Map<Noted, Noted>)| {
        let mut map: Map<_, _> =
            (60..70).map(|number| (Noted(number), Noted(number + 100))).collect();
        let panics = catch_unwind(AssertUnwindSafe(|| change(&mut map))).is_err();
        drop(catch_unwind(AssertUnwindSafe(|| drop(map))));
        let mut numbers = DROPPED.take();
        assert!(numbers.chunks(2).all(|pair| pair[0] + 100 == pair[1]), "{numbers:?}");
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq((60..70).chain(160..170)));
        panics
    };
    assert!(dropped(Map::clear));
    assert!(dropped(|map| map.retain(|_, _| false)));
    assert!(dropped(|map| drop(map.drain())));
    assert!(dropped(|map| drop(map.extract_if(|_, _| true).last())));
    assert!(dropped(|map| drop(mem::take(map))));
    assert!(!dropped(|map| map.shrink_to_fit()));
}

/// Seven values take 2^32 + 3 bytes; with their group 2^33, and 2^32 - 3.
#[cfg(target_pointer_width = "32")]
#[test]
fn values_whose_group_is_beyond_the_address_space_find_no_room() {
    fn find_none<const BYTES: usize>() {
        let mut lines = [Line::EMPTY; 8];
        let region = Region::from_lines(&mut lines).unwrap();
        let map = Map::<u32, [u8; BYTES], _>::new_in(region, Keyed::new(7));
        assert!(matches!(map.map(drop), Err(Error::TooSmall { given_bytes: 512, .. })));
        let mut map = Map::<u32, [u8; BYTES]>::with_hasher(Keyed::new(7));
        assert_eq!(map.try_reserve(1), Err(Error::CapacityOverflow));
    }
    find_none::<613_566_757>();
    find_none::<1_227_133_504>();
    find_none::<613_566_747>();
}

#[cfg(feature = "serde")]
#[test]
fn maps_of_large_values_are_read_back() {
    let map: Map<u16, [String; 3]> =
        (0..50).map(|key| (key, [0, 1, 2].map(|part| format!("{key} {part}")))).collect();
    let text = serde_json::to_string(&map).unwrap();
    let read: Map<u16, [String; 3]> = serde_json::from_str(&text).unwrap();
    assert!(read == map && read.len() == 50);
}
