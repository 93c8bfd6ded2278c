//! Models: the real code under loom, in every interleaving that the memory model allows.
//!
//! Each model is a tiny map, a few operations that run at once, each in a thread of its own, and the
//! [judge](super::judge), which searches an order of them that explains their answers. Groups have two
//! slots here, of which insertions leave one free, so that a home is full with six entries. Models of where
//! tables and keys are (`tables`, `references`) watch their memory instead.
//!
//! ```text
//! RUSTFLAGS="--cfg heptad_loom" cargo test --release --lib models:: -- --skip models::thorough
//! ```

use std::{
    boxed::Box,
    eprintln, format,
    sync::{Arc, Mutex},
    vec::Vec,
};

use loom::{model::Builder, thread};

use super::{
    Map, Never,
    arena::{Descriptor, Shape},
    bucket::{Anyone, Attempt, GROUP_SLOTS, OWN_SLOTS, Purpose, REGIONS},
    chain::Chain,
    judge::{self, Judged, Operation, Record, is_explained, keys_of_home},
};
use crate::{layout::Line, storage::Region};

mod evictions;
mod grace;
mod members;
mod one_home;
mod orders;
mod rebuild;
mod references;
mod retarget;
mod tables;
mod thorough;
mod two_homes;

/// What a model starts with.
#[derive(Clone)]
struct Scene {
    shape: Shape,
    /// Done by one thread, before the others start.
    before: Vec<Operation>,
    /// How often a running thread may be stopped for another; every switch is tried if `None`.
    preemptions: Option<usize>,
    rebuild: Rebuild,
}

/// Whether the map is rebuilt, into a table of the same shape.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rebuild {
    Not,
    /// The rebuild has begun when the threads start.
    Begun,
    /// The first thread begins it.
    Begins,
    /// It has begun, into a table all places of which killed contexts have reserved. The first thread gives that
    /// one a next table.
    Stuck,
}

impl Scene {
    /// A table of one home, with one slot in each region.
    fn of_one_home(before: &[Operation]) -> Scene {
        Scene::of_shape(1, 1, before)
    }

    /// A table of two homes, which share one slot in each region.
    fn of_two_homes(before: &[Operation]) -> Scene {
        Scene::of_shape(2, 1, before)
    }

    /// A table of two homes, which share the slot of the last region only.
    fn of_neighbours(before: &[Operation]) -> Scene {
        Scene::of_shape(2, 3, before)
    }

    fn of_shape(buckets: u64, groups_per_region: u64, before: &[Operation]) -> Scene {
        let shape = Shape { buckets, groups_per_region };
        Scene { shape, before: before.into(), preemptions: None, rebuild: Rebuild::Not }
    }

    fn with_rebuild(self, rebuild: Rebuild) -> Scene {
        Scene { rebuild, ..self }
    }

    fn with_preemptions(self, most: usize) -> Scene {
        Scene { preemptions: Some(most), ..self }
    }

    /// The map, in memory that it returns.
    fn make(&self, region: Region<'static>) -> Judged {
        let chain = Chain::empty(Never);
        chain.start_with(Descriptor::of_shape(region, self.shape, 0, u64::MAX));
        let map = Map::with_chain(chain);
        for operation in &self.before {
            let answer = operation.run(&map);
            assert!(!matches!(answer, judge::Answer::Refused(_)), "{operation:?}: {answer:?}");
        }
        map
    }

    /// Runs the operations of each thread in order, the threads at once, and judges.
    fn race(&self, threads: &[&[Operation]]) {
        let title = format!("{:?}, then at once {threads:?}", self.before);
        let scene = self.clone();
        let threads: Vec<Vec<Operation>> = threads.iter().map(|&thread| thread.into()).collect();
        let line = Box::leak(Box::new(Line::EMPTY));
        let region = Mutex::new(Region::from_lines(core::slice::from_mut(line)).ok());
        let mut builder = Builder::new();
        builder.preemption_bound = self.preemptions;
        builder.max_branches = 20_000;
        let result = std::panic::catch_unwind(core::panic::AssertUnwindSafe(|| {
            builder.check(move || {
                let provided = region.lock().unwrap().take().unwrap();
                *region.lock().unwrap() = scene.run(provided, &threads);
            });
        }));
        if let Err(panic) = result {
            eprintln!("in the model: {title}");
            std::panic::resume_unwind(panic);
        }
    }

