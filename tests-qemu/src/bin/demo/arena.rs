//! The memory of all tables: one static array of lines, handed out in order, never returned.

use core::mem;

use heptad::layout::{LINE_BYTES, Line, MaxLoad, log2_groups_for};
use heptad::lockfree::arena_layout;
use heptad::storage::Region;
use spin::{Mutex, MutexGuard};

/// 4 MiB. Zeros, so they take no room in the image.
static LINES: Mutex<[Line; 1 << 16]> = Mutex::new([Line::EMPTY; 1 << 16]);

/// The cache lines that are still free.
pub(crate) struct Arena {
    rest: &'static mut [Line],
}

impl Arena {
    /// All of the memory, for the first caller; a second call waits for ever.
    pub(crate) fn take_all() -> Arena {
        let lines = MutexGuard::leak(LINES.lock());
        Arena { rest: lines }
    }

    /// Lines for a table or a set of `entries`: one per group.
    pub(crate) fn for_set(&mut self, entries: usize) -> Region<'static> {
        self.take_groups(entries, 1)
    }

    /// Lines for a map of `entries`: one per group for the keys, one for the values.
    pub(crate) fn for_map(&mut self, entries: usize) -> Region<'static> {
        self.take_groups(entries, 2)
    }

    /// Lines for a lock-free map of `entries`.
    pub(crate) fn for_lockfree(&mut self, entries: usize) -> Region<'static> {
        let layout = arena_layout(entries).expect("a sane number of entries");
        self.take_lines(layout.size() / LINE_BYTES)
    }

    fn take_groups(&mut self, entries: usize, lines_per_group: usize) -> Region<'static> {
        let log2 = log2_groups_for(entries, MaxLoad::default()).expect("a sane number of entries");
        self.take_lines(lines_per_group << log2)
    }

    fn take_lines(&mut self, lines: usize) -> Region<'static> {
        let (taken, rest) = mem::take(&mut self.rest).split_at_mut(lines);
        self.rest = rest;
        Region::from_lines(taken).expect("at least one line")
    }
}
