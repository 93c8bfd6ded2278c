//! Spreading the words of a table over another number of slots, in another frame, or both. The module's
//! essay has the conditions.
//!
//! ```text
//!   one run       |  . . . . . . a b c d e f g h . . . . . . . .
//!   packed        |  . . . . . . . . . . . . . . a b c d e f g h|
//!   spread        |  . a . . b . c d . e . . . f . . g . h . . .
//! ```
//!
//! Packed at the end, any word and those after it fill exactly the slots that are left, so none is
//! spread to a slot after its own. So both passes are in place, and the table may be larger or smaller
//! afterwards.

use super::{
    fill::Filler,
    frame::Frame,
    iter::Words,
    raw::Raw,
    shape::{EMPTY, LINE_SLOTS, Shape},
};
use crate::{error::Error, storage::Downward};

/// Words that a table of any size moves before it looks for a reason.
const PATIENCE_WORDS: usize = 512;

/// This few words may crowd together: moving them costs little.
const FEW_WORDS: usize = 64;

/// The words of a table: their ends and their number.
#[derive(Clone, Copy)]
struct Extent {
    least: u64,
    greatest: u64,
    len: usize,
}

impl Extent {
    /// Returns whether the homes between the first word and the last are filled to at most so many 32nds.
    fn fits(self, shape: Shape, frame: Frame, thirty_seconds: usize) -> bool {
        let home = |word| frame.offset(word).map(|offset| shape.home(offset));
        let (Some(first), Some(last)) = (home(self.least), home(self.greatest)) else {
            return false;
        };
        let homes = last.saturating_sub(first).saturating_add(1);
        // A few words may crowd together; and where each word has a home of its own, none do.
        self.len <= FEW_WORDS
            || shape.shift() <= frame.lift()
            || self.len.saturating_mul(32) <= homes.saturating_mul(thirty_seconds)
    }
}

impl<S: Downward> Raw<S> {
    /// Returns whether more words were moved than passes over the table would cost.
    #[inline]
    pub(super) fn has_moved_much(&self) -> bool {
        self.moved > 2 * self.shape.slots() + PATIENCE_WORDS
    }

    /// After many moves: spreads the words within `lines` lines if they crowd together and that helps.
    /// Without the memory for it, the table is unchanged.
    #[cold]
    pub(super) fn relieve(&mut self, lines: usize) {
        self.moved = 0;
        if self.is_crowded(None) {
            let _ = self.try_respread(None, lines);
        }
    }

    /// Returns whether the words, including `word`, are too many for the homes between the first and the
    /// last.
    pub(super) fn is_crowded(&self, word: Option<u64>) -> bool {
        self.extent(word).is_some_and(|extent| self.is_crowd(extent))
    }

    fn is_crowd(&self, extent: Extent) -> bool {
        // Half way between full and one word per home.
        let limit = 16 + self.load.sixteenths();
        !extent.fits(self.shape, self.frame, limit)
    }

    /// Gives this table, which is empty, a shape and a frame for `len` words from `least` to `greatest`.
    /// Without the memory, the table keeps the shape that it has.
    pub(super) fn make_room_between(&mut self, least: u64, greatest: u64, len: usize) {
        self.frame = Frame::ALL;
        if self.try_reserve(len).is_err() {
            // The keys may still fit if they run over.
            let room = Shape::for_storage(self.reserved_lines(), len, self.load);
            if let Some(shape) = room.filter(|&shape| self.commit(shape).is_ok()) {
                self.take_shape(shape);
            }
        }
        let extent = Extent { least, greatest, len };
        if least < greatest && self.is_crowd(extent) {
            let lines = if self.can_move() { usize::MAX } else { self.reserved_lines() };
            if let Some((shape, frame)) = self.plan_for(extent, None, lines) {
                let _ = self.respread_to(shape, frame);
            }
        }
    }