    /// One interleaving.
    fn run(&self, region: Region<'static>, threads: &[Vec<Operation>]) -> Option<Region<'static>> {
        let map = Arc::new(self.make(region));
        let start = judge::entries(&map);
        let shape = self.shape;
        if self.rebuild != Rebuild::Not && self.rebuild != Rebuild::Begins {
            begin(&map, shape);
        }
        if self.rebuild == Rebuild::Stuck {
            leak_all_places(&map);
        }
        // Every racer in a thread of its own: loom tries less with the main thread.
        let handles: Vec<_> = threads
            .iter()
            .enumerate()
            .map(|(number, operations)| {
                let (map, operations) = (Arc::clone(&map), operations.clone());
                let begins = matches!(self.rebuild, Rebuild::Begins | Rebuild::Stuck);
                thread::spawn(move || {
                    if begins && number == 0 {
                        begin(&map, shape);
                    }
                    let run = |operation: Operation| (operation, operation.run(&map));
                    operations.into_iter().map(run).collect::<Vec<_>>()
                })
            })
            .collect();
        let mut records = Vec::new();
        for handle in handles {
            let first = records.len();
            for (operation, answer) in handle.join().unwrap() {
                let after = (first..records.len()).collect();
                records.push(Record { operation, answer: Some(answer), after });
            }
        }
        while self.rebuild != Rebuild::Not && map.tables().help(1) != Ok(true) {}
        let end = judge::entries(&map);
        assert!(
            is_explained(self.shape, &start, &records, &end),
            "no order explains {records:?}, which led from {start:?} to {end:?}"
        );
        if self.rebuild == Rebuild::Stuck {
            // The thread that has made a table with room finds room.
            let mut own = records.iter().take(threads[0].len());
            assert!(!own.any(|record| matches!(record.answer, Some(judge::Answer::Refused(_)))));
        }
        assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
        let mut regions = Arc::into_inner(map)?.into_regions();
        let first = regions.next();
        regions.for_each(drop);
        Descriptor::free_all();
        first
    }
}

/// Begins a rebuild into a table of this shape.
fn begin(map: &Judged, shape: Shape) {
    let line = Box::leak(Box::new(Line::EMPTY));
    let region = Region::from_lines(core::slice::from_mut(line)).unwrap();
    map.rebuild_into(Descriptor::of_shape(region, shape, 1, u64::MAX));
}

/// Reserves all places of the newest table's first home, as contexts that were killed.
fn leak_all_places(map: &Judged) {
    let table = map.chain().newest().unwrap();
    let home = table.home_number(0).unwrap();
    for slot in 0..OWN_SLOTS {
        assert!(matches!(home.reserve(Anyone, home.header(), slot), Attempt::Done(_)));
    }
    for region in 0..REGIONS {
        let mut claims =
            (0..GROUP_SLOTS).map(|_| table.group(home, region).claim_free(Anyone, Purpose::Update));
        assert!(claims.all(|slot| slot.is_some()));
    }
}

/// Keys of the only home, or of the first of two.
fn key(number: usize) -> u64 {
    key_of_home(0, number)
}

/// The key with a number of a home of two.
fn key_of_home(home: u64, number: usize) -> u64 {
    let shape = Shape { buckets: 2, groups_per_region: 1 };
    keys_of_home(shape, home).nth(number).unwrap()
}

/// Insertions of the first keys of the first home, each with its value.
fn fill(numbers: core::ops::Range<usize>) -> Vec<Operation> {
    numbers.map(|number| Operation::Insert(key(number), 100 + number as u64)).collect()
}
