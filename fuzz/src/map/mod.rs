//! Target `map`: operations on a `Map` or a `PackedMap`, each answer compared with the standard
//! library's `HashMap`.
//!
//! Keys are few, so that they recur. Some values are boxes or contain boxes: AddressSanitizer
//! detects one that is dropped twice, used after its release, or never dropped.

mod run;
mod types;

use arbitrary::Arbitrary;
use heptad::{
    storage::{Heap, Inline},
    swiss::map::{Narrow, PairMap, Pairing, Wide},
};

use crate::{
    hashing::Hashing,
    storages::{INLINE_LINES, Load, Memory, arenas, heaps, regions},
};
use run::Run;
use types::{Byte, Key, Large, Mac, Value};

/// A map, and the operations on it.
#[derive(Arbitrary, Debug)]
pub struct Input {
    kind: Kind,
    memory: Memory,
    load: Load,
    hashing: Hashing,
    #[arbitrary(with = crate::rest)]
    operations: Vec<Operation>,
}

/// The types of the map.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kind {
    Packed,
    Boxes,
    Large,
    Bytes,
}

#[derive(Arbitrary, Clone, Debug)]
enum Operation {
    Insert(u8, u32),
    InsertRun(u8, u8),
    InsertWithinCapacity(u8, u32),
    Entry(u8, u32, Act),
    Get(u8),
    GetMut(u8, u32),
    GetMany(Vec<u8>),
    Disjoint([u8; 3], u32),
    Remove(u8),
    RemoveRun(u8, u8),
    RemoveEntry(u8),
    Retain(Choice, u32),
    ExtractIf(Choice, u8),
    Drain(u8),
    Clear,
    Clone,
    IterMut(u32),
    ValuesMut(u32),
    Reserve(u8),
    ReserveTooMuch,
    MoveInto(u8, Hashing),
    Growing(Growing),
}

/// What is done with a requested entry.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Act {
    OrInsert,
    OrDefault,
    Modify,
    Insert,
    Remove,
    IntoKey,
    Replace(bool),
}

/// Operations that need a growing storage.
#[derive(Arbitrary, Clone, Debug)]
enum Growing {
    Insert(u8, u32),
    Entry(u8, u32),
    Extend(Vec<(u8, u32)>),
    Reserve(u8),
    ShrinkTo(u8),
    ShrinkToFit,
    Rehash(u8, Hashing),
    CollectAgain,
}

/// Keys with some given bits.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Choice {
    mask: u8,
    wanted: u8,
}

impl Choice {
    fn has(self, key: u64) -> bool {
        key as u8 & self.mask == self.wanted & self.mask
    }
}

impl Input {
    /// Runs all operations and compares every answer.
    pub fn run(self) {
        match self.kind {
            Kind::Packed => self.run_paired::<u32, u32, Narrow>(64),
            Kind::Boxes => self.run_paired::<u64, Box<u32>, Wide>(64 + 7 * 8),
            Kind::Large => self.run_paired::<Mac, Large, Wide>(64 + 7 * size_of::<Large>()),
            Kind::Bytes => self.run_paired::<u32, Byte, Wide>(64 + 7),
        }
    }

    fn run_paired<K: Key, V: Value, P: Pairing<K, V>>(self, group_bytes: usize)
    where
        P::Entry: Clone,
        P::Beside: Clone,
    {
        let (load, hashing) = (self.load.max_load(), self.hashing);
        match self.memory {
            Memory::Inline => {
                type Storage = Inline<INLINE_LINES>;
                let map = PairMap::<K, V, P, Storage, _>::inline_with_max_load(load, hashing);
                let spares = vec![Inline::new(), Inline::new()];
                Run::new(map, spares, None, self.load, group_bytes).all(self.operations);
            }
            Memory::Region(sizes) => {
                let mut arenas = arenas(sizes);
                let [first, second, third] = regions(&mut arenas);
                // If not even one group fits, nothing more can be done.
                let Ok(map) = PairMap::<K, V, P, _, _>::with_max_load_in(first, load, hashing)
                else {
                    return assert!(group_bytes > 64 * arenas[0].len());
                };
                let spares = vec![second, third];
                Run::new(map, spares, None, self.load, group_bytes).all(self.operations);
            }
            Memory::Heap(sizes) => {
                let [first, second, third] = heaps(sizes);
                let Ok(map) = PairMap::<K, V, P, _, _>::with_max_load_in(first, load, hashing)
                else {
                    return assert!(group_bytes > 64);
                };
                let growing: fn(&mut Run<K, V, P, Heap>, Growing) = Run::grow;
                let spares = vec![second, third];
                Run::new(map, spares, Some(growing), self.load, group_bytes).all(self.operations);
            }
        }
    }
}
