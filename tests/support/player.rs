//! One of several that use a map at the same time, and that notices every wrong answer.
//!
//! A player makes one operation after the other, chosen at random, on two kinds of keys:
//!
//! - *its own*, which no other player names: it knows what every operation on them must answer,
//!   whatever happens to the rest of the map meanwhile;
//! - *common* ones, whose values are counts. A player adds to them and takes from them in all the
//!   ways there are, and keeps books. In the end, of every key all that was added is what was taken
//!   and what is still there: no update was lost, no value was returned twice.
//!
//! Players may be threads, cores, and interrupt handlers in the middle of either.

use fastrand::Rng;
use heptad::{
    Error,
    lockfree::{Expectation, Map, Never, Track},
};

/// The map that players share.
pub type Shared<'m, G = Never> = Map<'m, u64, u64, G>;

/// Keys that a player has for itself.
pub const OWN_KEYS: usize = 12;
/// Keys that all players share.
pub const COMMON_KEYS: usize = 6;
/// Kinds of operation on its own keys: each method of a map is one.
pub const KINDS: usize = 15;

/// What happened to one common key, all players taken together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Sum of what was added.
    pub added: u64,
    /// Sum of what was taken.
    pub taken: u64,
}

/// See the module.
#[derive(Debug)]
pub struct Player {
    random: Rng,
    number: u64,
    /// Is the map rebuilt meanwhile? Then a walk may meet an entry twice.
    is_rebuilt: bool,
    own: [Option<u64>; OWN_KEYS],
    /// Of each common key.
    pub accounts: [Account; COMMON_KEYS],
    /// Operations that were answered.
    pub operations: u64,
    /// Operations that the map refused for the moment.
    pub busy: u64,
    /// Operations that the map refused for lack of room.
    pub full: u64,
}

impl Player {
    /// The player with that number; no two on one map have the same.
    pub const fn new(number: u64) -> Player {
        Player {
            random: Rng::with_seed(number),
            number,
            is_rebuilt: false,
            own: [None; OWN_KEYS],
            accounts: [Account { added: 0, taken: 0 }; COMMON_KEYS],
            operations: 0,
            busy: 0,
            full: 0,
        }
    }

    /// The player with that number, on a map that is rebuilt meanwhile.
    pub const fn in_rebuilds(number: u64) -> Player {
        let mut player = Player::new(number);
        player.is_rebuilt = true;
        player
    }

    /// One operation. Panics if the answer is wrong.
    pub fn play<G: Track>(&mut self, map: &Shared<'_, G>) {
        if self.random.bool() {
            let kind = self.random.usize(..KINDS);
            self.play_kind(map, kind);
        } else {
            let key = self.random.usize(..COMMON_KEYS);
            let outcome = if self.random.bool() { self.add(map, key) } else { self.take(map, key) };
            self.note(outcome);
        }
    }

    /// One operation of that kind, less than [`KINDS`], on a key of its own. Panics if the answer is
    /// wrong.
    pub fn play_kind<G: Track>(&mut self, map: &Shared<'_, G>, kind: usize) {
        let outcome = self.play_own(map, kind);
        self.note(outcome);
    }

    fn note(&mut self, outcome: Result<(), Error>) {
        match outcome {
            Ok(()) => self.operations += 1,
            Err(Error::Busy) => self.busy += 1,
            Err(Error::Full) => self.full += 1,
            Err(error) => panic!("{error}"),
        }
    }

    /// The key that stands for the `index`-th of its own.
    fn own_key(&self, index: usize) -> u64 {
        (self.number + 1) << 32 | index as u64
    }

