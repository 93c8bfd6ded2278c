//! The header of a table: its size, its limits and its counts.

use crate::layout::{Class, Geometry, MaxLoad, Offset, max_entries};

/// The header of a table.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Control {
    pub(super) geometry: Geometry,
    /// How many groups after its alternate a stashed entry may lie. 0 means nothing is stashed.
    pub(super) span: usize,
    /// Entries in the table.
    pub(super) len: usize,
    /// Entries at which it counts as full.
    pub(super) max: usize,
    /// Stashed entries among them.
    pub(super) stashed: usize,
    /// Bit `8 * (home number mod 8) + class`: a key like that is or was stashed, so the filter bits
    /// of such homes may not be cleared.
    stash_map: u64,
}

impl Control {
    /// A table without lines: every lookup misses, every insert has to grow.
    pub(super) const NO_LINES: Control = Control::empty(Geometry::ONE, 0);

    /// An empty table.
    pub(super) const fn empty(geometry: Geometry, max: usize) -> Control {
        Control { geometry, len: 0, max, stashed: 0, span: 0, stash_map: 0 }
    }

    /// An empty table that fills up to `load`.
    pub(super) const fn with_load(geometry: Geometry, load: MaxLoad) -> Control {
        Control::empty(geometry, max_entries(geometry.groups(), load))
    }

    /// The same limits, and notes of stashed entries, for a table to which the entries are yet to be copied.
    pub(super) const fn without_entries(&self) -> Control {
        Control { len: 0, stashed: 0, ..*self }
    }

    /// Forgets the entries; the size stays.
    pub(super) fn clear(&mut self) {
        *self = Control::empty(self.geometry, self.max);
    }

    const fn stash_bit(home: Offset, class: Class) -> u64 {
        1 << (8 * (home.group() % 8) as u32 + class.get())
    }

    /// Must filter bit `class` of `home` stay, because a stashed entry may rely on it?
    pub(super) const fn pinned(&self, home: Offset, class: Class) -> bool {
        self.stash_map & Self::stash_bit(home, class) != 0
    }

    /// Records a new stashed entry, `distance` groups after its alternate.
    pub(super) fn add_stashed(&mut self, home: Offset, class: Class, distance: usize) {
        self.stashed += 1;
        self.span = self.span.max(distance);
        self.stash_map |= Self::stash_bit(home, class);
    }

    /// Records that a stashed entry is gone. With the last one the limits are reset.
    pub(super) fn remove_stashed(&mut self) {
        self.stashed -= 1;
        if self.stashed == 0 {
            self.span = 0;
            self.stash_map = 0;
        }
    }

    /// Has any stashed entry been there since the table was last without?
    pub(super) const fn has_stash_map(&self) -> bool {
        self.stash_map != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A flood costs its own homes, not all others.
    #[test]
    #[cfg_attr(miri, ignore = "pure arithmetic, and much of it")]
    fn a_stashed_entry_pins_an_eighth_of_the_filter_bits_of_its_class() {
        let geometry = Geometry::largest_within(32).unwrap();
        let kinds = || (0..32).flat_map(|home| (0..8).map(move |class| (home, Class::new(class))));
        for (home, class) in kinds() {
            let mut control = Control::with_load(geometry, MaxLoad::default());
            control.add_stashed(geometry.at(home), class, 1);
            for (other, other_class) in kinds() {
                let expected = (other % 8, other_class) == (home % 8, class);
                assert_eq!(control.pinned(geometry.at(other), other_class), expected);
            }
            control.remove_stashed();
            assert!(!control.pinned(geometry.at(home), class) && !control.has_stash_map());
        }
    }
}
