//! Target `lockfree`: a map that moves between three arenas, against the standard library's `HashMap`;
//! then a damaged shared map.
//!
//! It has one thread: the models and histories cover threads. Fuzzing looks for states of buckets,
//! groups and half-done rebuilds that no test has.

use std::{collections::HashMap, ops::Not, slice};

use arbitrary::{Arbitrary, Result, Unstructured};
use heptad::{
    Error,
    layout::Line,
    lockfree::{Counted, Expectation, Map, SharedMap},
    storage::Region,
};

use crate::rest;

/// The arenas, the operations on a map in them, and the damage to them afterwards.
#[derive(Debug)]
pub struct Input {
    /// Lines of each arena.
    lines: [u8; 3],
    seed: u64,
    /// Bits to flip at the end in a shared map of as many lines as the first arena, each in a copy,
    /// counted from the line after the descriptor.
    damage: [u16; 3],
    operations: Vec<Operation>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Change(u8, Change),
    InsertRun(u8, u8),
    RemoveRun(u8, u8),
    GetMany([u8; 20]),
    Retain(u8),
    Clear,
    Rebuild(u64),
    Help(u8),
    Reclaim,
}

/// An operation on one key. Numbers become values.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Change {
    Get,
    Insert(u8),
    Upsert(u8),
    Replace(u8),
    Remove,
    RemoveIfLess(u8),
    ModifyBy(u8),
    InsertOrModify(u8),
    CompareAndSet(Expected, Option<u8>),
    FetchUpdate(Option<u8>),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Expected {
    Whatever,
    Exists,
    NotExists,
    Value(u8),
}

impl<'bytes> Arbitrary<'bytes> for Input {
    fn arbitrary(input: &mut Unstructured<'bytes>) -> Result<Self> {
        let (lines, seed, damage) = (input.arbitrary()?, input.arbitrary()?, input.arbitrary()?);
        Ok(Input { lines, seed, damage, operations: rest(input)? })
    }
}

impl Input {
    /// Runs everything, and panics if an answer is wrong.
    pub fn run(self) {
        let mut arenas = self.lines.map(|lines| vec![Line::EMPTY; usize::from(lines) + 1]);
        let [first, spare @ ..] =
            arenas.each_mut().map(|arena| Region::from_lines(arena).expect("an arena has a line"));
        match Map::new_with(first, self.seed, Counted::new()) {
            Ok(map) => Run::new(map, spare.into()).all(&self.operations),
            Err(refused) => assert!(matches!(refused.error, Error::TooSmall { .. })),
        }
        let mut shared = arenas[0].clone();
        if fill_shared(&mut shared, self.seed) {
            for bit in self.damage {
                let mut damaged = shared.clone();
                flip(&mut damaged, bit.into());
                use_damaged(&mut damaged);
            }
        }
    }
}

/// A map, its expected content, and the arenas that it does not use.
struct Run<'a> {
    map: Map<'a, u64, u64, Counted>,
    model: HashMap<u64, u64>,
    spare: Vec<Region<'a>>,
    /// True from a rebuild until `help` returns that nothing remains.
    rebuilds: bool,
}

impl<'a> Run<'a> {
    fn new(map: Map<'a, u64, u64, Counted>, spare: Vec<Region<'a>>) -> Self {
        Run { map, model: HashMap::new(), spare, rebuilds: false }
    }

    fn all(mut self, operations: &[Operation]) {
        for &operation in operations {
            self.one(operation);
            assert_eq!(self.map.tables().check(), Ok(()));
            assert_eq!(self.map.len(), self.model.len());
        }
        assert_eq!(self.entries(), self.model);
    }

    fn entries(&self) -> HashMap<u64, u64> {
        self.map.iter().collect()
    }

    fn one(&mut self, operation: Operation) {
        match operation {
            Operation::Change(key, change) => self.change(key.into(), change),
            Operation::InsertRun(first, count) => {
                (first..first.saturating_add(count))
                    .for_each(|key| self.change(key.into(), Change::Insert(key)));
            }
            Operation::RemoveRun(first, count) => {
                (first..first.saturating_add(count))
                    .for_each(|key| self.change(key.into(), Change::Remove));
            }
            Operation::GetMany(keys) => {
                let keys = keys.map(u64::from);
                let mut values = [Some(0); 20];
                let found = self.map.get_many(&keys, &mut values);
                let expected = keys.map(|key| self.model.get(&key).copied());
                assert_eq!((values, found), (expected, expected.iter().flatten().count()));
            }
            Operation::Retain(modulus) => {
                let modulus = u64::from(modulus) + 2;
                let answer = self.map.retain(|key, _| key % modulus != 0);
                self.removed_some(answer, |key| key % modulus != 0);
            }
            Operation::Clear => {
                let answer = self.map.clear();
                self.removed_some(answer, |_| false);
            }
            Operation::Rebuild(seed) => {
                let Some(region) = self.spare.pop() else { return };
                match self.map.tables().rebuild(region, seed) {
                    Ok(()) => self.rebuilds = true,
                    Err(refused) => {
                        assert!(matches!(refused.error, Error::Busy | Error::TooSmall { .. }));
                        self.spare.insert(0, refused.value);
                    }
                }
            }
            Operation::Help(steps) => match self.map.tables().help(steps.into()) {
                Ok(is_done) => self.rebuilds &= !is_done,
                Err(error) => self.assert_full(error),
            },
            Operation::Reclaim => self.spare.extend(self.map.tables().try_reclaim()),
        }
    }

