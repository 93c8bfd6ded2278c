//! Threads that count words into one map, with no lock: `lockfree::Map` in a `static`.
//!
//! ```text
//!   text ---> parts, one per thread ---> word, its first eight letters ---> count
//! ```
//!
//! Anyone may read the counts at any time; here the main thread does while the others work.

use std::thread;

use heptad::{
    layout::{LINE_BYTES, Line},
    lockfree::{Map, arena_layout},
    storage::Region,
};

/// A word's first eight letters, to how often it was met. Keys and values are words of the machine:
/// bytes are as good as numbers.
static COUNTS: Map<'static, [u8; 8], u64> = Map::unplaced();

/// The text: what this crate says of its lock-free map.
const TEXT: &str = include_str!("../src/lockfree/mod.rs");
const THREADS: usize = 4;

fn main() -> Result<(), heptad::Error> {
    // Room for 2,000 different words. In a kernel these would be pages.
    let bytes = arena_layout(2_000)?.size();
    let lines = vec![Line::EMPTY; bytes / LINE_BYTES].leak();
    COUNTS.tables().place(Region::from_lines(lines)?, 0x5eed)?;

    let lines: Vec<&str> = TEXT.lines().collect();
    thread::scope(|scope| {
        let threads: Vec<_> = lines
            .chunks(lines.len().div_ceil(THREADS))
            .map(|part| scope.spawn(move || part.iter().try_for_each(|line| count_words(line))))
            .collect();
        println!("so far {} different words", COUNTS.len());
        threads.into_iter().try_for_each(|thread| thread.join().expect("no thread panics"))
    })?;

    let expected = TEXT.split(|letter: char| !letter.is_alphabetic()).filter(|it| !it.is_empty());
    assert_eq!(COUNTS.iter().map(|(_, count)| count).sum::<u64>(), expected.count() as u64);
    let mut counts: Vec<_> = COUNTS.iter().collect();
    counts.sort_unstable_by_key(|&(word, count)| (std::cmp::Reverse(count), word));
    for (word, count) in &counts[..10] {
        println!("{count:5}  {}", String::from_utf8_lossy(word).trim_end_matches('\0'));
    }
    Ok(())
}

/// Adds one to the count of every word of `line`. An error says that the map is full.
fn count_words(line: &str) -> Result<(), heptad::Error> {
    for word in line.split(|letter: char| !letter.is_alphabetic()).filter(|it| !it.is_empty()) {
        let mut key = [0; 8];
        for (place, byte) in key.iter_mut().zip(word.bytes()) {
            *place = byte.to_ascii_lowercase();
        }
        COUNTS.insert_or_modify(key, 1, |count| count + 1)?;
    }
    Ok(())
}
