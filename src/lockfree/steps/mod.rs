//! Every operation stopped before each of its accesses: as by an interrupt that runs others to their
//! end, or for ever.
//!
//! ```text
//!   outer   load header, load key ... |                             | ... commit
//!   others                            | run to their end, or die    |
//! ```
//!
//! The [judge](super::judge) searches an order of the operations that explains all answers. One that
//! was killed may have happened or not; it leaves at most one slot reserved, and all that come after it
//! end within a bounded number of accesses, with right answers.
//!
//! ```text
//! RUSTFLAGS="--cfg heptad_steps" cargo test --release --lib steps::
//! ```

use std::{
    boxed::Box,
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
    vec,
    vec::Vec,
};

use super::{
    Map,
    arena::Shape,
    arena_layout,
    bucket::{GROUP_SLOTS, Group},
    judge::{self, Answer, Judged, Operation, Record, is_explained},
};
use crate::{
    layout::{LINE_BYTES, Line},
    storage::Region,
    sync::steps::{self, Interrupt},
};

mod closures;
mod departures;
mod evictions;
mod leaks;
mod life;
mod members;
mod nested;
mod rebuilds;
mod references;
mod scenes;
mod sizes;

/// More accesses than any undisturbed operation makes: an insertion that looks at all 21
/// entries of its home, tries to claim in three groups, and then to move each of 18 entries, with two
/// attempts to claim each.
const MOST_UNDISTURBED: u64 = 21 + 2 * 3 + 18 * (2 * 2 + 12) + 12;

/// The same during a rebuild, which moves up to two homes: insertions into a table that has room.
const MOST_IN_REBUILD: u64 = 3 * MOST_UNDISTURBED;

/// An operation, and where it is stopped.
#[derive(Clone, Debug)]
struct Call {
    operation: Operation,
    stops: Vec<Stop>,
}

/// What happens at one access of an operation.
#[derive(Clone, Debug)]
struct Stop {
    /// Its number in the answer of [`Scene::play`].
    number: u32,
    accesses_before: u64,
    meanwhile: Vec<Call>,
    ends: End,
}

/// How a stop ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Resumed,
    Killed,
}

impl From<Operation> for Call {
    fn from(operation: Operation) -> Call {
        Call { operation, stops: Vec::new() }
    }
}

impl Call {
    /// `operation`, stopped once for `meanwhile`.
    fn stopped(operation: Operation, accesses_before: u64, meanwhile: Vec<Call>) -> Call {
        let stop = Stop { number: 0, accesses_before, meanwhile, ends: End::Resumed };
        Call { operation, stops: vec![stop] }
    }

    /// `operation`, killed.
    fn killed(operation: Operation, accesses_before: u64) -> Call {
        let stop = Stop { number: 0, accesses_before, meanwhile: Vec::new(), ends: End::Killed };
        Call { operation, stops: vec![stop] }
    }

    /// The same, with another number for its stop.
    fn numbered(mut self, number: u32) -> Call {
        self.stops.iter_mut().for_each(|stop| stop.number = number);
        self
    }
}

/// Unwinds through an operation that is killed.
struct Death;

/// A map, and what was done to it.
struct World {
    map: Judged,
    records: RefCell<Vec<Record>>,
    /// The numbers of the stops that were reached, one bit each.
    reached: Cell<u32>,
    killed: Cell<usize>,
    /// Of an undisturbed operation.
    most_accesses: u64,
}

impl World {
    /// Nothing was done to `map` yet.
    fn over(map: Judged) -> Rc<World> {
        let (records, reached, killed) = Default::default();
        Rc::new(World { map, records, reached, killed, most_accesses: MOST_UNDISTURBED })
    }

    fn perform(self: &Rc<Self>, call: &Call) {
        let after = (0..self.records.borrow().len()).collect();
        let interrupt = |stop: &Stop| {
            let (world, stop) = (Rc::clone(self), stop.clone());
            Interrupt {
                accesses_before: stop.accesses_before,
                handler: Box::new(move || world.stop(&stop)),
            }
        };
        let interrupts = call.stops.iter().map(interrupt).collect();
        let run = || steps::run(interrupts, || call.operation.run(&self.map));
        let answer = match catch_unwind(AssertUnwindSafe(run)) {
            Ok((answer, accesses)) => {
                assert!(!call.stops.is_empty() || accesses <= self.most_accesses, "{accesses}");
                Some(answer)
            }
            Err(payload) if payload.is::<Death>() => None,
            Err(payload) => resume_unwind(payload),
        };
        let record = Record { operation: call.operation, answer, after };
        self.records.borrow_mut().push(record);
    }

    fn stop(self: &Rc<Self>, stop: &Stop) {
        self.reached.set(self.reached.get() | 1 << stop.number);
        for call in &stop.meanwhile {
            self.perform(call);
        }
        if stop.ends == End::Killed {
            self.killed.set(self.killed.get() + 1);
            // Without the panic's message.
            resume_unwind(Box::new(Death));
        }
    }
}

