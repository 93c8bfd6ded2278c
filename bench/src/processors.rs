//! Which processor a thread runs on.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The processors that the calling thread may use.
pub(crate) fn allowed() -> CpuSet {
    sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new())
}

/// Pins the calling thread to number `number` among the processors in `allowed`, counted round and round.
pub(crate) fn sit_on(number: usize, allowed: &CpuSet) {
    let mut processors =
        (0..CpuSet::MAX_CPU).filter(|&processor| allowed.is_set(processor)).cycle();
    if let Some(processor) = processors.nth(number) {
        let mut only = CpuSet::new();
        only.set(processor);
        // Without pinning, times count in which the system moved the thread.
        let _ = sched_setaffinity(None, &only);
    }
}
