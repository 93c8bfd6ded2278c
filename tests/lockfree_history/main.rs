//! Threads use one crowded map; what every operation on the hot keys answered is recorded, and the
//! history of each key must be linearizable.
//!
//! `HEPTAD_HISTORY_ROUNDS` says how long, 1,200 operations a round. `cargo xtask test host` runs it for a
//! million operations, `cargo xtask verify lockfree-long` for ten.

mod history;
mod operation;
mod rebuilds;
mod references;
#[path = "../support/set_on_drop.rs"]
mod set_on_drop;

use std::{
    env,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
};

use heptad::{
    Error,
    hash::unhash_word,
    layout::{LINE_BYTES, Line},
    lockfree::{Inserted, Map, Never, Track, arena_layout},
    storage::Region,
};

use history::{Event, Verdict, check, now};
use operation::{Answer, HOT_KEYS, Operation};

const THREADS: usize = 3;
/// Recorded operations of each thread in a round.
const OPERATIONS: usize = if cfg!(miri) { 20 } else { 400 };
/// Other keys, which come and go: with the hot ones more than the map is for, so that homes overflow,
/// entries are moved from home to home, and insertions are refused.
const COLD_KEYS: u64 = 90;
const CAPACITY: usize = 12;

/// A seed under which all keys have one home. Maps have another, but for some rebuilds.
const BAD_SEED: u64 = 11;

