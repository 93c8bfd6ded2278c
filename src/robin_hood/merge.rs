//! Two tables of one order, read side by side.
//!
//! [`Merged`] is an iterator, for whatever is done with one word at a time. A new table of two sets is
//! made by two [`Stream`]s at once, one for each half of all words.

use core::iter::{FusedIterator, Peekable};

use super::{
    fill::Filler,
    find::place_of,
    insert::Place,
    iter::Words,
    raw::{Parts, Raw},
    shape::{EMPTY, OVERFLOW_SLOTS, Shape},
};
use crate::{
    error::Error,
    probe::{greater, lesser},
    storage::Downward,
};

/// Which keys of two sets a merged one has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The keys of either.
    Union,
    /// The keys of both.
    Intersection,
    /// The keys of the first that the second has not.
    Difference,
    /// The keys that just one of them has.
    SymmetricDifference,
}

impl Merge {
    /// Does the result have a key that the first or the second has?
    #[inline(always)]
    pub(super) fn takes(self, in_first: bool, in_second: bool) -> bool {
        match self {
            Merge::Union => in_first | in_second,
            Merge::Intersection => in_first & in_second,
            Merge::Difference => in_first & !in_second,
            Merge::SymmetricDifference => in_first ^ in_second,
        }
    }

    /// The most keys that the result of two sets has.
    pub(super) fn most(self, first: usize, second: usize) -> usize {
        match self {
            Merge::Union | Merge::SymmetricDifference => first.saturating_add(second),
            Merge::Intersection => first.min(second),
            Merge::Difference => first,
        }
    }
}

/// A word that is in one of two tables, or in both, and where.
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
    /// Puts the words that `merge` makes of those of `first` and `second` into this table, which is
    /// empty and of the same order.
    ///
    /// [`Error::Crowded`] if the last of them find no slot.
    pub(super) fn fill_merged<T: Downward, U: Downward>(
        &mut self,
        merge: Merge,
        first: &Raw<T>,
        second: &Raw<U>,
    ) -> Result<(), Error> {
        // One loop for each, in which the question what to take is settled.
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
    ) -> Result<(), Error> {
        let shape = self.shape;
        let (one, two) = (first.halves(), second.halves());
        let middle = shape.home(MIDDLE);
        let (slots, _) = self.slots_and_values();
        let (below, above) = slots.split_at_mut_checked(middle).unwrap_or_default();
        let mut low = Stream::new([one.0, two.0], below, shape, 0);
        let mut high = Stream::new([one.1, two.1], above, shape, middle);
        let (mut low_at, mut high_at) = (Cursor::default(), Cursor::default());
        while low.is_running(low_at) && high.is_running(high_at) {
            low_at = low.step(low_at, takes);
            high_at = high.step(high_at, takes);
        }
        let in_slots = low.finish(low_at, takes) + high.finish(high_at, takes);
        let (late, lost) = (low.late, high.late.count);
        if lost > 0 {
            return Err(Error::Crowded);
        }
        if late.count > late.words.len() {
            return self.fill_slowly(first, second, takes);
        }
        self.zero = takes(first.zero.is_some(), second.zero.is_some()).then_some(0);
        self.len = in_slots + usize::from(self.zero.is_some());
        // What the lower half had no slot for goes into the upper one, in front of what stands there.
        for word in late.words.into_iter().take(late.count) {
            self.insert_within_capacity(word, 0)?;
        }
        Ok(())
    }

    /// As [`fill_taken`](Self::fill_taken), word by word: where they crowd together at the cut.
    #[cold]
    fn fill_slowly<T: Downward, U: Downward>(
        &mut self,
        first: &Raw<T>,
        second: &Raw<U>,
        takes: impl Fn(bool, bool) -> bool,
    ) -> Result<(), Error> {
        self.clear();
        let shape = self.shape;
        let Parts { slots, values, zero, len } = self.parts();
        let mut filler = Filler::new(shape, slots, values);
        for (word, in_first, in_second) in Merged::new(first, second) {
            if takes(in_first.is_some(), in_second.is_some()) {
                match word {
                    EMPTY => *zero = Some(0),
                    word => filler.push(word, 0)?,
                }
            }
        }
        *len = filler.len() + usize::from(zero.is_some());
        Ok(())
    }

    /// The slots of the words below [`MIDDLE`], and of the others.
    fn halves(&self) -> (&[u64], &[u64]) {
        let slots = self.slots();
        slots.split_at_checked(place_of(slots, self.shape, MIDDLE)).unwrap_or((slots, &[]))
    }
}

