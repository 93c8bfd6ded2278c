//! Moving residents between their two groups.
//!
//! ```text
//!   full home ──move──> resident's other group, which has room       (one step)
//!   full home ──> full ──> full ──> has room                         (a chain, found by
//!         <── moves happen from the far end backwards ──               breadth-first search)
//! ```
//!
//! A group's residents lead to at most seven other groups, all those of one class to the same, so that
//! one of each class is enough to look at. The search reads metadata words only and
//! finds a shortest chain, so a chain never meets a group twice: were it to, the part between the
//! two visits could be left out, and the shorter chain would have been found before. Hence each
//! move's source and target stay what they were when the search saw them. After each single move all
//! invariants hold.

use core::mem::MaybeUninit;

use super::view::{Place, Writer};
use crate::{
    layout::{Class, Offset, SLOTS, Slot, SlotByte, SlotMask, Word},
    probe,
};

/// Groups that a search looks at before it gives up. At 15/16 load the 99th percentile is 8.
const SEARCH_NODES: usize = 128;

// The most lines of an insertion, which docs/measurements.md and the C header state: each group of a search, and the groups
// that its residents lead to.
const _: () = assert!(2 + SEARCH_NODES * SLOTS == 898);

/// A full group met by a search.
#[derive(Clone, Copy)]
struct Node {
    offset: Offset,
    /// The node before it, and the slot there whose resident leads here. None for the two groups
    /// that a slot is wanted in.
    from: Option<(u8, Slot)>,
}

/// The groups that a search has met, in the order in which it met them: 2 KiB of stack, of which
/// only what is used is touched.
struct Search {
    /// Initialised below `known`.
    nodes: [MaybeUninit<Node>; SEARCH_NODES],
    known: usize,
}

impl Search {
    const EMPTY: Search = Search { nodes: [MaybeUninit::uninit(); SEARCH_NODES], known: 0 };

    /// Takes a group in, if there is room.
    fn add(&mut self, node: Node) {
        if let Some(free) = self.nodes.get_mut(self.known) {
            free.write(node);
            self.known += 1;
        }
    }

    /// The group that was met as number `index`.
    fn node(&self, index: usize) -> Option<Node> {
        let node = self.nodes.get(index).filter(|_| index < self.known)?;
        // SAFETY: initialised, as the index is below `known`.
        Some(unsafe { node.assume_init() })
    }
}

impl<T, V> Writer<'_, T, V> {
    /// Frees a slot in `home` or `alternate`, both full, or returns `None` if none can be freed.
    pub(super) fn displace(&mut self, home: Offset, alternate: Offset) -> Option<Place> {
        self.displace_one_step(home)
            .or_else(|| self.displace_one_step(alternate))
            .or_else(|| self.displace_chain(home, alternate))
    }

    /// Moves one resident of `offset` to its other group, if one has room there.
    fn displace_one_step(&mut self, offset: Offset) -> Option<Place> {
        let word = self.word(offset);
        for (slot, class) in one_of_each_class(word) {
            let other = self.geometry().alternate(offset, class);
            if let Some(free) = probe::free_slot(self.word(other)) {
                let from = Place::new(offset, slot);
                // SAFETY: a resident of `offset`, and a free slot of its other group.
                unsafe { self.move_resident(from, Place::new(other, free)) };
                return Some(from);
            }
        }
        None
    }

    /// Searches for a shortest chain of moves that ends in a free slot, and makes them.
    #[cold]
    #[inline(never)]
    fn displace_chain(&mut self, home: Offset, alternate: Offset) -> Option<Place> {
        let mut search = Search::EMPTY;
        search.add(Node { offset: home, from: None });
        search.add(Node { offset: alternate, from: None });
        let mut index = 0;
        while let Some(node) = search.node(index) {
            let word = self.word(node.offset);
            for (slot, class) in one_of_each_class(word) {
                let other = self.geometry().alternate(node.offset, class);
                if let Some(free) = probe::free_slot(self.word(other)) {
                    let from = Place::new(node.offset, slot);
                    // SAFETY: a resident of the node's group, and a free slot of its other group.
                    unsafe { self.move_resident(from, Place::new(other, free)) };
                    return Some(self.move_chain(&search, node, from));
                }
                search.add(Node { offset: other, from: Some((index as u8, slot)) });
            }
            index += 1;
        }
        None
    }

    /// Fills the hole in `node` from its parent, and so on up to a root. Returns the hole that is
    /// left there.
    fn move_chain(&mut self, search: &Search, mut node: Node, mut hole: Place) -> Place {
        while let Some((index, slot)) = node.from {
            let Some(parent) = search.node(usize::from(index)) else { break };
            let from = Place::new(parent.offset, slot);
            // SAFETY: the resident that leads to the hole, as the search saw it: a shortest chain meets no
            // group twice, so it still is there. The hole was left by the move before.
            unsafe { self.move_resident(from, hole) };
            (node, hole) = (parent, from);
        }
        hole
    }

    /// Moves the resident at `from`, not deep, to the free slot `to` of its other group, and keeps
    /// the filter bit of its home true (W2, W4, W5).
    ///
    /// # Safety
    ///
    /// The slot of `from` is not free, that of `to` is, and both are of this table.
    pub(super) unsafe fn move_resident(&mut self, from: Place, to: Place) {
        let byte = self.slot_byte(from);
        // SAFETY: the caller's promise.
        let (entry, value) = unsafe { self.empty(from) };
        // SAFETY: the caller's promise.
        unsafe { self.fill(to, byte.moved(), entry, value) };
        let (left, entered) = (from.offset(self.geometry()), to.offset(self.geometry()));
        if byte.is_away() {
            self.settle_filter(entered, byte.class(), left);
        } else {
            self.set_filter(left, byte.class());
        }
    }

    /// Clears filter bit `class` of `home` unless a key of it still is in `alternate` or deep.
    pub(super) fn settle_filter(&mut self, home: Offset, class: Class, alternate: Offset) {
        let displaced = displaced_of(self.word(alternate), class);
        if displaced.is_empty() && !self.control.frozen(home, class) {
            self.clear_filter(home, class);
        }
    }
}

/// The lowest resident of each class that has any: what the others of that class lead to is the same.
fn one_of_each_class(word: Word) -> impl Iterator<Item = (Slot, Class)> {
    let mut seen = 0u8;
    residents(word).filter_map(move |slot| {
        let class = word.slot_byte(slot).class();
        let before = seen;
        seen |= 1 << class.get();
        (seen != before).then_some((slot, class))
    })
}

/// Slots whose entries are in one of their two groups.
fn residents(word: Word) -> SlotMask {
    SlotMask::ALL
        .without(probe::match_slots(word, SlotByte::FREE))
        .without(probe::match_slots(word, SlotByte::DEEP))
}

/// Slots with displaced residents of `class`: they all have the same home.
pub(super) fn displaced_of(word: Word, class: Class) -> SlotMask {
    // The low four bits of a slot byte are class and away bit; a deep byte looks like class 0.
    const LOW_NIBBLES: u64 = 0x0f0f_0f0f_0f0f_0f0f;
    let away = SlotByte((class.get() as u8) << 1 | 1);
    probe::match_slots(Word(word.0 & LOW_NIBBLES), away)
        .without(probe::match_slots(word, SlotByte::DEEP))
}
