//! Target `table`: operations on a `Table`, each answer compared with a sorted list.
//!
//! An entry is a key in the high byte, by which it is found and hashed, and a unique stamp below:
//! so it matters which entry an answer is, and a table may hold several entries of one key.

mod growth;
mod run;

use arbitrary::Arbitrary;
use heptad::{
    storage::{Heap, Inline},
    swiss::Table,
};

use crate::{
    hashing::Hashing,
    storages::{INLINE_LINES, Load, Memory, arenas, heaps, regions},
};
use run::Run;

/// A table, and the operations on it.
#[derive(Arbitrary, Debug)]
pub struct Input {
    memory: Memory,
    load: Load,
    hashing: Hashing,
    #[arbitrary(with = crate::rest)]
    operations: Vec<Operation>,
}

#[derive(Arbitrary, Clone, Debug)]
enum Operation {
    Insert(u8),
    InsertRun(u8, u8),
    InsertWithinCapacity(u8),
    Entry(u8, Act),
    FindEntry(u8),
    Find(u8),
    Remove(u8),
    RemoveRun(u8, u8),
    RemoveAll(u8),
    IterHash(u8),
    FindMany(Vec<u8>),
    Disjoint([u8; 3]),
    Retain(Choice),
    ExtractIf(Choice, u8),
    Drain(u8),
    Clear,
    Clone,
    Restamp,
    Reserve(u8),
    ReserveTooMuch,
    MoveInto(u8, Hashing),
    Growing(Growing),
}

/// What is done with an entry that was looked up.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Act {
    Insert,
    OrInsert,
    Modify,
    Remove,
    RemoveThenInsert,
    Nothing,
}

/// Operations that need a growing storage.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Growing {
    Insert(u8),
    Entry(u8),
    Reserve(u8),
    ShrinkTo(u8),
    ShrinkToFit,
    Rehash(Hashing),
}

/// Keys with some given bits.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Choice {
    mask: u8,
    wanted: u8,
}

impl Choice {
    fn has(self, entry: u64) -> bool {
        key_of(entry) & self.mask == self.wanted & self.mask
    }
}

fn key_of(entry: u64) -> u8 {
    (entry >> 56) as u8
}

impl Input {
    /// Runs all operations and compares every answer.
    pub fn run(self) {
        let load = self.load.max_load();
        match self.memory {
            Memory::Inline => {
                let table = Table::<u64, Inline<INLINE_LINES>>::inline_with_max_load(load);
                let spares = vec![Inline::new(), Inline::new()];
                Run::new(table, spares, None, &self).all(self.operations);
            }
            Memory::Region(sizes) => {
                let mut arenas = arenas(sizes);
                let [first, second, third] = regions(&mut arenas);
                let table = Table::with_max_load_in(first, load).unwrap();
                Run::new(table, vec![second, third], None, &self).all(self.operations);
            }
            Memory::Heap(sizes) => {
                let [first, second, third] = heaps(sizes);
                let table = Table::with_max_load_in(first, load).unwrap();
                let growing: fn(&mut Run<Heap>, Growing) = Run::grow;
                Run::new(table, vec![second, third], Some(growing), &self).all(self.operations);
            }
        }
    }
}
