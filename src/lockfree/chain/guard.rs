//! When an old table's memory can be returned: after every operation that may still be in it.
//!
//! An operation enters when it begins and leaves when it ends. For an old table that no new operation can reach, a
//! grace period is started, and checked now and then: it has elapsed once every operation that was inside at the
//! start has left. Nothing ever waits.

use crate::lockfree::shared::Member;

/// Permission to ask a guard for its member, and whether there are rebuilds: only this module's tables can name it.
#[derive(Clone, Copy, Debug)]
pub struct Asking(());

impl Asking {
    pub(crate) const TABLES: Asking = Asking(());
}

/// How a map lets it be known that an operation is under way: what a reader of the kernel's own RCU does.
///
/// A map calls these functions in the middle of its own operations, so they do not use that map.
///
/// For maps whose old tables are returned it is a [`Reclaim`] too.
pub trait Track {
    /// What an operation keeps between entering and leaving.
    type Inside;

    /// Can the map be rebuilt? Not for implementors.
    #[doc(hidden)]
    #[inline(always)]
    fn rebuilds(_: Asking) -> bool
    where
        Self: Sized,
    {
        true
    }

    /// The member of shared memory that the map is, if it is one. Not for implementors.
    #[doc(hidden)]
    #[inline]
    fn member(&self, _: Asking) -> Option<&Member<'_>> {
        None
    }

    /// An operation begins. Called in any context: interrupts and NMIs too, nested in others.
    fn enter(&self) -> Self::Inside;

    /// The operation ends.
    ///
    /// # Safety
    ///
    /// `inside` is what this guard answered to one call of [`enter`](Self::enter) or
    /// [`enter_beside`](Beside::enter_beside); it leaves once; and what was reached inside is not used any
    /// more.
    unsafe fn leave(&self, inside: Self::Inside);
}

/// How a map knows that no operation is left in a table: the kernel's own RCU, say.
///
/// # Safety
///
/// [`has_elapsed`](Self::has_elapsed) answers `true` for a grace period only if each
/// [`enter`](Track::enter) that had returned before its [`start`](Self::start) was called is followed by
/// its [`leave`](Track::leave), and what was written before `start` is visible after each `enter` that
/// returns later; and everything that was done before such a `leave` happens before that answer.
///
/// # Progress
///
/// A period that has elapsed stays so: once [`has_elapsed`](Self::has_elapsed) has answered `true`, it does
/// so for the same number from then on, also when a context calls it that is inside. A map calls it outside
/// first, because an operation of its own would delay the period, and then once more inside; with a guard that
/// forgets, no memory is returned.
pub unsafe trait Reclaim: Track {
    /// Starts a grace period, and returns its number for [`has_elapsed`](Self::has_elapsed).
    fn start(&self) -> u64;

    /// Has the grace period elapsed? May help it along, and must not wait.
    fn has_elapsed(&self, started: u64) -> bool;
}

/// A guard with which an operation that is inside can be split in two: what a clone of a map's iterator
/// needs, which goes on in the table of its original.
///
/// # Safety
///
/// For every grace period the new operation counts as having entered when the other one did: none that
/// the other one holds up elapses before both have left, whichever leaves first, in whatever context.
pub unsafe trait Beside: Track {
    /// Another operation begins where `inside`, of this guard, is now.
    fn enter_beside(&self, inside: &Self::Inside) -> Self::Inside;
}

/// A guard whose map can be [rebuilt](super::super::Tables::rebuild): each that knows when old tables can be returned,
/// and [`Never`], with which they stay.
#[diagnostic::on_unimplemented(
    message = "heptad: a map with the guard `{Self}` cannot be rebuilt",
    note = "`Never` keeps old tables until the map is taken apart; `Counted` and others that are `Reclaim` return them"
)]
pub trait Rebuild: Track {}

impl<G: Reclaim> Rebuild for G {}

/// Never: operations are not tracked, which costs nothing, and old tables stay with the map until the map is
/// taken apart. For maps that are seldom rebuilt; for those that never are, [`Fixed`] is shorter. Their `try_reclaim`
/// does not compile:
///
/// ```compile_fail,E0277
/// use heptad::lockfree::{Counted, Map, Never};
/// Map::<u64, u64, Never>::unplaced_with(Never).tables().try_reclaim();
/// ```
/// ```
/// use heptad::lockfree::{Counted, Map, Never};
/// Map::<u64, u64, Counted>::unplaced_with(Counted::new()).tables().try_reclaim();
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl Track for Never {
    type Inside = ();

    #[inline]
    fn enter(&self) {}

    #[inline]
    unsafe fn leave(&self, (): ()) {}
}

// SAFETY: there are no grace periods.
unsafe impl Beside for Never {
    fn enter_beside(&self, (): &()) {}
}

impl Rebuild for Never {}

/// One table for good: operations are not tracked, and compiled without what they do beside a rebuild, so that a
/// program links no code of rebuilds. All else is as with [`Never`]. Rebuilding such a map does not compile:
///
/// ```compile_fail,E0277
/// # use heptad::{layout::Line, lockfree::{Fixed, Map, Never, arena_lines}, storage::Region};
/// # let mut memory = vec![Line::EMPTY; arena_lines(4)];
/// # let region = Region::from_lines(&mut memory)?;
/// Map::<u64, u64, Fixed>::unplaced_with(Fixed).tables().rebuild(region, 1)?;
/// # Ok::<(), heptad::Error>(())
/// ```
/// ```
/// # use heptad::{layout::Line, lockfree::{Fixed, Map, Never, arena_lines}, storage::Region};
/// # let mut memory = vec![Line::EMPTY; arena_lines(4)];
/// # let region = Region::from_lines(&mut memory)?;
/// Map::<u64, u64, Never>::unplaced_with(Never).tables().rebuild(region, 1)?;
/// # Ok::<(), heptad::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Fixed;

impl Track for Fixed {
    type Inside = ();

    #[inline(always)]
    fn rebuilds(_: Asking) -> bool {
        false
    }

    #[inline]
    fn enter(&self) {}

    #[inline]
    unsafe fn leave(&self, (): ()) {}
}

// SAFETY: there are no grace periods.
unsafe impl Beside for Fixed {
    fn enter_beside(&self, (): &()) {}
}

/// An operation that is inside, until this is dropped.
pub(crate) struct Guarded<'m, G: Track> {
    guard: &'m G,
    inside: Option<G::Inside>,
}

impl<'m, G: Track> Guarded<'m, G> {
    #[inline]
    pub(crate) fn enter(guard: &'m G) -> Self {
        Guarded { guard, inside: Some(guard.enter()) }
    }
}

impl<G: Track> Drop for Guarded<'_, G> {
    #[inline]
    fn drop(&mut self) {
        if let Some(inside) = self.inside.take() {
            // SAFETY: it entered by this guard and leaves once; the owner of this uses nothing from inside now.
            unsafe { self.guard.leave(inside) };
        }
    }
}

/// Both are inside from when the first one entered.
impl<G: Beside> Clone for Guarded<'_, G> {
    fn clone(&self) -> Self {
        let inside = self.inside.as_ref().map(|inside| self.guard.enter_beside(inside));
        Guarded { guard: self.guard, inside }
    }
}
