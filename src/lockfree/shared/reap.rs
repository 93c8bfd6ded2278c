//! Releasing what a dead member had reserved, while all others go on.
//!
//! A dead member has reserved at most one of the two things that it names (I1). A reaper writes each into `reaped`
//! in turn, and looks whether a living member names it. If not, no living member has reserved it or will (I2); then it
//! is released, if it is reserved and no entry is visible there.
//!
//! One member reaps at a time: it claims the word `reaper` with its number. If it dies, the member that reaps it goes
//! on. Members that are being reaped are dead as well, and do not count as living, or two that name one thing
//! would keep each other.

use super::intent::{FREE, Line, RELEASING};
use crate::{
    error::Error,
    lockfree::{
        arena::Table,
        bucket::{Header, OWN_SLOTS, Place, Reserver, SPARE},
    },
    sync::{
        AtomicU64,
        Ordering::{Acquire, Relaxed, Release, SeqCst},
        sequentially_consistent,
    },
};

/// The state of a dead member that is being reaped.
const DEAD: u64 = 2;

/// What reapers meet at.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct Gate {
    /// One more than the number of the member that reaps; 0 if none does.
    reaper: AtomicU64,
    /// What no member reserves meanwhile: see `intent.rs`.
    pub(crate) reaped: AtomicU64,
}

/// A member that releases what others had.
#[derive(Clone, Copy)]
pub(crate) struct Reaper<'a> {
    pub(crate) number: usize,
    pub(crate) lines: &'a [Line],
    pub(crate) gate: &'a Gate,
    /// The address that names are counted from.
    pub(crate) base: usize,
}

impl Reaper<'_> {
    /// Releases what the dead member `number` had reserved in `table`, and its number.
    pub(crate) fn reap<T: Reserver>(self, table: Table<'_, T>, number: usize) -> Result<(), Error> {
        let dead = self.lines.get(number).filter(|_| number != self.number).ok_or(Error::Member)?;
        // Acquire: the caller knows of the death, and so of all that came before it.
        if dead.state.load(Acquire) == FREE {
            return Ok(());
        }
        let (own, its) = (self.number as u64 + 1, number as u64 + 1);
        let claim = |from| self.gate.reaper.compare_exchange(from, own, Acquire, Relaxed);
        // Acquire: pairs with the Release below, and what a dead reaper did comes before its death.
        claim(0).or_else(|_| claim(its)).map_err(|_| Error::Busy)?;
        dead.state.store(DEAD, Relaxed); // read by reapers alone
        let names = dead.names.both();
        let released = names.into_iter().filter(|&name| name != 0).try_for_each(|name| {
            // SeqCst: I2.
            self.gate.reaped.store(name, SeqCst);
            sequentially_consistent();
            if self.is_named(name) { Err(Error::Busy) } else { self.release(table, name) }
        });
        if released.is_ok() {
            dead.names.clear();
            // Release: pairs with the Acquire of a member that joins with this number.
            dead.state.store(FREE, Release);
        }
        self.gate.reaped.store(0, SeqCst);
        self.gate.reaper.store(0, Release);
        released
    }

    /// Does a living member name this?
    fn is_named(self, name: u64) -> bool {
        // Relaxed: only a reaper writes it, and there is one. A member that joins meanwhile looks at `reaped` later.
        let is_living = |line: &&Line| line.state.load(Relaxed) != DEAD;
        self.lines.iter().filter(is_living).any(|line| line.names.both().contains(&name))
    }

    /// No member hides it meanwhile, and so a dead one has reserved it (I3).
    fn is_releasing(self, name: u64) -> Result<(), Error> {
        // SeqCst, both: I3.
        let exchange = self.gate.reaped.compare_exchange(name, name | RELEASING, SeqCst, SeqCst);
        exchange.map(drop).map_err(|_| Error::Busy)
    }

    /// Releases what `name` names, if it is reserved: no living member has it (I2).
    fn release<T: Reserver>(self, table: Table<'_, T>, name: u64) -> Result<(), Error> {
        let Some(address) = self.base.checked_add(name as usize) else { return Ok(()) };
        if let Some((number, slot)) = table.bucket_at(address) {
            let Some(home) = table.home_number(number) else { return Ok(()) };
            let header = home.header();
            if slot == SPARE && header.is_spare_reserved() {
                self.is_releasing(name)?;
                home.release(Header::releasing_spare);
            } else if slot < OWN_SLOTS && header.is_reserved(slot) {
                self.is_releasing(name)?;
                home.release(|now| now.releasing(slot));
            }
        } else if let Some((number, slot)) = table.group_at(address) {
            let Some(group) = table.groups().get(number as usize) else { return Ok(()) };
            if group.claimed() & 1 << slot == 0 {
                return Ok(());
            }
            // Relaxed: as in `hits`. An entry that is visible there has its home where its key says.
            let home = table.home_of(group.pair(slot).key.load(Relaxed));
            let region = table.shape().region_of(number);
            let place = Place::in_group(region, slot);
            let is_visible =
                table.group_number(home, region) == number && home.header().shows(place);
            if !is_visible {
                self.is_releasing(name)?;
                group.unclaim(slot);
            }
        }
        Ok(())
    }
}
