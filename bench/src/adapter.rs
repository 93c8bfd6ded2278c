//! The adapter from a table to a contender: the loops around its operations, the same for every kind of table.
//!
//! Each loop is compiled once per kind, with the table's methods inlined as they would be in a
//! user's program.

use std::hint::black_box;

use crate::{op::Op, workload::Portion};

/// A kind of table that holds words.
pub(crate) trait Words {
    /// The kind's name in the report.
    const NAME: &'static str;

    /// An empty table with room for `entries`; for 0 it has no memory.
    fn with_capacity(entries: usize) -> Self;

    /// The word of `key`, which is `key` itself; 0 if the key is absent.
    fn get(&self, key: u64) -> u64;

    /// Inserts `key`, which is absent, with itself as its word.
    fn insert(&mut self, key: u64);

    /// Removes `key` and returns its word; 0 if the key is absent.
    fn remove(&mut self, key: u64) -> u64;

    /// All words in turn.
    fn words(&self) -> impl Iterator<Item = u64>;

    /// The sum of [`get`](Self::get) over `keys`.
    #[inline(always)]
    fn get_all(&self, keys: &[u64]) -> u64 {
        keys.iter().fold(0, |sum, &key| sum.wrapping_add(self.get(key)))
    }

    /// Inserts all of `keys`, which are absent.
    #[inline(always)]
    fn insert_all(&mut self, keys: &[u64]) {
        for &key in keys {
            self.insert(key);
        }
    }

    /// Removes everything; the memory stays.
    fn clear(&mut self);

    /// The number of words.
    fn len(&self) -> usize;

    /// What it occupies.
    fn footprint(&self) -> Footprint;
}

/// Implements [`Words`] from one expression per operation, so that all kinds of table read alike.
macro_rules! words {
    (
        $table:ty: $name:expr;
        make |$entries:ident| $make:expr;
        get |$in_get:ident, $wanted:ident| $get:expr;
        insert |$in_insert:ident, $key:ident| $insert:expr;
        remove |$in_remove:ident, $gone:ident| $remove:expr;
        words |$in_words:ident| $words:expr;
        footprint |$in_footprint:ident| $footprint:expr;
    ) => {
        impl Words for $table {
            const NAME: &'static str = $name;

            fn with_capacity($entries: usize) -> Self {
                $make
            }

            #[inline(always)]
            fn get(&self, $wanted: u64) -> u64 {
                let $in_get = self;
                $get.unwrap_or(0)
            }

            #[inline(always)]
            fn insert(&mut self, $key: u64) {
                let $in_insert = self;
                $insert;
            }

            #[inline(always)]
            fn remove(&mut self, $gone: u64) -> u64 {
                let $in_remove = self;
                $remove.unwrap_or(0)
            }

            #[inline(always)]
            fn words(&self) -> impl Iterator<Item = u64> {
                let $in_words = self;
                $words
            }

            fn clear(&mut self) {
                self.clear();
            }

            fn len(&self) -> usize {
                self.len()
            }

            fn footprint(&self) -> Footprint {
                let $in_footprint = self;
                $footprint
            }
        }
    };
}
pub(crate) use words;

/// The memory and slots of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Footprint {
    pub(crate) bytes: usize,
    /// Slots for entries, used or not.
    pub(crate) slots: usize,
}

/// A table that takes part in a comparison.
pub(crate) trait Contender {
    fn name(&self) -> &'static str;

    /// Makes a new table that has room for `room` entries without growing, and inserts `keys`.
    fn fill(&mut self, keys: &[u64], room: usize);

    /// Brings the table into the state from which `portion` starts; not measured.
    fn prepare(&mut self, portion: &Portion);

    /// Performs `portion`; returns the sum of the resulting words.
    fn perform(&mut self, portion: &Portion) -> u64;

    /// Panics unless the table has as many entries as `op` leaves out of `entries`.
    fn check(&self, op: Op, entries: usize);

    fn footprint(&self) -> Footprint;
}

