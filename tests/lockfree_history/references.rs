//! The same with keys that live elsewhere, whose memory is freed and used for others: nobody follows a reference
//! to memory that is free.
//!
//! A reference that an insertion did not keep is free at once; that of a removed key is when a grace period has
//! elapsed that began after the removal. All keys have one hash, so that every word has to be followed.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
};

use heptad::{
    Error,
    layout::{LINE_BYTES, Line},
    lockfree::{Counted, IndirectMap, Keys, Reclaim, Stored, arena_layout},
    storage::Region,
};

use crate::{
    OPERATIONS, at_once,
    history::{Event, Verdict, check, now},
    operation::{Answer, HOT_KEYS, Operation},
    rounds,
};

/// With the hot keys as many as a home takes.
const COLD_KEYS: u64 = 12;
/// Enough for all that a round removes, should a thread be stopped inside an operation for all of it, so that no grace
/// period ends; and freed memory stays free for a while, and is recognized.
const MEMORIES: usize = 4_000;
/// What stands in memory that is free; else the number of the key that is there.
const FREE: u64 = u64::MAX;

/// The memory of keys; a reference is an index.
struct Memories {
    keys: Vec<AtomicU64>,
    free: Mutex<VecDeque<u64>>,
}

impl Memories {
    fn new() -> Memories {
        let keys = (0..MEMORIES).map(|_| AtomicU64::new(FREE)).collect();
        Memories { keys, free: Mutex::new((0..MEMORIES as u64).collect()) }
    }

    fn allocate(&self, key: u64) -> u64 {
        let reference = self.free.lock().unwrap().pop_front().unwrap();
        self.keys[reference as usize].store(key, SeqCst);
        reference
    }

    fn free(&self, reference: u64) {
        let before = self.keys[reference as usize].swap(FREE, SeqCst);
        assert_ne!(before, FREE, "freed twice");
        self.free.lock().unwrap().push_back(reference);
    }
}

impl Keys for &Memories {
    type Key = u64;
    type Reference = u64;

    fn hash_bits(&self) -> u64 {
        0xffff << 48
    }

    fn hash(&self, _: &u64) -> u64 {
        0x1234 << 48
    }

    fn is(&self, reference: Stored<Self>, key: &u64) -> bool {
        let there = self.keys[reference.number() as usize].load(SeqCst);
        assert_ne!(there, FREE, "a reference is followed whose memory is free");
        there == *key
    }
}

type Indirect<'m> = IndirectMap<'m, &'m Memories, u64, Counted>;

/// A thread, and the references that it has removed, each with the start of its grace period.
struct Worker<'w, 'm> {
    map: &'w Indirect<'m>,
    removed: Vec<(u64, u64)>,
}

impl Worker<'_, '_> {
    /// Does the operation, and frees what is free then.
    fn perform(&mut self, operation: Operation, key: u64) -> Result<Answer, Error> {
        let (map, memories) = (self.map, *self.map.keys());
        let reference = memories.allocate(key);
        let after = |before: Option<u64>| operation.model(before).1;
        let result = match operation {
            Operation::Get => Ok(map.get_key_value(&key)),
            Operation::Remove => map.remove(&key),
            Operation::CompareAndSet(expected, new) => {
                map.compare_and_set(&key, reference, expected, new)
            }
            _ => map.fetch_update(&key, reference, after),
        };
        let before = result.as_ref().ok().map(|entry| entry.map(|(_, value)| value));
        if before.is_none_or(|before| before.is_some() || after(before).is_none()) {
            memories.free(reference);
        }
        let entry = result?;
        if let Some((removed, _)) = entry.filter(|&(_, value)| after(Some(value)).is_none()) {
            self.removed.push((removed, map.tables().guard().start()));
        }
        self.removed.retain(|&(removed, started)| {
            let is_over = map.tables().guard().has_elapsed(started);
            if is_over {
                memories.free(removed);
            }
            !is_over
        });
        Ok(operation.model(entry.map(|(_, value)| value)).0)
    }

    fn work(&mut self, process: usize) -> Vec<(usize, Event)> {
        let mut random = fastrand::Rng::with_seed(now());
        let mut events = Vec::with_capacity(OPERATIONS);
        while events.len() < OPERATIONS {
            if random.bool() {
                let cold = HOT_KEYS as u64 + random.u64(..COLD_KEYS);
                let operation =
                    if random.bool() { Operation::Upsert(1) } else { Operation::Remove };
                let _ = self.perform(operation, cold);
                continue;
            }
            let (key, operation) = (random.usize(..HOT_KEYS), Operation::random(&mut random));
            let begin = now();
            if let Ok(answer) = self.perform(operation, key as u64) {
                events.push((key, Event { process, begin, end: now(), operation, answer }));
            }
        }
        events
    }
}

/// One round of all threads: the events of each hot key.
fn record(map: &Indirect<'_>) -> [Vec<Event>; HOT_KEYS] {
    let mut histories: [Vec<Event>; HOT_KEYS] = Default::default();
    let mut left = Vec::new();
    let work = |process| {
        let mut worker = Worker { map, removed: Vec::new() };
        (worker.work(process), worker.removed)
    };
    for (events, removed) in at_once(work) {
        for (key, event) in events {
            histories[key].push(event);
        }
        left.extend(removed);
    }
    // No operation is under way.
    left.into_iter().for_each(|(reference, _)| map.keys().free(reference));
    for (key, history) in histories.iter_mut().enumerate() {
        let begin = now();
        let answer = Answer::Before(map.get(&(key as u64)));
        history.push(Event { process: 0, begin, end: now(), operation: Operation::Get, answer });
    }
    histories
}

#[test]
fn histories_of_keys_whose_memory_is_reused_are_linearizable() {
    let memories = Memories::new();
    let lines = arena_layout(HOT_KEYS + COLD_KEYS as usize).unwrap().size() / LINE_BYTES;
    let mut lines = vec![Line::EMPTY; lines];
    let region = Region::from_lines(&mut lines).unwrap();
    let map = Indirect::new_with(region, 1, &memories, Counted::new()).unwrap();
    let mut sum = Verdict::default();
    for round in 0..50 * rounds() {
        if round >= rounds() && sum.overlapping > 0 {
            break;
        }
        let starts: [Option<u64>; HOT_KEYS] = std::array::from_fn(|key| map.get(&(key as u64)));
        for (start, history) in starts.into_iter().zip(record(&map)) {
            sum += check(start, history);
        }
    }
    println!("{sum:?}");
    assert_eq!(sum.refused, 0);
    assert!(sum.overlapping > 0, "no two operations overlapped: nothing was shown");
    assert_eq!((map.tables().check(), map.tables().stats().reserved), (Ok(()), 0));
    // All memory but that of the keys that are there is free.
    assert_eq!(memories.free.lock().unwrap().len() + map.len(), MEMORIES);
}
