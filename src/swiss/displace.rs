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

use super::{
    value::Value,
    view::{Place, Writer},
};
use crate::{
    layout::{Class, Offset, SLOTS, Slot, SlotByte, SlotMask, Word},
    probe,
};

/// Groups that a search looks at before it gives up. At 15/16 load the 99th percentile is 8.
const SEARCH_NODES: usize = 128;

// The most lines of an insertion, which docs/measurements.md and the C header state: each group of a search, and the groups
// that its residents lead to.
const _: () = assert!(2 + SEARCH_NODES * SLOTS == 898);

/// Slots of a group whose residents' other groups are looked at together; the rest only if none of them has room.
const FIRST_SLOTS: usize = 4;

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
    /// The nodes are left as they are: a constant's would be copied.
    #[inline(always)]
    fn new() -> Search {
        Search { nodes: [const { MaybeUninit::uninit() }; SEARCH_NODES], known: 0 }
    }

    /// Takes a group in, if there is room.
    fn add(&mut self, node: Node) {
        if let Some(free) = self.nodes.get_mut(self.known) {
            free.write(node);
            self.known += 1;
        }
    }

    /// The group that was met as number `index`.
    #[inline]
    fn node(&self, index: usize) -> Option<Node> {
        let node = self.nodes.get(index).filter(|_| index < self.known)?;
        // SAFETY: initialised, as the index is below `known`.
        Some(unsafe { node.assume_init() })
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
        for offset in [home, alternate] {
            search.add(Node { offset, from: None });
        }
        let mut index = 0;
        while let Some(node) = search.node(index) {
            let is_root = node.from.is_none();
            if let Some(free) = if is_root { None } else { self.displace_one_step(node.offset) } {
                return Some(self.move_chain(&search, node, free));
            }
            for (slot, class) in one_of_each_class(self.word(node.offset)) {
                let offset = self.geometry().alternate(node.offset, class);
                search.add(Node { offset, from: Some((index as u8, slot)) });
            }
            index += 1;
        }
        None
    }

    /// Fills the free slot of `node` from its parent, and so on up to a root. Returns the slot that is
    /// free there in the end.
    fn move_chain(&mut self, search: &Search, mut node: Node, mut free: Place) -> Place {
        while let Some((index, slot)) = node.from {
            let Some(parent) = search.node(usize::from(index)) else { break };
            let from = Place::new(parent.offset, slot);
            // SAFETY: the resident that leads to the free slot, as the search saw it: a shortest chain meets no
            // group twice, so it still is there. The move before left that slot free.
            unsafe { self.move_resident(from, free) };
            (node, free) = (parent, from);
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
        .without(probe::match_slots(word, SlotByte::STASHED))
}

/// Slots with displaced residents of `class`: they all have the same home.
pub(super) fn displaced_of(word: Word, class: Class) -> SlotMask {
    word.displaced_like(class).without(probe::match_slots(word, SlotByte::STASHED))
}
