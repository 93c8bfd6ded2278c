//! What a thread may rely on once it sees what another has done: see the module's essay.

use loom::{cell::UnsafeCell, model::Builder, sync::atomic::AtomicBool, thread};
use std::{
    boxed::Box,
    sync::{
        Arc,
        atomic::Ordering::{Acquire, Release},
    },
};

use super::{Judged, Rebuild, Scene, key};
use crate::{layout::Line, storage::Region};

/// A map, and memory beside it that is not atomic: loom finds accesses that are not ordered.
struct Shared {
    map: Judged,
    memory: UnsafeCell<u64>,
    /// A word by which threads tell one another about the map.
    flag: AtomicBool,
}

// SAFETY: loom fails where two accesses of the memory are not ordered.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

impl Shared {
    fn write(&self, value: u64) {
        // SAFETY: ordered, or loom fails.
        self.memory.with_mut(|memory| unsafe { *memory = value });
    }

    fn read(&self) -> u64 {
        // SAFETY: ordered, or loom fails.
        self.memory.with(|memory| unsafe { *memory })
    }
}

/// Threads over the map of a scene.
fn race<const N: usize>(scene: &Scene, acts: [fn(&Shared); N]) {
    let scene = scene.clone();
    let mut builder = Builder::new();
    builder.preemption_bound = scene.preemptions;
    builder.check(move || {
        let line = Box::leak(Box::new(Line::EMPTY));
        let region = Region::from_lines(core::slice::from_mut(line)).unwrap();
        let (memory, flag) = (UnsafeCell::new(0), AtomicBool::new(false));
        let shared = Arc::new(Shared { map: scene.make(region), memory, flag });
        if scene.rebuild == Rebuild::Begun {
            super::begin(&shared.map, scene.shape);
        }
        let threads = acts.map(|act| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || act(&shared))
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        drop(shared);
        crate::lockfree::arena::Descriptor::free_all();
    });
}

/// Memory that was filled before an insertion is there for a thread that finds the key.
#[test]
fn an_insertion_that_is_seen_happens_before() {
    let inserts = |shared: &Shared| {
        shared.write(7);
        assert_eq!(shared.map.insert(key(0), 1), Ok(None));
    };
    let finds = |shared: &Shared| {
        if shared.map.get(key(0)).is_some() {
            assert_eq!(shared.read(), 7);
        }
    };
    race(&Scene::of_one_home(&[]), [inserts, finds]);
}

/// The same of a change of a value, and for the thread that changes it next.
#[test]
fn a_change_that_is_seen_happens_before() {
    let changes = |shared: &Shared| {
        shared.write(7);
        assert!(shared.map.insert(key(0), 1).is_ok());
    };
    let changes_next = |shared: &Shared| {
        if shared.map.replace(key(0), 2) == Ok(Some(1)) {
            assert_eq!(shared.read(), 7);
        }
    };
    race(&Scene::of_one_home(&super::fill(0..1)), [changes, changes_next]);
}

/// What was done with memory before a removal comes before what a thread does that finds the key gone.
#[test]
fn a_removal_that_is_seen_happens_before() {
    let removes = |shared: &Shared| {
        assert_eq!(shared.read(), 0);
        assert_eq!(shared.map.remove(key(0)), Ok(Some(100)));
    };
    let finds_nothing = |shared: &Shared| {
        if shared.map.get(key(0)).is_none() {
            shared.write(8);
        }
    };
    race(&Scene::of_one_home(&super::fill(0..1)), [removes, finds_nothing]);
}

/// A thread that finds a key gone may publish this by other means than the map. A third thread that learns of it does
/// not find the key either, and comes after what was done before the removal.
fn pass_on(scene: &Scene) {
    let removes = |shared: &Shared| {
        assert_eq!(shared.read(), 0);
        assert_eq!(shared.map.remove(key(0)), Ok(Some(100)));
    };
    let finds_nothing = |shared: &Shared| {
        if shared.map.get(key(0)).is_none() {
            shared.flag.store(true, Release);
        }
    };
    let learns_of_it = |shared: &Shared| {
        if shared.flag.load(Acquire) {
            assert_eq!(shared.map.get(key(0)), None);
            shared.write(8);
        }
    };
    race(scene, [removes, finds_nothing, learns_of_it]);
}

#[test]
fn a_removal_that_is_passed_on_happens_before() {
    pass_on(&Scene::of_one_home(&super::fill(0..1)).with_preemptions(3));
}

/// The same beside a rebuild: the third thread may start in the old table.
#[test]
fn a_removal_that_is_passed_on_in_a_rebuild_happens_before() {
    let scene = Scene::of_one_home(&super::fill(0..1)).with_rebuild(Rebuild::Begun);
    pass_on(&scene.with_preemptions(2));
}
