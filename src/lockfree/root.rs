//! From a map to its tables: one, or during a rebuild a chain of them.
//!
//! ```text
//!   oldest ---> table --next--> table --next--> table
//!               retired         ^ first         ^ newest
//!                               operations      insertions of a rebuild
//! ```
//!
//! `newest` is what every operation looks at first. While there are tables before it that are not migrated,
//! or none at all, a bit of it says *unsettled*: operations that find it ask for the first table, and all
//! others are spared the question.
//!
//! A rebuild is one exchange of `newest`: from then on it goes on, whoever is stopped wherever. That the table
//! before leads to it is written down afterwards, by whoever comes first ([`Root::link`]). Placing the first
//! table is one exchange of `newest` too; `first` and `oldest` are needed from the first rebuild on, and
//! written before it.
//!
//! A table whose buckets are all migrated is *retired*: `first` moves on to the next. Operations that
//! were in it find their way along `next`. Once none can be left its region is given back: see
//! [`retire`](super::retire).

use core::{
    hint::assert_unchecked,
    iter,
    marker::PhantomData,
    ptr::{self, NonNull},
};

use super::{
    arena::{Descriptor, Home, Table},
    decide::{Decide, Decision},
    migrate::Step,
    reclaim::{Asking, Guarded, Track},
    retire::Leaving,
    shared::Member,
    update::{Answer, Key, Matches, Reservation, Stop},
};
use crate::{
    error::{Error, Rejected},
    storage::Region,
    sync::{
        AtomicPtr,
        Ordering::{Relaxed, SeqCst},
    },
};

/// Tables that are moved into one another at once: a rebuild, and two more for want of room.
const MOST_UNFINISHED: usize = 3;
/// Of so many changes of keys that are there, one does a step of a rebuild.
const CHANGES_PER_STEP: u64 = 256;

/// In `newest`: unsettled. Descriptors are lines, so their addresses have no such bit.
const UNSETTLED: usize = 1;
/// `newest` of a map without tables.
const NO_TABLE: *mut Descriptor = ptr::without_provenance_mut(UNSETTLED);

/// Where a map's tables are.
///
/// - **R1** `newest` is [`NO_TABLE`], or leads to a table; `first` and `oldest` are null, or lead to tables; all in
///   regions that are lent for `'a`.
/// - **R2** From `oldest` on each table leads to the next, or is about to lead to `newest`; `first` is one
///   of them. If `first` is null, `newest` is the only table. A table leaves the chain only at its start, and is
///   given back when no operation can be in it, or together with the root.
/// - **R3** All three only ever move on. So whoever loads `first`, and `newest` behind it, has a piece of the chain.
#[derive(Debug)]
pub(super) struct Root<'a, G> {
    newest: AtomicPtr<Descriptor>,
    pub(super) first: AtomicPtr<Descriptor>,
    pub(super) oldest: AtomicPtr<Descriptor>,
    pub(super) leaving: Leaving,
    guard: G,
    /// It takes regions and gives them back: invariant in 'a.
    lent: PhantomData<fn(Region<'a>) -> Region<'a>>,
}

/// The body of a function that is `const` wherever atomics can be made at compile time.
macro_rules! empty_root {
    ($guard:expr) => {
        Root {
            newest: AtomicPtr::new(NO_TABLE),
            first: AtomicPtr::new(ptr::null_mut()),
            oldest: AtomicPtr::new(ptr::null_mut()),
            leaving: Leaving::nobody(),
            guard: $guard,
            lent: PhantomData,
        }
    };
}

impl<'a, G> Root<'a, G> {
    /// No table yet.
    #[cfg(not(heptad_loom))]
    pub(super) const fn empty(guard: G) -> Self {
        empty_root!(guard)
    }

    /// No table yet.
    #[cfg(heptad_loom)]
    pub(super) fn empty(guard: G) -> Self {
        empty_root!(guard)
    }
}

