//! A storage that was zero once is returned by a table, by each way there is, and the next table in it is empty
//! and stays within its memory.

use core::ptr::NonNull;
use std::sync::Mutex;

use heptad::{
    Error,
    hash::Keyed,
    layout::{LINE_BYTES, Line, MaxLoad},
    robin_hood::{ByValue, Map, Merge, Set},
    storage::{Downward, Inline, Later, Pages, Region, Reserved, Zeroed},
};

/// Lines of a storage.
const LINES: usize = 40;
/// Lines on both sides that nobody may write.
const GUARD_LINES: usize = 16;
const GUARD: u64 = 0x5e17_5e17;
const LINE_WORDS: usize = LINE_BYTES / 8;

/// Zero lines between two stretches of guards.
struct Memory(Vec<Line>);

impl Memory {
    fn new() -> Memory {
        let mut memory = Memory(vec![Line::EMPTY; LINES + 2 * GUARD_LINES]);
        for word in Memory::guards() {
            // SAFETY: inside the lines.
            let word = unsafe { memory.words().add(word) };
            // SAFETY: a word of the lines.
            unsafe { word.write(GUARD) };
        }
        memory
    }

    fn words(&mut self) -> *mut u64 {
        self.0.as_mut_ptr().cast()
    }

    fn guards() -> impl Iterator<Item = usize> {
        let last = (GUARD_LINES + LINES) * LINE_WORDS;
        (0..GUARD_LINES * LINE_WORDS).chain(last..last + GUARD_LINES * LINE_WORDS)
    }

    fn start(&mut self) -> *mut u8 {
        self.0.as_mut_ptr().wrapping_add(GUARD_LINES).cast()
    }

    fn assert_guarded(&mut self, way: &str) {
        for word in Memory::guards() {
            // SAFETY: inside the lines.
            let at = unsafe { self.words().add(word) };
            // SAFETY: a word of the lines.
            assert_eq!(unsafe { at.read() }, GUARD, "{way}: word {word}");
        }
    }
}

/// Clears what it maps, and keeps what it should unmap.
struct Mapper;

// SAFETY: the memory is there all the time, and zero when it is mapped.
unsafe impl Pages for Mapper {
    const ZEROED: bool = true;

    fn map(&mut self, start: NonNull<u8>, len_bytes: usize) -> Result<(), Error> {
        // SAFETY: the lines of a `Memory`.
        unsafe { start.write_bytes(0, len_bytes) };
        Ok(())
    }
}

/// Zero memory of one kind.
trait Zeros: Downward + Sized + 'static {
    fn of(memory: &mut Memory) -> Self;
}

impl Zeros for Zeroed<Region<'static>> {
    fn of(memory: &mut Memory) -> Self {
        // SAFETY: the lines outlive the storage in every test below, which uses them alone.
        let region = unsafe { Region::from_raw(memory.start(), LINES * LINE_BYTES) };
        // SAFETY: zero since they were made.
        unsafe { Zeroed::new(region.unwrap()) }
    }
}

impl Zeros for Reserved<'static, Mapper> {
    fn of(memory: &mut Memory) -> Self {
        // SAFETY: as above.
        unsafe { Reserved::from_raw(memory.start(), LINES * LINE_BYTES, 2 * LINE_BYTES, Mapper) }
            .unwrap()
    }
}

/// A set that has written all over its storage.
fn filled<S: Downward>(storage: S) -> Set<S, ByValue> {
    let mut set = Set::new_in(storage, ByValue).unwrap();
    while let Ok(()) = set.try_grow() {}
    for key in 1..200_u64 {
        assert_eq!(set.try_insert(key << 56 | key), Ok(true));
    }
    set
}

