//! What operations that overlap may answer: what they could have answered one after another.
//!
//! The oracle of the models and of the steps: an ordinary map, and a search for an order of the
//! operations that explains every answer and what is there in the end.

use std::{collections::BTreeMap, vec::Vec};

use super::{
    Expectation, Inserted, Map,
    arena::Shape,
    bucket::{GROUP_SLOTS, MOST_ENTRIES, OWN_SLOTS, REGIONS},
};
use crate::{error::Error, hash::hash_word};

/// The map that is judged. Its seed is 0.
pub(super) type Judged = Map<'static, u64, u64>;

/// A call of a map.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operation {
    Get(u64),
    /// `get_many`, of one key.
    GetInBatch(u64),
    Insert(u64, u64),
    Upsert(u64, u64),
    /// `insert_evicting`: the entry with the least value goes, of several the one with the least key.
    InsertEvicting(u64, u64),
    Replace(u64, u64),
    Remove(u64),
    CompareAndSet(u64, Expectation<u64>, Option<u64>),
    /// `modify`: adds one.
    Increment(u64),
    /// `fetch_update`: removes the key if it is present, else inserts it.
    Toggle(u64, u64),
    /// All entries. Of a map with one home only: homes are not read at one instant.
    Iterate,
    /// The number of entries; of a map with one home only.
    Count,
    /// Steps of a rebuild.
    Help(usize),
}

/// What a call answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Value(Option<u64>),
    Entries(Vec<(u64, u64)>),
    Number(usize),
    /// The entry that went, and those among which it was chosen.
    Evicted((u64, u64), Contents),
    Refused(Error),
}

impl Operation {
    pub(super) fn run(self, map: &Judged) -> Answer {
        use Operation::*;
        let answer = match self {
            Get(key) => Ok(map.get(key)),
            GetInBatch(key) => {
                let mut values = [None];
                map.get_many(&[key], &mut values);
                Ok(values[0])
            }
            Insert(key, value) => map.insert_if_absent(key, value),
            Upsert(key, value) => map.insert(key, value),
            InsertEvicting(key, value) => return insert_evicting(map, key, value),
            Replace(key, value) => map.replace(key, value),
            Remove(key) => map.remove(key),
            CompareAndSet(key, expected, new) => map.compare_and_set(key, expected, new),
            Increment(key) => map.modify(key, |value| value + 1),
            Toggle(key, value) => map.fetch_update(key, |current| toggled(current, value)),
            Iterate => return Answer::Entries(entries(map).0.into_iter().collect()),
            Count => return Answer::Number(map.len()),
            // How far it got does not matter, nor whether something was in the way.
            Help(steps) => {
                let _ = map.tables().help(steps);
                Ok(None)
            }
        };
        answer.map_or_else(Answer::Refused, Answer::Value)
    }

    /// The key that it may need room for.
    fn key_to_place(self) -> Option<u64> {
        use Operation::*;
        match self {
            Insert(key, _) | Upsert(key, _) | InsertEvicting(key, _) => Some(key),
            Replace(key, _) => Some(key),
            CompareAndSet(key, _, Some(_)) | Increment(key) | Toggle(key, _) => Some(key),
            // In a rebuild every change of a key may want to move its home first.
            Remove(key) | CompareAndSet(key, _, None) => Some(key),
            Get(_) | GetInBatch(_) | Iterate | Count | Help(_) => None,
        }
    }
}

fn insert_evicting(map: &Judged, key: u64, value: u64) -> Answer {
    let mut among = Vec::new();
    let inserted = map.insert_evicting(key, value, |entries| {
        among = entries.into();
        least(entries.iter().copied()).unwrap()
    });
    match inserted {
        Ok(Inserted::New) => Answer::Value(None),
        Ok(Inserted::Replaced(before)) => Answer::Value(Some(before)),
        Ok(Inserted::Evicted(key, value)) => {
            Answer::Evicted((key, value), Contents(among.into_iter().collect()))
        }
        Err(error) => Answer::Refused(error),
    }
}

/// Which of these entries goes.
fn least(entries: impl Iterator<Item = (u64, u64)>) -> Option<usize> {
    let entries = entries.map(|(key, value)| (value, key)).enumerate();
    entries.min_by_key(|&(_, entry)| entry).map(|(index, _)| index)
}

fn toggled(current: Option<u64>, value: u64) -> Option<u64> {
    if current.is_some() { None } else { Some(value) }
}

/// What is in a map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents(BTreeMap<u64, u64>);

/// The entries of a map; none twice.
pub(super) fn entries(map: &Judged) -> Contents {
    let mut contents = BTreeMap::new();
    for (key, value) in map {
        assert_eq!(contents.insert(key, value), None, "key {key} is there twice");
    }
    Contents(contents)
}

impl Contents {
    /// Does to it what `operation` does, and answers what it answers when it is not refused.
    fn run(&mut self, operation: Operation) -> Answer {
        use Operation::*;
        let map = &mut self.0;
        let (key, new) = match operation {
            Iterate => {
                return Answer::Entries(map.iter().map(|(&key, &value)| (key, value)).collect());
            }
            Count => return Answer::Number(map.len()),
            Help(_) => return Answer::Value(None),
            Get(key) | GetInBatch(key) => (key, map.get(&key).copied()),
            Insert(key, value) => (key, map.get(&key).copied().or(Some(value))),
            Upsert(key, value) | InsertEvicting(key, value) => (key, Some(value)),
            Replace(key, value) => (key, map.get(&key).map(|_| value)),
            Remove(key) => (key, None),
            Increment(key) => (key, map.get(&key).map(|value| value + 1)),
            Toggle(key, value) => (key, toggled(map.get(&key).copied(), value)),
            CompareAndSet(key, expected, new) => {
                let current = map.get(&key).copied();
                (key, if expected.is_met_by(current) { new } else { current })
            }
        };
        Answer::Value(match new {
            Some(value) => map.insert(key, value),
            None => map.remove(&key),
        })
    }

