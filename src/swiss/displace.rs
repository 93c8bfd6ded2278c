//! Moving residents between their two groups.
//!
//! ```text
//!   full home ──move──> resident's other group, which has room       (one step)
//!   full home ──> full ──> full ──> has room                         (a chain, found by
//!         <── moves happen from the far end backwards ──               breadth-first search)
//! ```
//!
//! A group's residents lead to at most seven other groups. The search reads metadata words only and
//! visits no group twice, so a chain never meets itself: each move's source and target stay what
//! they were when the search saw them. After each single move all invariants hold.

use super::view::{Place, Writer};
use crate::{
    layout::{Class, Offset, Slot, SlotByte, SlotMask, Word},
    probe,
};

/// Groups that a search looks at before it gives up. At 15/16 load the 99th percentile is 8.
const SEARCH_NODES: usize = 128;

/// A full group met by the search: reached by moving away the resident of `slot` in `parent`.
#[derive(Clone, Copy)]
struct Node {
    offset: Offset,
    parent: u8,
    slot: Slot,
}

/// The groups that a search has met, in the order in which it met them: 2 KiB of stack.
struct Search {
    nodes: [Node; SEARCH_NODES],
    /// Nodes at the front that have no parent.
    roots: usize,
    /// Nodes in all.
    known: usize,
}

impl Search {
    fn from_roots(home: Offset, alternate: Offset) -> Search {
        let root = |offset| Node { offset, parent: 0, slot: Slot::ALL[0] };
        let mut search = Search { nodes: [root(home); SEARCH_NODES], roots: 1, known: 1 };
        search.add(root(alternate));
        search.roots = search.known;
        search
    }

    /// Node `index`, which is known. The remainder changes nothing, and spares a check that would
    /// have to panic.
    fn node(&self, index: usize) -> Node {
        self.nodes[index % SEARCH_NODES]
    }

    /// Takes a group in, unless it is known already or there is no more room.
    fn add(&mut self, new: Node) {
        let seen = self.nodes.iter().take(self.known).any(|node| node.offset == new.offset);
        if !seen && self.known < SEARCH_NODES {
            self.nodes[self.known] = new;
            self.known += 1;
        }
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
        for slot in residents(self.word(offset)) {
            let from = Place { offset, slot };
            if let Some(to) = self.room_elsewhere(from) {
                self.move_resident(from, to);
                return Some(from);
            }
        }
        None
    }

    /// A free slot in the other group of the resident at `from`.
    fn room_elsewhere(&self, from: Place) -> Option<Place> {
        let offset = self.other_group(from);
        probe::free_slot(self.word(offset)).map(|slot| Place { offset, slot })
    }

    /// The other of the two groups of the resident at `place`, which is not deep.
    fn other_group(&self, place: Place) -> Offset {
        let class = self.word(place.offset).slot_byte(place.slot).class();
        self.geometry().alternate(place.offset, class)
    }

    /// Searches for the shortest chain of moves that ends in a free slot, and makes them.
    #[cold]
    #[inline(never)]
    fn displace_chain(&mut self, home: Offset, alternate: Offset) -> Option<Place> {
        let mut search = Search::from_roots(home, alternate);
        let mut next = 0;
        while next < search.known {
            let here = search.node(next).offset;
            for slot in residents(self.word(here)) {
                let from = Place { offset: here, slot };
                if let Some(to) = self.room_elsewhere(from) {
                    self.move_resident(from, to);
                    return Some(self.move_chain(&search, next, from));
                }
                search.add(Node { offset: self.other_group(from), parent: next as u8, slot });
            }
            next += 1;
        }
        None
    }

    /// Fills the hole in node `index` from its parent, and so on up to a root. Returns the hole
    /// that is left there.
    fn move_chain(&mut self, search: &Search, mut index: usize, mut hole: Place) -> Place {
        while index >= search.roots {
            let node = search.node(index);
            index = usize::from(node.parent);
            let from = Place { offset: search.node(index).offset, slot: node.slot };
            self.move_resident(from, hole);
            hole = from;
        }
        hole
    }

    /// Moves the resident at `from`, not deep, to the free slot `to` of its other group, and keeps
    /// the filter bit of its home true (W2, W4, W5).
    pub(super) fn move_resident(&mut self, from: Place, to: Place) {
        let byte = self.word(from.offset).slot_byte(from.slot);
        // SAFETY: `from` holds a resident, so its slot is not free.
        let (entry, value) = unsafe { self.empty(from) };
        self.fill(to, byte.moved(), entry, value);
        if byte.is_away() {
            self.settle_filter(to.offset, byte.class(), from.offset);
        } else {
            let home = self.word(from.offset);
            self.set_word(from.offset, home.with_filter(byte.class()));
        }
    }

    /// Clears filter bit `class` of `home` unless a key of it still is in `alternate` or deep.
    pub(super) fn settle_filter(&mut self, home: Offset, class: Class, alternate: Offset) {
        let displaced = displaced_of(self.word(alternate), class);
        if displaced.is_empty() && !self.control.frozen(home, class) {
            self.set_word(home, self.word(home).without_filter(class));
        }
    }
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
