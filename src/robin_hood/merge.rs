//! Two tables of one order, read side by side.
//!
//! [`Merged`] is an iterator, for whatever is done with one word at a time. [`fill_merged`] makes a
//! new table of sets: it takes the words out of their gaps into two small buffers first, and from
//! there no branch depends on which of two words is the lesser.

use core::iter::{FusedIterator, Peekable};

use super::{fill::Filler, insert::Place, iter::Words, raw::Raw, shape::EMPTY};
use crate::{error::Error, probe::lesser, storage::Downward};

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

/// Slots that are read at once: 2 KiB of stack for each of the two tables.
const BLOCK_SLOTS: usize = 256;

/// Words taken out of the gaps between them, a block at a time.
struct Packed<'a> {
    slots: core::slice::Chunks<'a, u64>,
    words: [u64; BLOCK_SLOTS],
    /// Those of `words` that are still to come.
    next: usize,
    end: usize,
}

impl<'a> Packed<'a> {
    fn new(slots: &'a [u64]) -> Packed<'a> {
        Packed { slots: slots.chunks(BLOCK_SLOTS), words: [EMPTY; BLOCK_SLOTS], next: 0, end: 0 }
    }

    /// The words at hand; none only if there are no more.
    #[inline]
    fn words(&mut self) -> &[u64] {
        while self.next == self.end {
            let Some(slots) = self.slots.next() else { break };
            let mut packed = 0;
            for &word in slots {
                if let Some(to) = self.words.get_mut(packed) {
                    *to = word;
                }
                packed += usize::from(word != EMPTY);
            }
            (self.next, self.end) = (0, packed);
        }
        self.words.get(self.next..self.end).unwrap_or(&[])
    }

    /// The first `taken` words at hand are done with.
    #[inline]
    fn take(&mut self, taken: usize) {
        self.next = (self.next + taken).min(self.end);
    }
}

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
        let shape = self.shape;
        let (slots, values) = self.slots_and_values();
        let mut filler = Filler::new(shape, slots, values);
        let (one, two) = (first.slots(), second.slots());
        // One loop for each, in which the question what to take is settled.
        match merge {
            Merge::Union => fill(&mut filler, one, two, |a, b| Merge::Union.takes(a, b)),
            Merge::Intersection => {
                fill(&mut filler, one, two, |a, b| Merge::Intersection.takes(a, b))
            }
            Merge::Difference => fill(&mut filler, one, two, |a, b| Merge::Difference.takes(a, b)),
            Merge::SymmetricDifference => {
                fill(&mut filler, one, two, |a, b| Merge::SymmetricDifference.takes(a, b))
            }
        }?;
        let in_slots = filler.len();
        let zero = merge.takes(first.zero.is_some(), second.zero.is_some());
        self.zero = zero.then_some(0);
        self.len = in_slots + usize::from(zero);
        Ok(())
    }
}

/// Fills with the words of `first` and `second` for which `takes(in_first, in_second)`.
#[inline]
fn fill(
    filler: &mut Filler<'_>,
    first: &[u64],
    second: &[u64],
    takes: impl Fn(bool, bool) -> bool,
) -> Result<(), Error> {
    let (mut first, mut second) = (Packed::new(first), Packed::new(second));
    loop {
        let (ones, twos) = (first.words(), second.words());
        let (mut one, mut two) = (0, 0);
        while let (Some(&a), Some(&b)) = (ones.get(one), twos.get(two)) {
            let (in_first, in_second) = (a <= b, b <= a);
            let mask = u64::from(takes(in_first, in_second)).wrapping_neg();
            filler.push_or_skip(lesser(a, b) & mask)?;
            one += usize::from(in_first);
            two += usize::from(in_second);
        }
        if ones.is_empty() || twos.is_empty() {
            // One table has no more words, so those of the other are in it alone.
            (one, two) = (ones.len(), twos.len());
            if one == two {
                return Ok(());
            }
            for (words, taken) in [(ones, takes(true, false)), (twos, takes(false, true))] {
                for &word in if taken { words } else { &[] } {
                    filler.push_or_skip(word)?;
                }
            }
        }
        first.take(one);
        second.take(two);
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
