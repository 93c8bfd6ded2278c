//! Every backend of the probe routines against their contract.
//!
//! One runner, [`check_word`] for the steps and [`check_lookup`] for the whole lookup, asks every
//! backend of the target and compares its answers with the oracle's. The cases only make words and
//! tables: all of them where that can be done, traps where a wrong routine would step, random ones
//! for the rest. Slots that match have neighbours on both sides that almost do, and behind each
//! free or foreign slot byte stands the very entry that is looked for.

use fastrand::Rng;
use heptad::layout::{SlotByte, SlotMask, Tag, Word};
use heptad::probe::oracle::Found;
use heptad::probe::{self, BACKENDS, Backend, FoundWord, MAYBE_STASHED};

pub mod batch;
mod runner;

use runner::{EDGES, SIZES, STRIDE, Table, check_lookup, check_word, hash_of};

cases!(
    s5_free_slot_of_every_presence_pattern,
    s5_free_slot_full_group,
    s5_free_slot_above_a_free_slot,
    s6_match_slots_of_every_byte,
    s6_match_slots_next_to_a_match,
    s6_match_slots_of_random_words,
    s6_find_word_of_every_tag_in_every_slot,
    s6_find_word_among_false_matches,
    s6_find_word_takes_no_metadata_word_for_an_entry,
    s6_find_word_ignores_stale_stashed_and_foreign_entries,
    s6_find_word_in_random_tables,
    s6_find_word_through_the_door,
    s7_find_word_ends_in_full_tables,
    s11_find_word_of_every_kind_of_entry,
);

fn s5_free_slot_of_every_presence_pattern() {
    let mut rng = Rng::with_seed(5);
    for pattern in (0..256).step_by(STRIDE) {
        for filter in (0..=255).step_by(STRIDE) {
            // Bit 0 of a presence pattern is the filter's place, and must not matter.
            let mut bytes = [filter & !1 | pattern as u8 & 1; 8];
            for (slot, byte) in bytes.iter_mut().enumerate().skip(1) {
                let taken = pattern >> slot & 1 == 1;
                *byte = if taken { rng.u8(1..) } else { 0 };
            }
            check_word(u64::from_le_bytes(bytes), filter);
        }
    }
}

fn s5_free_slot_full_group() {
    let mut rng = Rng::with_seed(55);
    for filter in (0..=255).step_by(STRIDE) {
        for edge in &EDGES[1..] {
            let mut bytes = [*edge; 8];
            bytes[0] = filter;
            for slot in 1..8 {
                let full = u64::from_le_bytes(bytes);
                assert_eq!(probe::free_slot(Word(full)), None, "{full:#018x}");
                for Backend { name, free_slot, .. } in BACKENDS {
                    assert_eq!(free_slot(full), 0, "{name}: free_slot({full:#018x})");
                }
                bytes[slot] = rng.u8(1..);
            }
        }
    }
}

fn s5_free_slot_above_a_free_slot() {
    // A zero byte borrows from the byte above it: whatever is there, the lower one is the answer.
    for filter in EDGES {
        for above in (0..=255).step_by(STRIDE) {
            for slot in 1..8 {
                let mut bytes = [0xff; 8];
                bytes[0] = filter;
                bytes[slot] = 0;
                if let Some(byte) = bytes.get_mut(slot + 1) {
                    *byte = above;
                }
                let word = u64::from_le_bytes(bytes);
                check_word(word, 0);
                let free = probe::free_slot(Word(word)).expect("a slot is free");
                assert_eq!(free.get(), slot);
            }
        }
    }
}

fn s6_match_slots_of_every_byte() {
    for wanted in (0..=255u8).step_by(STRIDE) {
        let decoys = [wanted ^ 1, wanted ^ 0x80, wanted.wrapping_add(1), wanted, !wanted, 0, 0xff];
        for byte in (0..=255).step_by(STRIDE) {
            for slot in 1..8 {
                let turn = usize::from(byte) + slot;
                let mut bytes = [decoys[turn % 7]; 8];
                bytes[slot - 1] = decoys[turn / 7 % 7];
                bytes[slot] = byte;
                check_word(u64::from_le_bytes(bytes), wanted);
            }
        }
    }
}

fn s6_match_slots_next_to_a_match() {
    // `wanted ^ 1` above a match is what a borrow from the match would report.
    for wanted in (0..=255).step_by(STRIDE) {
        for matching in (0..=255u8).step_by(STRIDE) {
            let mut bytes = [wanted ^ 1; 8];
            for (index, byte) in bytes.iter_mut().enumerate() {
                *byte ^= matching >> index & 1;
            }
            let word = u64::from_le_bytes(bytes);
            check_word(word, wanted);
            let mask = probe::match_slots(Word(word), SlotByte(wanted));
            assert_eq!(mask.count(), (matching & 0xfe).count_ones() as usize);
            assert!(mask.without(SlotMask::ALL).is_empty());
        }
    }
}

