//! The lower bound of an update: the bare exchanges, on cache lines laid out as the map's buckets.
//!
//! No table, no interrupts, no neighbours: a hash, a line, three comparisons. The difference between the map's
//! time and its row here is the map's overhead; the time of the row is the price of the guarantee. The last rows
//! measure the map itself, separately for entries in their bucket and for overflow: a mixture would also cost
//! mispredictions.

use std::hint::black_box;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    fence,
};

use anyhow::Result;
use heptad::hash::hash_word;

use super::{heptad::Heptad, map::Map, sizes::SMALL};
use crate::{gauge::Gauge, ours::SEED, rounds::median};

/// About as many lines as a map of [`SMALL`] entries has buckets.
const LINE_BITS: u32 = 12;
const ROUNDS: usize = 101;

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

/// One pass of a row over its keys: their number, and a sum that keeps the work from being optimised out.
type Pass = fn(&Setting) -> (usize, u64);

const ROWS: [(&str, Pass); 9] = [
    ("two looks at the header", |setting| setting.on_lines(Lines::look)),
    ("one exchange of the header", |setting| setting.on_lines(Lines::exchange_once)),
    ("two exchanges of the header", |setting| setting.on_lines(Lines::exchange_twice)),
    ("a lock: an exchange and a store", |setting| setting.on_lines(Lines::lock_and_store)),
    ("a lock: two exchanges", |setting| setting.on_lines(Lines::lock_and_exchange)),
    ("heptad, a hit in the bucket", |setting| setting.hit(&setting.inside)),
    ("heptad, a hit in a group", |setting| setting.hit(&setting.overflow)),
    ("heptad, an update in the bucket", |setting| setting.update(&setting.inside)),
    ("heptad, an update in a group", |setting| setting.update(&setting.overflow)),
];

pub(super) fn run() -> Result<()> {
    let setting = Setting::new();
    let mut samples = ROWS.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, pass), samples) in ROWS.iter().zip(&mut samples) {
            let mut operations = 0;
            let nanoseconds = Gauge::Nanoseconds.measure(&mut || {
                let (count, sum) = pass(&setting);
                (operations, _) = (count, black_box(sum));
            })?;
            samples.push(nanoseconds / operations as f64);
        }
    }
    println!(
        "\nlockfree: {} bare lines, and {SMALL} entries of a map, nanoseconds",
        1 << LINE_BITS
    );
    for ((name, _), samples) in ROWS.iter().zip(samples) {
        println!("  {name:<36}{:>6.1}", median(samples));
    }
    Ok(())
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
