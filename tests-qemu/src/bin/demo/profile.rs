//! Taking samples: each timer interrupt counts the address that it interrupted.
//!
//! While the timer runs, the counts belong to the interrupt handler. The lock around them is never
//! found taken: the rest of the program takes it when the timer is off, or with interrupts masked.

use heptad::hash::Keyed;
use heptad::storage::Region;
use heptad::swiss::Map64;
use spin::Mutex;
use tests_qemu::machine;

use crate::SEED;
use crate::arena::Arena;

/// Room for as many different addresses.
const ADDRESSES: usize = 6000;

/// Samples, counted by address.
pub(crate) struct Profile {
    pub(crate) by_address: Map64<u64, u64, Region<'static>>,
    /// All samples, those lost included.
    pub(crate) samples: u64,
    /// Samples of new addresses when there was no room for more.
    pub(crate) lost: u64,
}

impl Profile {
    pub(crate) fn new(arena: &mut Arena) -> Profile {
        let region = arena.for_map(ADDRESSES);
        let by_address = Map64::new_in(region, Keyed::new(SEED)).expect("a region has lines");
        Profile { by_address, samples: 0, lost: 0 }
    }

    fn count(&mut self, address: u64) {
        self.samples += 1;
        match self.by_address.try_entry(address) {
            Ok(entry) => *entry.or_insert(0) += 1,
            Err(_) => self.lost += 1,
        }
    }
}

/// The profile that is being taken.
static RUNNING: Mutex<Option<Profile>> = Mutex::new(None);

/// The tick: counts one sample.
pub(crate) fn on_tick(interrupted: usize) {
    if let Some(profile) = RUNNING.lock().as_mut() {
        profile.count(interrupted as u64);
    }
}

pub(crate) fn start(hertz: u32, profile: Profile) {
    *RUNNING.lock() = Some(profile);
    machine::start_timer(hertz, on_tick);
}

/// Samples so far.
pub(crate) fn samples() -> u64 {
    machine::without_interrupts(|| RUNNING.lock().as_ref().map_or(0, |profile| profile.samples))
}

pub(crate) fn stop() -> Profile {
    machine::stop_timer();
    RUNNING.lock().take().expect("it was started")
}