    /// Spreads the words, with room for `word` if there is one, over at most `lines` lines: in place if
    /// the storage is large enough, else in another storage.
    ///
    /// With [`Error::Full`], or the error of the storage, the table is unchanged.
    pub(super) fn try_respread(&mut self, word: Option<u64>, lines: usize) -> Result<(), Error> {
        let mut refused = Error::Full;
        let reserved = lines.min(self.reserved_lines());
        let elsewhere = self.can_move().then_some(lines);
        // Without the memory to move, as well as the storage allows.
        for lines in elsewhere.into_iter().chain([reserved]) {
            let Some((shape, frame)) = self.plan(word, lines) else { continue };
            if (shape, frame) == (self.shape, self.frame) {
                return Ok(());
            }
            match self.respread_to(shape, frame) {
                Ok(()) => return Ok(()),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// Chooses a shape of at most `lines` lines and a frame for the words and `word`.
    fn plan(&self, word: Option<u64>, lines: usize) -> Option<(Shape, Frame)> {
        self.plan_for(self.extent(word)?, word, lines)
    }

    fn plan_for(&self, extent: Extent, word: Option<u64>, lines: usize) -> Option<(Shape, Frame)> {
        let frame_of = |lift| Frame::around(extent.least, extent.greatest, lift);
        let limit = 2 * self.load.sixteenths();
        let is_outside = word.is_some_and(|word| self.frame.offset(word).is_none());
        let mut frame = frame_of(u64::BITS);
        if is_outside {
            // Room for as many words again at least, so that a frame is seldom left; and as wide as the
            // homes allow.
            let least = frame_of(frame.lift().saturating_sub(1));
            let wider = (0..least.lift()).map(frame_of);
            frame = wider
                .chain([least])
                .find(|&it| extent.fits(self.shape, it, limit))
                .unwrap_or(least);
        } else if frame.lift() <= self.frame.lift() {
            frame = self.frame;
        }
        let mut shape = match self.shape {
            Shape::NONE => Shape::for_len(extent.len, self.load)?,
            shape => shape,
        };
        let fits = |shape: &Shape| shape.lines() <= lines;
        while shape.max_len(self.load) < extent.len || !extent.fits(shape, frame, limit) {
            let Some(doubled) = shape.plain().doubled().filter(fits) else { break };
            shape = doubled.with_whole_margin().filter(fits).unwrap_or(doubled);
        }
        Some((self.shape_with_room(shape, frame, word, lines)?, frame))
    }

    /// Returns `shape`, or one with more overflow slots and fewer homes, in which all words and `word`
    /// have a slot, in `lines` lines.
    pub(super) fn shape_with_room(
        &self,
        mut shape: Shape,
        frame: Frame,
        word: Option<u64>,
        lines: usize,
    ) -> Option<Shape> {
        let len = self.len + usize::from(word.is_some());
        let holds = |shape: &Shape| shape.lines() <= lines && shape.max_len(self.load) >= len;
        loop {
            let needed = self.slots_needed(shape, frame, word);
            // As much again as they need: the crowd may grow.
            let overflow = needed.saturating_sub(shape.homes()).saturating_mul(2);
            let twice = overflow
                .checked_next_multiple_of(LINE_SLOTS)
                .and_then(|overflow| shape.with_overflow(overflow));
            let shapes = [Some(shape), twice, shape.over(lines)].map(|it| it.filter(holds));
            // Fewer homes leave no more slots.
            shapes.iter().flatten().next()?;
            if let Some(found) = shapes.into_iter().flatten().find(|it| it.slots() >= needed) {
                return Some(found);
            }
            shape = shape.halved()?;
        }
    }

    /// Returns how many slots of a table of `shape`, from the first on, the words and `word` need.
    pub(super) fn slots_needed(&self, shape: Shape, frame: Frame, word: Option<u64>) -> usize {
        let slot_after = |next: usize, word| match frame.offset(word) {
            Some(EMPTY) => next,
            Some(offset) => shape.home(offset).max(next).saturating_add(1),
            None => usize::MAX,
        };
        // A number in any case: valgrind, which watches the C library, objects to a comparison with that of `None`.
        let (mut is_left, word) = (word.is_some(), word.unwrap_or_default());
        let next = Words::all(self).fold(0, |next, (_, resident)| {
            let is_next = is_left && word < resident;
            is_left &= !is_next;
            slot_after(if is_next { slot_after(next, word) } else { next }, resident)
        });
        if is_left { slot_after(next, word) } else { next }
    }

    /// Returns the extent of the words, including `word`.
    fn extent(&self, word: Option<u64>) -> Option<Extent> {
        let mut words = Words::all(self).map(|(_, word)| word);
        let first = words.next();
        let last = words.next_back().or(first);
        let least = first.into_iter().chain(word).min()?;
        let greatest = last.into_iter().chain(word).max()?;
        Some(Extent { least, greatest, len: self.len + usize::from(word.is_some()) })
    }

    /// Gives the table `shape` and `frame`, in which all words have a slot.
    pub(super) fn respread_to(&mut self, shape: Shape, frame: Frame) -> Result<(), Error> {
        if shape.lines() <= self.reserved_lines() {
            return self.respread_in_place(shape, frame);
        }
        self.move_to_another(shape, frame)
    }

    /// [`respread_to`](Self::respread_to) within the storage. Fails with its error if it cannot commit lines.
    fn respread_in_place(&mut self, shape: Shape, frame: Frame) -> Result<(), Error> {
        self.commit(shape)?;
        if shape.slots() > self.shape.slots() {
            self.take_shape_around(shape, self.shape.slots());
        }
        let (slots, values) = self.slots_and_values();
        let packed = pack(slots, values);
        self.set_shape(shape);
        self.spread_packed(packed, frame);
        Ok(())
    }

    /// Spreads the `packed` words in the last slots.
    fn spread_packed(&mut self, packed: usize, frame: Frame) {
        let (old, zero) = (self.frame, self.zero.take());
        self.frame = frame;
        self.len = 0;
        let start = self.shape.slots().saturating_sub(packed);
        let mut filler = Filler::new(self);
        if let Some(value) = zero {
            // All words have a slot, by the caller's promise; here and below.
            let _ = filler.push(old.base(), value);
        }
        for slot in start..start + packed {
            let Some((offset, value)) = filler.take(slot) else { return };
            let _ = filler.push(old.word(offset), value);
        }
    }
}

/// Moves all words, and their values, to the last slots; returns their number.
fn pack(slots: &mut [u64], values: &mut [u64]) -> usize {
    let mut first = slots.len();
    for slot in (0..slots.len()).rev() {
        let word = slots.get_mut(slot).map_or(EMPTY, core::mem::take);
        if word == EMPTY {
            continue;
        }
        first -= 1;
        if let Some(to) = slots.get_mut(first) {
            *to = word;
        }
        if let Some(&value) = values.get(slot) {
            if let Some(to) = values.get_mut(first) {
                *to = value;
            }
        }
    }
    slots.len() - first
}