    /// The same with `key`, in the place of `victim`.
    fn exchanged(&self, victim: u64, key: u64, value: u64) -> Contents {
        let mut map = self.0.clone();
        map.remove(&victim);
        map.insert(key, value);
        Contents(map)
    }

    /// Was the victim the least of these entries, which are all there, and is `key` not?
    fn may_evict(&self, key: u64, victim: (u64, u64), among: &Contents) -> bool {
        let among = || among.0.iter().map(|(&key, &value)| (key, value));
        let is_least = least(among()).and_then(|index| among().nth(index)) == Some(victim);
        let are_there = among().all(|(key, value)| self.0.get(&key) == Some(&value));
        is_least && are_there && !self.0.contains_key(&key)
    }

    /// Is there no room for `key` in a table of this shape, of one home or two, wherever entries lie?
    fn has_no_room(&self, shape: Shape, key: u64) -> bool {
        let home = home_of(shape, key);
        let (ours, others): (Vec<u64>, Vec<u64>) =
            self.0.keys().partition(|&&key| home_of(shape, key) == home);
        let is_shared = |region: &u32| shape.group_of(0, *region) == shape.group_of(1, *region);
        // Insertions leave a slot of each group free.
        let shared = (GROUP_SLOTS - 1) * (0..REGIONS).filter(is_shared).count() as u32;
        let others_in_shared = others.len().saturating_sub((MOST_ENTRIES - shared) as usize);
        ours.len() + others_in_shared >= ALL
    }
}

/// The home of a key under seed 0.
fn home_of(shape: Shape, key: u64) -> u64 {
    shape.bucket_of(hash_word(0, key))
}

/// Keys of one home, one after another.
pub(super) fn keys_of_home(shape: Shape, home: u64) -> impl Iterator<Item = u64> {
    (1..).filter(move |&key| home_of(shape, key) == home)
}

/// Entries that a home has room for in its bucket.
pub(super) const OWN: usize = OWN_SLOTS as usize;
/// Entries that a home has room for at all.
pub(super) const ALL: usize = MOST_ENTRIES as usize;

/// An operation that ran.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) operation: Operation,
    /// `None` if it was killed: then it may have happened or not.
    pub(super) answer: Option<Answer>,
    /// The records, by index, that ended before this one began.
    pub(super) after: Vec<usize>,
}

/// Is there an order of `records`, from `start` to `end`, in which each answers what it did?
pub(super) fn is_explained(
    shape: Shape,
    start: &Contents,
    records: &[Record],
    end: &Contents,
) -> bool {
    search(shape, start, records, &mut Vec::new(), end)
}

fn search(
    shape: Shape,
    now: &Contents,
    records: &[Record],
    done: &mut Vec<usize>,
    end: &Contents,
) -> bool {
    if done.len() == records.len() {
        return now == end;
    }
    for (index, record) in records.iter().enumerate() {
        if done.contains(&index) || record.after.iter().any(|before| !done.contains(before)) {
            continue;
        }
        done.push(index);
        let found =
            outcomes(shape, now, record).iter().any(|next| search(shape, next, records, done, end));
        done.pop();
        if found {
            return true;
        }
    }
    false
}

/// What may be there after `record`, if it may come next.
fn outcomes(shape: Shape, now: &Contents, record: &Record) -> Vec<Contents> {
    let mut next = now.clone();
    let answer = next.run(record.operation);
    // Only an operation that writes can lack a place; these write also what is there already.
    let writes = match record.operation {
        Operation::Upsert(..) | Operation::InsertEvicting(..) => true,
        Operation::Replace(key, _) => now.0.contains_key(&key),
        _ => next != *now,
    };
    let key = record.operation.key_to_place().filter(|_| writes);
    // A present key needs no room, and is never refused as `Full`.
    let is_full = |key: u64| !now.0.contains_key(&key) && now.has_no_room(shape, key);
    if let Operation::InsertEvicting(key, value) = record.operation {
        let exchanged = |&victim: &u64| now.exchanged(victim, key, value);
        match &record.answer {
            // Killed: any victim.
            None if !now.0.contains_key(&key) => {
                return now.0.keys().map(exchanged).chain([now.clone(), next]).collect();
            }
            Some(Answer::Evicted(victim, among)) if now.may_evict(key, *victim, among) => {
                return [exchanged(&victim.0)].into();
            }
            // Where there is no room, another entry goes.
            Some(Answer::Refused(Error::Full)) => return Vec::new(),
            _ => {}
        }
    }
    match (&record.answer, key) {
        (None, _) => [now.clone(), next].into(),
        (Some(actual), _) if *actual == answer => [next].into(),
        (Some(Answer::Refused(Error::Busy)), Some(_)) => [now.clone()].into(),
        (Some(Answer::Refused(Error::Full)), Some(key)) if is_full(key) => [now.clone()].into(),
        _ => Vec::new(),
    }
}