    /// An operation on a key of its own: the answer must be what the books say.
    fn play_own<G: Track>(&mut self, map: &Shared<'_, G>, kind: usize) -> Result<(), Error> {
        let index = self.random.usize(..OWN_KEYS);
        let (key, before) = (self.own_key(index), self.own[index]);
        let value = self.random.u64(..4);
        let limit = self.random.u64(..4);
        // The answer, what it must be, and the value afterwards.
        let (answer, expected, after) = match kind {
            0 => (map.get(key), before, before),
            1 => (map.contains_key(key).then_some(0), before.map(|_| 0), before),
            2 => (map.insert_if_absent(key, value)?, before, before.or(Some(value))),
            3 => (map.insert(key, value)?, before, Some(value)),
            4 => (map.replace(key, value)?, before, before.map(|_| value)),
            5 => (map.remove(key)?, before, None),
            6 => {
                let is_low = |value: &u64| *value < limit;
                let after = before.filter(|value| !is_low(value));
                let removal = map.remove_if(key, |value| is_low(&value))?;
                assert_eq!(removal.removed(), before.filter(is_low));
                (removal.before(), before, after)
            }
            7 => (map.modify(key, |old| old ^ value)?, before, before.map(|old| old ^ value)),
            8 => {
                let answer = map.insert_or_modify(key, value, |old| old + 1)?;
                (answer, before, before.map(|old| old + 1).or(Some(value)))
            }
            9 => {
                let answer = map.insert_with_or_modify(key, || value, |old| old / 2)?;
                (answer, before, before.map(|old| old / 2).or(Some(value)))
            }
            10 => {
                let change = |old: Option<u64>| match old {
                    None => Some(value),
                    Some(old) => (old != limit).then_some(old + limit),
                };
                (map.fetch_update(key, change)?, before, change(before))
            }
            11 => {
                let new = self.random.bool().then_some(value);
                let expectation = match self.random.u8(..4) {
                    0 => Expectation::Whatever,
                    1 => Expectation::Exists,
                    2 => Expectation::NotExists,
                    _ => Expectation::Value(limit),
                };
                let takes_place = match expectation {
                    Expectation::Whatever => true,
                    Expectation::Exists => before.is_some(),
                    Expectation::NotExists => before.is_none(),
                    Expectation::Value(value) => before == Some(value),
                };
                let after = if takes_place { new } else { before };
                (map.compare_and_set(key, expectation, new)?, before, after)
            }
            12 => {
                let keys: [u64; OWN_KEYS] = core::array::from_fn(|index| self.own_key(index));
                let mut values = [None; OWN_KEYS];
                let found = map.get_many(&keys, &mut values);
                assert_eq!(values, self.own, "player {}: a batch", self.number);
                assert_eq!(found, self.own_entries());
                (before, before, before)
            }
            13 => {
                let first = self.own_key(0);
                let retained = map.retain(|key, value| {
                    key < first || key - first >= OWN_KEYS as u64 || value >= limit
                });
                let mut own = self.own.map(|value| value.filter(|&value| value >= limit));
                if retained.is_err() {
                    // Refused in the middle: what had to go has gone, or is there as it was.
                    let is = |index| map.get(self.own_key(index));
                    let was = self.own;
                    own = core::array::from_fn(|index| own[index].or(is(index)));
                    assert!(
                        (0..OWN_KEYS).all(|index| own[index].is_none() || own[index] == was[index])
                    );
                }
                self.own = own;
                retained?;
                (map.get(key), self.own[index], self.own[index])
            }
            _ => {
                self.walk(map);
                (before, before, before)
            }
        };
        assert_eq!(answer, expected, "player {}: key {key:#x} had {before:?}", self.number);
        self.own[index] = after;
        Ok(())
    }

    /// Walks over all entries: its own keys come once each, if they are there.
    fn walk<G: Track>(&self, map: &Shared<'_, G>) {
        let mut met = [None; OWN_KEYS];
        for (key, value) in map {
            if key >> 32 == self.number + 1 {
                let place = &mut met[(key & 0xffff) as usize];
                let may_come = place.is_none() || self.is_rebuilt && *place == Some(value);
                assert!(may_come, "key {key:#x} came twice");
                *place = Some(value);
            }
        }
        assert_eq!(met, self.own, "player {}: a walk", self.number);
        // A count may miss entries that a rebuild moves meanwhile, all of them if it moves them all.
        let (own, counted) = (self.own_entries(), map.len());
        assert!(self.is_rebuilt || counted >= own, "player {}: a count", self.number);
        assert!(own == 0 || !map.is_empty());
    }

