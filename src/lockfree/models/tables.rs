//! Tables that come and go: placed, rebuilt, settled, left and returned, with grace periods by counting.
//!
//! Every use of a table is watched: see `arena/model.rs`. Loom complains of one that nothing orders before the
//! region is returned, and of one that nothing orders after the making of the table. The tables are the
//! smallest that there are, of one home, and groups that no operation needs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread_local, vec,
    vec::Vec,
};

use loom::{model::Builder, thread};

use crate::{
    error::{Error, Rejected},
    layout::{LINE_BYTES, Line},
    lockfree::{Counted, Map, arena::Descriptor, arena_lines, chain::Chain},
    storage::Region,
};

/// Keys that are there from the start, or that threads insert.
const KEY: u64 = 1;
const OTHER: u64 = 2;
/// More regions than any model provides.
const REGIONS: usize = 4;

thread_local! {
    /// Memory for regions, which is not touched: loom's tables are elsewhere.
    static MEMORY: *mut u8 = {
        vec![Line::EMPTY; REGIONS * arena_lines(1)].leak().as_mut_ptr().cast()
    };
}

/// A map, and how many regions are the map's.
struct World {
    map: Map<'static, u64, u64, Counted>,
    /// Not loom's: only added up.
    regions: AtomicUsize,
    made: AtomicUsize,
}

impl World {
    fn unplaced() -> World {
        let map = Map::with_chain(Chain::empty(Counted::default()));
        World { map, regions: AtomicUsize::new(0), made: AtomicUsize::new(0) }
    }

    /// With one key.
    fn placed() -> World {
        let world = World::unplaced();
        world.place();
        assert_eq!(world.map.insert(KEY, 7), Ok(None));
        world
    }

    /// Its rebuild has begun.
    fn rebuilding() -> World {
        let world = World::placed();
        world.rebuild();
        world
    }

    /// Its rebuild has ended, and the old table is there still.
    fn retired() -> World {
        let world = World::rebuilding();
        world.help();
        world
    }

    fn offer(&self, take: impl FnOnce(Region<'static>) -> Result<(), Rejected<Region<'static>>>) {
        let bytes = arena_lines(1) * LINE_BYTES;
        let number = self.made.fetch_add(1, Relaxed);
        assert!(number < REGIONS);
        let start = MEMORY.with(|&memory| memory.wrapping_add(number * bytes));
        // SAFETY: leaked, and used by nobody else in this thread of the system's.
        let region = unsafe { Region::from_raw(start, bytes) }.unwrap();
        match take(region) {
            Ok(()) => drop(self.regions.fetch_add(1, Relaxed)),
            Err(rejected) => assert!(matches!(rejected.error, Error::Occupied | Error::Busy)),
        }
    }

    fn place(&self) {
        self.offer(|region| self.map.tables().place(region, 1));
    }

    fn rebuild(&self) {
        self.offer(|region| self.map.tables().rebuild(region, 2));
    }

    /// All that is left of a rebuild, unless it is `Busy`.
    fn help(&self) {
        let _ = self.map.tables().help(4);
    }

    fn reclaim(&self) {
        if self.map.tables().try_reclaim().is_some() {
            self.regions.fetch_sub(1, Relaxed);
        }
    }

    fn reads(&self) {
        assert_eq!(self.map.get(KEY), Some(7));
    }

    fn inserts(&self) {
        assert_eq!(self.map.insert(OTHER, 8), Ok(None));
    }

    fn has_other(&self) -> bool {
        self.map.get(OTHER).is_some()
    }

    /// All is in order, and every region is returned once.
    fn finish(self, has_key: bool) {
        while self.map.tables().help(1) != Ok(true) {}
        assert_eq!(self.map.tables().check(), Ok(()));
        assert_eq!(self.map.get(KEY), has_key.then_some(7));
        while self.map.tables().try_reclaim().is_some() {
            self.regions.fetch_sub(1, Relaxed);
        }
        assert_eq!(self.regions.load(Relaxed), 1, "an old table is not returned");
        assert_eq!(self.map.into_regions().count(), 1);
        Descriptor::free_all();
    }
}

type Act = fn(&World);

/// What threads do at once in a world that `make` makes; and the keys that are there at the end.
fn race(preemptions: usize, make: fn() -> World, threads: &'static [Act]) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(move || {
        let world = Arc::new(make());
        let has_key = world.map.get(KEY).is_some();
        let spawn = |&act: &Act| {
            let world = Arc::clone(&world);
            thread::spawn(move || act(&world))
        };
        let handles: Vec<_> = threads.iter().map(spawn).collect();
        handles.into_iter().for_each(|handle| handle.join().unwrap());
        Arc::into_inner(world).unwrap().finish(has_key);
    });
}

