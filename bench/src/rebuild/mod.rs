//! Suite `rebuild`: how a map's users are affected while the map moves into other memory.
//!
//! One thread works on entries that are always present, with lookups and upserts in turn. In every round it does so
//! beside a thread that only computes (*still*), and beside one that moves the map all the time (*moving*): so both
//! have a busy neighbour, and only the map differs.
//!
//! | name | how the map is moved |
//! |---|---|
//! | heptad | `rebuild` between two arenas of the same size, with another seed each time, and `help` until it is complete |
//! | same seed | the same, but with one seed, as in a map whose size changes: entries of adjacent buckets go to adjacent buckets |
//! | heptad / 2, / 4 | as the first, but by a thread that pauses between its calls of `help`, so that it works half or a quarter of the time |
//! | copied, scattered, scattered + | no map, but bare lines that are moved: the [`floor`] |
//! | papaya, scc | it grows: a map made for the entries gets seven times as many new ones; the next round has a new map |
//!
//! heptad's map counts its operations (`Counted`), moving or still. Throughput is measured in short spans, by the
//! processor time of the working thread. Both threads have a processor of their own, but other programs may use it too:
//! only those spans count in which the neighbour was about as fast as usual ([`calm`]), because while it waits it moves
//! nothing and disturbs nobody. Latencies are by the wall clock; each includes one reading of the clock, and what
//! neighbours on the machine do: their highest quantiles say as much about the scheduler as about the map.
//!
//! A cell's measure is the *slowdown*: the time of an operation while the map moves, divided by the time while it does
//! not.
//!
//! The second part: nanoseconds per entry of an undisturbed rebuild, beside inserting all entries of a hashbrown into
//! another one that is cleared and has room for them. Both write memory that was used before.

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    thread,
    time::Instant,
};

use hdrhistogram::Histogram;
use heptad::hash::hash_word;
use rustix::thread::sched_setaffinity;

use crate::{
    gauge::thread_nanoseconds,
    lockfree::peers::{Papaya, PerOperation, Scc},
    options::Options,
    processors::{allowed, sit_on},
    progress,
    report::{Report, Row, Section},
    rounds::median,
    workload::key,
};

mod copy;
mod floor;
mod migrating;

use floor::{Floor, HASHES_OF_HEPTAD};
use migrating::{Growing, Heptad, Migrating};

pub(crate) const SUITE: &str = "rebuild";

/// Operations of the working thread between two looks at the clock.
const SPAN: usize = 1 << 11;
/// Operations that are timed one by one, in each round.
const TIMED: usize = 1 << 17;

/// What the working thread measures.
#[derive(Clone, Copy, Debug)]
enum Op {
    Get,
    Upsert,
}

const OPS: [Op; 2] = [Op::Get, Op::Upsert];

/// The size of a map, and the length of its measurement.
#[derive(Clone, Copy)]
struct Size {
    entries: usize,
    rounds: usize,
    /// The number in each round.
    spans: usize,
}

/// What one contender needed for one operation.
#[derive(Clone, Copy)]
struct Taken {
    contender: &'static str,
    /// The time while the map moves, divided by the time while it does not.
    slowdown: f64,
    /// Per operation, while the map moves.
    nanoseconds: f64,
    /// While the map moves.
    p9999: u64,
    p9999_at_rest: u64,
}

/// A span of [`SPAN`] operations of the working thread.
struct Span {
    /// Processor time per operation.
    nanoseconds: f64,
    /// The neighbour's turns per nanosecond.
    turns: f64,
}

/// The times of the spans in which the neighbour was at work: its rate of turns was above .6 times that of the best
/// tenth among the spans with any turn. All spans, if it never made a turn.
fn calm(spans: &[Span]) -> Vec<f64> {
    let mut turns: Vec<f64> =
        spans.iter().map(|span| span.turns).filter(|&turns| turns > 0.0).collect();
    turns.sort_by(f64::total_cmp);
    let usual = turns.get(turns.len() * 9 / 10).copied();
    let is_calm = |span: &&Span| usual.is_none_or(|usual| span.turns > 0.6 * usual);
    spans.iter().filter(is_calm).map(|span| span.nanoseconds).collect()
}

