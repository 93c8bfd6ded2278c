//! The cost of growing a whole table: the time, and the peak of memory.

use anyhow::Result;
use heptad::{
    hash::{Keyed, hash_word},
    layout::Line,
    robin_hood,
    storage::{Heap, Region, Zeroed},
    swiss,
};

use super::race::{Entrant, PASSES, names, race};
use crate::{
    adapter::Words,
    memory,
    ours::{MEMORY, SEED},
    report::{Report, Section},
};

/// Numbers of keys: well below a power of two, so that no table is at its limit.
const SIZES: [(usize, usize); 2] = [(100_000, 41), (6_400_000, 5)];

pub(super) fn run(quick: bool, report: &mut Report) -> Result<()> {
    for (count, rounds) in if quick { &SIZES[..1] } else { &SIZES[..] } {
        let keys: Vec<u64> = (0..*count as u64).map(|number| hash_word(1, number)).collect();
        filling(&keys, *rounds, report)?;
    }
    Ok(())
}

/// A range of addresses; the system zeroes each page at its first use.
struct Reserved {
    start: *mut u8,
    bytes: usize,
}

impl Reserved {
    fn new(bytes: usize) -> Reserved {
        let start = memory::map(bytes);
        assert!(!start.is_null(), "{MEMORY}");
        Reserved { start, bytes }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, and every user of it borrows this value.
        unsafe { memory::unmap(self.start, self.bytes) };
    }
}

type InPlace = robin_hood::Set<Zeroed<Region<'static>>>;

/// A set at the end of `reserved`, which must outlive it.
fn in_place(reserved: &Reserved) -> InPlace {
    let (start, lines) = (reserved.start.cast::<Line>(), reserved.bytes / size_of::<Line>());
    // SAFETY: mapped, used by nobody else, and by the caller's promise alive as long as the set.
    let lines = unsafe { std::slice::from_raw_parts_mut(start, lines) };
    // SAFETY: fresh from the system.
    let storage = unsafe { Zeroed::new(Region::from_lines(lines).expect(MEMORY)) };
    InPlace::new_in(storage, Keyed::new(SEED)).expect(MEMORY)
}

/// A set that starts without memory, and allocates on the heap.
fn on_heap<'a, S: Words>(name: &'static str, keys: &'a [u64]) -> Entrant<'a> {
    let fill = || {
        let mut set = S::with_capacity(0);
        keys.iter().for_each(|&key| set.insert(key));
        assert_eq!(set.len(), keys.len());
    };
    Entrant { name, prepare: Box::new(move || Box::new(fill)) }
}

fn filling(keys: &[u64], rounds: usize, report: &mut Report) -> Result<()> {
    // Four times the bytes needed: reserved addresses cost nothing.
    let range_bytes = (keys.len() * 2).next_power_of_two() * 4 * 8 + 512;
    let mut entrants = [
        Entrant {
            name: "robin_hood, reserved range",
            prepare: Box::new(|| {
                let reserved = Reserved::new(range_bytes);
                let mut set = in_place(&reserved);
                Box::new(move || {
                    for &key in keys {
                        let _ = set.try_insert(key);
                    }
                    assert_eq!(set.len(), keys.len());
                    let _ = &reserved;
                })
            }),
        },
        on_heap::<robin_hood::Set<Heap>>("robin_hood, heap", keys),
        on_heap::<swiss::Set<u64>>("swiss", keys),
        on_heap::<hashbrown::HashSet<u64, Keyed>>("hashbrown", keys),
    ];
    let medians = race(&mut entrants, rounds)?;
    let names = names(&entrants);
    let section = Section { suite: PASSES, entries: keys.len(), subject: Vec::new(), names };
    section.print_head();
    let peaks = entrants.iter_mut().map(|entrant| {
        let mut work = (entrant.prepare)();
        memory::forget_peak();
        work();
        let heap = memory::peak_bytes();
        let peak = if heap == 0 { in_place_bytes(keys, range_bytes) } else { heap };
        peak as f64 / keys.len() as f64
    });
    let peaks = peaks.collect();
    let per_key = medians.iter().map(|time| time / keys.len() as f64).collect();
    report.show(&section, "fill from empty", vec![("ns", per_key), ("peak_bytes_per_key", peaks)]);
    Ok(())
}

/// Bytes of the slots of the table in place: the touched part of the range.
fn in_place_bytes(keys: &[u64], range_bytes: usize) -> usize {
    let reserved = Reserved::new(range_bytes);
    let mut set = in_place(&reserved);
    for &key in keys {
        let _ = set.try_insert(key);
    }
    set.stats().bytes
}
