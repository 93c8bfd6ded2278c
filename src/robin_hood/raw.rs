//! The raw table: a storage, a shape, and the words in it.
//!
//! This is the only file that turns storage into slices. Code on slices is safe; the passes of
//! [`grow`](super::grow) take pointers, because their source and target overlap.

use core::slice;

use super::{
    frame::Frame,
    shape::{EMPTY, LINE_SLOTS, Shape},
};
use crate::{
    error::Error,
    layout::{Line, MaxLoad},
    storage::Downward,
};

/// The storages of a table, returned to the caller.
#[derive(Debug)]
pub struct Storages<S> {
    /// The storage of the keys.
    pub keys: S,
    /// The storage of the values: a map has one, unless its memory is still to come; a set never.
    pub values: Option<S>,
}

/// A table of words in `S`, with values in a second `S` if it is a map.
#[derive(Debug)]
pub(super) struct Raw<S> {
    keys: S,
    values: Option<S>,
    pub(super) shape: Shape,
    /// The slots hold offsets of words in this frame.
    pub(super) frame: Frame,
    pub(super) load: MaxLoad,
    /// Keys that fit before the table has to grow.
    pub(super) max: usize,
    /// Keys, including the one in `zero`.
    pub(super) len: usize,
    /// The value of the key whose offset is EMPTY (T5); 0 in a set.
    pub(super) zero: Option<u64>,
    /// Words that insertions and removals have moved since the table got its shape.
    pub(super) moved: usize,
}

/// The ends of a table's keys and values.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    /// One past the last key.
    pub(super) keys: *mut u64,
    /// One past the last value, if there are values.
    pub(super) values: Option<*mut u64>,
}

/// A table taken apart.
pub(super) struct Parts<'a> {
    pub(super) slots: &'a mut [u64],
    pub(super) frame: Frame,
    pub(super) shape: Shape,
    /// As many as slots, or none.
    pub(super) values: &'a mut [u64],
    pub(super) zero: &'a mut Option<u64>,
    pub(super) len: &'a mut usize,
    pub(super) moved: &'a mut usize,
    pub(super) limits: Limits<'a>,
}

/// How large a table is, to be changed.
pub(super) struct Limits<'a> {
    pub(super) shape: &'a mut Shape,
    pub(super) max: &'a mut usize,
}

impl<S: Downward> Raw<S> {
    /// An empty table at the end of `keys`, with values at the end of `values`.
    pub(super) fn new_in(keys: S, values: Option<S>, load: MaxLoad) -> Result<Self, Error> {
        let lines = lines_of(&keys, values.as_ref());
        match Shape::first_of(lines) {
            Some(shape) => Raw::with_shape(keys, values, load, shape),
            None => Ok(Raw::without_slots(keys, values, load)),
        }
    }

    /// An empty table of `shape`.
    pub(super) fn with_shape(
        keys: S,
        values: Option<S>,
        load: MaxLoad,
        shape: Shape,
    ) -> Result<Self, Error> {
        let mut raw = Raw::without_slots(keys, values, load);
        raw.commit(shape)?;
        raw.take_shape(shape);
        Ok(raw)
    }

    pub(super) const fn without_slots(keys: S, values: Option<S>, load: MaxLoad) -> Self {
        let (shape, frame) = (Shape::NONE, Frame::ALL);
        Raw { keys, values, shape, frame, load, max: 0, len: 0, zero: None, moved: 0 }
    }

    /// Gives the storages back.
    pub(super) fn into_storages(self) -> Storages<S> {
        Storages { keys: self.keys, values: self.values }
    }

    pub(super) fn keys_storage(&self) -> &S {
        &self.keys
    }

    pub(super) fn values_storage(&self) -> Option<&S> {
        self.values.as_ref()
    }

    /// Returns the number of lines that the table can grow to in its storage.
    pub(super) fn reserved_lines(&self) -> usize {
        lines_of(&self.keys, self.values.as_ref())
    }

    /// Makes the lines of `shape` usable.
    pub(super) fn commit(&mut self, shape: Shape) -> Result<(), Error> {
        self.keys.try_commit(shape.lines())?;
        match &mut self.values {
            Some(values) => values.try_commit(shape.lines()),
            None => Ok(()),
        }
    }

    /// Releases what `self.shape` does not need.
    pub(super) fn release(&mut self) {
        let lines = self.shape.lines();
        self.keys.release(lines);
        if let Some(values) = &mut self.values {
            values.release(lines);
        }
    }

    /// Makes the table empty and of `shape`, whose lines are committed. The key in the header stays.
    pub(super) fn take_shape(&mut self, shape: Shape) {
        self.take_shape_around(shape, 0);
        self.len = usize::from(self.zero.is_some());
    }

