//! One operation on one key: what it does to a map, and what it must do to a key alone.
//!
//! The second half is a model, written from the documentation, that shares no code with the map.

use heptad::{
    Error,
    lockfree::{Expectation, Map, Removal, Track},
};

/// Keys that everybody uses, and whose histories are checked.
pub(crate) const HOT_KEYS: usize = 6;

/// An operation, with its arguments but for the key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Operation {
    /// Puts a key into a known state: what each part of a history begins with.
    Start(Option<u64>),
    Get,
    ContainsKey,
    Insert(u64),
    Upsert(u64),
    Replace(u64),
    Remove,
    /// It goes, for another key.
    Evicted,
    RemoveIfBelow(u64),
    /// `modify`.
    Add(u64),
    /// `insert_or_modify`: the value, and what is added if there is one.
    InsertOrAdd(u64, u64),
    InsertWithOrAdd(u64, u64),
    /// `fetch_update`: inserts if absent, removes this value, adds to any other.
    Cycle(u64),
    CompareAndSet(Expectation<u64>, Option<u64>),
}

/// What an operation answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The value before.
    Before(Option<u64>),
    /// Whether there was one.
    Present(bool),
    /// The value that was removed.
    Removed(Removal<u64>),
}

impl Operation {
    /// One of all, with small values, so that different ways lead to equal states.
    pub(crate) fn random(random: &mut fastrand::Rng) -> Operation {
        let (value, other) = (random.u64(..5), random.u64(..5));
        match random.u8(..13) {
            0 | 1 => Operation::Get,
            2 => Operation::ContainsKey,
            3 => Operation::Insert(value),
            4 => Operation::Upsert(value),
            5 => Operation::Replace(value),
            6 => Operation::Remove,
            7 => Operation::RemoveIfBelow(value),
            8 => Operation::Add(value),
            9 => Operation::InsertOrAdd(value, other),
            10 => Operation::InsertWithOrAdd(value, other),
            11 => Operation::Cycle(value),
            _ => {
                let expectations = [
                    Expectation::Whatever,
                    Expectation::Exists,
                    Expectation::NotExists,
                    Expectation::Value(other),
                ];
                let new = random.bool().then_some(value);
                Operation::CompareAndSet(expectations[random.usize(..4)], new)
            }
        }
    }

    /// Does it.
    pub(crate) fn perform<G: Track>(
        self,
        map: &Map<'_, u64, u64, G>,
        key: u64,
    ) -> Result<Answer, Error> {
        let before = match self {
            Operation::Start(_) | Operation::Evicted => unreachable!("not an operation of a map"),
            Operation::Get => map.get(key),
            Operation::ContainsKey => return Ok(Answer::Present(map.contains_key(key))),
            Operation::Insert(value) => map.insert_if_absent(key, value)?,
            Operation::Upsert(value) => map.insert(key, value)?,
            Operation::Replace(value) => map.replace(key, value)?,
            Operation::Remove => map.remove(key)?,
            Operation::RemoveIfBelow(limit) => {
                return Ok(Answer::Removed(map.remove_if(key, |value| value < limit)?));
            }
            Operation::Add(amount) => map.modify(key, |old| old + amount)?,
            Operation::InsertOrAdd(value, amount) => {
                map.insert_or_modify(key, value, |old| old + amount)?
            }
            Operation::InsertWithOrAdd(value, amount) => {
                map.insert_with_or_modify(key, || value, |old| old + amount)?
            }
            Operation::Cycle(end) => map.fetch_update(key, |old| match old {
                None => Some(end),
                Some(old) if old == end => None,
                Some(old) => Some(old + 1),
            })?,
            Operation::CompareAndSet(expected, new) => map.compare_and_set(key, expected, new)?,
        };
        Ok(Answer::Before(before))
    }

    /// The answer that it must give for a key with the value `before`, and the value afterwards.
    pub(crate) fn model(self, before: Option<u64>) -> (Answer, Option<u64>) {
        let add = |amount| before.map(|value| value + amount);
        let after = match self {
            Operation::Start(value) => value,
            Operation::Get => before,
            Operation::ContainsKey => return (Answer::Present(before.is_some()), before),
            Operation::Insert(value) => Some(before.unwrap_or(value)),
            Operation::Upsert(value) => Some(value),
            Operation::Replace(value) => before.map(|_| value),
            Operation::Remove | Operation::Evicted => None,
            Operation::RemoveIfBelow(limit) => match before {
                None => return (Answer::Removed(Removal::Absent), None),
                Some(value) if value < limit => {
                    return (Answer::Removed(Removal::Removed(value)), None);
                }
                Some(value) => return (Answer::Removed(Removal::Kept(value)), before),
            },
            Operation::Add(amount) => add(amount),
            Operation::InsertOrAdd(value, amount) | Operation::InsertWithOrAdd(value, amount) => {
                add(amount).or(Some(value))
            }
            Operation::Cycle(end) => match before {
                None => Some(end),
                Some(_) if before == Some(end) => None,
                Some(_) => add(1),
            },
            Operation::CompareAndSet(expected, new) => {
                let is_met = match expected {
                    Expectation::Whatever => true,
                    Expectation::Exists => before.is_some(),
                    Expectation::NotExists => before.is_none(),
                    Expectation::Value(value) => before == Some(value),
                };
                if is_met { new } else { before }
            }
        };
        (Answer::Before(before), after)
    }
}
