//! A string interner whose table entries are eight bytes: 32 bits of hash over a 32-bit index.
//!
//! The strings stand one after another in one buffer. The table compares the hash bits before it
//! looks at a string, so a lookup touches the string only when it is almost surely the right one;
//! and growing never reads a string at all, because the hash is in the entry.
//!
//! `cargo run --example interner --features alloc < README.md`

use std::io::Read;

use heptad::{hash::hash_bytes, swiss::Table};

const SEED: u64 = 0x5eed;

/// An entry: the hash's middle bits, and the number of the string.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Entry {
    hash: u32,
    index: u32,
}

/// The table takes the tag from the highest and the group from the lowest bits of a hash, so the
/// entry's 32 bits are spread over both ends.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

#[derive(Default)]
struct Interner {
    text: String,
    ends: Vec<usize>,
    table: Table<Entry>,
}

impl Interner {
    fn get(&self, index: u32) -> &str {
        let index = index as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    fn intern(&mut self, string: &str) -> u32 {
        let hash = (hash_bytes(SEED, string.as_bytes()) >> 16) as u32;
        let same = |entry: &Entry| entry.hash == hash && self.get(entry.index) == string;
        if let Some(entry) = self.table.find(spread(hash), same) {
            return entry.index;
        }
        let index = u32::try_from(self.ends.len()).expect("fewer than 2^32 strings");
        self.text.push_str(string);
        self.ends.push(self.text.len());
        self.table.insert_unique(spread(hash), Entry { hash, index }, |entry| spread(entry.hash));
        index
    }
}

fn main() -> std::io::Result<()> {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let mut interner = Interner::default();
    let indices: Vec<u32> = input.split_whitespace().map(|word| interner.intern(word)).collect();
    println!("{} words, {} different", indices.len(), interner.ends.len());
    if let Some(&first) = indices.first() {
        println!("the first, {:?}, occurs {} times", interner.get(first), {
            indices.iter().filter(|&&index| index == first).count()
        });
    }
    println!("{}", interner.table.stats());
    Ok(())
}
