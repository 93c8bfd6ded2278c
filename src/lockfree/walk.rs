//! Walking over all entries while others change them.
//!
//! An entry never leaves its home, whatever place it has there. So a walk reads one home after the
//! other, each as it was at one instant: it meets every key that is there all the time exactly once,
//! and a key that comes or goes meanwhile once or not at all.

use super::{
    arena::{Home, Table},
    header::PLACES,
};

/// What a home showed at one instant: words of keys and values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entries {
    pairs: [(u64, u64); PLACES as usize],
    next: usize,
    end: usize,
}

impl Entries {
    pub(super) const NONE: Entries = Entries { pairs: [(0, 0); PLACES as usize], next: 0, end: 0 };

    fn push(&mut self, pair: (u64, u64)) {
        if let Some(free) = self.pairs.get_mut(self.end) {
            *free = pair;
            self.end += 1;
        }
    }
}

impl Iterator for Entries {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        let pair = self.pairs.get(..self.end)?.get(self.next)?;
        self.next += 1;
        Some(*pair)
    }
}

impl<'a> Table<'a> {
    /// The entries of a home. Its line, and one for each entry outside.
    pub(super) fn entries(self, home: Home<'a>) -> Entries {
        loop {
            let seen = home.header();
            let mut entries = Entries::NONE;
            for place in seen.places() {
                entries.push((self.key_at(home, place), self.value_at(home, seen, place)));
            }
            if home.still_shows(seen) {
                return entries;
            }
        }
    }

    /// How many entries there are: exact if nobody changes anything meanwhile. All bins' lines.
    pub(super) fn len(self) -> usize {
        self.homes().map(|home| home.header().count() as usize).sum()
    }

    /// Is there no entry at all? Lines up to the first entry.
    pub(super) fn is_empty(self) -> bool {
        self.homes().all(|home| home.header().count() == 0)
    }
}

/// Every entry of a table, one home after the other.
#[derive(Clone)]
pub(super) struct Walk<'a> {
    table: Option<Table<'a>>,
    home: u64,
    entries: Entries,
}

impl<'a> Walk<'a> {
    pub(super) fn over(table: Option<Table<'a>>) -> Self {
        Walk { table, home: 0, entries: Entries::NONE }
    }
}

impl Iterator for Walk<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        let table = self.table?;
        loop {
            if let Some(pair) = self.entries.next() {
                return Some(pair);
            }
            self.entries = table.entries(table.home_number(self.home)?);
            self.home += 1;
        }
    }
}
