//! Moving residents between their two groups.
//!
//! ```text
//!   full home ──move──> resident's other group, which has room       (one step)
//!   full home ──> full ──> full ──> has room                         (a chain, found by
//!         <── moves happen from the far end backwards ──               breadth-first search)
//! ```
//!
//! A group's residents lead to at most seven other groups, all those of one class to the same. The search reads
//! metadata words only; it keeps the groups that it has met, and meets none twice. Hence each move's source and target
//! stay what they were when the search saw them. After each single move all invariants hold.
//!
//! An insertion reads at most 198 lines before it stashes its entry: its home and its alternate, the 14 groups that
//! their residents lead to, and 182 more that a search takes in. In the longest chain these are in one row, and the
//! values of 182 residents move along.

use core::mem::MaybeUninit;

use super::{
    value::Value,
    view::{Place, Writer},
};
use crate::{
    layout::{Class, Offset, SLOTS, Slot, SlotByte, SlotMask, Word},
    probe,
};

/// Groups that a search takes in before it gives up.
const SEARCH_GROUPS: usize = 184;

// The most lines of an insertion, which docs/measurements.md and the C header state. The groups that the residents of
// home and alternate lead to are counted twice: in a large table the search may take some of them for others.
const _: () = assert!(SEARCH_GROUPS + 2 * SLOTS == 198);

/// Bits of the set of groups that a search has met.
const MET_BITS: usize = 1024;

/// Slots of a group whose residents' other groups are looked at together; the rest only if none of them has room.
const FIRST_SLOTS: usize = 4;

/// The group that a search met as number `.0` led to another one, by its resident in slot `.1`.
type Step = (u8, Slot);

const _: () = assert!(SEARCH_GROUPS <= 1 << u8::BITS);

/// The groups that a slot is wanted in: the first that a search takes in, by no step. It takes both in, as the numbers
/// of home and alternate differ in their lowest bit; in a table of one group, where they are the same, nothing leads
/// on.
const ROOTS: usize = 2;

const _: () = assert!(MET_BITS % 2 == 0);

/// Stands for the step to a root.
const NO_STEP: Step = (0, Slot::ALL[0]);

/// The groups that a search has met, in the order in which it met them: 2 KB of stack.
struct Search {
    /// Initialised below `known`.
    offsets: [MaybeUninit<Offset>; SEARCH_GROUPS],
    /// The steps to them. Initialised below `known`.
    steps: [MaybeUninit<Step>; SEARCH_GROUPS],
    known: usize,
    /// The set of their numbers modulo [`MET_BITS`]. A group of a larger table may be left out for another one.
    met: [u64; MET_BITS / 64],
}

impl Search {
    /// What is not initialised is left as it is: a constant's would be copied.
    #[inline(always)]
    fn new() -> Search {
        Search {
            offsets: [const { MaybeUninit::uninit() }; SEARCH_GROUPS],
            steps: [const { MaybeUninit::uninit() }; SEARCH_GROUPS],
            known: 0,
            met: [0; MET_BITS / 64],
        }
    }

    /// Takes a group in. Returns whether it is a new one, and there was room for it.
    #[inline]
    fn add(&mut self, offset: Offset, step: Step) -> bool {
        let number = offset.group() % MET_BITS;
        let (met, bit) = (&mut self.met[number / 64], 1 << (number % 64));
        if *met & bit != 0 {
            return false;
        }
        // Not by index: the compiler does not see that the store to the set leaves `known` as it is.
        let (free_offset, free_step) =
            (self.offsets.get_mut(self.known), self.steps.get_mut(self.known));
        let (Some(free_offset), Some(free_step)) = (free_offset, free_step) else { return false };
        *met |= bit;
        free_offset.write(offset);
        free_step.write(step);
        self.known += 1;
        true
    }

    /// The group that was met as number `index`, and the step to it, unless it is a root.
    #[inline]
    fn group(&self, index: usize) -> Option<(Offset, Option<Step>)> {
        let offset = self.offsets.get(index).filter(|_| index < self.known)?;
        // SAFETY: initialised, as the index is below `known`.
        let offset = unsafe { offset.assume_init() };
        // SAFETY: as above.
        let step = unsafe { self.steps[index].assume_init() };
        Some((offset, (index >= ROOTS).then_some(step)))
    }
}

