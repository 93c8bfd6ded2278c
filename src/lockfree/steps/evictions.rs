//! Insertions that evict, stopped at every access.

use std::{boxed::Box, cell::Cell, collections::BTreeMap, rc::Rc, vec, vec::Vec};

use super::{
    Call, Interrupt, Judged, Map, each_in_each, each_killed, region_for,
    scenes::{full_home, key},
    steps, sweep,
};
use crate::{
    error::Error,
    hash::unhash_word,
    lockfree::{
        Inserted,
        arena::Shape,
        judge::{ALL, OWN, Operation, Operation::*},
    },
};

/// Keys in the bucket and in groups, one of which goes first, and two that are not there.
fn operations() -> Vec<Operation> {
    vec![
        InsertEvicting(key(ALL), 50),
        InsertEvicting(key(ALL + 1), 60),
        InsertEvicting(key(OWN), 70),
        Insert(key(ALL), 80),
        Upsert(key(0), 1),
        Upsert(key(OWN), 2),
        Remove(key(0)),
        Remove(key(OWN)),
        Get(key(ALL)),
        Iterate,
        Count,
    ]
}

/// The least of the full home is in the bucket, or in a group.
fn scenes() -> [super::Scene; 2] {
    [0, OWN + 1].map(|least| {
        let mut scene = full_home();
        scene.before.push(Upsert(key(least), 10).into());
        scene.is_tight = true;
        scene
    })
}

#[test]
fn p4_every_operation_in_every_other_at_every_access() {
    scenes().iter_mut().for_each(|scene| each_in_each(scene, &operations()));
}

#[test]
fn p4_two_operations_in_a_row_in_an_eviction() {
    let outer = InsertEvicting(key(ALL), 90);
    for mut scene in scenes() {
        for first in operations() {
            for second in operations() {
                sweep(|accesses| {
                    let meanwhile = vec![first.into(), second.into()];
                    scene.play(&[Call::stopped(outer, accesses, meanwhile)]) == 1
                });
            }
        }
    }
}

/// A killed operation leaves a slot reserved at the most, and the next ones go on.
#[test]
fn n5_p4_killed_at_every_access() {
    scenes().iter_mut().for_each(|scene| each_killed(scene, &operations()));
}

/// What `choose` gets were entries: keys with their own values, although slots are filled again meanwhile.
#[test]
fn no_entry_is_chosen_that_was_not_there() {
    let value_of = |key: u64| key * 10;
    sweep(|accesses_before| {
        let map: &Judged = Box::leak(Box::new(Map::new_in(region_for(1), 0).unwrap()));
        for number in 0..ALL {
            assert_eq!(map.insert(key(number), value_of(key(number))), Ok(None));
        }
        let is_reached = Rc::new(Cell::new(false));
        let reached = Rc::clone(&is_reached);
        let handler = Box::new(move || {
            reached.set(true);
            for number in [0, OWN] {
                assert!(map.remove(key(number)).unwrap().is_some());
            }
            for number in [ALL + 1, ALL + 2] {
                let _ = map.insert(key(number), value_of(key(number)));
            }
        });
        let interrupts = [Interrupt { accesses_before, handler }].into();
        let run = || {
            map.insert_evicting(key(ALL), value_of(key(ALL)), |entries| {
                assert!(entries.iter().all(|&(key, value)| value == value_of(key)), "{entries:?}");
                entries.iter().position(|&(found, _)| found == key(1)).unwrap()
            })
        };
        let (inserted, _) = steps::run(interrupts, run);
        assert!(inserted.is_ok(), "{inserted:?}");
        is_reached.get()
    });
}

/// In a rebuild, with keys of many homes that get one: an entry whose old bucket is not migrated stays, although a
/// copy of it is in the way. One that has gone is not restored.
#[test]
fn m2_in_a_rebuild_nothing_goes_that_is_not_migrated() {
    const SEED: u64 = 1;
    const CAPACITY: usize = 60;
    let buckets = Shape::for_entries(CAPACITY as u64).unwrap();
    let old_home = |key: u64| buckets.bucket_of(crate::hash::hash_word(0, key));
    let mut keys: Vec<u64> = (0..ALL as u64 + 1).map(|hash| unhash_word(SEED, hash)).collect();
    keys.sort_by_key(|&key| old_home(key));
    // The last one is alone in the last bucket that is moved.
    let new = keys.remove(0);
    let last = *keys.last().unwrap();
    assert!(keys.iter().filter(|&&key| old_home(key) == old_home(last)).count() == 1);
    let mut outcomes = BTreeMap::<bool, usize>::new();
    sweep(|accesses_before| {
        let map: &Judged = Box::leak(Box::new(Map::new_in(region_for(CAPACITY), 0).unwrap()));
        for &key in &keys {
            assert_eq!(map.insert(key, if key == last { 0 } else { 100 }), Ok(None));
        }
        map.tables().rebuild(region_for(CAPACITY), SEED).unwrap();
        assert_eq!(map.tables().help(old_home(last) as usize), Ok(false));
        let answer = Rc::new(Cell::new(None));
        let handler = {
            let answer = Rc::clone(&answer);
            Box::new(move || {
                let mut candidates = 0;
                let inserted = map.insert_evicting(new, 7, |entries| {
                    candidates = entries.len();
                    entries.iter().position(|&(key, _)| key == last).unwrap_or(0)
                });
                if let Ok(Inserted::Evicted(key, _)) = inserted {
                    assert_eq!(map.get(key), None, "candidates: {candidates}");
                }
                assert_eq!(map.get(new), Some(7));
                answer.set(Some(inserted.unwrap()));
            })
        };
        let interrupts = [Interrupt { accesses_before, handler }].into();
        let _ = steps::run(interrupts, || map.tables().help(1));
        let Some(inserted) = answer.get() else { return false };
        *outcomes.entry(inserted == Inserted::New).or_default() += 1;
        loop {
            match map.tables().help(1) {
                Ok(true) => break,
                // The new key has taken the place of the last entry.
                Err(Error::Full) => map.tables().rebuild(region_for(CAPACITY), 0).unwrap(),
                _ => {}
            }
        }
        let gone = match inserted {
            Inserted::Evicted(key, _) => Some(key),
            _ => None,
        };
        for &key in &keys {
            assert_eq!(map.get(key).is_none(), gone == Some(key), "{inserted:?}");
        }
        assert_eq!((map.get(new), map.tables().check()), (Some(7), Ok(())));
        true
    });
    assert!(outcomes.len() == 2, "both orders: {outcomes:?}");
}
