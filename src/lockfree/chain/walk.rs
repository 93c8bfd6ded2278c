//! Walking over all entries while others change them.
//!
//! Within a table an entry never leaves its home, whatever place it has there. So a walk reads one home
//! after the other, each as it was at one instant: it meets every key that is there all the time exactly
//! once, and a key that comes or goes meanwhile once or not at all. During a rebuild entries move to other
//! tables: then a walk meets some twice rather than none, and a count rather misses one than count it twice.

use core::iter;

use super::{
    Chain,
    guard::{Beside, Guarded, Track},
    user::TableOf,
};
use crate::lockfree::{
    arena::Table,
    bucket::{Home, PLACES, Reserver},
};

/// What a home showed at one instant: words of keys and values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entries {
    pairs: [(u64, u64); PLACES as usize],
    next: usize,
    end: usize,
}

impl Entries {
    pub(crate) const NONE: Entries = Entries { pairs: [(0, 0); PLACES as usize], next: 0, end: 0 };

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

impl<'a, T: Reserver> Table<'a, T> {
    /// The entries of a home; none if they have moved on. Its line, and one for each overflow entry.
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

/// The tables from `first` on that there are now, the newest first.
///
/// Entries only ever move on to newer tables. So a count in this order counts none twice, but may miss one that
/// moves meanwhile.
pub(crate) fn newest_first<'m, T: Reserver>(
    first: Table<'m, T>,
) -> impl Iterator<Item = Table<'m, T>> {
    let chain = move || iter::successors(Some(first), |table| table.next());
    (0..chain().count()).rev().filter_map(move |index| chain().nth(index))
}

/// Tables that a walk reads at the most: others may go on making new ones.
const MOST_TABLES: u32 = 8;
/// How often a count begins anew if a rebuild has begun meanwhile.
const MOST_COUNTS: usize = 3;

/// Every entry of a map, one home after the other.
///
/// During a rebuild an entry counts where operations look for it: in the first table in which its home
/// is not migrated. The tables are walked in order; an entry that moves in between comes twice. One that
/// moves on, again and again, before the walk comes to it is missed after [`MOST_TABLES`].
pub(crate) struct Walk<'m, G: Track> {
    first: Option<TableOf<'m, G>>,
    table: Option<TableOf<'m, G>>,
    tables_left: u32,
    next_home: u64,
    entries: Entries,
    inside: Guarded<'m, G>,
}

impl<'m, G: Track> Walk<'m, G> {
    pub(crate) fn over(chain: &'m Chain<'_, G>) -> Self {
        let inside = chain.enter();
        let first = chain.current();
        let (next_home, entries) = (0, Entries::NONE);
        Walk { first, table: first, tables_left: MOST_TABLES - 1, next_home, entries, inside }
    }
}

impl<G: Beside> Clone for Walk<'_, G> {
    fn clone(&self) -> Self {
        let Walk { first, table, tables_left, next_home, entries, ref inside } = *self;
        Walk { first, table, tables_left, next_home, entries, inside: inside.clone() }
    }
}

impl<G: Track> Iterator for Walk<'_, G> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        loop {
            let table = self.table?;
            if let Some((word, value)) = self.entries.next() {
                if self.first.is_some_and(|first| table.counts(first, word)) {
                    return Some((word, value));
                }
            } else if let Some(home) = table.home_number(self.next_home) {
                self.entries = table.entries(home);
                self.next_home += 1;
            } else {
                self.table = table.next().filter(|_| self.tables_left > 0);
                self.tables_left = self.tables_left.saturating_sub(1);
                self.next_home = 0;
            }
        }
    }
}

impl<G: Track> Chain<'_, G> {
    /// How many entries there are: exact if nobody changes anything meanwhile, and never more than could
    /// be there. All buckets' lines, and in a rebuild those of groups.
    pub(crate) fn len(&self) -> usize {
        let _inside = self.enter();
        let mut len = 0;
        for _ in 0..MOST_COUNTS {
            self.link();
            let Some(first) = self.current() else { return 0 };
            let newest = newest_first(first).next();
            let count = |table: TableOf<'_, G>| {
                table.homes().map(|home| table.count_of(first, home)).sum::<usize>()
            };
            len = newest_first(first).map(count).sum();
            // If a rebuild began meanwhile, homes that it has moved showed nothing.
            if newest.is_none_or(|newest| newest.next().is_none()) {
                break;
            }
        }
        len
    }
}
