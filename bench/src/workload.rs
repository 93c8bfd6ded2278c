//! Keys, and the portions of work that all contenders share.
//!
//! Keys are numbered: a bijection takes number `i` to key `i`, so all are distinct and none follows
//! another in memory. The table holds the keys of a window of numbers; churn advances the window.
//! Keys of misses have numbers that no window reaches.
//!
//! Lookups draw at random, with a new draw for every portion, because the branch predictor learns a
//! repeated order, or the order of insertion.

use std::rc::Rc;

use fastrand::Rng;
use heptad::hash::hash_word;

use rand::{SeedableRng, rngs::SmallRng};

use crate::{
    draws::ranks,
    op::{Draw, Op},
};

/// Numbers from here on belong to keys that are never inserted.
const ABSENT: u64 = 1 << 40;
/// The seed of the bijection from numbers to keys. It differs from the tables' seed.
const KEY_SEED: u64 = 0x6b65_7973;
/// The least and the greatest number of lookups in a portion.
const LOOKUPS: (usize, usize) = (1 << 13, 1 << 18);
/// Pairs of a portion of churn, at most. This is one turnover of the smaller tables, so that each
/// portion includes what a table does only at intervals.
const CHURN_PAIRS: usize = 1 << 18;

/// The work for a table of `entries` entries.
pub(crate) struct Workload {
    entries: usize,
    /// The number of the oldest key in the table.
    oldest: u64,
    random: Rng,
    /// The first `entries` keys, in the order in which they are inserted.
    keys: Rc<[u64]>,
    /// The same keys in another order, made when first needed.
    shuffled: Option<Rc<[u64]>>,
    /// Which keys are looked up, where it is not the numbered ones, all alike often.
    lookups: Option<Lookups>,
}

/// The lookups of a table that is never changed.
struct Lookups {
    /// As many keys as there are entries, none of which is one of them.
    absent: Rc<[u64]>,
    draw: Draw,
    random: SmallRng,
}

/// A portion of work.
pub(crate) struct Portion {
    pub(crate) op: Op,
    /// The keys to look up, insert or remove.
    pub(crate) keys: Rc<[u64]>,
    /// As many keys to insert in exchange, for churn.
    pub(crate) new_keys: Rc<[u64]>,
    /// Walks over all entries, for iteration.
    pub(crate) walks: usize,
    /// Operations in the whole portion.
    pub(crate) operations: usize,
    /// The sum of all resulting words: found, removed or iterated.
    pub(crate) expected: u64,
}

impl Workload {
    pub(crate) fn new(entries: usize) -> Workload {
        let keys = (0..entries as u64).map(key).collect();
        let random = Rng::with_seed(7);
        Workload { entries, oldest: 0, random, keys, shuffled: None, lookups: None }
    }

    /// The work for a table of `keys`, inserted in this order, which churn does not change: lookups draw from them and
    /// from `absent`, of which there are as many.
    pub(crate) fn of(keys: Vec<u64>, absent: Vec<u64>, draw: Draw) -> Workload {
        assert_eq!(keys.len(), absent.len(), "as many absent keys as present ones");
        let random = SmallRng::seed_from_u64(7);
        let lookups = Some(Lookups { absent: absent.into(), draw, random });
        Workload { entries: keys.len(), keys: keys.into(), lookups, ..Workload::new(0) }
    }

    /// Entries of the table.
    pub(crate) fn entries(&self) -> usize {
        self.entries
    }

    /// The keys that a new table is filled with.
    pub(crate) fn start_over(&mut self) -> Rc<[u64]> {
        self.oldest = 0;
        self.keys.clone()
    }