/// Where a merge is cut in two: half of all words are below.
const MIDDLE: u64 = 1 << 63;

/// One half of a merge of the slots of two tables.
///
/// An empty slot is the least word there is, so it is taken out as any other would be, and leaves
/// nothing. No branch depends on which of two words is the lesser. What a step waits for is which
/// slots the step before has come to; two halves have two such chains.
struct Stream<'a> {
    slots: [&'a [u64]; 2],
    /// Where the words go: the slots of a table from number `start` on.
    target: &'a mut [u64],
    shape: Shape,
    start: usize,
    late: Late,
}

/// How far a stream has come. By itself, so that a loop has it in registers.
#[derive(Clone, Copy, Default)]
struct Cursor {
    /// The next slots of the two tables.
    one: usize,
    two: usize,
    /// The slot behind the last word, and how many words there are.
    next: usize,
    len: usize,
}

/// Words for which there was no slot.
#[derive(Clone, Copy)]
struct Late {
    words: [u64; OVERFLOW_SLOTS],
    /// How many there were, more than fit perhaps.
    count: usize,
}

impl<'a> Stream<'a> {
    fn new(slots: [&'a [u64]; 2], target: &'a mut [u64], shape: Shape, start: usize) -> Self {
        let late = Late { words: [EMPTY; OVERFLOW_SLOTS], count: 0 };
        Stream { slots, target, shape, start, late }
    }

    /// Has neither table come to its end?
    #[inline(always)]
    fn is_running(&self, at: Cursor) -> bool {
        at.one < self.slots[0].len() && at.two < self.slots[1].len()
    }

    /// Takes the lesser of the next two words, or both if they are equal.
    #[inline(always)]
    fn step(&mut self, at: Cursor, takes: impl Fn(bool, bool) -> bool) -> Cursor {
        let (Some(&a), Some(&b)) = (self.slots[0].get(at.one), self.slots[1].get(at.two)) else {
            return at;
        };
        let (in_first, in_second) = (a <= b, b <= a);
        let mask = u64::from(takes(in_first, in_second)).wrapping_neg();
        let at = self.push(at, lesser(a, b) & mask);
        let (one, two) = (at.one + usize::from(in_first), at.two + usize::from(in_second));
        Cursor { one, two, ..at }
    }

    /// Puts `word` behind the others, and nothing for the empty one.
    #[inline(always)]
    fn push(&mut self, at: Cursor, word: u64) -> Cursor {
        // The home of the empty word is in front of all.
        let slot = greater(self.shape.home(word).saturating_sub(self.start), at.next);
        let is_word = usize::from(word != EMPTY);
        match self.target.get_mut(slot) {
            Some(to) => *to = word,
            None => {
                self.put_off(word);
                return at;
            }
        }
        Cursor { next: slot + is_word, len: at.len + is_word, ..at }
    }

    #[cold]
    fn put_off(&mut self, word: u64) {
        if word == EMPTY {
            return;
        }
        if let Some(to) = self.late.words.get_mut(self.late.count) {
            *to = word;
        }
        self.late.count += 1;
    }

    /// Takes all that is left; returns how many words found a slot.
    fn finish(&mut self, mut at: Cursor, takes: impl Fn(bool, bool) -> bool + Copy) -> usize {
        while self.is_running(at) {
            at = self.step(at, takes);
        }
        // One table has come to its end, so what is left of the other is in it alone.
        let [one, two] = self.slots;
        let rests = [one.get(at.one..), two.get(at.two..)];
        for (rest, taken) in rests.into_iter().zip([takes(true, false), takes(false, true)]) {
            for &word in rest.filter(|_| taken).unwrap_or(&[]) {
                at = self.push(at, word);
            }
        }
        at.len
    }
}

/// How many of the words of the two tables `merge` takes, the empty one included.
pub(super) fn count<S: Downward, T: Downward>(
    merge: Merge,
    first: &Raw<S>,
    second: &Raw<T>,
) -> usize {
    let taken = |found: &Found| merge.takes(found.1.is_some(), found.2.is_some());
    Merged::new(first, second).filter(taken).count()
}
