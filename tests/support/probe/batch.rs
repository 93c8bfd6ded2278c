//! `find_words` against the oracle of `find_word`: batches of every length up to four blocks and
//! more, with every way for a lookup to end side by side in one block.
//!
//! The runner is [`check_batch`]. Words and answers stand between others that must stay as they are.

use fastrand::Rng;
use heptad::layout::Tag;
use heptad::probe::oracle::{self, Found};
use heptad::probe::{self, BACKENDS, FoundWord, MAYBE_STASHED};

use super::runner::{EDGES, SIZES, STRIDE, Table, hash_of};

cases!(
    s6_find_words_of_every_length,
    s6_find_words_of_every_tag_in_every_group,
    s6_find_words_among_false_matches,
    s6_find_words_next_to_every_filter,
    s6_find_words_takes_no_metadata_word_for_an_entry,
    s6_find_words_through_the_door,
    s7_find_words_ends_in_full_tables,
    s11_find_words_of_every_kind_of_entry,
);

/// The most words of a batch: four blocks of sixteen and a part of a fifth.
const MOST: usize = 70;
/// What stands before and after the answers.
const MARK: u64 = 0x5a5a_a5a5_5a5a_a5a5;

/// Words to look for, and their hashes.
struct Batch {
    words: [u64; MOST],
    hashes: [u64; MOST],
    count: usize,
}

impl Batch {
    const EMPTY: Batch = Batch { words: [MARK; MOST], hashes: [MARK; MOST], count: 0 };

    fn push(&mut self, hash: u64, word: u64) {
        self.hashes[self.count] = hash;
        self.words[self.count] = word;
        self.count += 1;
    }

    /// Hashes and words, in order.
    fn pairs(&self) -> impl Iterator<Item = (u64, u64)> {
        self.hashes.into_iter().zip(self.words).take(self.count)
    }
}

/// Asks every backend for a batch, compares the answers with the oracle's, and counts them by kind:
/// at home, in the alternate, absent, maybe stashed.
fn check_batch(table: &Table, batch: &Batch) -> [usize; 4] {
    let groups = &table.groups[..table.count];
    let before = table.groups;
    for backend in BACKENDS {
        let mut answers = [MARK; MOST + 2];
        answers[1..=MOST].copy_from_slice(&batch.hashes);
        let mask_bytes = table.geometry().mask_bytes();
        let (words, to) = (batch.words.as_ptr(), answers[1..].as_mut_ptr());
        // SAFETY: the table is aligned to 64 bytes and initialised; there are `count` words and
        // answers.
        unsafe { (backend.find_words)(table.lines(), mask_bytes, words, to, batch.count) };
        for (index, (hash, word)) in batch.pairs().enumerate() {
            let found = match answers[1 + index] as usize {
                0 => Found::Absent,
                MAYBE_STASHED => Found::MaybeStashed,
                address => table.place(address),
            };
            let expected = oracle::find_word(groups, hash, word);
            let name = backend.name;
            assert_eq!(found, expected, "{name}: word {index} of {}", batch.count);
        }
        assert_eq!(answers[0], MARK, "before the answers");
        assert_eq!(answers[1 + batch.count..=MOST], batch.hashes[batch.count..], "after them");
        assert!(table.groups == before, "the table");
    }
    let mut kinds = [0; 4];
    for (hash, word) in batch.pairs() {
        kinds[match oracle::find_word(groups, hash, word) {
            Found::At { group, slot } => (groups[group][0] >> (8 * slot) & 1) as usize,
            Found::Absent => 2,
            Found::MaybeStashed => 3,
        }] += 1;
    }
    kinds
}

/// A table of `size` groups and `count` words, of which every kind is likely. Few tags, so that
/// false matches are too, in all groups; what is stale is one of the words.
fn random_case(size: usize, count: usize, rng: &mut Rng) -> (Table, Batch) {
    let mut batch = Batch::EMPTY;
    let tags = [0, 127, rng.usize(..128), rng.usize(..128)];
    for _ in 0..count {
        let hash = hash_of(tags[rng.usize(..4)], rng.usize(..16), rng);
        let word = rng.u64(..);
        match rng.u8(..8) {
            // The same again.
            0 if batch.count > 0 => {
                let earlier = rng.usize(..batch.count);
                batch.push(batch.hashes[earlier], batch.words[earlier]);
            }
            1 => batch.push(hash, u64::from(rng.u8(..2))),
            _ => batch.push(hash, word),
        }
    }
    let mut table = Table::free(size, batch.words[rng.usize(..count.max(1))]);
    for (hash, word) in batch.pairs() {
        let tag = Tag::of(hash);
        let [home, alternate] = table.pair(hash);
        let slot = rng.usize(1..8);
        match rng.u8(..8) {
            0..3 => table.set(home, slot, tag.at_home().0, word),
            3..5 => table.set(alternate, slot, tag.displaced().0, word),
            5 => table.set(home, slot, tag.at_home().0, !word),
            6 => table.set(home, slot, EDGES[rng.usize(..8)], word),
            _ => {}
        }
    }
    for words in &mut table.groups[..size] {
        words[0] = words[0] & !0xff | u64::from(rng.u8(..) | rng.u8(..));
    }
    (table, batch)
}