/// Makes a table in what `way` returns of `storage`, and uses it.
fn reuse<S: Zeros>(name: &str, way: impl FnOnce(S) -> S) {
    let mut memory = Memory::new();
    let storage = way(S::of(&mut memory));
    let mut set = Set::new_in(storage, ByValue).unwrap();
    assert!(set.layout().iter().all(|&word| word == 0), "{name}: not empty");
    assert_eq!(set.check_invariants(), Ok(()), "{name}");
    for key in [1, 3 << 60, 7 << 61] {
        assert_eq!(set.try_insert(key), Ok(true), "{name}");
    }
    loop {
        assert_eq!(set.check_invariants(), Ok(()), "{name}");
        assert!(set.iter().eq([1, 3 << 60, 7 << 61]), "{name}");
        if set.try_grow().is_err() {
            break;
        }
    }
    memory.assert_guarded(name);
}

fn every_way<S: Zeros>() {
    let mut other = Memory::new();
    reuse::<S>("into_storage", |storage| filled(storage).into_storage());
    reuse::<S>("shrunk, into_storage", |storage| {
        let mut set = filled(storage);
        set.retain(|key| key < 5 << 56);
        set.shrink_in_place(0);
        set.into_storage()
    });
    reuse::<S>("cleared, into_storage", |storage| {
        let mut set = filled(storage);
        set.clear();
        set.into_storage()
    });
    reuse::<S>("refused growth", |storage| {
        let mut set = filled(storage);
        assert_eq!(set.try_reserve(100_000), Err(Error::Full));
        set.into_storage()
    });
    reuse::<S>("moved away", |storage| {
        let mut set = filled(storage);
        set.move_into(S::of(&mut other)).unwrap_or_else(|it| panic!("{}", it.error))
    });
    let mut other = Memory::new();
    reuse::<S>("moved into, and away again", |storage| {
        let mut set = filled(S::of(&mut other));
        let first = set.move_into(storage).unwrap_or_else(|it| panic!("{}", it.error));
        set.move_into(first).unwrap_or_else(|it| panic!("{}", it.error))
    });
    reuse::<S>("merged, or refused for crowding", |storage| {
        let mut lines = vec![Line::EMPTY; 2 * LINES];
        let (one, two) = Region::from_lines(&mut lines).unwrap().split_at(LINES).unwrap();
        let (mut one, mut two) =
            (Set::new_in(one, ByValue).unwrap(), Set::new_in(two, ByValue).unwrap());
        for key in 0..60 {
            one.try_insert(u64::MAX - 2 * key).unwrap();
            two.try_insert(u64::MAX - 2 * key - 1).unwrap();
        }
        match one.try_merge_in(Merge::Union, &two, storage) {
            Ok(set) => set.into_storage(),
            Err(rejected) => rejected.value,
        }
    });
    reuse::<S>("merged and shrunk", |storage| {
        let mut lines = vec![Line::EMPTY; LINES];
        let set = filled(Region::from_lines(&mut lines).unwrap());
        let rest = set
            .try_merge_in(Merge::SymmetricDifference, &set, storage)
            .unwrap_or_else(|it| panic!("{}", it.error));
        assert!(rest.is_empty());
        rest.into_storage()
    });
    reuse::<S>("grown into", |storage| {
        let mut lines = vec![Line::EMPTY; LINES];
        let mut small = Set::new_in(Region::from_lines(&mut lines).unwrap(), ByValue).unwrap();
        for key in 1..50_u64 {
            small.try_insert(key << 58).unwrap();
        }
        let large = small.grow_shared(storage, |growth| while growth.help() {});
        large.unwrap_or_else(|it| panic!("{}", it.error)).into_storage()
    });
}

#[test]
fn zeroed_memory_comes_back_used() {
    every_way::<Zeroed<Region<'static>>>();
}

#[test]
fn reserved_ranges_come_back_used() {
    every_way::<Reserved<'static, Mapper>>();
}

