//! Walking over all entries while others change them.
//!
//! Within a table an entry never leaves its home, whatever place it has there. So a walk reads one home
//! after the other, each as it was at one instant: it meets every key that is there all the time exactly
//! once, and a key that comes or goes meanwhile once or not at all.

use super::{
    arena::{Home, Table},
    header::PLACES,
    reclaim::{Beside, Guarded, Track},
    root::Root,
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
    /// The entries of a home; none if they have moved on. Its line, and one for each entry outside.
    fn entries(self, home: Home<'a>) -> Entries {
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
}

/// Every entry of a map, one home after the other.
///
/// During a rebuild an entry counts where operations look for it: in the first table in which its home
/// is not migrated. The tables are walked in order; an entry that moves in between comes twice.
pub(super) struct Walk<'m, G: Track> {
    first: Option<Table<'m>>,
    table: Option<Table<'m>>,
    next_home: u64,
    entries: Entries,
    inside: Guarded<'m, G>,
}

impl<'m, G: Track> Walk<'m, G> {
    pub(super) fn over(root: &'m Root<'_, G>) -> Self {
        let inside = root.enter();
        let first = root.current();
        Walk { first, table: first, next_home: 0, entries: Entries::NONE, inside }
    }

    /// Do operations look for the key of `word` in `table`?
    fn counts(&self, table: Table<'_>, word: u64) -> bool {
        let mut before = self.first;
        while let Some(earlier) = before.filter(|earlier| !earlier.is(table)) {
            if !earlier.home_of(word).header().is_migrated() {
                return false;
            }
            before = earlier.next();
        }
        true
    }
}

impl<G: Beside> Clone for Walk<'_, G> {
    fn clone(&self) -> Self {
        let Walk { first, table, next_home, entries, ref inside } = *self;
        Walk { first, table, next_home, entries, inside: inside.clone() }
    }
}

impl<G: Track> Iterator for Walk<'_, G> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        loop {
            let table = self.table?;
            if let Some((word, value)) = self.entries.next() {
                if self.counts(table, word) {
                    return Some((word, value));
                }
            } else if let Some(home) = table.home_number(self.next_home) {
                self.entries = table.entries(home);
                self.next_home += 1;
            } else {
                self.table = table.next();
                self.next_home = 0;
            }
        }
    }
}

impl<G: Track> Root<'_, G> {
    /// How many entries there are: exact if nobody changes anything meanwhile. All bins' lines.
    pub(super) fn len(&self) -> usize {
        let _inside = self.enter();
        if let Some(table) = self.current().filter(|table| table.next().is_none()) {
            let sum = table.count();
            // If a rebuild began meanwhile, homes that it has moved showed nothing.
            if table.next().is_none() {
                return sum;
            }
        }
        Walk::over(self).count()
    }
}