impl<T, V: ?Sized + Value> Writer<'_, T, V> {
    /// Frees a slot in `home` or `alternate`, both full, or returns `None` if none can be freed.
    pub(super) fn displace(&mut self, home: Offset, alternate: Offset) -> Option<Place> {
        self.displace_one_step(home)
            .or_else(|| self.displace_one_step(alternate))
            .or_else(|| self.displace_chain(home, alternate))
    }

    /// Moves one resident of the full group at `offset` to its other group, if that has room. A displaced one
    /// is preferred: its lookups touch one line less afterwards.
    fn displace_one_step(&mut self, offset: Offset) -> Option<Place> {
        let word = self.word(offset);
        let (first, rest) = Slot::ALL.split_at(FIRST_SLOTS);
        let mut movable = self.movable(offset, word, first);
        if movable.is_empty() {
            movable = self.movable(offset, word, rest);
        }
        let slot = movable.preferring(word.displaced()).lowest()?;
        let other = self.geometry().alternate(offset, word.slot_byte(slot).class());
        let free = probe::free_slot(self.word(other))?;
        let from = Place::new(offset, slot);
        // SAFETY: a resident of `offset`, and a free slot of its other group.
        unsafe { self.move_resident(from, Place::new(other, free)) };
        Some(from)
    }

    /// Those of `slots`, in the full group at `offset`, whose resident has room in its other group. A branch
    /// per slot could not be predicted, so each answer is computed, and the caller branches once.
    #[inline(always)]
    fn movable(&self, offset: Offset, word: Word, slots: &[Slot]) -> SlotMask {
        let has_room = |slot: Slot| {
            let other = self.geometry().alternate(offset, word.slot_byte(slot).class());
            self.word(other).has_free_slot()
        };
        SlotMask::of(slots, has_room).without(probe::match_slots(word, SlotByte::STASHED))
    }

    /// Searches for a shortest chain of moves that ends in a free slot, and makes them. No resident of the
    /// two groups themselves can be moved at once.
    #[cold]
    #[inline(never)]
    fn displace_chain(&mut self, home: Offset, alternate: Offset) -> Option<Place> {
        let mut search = Search::new();
        for root in [home, alternate] {
            search.add(root, NO_STEP);
        }
        let mut index = 0;
        while let Some((offset, _)) = search.group(index) {
            let word = self.word(offset);
            for slot in residents(word) {
                let other = self.geometry().alternate(offset, word.slot_byte(slot).class());
                let step = (index as u8, slot);
                if !search.add(other, step) {
                    continue;
                }
                if let Some(free) = probe::free_slot(self.word(other)) {
                    return Some(self.move_chain(&search, step, Place::new(other, free)));
                }
            }
            index += 1;
        }
        None
    }

    /// Fills the free slot `free` by the step that led to its group, and so on up to one of the first two groups.
    /// Returns the slot that is free there in the end.
    fn move_chain(&mut self, search: &Search, last: Step, mut free: Place) -> Place {
        let mut next = Some(last);
        while let Some((index, slot)) = next {
            let Some((offset, step)) = search.group(usize::from(index)) else { break };
            let from = Place::new(offset, slot);
            // SAFETY: the resident that leads to the free slot, as the search saw it: it meets no group twice, so the
            // resident still is there. The move before left that slot free.
            unsafe { self.move_resident(from, free) };
            (next, free) = (step, from);
        }
        free
    }

    /// Moves the resident at `from`, not stashed, to the free slot `to` of its other group, and keeps
    /// the filter bit of its home true (W2, W4, W5).
    ///
    /// # Safety
    ///
    /// The slot of `from` is not free, that of `to` is, and both are of this table.
    unsafe fn move_resident(&mut self, from: Place, to: Place) {
        let byte = self.slot_byte(from);
        // SAFETY: the caller's promise.
        unsafe { self.relocate(from, to) };
        let (left, entered) = (from.offset(), to.offset());
        let (home, alternate) = if byte.is_displaced() { (entered, left) } else { (left, entered) };
        self.settle_filter(home, byte.class(), alternate);
    }

    /// Sets filter bit `class` of `home` if a key of it is in `alternate` or may be stashed, and clears it if not.
    pub(super) fn settle_filter(&mut self, home: Offset, class: Class, alternate: Offset) {
        self.set_filter_for(home, class, displaced_of(self.word(alternate), class));
    }

    /// [`settle_filter`](Self::settle_filter) where the displaced residents of `class` are known.
    pub(super) fn set_filter_for(&mut self, home: Offset, class: Class, displaced: SlotMask) {
        let needed = !displaced.is_empty() | self.control.pinned(home, class);
        let word = self.word(home).with_filter_bit(class, needed);
        // SAFETY: no slot byte changes.
        unsafe { self.set_word(home, word) }
    }
}

/// Slots whose entries are in one of their two groups.
fn residents(word: Word) -> SlotMask {
    SlotMask::ALL
        .without(probe::match_slots(word, SlotByte::FREE))
        .without(probe::match_slots(word, SlotByte::STASHED))
}

/// Slots with displaced residents of `class`: they all have the same home.
pub(super) fn displaced_of(word: Word, class: Class) -> SlotMask {
    word.displaced_like(class).without(probe::match_slots(word, SlotByte::STASHED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Geometry;

    #[test]
    fn a_search_takes_in_each_group_once_and_so_many_in_all() {
        let geometry = Geometry::largest_within(2 * MET_BITS).unwrap();
        let step = (3, Slot::ALL[4]);
        for first in (0..MET_BITS).step_by(SEARCH_GROUPS) {
            let mut search = Search::new();
            for number in first..MET_BITS.min(first + SEARCH_GROUPS) {
                assert!(search.add(geometry.at(number), step), "{number}");
                assert!(!search.add(geometry.at(number), step), "{number} is there");
                assert!(!search.add(geometry.at(number + MET_BITS), step), "it shares a bit");
                let index = number - first;
                let expected = (geometry.at(number), (index >= 2).then_some(step));
                assert_eq!(search.group(index), Some(expected));
                assert_eq!(search.group(index + 1), None);
            }
        }
        let mut search = Search::new();
        assert!((0..SEARCH_GROUPS).all(|number| search.add(geometry.at(number), step)));
        assert!(!search.add(geometry.at(SEARCH_GROUPS), step), "it is full");
    }
}
