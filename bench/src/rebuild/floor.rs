//! Lines without a map: the cost for any table in two arenas.
//!
//! | name | how the lines are moved |
//! |---|---|
//! | copied | line by line into the other array, each read once and written once; when all are there, users switch to it |
//! | scattered | entry by entry, from its line under one hash to its line under another, as with a new seed; users follow at once, by a count of finished lines |
//! | scattered + | the same, by users who compute in each operation, so that it takes about as long as heptad's |
//!
//! There are as many lines as in heptad's arena. A get reads four words of a line, an upsert is two exchanges and a
//! store in it, and both enter and leave a counter, as operations of heptad's map do here. Scattering makes two
//! exchanges on each old line and two on the new one for each entry, as heptad does. Both are slowed to
//! [`NANOSECONDS_PER_ENTRY`], because a faster copy disturbs more often.

use std::{
    hint::{black_box, spin_loop},
    sync::{
        Mutex, PoisonError,
        atomic::{
            AtomicBool, AtomicU64, AtomicUsize,
            Ordering::{Acquire, Relaxed, Release, SeqCst},
        },
    },
    time::{Duration, Instant},
};

use heptad::{hash::hash_word, lockfree::arena_lines};

use super::migrating::Migrating;
use crate::workload::key;

/// About the time that heptad takes.
const NANOSECONDS_PER_ENTRY: usize = 50;
/// Hashes that take about as long as the extra work of heptad's operations beyond bare lines.
pub(super) const HASHES_OF_HEPTAD: u64 = 5;
/// Entries that are moved between two checks of the end signal.
const MOVED_AT_ONCE: usize = 32;
/// Finished lines between two changes of their count.
const LINES_BETWEEN_COUNTS: usize = 64;

#[derive(Default)]
#[repr(align(64))]
struct Line([AtomicU64; 8]);

/// A counter on a cache line of its own.
#[derive(Default)]
#[repr(align(128))]
struct Apart<T>(T);

pub(super) struct Floor<const SCATTERED: bool, const HASHES: u64> {
    sides: [Box<[Line]>; 2],
    /// The keys in the order of their lines on each side.
    orders: [Box<[u64]>; 2],
    /// The side that entries are moved from.
    side: Apart<AtomicUsize>,
    /// Finished lines of that side.
    done: Apart<AtomicUsize>,
    calls: Apart<[AtomicU64; 2]>,
    pass: Apart<Mutex<Pass>>,
}

/// The progress of a pass over all entries, and its start time.
#[derive(Default)]
struct Pass {
    moved: usize,
    start: Option<Instant>,
}

impl<const SCATTERED: bool, const HASHES: u64> Floor<SCATTERED, HASHES> {
    fn line_of(&self, side: usize, key: u64) -> usize {
        let seed = if SCATTERED { side as u64 } else { 0 };
        let lines = self.sides[side].len() as u128;
        ((u128::from(hash_word(seed, key)) * lines) >> 64) as usize
    }

    /// The line that has the key now.
    fn line(&self, key: u64) -> &Line {
        let side = self.side.0.load(SeqCst);
        let number = self.line_of(side, key);
        if !SCATTERED {
            return &self.sides[side][number];
        }
        let other = 1 - side;
        // No branch, as in heptad.
        let is_done = usize::from(number < self.done.0.load(Acquire));
        let places = [(side, number), (other, self.line_of(other, key))];
        let (side, number) = places[is_done];
        &self.sides[side][number]
    }

    fn call<T>(&self, act: impl FnOnce() -> T) -> T {
        self.calls.0[0].fetch_add(1, SeqCst);
        black_box((0..HASHES).fold(black_box(0), hash_word));
        let answer = act();
        self.calls.0[1].fetch_add(1, Release);
        answer
    }

    /// Moves the entries, or the lines, with the numbers in `numbers`, out of one number per entry.
    fn advance(&self, side: usize, numbers: std::ops::Range<usize>) {
        let order = &self.orders[side];
        let mut last = usize::MAX;
        for number in numbers {
            let from = self.line_of(side, order[number]);
            let old = &self.sides[side][from];
            if !SCATTERED {
                // A line with several entries is copied with its first entry.
                if from != last {
                    let new = &self.sides[1 - side][from];
                    old.0
                        .iter()
                        .zip(&new.0)
                        .for_each(|(old, new)| new.store(old.load(Relaxed), Relaxed));
                }
                last = from;
                continue;
            }
            if from != last {
                exchange(old);
                exchange(old);
                if from / LINES_BETWEEN_COUNTS != last / LINES_BETWEEN_COUNTS {
                    self.done.0.store(from, Release);
                }
            }
            let new = &self.sides[1 - side][self.line_of(1 - side, order[number])];
            exchange(new);
            write(new, order[number]);
            exchange(new);
            last = from;
        }
    }
}

/// Changes the first word, whatever its value.
fn exchange(line: &Line) {
    let now = line.0[0].load(Acquire);
    // A failed exchange has paid for the line as well.
    let _ = line.0[0].compare_exchange(now, now.wrapping_add(1), SeqCst, Relaxed);
}

fn write(line: &Line, key: u64) {
    line.0[1 + key as usize % 3].store(key, Relaxed);
    line.0[4 + key as usize % 3].store(key, Relaxed);
}

impl<const SCATTERED: bool, const HASHES: u64> Migrating for Floor<SCATTERED, HASHES> {
    const NAME: &'static str = match (SCATTERED, HASHES) {
        (false, _) => "copied",
        (true, 0) => "scattered",
        (true, _) => "scattered +",
    };

    fn with_entries(entries: usize) -> Self {
        let side = || (0..arena_lines(entries)).map(|_| Line::default()).collect();
        let mut floor = Floor {
            sides: [side(), side()],
            orders: Default::default(),
            side: Apart::default(),
            done: Apart::default(),
            calls: Apart::default(),
            pass: Apart::default(),
        };
        floor.orders = [0, 1].map(|side| {
            let mut order: Box<[u64]> = (0..entries as u64).map(key).collect();
            order.sort_by_key(|&key| floor.line_of(side, key));
            order
        });
        floor
    }

    fn get(&self, key: u64) -> Option<u64> {
        self.call(|| {
            let words = &self.line(key).0;
            black_box(words.iter().take(4).fold(0, |sum, word| sum ^ word.load(Acquire)));
            Some(key)
        })
    }

    fn upsert(&self, key: u64, value: u64) {
        self.call(|| {
            let line = self.line(key);
            exchange(line);
            write(line, value);
            exchange(line);
        });
    }

    fn move_some(&self, _: u64, _: &AtomicBool) -> bool {
        let mut pass = self.pass.0.lock().unwrap_or_else(PoisonError::into_inner);
        let start = *pass.start.get_or_insert_with(Instant::now);
        let side = self.side.0.load(Relaxed);
        let end = self.orders[side].len().min(pass.moved + MOVED_AT_ONCE);
        self.advance(side, pass.moved..end);
        pass.moved = end;
        let due = Duration::from_nanos((end * NANOSECONDS_PER_ENTRY) as u64);
        while start.elapsed() < due {
            spin_loop();
        }
        if end < self.orders[side].len() {
            return false;
        }
        self.side.0.store(1 - side, SeqCst);
        self.done.0.store(0, Release);
        *pass = Pass::default();
        true
    }
}
