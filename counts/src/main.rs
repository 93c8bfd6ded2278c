//! Operations of heptad's tables, each done some thousand times with the same keys, for valgrind to count.
//!
//! `cargo xtask test counts` runs this program under callgrind, which collects inside [`heptad_counted`] and writes a
//! file of counts whenever that returns. For each of these files, in order, the program prints a name and the number
//! of operations. The stage divides the counts by it, and compares with `counts/expected.txt`. In QEMU's user mode
//! ([`emulated`]) the program prints each count itself, on a line of its own.
//!
//! Tables have 1,024 groups, or 20,000 entries where they grow. Loads are in sixteenths of the slots.

use std::hint::black_box;

use emulated::Emulator;
use heptad::{
    hash::{Keyed, hash_word},
    layout::{Line, MaxLoad, SLOTS},
    lockfree,
    robin_hood::{self, ByValue},
    storage::{Heap, Region},
    swiss::{Map, Set, Table},
};

mod emulated;

const SEED: u64 = 0x5eed;
const GROUPS: usize = 1 << 10;
/// Entries of tables that grow: between two powers of two of groups.
const GROWN: u64 = 20_000;

fn main() {
    for load in [12, 15] {
        sets(load);
    }
    maps(14);
    tables(14);
    growth();
    walks();
    shared("lockfree", lockfree::Never);
    shared("fixed", lockfree::Fixed);
    sorted();
}

/// Does `work`, which consists of `operations` of what `name` says.
fn count(name: &str, operations: usize, mut work: impl FnMut()) {
    println!("{operations} {name}");
    match Emulator::attach().expect("the emulator's file of counts") {
        Some(mut emulator) => println!("= {}", emulator.count(&mut work).expect("a count")),
        None => heptad_counted(&mut work),
    }
}

/// Callgrind finds the function by name, so it has a name and no copies.
// SAFETY: no other function has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn heptad_counted(work: &mut dyn FnMut()) {
    black_box(work)();
}

/// Keys of `count` numbers from `first` on: distinct, and unordered.
fn keys(first: u64, count: usize) -> Vec<u64> {
    (first..).take(count).map(|number| hash_word(0x6b65_7973, number)).collect()
}

/// The same keys in another order, some of them repeatedly.
fn drawn(keys: &[u64]) -> Vec<u64> {
    let index = |draw| ((u128::from(hash_word(99, draw)) * keys.len() as u128) >> 64) as usize;
    (0..keys.len() as u64).map(|draw| keys[index(draw)]).collect()
}

fn hash(key: &u64) -> u64 {
    hash_word(SEED, *key)
}

/// Entries of [`GROUPS`] groups at `load` sixteenths.
const fn entries(load: usize) -> usize {
    GROUPS * SLOTS * load / 16
}

fn sets(load: usize) {
    let entries = entries(load);
    let (old, new) = (keys(0, entries), keys(1 << 32, entries));
    let mut set =
        Set::with_max_load_in(Heap::new(), MaxLoad::FifteenSixteenths, Keyed::new(SEED)).unwrap();
    set.reserve(entries);
    count(&format!("set insert {load}/16"), entries, || {
        old.iter().for_each(|&key| assert!(set.insert(key)))
    });
    let hits = drawn(&old);
    count(&format!("set hit {load}/16"), entries, || {
        assert!(hits.iter().all(|key| set.contains(key)));
    });
    count(&format!("set miss {load}/16"), entries, || {
        assert!(!new.iter().any(|key| set.contains(key)));
    });
    count(&format!("set present {load}/16"), entries, || {
        assert!(!hits.iter().any(|&key| set.insert(key)));
    });
    count(&format!("set churn {load}/16"), entries, || {
        for (old, &new) in old.iter().zip(&new) {
            assert!(set.remove(old) && set.insert(new));
        }
    });
    let mut found = 0;
    count(&format!("set batch {load}/16"), entries, || {
        set.get_many(&new, |_, key| found += usize::from(key.is_some()));
    });
    assert_eq!(found, entries);
    count(&format!("set remove {load}/16"), entries, || {
        assert!(new.iter().rev().all(|key| set.remove(key)));
    });
}

