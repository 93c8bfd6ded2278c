//! Two tables of one order, read side by side.
//!
//! [`Merged`] is an iterator, for work on one word at a time. A new table of two sets is made in two
//! halves of all words at once, each a [`Half`].

use core::iter::{FusedIterator, Peekable};

use super::{
    fill::NoSlot,
    find::place_of,
    frame::Frame,
    insert::Place,
    iter::Words,
    raw::Raw,
    shape::{EMPTY, OVERFLOW_SLOTS, Shape},
};
use crate::{
    error::Error,
    probe::{greater, take_lesser},
    storage::Downward,
};

/// Which keys of two sets a merged one has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The keys of either.
    Union,
    /// The keys of both.
    Intersection,
    /// The keys of the first that are not in the second.
    Difference,
    /// The keys of exactly one of them.
    SymmetricDifference,
}

impl Merge {
    /// Returns whether the result has a key that is in the first, in the second, or in both.
    #[inline(always)]
    pub(super) fn takes(self, in_first: bool, in_second: bool) -> bool {
        match self {
            Merge::Union => in_first | in_second,
            Merge::Intersection => in_first & in_second,
            Merge::Difference => in_first & !in_second,
            Merge::SymmetricDifference => in_first ^ in_second,
        }
    }

    /// Returns a test whether the result has a word.
    pub(super) fn filter(self) -> impl Fn(&Found) -> bool + Clone {
        move |found| self.takes(found.1.is_some(), found.2.is_some())
    }

    /// Returns the most keys that the result of two sets has.
    pub(super) fn most(self, first: usize, second: usize) -> usize {
        match self {
            Merge::Union | Merge::SymmetricDifference => first.saturating_add(second),
            Merge::Intersection => first.min(second),
            Merge::Difference => first,
        }
    }
}

/// A word that is in one of two tables or in both, and its places.
pub(super) type Found = (u64, Option<Place>, Option<Place>);

/// The words of two tables, ascending, each once.
#[derive(Clone, Debug)]
pub(super) struct Merged<'a> {
    first: Peekable<Words<'a>>,
    second: Peekable<Words<'a>>,
}

impl<'a> Merged<'a> {
    pub(super) fn new<S: Downward, T: Downward>(first: &'a Raw<S>, second: &'a Raw<T>) -> Self {
        Merged { first: Words::all(first).peekable(), second: Words::all(second).peekable() }
    }
}

impl Iterator for Merged<'_> {
    type Item = Found;

    #[inline]
    fn next(&mut self) -> Option<Found> {
        let words = (self.first.peek().map(|it| it.1), self.second.peek().map(|it| it.1));
        let word = match words {
            (Some(first), Some(second)) => first.min(second),
            (first, second) => first.or(second)?,
        };
        let is_it = |found: &(Place, u64)| found.1 == word;
        let first = self.first.next_if(is_it).map(|it| it.0);
        let second = self.second.next_if(is_it).map(|it| it.0);
        Some((word, first, second))
    }
}

impl FusedIterator for Merged<'_> {}

impl<S: Downward> Raw<S> {
    /// Gives this table, which has no slots yet, the shape and the frame for a merge of `first` and
    /// `second`: for `most` words, or for as many as `count` returns if the storage is too small for those.
    pub(super) fn take_shape_for_both<T: Downward, U: Downward>(
        &mut self,
        first: &Raw<T>,
        second: &Raw<U>,
        most: usize,
        count: impl FnOnce() -> usize,
    ) -> Result<(), Error> {
        let (lines, load) = (self.reserved_lines(), self.load);
        let shape = Shape::for_storage(lines, most, load)
            .filter(|shape| shape.is_plain())
            .or_else(|| Shape::for_storage(lines, count(), load))
            .ok_or(Error::Full)?;
        self.commit(shape)?;
        self.take_shape(shape);
        self.frame = if first.frame == second.frame { first.frame } else { Frame::ALL };
        Ok(())
    }

    /// Fills this table, which is empty and of the same order, with the words that `merge` takes from `first`
    /// and `second`.
    pub(super) fn fill_merged<T: Downward, U: Downward>(
        &mut self,
        merge: Merge,
        first: &Raw<T>,
        second: &Raw<U>,
    ) -> Result<(), Error> {
        if self.frame == first.frame && self.frame == second.frame {
            match self.fill_merged_in_a_pass(merge, first, second) {
                Err(NoSlot) => self.clear(),
                Ok(()) => return Ok(()),
            }
            self.frame = first.frame;
        }
        let taken = Merged::new(first, second).filter(merge.filter());
        self.fill_in_order(taken.map(|found| (found.0, 0)))
    }