fn s6_find_words_of_every_length() {
    let mut rng = Rng::with_seed(6);
    let mut kinds = [0; 4];
    for _ in 0..20 / STRIDE.min(20) {
        for count in (0..=MOST).step_by(STRIDE.min(7)) {
            let (table, batch) = random_case(SIZES[rng.usize(..5)], count, &mut rng);
            for (sum, one) in kinds.iter_mut().zip(check_batch(&table, &batch)) {
                *sum += one;
            }
        }
    }
    let least = kinds.iter().sum::<usize>() / 20;
    assert!(least > 10 && kinds.iter().all(|&kind| kind > least), "each kind: {kinds:?}");
}

fn s6_find_words_of_every_tag_in_every_group() {
    let mut rng = Rng::with_seed(66);
    for number in (0..128).step_by(STRIDE) {
        for size in SIZES {
            let mut batch = Batch::EMPTY;
            for home in 0..size {
                batch.push(hash_of(number, home, &mut rng), rng.u64(..));
            }
            let tag = Tag::of(batch.hashes[0]);
            let free = Table::free(size, batch.words[0]);
            assert_eq!(check_batch(&free, &batch), [0, 0, size, 0]);
            let (mut at_home, mut displaced) = (free, free);
            for (index, (hash, word)) in batch.pairs().enumerate() {
                let [home, alternate] = free.pair(hash);
                let slot = 1 + (number + index) % 7;
                at_home.set(home, slot, tag.at_home().0, word);
                displaced.set(alternate, slot, tag.displaced().0, word);
            }
            assert_eq!(check_batch(&at_home, &batch), [size, 0, 0, 0]);
            // The filter bit of the class, and only that one, leads to the alternate.
            displaced.set_filters(!(1 << tag.class().get()));
            assert_eq!(check_batch(&displaced, &batch), [0, 0, size, 0]);
            displaced.set_filters(1 << tag.class().get());
            assert_eq!(check_batch(&displaced, &batch), [0, size, 0, 0]);
            batch.words = batch.words.map(|word| !word);
            assert_eq!(check_batch(&displaced, &batch), [0, 0, 0, size]);
        }
    }
}

fn s6_find_words_among_false_matches() {
    let mut rng = Rng::with_seed(666);
    for matching in (0..128u32).step_by(STRIDE) {
        for first in (0..128).step_by(16 * STRIDE) {
            // In each of sixteen groups, slots of `matching` carry the byte, and entries of a number
            // of its own the value: the lowest slot of both is the answer.
            let mut batch = Batch::EMPTY;
            let number = rng.usize(..128);
            for home in 0..16 {
                batch.push(hash_of(number, home, &mut rng), rng.u64(..));
            }
            let tag = Tag::of(batch.hashes[0]);
            for (which, slot_byte) in [(0, tag.at_home().0), (1, tag.displaced().0)] {
                let mut table = Table::free(16, batch.words[0]);
                let mut hits = 0;
                for (equal, (hash, word)) in (first..).zip(batch.pairs()) {
                    let group = table.pair(hash)[which];
                    for slot in 1..8 {
                        let byte = slot_byte ^ (!matching >> (slot - 1) & 1) as u8;
                        let entry = if equal >> (slot - 1) & 1 == 1 { word } else { rng.u64(..) };
                        table.set(group, slot, byte, entry);
                    }
                    hits += usize::from(matching & equal != 0);
                }
                table.set_filters(0xff);
                let kinds = check_batch(&table, &batch);
                assert_eq!([kinds[which], kinds[1 - which]], [hits, 0]);
            }
        }
    }
}

/// As for [`find_word`](super::s6_find_word_takes_no_metadata_word_for_an_entry).
fn s6_find_words_takes_no_metadata_word_for_an_entry() {
    let mut rng = Rng::with_seed(668);
    for number in (0..128).step_by(STRIDE) {
        let hash = hash_of(number, 0, &mut rng);
        let tag = Tag::of(hash);
        let mut table = Table::free(2, 0);
        let [home, alternate] = table.pair(hash);
        table.groups[home][0] = tag.at_home().0.into();
        let mut batch = Batch::EMPTY;
        batch.push(hash, tag.at_home().0.into());
        check_batch(&table, &batch);
        table.groups[home][0] |= 0xff;
        table.groups[alternate][0] = tag.displaced().0.into();
        batch.push(hash, tag.displaced().0.into());
        check_batch(&table, &batch);
    }
}