fn s6_match_slots_of_random_words() {
    let mut rng = Rng::with_seed(6);
    for _ in 0..20_000 / STRIDE {
        let wanted = rng.u8(..);
        let mut bytes = rng.u64(..).to_le_bytes();
        for byte in &mut bytes {
            match rng.u8(..4) {
                0 => *byte = wanted,
                1 => *byte = EDGES[rng.usize(..8)],
                2 => *byte = wanted ^ 1 << rng.u8(..8),
                _ => {}
            }
        }
        check_word(u64::from_le_bytes(bytes), wanted);
    }
}

fn s6_find_word_of_every_tag_in_every_slot() {
    let mut rng = Rng::with_seed(66);
    for number in (0..128).step_by(STRIDE) {
        for count in SIZES {
            for home in 0..count {
                let hash = hash_of(number, home, &mut rng);
                let wanted = rng.u64(..);
                let tag = Tag::of(hash);
                let slot = 1 + (number + home) % 7;
                // Everything stale is the wanted entry; only the slot byte decides.
                let mut table = Table::free(count, wanted);
                let [home, alternate] = table.pair(hash);

                assert_eq!(check_lookup(&table, hash, wanted), Found::Absent);
                let mut placed = table;
                placed.set(home, slot, tag.at_home().0, wanted);
                let found = check_lookup(&placed, hash, wanted);
                assert_eq!(found, Found::At { group: home, slot });

                // The filter bit of the class, and only that one, leads to the alternate.
                table.set(alternate, slot, tag.displaced().0, wanted);
                table.set_filters(!(1 << tag.class().get()));
                assert_eq!(check_lookup(&table, hash, wanted), Found::Absent);
                table.set_filters(1 << tag.class().get());
                let found = check_lookup(&table, hash, wanted);
                assert_eq!(found, Found::At { group: alternate, slot });
                assert_eq!(check_lookup(&table, hash, !wanted), Found::MaybeStashed);
            }
        }
    }
}

/// The filter byte is that of the tag, and the metadata word is the word that is looked for.
fn s6_find_word_takes_no_metadata_word_for_an_entry() {
    let mut rng = Rng::with_seed(667);
    for number in (0..128).step_by(STRIDE) {
        let hash = hash_of(number, 0, &mut rng);
        let tag = Tag::of(hash);
        let mut table = Table::free(2, 0);
        let [home, alternate] = table.pair(hash);
        table.groups[home][0] = tag.at_home().0.into();
        check_lookup(&table, hash, tag.at_home().0.into());
        table.groups[home][0] |= 0xff;
        table.groups[alternate][0] = tag.displaced().0.into();
        check_lookup(&table, hash, tag.displaced().0.into());
    }
}

fn s6_find_word_among_false_matches() {
    let mut rng = Rng::with_seed(666);
    for matching in (0..128u32).step_by(STRIDE) {
        for equal in (0..128).step_by(STRIDE) {
            // Slots of `matching` carry the byte, entries of `equal` the value: the lowest slot of
            // both is the answer, at home as in the alternate.
            let hash = rng.u64(..);
            let wanted = rng.u64(..);
            let tag = Tag::of(hash);
            for (which, slot_byte) in [(0, tag.at_home().0), (1, tag.displaced().0)] {
                let mut table = Table::free(4, wanted);
                table.set_filters(0xff);
                let group = table.pair(hash)[which];
                for slot in 1..8 {
                    let byte = slot_byte ^ (!matching >> (slot - 1) & 1) as u8;
                    let entry = if equal >> (slot - 1) & 1 == 1 { wanted } else { rng.u64(..) };
                    table.set(group, slot, byte, entry);
                }
                let found = check_lookup(&table, hash, wanted);
                let expected = match matching & equal {
                    0 => Found::MaybeStashed,
                    both => Found::At { group, slot: 1 + both.trailing_zeros() as usize },
                };
                assert_eq!(found, expected);
            }
        }
    }
}

fn s6_find_word_ignores_stale_stashed_and_foreign_entries() {
    let mut rng = Rng::with_seed(6666);
    for byte in (0..=255).step_by(STRIDE) {
        for number in (0..128).step_by(STRIDE) {
            let hash = hash_of(number, 0, &mut rng);
            // All bytes equal: a word read across two entries is the wanted one too.
            let wanted = u64::from_le_bytes([rng.u8(..); 8]);
            let mut table = Table::free(2, wanted);
            table.set_filters(0xff);
            let [home, alternate] = table.pair(hash);
            let tag = Tag::of(hash);
            for slot in 1..8 {
                table.set(home, slot, if byte == tag.at_home().0 { 0 } else { byte }, wanted);
                table.set(
                    alternate,
                    slot,
                    if byte == tag.displaced().0 { 1 } else { byte },
                    wanted,
                );
            }
            assert_eq!(check_lookup(&table, hash, wanted), Found::MaybeStashed);
            table.set_filters(0);
            assert_eq!(check_lookup(&table, hash, wanted), Found::Absent);
        }
    }
}