fn maps(load: usize) {
    let entries = entries(load);
    let keys = keys(0, entries);
    let mut map =
        Map::with_max_load_in(Heap::new(), MaxLoad::FifteenSixteenths, Keyed::new(SEED)).unwrap();
    map.reserve(entries);
    count(&format!("map insert {load}/16"), entries, || {
        assert!(keys.iter().all(|&key| map.insert(key, key).is_none()));
    });
    let hits = drawn(&keys);
    count(&format!("map hit {load}/16"), entries, || {
        assert!(hits.iter().all(|key| map.get(key) == Some(key)));
    });
    count(&format!("map entry {load}/16"), entries, || {
        hits.iter().for_each(|&key| *map.entry(key).or_insert(0) += 1);
    });
    count(&format!("map remove {load}/16"), entries, || {
        assert!(keys.iter().all(|key| map.remove(key).is_some()));
    });
}

fn tables(load: usize) {
    let entries = entries(load);
    let keys = keys(0, entries);
    let mut table = Table::with_max_load_in(Heap::new(), MaxLoad::FifteenSixteenths).unwrap();
    table.reserve(entries, hash);
    count(&format!("table insert_unique {load}/16"), entries, || {
        for &key in &keys {
            table.insert_unique(hash(&key), key, hash);
        }
    });
    let hits = drawn(&keys);
    count(&format!("table hit {load}/16"), entries, || {
        assert!(hits.iter().all(|key| table.find(hash(key), |entry| entry == key).is_some()));
    });
}

fn growth() {
    let keys = keys(0, GROWN as usize);
    let mut set = Set::new();
    count("set grow", keys.len(), || keys.iter().for_each(|&key| assert!(set.insert(key))));
    let mut map = Map::new();
    count("map grow", keys.len(), || {
        keys.iter().for_each(|&key| assert!(map.insert(key, key).is_none()))
    });
}

fn walks() {
    for load in [1, 14] {
        let entries = entries(load);
        let mut set =
            Set::with_max_load_in(Heap::new(), MaxLoad::FifteenSixteenths, Keyed::new(SEED))
                .unwrap();
        set.reserve(self::entries(14));
        set.extend(keys(0, entries));
        count(&format!("set for {load}/16"), entries, || {
            let mut sum = 0u64;
            for key in &set {
                sum = sum.wrapping_add(*key);
            }
            black_box(sum);
        });
        count(&format!("set fold {load}/16"), entries, || {
            black_box(set.iter().fold(0u64, |sum, key| sum.wrapping_add(*key)));
        });
    }
}

fn shared(name: &str, guard: impl lockfree::Track) {
    let entries = 10_000;
    let keys = keys(0, entries);
    let mut lines = vec![Line::EMPTY; lockfree::arena_lines(entries)];
    let region = Region::from_lines(&mut lines).unwrap();
    let map = lockfree::Map::<u64, u64, _>::new_with(region, SEED, guard).unwrap();
    count(&format!("{name} insert"), entries, || {
        assert!(keys.iter().all(|&key| map.insert(key, key).is_ok()));
    });
    let hits = drawn(&keys);
    count(&format!("{name} hit"), entries, || {
        assert!(hits.iter().all(|&key| map.get(key) == Some(key)))
    });
    count(&format!("{name} update"), entries, || {
        assert!(hits.iter().all(|&key| map.insert_or_modify(key, 1, |count| count + 1).is_ok()));
    });
    count(&format!("{name} remove"), entries, || {
        assert!(keys.iter().all(|&key| map.remove(key).is_ok()));
    });
}

fn sorted() {
    let keys = keys(0, GROWN as usize);
    let mut set = robin_hood::Set::new_in(Heap::new(), ByValue).unwrap();
    count("robin_hood grow", keys.len(), || {
        keys.iter().for_each(|&key| assert!(set.insert(key)));
    });
    let hits = drawn(&keys);
    count("robin_hood hit", hits.len(), || assert!(hits.iter().all(|&key| set.contains(key))));
}