    /// Adds to a common key.
    fn add<G: Track>(&mut self, map: &Shared<'_, G>, key: usize) -> Result<(), Error> {
        let amount = self.random.u64(1..4);
        let word = key as u64;
        let added = match self.random.u8(..5) {
            0 => {
                map.insert_or_modify(word, amount, |old| old + amount)?;
                amount
            }
            1 => {
                map.fetch_update(word, |old| Some(old.unwrap_or(0) + amount))?;
                amount
            }
            2 => map.modify(word, |old| old + amount)?.map_or(0, |_| amount),
            3 => map.insert_if_absent(word, amount)?.map_or(amount, |_| 0),
            _ => {
                let current = map.get(word);
                let expectation = current.map_or(Expectation::NotExists, Expectation::Value);
                let new = Some(current.unwrap_or(0) + amount);
                let answer = map.compare_and_set(word, expectation, new)?;
                if expectation.is_met_by(answer) { amount } else { 0 }
            }
        };
        self.accounts[key].added += added;
        Ok(())
    }

    /// Takes from a common key, all of it or a part.
    fn take<G: Track>(&mut self, map: &Shared<'_, G>, key: usize) -> Result<(), Error> {
        let word = key as u64;
        let account = &mut self.accounts[key];
        match self.random.u8(..6) {
            0 => account.taken += map.remove(word)?.unwrap_or(0),
            1 => {
                account.taken += map.remove_if(word, |value| value % 2 == 0)?.removed().unwrap_or(0)
            }
            2 => {
                // What was there is taken, and what is there now was added.
                if let Some(old) = map.replace(word, 1)? {
                    account.taken += old;
                    account.added += 1;
                }
            }
            3 => {
                account.taken += map.insert(word, 2)?.unwrap_or(0);
                account.added += 2;
            }
            4 => {
                let answer = map.compare_and_set(word, Expectation::Exists, None)?;
                account.taken += answer.unwrap_or(0);
            }
            _ => {
                let halve = |old: Option<u64>| old.map(|old| old / 2).filter(|&half| half > 0);
                let old = map.fetch_update(word, halve)?;
                account.taken += old.unwrap_or(0) - halve(old).unwrap_or(0);
            }
        }
        Ok(())
    }

    /// How many of its own keys are in the map.
    pub fn own_entries(&self) -> usize {
        self.own.iter().flatten().count()
    }

    /// Panics unless its own keys are as its books say, with nobody else at work.
    pub fn check<G: Track>(&self, map: &Shared<'_, G>) {
        for (index, expected) in self.own.iter().enumerate() {
            assert_eq!(map.get(self.own_key(index)), *expected, "player {}", self.number);
        }
        self.walk(map);
    }
}

/// Panics unless the books of all players together explain what is in the map, and nobody has left
/// anything behind. Nobody is at work any more.
pub fn check_accounts<G: Track>(
    map: &Shared<'_, G>,
    accounts: impl Iterator<Item = [Account; COMMON_KEYS]>,
) {
    let mut sums = [Account::default(); COMMON_KEYS];
    for accounts in accounts {
        for (sum, account) in sums.iter_mut().zip(accounts) {
            sum.added += account.added;
            sum.taken += account.taken;
        }
    }
    for (key, sum) in sums.iter().enumerate() {
        let left = map.get(key as u64).unwrap_or(0);
        assert_eq!(sum.added, sum.taken + left, "common key {key}: {sum:?}, {left} left");
        assert!(sum.added > 0, "common key {key} was never used");
    }
    assert_eq!(map.tables().check(), Ok(()));
    assert_eq!(map.tables().stats().reserved, 0, "something was left behind");
}
