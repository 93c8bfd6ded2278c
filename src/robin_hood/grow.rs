//! Growing by two: one ascending pass that copies nothing twice and needs no second table.

use super::{
    raw::Raw,
    shape::{EMPTY, Shape},
    spread::{Lanes, Target},
};
use crate::{error::Error, storage::Downward};

/// Slots of the old table, or a few more, in each of the two stretches of a window. A window and its
/// target, cleared and filled in one go, are 4 KiB and 8 KiB; those that come next, which are prefetched
/// meanwhile, are as many: an L1 cache of 32 KiB holds them.
const STRETCH_SLOTS: usize = 256;

/// Windows become smaller towards the end of the pass, but not smaller than this.
const LEAST_STRETCH_SLOTS: usize = 16;

impl<S: Downward> Raw<S> {
    /// Doubles the homes: in place if the storage is large enough, else in another storage.
    pub(super) fn try_grow(&mut self) -> Result<(), Error> {
        match self.try_grow_in_place() {
            Err(Error::Full) => self.try_grow_elsewhere(),
            done => done,
        }
    }

    /// Doubles the homes within the storage.
    ///
    /// Fails with [`Error::Full`] if the storage is used up to its start, or with the error of a storage
    /// that cannot commit memory. The table is then unchanged.
    pub(super) fn try_grow_in_place(&mut self) -> Result<(), Error> {
        let old = self.shape;
        let new = match old {
            // A storage may have lines all the same, if the iterator that had the slots was forgotten.
            Shape::NONE => Shape::first_of(self.reserved_lines()).ok_or(Error::Full)?,
            old => old.doubled().ok_or(Error::CapacityOverflow)?,
        };
        if new.lines() > self.reserved_lines() {
            return Err(Error::Full);
        }
        self.commit(new)?;
        if self.has_no_words() {
            self.take_shape(new);
            return Ok(());
        }
        let untouched = self.claim(new);
        let ends = self.ends();
        let target = Target { lanes: Lanes::before(ends, new), shape: new };
        let pass = Doubling { source: target.lanes.from(old.homes()), old, target, untouched };
        // SAFETY: the lines of `new` are committed and ours; T1 to T4 hold for those of `old`, which
        // are the last of them.
        unsafe { pass.run::<true>(ends.values.is_some()) };
        self.set_shape(new);
        Ok(())
    }

    /// Doubles the homes in a storage of its own, to which the words move.
    fn try_grow_elsewhere(&mut self) -> Result<(), Error> {
        let old = self.shape;
        if old == Shape::NONE {
            let least = Shape::for_len(1, self.load).ok_or(Error::CapacityOverflow)?;
            return self.try_move(least);
        }
        let doubled = old.doubled().ok_or(Error::CapacityOverflow)?;
        let new = doubled.with_whole_margin().ok_or(Error::CapacityOverflow)?;
        if self.can_move() { self.grow_into_another(new) } else { Err(Error::Full) }
    }

    /// Moves to a new storage as a table of `new`, which has twice the homes.
    #[inline(never)]
    fn grow_into_another(&mut self, new: Shape) -> Result<(), Error> {
        let old = self.shape;
        let mut moved = self.another(new)?;
        let untouched = moved.claim(new);
        let (ends, source) = (moved.ends(), Lanes::before(self.ends(), old));
        let target = Target { lanes: Lanes::before(ends, new), shape: new };
        let pass = Doubling { source, old, target, untouched };
        // SAFETY: the lines of `new` are committed and ours, in storages of their own; T1 to T4 hold
        // for those of `old`.
        unsafe { pass.run::<false>(ends.values.is_some()) };
        moved.set_shape(new);
        (moved.len, moved.zero) = (self.len, self.zero);
        *self = moved;
        Ok(())
    }
}

/// A pass that puts the words of a table into one with twice as many homes.
///
/// With `N` old homes, the content of the old slots up to `j` goes to slots up to `2j + 1`, and the
/// content after an empty slot `j - 1` goes to slots from `2j` on (the module's essay proves it).
///
/// In place, the old slot `j` is slot `N + j`. So the old slots `from..to` may have all of their
/// target, `2 * from..2 * to`, cleared before they are read as long as that ends before them,
/// at `2 * to <= N + from`; the last few, which overlap their target, are moved one by one.
struct Doubling {
    source: Lanes,
    old: Shape,
    target: Target,
    /// Slots at the start of the target that are zero already.
    untouched: usize,
}

