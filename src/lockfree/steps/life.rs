//! Placing, rebuilding and returning memory, stopped at every access, for others or for ever.
//!
//! Every region has one owner at any time: the map, or the context to which it was returned. A context that dies may
//! lose the region that was its own, and nothing else; and all calls of the others still succeed.

use std::{
    boxed::Box,
    cell::{Cell, RefCell},
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    vec::Vec,
};

use super::{Death, Interrupt, region_for, steps, sweep};
use crate::{
    error::Error,
    lockfree::{Counted, Map, Reclaim, Track},
    storage::{Region, Storage},
};

/// What a context does with the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Place,
    Rebuild,
    Reclaim,
    /// A change of a key that is there, if any is.
    Upsert,
    Insert,
    Help,
}

use Act::*;

const ACTS: [Act; 6] = [Place, Rebuild, Reclaim, Upsert, Insert, Help];
const KEYS: u64 = 3;

/// Grace periods of a kernel that knows when a context has died: it counts as having left then. (With counters
/// alone, one that dies inside holds back all old tables.)
struct Kernel(Counted);

impl Track for Kernel {
    type Inside = <Counted as Track>::Inside;

    fn enter(&self) -> Self::Inside {
        steps::undisturbed(|| self.0.enter())
    }

    unsafe fn leave(&self, inside: Self::Inside) {
        // SAFETY: the caller's promise.
        steps::undisturbed(|| unsafe { self.0.leave(inside) });
    }
}

// SAFETY: as `Counted`.
unsafe impl Reclaim for Kernel {
    fn start(&self) -> u64 {
        self.0.start()
    }

    fn has_elapsed(&self, started: u64) -> bool {
        self.0.has_elapsed(started)
    }
}

struct World {
    map: Map<'static, u64, u64, Kernel>,
    /// Regions that are not the map's, by their addresses.
    ours: RefCell<BTreeSet<usize>>,
    is_reached: Cell<bool>,
}

/// How the map is when an act begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    Unplaced,
    Placed,
    /// A rebuild goes on.
    Rebuilding,
    /// A rebuild has ended, and `try_reclaim` was not called.
    Retired,
    /// It was called in vain: the grace period of the old table has begun.
    Leaving,
}

const STARTS: [Start; 5] =
    [Start::Unplaced, Start::Placed, Start::Rebuilding, Start::Retired, Start::Leaving];

impl World {
    fn new(start: Start) -> Rc<World> {
        let world = World {
            map: Map::unplaced_with(Kernel(Counted::new())),
            ours: RefCell::default(),
            is_reached: Cell::new(false),
        };
        if start != Start::Unplaced {
            world.map.tables().place(region_for(9), 0).unwrap();
            for key in 0..KEYS {
                assert_eq!(world.map.insert(key, key), Ok(None));
            }
        }
        if matches!(start, Start::Rebuilding | Start::Retired | Start::Leaving) {
            world.map.tables().rebuild(region_for(9), 1).unwrap();
        }
        if matches!(start, Start::Retired | Start::Leaving) {
            let reader = world.map.iter();
            while world.map.tables().help(1) != Ok(true) {}
            assert!(start != Start::Leaving || world.map.tables().try_reclaim().is_none());
            drop(reader);
        }
        Rc::new(world)
    }

    fn act(&self, act: Act) {
        match act {
            Place => self.offer(|region| self.map.tables().place(region, 2)),
            Rebuild => self.offer(|region| self.map.tables().rebuild(region, 3)),
            Reclaim => {
                if let Some(region) = self.map.tables().try_reclaim() {
                    self.take_back(region);
                }
            }
            Upsert => drop(self.map.insert(0, 7)),
            Insert => drop(self.map.insert_if_absent(KEYS, 7)),
            Help => drop(self.map.tables().help(2)),
        }
    }