/// Making a root, and taking it apart.
impl<'a, G: Track> Root<'a, G> {
    /// An empty table in `region`.
    pub(super) fn create(
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
        guard: G,
    ) -> Result<Self, Rejected<Region<'a>>> {
        let root = Root::empty(guard);
        root.place(region, seed, home_mask)?;
        Ok(root)
    }

    /// The table at `descriptor`, in memory that others use too, if `guard` is a member.
    pub(super) fn of(descriptor: NonNull<Descriptor>, guard: G) -> Self {
        let root = Root::empty(guard);
        root.start_with(descriptor);
        root
    }

    /// Makes a table in `region` for a root that has none.
    pub(super) fn place(
        &self,
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
    ) -> Result<(), Rejected<Region<'a>>> {
        let descriptor = Descriptor::create(region, seed, home_mask)?;
        if self.start_with(descriptor) {
            return Ok(());
        }
        // SAFETY: just created, and nobody else has seen it.
        let region = unsafe { Descriptor::into_region(descriptor) };
        Err(Rejected { error: Error::Occupied, value: region })
    }

    /// Makes a table of a region lent for `'a` the first of the chain, if there is none.
    pub(super) fn start_with(&self, descriptor: NonNull<Descriptor>) -> bool {
        // A member's is never settled: so its operations ask first whether the descriptor is as it was.
        let unsettled = if self.member().is_some() { UNSETTLED } else { 0 };
        let new = descriptor.as_ptr().map_addr(|address| address | unsettled);
        // SeqCst, and below: in one order with the loads of `newest`, and a Release for them, so that the table
        // is seen as it was made. Relaxed: nothing is read when it fails.
        self.newest.compare_exchange(NO_TABLE, new, SeqCst, Relaxed).is_ok()
    }

    /// Takes the regions back, oldest first.
    pub(super) fn into_regions(self) -> impl Iterator<Item = Region<'a>> {
        // SAFETY: lent for 'a (R1); the root is consumed, so its table is used no more.
        let mut shared = self.member().map(|member| unsafe { member.region() });
        self.link();
        // SeqCst: it pairs with what made the tables, in other threads perhaps.
        let oldest = NonNull::new(self.oldest.load(SeqCst));
        let chain = oldest.or_else(|| self.newest().map(Table::as_ptr));
        let mut next = chain.filter(|_| shared.is_none());
        let mut leaving = self.leaving.table().filter(|&table| Some(table) != next);
        drop(self);
        iter::from_fn(move || {
            if shared.is_some() {
                return shared.take();
            }
            let descriptor = leaving.take().or_else(|| {
                let descriptor = next?;
                // SAFETY: R2; the root is consumed, so nobody uses the tables any more.
                next = unsafe { Table::at(descriptor) }.next().map(Table::as_ptr);
                Some(descriptor)
            })?;
            // SAFETY: as above, and nothing leads to this table now.
            Some(unsafe { Descriptor::into_region(descriptor) })
        })
    }
}

/// What operations begin with.
impl<'a, G: Track> Root<'a, G> {
    pub(super) fn guard(&self) -> &G {
        &self.guard
    }

    /// The member of shared memory that this map is, if it is one.
    #[inline]
    pub(super) fn member(&self) -> Option<&Member<'_>> {
        self.guard.member(Asking::TABLES)
    }

    /// Enters: the tables that are reached now stay until the answer is dropped.
    #[inline]
    pub(super) fn enter(&self) -> Guarded<'_, G> {
        Guarded::enter(&self.guard)
    }

    /// The table in which operations start: the first that is not migrated. Asked for inside.
    #[inline]
    pub(super) fn current(&self) -> Option<Table<'_>> {
        self.settled().or_else(|| self.first())
    }

    /// The newest table. Asked for inside.
    pub(super) fn newest(&self) -> Option<Table<'_>> {
        // SeqCst: as in `settled`.
        let newest = self.newest.load(SeqCst).map_addr(|address| address & !UNSETTLED);
        // SAFETY: R1, R2; who is inside keeps it from being given back.
        let table = NonNull::new(newest).map(|newest| unsafe { Table::at(newest) });
        let is_as_it_was = |table: &Table<'_>| match self.member() {
            Some(member) => member.vouches_for(*table),
            None => true,
        };
        table.filter(is_as_it_was)
    }

    /// The newest table, unless there is another one before it that is not migrated. Asked for inside.
    #[inline]
    fn settled(&self) -> Option<Table<'_>> {
        // SeqCst: behind entering and behind `settle` in one order, for grace periods; and Acquire, which
        // pairs with the Releases of `start_with` and `append`.
        let newest = self.newest.load(SeqCst);
        if newest.addr() & UNSETTLED != 0 {
            return None;
        }
        // SAFETY: R1: it is never null. So the compiler has one question left to ask, not two.
        unsafe { assert_unchecked(!newest.is_null()) };
        // SAFETY: R1, R2; who is inside keeps it from being given back.
        NonNull::new(newest).map(|newest| unsafe { Table::at(newest) })
    }

    /// The first table that is not migrated, as far as anybody knows.
    fn first(&self) -> Option<Table<'_>> {
        loop {
            // SeqCst: as in `settled`.
            if let Some(first) = NonNull::new(self.first.load(SeqCst)) {
                // SAFETY: R1, R2; who is inside keeps it from being given back.
                return Some(unsafe { Table::at(first) });
            }
            // There was one table at the most. If there are several now, `first` was written before.
            let newest = self.newest()?;
            let settled = self.settled().filter(|settled| settled.is(newest));
            if settled.is_some() || self.member().is_some() {
                return Some(newest);
            }
        }
    }

    /// [`start`](Self::start), out of the way of those who find the table settled.
    #[cold]
    #[inline(never)]
    fn start_unsettled(&self, word: u64) -> Option<Table<'_>> {
        self.start(word)
    }

    /// The table in which an operation on the key of `word` starts, if the newest one is not settled.
    #[inline]
    fn start(&self, word: u64) -> Option<Table<'_>> {
        let table = self.first()?;
        Some(table.next().map_or(table, |next| table.start_for(word, next)))
    }

    /// The tables from the first that is not migrated on.
    pub(super) fn chain(&self) -> impl Iterator<Item = Table<'_>> {
        self.link();
        iter::successors(self.current(), |table| table.next())
    }

    /// Makes sure that the table before the newest one leads to it. Only that link can be missing: who makes
    /// a table the newest has called this before.
    pub(super) fn link(&self) {
        let Some(mut last) = self.first() else { return };
        // Behind the look at `first` (R3).
        let Some(newest) = self.newest() else { return };
        while !last.is(newest) {
            let Some(next) = last.next() else {
                // SAFETY: R2: tables leave the chain at its start.
                unsafe { last.set_next(newest.as_ptr()) };
                return;
            };
            last = next;
        }
    }

    /// The value of a key.
    #[inline]
    pub(super) fn get(&self, key: Key<impl Matches>) -> Option<u64> {
        let _inside = self.enter();
        self.settled().or_else(|| self.start_unsettled(key.word))?.get(key)
    }

    /// Asks the cache for the home of `word`.
    #[inline]
    pub(super) fn prefetch(&self, word: u64) {
        let _inside = self.enter();
        if let Some(table) = self.current() {
            table.prefetch_home(word);
        }
    }

    /// See [`Table::get_many`].
    pub(super) fn get_many<'k, K, M: Matches, P>(
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

    /// Changes a key as `decide` says, and answers the value that it had before.
    #[inline]
    pub(super) fn update(
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
        // Asked before, as what comes behind an exchange waits for it.
        let is_drawn = is_drawn(start, home, key.word);
        let answer = update_from(start, home, key, decide);
        // Always if there was no such key: so a table that is growing is moved before the next one is full.
        if is_drawn || !matches!(answer, Ok(Some(_))) {
            self.step(1);
        }
        answer.into()
    }
}

