//! Something to profile: a mix of what kernels do.
//!
//! Each piece is a function of its own, kept out of line so that it appears under its name; what
//! the compiler inlines into it counts for it. Its text is real: the names of this program's
//! functions.

use core::fmt::{self, Write};
use core::hint::black_box;
use core::ops::Range;

use fastrand::Rng;
use heptad::hash::{Keyed, hash_bytes, hash_word};
use heptad::storage::Region;
use heptad::swiss::{Set, Table};

use crate::SEED;
use crate::arena::Arena;
use crate::symbols::{Function, Symbols};

/// Room for this many different words.
const WORDS: usize = 6000;
/// Room for at least as many numbers in the set that is churned.
const NUMBERS: usize = 3000;
/// Names that a round reads.
const NAMES: u64 = 128;
/// How many operations of each other kind a round does.
const BATCH: u64 = 512;

/// A word and how often it was read: eight bytes, so an entry of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// Where the word first occurs in the text.
    start: u32,
    count: u32,
}

pub(crate) struct Workload<'s> {
    symbols: &'s Symbols,
    random: Rng,
    pub(crate) rounds: usize,
    next_name: Function,
    pub(crate) words_read: usize,
    pub(crate) words: Table<Word, Region<'static>>,
    /// Has `number(i)` for consecutive `i` from `oldest` on, until it is full.
    pub(crate) numbers: Set<u64, Region<'static>>,
    oldest: u64,
}

impl<'s> Workload<'s> {
    pub(crate) fn new(symbols: &'s Symbols, arena: &mut Arena) -> Workload<'s> {
        let words = Table::new_in(arena.for_set(WORDS)).expect("a region has lines");
        let mut numbers = Set::new_in(arena.for_set(NUMBERS), Keyed::new(SEED)).expect("likewise");
        for index in 0..numbers.capacity() as u64 {
            numbers.try_insert(number(index)).expect("room up to the capacity");
        }
        let random = Rng::with_seed(SEED);
        let (rounds, next_name, words_read, oldest) = (0, 0, 0, 0);
        Workload { symbols, random, rounds, next_name, words_read, words, numbers, oldest }
    }

    /// One round: a little of every kind of work.
    pub(crate) fn run_round(&mut self) {
        self.rounds += 1;
        let end = (self.next_name + NAMES).min(self.symbols.len());
        let lines = self.symbols.name_start(self.next_name)..self.symbols.name_start(end);
        self.next_name = if end == self.symbols.len() { 0 } else { end };

        self.count_words(lines.clone());
        black_box(checksum(&self.symbols.text().as_bytes()[lines]));
        self.churn_numbers();
        self.look_up_numbers();
        self.resolve_addresses();
        self.sort_names();
        sort_numbers(&mut self.random);
        black_box(format_numbers(&mut self.random));
    }

    /// Panics unless the tables hold what was inserted.
    pub(crate) fn check(&self) {
        let counted: usize = self.words.iter().map(|word| word.count as usize).sum();
        assert_eq!(counted, self.words_read, "each word read is counted");
        assert_eq!(self.numbers.len(), self.numbers.capacity(), "the numbers fill their set");
        let text = self.symbols.text();
        self.words.check_invariants(|word| hash_text(word_at(text, word.start)), true).expect("W");
        self.numbers.check_invariants(true).expect("W");
    }

    /// Counts the words of some lines of text, in a table whose entries point into the text.
    #[inline(never)]
    fn count_words(&mut self, lines: Range<usize>) {
        let text = self.symbols.text();
        let mut start = lines.start;
        for word in text.as_bytes()[lines].split(|&letter| !is_of_word(letter)) {
            if !word.is_empty() {
                self.words_read += 1;
                let same = |other: &Word| word_at(text, other.start) == word;
                match self.words.find_mut(hash_text(word), same) {
                    Some(known) => known.count += 1,
                    None => {
                        let new = Word { start: start as u32, count: 1 };
                        let rehash = |other: &Word| hash_text(word_at(text, other.start));
                        let inserted = self.words.try_insert_unique(hash_text(word), new, rehash);
                        inserted.expect("room for all words");
                    }
                }
            }
            start += word.len() + 1;
        }
    }

    /// Removes the oldest numbers from a full set, and inserts new ones.
    #[inline(never)]
    fn churn_numbers(&mut self) {
        for _ in 0..BATCH {
            let newest = self.oldest + self.numbers.capacity() as u64;
            assert!(self.numbers.remove(&number(self.oldest)), "the oldest is there");
            assert_eq!(self.numbers.try_insert(number(newest)), Ok(true), "the newest was not");
            self.oldest += 1;
        }
    }

    /// Looks up numbers, as many present as absent.
    #[inline(never)]
    fn look_up_numbers(&mut self) {
        let first = self.oldest + self.numbers.capacity() as u64 - BATCH;
        let found =
            (first..first + 2 * BATCH).filter(|&index| self.numbers.contains(&number(index)));
        assert_eq!(found.count() as u64, BATCH);
    }

    /// Resolves addresses anywhere in the code, as the report does with those of the samples.
    #[inline(never)]
    fn resolve_addresses(&mut self) {
        for _ in 0..BATCH {
            let function = self.random.u64(..self.symbols.len());
            let address = self.random.u64(self.symbols.code(function));
            assert_eq!(self.symbols.function_at(address), Some(function));
        }
    }

    /// Sorts functions by name, by comparing strings.
    #[inline(never)]
    fn sort_names(&mut self) {
        let mut functions = [0; NAMES as usize];
        functions.fill_with(|| self.random.u64(..self.symbols.len()));
        functions.sort_unstable_by_key(|&function| self.symbols.name(function));
        assert!(functions.is_sorted_by_key(|&function| self.symbols.name(function)));
    }
}

/// The numbers of the churned set, in the order of insertion and removal: all different.
fn number(index: u64) -> u64 {
    hash_word(!SEED, index)
}

fn is_of_word(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || letter == b'_'
}

/// The word that starts at this offset.
fn word_at(text: &'static str, start: u32) -> &'static [u8] {
    let rest = &text.as_bytes()[start as usize..];
    let len = rest.iter().position(|&letter| !is_of_word(letter));
    &rest[..len.unwrap_or(rest.len())]
}

fn hash_text(text: &[u8]) -> u64 {
    hash_bytes(SEED, text)
}

#[inline(never)]
fn sort_numbers(random: &mut Rng) {
    let mut numbers = [0; BATCH as usize];
    numbers.fill_with(|| random.u64(..));
    numbers.sort_unstable();
    assert!(numbers.is_sorted());
}

/// CRC-32 of `bytes`, bit by bit.
#[inline(never)]
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320))
    })
}

/// Formats numbers in decimal and hexadecimal, and returns how many bytes that took.
#[inline(never)]
fn format_numbers(random: &mut Rng) -> usize {
    /// Discards text and counts it.
    struct Counter(usize);

    impl Write for Counter {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0 += black_box(text).len();
            Ok(())
        }
    }

    let mut counter = Counter(0);
    for _ in 0..BATCH / 4 {
        let number = random.u64(..);
        writeln!(counter, "{number:>24} {number:#018x}").expect("a counter takes everything");
    }
    counter.0
}