    /// [`fill_merged`](Self::fill_merged) of tables of this frame. If a word has no slot in this shape, T1 to
    /// T6 do not hold afterwards.
    fn fill_merged_in_a_pass<T: Downward, U: Downward>(
        &mut self,
        merge: Merge,
        first: &Raw<T>,
        second: &Raw<U>,
    ) -> Result<(), NoSlot> {
        // One loop for each, in which the compiler knows what to take.
        match merge {
            Merge::Union => self.fill_taken(first, second, |a, b| Merge::Union.takes(a, b)),
            Merge::Intersection => {
                self.fill_taken(first, second, |a, b| Merge::Intersection.takes(a, b))
            }
            Merge::Difference => {
                self.fill_taken(first, second, |a, b| Merge::Difference.takes(a, b))
            }
            Merge::SymmetricDifference => {
                self.fill_taken(first, second, |a, b| Merge::SymmetricDifference.takes(a, b))
            }
        }
    }

    /// Fills with the words of `first` and `second` for which `takes(in_first, in_second)`.
    fn fill_taken<T: Downward, U: Downward>(
        &mut self,
        first: &Raw<T>,
        second: &Raw<U>,
        takes: impl Fn(bool, bool) -> bool + Copy,
    ) -> Result<(), NoSlot> {
        let shape = self.shape;
        let (one, two) = (first.halves(), second.halves());
        let middle = shape.home(MIDDLE);
        let (slots, _) = self.slots_and_values();
        let middle = middle.min(slots.len());
        let target = slots.as_mut_ptr();
        let low = Half { slots: [one.0, two.0], target, limit: middle, shape };
        let high = Half { slots: [one.1, two.1], target, limit: slots.len(), shape };
        let (mut low_late, mut high_late) = (Late::default(), Late::default());
        let (mut low_at, mut high_at) = (low.begin(0), high.begin(middle));
        let mut len = 0;
        loop {
            let steps = low.sure_steps(low_at).min(high.sure_steps(high_at));
            if steps == 0 {
                break;
            }
            for _ in 0..steps {
                // SAFETY: both tables of either half have so many slots left, and the slots of the
                // target are ours.
                unsafe { low.step(&mut low_at, &mut len, &mut low_late, takes) };
                // SAFETY: as above.
                unsafe { high.step(&mut high_at, &mut len, &mut high_late, takes) };
            }
        }
        // SAFETY: the slots of the target are ours.
        unsafe { low.finish(low_at, &mut len, &mut low_late, takes) };
        // SAFETY: as above.
        unsafe { high.finish(high_at, &mut len, &mut high_late, takes) };
        if high_late.count > 0 || low_late.count > low_late.words.len() {
            return Err(NoSlot);
        }
        self.zero = takes(first.zero.is_some(), second.zero.is_some()).then_some(0);
        self.len = len + usize::from(self.zero.is_some());
        // Words for which the lower half had no slot go into the upper half, before its words.
        for word in low_late.words.into_iter().take(low_late.count) {
            self.insert_within_capacity(self.frame.word(word), 0).map_err(|_| NoSlot)?;
        }
        Ok(())
    }

    /// Returns the slots of the words below [`MIDDLE`], and of the others.
    fn halves(&self) -> (&[u64], &[u64]) {
        let slots = self.slots();
        slots.split_at_checked(place_of(slots, self.shape, MIDDLE)).unwrap_or((slots, &[]))
    }
}

/// Where a merge is cut in two: half of all words are below.
const MIDDLE: u64 = 1 << 63;

/// One half of a merge of the slots of two tables.
///
/// An empty slot is the least word, so it is taken like any other, and nothing is written for it. No branch
/// depends on which of two words is the lesser. A step waits for the slots that the step before reached;
/// two halves are two such chains.
#[derive(Clone, Copy)]
struct Half<'a> {
    slots: [&'a [u64]; 2],
    /// The first slot of the table where the words go, and the number of the slot where this half of
    /// it ends.
    target: *mut u64,
    limit: usize,
    shape: Shape,
}

/// The state of a half. It is a type of its own so that a loop keeps it in registers.
#[derive(Clone, Copy)]
struct Cursor {
    /// The next slots of the two tables.
    one: *const u64,
    two: *const u64,
    /// The slot after the last word.
    next: usize,
}

