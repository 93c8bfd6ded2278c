//! Storages and sizes, as inputs choose them.

use arbitrary::Arbitrary;
use heptad::{
    Error, Rejected,
    layout::{Line, MaxLoad},
    storage::{Heap, Region, Storage},
};

/// Lines of inline tables: not a power of two, so that some stay unused.
pub(crate) const INLINE_LINES: usize = 11;

/// The storage of a table's lines. A size is a number of lines; the first is that of the initial
/// table, the others are those of storages for it to move into.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Memory {
    /// Inside the table.
    Inline,
    /// In provided memory.
    Region([u8; 3]),
    /// On the heap.
    Heap([u8; 3]),
}

/// The memory for provided storages of these sizes.
pub(crate) fn arenas(sizes: [u8; 3]) -> [Vec<Line>; 3] {
    sizes.map(|size| vec![Line::EMPTY; lines(size).max(1)])
}

/// Storages in those arenas.
pub(crate) fn regions(arenas: &mut [Vec<Line>; 3]) -> [Region<'_>; 3] {
    arenas.each_mut().map(|arena| Region::from_lines(arena).expect("an arena has a line"))
}

/// Storages of these sizes on the heap; a size may be zero.
pub(crate) fn heaps(sizes: [u8; 3]) -> [Heap; 3] {
    sizes.map(|size| Heap::try_with_lines(lines(size)).expect("there is memory"))
}

/// Checks the answer of a move into a storage of `lines` lines, of which the entries need `needed`. Returns whether
/// they have moved, and the storage that is free now.
pub(crate) fn check_move<S: Storage>(
    moved: Result<S, Rejected<S>>,
    lines: usize,
    needed: usize,
) -> (bool, S) {
    match moved {
        Ok(old) => {
            assert!(lines >= needed);
            (true, old)
        }
        Err(Rejected { error, value }) => {
            assert!(lines < needed, "refused without need");
            let expected = Error::TooSmall { needed_bytes: 64 * needed, given_bytes: 64 * lines };
            assert_eq!((error, value.lines()), (expected, lines));
            (false, value)
        }
    }
}

/// Mostly few lines: in small tables groups interact more often.
fn lines(size: u8) -> usize {
    usize::from(size % 36)
}

/// The load at which a table counts as full.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Load {
    /// 15/16.
    FifteenSixteenths,
    /// 7/8.
    SevenEighths,
    /// 3/4.
    ThreeQuarters,
}

impl Load {
    /// The same as the crate's type.
    pub fn max_load(self) -> MaxLoad {
        match self {
            Load::FifteenSixteenths => MaxLoad::FifteenSixteenths,
            Load::SevenEighths => MaxLoad::SevenEighths,
            Load::ThreeQuarters => MaxLoad::ThreeQuarters,
        }
    }

    /// The capacity of a table of `groups` groups, in plain arithmetic.
    pub(crate) fn capacity(self, groups: usize) -> usize {
        let sixteenths = match self {
            Load::FifteenSixteenths => 15,
            Load::SevenEighths => 14,
            Load::ThreeQuarters => 12,
        };
        7 * groups * sixteenths / 16
    }

    /// The least power of two of groups with room for `entries`.
    pub(crate) fn groups_for(self, entries: usize) -> usize {
        let mut groups = 1;
        while self.capacity(groups) < entries {
            groups *= 2;
        }
        groups
    }

    /// The capacity of a table over `lines` lines, of which each group takes `group_bytes`.
    pub(crate) fn capacity_within(self, lines: usize, group_bytes: usize) -> usize {
        match (lines * 64 / group_bytes).checked_ilog2() {
            Some(log2) => self.capacity(1 << log2),
            None => 0,
        }
    }
}