/// Changes a key in `table`, or behind.
#[inline(always)]
fn update_from<'a>(
    table: Table<'a>,
    home: Home<'a>,
    key: Key<impl Matches>,
    mut decide: impl Decide,
) -> Result<Option<u64>, Stop> {
    match table.attempt_in_bucket(home, key, &mut decide) {
        Ok(before) => Ok(before),
        Err(reservation) => update_outside(table, home, key, decide, reservation).into(),
    }
}

/// The same, after an attempt that was not enough, with what it has reserved.
#[inline(never)]
fn update_outside<'a>(
    table: Table<'a>,
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
fn update_following(
    table: Table<'_>,
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
/// there is such a key? One in [`CHANGES_PER_STEP`] does: so many commits of one home.
fn is_drawn<'a>(mut table: Table<'a>, mut home: Home<'a>, word: u64) -> bool {
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

/// The rebuild.
impl<'a, G: Track> Root<'a, G> {
    /// Gives the newest table a next one, in `region`: from now on entries move there.
    pub(super) fn rebuild(
        &self,
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
    ) -> Result<(), Rejected<Region<'a>>> {
        let _inside = self.enter();
        let refuse = |error, value| Err(Rejected { error, value });
        if self.member().is_some() {
            return refuse(Error::Shared, region);
        }
        let Some(newest) = self.newest() else {
            return self.place(region, seed, home_mask);
        };
        let unfinished = self.chain().filter(|table| !table.is_migrated()).count();
        if unfinished > MOST_UNFINISHED || unfinished > 1 && !self.is_stuck() {
            return refuse(Error::Busy, region);
        }
        if self.overlaps(&region) {
            return refuse(Error::Overlapping, region);
        }
        // No key is in two homes of one table, but in a rebuild it may be in two tables.
        let entries = self.chain().map(Table::count).max();
        if let Err(error) = fits(entries.unwrap_or(0), &region) {
            return refuse(error, region);
        }
        let descriptor = Descriptor::create(region, seed, home_mask)?;
        // SAFETY: R1, R2: of a region lent for 'a; tables leave the chain at its start.
        if !unsafe { self.append(newest, descriptor) } {
            // SAFETY: just created, and nobody else has seen it.
            return refuse(Error::Busy, unsafe { Descriptor::into_region(descriptor) });
        }
        for table in self.chain() {
            // Relaxed, both: as in `is_stuck`.
            let _ = table.progress().stuck.compare_exchange(1, 0, Relaxed, Relaxed);
        }
        Ok(())
    }

    /// Makes `descriptor` the newest table in the place of `newest`, if that still is it.
    ///
    /// # Safety
    ///
    /// R1, R2: it stays a table for as long as `newest` does, and longer.
    pub(super) unsafe fn append(&self, newest: Table<'_>, descriptor: NonNull<Descriptor>) -> bool {
        let (null, before) = (ptr::null_mut(), newest.as_ptr().as_ptr());
        // SeqCst, both: behind the look at `newest`. If they are null it is the only table.
        let _ = self.oldest.compare_exchange(null, before, SeqCst, Relaxed);
        let _ = self.first.compare_exchange(null, before, SeqCst, Relaxed);
        self.link();
        let unsettled = |table: *mut Descriptor| table.map_addr(|address| address | UNSETTLED);
        // Settled or not: that changes once at the most.
        let is_newest = [before, unsettled(before), before].into_iter().any(|now| {
            // SeqCst: as in `start_with`.
            let new = unsettled(descriptor.as_ptr());
            self.newest.compare_exchange(now, new, SeqCst, Relaxed).is_ok()
        });
        if is_newest {
            self.link();
        }
        is_newest
    }

    /// [`rebuild`](Self::rebuild), if [`needs_rebuild`](Self::needs_rebuild) says so.
    pub(super) fn rebuild_if_needed(
        &self,
        region: Region<'a>,
        seed: u64,
        home_mask: u64,
    ) -> Result<(), Rejected<Region<'a>>> {
        match self.needs_rebuild() {
            None if self.member().is_some() => {
                Err(Rejected { error: Error::Shared, value: region })
            }
            Some(_) => self.rebuild(region, seed, home_mask),
            None => Err(Rejected { error: Error::NotRequired, value: region }),
        }
    }

    /// Has somebody found that the newest table has no room for an entry, and has there been no other
    /// table since?
    pub(super) fn is_stuck(&self) -> bool {
        let _inside = self.enter();
        // Relaxed: only asked whether somebody has noted it.
        self.chain().any(|table| table.progress().stuck.load(Relaxed) != 0)
    }

    /// Does at most `steps` bounded parts of a rebuild's work. Is there nothing left to do?
    pub(super) fn help(&self, steps: usize) -> Result<bool, Error> {
        let _inside = self.enter();
        let mut left = if self.member().is_some() { 0 } else { steps as u64 };
        while left > 0 {
            let (step, done) = self.step(left);
            match step {
                Step::More => left = left.saturating_sub(done),
                Step::Done => return Ok(true),
                Step::Stopped(stop) => return Err(stop.into()),
            }
        }
        Ok(self.is_settled())
    }

    /// At most `most` parts of the work, and how many. The newest table that is being moved goes first: it
    /// makes room for others.
    #[cold]
    fn step(&self, most: u64) -> (Step, u64) {
        let moving = self.chain().filter(|table| !table.is_migrated());
        let pairs = moving.filter_map(|table| Some((table, table.next()?)));
        let (step, done) =
            pairs.last().map_or((Step::Done, 1), |(table, next)| table.step(next, most));
        if step == Step::Done {
            self.settle();
            return (if self.is_settled() { Step::Done } else { Step::More }, 1);
        }
        (step, done)
    }

    /// Is nothing being moved?
    fn is_settled(&self) -> bool {
        self.newest().is_none() || self.settled().is_some() || self.member().is_some()
    }

    /// Lets operations start in the first table that is not migrated, and lets them know if it is the newest.
    fn settle(&self) {
        while let Some(first) = self.first() {
            let now = first.as_ptr().as_ptr();
            let Some(next) = first.next() else {
                // Fails if there is another one, which `first` does not lead to yet.
                let unsettled = now.map_addr(|address| address | UNSETTLED);
                let _ = self.newest.compare_exchange(unsettled, now, SeqCst, Relaxed);
                return;
            };
            if !first.is_migrated() {
                return;
            }
            // SeqCst: before the look at the counters of grace periods. It does not matter who does it.
            let _ = self.first.compare_exchange(now, next.as_ptr().as_ptr(), SeqCst, Relaxed);
        }
    }
}

/// Is `region` large enough for so many entries?
fn fits(entries: usize, region: &Region<'_>) -> Result<(), Error> {
    let given_bytes = region.bytes();
    let needed_bytes = super::arena_layout(entries)?.size();
    if needed_bytes > given_bytes {
        return Err(Error::TooSmall { needed_bytes, given_bytes });
    }
    Ok(())
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Error {
        match stop {
            Stop::Full => Error::Full,
            // Frozen ends in the next table, or in one of the others.
            Stop::Busy | Stop::Frozen => Error::Busy,
            Stop::Reentrant => Error::Reentrant,
            Stop::Unplaced => Error::Unplaced,
        }
    }
}