/// Two place the first table; both work on in the one that came first.
#[test]
fn p2_two_place() {
    race(
        2,
        World::unplaced,
        &[
            |world| {
                world.place();
                world.inserts();
            },
            |world| {
                world.place();
                world.has_other();
            },
        ],
    );
}

/// One places, another rebuilds what may have no table yet, and reclaims an old one.
#[test]
fn p4_an_unplaced_map_is_rebuilt_and_asked_for_old_tables() {
    race(
        2,
        World::unplaced,
        &[
            |world| {
                world.place();
                world.reclaim();
            },
            |world| {
                world.rebuild();
                world.inserts();
            },
        ],
    );
    race(2, World::unplaced, &[World::rebuild, World::reclaim, World::place]);
}

/// Two rebuild at once: one of them is the next, and the chain is whole.
#[test]
fn m4_two_rebuild() {
    race(
        2,
        World::placed,
        &[
            |world| {
                world.rebuild();
                world.reads();
            },
            |world| {
                world.rebuild();
                world.reads();
            },
        ],
    );
}

/// A thread that follows the tables without looking at a bucket finds the next one as it was made.
///
/// The link alone: a rebuild loads the word before it writes it, and loom moves a write before the last access
/// only, so that no load of another thread would come in between.
#[test]
fn m4_a_table_is_made_before_it_is_linked() {
    let is_found = |world: &World| {
        let newest = world.map.chain().newest().unwrap();
        newest.next().is_some_and(|next| next.bytes() > 0)
    };
    loom::model(move || {
        let world = Arc::new(World::placed());
        let linker = {
            let world = Arc::clone(&world);
            thread::spawn(move || {
                world.offer(|region| {
                    let next = Descriptor::create(region, 2, u64::MAX)?;
                    // SAFETY: R2: nothing is returned here.
                    assert!(unsafe { world.map.chain().newest().unwrap().set_next(next) });
                    Ok(())
                });
            })
        };
        let reader = {
            let world = Arc::clone(&world);
            thread::spawn(move || is_found(&world))
        };
        linker.join().unwrap();
        reader.join().unwrap();
        assert!(is_found(&world));
        let world = Arc::into_inner(world).unwrap();
        assert_eq!(world.map.into_regions().count(), 2);
        Descriptor::free_all();
    });
}

/// An operation that began in the old table is in it until it ends.
#[test]
fn p6_a_reader_of_a_table_that_leaves() {
    race(
        2,
        World::rebuilding,
        &[World::reads, |world| {
            world.help();
            world.reclaim();
            world.reclaim();
        }],
    );
}

/// An iterator, and its clone when it is gone, keep the table that they are in.
#[test]
fn p6_a_clone_of_an_iterator_in_a_table_that_leaves() {
    race(
        2,
        World::rebuilding,
        &[
            |world| {
                let iter = world.map.iter();
                let clone = iter.clone();
                drop(iter);
                assert!(clone.count() >= 1);
            },
            |world| {
                world.help();
                world.reclaim();
                world.reclaim();
            },
        ],
    );
}

/// Two reclaim one old table: it is returned once.
#[test]
fn p4_two_reclaim() {
    race(3, World::retired, &[World::reclaim, World::reclaim]);
}

/// One finds the departure under way that another began, while an operation is in the table.
#[test]
fn p6_a_reader_and_two_who_reclaim() {
    race(
        1,
        World::rebuilding,
        &[
            |world| assert!(world.map.iter().count() >= 1),
            |world| {
                world.help();
                world.reclaim();
            },
            World::reclaim,
        ],
    );
}

/// What takes minutes.
mod thorough {
    use super::*;

    #[test]
    fn p6_a_writer_in_a_table_that_leaves() {
        race(
            1,
            World::rebuilding,
            &[World::inserts, |world| {
                world.help();
                world.reclaim();
                world.reclaim();
            }],
        );
    }
}