/// Keys and values in storages of which one was used before: each is cleared as far as it needs.
#[test]
fn storages_of_maps_change_places() {
    fn swap<S: Zeros>() {
        let (mut one, mut two) = (Memory::new(), Memory::new());
        let used = filled(S::of(&mut one)).into_storage();
        let mut map = Map::new_in(used, S::of(&mut two), ByValue).unwrap();
        map.try_insert(1 << 60, 7).unwrap();
        while map.try_grow().is_ok() {}
        assert_eq!(map.check_invariants(), Ok(()));
        let storages = map.into_storages();
        let (keys, values) = (storages.values.unwrap(), storages.keys);
        let mut map = Map::with_max_load_in(keys, values, MaxLoad::SevenEighths, ByValue).unwrap();
        assert_eq!((map.len(), map.check_invariants()), (0, Ok(())));
        map.try_insert(1 << 60, 9).unwrap();
        while map.try_grow().is_ok() {}
        assert_eq!((map.get(1 << 60), map.check_invariants()), (Some(&9), Ok(())));
        one.assert_guarded("one");
        two.assert_guarded("two");
    }
    swap::<Zeroed<Region<'static>>>();
    swap::<Reserved<'static, Mapper>>();
}

/// Without memory every lookup misses and every insertion is refused; memory comes once. Until then a `static` is
/// zeros.
#[test]
fn sorted_tables_get_their_memory_later() {
    type Ids = Set<Later<Region<'static>>, ByValue>;
    type Owners = Map<Later<Region<'static>>, Keyed>;
    static IDS: Mutex<Ids> = Mutex::new(Set::unplaced(ByValue));
    static OWNERS: Mutex<Owners> = Mutex::new(Map::unplaced(Keyed::new(0)));
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        unsafe extern "C" {
            static __bss_start: u8;
            static _end: u8;
        }
        let zeros = (&raw const __bss_start).addr()..(&raw const _end).addr();
        let statics = [(&raw const IDS).addr(), (&raw const OWNERS).addr()];
        assert!(statics.iter().all(|address| zeros.contains(address)), "all zeros, and in .bss");
    }
    let lines = |count| Region::from_lines(Vec::leak(vec![Line::EMPTY; count])).unwrap();
    let mut owners = OWNERS.lock().unwrap();
    for key in [0, 1, u64::MAX] {
        let refused = owners.try_insert(key, 2).map_err(|rejected| rejected.error);
        assert_eq!((refused, owners.get(key), owners.capacity()), (Err(Error::Full), None, 0));
        assert!(owners.remove(key).is_none() && owners.successor(key).is_none());
        assert_eq!(owners.insert_within_capacity(key, 2).unwrap_err().error, Error::Full);
        assert!(owners.try_entry(key).is_err());
    }
    assert_eq!((owners.try_reserve(1), owners.try_grow()), (Err(Error::Full), Err(Error::Full)));
    owners.retain(|_, _| unreachable!());
    owners.shrink_in_place(0);
    owners.clear();
    assert!(owners.iter_mut().next().is_none() && owners.try_clone().unwrap().is_empty());
    assert_eq!(owners.check_invariants(), Ok(()));
    assert_eq!(owners.place(lines(24), lines(24), Keyed::new(6)), Ok(()));
    let mut count = 0;
    while owners.try_insert(count, !count).is_ok() {
        count += 1;
    }
    assert_eq!((count, owners.capacity(), owners.order().seed()), (112, 112, 6));
    assert_eq!(owners.place(lines(9), lines(9), Keyed::new(7)), Err(Error::Occupied));
    let larger = owners.move_into(Later::of(lines(80)), Later::of(lines(80))).unwrap();
    let lines_of = |storage: Later<Region<'_>>| storage.into_inner().unwrap().bytes() / LINE_BYTES;
    assert_eq!((lines_of(larger.keys), larger.values.map(lines_of)), (24, Some(24)));
    assert_eq!((owners.get(7), owners.check_invariants()), (Some(&!7), Ok(())));

    let mut ids = IDS.lock().unwrap();
    assert!(ids.range(..).next().is_none() && ids.range(u64::MAX..).next().is_none());
    assert_eq!(ids.try_extend_sorted([1, 2, 3]).unwrap_err().error, Error::Full);
    assert_eq!(ids.place(lines(9), ByValue), Ok(()));
    assert_eq!((ids.try_extend_sorted([1, 2, 3]), ids.last()), (Ok(()), Some(3)));
    let mut inline: Set<Later<Inline<9>>, ByValue> = Set::unplaced(ByValue);
    assert_eq!((inline.place(Inline::new(), ByValue), inline.try_insert(7)), (Ok(()), Ok(true)));
}