/// What both threads of a round read and write, on cache lines separate from their data.
#[derive(Default)]
#[repr(align(128))]
struct Signals {
    is_over: AtomicBool,
    turns: AtomicU64,
}

/// The rounds of one contender for one operation, still or moving.
struct Course {
    size: Size,
    op: Op,
    is_moving: bool,
    /// Per operation, one number for each round.
    nanoseconds: Vec<f64>,
    latencies: Histogram<u64>,
    moves: u64,
}

/// Measures every operation with one contender.
type Contend = fn(Size) -> [Taken; OPS.len()];

const CONTENDERS: [Contend; 9] = [
    contend::<Heptad<1, true>>,
    contend::<Heptad<1, false>>,
    contend::<Heptad<2, true>>,
    contend::<Heptad<4, true>>,
    contend::<Floor<false, 0>>,
    contend::<Floor<true, 0>>,
    contend::<Floor<true, HASHES_OF_HEPTAD>>,
    contend::<Growing<PerOperation<Papaya>>>,
    contend::<Growing<Scc>>,
];

/// Measures the suite, if `options` selects it.
pub(crate) fn run(options: &Options, report: &mut Report) {
    if !options.wants_suite(SUITE) || options.counts {
        return;
    }
    // A round of a large map begins with filling it, and lasts as long as moving it.
    let small = Size { entries: 10_000, rounds: if options.quick { 5 } else { 15 }, spans: 64 };
    let large = Size { entries: 1_000_000, rounds: 5, spans: 512 };
    let sizes = if options.quick { vec![small] } else { vec![small, large] };
    for size in sizes {
        let Size { entries, rounds, .. } = size;
        println!("\nrebuild: {entries} entries, one thread at work, {rounds} rounds");
        println!(
            "{:<12}{:<8}{:<8}{:>8}{:>10}{:>10}{:>10}{:>10}{:>12}{:>8}",
            "", "", "", "ns/op", "of still", "p50", "p99", "p99.99", "max", "moves"
        );
        let taken =
            progress::through(SUITE, CONTENDERS.to_vec(), |_| 1.0).map(|contend| contend(size));
        let taken: Vec<_> = taken.collect();
        for op in OPS {
            let of_op: Vec<Taken> =
                taken.iter().map(|of_contender| of_contender[op as usize]).collect();
            add(report, entries, op, &of_op);
        }
        copy::run(SUITE, entries, rounds, report);
    }
}

/// Adds one operation with every contender.
fn add(report: &mut Report, entries: usize, op: Op, taken: &[Taken]) {
    let names = taken.iter().map(|one| one.contender).collect();
    let section = Section { suite: SUITE, entries, subject: Vec::new(), names };
    let of = |part: fn(&Taken) -> f64| taken.iter().map(|one| Some(part(one))).collect();
    let measures = vec![
        ("slowdown", of(|one| one.slowdown)),
        ("ns", of(|one| one.nanoseconds)),
        ("p9999_ns", of(|one| one.p9999 as f64)),
        ("p9999_at_rest_ns", of(|one| one.p9999_at_rest as f64)),
    ];
    report.add(&section, &Row::exact(&format!("{op:?}").to_lowercase(), measures));
}

/// One contender's operations.
fn contend<M: Migrating>(size: Size) -> [Taken; OPS.len()] {
    OPS.map(|op| contend_with::<M>(size, op))
}

