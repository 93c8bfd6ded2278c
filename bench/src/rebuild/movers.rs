//! Maps that can be moved while they are used.

use std::{
    hint::spin_loop,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Instant,
};

use heptad::{
    Error,
    hash::Keyed,
    layout::Line,
    lockfree::{Counted, Map, arena_lines},
    storage::Region,
};

use super::key;
use crate::ours::MEMORY;

const SEED: u64 = 0x5eed;
/// So many times the entries are added while a map grows.
const GROWTH: usize = 7;
/// Entries that are added between two looks at whether all is over.
const ADDED_AT_ONCE: usize = 256;

/// A map that one thread uses and another moves.
pub(super) trait Mover: Sync {
    const NAME: &'static str;

    /// With the first keys, each its own value, and made for so many.
    fn with_entries(entries: usize) -> Self;

    fn get(&self, key: u64) -> Option<u64>;

    fn upsert(&self, key: u64, value: u64);

    /// A part of the moving, the `turn`-th completed; was it completed?
    fn move_some(&self, turn: u64, is_over: &AtomicBool) -> bool;
}

/// heptad's map, and its other arena. Who moves it works once in `OF` spans of time, and does something else in
/// between; and it gives each rebuild a new seed, or none, as if only the size changed.
pub(super) struct Heptad<const OF: u32, const RESEEDS: bool> {
    map: Map<'static, u64, u64, Counted>,
    spare: Mutex<Option<Region<'static>>>,
    /// Both arenas, to be given back.
    arenas: [*mut [Line]; 2],
}

// SAFETY: the pointers are only used when it is dropped.
unsafe impl<const OF: u32, const RESEEDS: bool> Sync for Heptad<OF, RESEEDS> {}

impl<const OF: u32, const RESEEDS: bool> Mover for Heptad<OF, RESEEDS> {
    const NAME: &'static str = match (OF, RESEEDS) {
        (_, false) => "same seed",
        (1, _) => "heptad",
        (2, _) => "heptad / 2",
        _ => "heptad / 4",
    };

    fn with_entries(entries: usize) -> Self {
        let lines = || Box::into_raw(vec![Line::EMPTY; arena_lines(entries)].into_boxed_slice());
        let arenas = [lines(), lines()];
        let [first, second] = arenas.map(|lines| {
            let bytes = lines.len() * size_of::<Line>();
            // SAFETY: the lines are used by nobody else until the map is gone.
            unsafe { Region::from_raw(lines.cast(), bytes) }.expect(MEMORY)
        });
        let map = Map::new_with(first, SEED, Counted::new()).expect(MEMORY);
        for number in 0..entries {
            map.insert(key(number), key(number)).expect("there is room");
        }
        Heptad { map, spare: Mutex::new(Some(second)), arenas }
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.map.get(key)
    }

    fn upsert(&self, key: u64, value: u64) {
        while let Err(error) = self.map.upsert(key, value) {
            assert_eq!(error, Error::Busy);
        }
    }

    fn move_some(&self, turn: u64, _: &AtomicBool) -> bool {
        let start = Instant::now();
        let is_done = self.advance(if RESEEDS { turn } else { SEED });
        let end = start + start.elapsed() * OF;
        while OF > 1 && Instant::now() < end {
            spin_loop();
        }
        is_done
    }
}

impl<const OF: u32, const RESEEDS: bool> Heptad<OF, RESEEDS> {
    /// Sixteen steps of a rebuild, begun under this seed if none runs; was it completed?
    fn advance(&self, seed: u64) -> bool {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(region) = spare.take() {
            self.map.tables().rebuild(region, seed).expect("no rebuild runs, and there is room");
        }
        let is_done = matches!(self.map.tables().help(16), Ok(true));
        if is_done {
            *spare = self.map.tables().try_reclaim();
        }
        spare.is_some()
    }
}

impl<const OF: u32, const RESEEDS: bool> Drop for Heptad<OF, RESEEDS> {
    fn drop(&mut self) {
        for lines in self.arenas {
            // SAFETY: from `Box::into_raw`; the map uses nothing when it is dropped.
            drop(unsafe { Box::from_raw(lines) });
        }
    }
}

/// Adds a few entries to a map that grows, until there are `GROWTH` times as many as at first.
fn grow(added: &Mutex<usize>, entries: usize, is_over: &AtomicBool, insert: impl Fn(u64)) -> bool {
    let mut added = added.lock().unwrap_or_else(PoisonError::into_inner);
    if *added >= GROWTH * entries {
        // Nothing more to do in this round.
        while !is_over.load(Relaxed) {
            spin_loop();
        }
        return false;
    }
    for _ in 0..ADDED_AT_ONCE {
        insert(key(entries + *added));
        *added += 1;
    }
    *added >= GROWTH * entries
}

pub(super) struct Papaya {
    map: papaya::HashMap<u64, u64, Keyed>,
    entries: usize,
    added: Mutex<usize>,
}

impl Mover for Papaya {
    const NAME: &'static str = "papaya";

    fn with_entries(entries: usize) -> Self {
        let map = papaya::HashMap::with_capacity_and_hasher(entries, Keyed::new(SEED));
        (0..entries).for_each(|number| _ = map.pin().insert(key(number), key(number)));
        Papaya { map, entries, added: Mutex::new(0) }
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.map.pin().get(&key).copied()
    }

    fn upsert(&self, key: u64, value: u64) {
        self.map.pin().insert(key, value);
    }

    fn move_some(&self, _: u64, is_over: &AtomicBool) -> bool {
        let insert = |key| _ = self.map.pin().insert(key, key);
        grow(&self.added, self.entries, is_over, insert)
    }
}

pub(super) struct Scc {
    map: scc::HashMap<u64, u64, Keyed>,
    entries: usize,
    added: Mutex<usize>,
}

impl Mover for Scc {
    const NAME: &'static str = "scc";

    fn with_entries(entries: usize) -> Self {
        let map = scc::HashMap::with_capacity_and_hasher(entries, Keyed::new(SEED));
        (0..entries).for_each(|number| _ = map.upsert_sync(key(number), key(number)));
        Scc { map, entries, added: Mutex::new(0) }
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.map.read_sync(&key, |_, value| *value)
    }

    fn upsert(&self, key: u64, value: u64) {
        self.map.upsert_sync(key, value);
    }

    fn move_some(&self, _: u64, is_over: &AtomicBool) -> bool {
        let insert = |key| _ = self.map.upsert_sync(key, key);
        grow(&self.added, self.entries, is_over, insert)
    }
}
