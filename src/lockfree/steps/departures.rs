//! Old tables that leave one after another: a departure that others finish while the context that began it is stopped.
//!
//! ```text
//!   A is leaving, its grace period has elapsed     B is retired, and a reader is in it     C is current
//!   outer   try_reclaim ... |                                              | ... goes on: never with B
//!   inner                   | try_reclaim: A;  try_reclaim: B starts, or   |
//!                           |                  is killed at some access    |
//! ```

use std::{boxed::Box, cell::RefCell, collections::BTreeSet, panic::AssertUnwindSafe, vec::Vec};
use std::{panic::catch_unwind, panic::resume_unwind};

use super::{Death, region_for, steps, sweep};
use crate::{
    error::Error,
    lockfree::{Map, Reclaim, Track},
    storage::{Region, Storage},
    sync::steps::Interrupt,
};

/// Exact grace periods: every operation has a ticket, which a killed one returns.
#[derive(Default)]
struct Tickets(RefCell<(u64, BTreeSet<u64>)>);

impl Track for Tickets {
    type Inside = u64;

    fn enter(&self) -> u64 {
        let (next, inside) = &mut *self.0.borrow_mut();
        *next += 1;
        inside.insert(*next);
        *next
    }

    unsafe fn leave(&self, ticket: u64) {
        assert!(self.0.borrow_mut().1.remove(&ticket));
    }
}

// SAFETY: elapsed once all tickets up to the start are back; there is one thread.
unsafe impl Reclaim for Tickets {
    fn start(&self) -> u64 {
        self.0.borrow().0
    }

    fn has_elapsed(&self, started: u64) -> bool {
        self.0.borrow().1.first().is_none_or(|&first| first > started)
    }
}

type Tracked = Map<'static, u64, u64, Tickets>;

/// Capacities of three tables, each with another size.
const TABLES: [usize; 3] = [9, 30, 60];

/// A map for ever, and where its tables are.
fn map_in_three() -> (&'static Tracked, Vec<Region<'static>>) {
    let map = Box::leak(Box::new(Map::unplaced_with(Tickets::default())));
    (map, TABLES.map(region_for).into())
}

fn rebuild_all(map: &Tracked, region: Region<'static>) {
    map.tables().rebuild(region, 1).unwrap();
    while map.tables().help(1) != Ok(true) {}
}

/// The same memory once more.
fn again(region: &Region<'static>) -> Region<'static> {
    // SAFETY: only compared with the map's tables.
    unsafe { Region::from_raw(region.base().cast_mut().cast(), region.bytes()) }.unwrap()
}

/// `try_reclaim`, killed before an access: nothing is returned then.
fn reclaim_killed(map: &'static Tracked, accesses_before: u64) -> Option<Region<'static>> {
    let handler = Box::new(|| resume_unwind(Box::new(Death)));
    let death = Interrupt { accesses_before, handler };
    let reclaim = || steps::run([death].into(), || map.tables().try_reclaim());
    match catch_unwind(AssertUnwindSafe(reclaim)) {
        Ok((region, _)) => region,
        Err(payload) if payload.is::<Death>() => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// Stops `try_reclaim` before an access for two others, the second of which is killed. Was it stopped?
fn overtake(stops_before: u64, dies_before: u64) -> bool {
    let (map, regions) = map_in_three();
    let [sizes, places] = [
        regions.iter().map(Region::bytes).collect::<Vec<_>>(),
        regions.iter().map(|region| region.base().addr()).collect(),
    ];
    let mut regions = regions.into_iter();
    map.tables().place(regions.next().unwrap(), 0).unwrap();
    assert_eq!(map.insert(1, 1), Ok(None));
    let first_reader = map.iter();
    rebuild_all(map, regions.next().unwrap());
    assert!(map.tables().try_reclaim().is_none());
    let reader = map.iter();
    rebuild_all(map, regions.next().unwrap());
    assert_eq!(map.tables().stats().bytes, sizes.iter().sum::<usize>());
    drop(first_reader);

    let back: &RefCell<Vec<usize>> = Box::leak(Box::default());
    let take = |region: Option<Region<'static>>| {
        back.borrow_mut().extend(region.map(|region| region.base().addr()));
    };
    let is_reached = std::rc::Rc::new(core::cell::Cell::new(false));
    let handler = {
        let is_reached = is_reached.clone();
        Box::new(move || {
            is_reached.set(true);
            take(map.tables().try_reclaim());
            take(reclaim_killed(map, dies_before));
        })
    };
    let stop = Interrupt { accesses_before: stops_before, handler };
    take(steps::run([stop].into(), || map.tables().try_reclaim()).0);
    // A was returned, and B was not, for its reader is there.
    assert_eq!(*back.borrow(), places[..1], "{stops_before} {dies_before}");
    assert_eq!(map.tables().stats().bytes, sizes[1..].iter().sum::<usize>());
    assert!(reader.count() <= 1);
    (0..3).for_each(|_| take(map.tables().try_reclaim()));
    assert_eq!(*back.borrow(), places[..2], "{stops_before} {dies_before}");
    assert_eq!((map.tables().stats().bytes, map.get(1)), (sizes[2], Some(1)));
    is_reached.get()
}

#[test]
fn n7_a_departure_that_is_overtaken() {
    for dies_before in 0..40 {
        sweep(|stops_before| overtake(stops_before, dies_before));
    }
}

/// An operation that enters after the start of a grace period does not delay it, however often it is checked.
#[test]
fn n7_a_grace_period_begins_once() {
    let (map, regions) = map_in_three();
    let mut regions = regions.into_iter();
    map.tables().place(regions.next().unwrap(), 0).unwrap();
    let reader = map.iter();
    let old = map.chain().newest().unwrap().as_ptr().addr().get();
    rebuild_all(map, regions.next().unwrap());
    assert!(map.tables().try_reclaim().is_none());
    let later = map.iter();
    assert!(map.tables().try_reclaim().is_none());
    drop(reader);
    let region = map.tables().try_reclaim().expect("all from before it have left");
    assert_eq!(region.base().addr(), old);
    drop(later);
}

/// Memory that is about to be returned is the map's still.
#[test]
fn a_table_that_leaves_is_in_use() {
    let (map, regions) = map_in_three();
    let copies: Vec<_> = regions.iter().map(again).collect();
    let mut regions = regions.into_iter();
    map.tables().place(regions.next().unwrap(), 0).unwrap();
    let reader = map.iter();
    rebuild_all(map, regions.next().unwrap());
    for dies_before in 0..40 {
        assert!(reclaim_killed(map, dies_before).is_none());
        for copy in &copies[..2] {
            let refused = map.tables().rebuild(again(copy), 3).unwrap_err();
            assert_eq!(refused.error, Error::Overlapping, "{dies_before}");
        }
        let bytes = copies[..2].iter().map(Region::bytes).sum::<usize>();
        assert_eq!(map.tables().stats().bytes, bytes, "{dies_before}");
    }
    drop(reader);
}