/// A [`Contender`] with a table of kind `W`.
pub(crate) struct Adapter<W> {
    table: W,
}

impl<W: Words + 'static> Adapter<W> {
    /// A contender that has no entries yet.
    pub(crate) fn boxed() -> Box<dyn Contender> {
        Box::new(Adapter { table: W::with_capacity(0) })
    }
}

impl<W: Words> Contender for Adapter<W> {
    fn name(&self) -> &'static str {
        W::NAME
    }

    fn fill(&mut self, keys: &[u64], room: usize) {
        // The old table is dropped first, so that there are never two.
        self.table = W::with_capacity(0);
        self.table = W::with_capacity(room);
        insert_all(&mut self.table, keys);
    }

    fn prepare(&mut self, portion: &Portion) {
        match portion.op {
            Op::Hit
            | Op::Miss
            | Op::Mixed
            | Op::Iterate
            | Op::Fold
            | Op::Churn
            | Op::DependentHit => {}
            Op::Insert => self.table.clear(),
            Op::Remove => {
                self.table.clear();
                insert_all(&mut self.table, &portion.keys);
            }
            Op::Grow => self.table = W::with_capacity(0),
        }
    }

    fn perform(&mut self, portion: &Portion) -> u64 {
        match portion.op {
            Op::Hit | Op::Miss | Op::Mixed => find_all(&self.table, &portion.keys),
            Op::DependentHit => follow_all(&self.table, &portion.keys),
            Op::Iterate => walk(&self.table, portion.walks),
            Op::Fold => fold(&self.table, portion.walks),
            Op::Insert | Op::Grow => {
                insert_all(&mut self.table, &portion.keys);
                0
            }
            Op::Remove => remove_all(&mut self.table, &portion.keys),
            Op::Churn => replace_all(&mut self.table, &portion.keys, &portion.new_keys),
        }
    }

    fn check(&self, op: Op, entries: usize) {
        let left = if op == Op::Remove { 0 } else { entries };
        assert_eq!(self.table.len(), left, "{} entries of {}", op.name(), W::NAME);
    }

    fn footprint(&self) -> Footprint {
        self.table.footprint()
    }
}

#[inline(never)]
fn find_all<W: Words>(table: &W, keys: &[u64]) -> u64 {
    table.get_all(keys)
}

/// Finds present keys, each computed from the word found before: it is the next of `keys` if that word was right. In
/// maps the compiler cannot know that it is, because it is a value.
#[inline(never)]
fn follow_all<W: Words>(table: &W, keys: &[u64]) -> u64 {
    let (mut sum, mut difference) = (0u64, 0);
    for &key in keys {
        let word = table.get(key ^ difference);
        difference = word ^ key;
        sum = sum.wrapping_add(word);
    }
    sum
}

/// With `for`, which takes one word at a time.
#[inline(never)]
fn walk<W: Words>(table: &W, times: usize) -> u64 {
    let mut sum = 0u64;
    for _ in 0..times {
        for word in black_box(table).words() {
            sum = sum.wrapping_add(word);
        }
    }
    sum
}

/// With `fold`, which iterators may implement themselves.
#[inline(never)]
fn fold<W: Words>(table: &W, times: usize) -> u64 {
    (0..times).fold(0, |sum, _| black_box(table).words().fold(sum, u64::wrapping_add))
}

#[inline(never)]
fn insert_all<W: Words>(table: &mut W, keys: &[u64]) {
    table.insert_all(keys);
}

#[inline(never)]
fn remove_all<W: Words>(table: &mut W, keys: &[u64]) -> u64 {
    keys.iter().fold(0, |sum, &key| sum.wrapping_add(table.remove(key)))
}

#[inline(never)]
fn replace_all<W: Words>(table: &mut W, old: &[u64], new: &[u64]) -> u64 {
    old.iter().zip(new).fold(0, |sum, (&old, &new)| {
        let word = table.remove(old);
        table.insert(new);
        sum.wrapping_add(word)
    })
}