    /// The next portion of `op`.
    pub(crate) fn portion(&mut self, op: Op) -> Portion {
        match op {
            Op::Hit | Op::DependentHit => {
                let drawn = self.draw(self.oldest);
                self.of_keys(op, sum(&drawn), drawn)
            }
            Op::Miss => {
                let drawn = self.draw(ABSENT);
                self.of_keys(op, 0, drawn)
            }
            Op::Mixed => {
                let (present, absent) = (self.draw(self.oldest), self.draw(ABSENT));
                let random = &mut self.random;
                let mut expected = 0u64;
                let either = |(&present, &absent)| {
                    let is_hit: bool = random.bool();
                    expected = expected.wrapping_add(if is_hit { present } else { 0 });
                    if is_hit { present } else { absent }
                };
                let keys = present.iter().zip(&*absent).map(either).collect();
                self.of_keys(op, expected, keys)
            }
            Op::Insert | Op::Grow => self.of_keys(op, 0, self.keys.clone()),
            Op::Remove => {
                let shuffled = self.shuffled();
                self.of_keys(op, sum(&shuffled), shuffled)
            }
            Op::Churn => self.churn(self.entries.min(CHURN_PAIRS)),
            Op::Iterate | Op::Fold => {
                let walks = LOOKUPS.0.div_ceil(self.entries);
                let expected = sum(&self.keys).wrapping_mul(walks as u64);
                let operations = walks * self.entries;
                Portion { walks, operations, ..self.of_keys(op, expected, Rc::new([])) }
            }
        }
    }

    /// A portion of churn that replaces every entry.
    pub(crate) fn turnover(&mut self) -> Portion {
        self.churn(self.entries)
    }

    fn churn(&mut self, pairs: usize) -> Portion {
        assert!(self.lookups.is_none(), "only numbered keys have successors");
        let pairs = pairs as u64;
        let old = self.oldest..self.oldest + pairs;
        let newest = self.oldest + self.entries as u64;
        self.oldest += pairs;
        let old: Rc<[u64]> = old.map(key).collect();
        let new_keys = (newest..newest + pairs).map(key).collect();
        Portion { new_keys, ..self.of_keys(Op::Churn, sum(&old), old) }
    }

    fn of_keys(&self, op: Op, expected: u64, keys: Rc<[u64]>) -> Portion {
        Portion { op, operations: keys.len(), keys, new_keys: Rc::new([]), walks: 0, expected }
    }

    /// Keys drawn from the window that starts at `first`.
    fn draw(&mut self, first: u64) -> Rc<[u64]> {
        let lookups = self.entries.clamp(LOOKUPS.0, LOOKUPS.1);
        if let Some(Lookups { absent, draw, random }) = &mut self.lookups {
            let keys = if first == ABSENT { absent } else { &self.keys };
            let ranks = ranks(self.entries, *draw, lookups, random);
            return ranks.map(|rank| keys[rank]).collect();
        }
        let last = first + self.entries as u64;
        (0..lookups).map(|_| key(self.random.u64(first..last))).collect()
    }

    fn shuffled(&mut self) -> Rc<[u64]> {
        let Workload { random, keys, shuffled, .. } = self;
        let make = || {
            let mut keys = keys.to_vec();
            random.shuffle(&mut keys);
            keys.into()
        };
        shuffled.get_or_insert_with(make).clone()
    }
}

/// The key of this number.
pub(crate) fn key(number: u64) -> u64 {
    hash_word(KEY_SEED, number)
}

pub(crate) fn sum(words: &[u64]) -> u64 {
    words.iter().fold(0, |sum, word| sum.wrapping_add(*word))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Replays every portion on a set: present keys are in it, absent ones are not, and sums agree.
    #[test]
    fn portions_fit_the_table_they_are_for() {
        let mut workload = Workload::new(100);
        let mut set: HashSet<u64> = workload.start_over().iter().copied().collect();
        assert_eq!(set.len(), 100);
        for _ in 0..3 {
            let hits = workload.portion(Op::Hit);
            assert!(hits.keys.iter().all(|key| set.contains(key)));
            assert_eq!(hits.expected, sum(&hits.keys));
            assert_eq!(hits.operations, LOOKUPS.0);
            assert!(!workload.portion(Op::Miss).keys.iter().any(|key| set.contains(key)));
            let churn = workload.portion(Op::Churn);
            assert_eq!((churn.operations, churn.expected), (100, sum(&churn.keys)));
            for (old, new) in churn.keys.iter().zip(&*churn.new_keys) {
                assert!(set.remove(old) && set.insert(*new));
            }
        }
        let filled: HashSet<u64> = workload.start_over().iter().copied().collect();
        let removed = workload.portion(Op::Remove);
        assert_eq!(filled, removed.keys.iter().copied().collect());
        let walked = workload.portion(Op::Iterate);
        assert_eq!((walked.walks, walked.operations), (82, 8200));
        assert_eq!(walked.expected, removed.expected.wrapping_mul(82));
    }
}
