//! Moving to another storage, as a table of any shape.

use super::{
    frame::Frame,
    raw::{Raw, Storages},
    shape::Shape,
};
use crate::{
    error::{Error, Rejected},
    storage::Downward,
};

impl<S: Downward> Raw<S> {
    /// A table without slots in a new storage, in which the lines of `shape` are committed.
    pub(super) fn another(&self, shape: Shape) -> Result<Raw<S>, Error> {
        let keys = self.keys_storage().try_larger(shape.lines())?;
        let values = match self.values_storage() {
            Some(values) => Some(values.try_larger(shape.lines())?),
            None => None,
        };
        let mut another = Raw::without_slots(keys, values, self.load);
        another.commit(shape)?;
        another.frame = self.frame;
        Ok(another)
    }

    /// Moves to a new storage of the same kind, as a table of `shape`, with more overflow slots if the words
    /// need them. With the error, the table is unchanged.
    pub(super) fn try_move(&mut self, shape: Shape) -> Result<(), Error> {
        let shape = self.shape_with_room(shape, self.frame, None, usize::MAX).unwrap_or(shape);
        self.move_to_another(shape, self.frame)
    }

    /// Returns whether another storage of this kind can be allocated.
    pub(super) fn can_move(&self) -> bool {
        self.keys_storage().can_grow()
    }

    /// Moves to a new storage as a table of `shape` in `frame`, in which all words have a slot.
    pub(super) fn move_to_another(&mut self, shape: Shape, frame: Frame) -> Result<(), Error> {
        if self.can_move() { self.move_all(shape, frame) } else { Err(Error::Full) }
    }

    /// Not inlined: its stack frame holds storages and tables, which may be large.
    #[inline(never)]
    fn move_all(&mut self, shape: Shape, frame: Frame) -> Result<(), Error> {
        let mut moved = self.another(shape)?;
        moved.take_shape(shape);
        moved.frame = frame;
        moved.fill_from(self)?;
        *self = moved;
        Ok(())
    }

    /// A copy in another storage.
    pub(super) fn try_clone(&self) -> Result<Raw<S>, Error> {
        let mut copy = self.another(self.shape)?;
        copy.take_shape(self.shape);
        copy.fill_from(self)?;
        Ok(copy)
    }

    /// Ensures that `additional` more keys fit without growing.
    pub(super) fn try_reserve(&mut self, additional: usize) -> Result<(), Error> {
        let wanted = self.len.checked_add(additional).ok_or(Error::CapacityOverflow)?;
        if wanted > self.max && self.shape == Shape::NONE {
            // Without lines there is no shape to begin with.
            let _ = self.try_grow_in_place();
        }
        if wanted <= self.max {
            return Ok(());
        }
        let least = Shape::for_len(wanted, self.load).ok_or(Error::CapacityOverflow)?;
        if self.has_no_words() {
            return self.try_take_larger_shape(least);
        }
        let in_place = least.with_end_of(self.shape).filter(|_| self.shape != Shape::NONE);
        match in_place.filter(|shape| shape.lines() <= self.reserved_lines()) {
            // Commit all of the memory before the first step.
            Some(shape) => self.commit(shape)?,
            None => return self.try_move(least),
        }
        while self.max < wanted {
            self.try_grow_in_place()?;
        }
        Ok(())
    }

    /// Makes a table without words one of the homes of `least`: here if there are lines for it.
    fn try_take_larger_shape(&mut self, least: Shape) -> Result<(), Error> {
        let here = least.with_end_of(self.shape).filter(|_| self.shape != Shape::NONE);
        match here.filter(|shape| shape.lines() <= self.reserved_lines()) {
            Some(shape) => {
                self.commit(shape)?;
                self.take_shape(shape);
                Ok(())
            }
            None => self.try_move(least),
        }
    }

    /// Moves to `storages`, which become the table's, and returns those it had.
    ///
    /// With the error, `storages` are returned, and the table is as it was.
    pub(super) fn move_into(
        &mut self,
        storages: Storages<S>,
    ) -> Result<Storages<S>, Rejected<Storages<S>>> {
        let mut moved = Raw::without_slots(storages.keys, storages.values, self.load);
        let lines = moved.reserved_lines();
        moved.frame = self.frame;
        let shape = Shape::for_storage(lines, self.len, self.load)
            .and_then(|shape| self.shape_with_room(shape, self.frame, None, lines))
            // The words have a slot in the present shape.
            .or_else(|| Some(self.shape).filter(|shape| shape.lines() <= lines));
        let done = match shape {
            Some(shape) => moved.commit(shape).and_then(|()| {
                moved.take_shape(shape);
                Ok(moved.fill_from(self)?)
            }),
            None if self.len == 0 => Ok(()),
            None => Err(Error::Full),
        };
        match done {
            Ok(()) => Ok(core::mem::replace(self, moved).into_storages()),
            Err(error) => Err(Rejected { value: moved.into_storages(), error }),
        }
    }
}