fn s6_find_words_next_to_every_filter() {
    let mut rng = Rng::with_seed(66_666);
    for number in (0..128).step_by(STRIDE) {
        let mut batch = Batch::EMPTY;
        for home in 0..16 {
            batch.push(hash_of(number, home, &mut rng), rng.u64(..));
        }
        let tag = Tag::of(batch.hashes[0]);
        for [slot, other_slot] in [[1, 2], [2, 1]] {
            // What a carry or a borrow from the filter would take for a match.
            let mut table = Table::free(16, 0);
            for (hash, word) in batch.pairs() {
                let [home, alternate] = table.pair(hash);
                table.set(home, slot, tag.at_home().0 ^ 1, word);
                table.set(alternate, other_slot, tag.displaced().0 ^ 1, word);
            }
            for first in (0..=255u8).step_by(16 * STRIDE.min(8)) {
                for (filter, words) in (first..=first | 15).zip(&mut table.groups) {
                    words[0] = words[0] & !0xff | u64::from(filter);
                }
                let [_, _, absent, maybe_stashed] = check_batch(&table, &batch);
                assert_eq!(absent + maybe_stashed, 16);
            }
        }
    }
}

fn s6_find_words_through_the_door() {
    let mut rng = Rng::with_seed(6666);
    for _ in 0..500 / STRIDE {
        let (table, batch) = random_case(SIZES[rng.usize(..5)], rng.usize(..MOST), &mut rng);
        // Slices of different lengths, either of them the longer one.
        let words = &batch.words[..batch.count];
        let mut answers = batch.hashes;
        let answers = &mut answers[..rng.usize(..MOST)];
        let expected = batch.pairs().take(answers.len());
        let mut expected = expected
            .map(|(hash, word)| oracle::find_word(&table.groups[..table.count], hash, word));
        // SAFETY: the table is aligned to 64 bytes and initialised.
        for found in unsafe { probe::find_words(table.lines(), table.geometry(), words, answers) } {
            let found = match found {
                FoundWord::At(entry) => {
                    let place = table.place(entry.addr().get());
                    // SAFETY: the address of an entry of the table, which is initialised.
                    assert!(words.contains(&unsafe { entry.read() }));
                    place
                }
                FoundWord::Absent => Found::Absent,
                FoundWord::MaybeStashed => Found::MaybeStashed,
            };
            assert_eq!(Some(found), expected.next());
        }
        assert_eq!(expected.next(), None);
    }
}

fn s7_find_words_ends_in_full_tables() {
    let mut rng = Rng::with_seed(7);
    for number in (0..128).step_by(STRIDE) {
        let mut batch = Batch::EMPTY;
        for home in 0..16 {
            batch.push(hash_of(number, home, &mut rng), rng.u64(..));
        }
        let tag = Tag::of(batch.hashes[0]);
        for size in SIZES.into_iter().step_by(STRIDE.min(3)) {
            for slot_byte in [tag.at_home().0, tag.displaced().0, 0x01, 0xff] {
                let mut table = Table::free(size, 0);
                for group in 0..size {
                    for slot in 1..8 {
                        table.set(group, slot, slot_byte, rng.u64(..));
                    }
                }
                assert_eq!(check_batch(&table, &batch), [0, 0, 16, 0]);
                table.set_filters(0xff);
                assert_eq!(check_batch(&table, &batch), [0, 0, 0, 16]);
                // The last place that is looked at, for one word of each home.
                for (hash, word) in batch.pairs().take(size) {
                    table.set(table.pair(hash)[1], 7, tag.displaced().0, word);
                }
                assert_eq!(check_batch(&table, &batch), [0, size, 0, 16 - size]);
            }
        }
    }
}

fn s11_find_words_of_every_kind_of_entry() {
    let mut rng = Rng::with_seed(11);
    let mut batch = Batch::EMPTY;
    let bits = (0..64).map(|bit| 1u64 << bit);
    for entry in [0, u64::MAX, MAYBE_STASHED as u64].into_iter().chain(bits) {
        batch.push(rng.u64(..), entry);
    }
    // One entry at a time is there, at home or in the alternate, where its lone bit has neighbours
    // in the other words.
    for (hash, entry) in batch.pairs().step_by(STRIDE.min(40)) {
        let tag = Tag::of(hash);
        let free = Table::free(16, entry);
        for (which, slot_byte) in [(0, tag.at_home().0), (1, tag.displaced().0)] {
            let mut table = free;
            table.set_filters(0xff);
            table.set(table.pair(hash)[which], rng.usize(1..8), slot_byte, entry);
            let kinds = check_batch(&table, &batch);
            assert_eq!([kinds[which], kinds[3]], [1, batch.count - 1]);
        }
    }
}
