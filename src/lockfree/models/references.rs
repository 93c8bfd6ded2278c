//! The memory of keys that references lead to: loom's cells, which a comparison with a key reads, and which are written
//! when the memory may be used for something else.

use std::{
    boxed::Box,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    vec::Vec,
};

use loom::{
    cell::UnsafeCell,
    model::Builder,
    thread::{self, JoinHandle},
};

use crate::{
    layout::Line,
    lockfree::{
        Counted, IndirectMap, Keys, Reclaim, Stored,
        arena::{Descriptor, Shape},
        bucket::{Anyone, OWN_SLOTS, Purpose},
        chain::Chain,
    },
    storage::Region,
};

/// The memory of a key.
#[derive(Default)]
struct Memory {
    uses: UnsafeCell<()>,
    /// Not loom's: a late use that is in order with the end is none either.
    is_gone: AtomicBool,
}

/// References are numbers of memories; reference `r` stands for key `r % 10`. All keys have one hash.
struct Objects {
    memories: Vec<Memory>,
}

// SAFETY: nothing is in the cells; loom watches their uses.
unsafe impl Sync for Objects {}
// SAFETY: as above.
unsafe impl Send for Objects {}

impl Objects {
    fn new() -> Objects {
        Objects { memories: (0..20).map(|_| Memory::default()).collect() }
    }

    /// The memory is used for something else.
    fn free(&self, reference: u64) {
        let memory = &self.memories[reference as usize];
        memory.is_gone.store(true, Relaxed);
        memory.uses.with_mut(|_| ());
    }
}

impl Keys for Objects {
    type Key = u64;
    type Reference = u64;

    fn hash_bits(&self) -> u64 {
        !0 << 32
    }

    fn hash(&self, _: &u64) -> u64 {
        0x1234_5678 << 32
    }

    fn is(&self, reference: Stored<Self>, key: &u64) -> bool {
        let number = reference.number();
        let memory = &self.memories[number as usize];
        assert!(!memory.is_gone.load(Relaxed), "the memory of {number} is gone");
        memory.uses.with(|_| ());
        number % 10 == *key
    }
}

type Objected = IndirectMap<'static, Objects, u64, Counted>;

/// Runs `act` with a map of one home with the keys before `count`, in every interleaving.
fn model(preemptions: usize, count: u64, act: impl Fn(&Arc<Objected>) + Send + Sync + 'static) {
    let line: *mut Line = Box::leak(Box::new(Line::EMPTY));
    let line = line.expose_provenance();
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(move || {
        let line = core::ptr::with_exposed_provenance_mut(line);
        // SAFETY: leaked, and not touched: loom's tables are elsewhere.
        let region = unsafe { Region::from_raw(line, size_of::<Line>()) }.unwrap();
        let chain = Chain::empty(Counted::default());
        let (keys, shape) = (Objects::new(), Shape { buckets: 1, groups_per_region: 1 });
        chain.start_with(Descriptor::of_shape(region, shape, 0, keys.hash_bits()));
        let map = Arc::new(Objected::with_chain(chain, keys));
        for key in 0..count {
            assert_eq!(map.insert(&key, key, 0), Ok(None));
        }
        act(&map);
        let map = Arc::into_inner(map).unwrap();
        assert_eq!(map.tables().check(), Ok(()));
        assert_eq!(map.into_regions().count(), 1);
        Descriptor::free_all();
    });
}

fn spawn<T: 'static>(map: &Arc<Objected>, act: fn(&Objected) -> T) -> JoinHandle<T> {
    let map = Arc::clone(map);
    thread::spawn(move || act(&map))
}

/// Threads use a map with one key at once.
fn race(preemptions: usize, threads: &'static [fn(&Objected)]) {
    model(preemptions, 1, |map| {
        let handles: Vec<_> = threads.iter().map(|&act| spawn(map, act)).collect();
        handles.into_iter().for_each(|handle| handle.join().unwrap());
        assert_eq!(map.tables().stats().reserved, 0);
    });
}

/// Inserts key 7 with a reference whose memory is free at once if the map does not keep it.
fn insert_seven(map: &Objected, reference: u64) {
    if map.insert_if_absent(&7, reference, 1).unwrap().is_some() {
        map.keys().free(reference);
    }
}

/// The memory of a removed key is free when all operations have ended that were under way.
#[test]
fn p5_a_removed_key_is_followed_by_nobody_after_its_grace_period() {
    race(
        3,
        &[
            |map| assert!(map.get(&0).is_none_or(|value| value == 0)),
            |map| {
                assert_eq!(map.remove(&0), Ok(Some((0, 0))));
                let started = map.tables().guard().start();
                if map.tables().guard().has_elapsed(started) {
                    map.keys().free(0);
                }
            },
        ],
    );
}

/// What takes minutes.
mod thorough {
    use super::*;

    /// Of two that insert a key one loses, and no operation has followed its reference: not even a reader that stands
    /// at the slot where it was written, whose entry was removed meanwhile.
    #[test]
    fn p5_a_reference_that_was_not_kept_is_followed_by_nobody() {
        race(
            2,
            &[
                |map| assert_eq!(map.get(&5), None),
                |map| {
                    assert_eq!(map.remove(&0), Ok(Some((0, 0))));
                    insert_seven(map, 7);
                },
                |map| insert_seven(map, 17),
            ],
        );
    }

    /// An update that began before its key was removed writes the key's word into the slot of another key, and loses
    /// its commit. When it has returned, every operation has that began before the removal, and the memory is free. A
    /// reader that began later, and reads that slot under an old header, does not follow the word.
    ///
    /// The other slot of the key's group is reserved for good, so that the update looks for one in the other key's.
    #[test]
    fn p5_a_word_that_comes_back_is_followed_by_nobody() {
        const KEY: u64 = OWN_SLOTS as u64;
        const OTHER: u64 = KEY + 1;
        model(4, OTHER + 1, |map| {
            let table = map.chain().newest().unwrap();
            let groups = table.groups();
            let its_group = groups.iter().find(|group| {
                (0..2).any(|slot| group.pair(slot).key.load(Relaxed) as u32 == KEY as u32)
            });
            assert!(its_group.unwrap().claim_free(Anyone, Purpose::Update).is_some());
            let update = spawn(map, |map| map.insert(&KEY, 10 + KEY, 1).unwrap());
            let removed = map.remove(&KEY).unwrap();
            let reader = spawn(map, |map| assert!(map.get(&KEY).is_none_or(|value| value < 2)));
            let _ = map.remove(&OTHER);
            update.join().unwrap();
            if let Some((reference, _)) = removed {
                map.keys().free(reference);
            }
            reader.join().unwrap();
        });
    }
}
