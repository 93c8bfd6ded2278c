//! Maps that migrate while they are used.

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
    layout::Line,
    lockfree::{Counted, Map},
    storage::Region,
};

use crate::{
    lockfree::{heptad::arena, map::Map as PeerMap},
    ours::{MEMORY, SEED},
    workload::key,
};

/// A growing map gets this many times its entries added.
const GROWTH: usize = 7;
/// Entries that are added between two checks of the end signal.
const ADDED_AT_ONCE: usize = 256;

/// A map that one thread uses while another moves it.
pub(super) trait Migrating: Sync {
    const NAME: &'static str;

    /// A map made for `entries` keys and filled with them; each is its own value.
    fn with_entries(entries: usize) -> Self;

    fn get(&self, key: u64) -> Option<u64>;

    fn upsert(&self, key: u64, value: u64);

    /// Performs a part of migration number `turn`; was it the last part?
    fn move_some(&self, turn: u64, is_over: &AtomicBool) -> bool;
}

/// heptad's map, and its other arena. The migrator works one of every `OF` spans of time, and spins in between;
/// it gives each rebuild a new seed, or the same one, as if only the size changed.
pub(super) struct Heptad<const OF: u32, const RESEEDS: bool> {
    map: Map<'static, u64, u64, Counted>,
    spare: Mutex<Option<Region<'static>>>,
    /// Freed after the map.
    _arenas: [Vec<Line>; 2],
}

impl<const OF: u32, const RESEEDS: bool> Migrating for Heptad<OF, RESEEDS> {
    const NAME: &'static str = match (OF, RESEEDS) {
        (_, false) => "same seed",
        (1, _) => "heptad",
        (2, _) => "heptad / 2",
        _ => "heptad / 4",
    };

    fn with_entries(entries: usize) -> Self {
        let [(first_arena, first), (second_arena, second)] = [arena(entries), arena(entries)];
        let map = Map::new_with(first, SEED, Counted::new()).expect(MEMORY);
        for number in 0..entries as u64 {
            map.insert(key(number), key(number)).expect("there is room");
        }
        Heptad { map, spare: Mutex::new(Some(second)), _arenas: [first_arena, second_arena] }
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.map.get(key)
    }

    fn upsert(&self, key: u64, value: u64) {
        while let Err(error) = self.map.insert(key, value) {
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
    /// Sixteen steps of a rebuild, started with `seed` if none runs; was it completed?
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

/// A peer's map, which migrates while it grows.
pub(super) struct Growing<M> {
    map: M,
    entries: usize,
    added: Mutex<usize>,
}

impl<M: PeerMap> Migrating for Growing<M> {
    const NAME: &'static str = M::NAME;

    fn with_entries(entries: usize) -> Self {
        let map = M::with_room(entries);
        (0..entries as u64).for_each(|number| _ = map.upsert(key(number), key(number)));
        Growing { map, entries, added: Mutex::new(0) }
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.map.get(key)
    }

    fn upsert(&self, key: u64, value: u64) {
        self.map.upsert(key, value);
    }

    /// Adds a few entries, until the map has `GROWTH` times as many as at first.
    fn move_some(&self, _: u64, is_over: &AtomicBool) -> bool {
        let mut added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        if *added >= GROWTH * self.entries {
            // Nothing remains to be done in this round.
            while !is_over.load(Relaxed) {
                spin_loop();
            }
            return false;
        }
        for _ in 0..ADDED_AT_ONCE {
            let key = key((self.entries + *added) as u64);
            self.map.upsert(key, key);
            *added += 1;
        }
        *added >= GROWTH * self.entries
    }
}