impl Doubling {
    /// # Safety
    ///
    /// The slots of the target are valid for reads and writes, and nothing else uses them. Those of
    /// the source are initialised, with T2 to T4; they are the target's last if `IN_PLACE`, and not
    /// among them otherwise. `has_values` is whether both have values.
    unsafe fn run<const IN_PLACE: bool>(self, has_values: bool) {
        if has_values {
            // SAFETY: the caller's promise.
            unsafe { self.with::<IN_PLACE, true>() }
        } else {
            // SAFETY: the caller's promise.
            unsafe { self.with::<IN_PLACE, false>() }
        }
    }

    /// # Safety
    ///
    /// As for [`run`](Self::run).
    unsafe fn with<const IN_PLACE: bool, const VALUES: bool>(self) {
        let homes = self.old.homes();
        let Doubling { source, target, .. } = self;
        let (mut from, mut next) = (0, 0);
        loop {
            let limit = if IN_PLACE { (homes + from) / 2 } else { homes };
            let stretch = STRETCH_SLOTS.min((limit - from) / 3);
            if stretch < LEAST_STRETCH_SLOTS {
                break;
            }
            let least = from + stretch;
            // SAFETY: old slots.
            let gap = unsafe { source.gap_within(least - 1, limit.min(least + STRETCH_SLOTS)) };
            let middle = gap.map_or(least, |gap| gap + 1);
            let quads = (middle - from) / 4;
            let to = middle + 4 * quads;
            if to > limit {
                break;
            }
            // SAFETY: as far as `2 * to`, slots of the target before the source slots to come;
            // what was written before lies below `2 * from`.
            unsafe { self.clear::<VALUES>(2 * from, 2 * to) };
            next = if gap.is_some() {
                let sources = [source.from(from), source.from(middle)];
                let ahead = [source.from(to), target.lanes.from(2 * to)];
                // SAFETY: old slots; all that is written precedes them. Those from `middle`
                // on follow an empty slot, so they go to slots from `2 * middle` on, and those up to
                // there to slots before that.
                let [first, next] = unsafe {
                    target.spread_two::<VALUES>(sources, quads, [next, 2 * middle], ahead)
                };
                let done = from + 4 * quads;
                // SAFETY: as above, for what is left of the slots up to `middle`.
                unsafe { target.spread::<VALUES>(source.from(done), middle - done, first) };
                next
            } else {
                // SAFETY: as above, one after the other.
                unsafe { target.spread::<VALUES>(source.from(from), to - from, next) }
            };
            from = to;
        }
        let rest = (source.from(from), self.old.slots() - from);
        if IN_PLACE {
            // SAFETY: slots of the target up to the first source slot that was not read yet.
            unsafe { self.clear::<VALUES>(2 * from, homes + from) };
            // SAFETY: old slots `j` from `from` on, which are slots `homes + j`: after all that is
            // written for them, or the last slot written.
            unsafe { target.move_up::<VALUES>(rest.0, rest.1, next) };
        } else {
            // SAFETY: slots of the target after all that was written.
            unsafe { self.clear::<VALUES>(2 * from, target.shape.slots()) };
            // SAFETY: old slots; none of them is in the target.
            unsafe { target.spread::<VALUES>(rest.0, rest.1, next) };
        }
    }

    /// Empties the target's slots `from..to`, unless they are zero already.
    ///
    /// # Safety
    ///
    /// They are slots of the target whose content is not needed any more.
    unsafe fn clear<const VALUES: bool>(&self, from: usize, to: usize) {
        let from = from.max(self.untouched);
        if from < to {
            // SAFETY: the caller's promise.
            unsafe { self.target.lanes.clear::<VALUES>(from, to) };
        }
    }
}

const _: () = assert!(EMPTY == 0, "clearing writes zero bytes");