fn s6_find_word_in_random_tables() {
    let mut rng = Rng::with_seed(66_666);
    let mut seen = [0; 4];
    for _ in 0..20_000 / STRIDE {
        let count = SIZES[rng.usize(..SIZES.len())];
        let hash = rng.u64(..) >> if rng.u8(..8) == 0 { 7 } else { 0 };
        let wanted = rng.u64(..);
        let mut table = Table::free(count, wanted);
        let [home, alternate] = table.pair(hash);
        let tag = Tag::of(hash);
        for group in [home, alternate] {
            table.groups[group][0] = if rng.u8(..4) > 0 { rng.u64(..) } else { 0 };
            for slot in 1..8 {
                let byte = match rng.u8(..6) {
                    0 => tag.at_home().0,
                    1 => tag.displaced().0,
                    2 => tag.at_home().0 ^ 1 << rng.u8(..8),
                    3 => EDGES[rng.usize(..8)],
                    _ => rng.u8(..),
                };
                let entry = match rng.u8(..4) {
                    0 => wanted,
                    1 => wanted ^ 1 << rng.u8(..64),
                    _ => rng.u64(..),
                };
                table.set(group, slot, byte, entry);
            }
        }
        seen[match check_lookup(&table, hash, wanted) {
            Found::At { group, .. } if group == home => 0,
            Found::At { .. } => 1,
            Found::Absent => 2,
            Found::MaybeStashed => 3,
        }] += STRIDE;
    }
    assert!(seen.iter().all(|&times| times > 1_000), "each way to end comes up: {seen:?}");
}

fn s6_find_word_through_the_door() {
    let mut rng = Rng::with_seed(666_666);
    for _ in 0..2_000 / STRIDE {
        let (hash, wanted) = (rng.u64(..), rng.u64(..));
        let mut table = Table::free(4, wanted);
        let [home, alternate] = table.pair(hash);
        match rng.u8(..3) {
            0 => table.set(home, rng.usize(1..8), Tag::of(hash).at_home().0, wanted),
            1 => table.set(alternate, rng.usize(1..8), Tag::of(hash).displaced().0, wanted),
            _ => {}
        }
        table.set_filters(rng.u8(..));
        // SAFETY: the table is aligned to 64 bytes and initialised.
        let answer = unsafe { probe::find_word(table.lines(), table.geometry(), hash, wanted) };
        let found = match answer {
            FoundWord::At(entry) => table.place(entry.addr().get()),
            FoundWord::Absent => Found::Absent,
            FoundWord::MaybeStashed => Found::MaybeStashed,
        };
        assert_eq!(found, check_lookup(&table, hash, wanted));
    }
}

fn s7_find_word_ends_in_full_tables() {
    let mut rng = Rng::with_seed(7);
    for number in (0..128).step_by(STRIDE) {
        for count in SIZES {
            let hash = hash_of(number, rng.usize(..count), &mut rng);
            let wanted = rng.u64(..);
            let tag = Tag::of(hash);
            for slot_byte in [tag.at_home().0, tag.displaced().0, 0x01, 0xff] {
                let mut table = Table::free(count, 0);
                for group in 0..count {
                    for slot in 1..8 {
                        table.set(group, slot, slot_byte, rng.u64(..));
                    }
                }
                assert_eq!(check_lookup(&table, hash, wanted), Found::Absent);
                table.set_filters(0xff);
                assert_eq!(check_lookup(&table, hash, wanted), Found::MaybeStashed);
                // The last place that is looked at.
                let alternate = table.pair(hash)[1];
                table.set(alternate, 7, tag.displaced().0, wanted);
                let found = check_lookup(&table, hash, wanted);
                assert_eq!(found, Found::At { group: alternate, slot: 7 });
            }
        }
    }
}

fn s11_find_word_of_every_kind_of_entry() {
    let mut rng = Rng::with_seed(11);
    let bits = (0..64).map(|bit| 1u64 << bit);
    for entry in [0, u64::MAX, MAYBE_STASHED as u64].into_iter().chain(bits) {
        let hash = rng.u64(..);
        let tag = Tag::of(hash);
        let slot = rng.usize(1..8);
        let mut table = Table::free(2, !entry);
        table.set_filters(0xff);
        let [home, alternate] = table.pair(hash);
        for (group, slot_byte) in [(home, tag.at_home().0), (alternate, tag.displaced().0)] {
            let mut placed = table;
            placed.set(group, slot, slot_byte, entry);
            assert_eq!(check_lookup(&placed, hash, entry), Found::At { group, slot });
            for bit in (0..64).step_by(STRIDE) {
                assert_eq!(check_lookup(&placed, hash, entry ^ 1 << bit), Found::MaybeStashed);
            }
        }
    }
}