    /// Gives the table `shape`, whose lines are committed, and empties all but the last `kept` slots.
    pub(super) fn take_shape_around(&mut self, shape: Shape, kept: usize) {
        let dirty = shape.slots() - self.claim(shape);
        let empty = dirty.saturating_sub(kept);
        let ends = self.ends();
        for end in [Some(ends.keys), ends.values].into_iter().flatten() {
            let start = end.wrapping_sub(dirty);
            // SAFETY: the last `shape.slots()` words are committed, so valid for writes and ours.
            unsafe { start.write_bytes(0, empty) };
        }
        self.set_shape(shape);
    }

    /// Returns whether all slots are empty.
    pub(super) fn has_no_words(&self) -> bool {
        self.len == usize::from(self.zero.is_some())
    }

    /// Records `shape`, for which T1 holds.
    pub(super) fn set_shape(&mut self, shape: Shape) {
        self.shape = shape;
        self.max = shape.max_len(self.load);
        self.moved = 0;
    }

    /// Must be called before the slots of `shape`, whose lines are committed, are written. Returns how
    /// many of the first slots are zero.
    pub(super) fn claim(&mut self, shape: Shape) -> usize {
        let lines = shape.lines();
        let zero_keys = self.keys.claim(lines);
        let zero_values = self.values.as_mut().map_or(zero_keys, |values| values.claim(lines));
        let dirty_lines = lines.saturating_sub(zero_keys.min(zero_values));
        // From the end: the first line may have fewer slots.
        shape.slots().saturating_sub(dirty_lines * LINE_SLOTS)
    }

    /// Returns the ends of keys and values, for passes that move them.
    pub(super) fn ends(&mut self) -> Ends {
        let values = self.values.as_mut().map(|values| values.end_mut().cast());
        Ends { keys: self.keys.end_mut().cast(), values }
    }

    /// Returns the words of all slots.
    #[inline(always)]
    pub(super) fn slots(&self) -> &[u64] {
        // SAFETY: T1.
        unsafe { last_words(self.keys.end(), self.shape) }
    }

    /// Returns the values of all slots; a set has none.
    #[inline]
    pub(super) fn values(&self) -> &[u64] {
        match &self.values {
            // SAFETY: T1.
            Some(values) => unsafe { last_words(values.end(), self.shape) },
            None => &[],
        }
    }

    /// Returns the words and the values of all slots.
    #[inline]
    pub(super) fn slots_and_values(&mut self) -> (&mut [u64], &mut [u64]) {
        let Parts { slots, values, .. } = self.parts();
        (slots, values)
    }

    /// Takes the table apart, for operations that change several parts.
    #[inline]
    pub(super) fn parts(&mut self) -> Parts<'_> {
        // SAFETY: T1.
        let slots = unsafe { last_words_mut(self.keys.end_mut(), self.shape) };
        let values = match &mut self.values {
            // SAFETY: T1; a storage of its own, so it does not overlap the keys'.
            Some(values) => unsafe { last_words_mut(values.end_mut(), self.shape) },
            None => &mut [],
        };
        let Raw { frame, shape, zero, len, moved, max, .. } = self;
        let (frame, own) = (*frame, *shape);
        Parts { slots, frame, shape: own, values, zero, len, moved, limits: Limits { shape, max } }
    }

    /// Removes all keys and keeps the memory.
    pub(super) fn clear(&mut self) {
        // Values of empty slots do not matter.
        self.slots_and_values().0.fill(EMPTY);
        (self.zero, self.len) = (None, 0);
        (self.frame, self.moved) = (Frame::ALL, 0);
    }
}

/// Returns the number of lines that a table can have in `keys` and `values`.
fn lines_of<S: Downward>(keys: &S, values: Option<&S>) -> usize {
    let lines = keys.reserved_lines();
    values.map_or(lines, |values| lines.min(values.reserved_lines()))
}

/// Returns the words of the last lines before `end`.
///
/// # Safety
///
/// `end` is the end of a storage in which the lines of `shape` are committed and initialised (T1),
/// and they are not written during `'a`.
#[inline(always)]
unsafe fn last_words<'a>(end: *const Line, shape: Shape) -> &'a [u64] {
    let start = end.cast::<u64>().wrapping_sub(shape.slots());
    // SAFETY: aligned as lines are, not null as `end` is not at the start of the address space;
    // initialised and unchanged by the caller's promise, and no longer than an object may be (Shape).
    unsafe { slice::from_raw_parts(start, shape.slots()) }
}

/// [`last_words`] for writing.
///
/// # Safety
///
/// As for [`last_words`]; and nothing else accesses them during `'a`.
#[inline(always)]
unsafe fn last_words_mut<'a>(end: *mut Line, shape: Shape) -> &'a mut [u64] {
    let start = end.cast::<u64>().wrapping_sub(shape.slots());
    // SAFETY: as in `last_words`; exclusive by the caller's promise.
    unsafe { slice::from_raw_parts_mut(start, shape.slots()) }
}

const _: () = assert!(LINE_SLOTS * size_of::<u64>() == size_of::<Line>());
