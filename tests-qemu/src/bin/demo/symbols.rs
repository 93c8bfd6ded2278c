//! The functions of this program: by name, and by any address inside them.
//!
//! The attachment lists them in the order of their addresses (`xtask/src/demo.rs` writes it). All
//! numbers are little-endian:
//!
//! ```text
//!  u64 n | n + 1 records | names, UTF-8, each with a line end
//!  record:  u64 first address of the code | u32 bytes of code | u32 start of the name
//! ```
//!
//! The last record is no function: its address is the greatest possible one, and its name starts
//! where the names end. So every function has a next record, which shows where its name ends.
//!
//! The host may load a program at another address than it was linked for. One function, whose
//! address is known from both sides, shows the difference; the list keeps the linker's addresses.
//!
//! An address is resolved by hashing, without a search. Code is cut into blocks of 64 bytes, and a
//! map has for every block the first function that reaches into it. The function at the address is
//! a few records further at most, since a block holds few.

use core::ops::Range;

use heptad::hash::{Keyed, hash_bytes};
use heptad::storage::Region;
use heptad::swiss::{Map, Table};

use crate::SEED;
use crate::arena::Arena;

const RECORD_BYTES: usize = 16;

/// log2 of the bytes of a block.
const BLOCK_SHIFT: u32 = 6;

/// The number of a function, in the order of addresses.
pub(crate) type Function = u64;

/// The attachment, parsed.
#[derive(Clone, Copy)]
struct List {
    records: &'static [u8],
    names: &'static str,
}

impl List {
    fn read(attachment: &'static [u8]) -> List {
        let (len, rest) = attachment.split_first_chunk().expect("a list of symbols is attached");
        let len = u64::from_le_bytes(*len) as usize;
        let (records, names) = rest.split_at((len + 1) * RECORD_BYTES);
        List { records, names: core::str::from_utf8(names).expect("names are UTF-8") }
    }

    /// How many functions there are.
    fn len(self) -> u64 {
        (self.records.len() / RECORD_BYTES) as u64 - 1
    }

    /// The record of `function`: first address, bytes of code, start of the name.
    fn record(self, function: Function) -> (u64, u64, usize) {
        let record = &self.records[function as usize * RECORD_BYTES..][..RECORD_BYTES];
        let word = |half: &[u8]| u64::from_le_bytes(half.try_into().expect("eight bytes"));
        let (start, rest) = (word(&record[..8]), word(&record[8..]));
        (start, rest & u64::from(u32::MAX), (rest >> 32) as usize)
    }

    fn code(self, function: Function) -> Range<u64> {
        let (start, code_bytes, _) = self.record(function);
        start..start + code_bytes
    }

    fn name(self, function: Function) -> &'static str {
        let (_, _, start) = self.record(function);
        let (_, _, end) = self.record(function + 1);
        &self.names[start..end - 1]
    }

    /// The blocks that `function` reaches into.
    fn blocks(self, function: Function) -> Range<u64> {
        let code = self.code(function);
        code.start >> BLOCK_SHIFT..((code.end - 1) >> BLOCK_SHIFT) + 1
    }
}

/// The list, and two tables over it.
pub(crate) struct Symbols {
    list: List,
    /// How far the program was moved from where it was linked.
    moved_bytes: u64,
    /// The functions, hashed by name; the first of several with one name.
    pub(crate) by_name: Table<Function, Region<'static>>,
    /// Block to the first function that reaches into it.
    pub(crate) by_block: Map<u64, Function, Region<'static>>,
}

impl Symbols {
    /// Reads the list and fills the tables; `known` is a name of the list and its true address.
    /// Panics if the list is inconsistent.
    pub(crate) fn load(
        attachment: &'static [u8],
        known: (&str, u64),
        arena: &mut Arena,
    ) -> Symbols {
        let list = List::read(attachment);
        let blocks = (0..list.len()).flat_map(|function| list.blocks(function)).count();
        let mut by_name = Table::new_in(arena.for_set(list.len() as usize)).expect("lines");
        let mut by_block = Map::new_in(arena.for_map(blocks), Keyed::new(SEED)).expect("lines");

        for function in 0..list.len() {
            let name = list.name(function);
            let same_name = |other: &Function| list.name(*other) == name;
            if by_name.find(hash_name(name), same_name).is_none() {
                let rehash = |other: &Function| hash_name(list.name(*other));
                by_name.try_insert_unique(hash_name(name), function, rehash).expect("room for all");
            }
            for block in list.blocks(function) {
                by_block.try_entry(block).expect("room for all").or_insert(function);
            }
        }
        let mut symbols = Symbols { list, moved_bytes: 0, by_name, by_block };
        let (name, address) = known;
        let known = symbols.find(name).expect("the list is of another program");
        symbols.moved_bytes = address.wrapping_sub(symbols.code(known).start);
        symbols
    }

    /// How many functions there are.
    pub(crate) fn len(&self) -> u64 {
        self.list.len()
    }

    /// All names, each with a line end.
    pub(crate) fn text(&self) -> &'static str {
        self.list.names
    }

    /// Where in the text the name of `function` starts.
    pub(crate) fn name_start(&self, function: Function) -> usize {
        self.list.record(function).2
    }

    pub(crate) fn name(&self, function: Function) -> &'static str {
        self.list.name(function)
    }

    /// The addresses of the code of `function`, as loaded.
    pub(crate) fn code(&self, function: Function) -> Range<u64> {
        let code = self.list.code(function);
        code.start.wrapping_add(self.moved_bytes)..code.end.wrapping_add(self.moved_bytes)
    }

    /// The first function called `name`.
    pub(crate) fn find(&self, name: &str) -> Option<Function> {
        self.by_name.find(hash_name(name), |other| self.name(*other) == name).copied()
    }

    /// The function whose code has `address`.
    pub(crate) fn function_at(&self, address: u64) -> Option<Function> {
        let address = address.wrapping_sub(self.moved_bytes);
        let mut function = *self.by_block.get(&(address >> BLOCK_SHIFT))?;
        while self.list.code(function + 1).start <= address {
            function += 1;
        }
        self.list.code(function).contains(&address).then_some(function)
    }

    /// Panics unless every function is found by its name and by its first and last address.
    pub(crate) fn check(&self) {
        for function in 0..self.len() {
            let (name, code) = (self.name(function), self.code(function));
            let found = self.find(name).map(|same| self.name(same));
            assert_eq!(found, Some(name), "by name");
            assert_eq!(self.function_at(code.start), Some(function), "{name}, by first address");
            assert_eq!(self.function_at(code.end - 1), Some(function), "{name}, by last address");
        }
    }
}

fn hash_name(name: &str) -> u64 {
    hash_bytes(SEED, name.as_bytes())
}
