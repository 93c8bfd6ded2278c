//! Code of the caller that runs inside a sorted table: `retain`, the rule of a merge, orders and their
//! comparison, iterators. It may panic, and it may change its mind; the table stays whole.
#![cfg(feature = "alloc")]

use std::{
    cell::Cell,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use heptad::{
    Error,
    hash::hash_word,
    layout::Line,
    robin_hood::{Map, Merge, Monotone, Order, Set, Total},
    storage::{Downward, Heap, Region},
};

thread_local! {
    /// Calls until an order panics; 0 is never.
    static FUSE: Cell<u32> = const { Cell::new(0) };
}

/// The order of the keys, which panics when the fuse has burnt down.
#[derive(Debug)]
struct Fused;

/// Counts one call of the caller's code.
fn step() {
    match FUSE.get() {
        0 => {}
        1 => {
            FUSE.set(0);
            // Without the message of a panic.
            resume_unwind(Box::new("the caller's code"));
        }
        calls => FUSE.set(calls - 1),
    }
}

impl Order for Fused {
    fn word(&self, key: u64) -> u64 {
        step();
        key
    }

    fn key(&self, word: u64) -> u64 {
        step();
        word
    }
}

impl Monotone for Fused {}

impl Total for Fused {}

impl Clone for Fused {
    fn clone(&self) -> Self {
        step();
        Fused
    }
}

impl PartialEq for Fused {
    fn eq(&self, _: &Self) -> bool {
        step();
        true
    }
}

/// Runs `change` on a map again and again, each time with a panic one call later, until none comes.
/// After each, the map is whole, and every key has its old value or its new one.
fn panic_at_every_call<R>(change: impl Fn(&mut Map<Heap, Fused>) -> R) {
    let old: BTreeMap<u64, u64> = (0..150).map(|key| (hash_word(1, key), key)).collect();
    let make = || {
        let mut map = Map::with_order(Fused);
        map.extend(old.iter().map(|(&key, &value)| (key, value)));
        map
    };
    let entries = |map: &Map<Heap, Fused>| -> BTreeMap<u64, u64> {
        map.iter().map(|(key, &value)| (key, value)).collect()
    };
    let mut map = make();
    change(&mut map);
    let new = entries(&map);
    let mut panics = 0;
    loop {
        let mut map = make();
        FUSE.set(panics + 1);
        let is_done = catch_unwind(AssertUnwindSafe(|| change(&mut map))).is_ok();
        let was_reached = FUSE.replace(0) == 0;
        assert_eq!(map.check_invariants(), Ok(()), "call {panics}");
        let found = entries(&map);
        assert_eq!(found.len(), map.len());
        for key in old.keys().chain(new.keys()) {
            let value = found.get(key);
            let either = [old.get(key), new.get(key)];
            assert!(either.contains(&value), "call {panics}: {key} has {value:?}, not {either:?}");
        }
        assert!(found.keys().all(|key| map.contains_key(*key)));
        if is_done {
            assert!(!was_reached && found == new);
            break;
        }
        panics += 1;
    }
    assert!(panics > 0, "no call of the caller's code");
}

#[test]
fn a_panic_in_an_order_leaves_a_whole_table() {
    let new = || (1_000..1_040).map(|number| (hash_word(1, number), number));
    panic_at_every_call(|map| map.insert(7, 7));
    panic_at_every_call(|map| map.remove(hash_word(1, 7)));
    panic_at_every_call(|map| map.insert_within_capacity(7, 7).is_ok());
    panic_at_every_call(|map| map.try_get_or_insert(7, 7).map(|value| *value += 1).is_ok());
    panic_at_every_call(|map| map.retain(|key, _| key % 3 > 0));
    panic_at_every_call(|map| map.iter_mut().for_each(|(_, value)| *value += 1));
    panic_at_every_call(|map| map.extend(new()));
    panic_at_every_call(|map| {
        map.clear();
        map.extend_sorted(new().collect::<BTreeMap<u64, u64>>().into_iter().collect::<Vec<_>>());
    });
    panic_at_every_call(|map| {
        *map.entry(7).or_insert_with(|| {
            step();
            7
        })
    });
    panic_at_every_call(|map| {
        map.entry(hash_word(1, 7))
            .and_modify(|value| {
                step();
                *value += 1_000
            })
            .key()
    });
    panic_at_every_call(|map| map.first_entry().map(|mut entry| entry.insert(1)));
    panic_at_every_call(|map| map.last_entry().map(|entry| entry.remove_entry()));
    panic_at_every_call(|map| {
        map.extract_if(|key, value| {
            step();
            *value += 1_000;
            key % 3 > 0
        })
        .count()
    });
    panic_at_every_call(|map| map.extract_range_if(7..1 << 63, |_, _| true).take(20).count());
    panic_at_every_call(|map| map.range_mut(1 << 60..).rev().for_each(|(_, value)| *value += 1));
    panic_at_every_call(|map| map.append(&mut new().collect::<Map>()));
    panic_at_every_call(|map| map.split_off(1 << 63).len());
    // What only reads, or makes another table.
    panic_at_every_call(|map| map.clone().len());
    panic_at_every_call(|map| map.range(..1 << 63).count());
    panic_at_every_call(|map| map.successor(7).is_some());
    panic_at_every_call(|map| {
        let storage = || Heap::try_with_lines(100).unwrap();
        map.try_merge_in(map, storage(), storage(), |_, one, _| one).map(|map| map.len()).is_ok()
    });
}

/// A panic of the function that `retain` calls: what it has seen is decided, the rest stays.
#[test]
fn a_panic_while_retaining_decides_what_was_seen() {
    for at in [0, 1, 77, 199] {
        // With the key that stands in the header, and with one word after the other displaced.
        let mut map = Map::with_order(Fused);
        map.extend((0..200u64).map(|number| (number << 54, number)));
        let mut calls = 0;
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            map.retain(|_, value| {
                *value += 1_000;
                assert!(calls < at, "the caller's function");
                calls += 1;
                calls % 2 == 0
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(map.check_invariants(), Ok(()));
        let kept = map.iter().map(|(key, &value)| (key >> 54, value)).collect::<BTreeMap<_, _>>();
        for number in 0..200 {
            let expected = match number {
                seen if seen < at => (seen % 2 == 1).then_some(seen + 1_000),
                rest => Some(rest),
            };
            assert_eq!(kept.get(&number).copied(), expected, "{number} of {at}");
        }
    }
}

/// A rule that is called twice, since the storage might be too small, and takes more the second time.
#[test]
fn a_merge_whose_rule_changes_its_mind_leaves_a_whole_table() {
    let map: Map = (0..120).map(|key| (key, key)).collect();
    for lines in 1..40 {
        for taken_when_counted in [0, 1, 10, 60, 120] {
            let mut memory = vec![Line::EMPTY; 2 * lines];
            let (keys, values) = memory.split_at_mut(lines);
            let storages = [keys, values].map(|lines| Region::from_lines(lines).unwrap());
            let [keys, values] = storages;
            let mut calls = 0;
            let merged = map.try_merge_in(&map, keys, values, |_, one, _| {
                calls += 1;
                one.filter(|_| calls > 120 || calls <= taken_when_counted)
            });
            match merged {
                Ok(merged) => {
                    assert_eq!(merged.check_invariants(), Ok(()), "{lines} lines");
                    assert_eq!(merged.len(), merged.iter().count());
                    assert!(merged.iter().all(|(key, &value)| key == value && key < 120));
                }
                Err(rejected) => assert_eq!(rejected.error, Error::Full),
            }
        }
    }
}

/// Orders that answer at random: keys are mixed up, and nothing worse.
#[test]
fn an_order_that_lies_leaves_a_whole_table() {
    #[derive(Clone, Debug, Default)]
    struct Liar(Cell<u64>);
    impl Liar {
        fn next(&self) -> u64 {
            self.0.set(self.0.get() + 1);
            hash_word(3, self.0.get()) >> (self.0.get() % 3 * 29)
        }
    }
    impl Order for Liar {
        fn word(&self, _: u64) -> u64 {
            self.next()
        }
        fn key(&self, _: u64) -> u64 {
            self.next()
        }
        fn keys(&self) -> std::ops::RangeInclusive<u64> {
            let keys = 0..=self.next() | 1 << 63;
            if self.next() % 8 == 0 { keys } else { 0..=u64::MAX }
        }
    }
    impl PartialEq for Liar {
        fn eq(&self, _: &Self) -> bool {
            self.next() % 4 != 0
        }
    }
    impl Monotone for Liar {}

    fn check<S: Downward>(set: &Set<S, Liar>) {
        assert_eq!(set.check_invariants(), Ok(()));
        assert_eq!(set.len(), set.iter().count());
    }

    let rounds = if cfg!(miri) { 60 } else { 2_000 };
    let (mut one, mut two) = (Set::with_order(Liar::default()), Set::with_order(Liar::default()));
    for round in 0..rounds {
        match hash_word(4, round) % 16 {
            0..8 => drop(one.try_insert(round)),
            8..10 => drop(one.remove(round)),
            10 => one.retain(|key| key % 4 != 0),
            11 => {
                two.clear();
                let _ = two.try_extend_sorted(0..round);
            }
            12 => {
                for merge in [Merge::Union, Merge::SymmetricDifference] {
                    if let Ok(merged) = one.try_merge(merge, &two) {
                        check(&merged);
                    }
                }
            }
            13 => {
                one.range(round..).rev().take(3).for_each(drop);
                let _ = (one.successor(round), one.predecessor(round), one == two);
            }
            14 => {
                for key in 0..round % 100 {
                    let _ = two.try_insert(key);
                }
            }
            _ => one.shrink_to_fit(),
        }
        check(&one);
        check(&two);
    }
}

/// Helpers of a shared growth that panic: the old table stays, the new one is never seen.
#[test]
#[cfg(feature = "lockfree")]
fn a_panic_in_a_shared_growth_leaves_the_old_table() {
    let set: Set = (0..5_000).collect();
    for helped in 0..3 {
        let storage = Heap::try_with_lines(set.stats().bytes / 32).unwrap();
        let grown = catch_unwind(AssertUnwindSafe(|| {
            set.grow_shared(storage, |growth| {
                (0..helped).for_each(|_| assert!(growth.help()));
                panic!("the caller's function");
            })
            .is_ok()
        }));
        assert!(grown.is_err());
        assert_eq!((set.len(), set.check_invariants()), (5_000, Ok(())));
    }
}