    fn offer(
        &self,
        take: impl FnOnce(Region<'static>) -> Result<(), crate::error::Rejected<Region<'static>>>,
    ) {
        if let Err(rejected) = take(region_for(9)) {
            assert!(matches!(rejected.error, Error::Occupied | Error::Busy), "{rejected}");
            self.take_back(rejected.value);
        }
    }

    /// A region is returned: no table of the map is in it, and it was not returned before.
    fn take_back(&self, region: Region<'static>) {
        let address = region.base().addr();
        let chain = self.map.chain();
        let mut tables = chain.current().into_iter().chain(chain.newest()).chain(chain.tables());
        assert!(tables.all(|table| table.as_ptr().addr().get() != address), "still in use");
        assert!(self.ours.borrow_mut().insert(address), "returned twice");
    }

    /// `outer`, stopped before an access for `inner`, or for ever. Was it stopped?
    fn interrupt(self: &Rc<Self>, outer: Act, accesses_before: u64, inner: Option<Act>) -> bool {
        let world = Rc::clone(self);
        let handler = Box::new(move || {
            world.is_reached.set(true);
            match inner {
                Some(act) => drop(steps::run([].into(), || world.act(act))),
                None => resume_unwind(Box::new(Death)),
            }
        });
        let interrupts = [Interrupt { accesses_before, handler }].into();
        let run = || steps::run(interrupts, || self.act(outer));
        if let Err(payload) = catch_unwind(AssertUnwindSafe(run)) {
            assert!(payload.is::<Death>(), "an act panicked");
        }
        self.is_reached.get()
    }

    /// Whatever happened before: the map can be placed, is complete, and is rebuilt by changes alone; and all
    /// its regions are returned but for the last.
    fn finish(self: Rc<Self>, had_keys: bool) {
        // At once: nothing is returned that is in use.
        (0..3).for_each(|_| self.act(Reclaim));
        let map = &self.map;
        let is_settled = || map.chain().tables().count() == 1;
        let by_changes = || {
            // A home moves with a change of its own, and one more with each change of an absent key.
            let mut turns = (1_000..1_400).take_while(|_| !is_settled());
            turns.all(|key| map.insert(key, 0) == Ok(None) && map.remove(key) == Ok(Some(0)));
            assert!(is_settled(), "changes do not end the rebuild");
        };
        self.act(Place);
        by_changes();
        for seed in 0..2 {
            map.tables().rebuild(region_for(9), seed).unwrap();
            by_changes();
        }
        assert_eq!(map.tables().check(), Ok(()));
        if had_keys {
            assert!((0..KEYS).all(|key| map.contains_key(key)));
        }
        let mut back = Vec::new();
        while let Some(region) = map.tables().try_reclaim() {
            self.take_back(region);
            back.push(());
        }
        assert!(back.len() >= 2, "old tables are not returned");
        let bytes = map.tables().stats().bytes;
        let world = Rc::into_inner(self).unwrap();
        let mut rest = world.map.into_regions();
        let region = rest.next().unwrap();
        assert!(rest.next().is_none(), "an old table was not returned");
        assert!(world.ours.borrow_mut().insert(region.base().addr()), "returned twice");
        assert_eq!(bytes, region.bytes());
    }
}

#[test]
fn p4_every_act_in_every_other_at_every_access() {
    for start in STARTS {
        for outer in ACTS {
            for inner in ACTS {
                sweep(|accesses| {
                    let world = World::new(start);
                    let is_reached = world.interrupt(outer, accesses, Some(inner));
                    world.finish(start != Start::Unplaced);
                    is_reached
                });
            }
        }
    }
}

/// Row N5: one that dies in the middle of it delays no other.
#[test]
fn n5_every_act_killed_at_every_access() {
    for start in STARTS {
        for outer in ACTS {
            sweep(|accesses| {
                let world = World::new(start);
                let is_reached = world.interrupt(outer, accesses, None);
                world.finish(start != Start::Unplaced);
                is_reached
            });
        }
    }
}
