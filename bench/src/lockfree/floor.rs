//! The lower bound of an update: the bare exchanges, on cache lines laid out as the map's buckets.
//!
//! No table, no interrupts, no neighbours: a hash, a line, three comparisons. The difference between the map's
//! time and the bare one is the map's overhead; the bare time is the price of the guarantee. Entries in their bucket
//! and overflow are measured apart: a mixture would also cost mispredictions.

use std::hint::black_box;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    fence,
};

use anyhow::Result;
use heptad::hash::hash_word;

use serde_json::json;

use super::{heptad::Heptad, map::Map, sizes::SMALL};
use crate::{
    gauge::Gauge,
    ours::SEED,
    report::{Report, Section},
    rounds::median,
};

/// About as many lines as a map of [`SMALL`] entries has buckets.
const LINE_BITS: u32 = 12;
const ROUNDS: usize = 101;
/// The name of the cells' suite: their operations are those of the map and bare ones.
const FLOOR_SUITE: &str = "lockfree-floor";

/// A header, three keys, four values.
#[derive(Default)]
#[repr(align(64))]
struct Line([AtomicU64; 8]);

struct Lines {
    lines: Vec<Line>,
    /// One word that all operations write, like the word of a lock.
    lock: AtomicU64,
}

/// The data that the rows work on.
struct Setting {
    lines: Lines,
    map: Heptad,
    all: Vec<u64>,
    /// The keys whose entries are in their bucket, and the other keys.
    inside: Vec<u64>,
    overflow: Vec<u64>,
}

/// One pass over the keys: their number, and a sum that keeps the work from being optimised out.
type Pass = fn(&Setting) -> (usize, u64);

type Named = (&'static str, Pass);

const LOOK: Named = ("two bare looks at a header", |it| it.on_lines(Lines::look));
const ONE: Named = ("one bare exchange", |it| it.on_lines(Lines::exchange_once));
const TWO: Named = ("two bare exchanges", |it| it.on_lines(Lines::exchange_twice));
const STORE: Named = ("a lock, exchange and store", |it| it.on_lines(Lines::lock_and_store));
const RELEASE: Named = ("a lock, two exchanges", |it| it.on_lines(Lines::lock_and_exchange));

/// Operations of the map, each beside the bare ones that do the same.
const ROWS: [(&str, Pass, &[Named]); 4] = [
    ("hit in the bucket", |it| it.hit(&it.inside), &[LOOK]),
    ("hit in a group", |it| it.hit(&it.overflow), &[LOOK]),
    ("update in the bucket", |it| it.update(&it.inside), &[ONE, TWO, STORE, RELEASE]),
    ("update in a group", |it| it.update(&it.overflow), &[ONE, TWO, STORE, RELEASE]),
];

pub(super) fn run(report: &mut Report) -> Result<()> {
    let setting = Setting::new();
    for (op, ours, bare) in ROWS {
        let passes: Vec<Named> =
            [("heptad", ours)].into_iter().chain(bare.iter().copied()).collect();
        let names = passes.iter().map(|(name, _)| *name).collect();
        let subject = vec![("lines", json!(1 << LINE_BITS))];
        let section = Section { suite: FLOOR_SUITE, entries: SMALL, subject, names };
        section.print_head();
        report.show(&section, op, vec![("ns", medians(&setting, &passes)?)]);
    }
    Ok(())
}

/// The median time of each pass, which take turns.
fn medians(setting: &Setting, passes: &[Named]) -> Result<Vec<f64>> {
    let mut samples = vec![Vec::new(); passes.len()];
    for _ in 0..ROUNDS {
        for ((_, pass), samples) in passes.iter().zip(&mut samples) {
            let mut operations = 0;
            let nanoseconds = Gauge::Nanoseconds.measure(&mut || {
                let (count, sum) = pass(setting);
                (operations, _) = (count, black_box(sum));
            })?;
            samples.push(nanoseconds / operations as f64);
        }
    }
    Ok(samples.into_iter().map(median).collect())
}

/// Applies `operation` to all `keys`; returns their number and the sum of the results.
#[inline(always)]
fn over(keys: &[u64], operation: impl Fn(u64) -> u64) -> (usize, u64) {
    (keys.len(), keys.iter().fold(0, |sum: u64, &key| sum.wrapping_add(operation(key))))
}

impl Setting {
    fn new() -> Setting {
        let lines = (0..1 << LINE_BITS).map(|_| Line::default()).collect();
        let lines = Lines { lines, lock: AtomicU64::new(0) };
        let all: Vec<u64> = (0..SMALL as u64).map(|number| hash_word(1, number)).collect();
        let map = Heptad::with_room(SMALL);
        // An entry stays in place, as nothing is removed and no group is full.
        let is_put_inside = |&key: &u64| {
            let before = map.count_overflow();
            map.insert(key, key);
            map.count_overflow() == before
        };
        let (inside, overflow) = all.iter().copied().partition(is_put_inside);
        Setting { lines, map, all, inside, overflow }
    }

    #[inline(always)]
    fn on_lines(&self, operation: impl Fn(&Lines, u64) -> u64) -> (usize, u64) {
        over(&self.all, |key| operation(&self.lines, key))
    }

    fn hit(&self, keys: &[u64]) -> (usize, u64) {
        over(keys, |key| self.map.get(key).unwrap_or(0))
    }

    fn update(&self, keys: &[u64]) -> (usize, u64) {
        over(keys, |key| self.map.upsert(key, key).unwrap_or(0))
    }
}

impl Lines {
    /// The line of `key`, its header, and a cell in it.
    #[inline(always)]
    fn find(&self, key: u64) -> (&AtomicU64, u64, &AtomicU64) {
        let Line(words) = &self.lines[(hash_word(SEED, key) >> (64 - LINE_BITS)) as usize];
        let seen = words[0].load(Acquire);
        let hits =
            (1..4).fold(0, |hits, slot| hits | u32::from(words[slot].load(Relaxed) == key) << slot);
        (&words[0], seen, &words[4 + hits.trailing_zeros() as usize % 4])
    }

    fn look(&self, key: u64) -> u64 {
        let (header, seen, cell) = self.find(key);
        let value = cell.load(Relaxed);
        fence(Acquire);
        assert_eq!(header.load(Relaxed), seen);
        value
    }

    fn exchange_once(&self, key: u64) -> u64 {
        let (header, seen, cell) = self.find(key);
        cell.store(key, Relaxed);
        header.compare_exchange(seen, seen + 1, Release, Relaxed).expect("one thread")
    }

    fn exchange_twice(&self, key: u64) -> u64 {
        let (header, seen, cell) = self.find(key);
        header.compare_exchange(seen, seen + 1, AcqRel, Relaxed).expect("one thread");
        cell.store(key, Relaxed);
        header.compare_exchange(seen + 1, seen + 2, Release, Relaxed).expect("one thread")
    }

    fn lock_and_store(&self, key: u64) -> u64 {
        self.lock.compare_exchange(0, 1, Acquire, Relaxed).expect("one thread");
        let (_, seen, cell) = self.find(key);
        cell.store(key, Relaxed);
        self.lock.store(0, Release);
        seen
    }

    fn lock_and_exchange(&self, key: u64) -> u64 {
        self.lock.compare_exchange(0, 1, Acquire, Relaxed).expect("one thread");
        let (_, seen, cell) = self.find(key);
        cell.store(key, Relaxed);
        self.lock.fetch_sub(1, Release);
        seen
    }
}
