//! Taking samples: each timer interrupt, on any core, counts the address that it interrupted.
//!
//! All interrupts count into one lock-free map, and core 0 reads it meanwhile. Nobody masks interrupts
//! or waits for it: an interrupt may come in the middle of the very function that this core or another
//! one is executing.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use heptad::Error;
use heptad::lockfree::Map;
use heptad::storage::Region;
use tests_qemu::machine::{self, CORES};

use crate::SEED;
use crate::arena::Arena;

/// Room for this many different addresses.
const ADDRESSES: usize = 8000;

/// Samples, counted by address.
pub(crate) static BY_ADDRESS: Map<'static, u64, u64> = Map::unplaced();

/// Samples of each core, lost ones included. Relaxed here and below: plain counters.
static SAMPLES: [AtomicU64; CORES] = [const { AtomicU64::new(0) }; CORES];

/// Samples of new addresses for which there was no room.
static LOST: AtomicU64 = AtomicU64::new(0);

/// Gives the map its memory. Before the first tick.
pub(crate) fn set_up(arena: &mut Arena) {
    let region: Region<'static> = arena.for_lockfree(ADDRESSES);
    BY_ADDRESS.tables().place(region, SEED).expect("enough lines, and no table yet");
}

/// The tick: counts one sample.
pub(crate) fn on_tick(interrupted: usize) {
    match BY_ADDRESS.insert_or_modify(interrupted as u64, 1, |samples| samples + 1) {
        Ok(_) => {}
        Err(Error::Full | Error::Busy) => {
            LOST.fetch_add(1, Relaxed);
        }
        Err(error) => panic!("{error}"),
    }
    SAMPLES[machine::core()].fetch_add(1, Relaxed);
}

/// Samples of `core` so far.
pub(crate) fn samples_of(core: usize) -> u64 {
    SAMPLES[core].load(Relaxed)
}

/// Samples so far.
pub(crate) fn samples() -> u64 {
    (0..CORES).map(samples_of).sum()
}

/// Samples that are not in the map.
pub(crate) fn lost() -> u64 {
    LOST.load(Relaxed)
}
