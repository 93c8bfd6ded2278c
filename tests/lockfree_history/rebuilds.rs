//! The same, while a thread moves the map from region to region all the time.
//!
//! Every fourth table has the seed under which all keys have one home: as soon as more entries are to
//! be moved than a home holds, the rebuild is stuck, and goes on in a third table.

use std::{
    iter,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use heptad::{
    Error,
    layout::Line,
    lockfree::{Counted, Map, arena_lines},
    storage::{Region, Storage},
};

use crate::{
    BAD_SEED, COLD_KEYS, operation::HOT_KEYS, record_and_check, rounds, set_on_drop::SetOnDrop,
};

/// For all keys there are.
pub(crate) const CAPACITY: usize = HOT_KEYS + COLD_KEYS as usize;
/// The map's own, and as many as a rebuild takes that is stuck.
const REGIONS: usize = 4;
const LEAST_REBUILDS: u64 = if cfg!(miri) { 0 } else { 2 };

type Moving = Map<'static, u64, u64, Counted>;

/// What the rebuilding thread did.
#[derive(Clone, Copy, Debug, Default)]
struct Course {
    rebuilds: u64,
    /// Requests that came while a rebuild was running.
    refused: u64,
    /// Tables that had no room.
    retargets: u64,
    reclaimed: u64,
}

fn region() -> Region<'static> {
    Region::from_lines(vec![Line::EMPTY; arena_lines(CAPACITY)].leak()).unwrap()
}

impl Course {
    /// Moves the map through `spares` and its own region until all is over; answers what is spare then.
    fn move_about(
        &mut self,
        map: &Moving,
        mut spares: Vec<Region<'static>>,
        is_over: &AtomicBool,
    ) -> Vec<Region<'static>> {
        // On a busy machine all may be over before this thread runs at all.
        while !is_over.load(Relaxed) || self.rebuilds < LEAST_REBUILDS {
            let reclaimed: Vec<_> = iter::from_fn(|| map.tables().try_reclaim()).collect();
            self.reclaimed += reclaimed.len() as u64;
            spares.extend(reclaimed);
            let Some(region) = spares.pop() else {
                thread::yield_now();
                continue;
            };
            self.rebuilds += 1;
            let seed = if self.rebuilds % 4 == 0 { BAD_SEED } else { 1_000 + self.rebuilds };
            map.tables().rebuild(region, seed).unwrap();
            // Once more, which is refused if the first one is still running and has room.
            if let Some(other) = spares.pop() {
                match map.tables().rebuild(other, self.rebuilds) {
                    Ok(()) => {}
                    Err(refused) => {
                        assert_eq!(refused.error, Error::Busy);
                        self.refused += 1;
                        spares.push(refused.value);
                    }
                }
            }
            self.finish(map, &mut spares);
        }
        spares
    }

    /// Helps until the rebuild is over, with another table if there is no room.
    fn finish(&mut self, map: &Moving, spares: &mut Vec<Region<'static>>) {
        loop {
            match map.tables().help(1) {
                Ok(true) => return,
                Ok(false) | Err(Error::Busy) => {}
                Err(Error::Full) => {
                    let Some(region) = spares.pop().or_else(|| map.tables().try_reclaim()) else {
                        continue;
                    };
                    match map.tables().rebuild(region, 7) {
                        Ok(()) => self.retargets += 1,
                        Err(refused) => spares.push(refused.value),
                    }
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn histories_across_rebuilds_are_linearizable() {
    let map = Moving::new_with(region(), 4, Counted::new()).unwrap();
    let is_over = AtomicBool::new(false);
    let mut course = Course::default();
    let (verdict, mut spares) = thread::scope(|scope| {
        let over = SetOnDrop(&is_over);
        let spares = (1..REGIONS).map(|_| region()).collect();
        let migrator = scope.spawn(|| course.move_about(&map, spares, &is_over));
        let verdict =
            record_and_check(&map, |map, operation, key| operation.perform(map, key), rounds());
        drop(over);
        (verdict, migrator.join().unwrap())
    });
    println!("{verdict:?} {course:?}");
    assert_eq!(verdict.refused, 0);
    assert!(course.rebuilds >= LEAST_REBUILDS);
    assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));

    // Every region is returned, once; some of them in the middle of a rebuild.
    spares.extend(iter::from_fn(|| map.tables().try_reclaim()));
    assert_eq!(map.tables().stats().bytes, arena_lines(CAPACITY) * size_of::<Line>());
    map.tables().rebuild(spares.pop().unwrap(), 5).unwrap();
    let _ = map.tables().help(3);
    spares.extend(map.into_regions());
    spares.sort_by_key(|region| region.base().addr());
    spares.dedup_by_key(|region| region.base().addr());
    assert_eq!(spares.len(), REGIONS);
    assert!(spares.iter().all(|region| region.lines() == arena_lines(CAPACITY)));
}
