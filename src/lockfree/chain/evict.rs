//! An insertion that may evict, in the chain: as any other change (`operate.rs`), until the newest table has no room.

use super::{Chain, guard::Track, operate::is_drawn, user::TableOf};
use crate::lockfree::{
    arena::Table,
    bucket::Reserver,
    operations::{Choose, Decision, Evicting, Inserted, Key, Matches, Stop},
};

impl<G: Track> Chain<'_, G> {
    /// Gives the key a value; if it is absent and has no room, in the place of an entry that `choose` picks.
    #[inline]
    pub(crate) fn insert_evicting(
        &self,
        key: Key<impl Matches>,
        value: u64,
        choose: &mut Choose<'_>,
    ) -> Result<Inserted<u64, u64>, Stop> {
        let _inside = self.enter();
        let settled = self.settled();
        if let Some(table) = settled {
            let home = table.home_of(key.word);
            let set = &mut |_: Option<u64>| Decision::Set(value);
            match table.attempt_in_bucket(home, key, set) {
                Ok(before) => return Ok(before.map_or(Inserted::New, Inserted::Replaced)),
                Err(reservation) => table.release(home, reservation),
            }
        }
        self.insert_evicting_outside(settled, key, &mut Evicting::new(value, choose))
    }

    /// The same, if the bucket of the settled table is not enough, or there is none.
    #[inline(never)]
    fn insert_evicting_outside(
        &self,
        settled: Option<TableOf<'_, G>>,
        key: Key<impl Matches>,
        evicting: &mut Evicting<'_>,
    ) -> Result<Inserted<u64, u64>, Stop> {
        if let Some(table) = settled {
            return insert_evicting_from(table, table, key, evicting);
        }
        // Read in this order: it is the start, or leads to it.
        let first = self.first().ok_or(Stop::Unplaced)?;
        if let Some(intent) = self.member().and_then(|member| member.intent()) {
            // There is no rebuild to help, and nothing to settle.
            let table = first.for_reserver(intent);
            let answer = table.insert_evicting(table, key, evicting);
            intent.end();
            return answer;
        }
        let start = self.start(key.word).unwrap_or(first);
        let is_drawn = is_drawn(start, start.home_of(key.word), key.word);
        let answer = insert_evicting_from(first, start, key, evicting);
        if (is_drawn || !matches!(answer, Ok(Inserted::Replaced(_)))) && self.member().is_none() {
            self.step(1);
        }
        answer
    }
}

/// In `start`, or in the first of the next tables that does not refuse it.
fn insert_evicting_from<'a, T: Reserver>(
    first: Table<'a, T>,
    start: Table<'a, T>,
    key: Key<impl Matches>,
    evicting: &mut Evicting<'_>,
) -> Result<Inserted<u64, u64>, Stop> {
    let mut table = start;
    loop {
        match table.insert_evicting(first, key, evicting) {
            Ok(inserted) => return Ok(inserted),
            Err(stop) => table = table.follow(key.word, stop)?,
        }
    }
}