/// Words for which there was no slot.
struct Late {
    words: [u64; OVERFLOW_SLOTS],
    /// How many there were; they may be more than fit.
    count: usize,
}

impl Default for Late {
    fn default() -> Self {
        Late { words: [EMPTY; OVERFLOW_SLOTS], count: 0 }
    }
}

impl Late {
    #[cold]
    #[inline(never)]
    fn push(&mut self, word: u64) {
        if word == EMPTY {
            return;
        }
        if let Some(to) = self.words.get_mut(self.count) {
            *to = word;
        }
        self.count += 1;
    }
}

impl<'a> Half<'a> {
    /// Returns the start of both tables, and of this half of the target, which is slot `next`.
    fn begin(self, next: usize) -> Cursor {
        let [one, two] = self.slots.map(<[u64]>::as_ptr);
        Cursor { one, two, next }
    }

    /// Returns the slots of the two tables from `at` on.
    fn rests(self, at: Cursor) -> [&'a [u64]; 2] {
        let rest = |slots: &'a [u64], next: *const u64| {
            let read = next.addr().wrapping_sub(slots.as_ptr().addr()) / size_of::<u64>();
            slots.get(read..).unwrap_or(&[])
        };
        [rest(self.slots[0], at.one), rest(self.slots[1], at.two)]
    }

    /// Returns how many steps can be taken from `at` on before one of the tables ends.
    fn sure_steps(self, at: Cursor) -> usize {
        let [one, two] = self.rests(at);
        one.len().min(two.len())
    }

    /// Takes the lesser of the next two words, or both if they are equal; adds 1 to `len` for a word
    /// that finds a slot.
    ///
    /// # Safety
    ///
    /// `at` is not at the end of either table: there is a [sure step](Self::sure_steps). The target's
    /// slots up to the limit are valid for writes.
    #[inline(always)]
    unsafe fn step(
        self,
        at: &mut Cursor,
        len: &mut usize,
        late: &mut Late,
        takes: impl Fn(bool, bool) -> bool,
    ) {
        // SAFETY: the caller's promise.
        let a = unsafe { at.one.read() };
        // SAFETY: the caller's promise.
        let b = unsafe { at.two.read() };
        let (word, [one, two]) = take_lesser([a, b], [at.one, at.two]);
        (at.one, at.two) = (one, two);
        let in_first = a <= b;
        // One of them has it, which the compiler does not see.
        let in_second = b <= a || !in_first;
        let mask = u64::from(takes(in_first, in_second)).wrapping_neg();
        // SAFETY: the caller's promise.
        unsafe { self.push(at, len, late, word & mask) };
    }

    /// Puts `word` after the others, and nothing for the empty one.
    ///
    /// # Safety
    ///
    /// The target's slots up to the limit are valid for writes.
    #[inline(always)]
    unsafe fn push(self, at: &mut Cursor, len: &mut usize, late: &mut Late, word: u64) {
        // The home of the empty word is the first.
        let slot = greater(self.shape.home(word), at.next);
        if slot >= self.limit {
            return late.push(word);
        }
        // SAFETY: the caller's promise.
        unsafe { self.target.wrapping_add(slot).write(word) };
        let is_word = usize::from(word != EMPTY);
        at.next = slot + is_word;
        *len += is_word;
    }

    /// Takes all words that are left.
    ///
    /// # Safety
    ///
    /// The target's slots up to the limit are valid for writes.
    unsafe fn finish(
        self,
        mut at: Cursor,
        len: &mut usize,
        late: &mut Late,
        takes: impl Fn(bool, bool) -> bool + Copy,
    ) {
        loop {
            let steps = self.sure_steps(at);
            if steps == 0 {
                break;
            }
            for _ in 0..steps {
                // SAFETY: both tables have so many slots left; the caller's promise.
                unsafe { self.step(&mut at, len, late, takes) };
            }
        }
        // One table has ended, so the words that are left are in the other alone.
        let rests = self.rests(at);
        for (rest, taken) in rests.into_iter().zip([takes(true, false), takes(false, true)]) {
            for &word in if taken { rest } else { &[] } {
                // SAFETY: the caller's promise.
                unsafe { self.push(&mut at, len, late, word) };
            }
        }
    }
}

/// Returns how many words `merge` takes from the two tables, including the empty one.
pub(super) fn count<S: Downward, T: Downward>(
    merge: Merge,
    first: &Raw<S>,
    second: &Raw<T>,
) -> usize {
    Merged::new(first, second).filter(merge.filter()).count()
}