/// A map in a certain state, as often as it is wanted.
struct Scene {
    shape: Shape,
    region: Option<Region<'static>>,
    /// Where the map is being moved, if it is.
    next_region: Option<Region<'static>>,
    before: Vec<Call>,
    /// Is there so little room that an operation may be refused?
    is_tight: bool,
}

impl Scene {
    fn new(capacity: usize, before: Vec<Call>, is_tight: bool) -> Scene {
        let shape = Shape::for_entries(capacity as u64).unwrap();
        let region = Some(region_for(capacity));
        Scene { shape, region, next_region: None, before, is_tight }
    }

    /// The same, but its rebuild has begun, into a table for `capacity` entries.
    fn in_rebuild(self, capacity: usize) -> Scene {
        Scene { next_region: Some(region_for(capacity)), ..self }
    }

    /// Is an own slot free while there are overflow entries?
    fn has_vacancy(&mut self) -> bool {
        let map = self.make();
        let stats = map.map.tables().stats();
        let has_vacancy = stats.entries - stats.overflow < judge::OWN && stats.overflow > 0;
        self.region = Rc::into_inner(map).unwrap().map.into_regions().next();
        has_vacancy
    }

    /// The map in its state.
    fn make(&mut self) -> Rc<World> {
        let map = Map::new_in(self.region.take().unwrap(), 0).unwrap();
        let mut world = World::over(map);
        if let (Some(world), Some(_)) = (Rc::get_mut(&mut world), &self.next_region) {
            world.most_accesses = MOST_IN_REBUILD;
        }
        self.before.iter().for_each(|call| world.perform(call));
        assert!(!world.records.take().iter().any(is_refused));
        world.reached.set(0);
        if let Some(region) = self.next_region.take() {
            world.map.tables().rebuild(region, 1).unwrap();
        }
        world
    }

    /// Performs `calls` one after another on the scene's map, and judges. Which stops were reached?
    fn play(&mut self, calls: &[Call]) -> u32 {
        let world = self.make();
        let start = judge::entries(&world.map);
        calls.iter().for_each(|call| world.perform(call));
        while world.map.tables().help(1) != Ok(true) {}
        let end = judge::entries(&world.map);
        let records = world.records.take();
        let story = || std::format!("{calls:?}\ngave {records:#?}\nfrom {start:?}\nto {end:?}");
        assert!(is_explained(self.shape, &start, &records, &end), "no order explains\n{}", story());
        assert!(self.is_tight || !records.iter().any(is_refused), "refused\n{}", story());
        let reserved = world.map.tables().stats().reserved;
        assert!(reserved <= world.killed.get(), "{reserved} reserved\n{}", story());
        assert_eq!(world.map.tables().check(), Ok(()), "{}", story());
        if world.killed.get() == 0 {
            // Insertions and moves leave a slot of each group free, so that every present key can be given
            // another value, however full its home is.
            let table = world.map.chain().newest().unwrap();
            let has_room = |group: &Group| group.claimed().count_ones() < GROUP_SLOTS;
            assert!(table.groups().iter().all(has_room), "{}", story());
            for (key, value) in &world.map {
                assert_eq!(world.map.insert(key, !value), Ok(Some(value)), "{}", story());
            }
        }

        let reached = world.reached.get();
        let mut map = Rc::into_inner(world).unwrap().map;
        let (reserved, entries) = (map.tables().stats().reserved, judge::entries(&map));
        assert_eq!(map.repair(), reserved, "{calls:?}");
        assert_eq!((map.tables().stats().reserved, map.tables().check()), (0, Ok(())), "{calls:?}");
        assert_eq!(judge::entries(&map), entries, "{calls:?}");
        let mut regions = map.into_regions();
        self.region = regions.next();
        self.next_region = regions.next();
        reached
    }
}

/// A region for a map of `capacity` entries, for ever.
fn region_for(capacity: usize) -> Region<'static> {
    let lines = arena_layout(capacity).unwrap().size() / LINE_BYTES;
    Region::from_lines(vec![Line::EMPTY; lines].leak()).unwrap()
}

fn is_refused(record: &Record) -> bool {
    matches!(record.answer, Some(Answer::Refused(_)))
}

/// Plays each of `operations` in the middle of each, at every access.
fn each_in_each(scene: &mut Scene, operations: &[Operation]) {
    for &outer in operations {
        for &inner in operations {
            sweep(|accesses| {
                scene.play(&[Call::stopped(outer, accesses, vec![inner.into()])]) == 1
            });
        }
    }
}

/// Kills each of `operations` at every access; then plays each of them, and the killed one again.
fn each_killed(scene: &mut Scene, operations: &[Operation]) {
    for &dead in operations {
        for &heir in operations {
            sweep(|accesses| {
                scene.play(&[Call::killed(dead, accesses), heir.into(), dead.into()]) == 1
            });
        }
    }
}

/// Calls `trial` with 0, 1 and so on, until it answers that the stop was not reached.
fn sweep(mut trial: impl FnMut(u64) -> bool) {
    let mut accesses_before = 0;
    while trial(accesses_before) {
        accesses_before += 1;
    }
}