/// One contender with one operation: still and moving take turns.
fn contend_with<M: Migrating>(size: Size, op: Op) -> Taken {
    let mut courses = [false, true].map(|is_moving| Course::new(size, op, is_moving));
    for round in 0..size.rounds {
        courses[round % 2].play::<M>();
        courses[1 - round % 2].play::<M>();
    }
    let [still, moving] = courses;
    // Ratios are taken round by round, because the two halves of a round follow each other: the machine's speed varies.
    let rounds = still.nanoseconds.iter().zip(&moving.nanoseconds);
    let of_still = median(rounds.map(|(still, moving)| still / moving).collect());
    let (_, p9999_at_rest) = still.print::<M>(None);
    let (nanoseconds, p9999) = moving.print::<M>(Some(of_still));
    Taken { contender: M::NAME, slowdown: 1.0 / of_still, nanoseconds, p9999, p9999_at_rest }
}

impl Course {
    fn new(size: Size, op: Op, is_moving: bool) -> Course {
        let latencies = Histogram::new(3).expect("three digits are valid");
        Course { size, op, is_moving, nanoseconds: Vec::new(), latencies, moves: 0 }
    }

    /// Prints the results; the median time and the 99.99th percentile.
    fn print<M: Migrating>(self, of_still: Option<f64>) -> (f64, u64) {
        let Course { op, is_moving, nanoseconds, latencies, moves, .. } = self;
        let nanoseconds = median(nanoseconds);
        let at = |quantile| latencies.value_at_quantile(quantile);
        let [p50, p99, p9999, max] = [at(0.5), at(0.99), at(0.9999), latencies.max()];
        let (name, state) = (M::NAME, if is_moving { "moving" } else { "still" });
        let ratio = of_still.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        println!(
            "{name:<12}{:<8}{state:<8}{nanoseconds:>8.1}{ratio:>10}{p50:>10}{p99:>10}{p9999:>10}{max:>12}{moves:>8}",
            format!("{op:?}").to_lowercase(),
        );
        (nanoseconds, p9999)
    }

    /// One round: a new map, the working thread, and its neighbour.
    fn play<M: Migrating>(&mut self) {
        let Course { size, op, is_moving, .. } = *self;
        let map = M::with_entries(size.entries);
        let signals = Signals::default();
        let mut spans = Vec::new();
        let allowed = allowed();
        sit_on(0, &allowed);
        thread::scope(|scope| {
            let neighbour = scope.spawn(|| {
                sit_on(1, &allowed);
                let mut moves = 0;
                while !signals.is_over.load(Relaxed) {
                    if is_moving {
                        moves += u64::from(map.move_some(moves, &signals.is_over));
                    } else {
                        black_box((0..1_000).fold(moves, hash_word));
                    }
                    signals.turns.fetch_add(1, Relaxed);
                }
                moves
            });
            let mut random = fastrand::Rng::with_seed(1);
            let perform = |key: u64| match op {
                Op::Get => assert_eq!(map.get(key), Some(key)),
                Op::Upsert => map.upsert(key, key),
            };
            // Drawn anew for all spans: processors learn a sequence that repeats.
            let draw = |_| key(random.u64(..size.entries as u64));
            let keys: Vec<u64> = (0..SPAN * size.spans).map(draw).collect();
            for keys in keys.chunks(SPAN) {
                let (start, clock) = (thread_nanoseconds(), Instant::now());
                let turns = signals.turns.load(Relaxed);
                keys.iter().for_each(|&key| perform(key));
                let turns = signals.turns.load(Relaxed) - turns;
                spans.push(Span {
                    nanoseconds: (thread_nanoseconds() - start) as f64 / SPAN as f64,
                    turns: turns as f64 / clock.elapsed().as_nanos() as f64,
                });
            }
            for &key in keys.iter().cycle().take(TIMED) {
                let start = Instant::now();
                perform(key);
                let nanoseconds = start.elapsed().as_nanos() as u64;
                self.latencies.record(nanoseconds).expect("the histogram grows");
            }
            signals.is_over.store(true, Relaxed);
            self.moves += neighbour.join().expect("the neighbour does not panic");
        });
        let _ = sched_setaffinity(None, &allowed);
        self.nanoseconds.push(median(calm(&spans)));
    }
}
