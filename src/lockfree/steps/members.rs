//! Members of shared memory that are killed at every access, and reaped: nothing stays reserved.

use std::{
    boxed::Box, format, panic::AssertUnwindSafe, panic::catch_unwind, panic::resume_unwind, vec,
    vec::Vec,
};

use super::{Death, sweep};
use crate::{
    error::Error,
    layout::{LINE_BYTES, Line},
    lockfree::{SharedMap, shared_layout},
    storage::Region,
    sync::steps::{self, Interrupt},
};

type Shared = SharedMap<'static, u64, u64>;

const CAPACITY: usize = 3;
/// More entries than the buckets take, so that some are in groups; and in the other setting as many as go in.
const FEW: u64 = 9;
const MANY: u64 = 30;

/// A change, by what it does and to which key.
type Change = fn(&Shared, u64) -> Result<Option<u64>, Error>;

const CHANGES: [Change; 3] = [
    |map, key| map.insert(key, key + 1),
    |map, key| map.remove(key),
    |map, key| map.insert_if_absent(key + MANY, 5),
];

/// Shared memory for three members, with up to `entries` entries.
fn formatted(lines: *mut [Line], entries: u64) -> Shared {
    let map = join(lines, 0, true);
    for key in 0..entries {
        let _ = map.insert_if_absent(key, key);
    }
    map
}

fn join(lines: *mut [Line], number: usize, is_new: bool) -> Shared {
    let (start, bytes) = (lines.cast(), lines.len() * LINE_BYTES);
    // SAFETY: leaked, and used by this test alone.
    let region = unsafe { Region::from_raw(start, bytes) }.unwrap();
    let region = if is_new { Shared::format(region, 0, 3).unwrap() } else { region };
    // SAFETY: formatted, and used by attached maps alone, one operation at a time.
    unsafe { Shared::join(region, number) }.unwrap()
}

/// Runs `operation`, killed before access number `accesses_before`. Does it have that many?
fn killed(accesses_before: u64, operation: impl FnOnce()) -> bool {
    let handler = Box::new(|| resume_unwind(Box::new(Death)));
    let death = Interrupt { accesses_before, handler };
    match catch_unwind(AssertUnwindSafe(|| steps::run([death].into(), operation))) {
        Ok(_) => false,
        Err(payload) if payload.is::<Death>() => true,
        Err(payload) => resume_unwind(payload),
    }
}

fn memory() -> *mut [Line] {
    vec![Line::EMPTY; shared_layout(CAPACITY, 3).unwrap().size() / LINE_BYTES].leak()
}

fn assert_nothing_is_left(map: &Shared, story: &str) {
    // SAFETY: the test ended what used these numbers.
    let reaped = [1, 2].map(|number| unsafe { map.tables().reap(number) });
    assert_eq!(reaped, [Ok(()); 2], "{story}");
    assert_eq!((map.tables().stats().reserved, map.tables().check()), (0, Ok(())), "{story}");
}

#[test]
fn p4_a_member_killed_at_every_access() {
    let lines = memory();
    let mut kills = 0;
    for (entries, (number, change)) in [FEW, MANY]
        .into_iter()
        .flat_map(|entries| CHANGES.iter().enumerate().map(move |it| (entries, it)))
    {
        for key in 0..entries {
            sweep(|accesses_before| {
                let map = formatted(lines, entries);
                let victim = join(lines, 1, false);
                let is_killed = killed(accesses_before, || {
                    let _ = change(&victim, key);
                });
                core::mem::forget(victim);
                let story = format!("change {number} of {key}, before access {accesses_before}");
                assert_nothing_is_left(&map, &story);
                kills += usize::from(is_killed);
                is_killed
            });
        }
    }
    assert!(kills > 1_000, "{kills}");
}

/// A reaper that dies is reaped as any other, and what it was about is reaped again.
#[test]
fn p4_a_reaper_killed_at_every_access() {
    let lines = memory();
    for key in 0..FEW {
        for victim_stops in (0..200).step_by(3) {
            let mut has_died = false;
            sweep(|accesses_before| {
                let map = formatted(lines, FEW);
                let (victim, reaper) = (join(lines, 1, false), join(lines, 2, false));
                has_died = killed(victim_stops, || {
                    let _ = CHANGES[0](&victim, key);
                });
                // SAFETY: the victim is dead, or its operation is over and it does no more.
                let reap = || unsafe { reaper.tables().reap(1) };
                let is_killed = killed(accesses_before, || assert_eq!(reap(), Ok(())));
                core::mem::forget((victim, reaper));
                // The member that reaps the reaper goes on; until then no other may.
                // SAFETY: both are dead.
                let attempts: Vec<_> =
                    [2, 1].map(|number| unsafe { map.tables().reap(number) }).into();
                assert_eq!(attempts, [Ok(()), Ok(())], "{key} {victim_stops} {accesses_before}");
                assert_nothing_is_left(&map, "the reaper and the victim");
                is_killed
            });
            if !has_died {
                break;
            }
        }
    }
}

/// An operation of a living member that is stopped at every access, while a dead one is reaped.
#[test]
fn p4_a_member_stopped_while_another_is_reaped() {
    let lines = memory();
    for (dead, living) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (0, 2), (2, 1)] {
        for victim_stops in 0..200 {
            let mut has_died = false;
            sweep(|accesses_before| {
                let map = formatted(lines, FEW);
                let (victim, worker) = (join(lines, 1, false), join(lines, 2, false));
                has_died = killed(victim_stops, || {
                    let _ = CHANGES[dead](&victim, 0);
                });
                core::mem::forget(victim);
                let reached = std::rc::Rc::new(core::cell::Cell::new(false));
                let map = std::rc::Rc::new(map);
                let handler = {
                    let (map, reached) = (map.clone(), reached.clone());
                    Box::new(move || {
                        reached.set(true);
                        // SAFETY: the victim is dead.
                        let reaped = unsafe { map.tables().reap(1) };
                        assert!(matches!(reaped, Ok(()) | Err(Error::Busy)));
                        // What was released may be reserved by others at once.
                        let _ = (map.insert(0, 70), map.insert_if_absent(80, 1), map.remove(80));
                    })
                };
                let stop = Interrupt { accesses_before, handler };
                let _ = steps::run([stop].into(), || CHANGES[living](&worker, 0));
                drop(worker);
                assert_nothing_is_left(
                    &map,
                    &format!("{dead} {living} {victim_stops} {accesses_before}"),
                );
                reached.get()
            });
            if !has_died {
                break;
            }
        }
    }
}
