//! What an update cannot do without: the bare exchanges, on lines that are laid out as the map's bins.
//!
//! No table, no interrupts to mind, no neighbours: a hash, a line, three comparisons. What a map needs
//! beyond the time of its row here is its own; what its row needs is the price of its promise.

use std::hint::black_box;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
    fence,
};

use anyhow::Result;
use heptad::hash::hash_word;

use super::SMALL;
use crate::{gauge::Gauge, ours::SEED, rounds::median};

/// As many lines as a map of [`SMALL`] entries has bins, nearly.
const LINE_BITS: u32 = 12;
const ROUNDS: usize = 101;

/// A header, three keys, four values.
#[derive(Default)]
#[repr(align(64))]
struct Line([AtomicU64; 8]);

struct Lines {
    lines: Vec<Line>,
    /// A word that all operations write, as those of a lock do.
    lock: AtomicU64,
}

type Operation = fn(&Lines, u64) -> u64;

const OPERATIONS: [(&str, Operation); 5] = [
    ("two looks at the header", Lines::look),
    ("one exchange of the header", Lines::exchange_once),
    ("two exchanges of the header", Lines::exchange_twice),
    ("a lock: an exchange and a store", Lines::lock_and_store),
    ("a lock: two exchanges", Lines::lock_and_exchange),
];

pub(super) fn run() -> Result<()> {
    let lines = Lines {
        lines: (0..1 << LINE_BITS).map(|_| Line::default()).collect(),
        lock: AtomicU64::new(0),
    };
    let keys: Vec<u64> = (0..SMALL as u64).map(|number| hash_word(1, number)).collect();
    let mut samples = OPERATIONS.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, operation), samples) in OPERATIONS.iter().zip(&mut samples) {
            let mut pass = || {
                let sum =
                    keys.iter().fold(0, |sum: u64, &key| sum.wrapping_add(operation(&lines, key)));
                black_box(sum);
            };
            samples.push(Gauge::Nanoseconds.measure(&mut pass)? / SMALL as f64);
        }
    }
    println!("\nlockfree: on {} bare lines, nanoseconds", lines.lines.len());
    for ((name, _), samples) in OPERATIONS.iter().zip(samples) {
        println!("  {name:<36}{:>6.1}", median(samples));
    }
    Ok(())
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