    /// Called after an operation that removes what `stays` rejects, or a part of it if the operation is
    /// refused.
    fn removed_some(&mut self, answer: Result<(), Error>, stays: impl Fn(u64) -> bool) {
        if let Err(error) = answer {
            self.assert_full(error);
            let left = self.entries();
            self.model.retain(|key, _| stays(*key) || left.contains_key(key));
        } else {
            self.model.retain(|&key, _| stays(key));
        }
        assert_eq!(self.entries(), self.model);
    }

    /// Applies `change` to the map and to the model, unless the map refuses.
    fn change(&mut self, key: u64, change: Change) {
        let Run { map, model, .. } = self;
        let before = model.get(&key).copied();
        let (answer, after) = match change {
            Change::Get => (Ok(map.get(key)), before),
            Change::Insert(value) => {
                (map.insert_if_absent(key, value.into()), before.or(Some(value.into())))
            }
            Change::Upsert(value) => (map.insert(key, value.into()), Some(value.into())),
            Change::Replace(value) => {
                (map.replace(key, value.into()), before.map(|_| value.into()))
            }
            Change::Remove => (map.remove(key), None),
            Change::RemoveIfLess(limit) => {
                let is_less = |value| value < u64::from(limit);
                let removed = before.filter(|&value| is_less(value));
                let answer = map.remove_if(key, is_less).map(|answer| {
                    assert_eq!(answer.removed(), removed);
                    answer.before()
                });
                (answer, before.xor(removed))
            }
            Change::ModifyBy(summand) => {
                let add = |value: u64| value.wrapping_mul(3) ^ u64::from(summand);
                (map.modify(key, add), before.map(add))
            }
            Change::InsertOrModify(value) => {
                let after = before.map_or(value.into(), u64::not);
                (map.insert_or_modify(key, value.into(), u64::not), Some(after))
            }
            Change::CompareAndSet(expected, new) => {
                let expected = expected.expectation();
                let new = new.map(u64::from);
                let after = if expected.is_met_by(before) { new } else { before };
                (map.compare_and_set(key, expected, new), after)
            }
            Change::FetchUpdate(new) => {
                let new = new.map(u64::from);
                (map.fetch_update(key, |_| new), new)
            }
        };
        match answer {
            Ok(answer) => {
                assert_eq!(answer, before);
                match after {
                    Some(value) => model.insert(key, value),
                    None => model.remove(&key),
                };
            }
            Err(error) => self.assert_full(error),
        }
        assert_eq!(self.map.get(key), self.model.get(&key).copied());
    }

    /// A refusal by a full map, or during a rebuild whose new table has no room.
    fn assert_full(&self, error: Error) {
        assert_eq!(error, Error::Full);
        assert!(self.rebuilds || self.model.len() >= self.map.capacity());
    }
}

impl Expected {
    fn expectation(self) -> Expectation<u64> {
        match self {
            Expected::Whatever => Expectation::Whatever,
            Expected::Exists => Expectation::Exists,
            Expected::NotExists => Expectation::NotExists,
            Expected::Value(value) => Expectation::Value(value.into()),
        }
    }
}

/// Makes a shared map in `memory` and fills it. Returns whether the memory is large enough.
fn fill_shared(memory: &mut [Line], seed: u64) -> bool {
    let region = Region::from_lines(memory).expect("an arena has a line");
    let Ok(region) = SharedMap::<u64, u64>::format(region, seed, 0) else { return false };
    // SAFETY: only the map that was made there writes to it.
    let map = unsafe { SharedMap::<u64, u64>::attach(region) }.expect("it was made here");
    assert!((0..256).map(|key| map.insert(key, key)).any(|inserted| inserted.is_ok()));
    true
}

/// Flips a bit after the block and the descriptor, which are validated as a whole when a map is
/// attached.
fn flip(arena: &mut [Line], bit: usize) {
    const CHECKED_WORDS: usize = 24;
    let (start, count) = (arena.as_mut_ptr().cast::<u64>(), 8 * arena.len());
    // SAFETY: a line is eight words, all of them initialised here, and aligned to more than a word.
    let words = unsafe { slice::from_raw_parts_mut(start, count) };
    if let Some(word) = words.get_mut(CHECKED_WORDS + bit / 64) {
        *word ^= 1 << (bit % 64);
    }
}

/// Uses a damaged map: its answers may be anything, but each call returns one.
fn use_damaged(arena: &mut [Line]) {
    let region = Region::from_lines(arena).expect("an arena has a line");
    // SAFETY: the bytes are initialised, and nobody else writes them.
    let Ok(map) = (unsafe { SharedMap::<u64, u64>::attach(region) }) else { return };
    let _ = (map.tables().check(), map.tables().stats(), map.len(), map.iter().count());
    for key in 0..256 {
        let _ =
            (map.insert_if_absent(key, 1), map.insert(key, 2), map.get(key), map.remove(key / 2));
        let _ = map.insert_evicting(key << 8, 3, |entries| entries.len());
    }
    let _ = (map.retain(|key, value| key > value), map.clear());
}
