//! Growing by two: one ascending pass that copies nothing twice and needs no second table.

use super::{
    raw::{Ends, Raw},
    shape::{EMPTY, OVERFLOW_SLOTS, Shape},
    spread::{Target, move_up, spread},
};
use crate::{error::Error, storage::Downward};

/// Slots of the old table whose target is cleared and filled in one go: 8 KiB of words and 16 KiB of
/// target, which an L1 cache of 32 KiB holds together.
const BLOCK_SLOTS: usize = 1024;

impl<S: Downward> Raw<S> {
    /// Doubles the homes: in place if the storage reaches that far, else in another storage.
    pub(super) fn try_grow(&mut self) -> Result<(), Error> {
        match self.try_grow_in_place() {
            Err(Error::Full) => self.try_move(self.larger_shape()?),
            done => done,
        }
    }

    /// Doubles the homes within the storage.
    ///
    /// [`Error::Full`] if its start is reached; else what the storage says that cannot commit the
    /// memory. Then nothing has changed.
    pub(super) fn try_grow_in_place(&mut self) -> Result<(), Error> {
        let old = self.shape;
        let new = old.doubled().ok_or(Error::CapacityOverflow)?;
        if old == Shape::NONE || new.lines() > self.reserved_lines() {
            return Err(Error::Full);
        }
        self.commit(new)?;
        let (ends, untouched) = (self.ends(), self.untouched(new));
        if self.len == usize::from(self.zero.is_some()) {
            self.take_shape(new);
            return Ok(());
        }
        match ends.values {
            // SAFETY: the lines of `new` are committed, and T1 to T4 hold for those of `old`.
            None => unsafe { double::<false>(ends, old, new, untouched) },
            // SAFETY: as above.
            Some(_) => unsafe { double::<true>(ends, old, new, untouched) },
        }
        self.set_shape(new);
        Ok(())
    }

    /// What to grow to in a storage of its own.
    fn larger_shape(&self) -> Result<Shape, Error> {
        if self.shape == Shape::NONE {
            return Shape::for_len(1, self.load).ok_or(Error::CapacityOverflow);
        }
        let doubled = self.shape.doubled().ok_or(Error::CapacityOverflow)?;
        let overflow = OVERFLOW_SLOTS.min(doubled.homes());
        doubled.with_overflow(overflow).ok_or(Error::CapacityOverflow)
    }
}

/// Makes the table of `old` homes one of twice as many, in place.
///
/// Numbering the slots from the first of the new table on, with `N` old homes, the old slot `j` is
/// new slot `N + j`, and nothing that stood in old slots up to `j` is written behind new slot
/// `2j + 1` (the module's essay proves it). So a block of old slots `from..to` may have all of its
/// target `2 * from..2 * to` cleared before it is read as long as that ends in front of the block
/// itself, `2 * to <= N + from`; the last ones, which overlap their target, are moved one by one.
///
/// # Safety
///
/// Before each of `ends`, the words of `new` are valid for reads and writes and nobody else uses
/// them; those of `old` are initialised, with T2 to T4; the first `untouched` of `new` are zero.
/// `new` is `old` doubled. `VALUES` says whether there is a second end.
unsafe fn double<const VALUES: bool>(ends: Ends, old: Shape, new: Shape, untouched: usize) {
    let homes = old.homes();
    let target = Target::before(ends, new);
    let source = target.slot(homes);
    let clear = |from: usize, to: usize| {
        let from = from.max(untouched);
        if from < to {
            // SAFETY: callers pass slots of the new table that hold nothing that was not read yet.
            unsafe { target.clear::<VALUES>(from, to) };
        }
    };

    let (mut from, mut next) = (0, 0);
    while from + 2 * BLOCK_SLOTS <= homes {
        let to = from + BLOCK_SLOTS;
        clear(2 * from, 2 * to);
        // SAFETY: old slots, initialised; and all of their target `2 * from..2 * to` lies in front
        // of them.
        next = unsafe { spread::<VALUES>(source.slot(from), to - from, target, next) };
        from = to;
    }
    clear(2 * from, homes + from);
    // SAFETY: the rest of the old slots; what was in front of them has been read.
    unsafe { move_up::<VALUES>(source.slot(from), old.slots() - from, target, next) };
}

const _: () = assert!(EMPTY == 0, "clearing writes zero bytes");
