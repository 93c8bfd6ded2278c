//! Suite `rebuild`: what a map's users notice while the map moves into other memory.
//!
//! One thread works on entries that are always there, with lookups and upserts in turn. In every round
//! it does so beside a thread that only computes (*still*), and beside one that moves the map all the
//! time (*moving*): so both have a busy neighbour, and what differs is the map.
//!
//! | name | how the map is moved |
//! |---|---|
//! | heptad | `rebuild` between two arenas of the same size, under another seed each time, and `help` until it is over |
//! | papaya, scc | it grows: a map made for the entries gets seven times as many new ones, and is replaced by a new map for the next round |
//!
//! heptad's map counts its operations (`Counted`), moving or still. Throughput is by the time for which the
//! working thread had a processor. Latencies are by the clock, with a clock's reading in each, and
//! with what neighbours on the machine do: their highest quantiles say as much about the scheduler as about
//! the map.
//!
//! The other half: nanoseconds per entry of a rebuild that nobody disturbs, beside inserting all entries
//! of a hashbrown into another one, cleared and with room for them. Both write memory that was used before.

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Instant,
};

use anyhow::Result;
use hdrhistogram::Histogram;
use heptad::hash::hash_word;
use serde::Serialize;

use crate::{gauge::thread_nanoseconds, options::Options, report, rounds::median};

mod copy;
mod movers;

use movers::{Heptad, Mover, Papaya, Scc};

pub(crate) const SUITE: &str = "rebuild";

/// Operations of the working thread between two looks at the clock.
const PORTION: usize = 1 << 14;
const PORTIONS: usize = 8;
/// Operations that are timed one by one, in each round.
const TIMED: usize = 1 << 17;

/// A key that is there all the time.
fn key(number: usize) -> u64 {
    hash_word(0x6b65_7973, number as u64)
}

/// What the working thread does.
#[derive(Clone, Copy, Debug, Serialize)]
enum Op {
    Get,
    Upsert,
}

/// One line of the report.
#[derive(Serialize)]
struct Cell {
    suite: &'static str,
    entries: usize,
    contender: &'static str,
    op: Op,
    is_moving: bool,
    nanoseconds: f64,
    latency_ns: [u64; 4],
    moves: u64,
}

/// What the rounds of one contender gave, for one operation, still or moving.
struct Course {
    nanoseconds: Vec<f64>,
    latencies: Histogram<u64>,
    moves: u64,
}

impl Course {
    fn new() -> Course {
        let latencies = Histogram::new(3).expect("three digits are valid");
        Course { nanoseconds: Vec::new(), latencies, moves: 0 }
    }
}

/// Measures the suite, if `options` wants it. The lines for the JSON file.
pub(crate) fn run(options: &Options) -> Result<Vec<String>> {
    if !options.wants_suite(SUITE) || options.counts {
        return Ok(Vec::new());
    }
    // Entries and rounds: those of a large map begin with filling it.
    let sizes: &[(usize, usize)] =
        if options.quick { &[(10_000, 5)] } else { &[(10_000, 15), (1_000_000, 5)] };
    let mut cells = Vec::new();
    for &(entries, rounds) in sizes {
        println!("\nrebuild: {entries} entries, one thread at work, {rounds} rounds");
        println!(
            "{:<10}{:<8}{:<8}{:>8}{:>10}{:>10}{:>10}{:>12}{:>8}",
            "", "", "", "ns/op", "p50", "p99", "p99.99", "max", "moves"
        );
        cells.extend(contend::<Heptad>(entries, rounds));
        cells.extend(contend::<Papaya>(entries, rounds));
        cells.extend(contend::<Scc>(entries, rounds));
        copy::run(entries, rounds);
    }
    report::json_lines(&cells)
}

/// All cells of one contender: still and moving take turns.
fn contend<M: Mover>(entries: usize, rounds: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    for op in [Op::Get, Op::Upsert] {
        let mut courses = [Course::new(), Course::new()];
        for round in 0..rounds {
            for turn in 0..2 {
                let is_moving = (round + turn) % 2 == 1;
                play::<M>(entries, op, is_moving, &mut courses[usize::from(is_moving)]);
            }
        }
        for (course, is_moving) in courses.into_iter().zip([false, true]) {
            let Course { nanoseconds, latencies, moves } = course;
            let nanoseconds = median(nanoseconds);
            let at = |quantile| latencies.value_at_quantile(quantile);
            let latency_ns = [at(0.5), at(0.99), at(0.9999), latencies.max()];
            let [p50, p99, p9999, max] = latency_ns;
            let (name, state) = (M::NAME, if is_moving { "moving" } else { "still" });
            println!(
                "{name:<10}{:<8}{state:<8}{nanoseconds:>8.1}{p50:>10}{p99:>10}{p9999:>10}{max:>12}{moves:>8}",
                format!("{op:?}").to_lowercase(),
            );
            let contender = M::NAME;
            let suite = SUITE;
            cells.push(Cell {
                suite,
                entries,
                contender,
                op,
                is_moving,
                nanoseconds,
                latency_ns,
                moves,
            });
        }
    }
    cells
}

/// One round: a new map, the working thread, and its neighbour.
fn play<M: Mover>(entries: usize, op: Op, is_moving: bool, course: &mut Course) {
    let map = M::with_entries(entries);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let neighbour = scope.spawn(|| {
            let mut moves = 0;
            while !is_over.load(Relaxed) {
                if is_moving {
                    moves += u64::from(map.move_some(moves, &is_over));
                } else {
                    black_box((0..1_000).fold(moves, hash_word));
                }
            }
            moves
        });
        let mut random = fastrand::Rng::with_seed(1);
        let perform = |key: u64| match op {
            Op::Get => assert_eq!(map.get(key), Some(key)),
            Op::Upsert => map.upsert(key, key),
        };
        let keys: Vec<u64> = (0..PORTION).map(|_| key(random.usize(..entries))).collect();
        for _ in 0..PORTIONS {
            let start = thread_nanoseconds();
            keys.iter().for_each(|&key| perform(key));
            course.nanoseconds.push((thread_nanoseconds() - start) as f64 / PORTION as f64);
        }
        for &key in keys.iter().cycle().take(TIMED) {
            let start = Instant::now();
            perform(key);
            let nanoseconds = start.elapsed().as_nanos() as u64;
            course.latencies.record(nanoseconds).expect("the histogram grows");
        }
        is_over.store(true, Relaxed);
        course.moves += neighbour.join().expect("the neighbour does not panic");
    });
}