/// Something that performs operations: a map, or one with a planted error.
type Perform<G = Never> = fn(&Map<'_, u64, u64, G>, Operation, u64) -> Result<Answer, Error>;

/// The key with a number.
fn key_of(number: u64) -> u64 {
    unhash_word(BAD_SEED, number)
}

fn rounds() -> usize {
    let wanted = env::var("HEPTAD_HISTORY_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    wanted.unwrap_or(if cfg!(miri) { 1 } else { 30 })
}

fn with_map<R>(act: impl FnOnce(&Map<'_, u64, u64>) -> R) -> R {
    let mut lines = vec![Line::EMPTY; arena_layout(CAPACITY).unwrap().size() / LINE_BYTES];
    act(&Map::new_in(Region::from_lines(&mut lines).unwrap(), 4).unwrap())
}

/// What `work` returns on each of the threads, which begin together.
fn at_once<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (ready, work) = (&AtomicUsize::new(0), &work);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|process| {
                scope.spawn(move || {
                    ready.fetch_add(1, SeqCst);
                    while ready.load(SeqCst) < THREADS {
                        thread::yield_now();
                    }
                    work(process)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Every thread does its operations, all at once; the histories of the hot keys, which end with the
/// value that each has when all are done.
fn record<G: Track + Sync>(
    map: &Map<'_, u64, u64, G>,
    perform: Perform<G>,
) -> [Vec<Event>; HOT_KEYS] {
    let mut histories: [Vec<Event>; HOT_KEYS] = Default::default();
    for (key, event) in at_once(|process| work(map, perform, process)).into_iter().flatten() {
        histories[key].push(event);
    }
    for (key, history) in histories.iter_mut().enumerate() {
        let begin = now();
        let answer = Answer::Before(map.get(key_of(key as u64)));
        history.push(Event { process: 0, begin, end: now(), operation: Operation::Get, answer });
    }
    histories
}

/// What one thread does in a round: the events, and their keys.
fn work<G: Track>(
    map: &Map<'_, u64, u64, G>,
    perform: Perform<G>,
    process: usize,
) -> Vec<(usize, Event)> {
    // The clock gives every thread of every round another seed.
    let mut random = fastrand::Rng::with_seed(now());
    let mut events = Vec::with_capacity(2 * OPERATIONS);
    let hot: [u64; HOT_KEYS] = std::array::from_fn(|number| key_of(number as u64));
    while events.len() < OPERATIONS {
        let cold = key_of(HOT_KEYS as u64 + random.u64(..COLD_KEYS));
        match random.u8(..20) {
            0..5 => _ = map.insert_if_absent(cold, cold),
            5 => insert_evicting(map, &mut events, process, (&hot, cold), &mut random),
            6..9 => _ = map.remove(cold),
            // Reads of many keys are one read of each, at some moment of the whole.
            9 => {
                let mut values = [None; HOT_KEYS];
                let begin = now();
                map.get_many(&hot, &mut values);
                push_reads(&mut events, process, begin, values);
            }
            10 => {
                let mut values = [None; HOT_KEYS];
                let begin = now();
                for (key, value) in map {
                    if let Some(number) = hot.iter().position(|&hot| hot == key) {
                        let first = values[number].replace(value);
                        // One that a rebuild moves may.
                        let may_repeat = map.capacity() >= rebuilds::CAPACITY;
                        assert!(first.is_none() || may_repeat, "key {number} came twice");
                    }
                }
                push_reads(&mut events, process, begin, values);
            }
            _ => {
                let (key, operation) = (random.usize(..HOT_KEYS), Operation::random(&mut random));
                let begin = now();
                // What was refused changed nothing, and is no part of the history.
                if let Ok(answer) = perform(map, operation, hot[key]) {
                    events.push((key, Event { process, begin, end: now(), operation, answer }));
                }
            }
        }
    }
    events
}

/// Inserts a key, for which a hot one goes if it can: events of both.
fn insert_evicting<G: Track>(
    map: &Map<'_, u64, u64, G>,
    events: &mut Vec<(usize, Event)>,
    process: usize,
    (hot, cold): (&[u64; HOT_KEYS], u64),
    random: &mut fastrand::Rng,
) {
    let number_of = |key: u64| hot.iter().position(|&hot| hot == key);
    let key = if random.bool() { cold } else { hot[random.usize(..HOT_KEYS)] };
    let value = random.u64(..5);
    let begin = now();
    let inserted = map.insert_evicting(key, value, |entries| {
        entries.iter().position(|&(key, _)| number_of(key).is_some()).unwrap_or(0)
    });
    let end = now();
    // What was refused changed nothing.
    let Ok(inserted) = inserted else { return };
    let mut push = |key, operation, before| {
        if let Some(number) = number_of(key) {
            let answer = Answer::Before(before);
            events.push((number, Event { process, begin, end, operation, answer }));
        }
    };
    let before = if let Inserted::Replaced(before) = inserted { Some(before) } else { None };
    push(key, Operation::Upsert(value), before);
    if let Inserted::Evicted(victim, value) = inserted {
        push(victim, Operation::Evicted, Some(value));
    }
}

fn push_reads(
    events: &mut Vec<(usize, Event)>,
    process: usize,
    begin: u64,
    values: [Option<u64>; HOT_KEYS],
) {
    let end = now();
    for (key, value) in values.into_iter().enumerate() {
        let (operation, answer) = (Operation::Get, Answer::Before(value));
        events.push((key, Event { process, begin, end, operation, answer }));
    }
}

/// Records and checks on a map that stays as it is.
fn run(perform: Perform, rounds: usize) -> Verdict {
    with_map(|map| {
        let sum = record_and_check(map, perform, rounds);
        assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
        sum
    })
}

/// More rounds than requested where so much else runs that no two operations have overlapped yet.
fn record_and_check<G: Track + Sync>(
    map: &Map<'_, u64, u64, G>,
    perform: Perform<G>,
    rounds: usize,
) -> Verdict {
    let mut sum = Verdict::default();
    for round in 0..50 * rounds {
        if round >= rounds && sum.overlapping > 0 {
            break;
        }
        let start = |key| map.get(key_of(key as u64));
        let starts: [Option<u64>; HOT_KEYS] = std::array::from_fn(start);
        for (start, history) in starts.into_iter().zip(record(map, perform)) {
            sum += check(start, history);
        }
        if sum.refused > 0 {
            break;
        }
    }
    sum
}

#[test]
fn histories_are_linearizable() {
    let verdict = run(|map, operation, key| operation.perform(map, key), rounds());
    println!("{verdict:?}");
    assert_eq!(verdict.refused, 0);
    assert!(verdict.evicted > 0 || cfg!(miri));
    assert!(verdict.overlapping > 0, "no two operations overlapped: nothing was shown");
}

/// A map whose updates are made of a read and a write, with room for others in between.
#[test]
fn lost_updates_are_noticed() {
    let careless: Perform = |map, operation, key| match operation {
        Operation::InsertOrAdd(value, amount) => {
            let before = map.get(key);
            thread::yield_now();
            map.insert(key, before.map_or(value, |old| old + amount))?;
            Ok(Answer::Before(before))
        }
        _ => operation.perform(map, key),
    };
    assert!(run(careless, 1_000).refused > 0);
}

/// One wrong answer in a true history.
#[test]
fn a_changed_answer_is_noticed() {
    with_map(|map| {
        let mut histories = record(map, |map, operation, key| operation.perform(map, key));
        for history in &mut histories {
            assert_eq!(check(None, history.clone()).refused, 0);
            let middle = history.len() / 2;
            let is_telling = |event: &&mut Event| matches!(event.answer, Answer::Before(_));
            let event = history[middle..].iter_mut().find(is_telling).unwrap();
            event.answer = Answer::Before(Some(1 << 40));
            assert!(check(None, history.clone()).refused > 0);
        }
    });
}

/// Histories made by hand, of which the verdict is known.
#[test]
fn the_checker_knows_right_from_wrong() {
    let event = |process, begin, end, operation, before| {
        let answer = Answer::Before(before);
        Event { process, begin, end, operation, answer }
    };
    let both_inserted = |begin| {
        let first = event(0, 1, 4, Operation::Insert(1), None);
        check(None, vec![first, event(1, begin, 9, Operation::Insert(2), None)]).refused
    };
    assert_eq!((both_inserted(2), both_inserted(5)), (1, 1));
    let reads = |begin, value| {
        let update = event(0, 1, 4, Operation::Upsert(2), Some(1));
        check(Some(1), vec![update, event(1, begin, 9, Operation::Get, value)]).refused
    };
    assert_eq!((reads(2, Some(1)), reads(2, Some(2)), reads(2, None)), (0, 0, 1));
    assert_eq!((reads(5, Some(1)), reads(5, Some(2)), reads(5, None)), (1, 0, 1));
    let seen_and_gone = vec![
        event(0, 1, 9, Operation::Upsert(2), None),
        event(1, 2, 3, Operation::Get, Some(2)),
        event(2, 4, 5, Operation::Get, None),
    ];
    assert_eq!(check(None, seen_and_gone).refused, 1);
}
