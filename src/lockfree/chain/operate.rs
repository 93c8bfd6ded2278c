//! An operation in the chain: the table in which it starts, and those to which it follows its key.
//!
//! ```text
//!   settled:  the newest table
//!   moving:   the first table, or the next one if the key's home is known to be migrated
//!             a home that is frozen or without room: migrate it, and go on in the next table
//!             at the end: a step of the rebuild
//! ```

use super::{Chain, guard::Track};
use crate::lockfree::{
    arena::Table,
    bucket::{Home, Reserver},
    operations::{Answer, Decide, Decision, Key, Matches, Reservation, Stop},
};

/// One in this many changes of present keys performs a step of a rebuild.
const CHANGES_PER_STEP: u64 = 256;

impl<G: Track> Chain<'_, G> {
    /// The value of a key.
    #[inline]
    pub(crate) fn get(&self, key: Key<impl Matches>) -> Option<u64> {
        let _inside = self.enter();
        self.settled().or_else(|| self.start_unsettled(key.word))?.get(key)
    }

    /// Prefetches the home of `word`.
    #[inline]
    pub(crate) fn prefetch(&self, word: u64) {
        let _inside = self.enter();
        if let Some(table) = self.current() {
            table.prefetch_home(word);
        }
    }

    /// See [`Table::get_many`].
    pub(crate) fn get_many<'k, K, M: Matches, P>(
        &self,
        keys: &'k [K],
        places: &mut [P],
        key_of: impl Fn(&'k K) -> Key<M>,
        mut answer: impl FnMut(Option<u64>) -> P,
    ) {
        let _inside = self.enter();
        match self.current() {
            Some(table) => table.get_many(keys, places, key_of, answer),
            None => places.iter_mut().zip(keys).for_each(|(place, _)| *place = answer(None)),
        }
    }

    /// Changes a key as `decide` returns, and returns the value that it had before.
    #[inline]
    pub(crate) fn update(
        &self,
        key: Key<impl Matches>,
        decide: impl Decide,
    ) -> Result<Option<u64>, Stop> {
        let _inside = self.enter();
        match self.settled() {
            Some(table) => update_from(table, table.home_of(key.word), key, decide),
            None => self.update_unsettled(key, decide).into(),
        }
    }

    /// The same while a table is moved, or if there is none.
    #[cold]
    #[inline(never)]
    fn update_unsettled(&self, key: Key<impl Matches>, mut decide: impl Decide) -> Answer {
        let Some(start) = self.start(key.word) else {
            return match decide.decide(None) {
                Decision::Keep | Decision::Remove => Answer::Absent,
                Decision::Set(_) => Answer::Refused(Stop::Unplaced),
            };
        };
        let home = start.home_of(key.word);
        if let Some(member) = self.member() {
            // There is no rebuild to help, and nothing to settle.
            let Some(intent) = member.intent() else {
                return update_from(start, home, key, decide).into();
            };
            let answer = start.for_reserver(intent).update(home, key, decide);
            intent.end();
            return answer.into();
        }
        // Before the operation, as what follows an exchange waits for it.
        let is_drawn = is_drawn(start, home, key.word);
        let answer = update_from(start, home, key, decide);
        // Always if there was no such key: so a table that is growing is moved before the next one is full.
        if is_drawn || !matches!(answer, Ok(Some(_))) {
            self.step(1);
        }
        answer.into()
    }
}

/// Changes a key in `table`, or in a next one.
#[inline(always)]
fn update_from<'a, T: Reserver>(
    table: Table<'a, T>,
    home: Home<'a>,
    key: Key<impl Matches>,
    mut decide: impl Decide,
) -> Result<Option<u64>, Stop> {
    match table.attempt_in_bucket(home, key, &mut decide) {
        Ok(before) => Ok(before),
        Err(reservation) => update_after_attempt(table, home, key, decide, reservation).into(),
    }
}

/// The same, after an attempt that was not enough, with what it has reserved.
#[inline(never)]
fn update_after_attempt<'a, T: Reserver>(
    table: Table<'a, T>,
    home: Home<'a>,
    key: Key<impl Matches>,
    mut decide: impl Decide,
    reservation: Reservation,
) -> Answer {
    match table.go_on(home, key, &mut decide, reservation) {
        Err(stop) => update_following(table, key, decide, stop).into(),
        answer => answer.into(),
    }
}

/// Changes a key after `table` has refused it for `stop`: in the first of the next tables that does not.
#[cold]
fn update_following<T: Reserver>(
    table: Table<'_, T>,
    key: Key<impl Matches>,
    mut decide: impl Decide,
    stop: Stop,
) -> Result<Option<u64>, Stop> {
    let (mut table, mut stop) = (table, stop);
    loop {
        table = table.follow(key.word, stop)?;
        match table.go_on(table.home_of(key.word), key, &mut decide, Reservation::None) {
            Ok(before) => return Ok(before),
            Err(another) => stop = another,
        }
    }
}

/// Does a change of the key of `word`, about to begin in `home` of `table`, do a step of the rebuild even if
/// there is such a key? One in [`CHANGES_PER_STEP`] commits of one home does.
pub(super) fn is_drawn<'a, T: Reserver>(
    mut table: Table<'a, T>,
    mut home: Home<'a>,
    word: u64,
) -> bool {
    loop {
        let header = home.header();
        if !header.is_migrated() {
            // With the number, or all homes of a table that was just filled would help at once.
            return (header.version() + table.number(home)) % CHANGES_PER_STEP == 0;
        }
        let Some(next) = table.next() else { return true };
        (table, home) = (next, next.home_of(word));
    }
}
