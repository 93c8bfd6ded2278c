//! What a caller's closure may do with the map that it is called from.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
};

use heptad::{
    Error,
    layout::Line,
    lockfree::{IndirectMap, Keys, Map, Removal, SegmentedMap, Set, Stored, arena_lines},
    storage::Region,
};

/// Calls of a closure before its operation gives up.
const MOST_CALLS: u32 = 128;

fn map_in(lines: &mut Vec<Line>) -> Map<'_, u64, u64> {
    // One home, so that any two keys share it.
    lines.resize(arena_lines(1), Line::EMPTY);
    Map::new_in(Region::from_lines(lines).unwrap(), 0).unwrap()
}

/// Every method that takes a closure ends with `Reentrant` if the closure changes the same home each
/// time, and changes nothing itself.
#[test]
fn a_closure_that_changes_its_own_home_ends() {
    type Method = fn(&Map<'_, u64, u64>, &dyn Fn()) -> Result<Option<u64>, Error>;
    let methods: [(&str, Method); 7] = [
        ("remove_if", |map, act| {
            let removal = map.remove_if(1, |_| {
                act();
                true
            });
            removal.map(Removal::before)
        }),
        ("modify", |map, act| {
            map.modify(1, |value| {
                act();
                value + 1
            })
        }),
        ("insert_or_modify", |map, act| {
            map.insert_or_modify(1, 9, |value| {
                act();
                value + 1
            })
        }),
        ("insert_with_or_modify, present", |map, act| {
            map.insert_with_or_modify(
                1,
                || 9,
                |value| {
                    act();
                    value + 1
                },
            )
        }),
        ("insert_with_or_modify, absent", |map, act| {
            map.insert_with_or_modify(
                70,
                || {
                    act();
                    9
                },
                |value| value,
            )
        }),
        ("fetch_update, to remove", |map, act| {
            map.fetch_update(1, |_| {
                act();
                None
            })
        }),
        ("retain", |map, act| {
            map.retain(|_, _| {
                act();
                false
            })
            .map(|()| None)
        }),
    ];
    // In the bucket alone, and with entries in groups.
    for entries in [2, 8] {
        for (name, method) in &methods {
            let mut lines = Vec::new();
            let map = map_in(&mut lines);
            (1..=entries).for_each(|key| assert_eq!(map.insert(key, 100 * key), Ok(None)));
            let calls = Cell::new(0u32);
            let act = || {
                calls.set(calls.get() + 1);
                assert!(calls.get() <= 2 * MOST_CALLS, "{name}: called again and again");
                // Reading is allowed.
                assert_eq!(map.get(2), Some(199 + u64::from(calls.get())), "{name}");
                map.modify(2, |total| total + 1).unwrap();
            };
            assert_eq!(method(&map, &act), Err(Error::Reentrant), "{name}");
            assert!((MOST_CALLS - 1..=MOST_CALLS).contains(&calls.get()), "{name}: {calls:?}");
            assert_eq!(map.get(1), Some(100), "{name}");
            assert_eq!(map.len(), entries as usize, "{name}");
            assert_eq!(
                (map.tables().stats().reserved, map.tables().check()),
                (0, Ok(())),
                "{name}"
            );
        }
    }
}

/// A closure that changes its home once, or decides to change nothing, is no such case; nor is one that
/// only reads.
#[test]
fn a_closure_that_changes_its_home_once_succeeds() {
    let mut lines = Vec::new();
    let map = map_in(&mut lines);
    (1..=8).for_each(|key| assert_eq!(map.insert(key, 0), Ok(None)));
    for key in [1, 8] {
        let is_first = Cell::new(true);
        let change = |value| {
            if is_first.replace(false) {
                map.insert(2, 5).unwrap();
            }
            value + map.get(2).unwrap()
        };
        assert_eq!(map.modify(key, change), Ok(Some(0)));
        assert_eq!(map.get(key), Some(5));
        let keep = |_| {
            map.insert(2, 6).unwrap();
            false
        };
        assert_eq!(map.remove_if(key, keep), Ok(Removal::Kept(5)));
    }
    assert_eq!(map.modify(3, |_| map.len() as u64), Ok(Some(0)));
    assert_eq!(map.get(3), Some(8));
}

/// A closure that rebuilds the map: its home is moved while it runs.
#[test]
fn a_closure_that_rebuilds() {
    let mut memory = [(); 3].map(|()| vec![Line::EMPTY; arena_lines(20)]);
    let mut regions = memory.iter_mut().map(|lines| Region::from_lines(lines).unwrap());
    let map = Map::<u64, u64>::new_in(regions.next().unwrap(), 0).unwrap();
    (0..20).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    for key in [3, 4] {
        let mut region = regions.next();
        let change = |value| {
            if let Some(region) = region.take() {
                map.tables().rebuild(region, key).unwrap();
                while map.tables().help(10) != Ok(true) {}
            }
            value + 100
        };
        assert_eq!(map.modify(key, change), Ok(Some(key)));
        assert_eq!((map.get(key), map.len()), (Some(key + 100), 20));
    }
}

/// Sets, segmented maps and maps of longer keys.
#[test]
fn closures_of_the_other_maps() {
    struct Names;
    impl Keys for Names {
        type Key = u64;
        type Reference = u64;
        fn hash_bits(&self) -> u64 {
            !0 << 32
        }
        fn hash(&self, _: &u64) -> u64 {
            0
        }
        fn is(&self, reference: Stored<Self>, key: &u64) -> bool {
            reference.number() == *key
        }
    }
    let region = || Region::from_lines(vec![Line::EMPTY; arena_lines(1)].leak()).unwrap();

    let names = IndirectMap::<Names, u64>::new_in(region(), 0, Names).unwrap();
    for key in 1..=5 {
        assert_eq!(names.insert(&key, key, 0), Ok(None));
    }
    let act = || assert!(names.fetch_update(&2, 2, |value| value.map(|value| value + 1)).is_ok());
    let modify = |value: Option<u64>| {
        act();
        value.map(|value| value + 1)
    };
    assert!(matches!(names.fetch_update(&1, 1, modify), Err(Error::Reentrant)));
    let remove = |_| {
        act();
        true
    };
    assert!(matches!(names.remove_if(&5, remove), Err(Error::Reentrant)));
    assert_eq!((names.get(&1), names.len()), (Some(0), 5));
    assert!(names.get(&2).unwrap() <= 2 * u64::from(MOST_CALLS + 1));

    let set = Set::<u64>::new_in(region(), 0).unwrap();
    set.insert(1).unwrap();
    let retain = |_| {
        let is_new = set.insert(2).unwrap();
        assert!(is_new || set.remove(2).unwrap());
        false
    };
    assert_eq!(set.retain(retain), Err(Error::Reentrant));
    assert!(set.contains(1));

    let parts: SegmentedMap<'_, u64, u64, 1> =
        SegmentedMap::of_segments([Map::new_in(region(), 0).unwrap()], 0);
    parts.insert(1, 0).unwrap();
    parts.insert(2, 0).unwrap();
    let modify = |value| {
        parts.insert_or_modify(2, 0, |value| value + 1).unwrap();
        value
    };
    assert_eq!(parts.modify(1, modify), Ok(Some(0)), "it decides to change nothing");
    let modify = |value| {
        parts.insert_or_modify(2, 0, |value| value + 1).unwrap();
        value + 1
    };
    assert_eq!(parts.modify(1, modify), Err(Error::Reentrant));
}

/// A closure that panics in its first or a later round leaves nothing reserved.
#[test]
fn a_closure_that_panics_leaves_nothing() {
    for entries in [1, 3, 8, 18] {
        for key in [1, entries, entries + 1] {
            for last in 1..4 {
                let mut lines = Vec::new();
                let map = map_in(&mut lines);
                (1..=entries).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
                let calls = Cell::new(0);
                let change = |value: Option<u64>| {
                    calls.set(calls.get() + 1);
                    assert!(calls.get() < last);
                    map.insert(1, calls.get()).unwrap();
                    Some(value.unwrap_or(0) + 1)
                };
                let result = catch_unwind(AssertUnwindSafe(|| map.fetch_update(key, change)));
                assert!(result.is_err());
                assert_eq!((map.tables().stats().reserved, map.tables().check()), (0, Ok(())));
                assert_eq!(map.len() as u64, entries);
                assert!(map.insert(key, 0).is_ok());
            }
        }
    }
}
