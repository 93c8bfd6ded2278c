use std::vec;

use super::*;

/// The page's own formula, in arithmetic that cannot overflow.
fn page_estimate(entries: u128) -> u32 {
    128 - ((entries * 3) >> 4).leading_zeros()
}

/// The least exponent whose capacity suffices, found by trying.
fn least_log2(entries: u128) -> u32 {
    (0..).find(|&log2| (7u128 << log2) * 15 / 16 >= entries).unwrap()
}

#[test]
#[cfg_attr(miri, ignore = "pure arithmetic, and hours of it")]
fn s3_estimate_equals_page_up_to_2_20() {
    let mut one_too_many = 0;
    for entries in 0..=1 << 20 {
        let estimate = estimate_log2_groups(entries).unwrap();
        assert_eq!(estimate, page_estimate(entries as u128));
        let least = least_log2(entries as u128);
        assert_eq!(log2_groups_for(entries, MaxLoad::FifteenSixteenths), Some(least));
        assert!(estimate == least || estimate == least + 1, "{entries}");
        one_too_many += usize::from(estimate == least + 1);
    }
    let share = one_too_many as f64 / (1 << 20) as f64;
    assert!((0.3065..0.3075).contains(&share), "{share}");
}

#[test]
fn s3_estimate_at_every_boundary() {
    assert_eq!(estimate_log2_groups(0), Some(0));
    for log2 in 0..usize::BITS - 3 {
        let boundary = ((1u128 << log2) * 16 / 3) as usize;
        for entries in boundary.saturating_sub(2)..=boundary.saturating_add(2) {
            if (entries as u128) * 3 <= usize::MAX as u128 {
                assert_eq!(estimate_log2_groups(entries), Some(page_estimate(entries as u128)));
            }
        }
    }
}

#[test]
fn s3_near_the_top_is_none_never_overflow() {
    assert_eq!(estimate_log2_groups(usize::MAX), None);
    assert_eq!(estimate_log2_groups(usize::MAX / 3 + 1), None);
    assert!(estimate_log2_groups(usize::MAX / 3).is_some());
    for load in [MaxLoad::FifteenSixteenths, MaxLoad::SevenEighths, MaxLoad::ThreeQuarters] {
        assert_eq!(log2_groups_for(usize::MAX, load), None);
        assert_eq!(log2_groups_for(usize::MAX / 3, load), None);
        // The last table of less than an address space, and one entry more.
        let most = usize::BITS - 7;
        let entries = max_entries(1 << most, load);
        assert_eq!(log2_groups_for(entries, load), Some(most));
        assert_eq!(log2_groups_for(entries + 1, load), None);
    }
}

#[test]
fn s4_capacities_are_the_page_s() {
    let capacities: [usize; 6] =
        core::array::from_fn(|log2| max_entries(1 << log2, MaxLoad::FifteenSixteenths));
    assert_eq!(capacities, [6, 13, 26, 52, 105, 210]);
    for log2 in 0..usize::BITS - 6 {
        let exact = (7u128 << log2) * 15 / 16;
        assert_eq!(max_entries(1 << log2, MaxLoad::FifteenSixteenths) as u128, exact);
        assert_eq!(
            max_entries(1 << log2, MaxLoad::ThreeQuarters) as u128,
            (7u128 << log2) * 12 / 16
        );
    }
}

#[test]
fn log2_groups_is_least_for_every_load() {
    for load in [MaxLoad::SevenEighths, MaxLoad::ThreeQuarters] {
        for entries in 1..10_000 {
            let log2 = log2_groups_for(entries, load).unwrap();
            assert!(max_entries(1 << log2, load) >= entries);
            assert!(log2 == 0 || max_entries(1 << (log2 - 1), load) < entries);
        }
    }
}

#[test]
fn s2_group_from_low_bits_tag_from_high_bits() {
    let geometry = Geometry::largest_within(1024).unwrap();
    for group in 0..1024u64 {
        assert_eq!(geometry.home(group).group() as u64, group);
        assert_eq!(geometry.home(group | 0xffff_ffff_ffff_fc00).group() as u64, group);
    }
    for high in 0..128u64 {
        let tag = Tag::of(high << 57);
        assert_eq!(tag, Tag::of(high << 57 | (u64::MAX >> 7)));
        assert_eq!(tag.get(), if high == 0 { 1 } else { high as u8 });
        assert_eq!(tag.class().get(), tag.get() as u32 % 8);
        assert!(!tag.at_home().is_displaced() && tag.displaced().is_displaced());
        assert_eq!(tag.at_home().moved(), tag.displaced());
        assert_eq!(tag.displaced().class(), tag.class());
        assert!(SlotByte::FREE.is_free() && !tag.at_home().is_free() && !tag.displaced().is_free());
    }
}

#[test]
fn alternate_is_an_involution_into_the_other_parity() {
    for log2 in 0..=if cfg!(miri) { 5 } else { 12 } {
        let geometry = Geometry::largest_within(1 << log2).unwrap();
        for group in 0..geometry.groups() {
            let here = geometry.at(group);
            for class in (0..8).map(Class::new) {
                let there = geometry.alternate(here, class);
                assert_eq!(geometry.alternate(there, class), here);
                if log2 > 0 {
                    assert_ne!(there.group() % 2, here.group() % 2);
                }
            }
        }
    }
}

/// Why the alternate subtracts and does not XOR: with XOR the table falls apart into components
/// that cannot help each other.
#[test]
fn alternates_connect_the_whole_table() {
    let geometry = Geometry::largest_within(1 << if cfg!(miri) { 6 } else { 12 }).unwrap();
    let mut reached = vec![false; geometry.groups()];
    let mut queue = vec![Offset::FIRST];
    reached[0] = true;
    while let Some(here) = queue.pop() {
        for class in (0..8).map(Class::new) {
            let there = geometry.alternate(here, class);
            if !core::mem::replace(&mut reached[there.group()], true) {
                queue.push(there);
            }
        }
    }
    assert!(reached.iter().all(|&reached| reached));
}

#[test]
fn word_round_trips() {
    let mut word = Word::EMPTY;
    for (index, slot) in Slot::ALL.into_iter().enumerate() {
        assert_eq!(slot.get(), index + 1);
        word = word.with_slot_byte(slot, SlotByte(0x10 + index as u8));
    }
    word = word.with_filter(Class::new(7)).with_filter(Class::new(0));
    assert_eq!(word, Word(0x1615_1413_1211_1081));
    assert_eq!(Word(0x0203_0001_0000_0001).displaced(), SlotMask::new(0x0080_0080_0000_0000));
    assert_eq!(word.with_filter_bit(Class::new(7), false).filter(), 1);
    assert_eq!(word.with_filter_bit(Class::new(6), true).filter(), 0xc1);
    assert!(word.filter_has(Class::new(7)) && !word.filter_has(Class::new(6)));
    assert_eq!(SlotMask::ALL.count(), SLOTS);
    assert!(SlotMask::ALL.eq(Slot::ALL));
    assert_eq!(SlotMask::new(u64::MAX), SlotMask::ALL);
    assert_eq!(Slot::new(0), None);
    assert_eq!(Slot::new(8), None);
    assert_eq!(Slot::new(7), Some(Slot::ALL[6]));
}

/// Every set of slots, from every first one: also from none, and from after the last.
#[test]
fn a_walk_over_slots_can_start_anywhere() {
    for set in 0..128u64 {
        let slots = || Slot::ALL.into_iter().filter(|slot| set >> (slot.get() - 1) & 1 == 1);
        let mask = SlotMask::new(slots().fold(0, |bits, slot| bits | 0x80 << slot.entry_bytes()));
        for first in 0..12 {
            assert!(mask.starting_at(first).eq(slots().filter(|slot| slot.get() >= first)));
        }
    }
}

#[test]
fn impossible_sizes_do_not_overflow() {
    for load in [MaxLoad::FifteenSixteenths, MaxLoad::SevenEighths, MaxLoad::ThreeQuarters] {
        assert_eq!(max_entries(usize::MAX, load), usize::MAX);
    }
    let groups = Geometry::largest_within(usize::MAX).unwrap().groups();
    assert_eq!(groups, usize::MAX / 128 + 1);
}

#[test]
fn largest_within_takes_the_power_of_two_below() {
    assert_eq!(Geometry::largest_within(0), None);
    for lines in 1..200usize {
        let groups = Geometry::largest_within(lines).unwrap().groups();
        assert!(groups.is_power_of_two() && groups <= lines && 2 * groups > lines);
    }
}

/// Every set of free slots, beside the bytes that are nearest to a free one, over filters of every kind.
#[test]
fn a_word_knows_whether_a_slot_is_free() {
    for free in 0..128u64 {
        for full in [0x01, 0x02, 0x7f, 0x80, 0xff] {
            let bytes = |word: u64, slot: Slot| {
                let is_free = free >> (slot.get() - 1) & 1 == 1;
                word | if is_free { 0 } else { full << slot.entry_bytes() }
            };
            let slots = Slot::ALL.into_iter().fold(0, bytes);
            for filter in [0x00, 0x01, 0x80, 0xff] {
                assert_eq!(Word(slots | filter).has_free_slot(), free != 0, "{slots:#x} {filter}");
            }
        }
    }
}

/// Each slot of a window alone, in windows that have all their groups and in those that have not.
#[test]
fn a_window_yields_the_bytes_of_each_entry() {
    // The bit of the word of this number in its window.
    let bit = |word: usize| 1 << if WINDOW == 1 { 8 * word + 7 } else { word };
    for groups in [1, 2, 4, 8, 1 << 20] {
        let slots = || (0..8 * WINDOW).filter(|word| word % 8 != 0 && word / 8 < groups);
        assert!(WindowMask::new(u64::MAX, groups).eq(slots().map(|word| word * ENTRY_BYTES)));
        assert_eq!(WindowMask::new(u64::MAX, groups).count(), slots().count());
        for word in 0..8 * WINDOW {
            let one = WindowMask::new(bit(word), groups);
            assert!(one.eq(slots().filter(|&slot| slot == word).map(|slot| slot * ENTRY_BYTES)));
            assert_eq!(one.is_empty(), !slots().any(|slot| slot == word), "{word} of {groups}");
        }
    }
}

/// Every set of displaced slots, where their bytes are the least and the greatest, and so are those of the others.
#[test]
fn a_word_splits_into_the_displaced_and_the_others() {
    for displaced in 0..128u64 {
        for (elsewhere, at_home) in [(0x01, 0x02), (0xff, 0xfe), (0x01, 0x00), (0x81, 0x80)] {
            let word = |elsewhere: u64, at_home: u64| {
                Slot::ALL.into_iter().fold(0, |word, slot| {
                    let is_displaced = displaced >> (slot.get() - 1) & 1 == 1;
                    word | (if is_displaced { elsewhere } else { at_home }) << slot.entry_bytes()
                })
            };
            let both = Word(word(elsewhere, at_home));
            assert_eq!(both.with_displaced_alone(), Word(word(1, 0)));
            assert_eq!(both.without_displaced(), Word(word(0, at_home)));
        }
    }
}

#[test]
fn masks_of_a_condition_and_of_a_preference() {
    let odd = SlotMask::of(&Slot::ALL, |slot| slot.get() % 2 == 1);
    assert!(odd.map(Slot::get).eq([1, 3, 5, 7]));
    let low = SlotMask::of(&Slot::ALL[..3], |_| true);
    assert!(low.map(Slot::get).eq([1, 2, 3]));
    assert!(odd.preferring(low).map(Slot::get).eq([1, 3]));
    let even = low.without(odd);
    assert_eq!(odd.preferring(even), odd);
}

/// Every byte in every slot, between bytes that differ by one bit.
#[test]
fn displaced_entries_of_a_class_are_found() {
    for (class, byte) in (0..8).flat_map(|class| (0..=255u8).map(move |byte| (class, byte))) {
        let is_one = |byte: u8| byte & 1 == 1 && byte >> 1 & 7 == class;
        for slot in Slot::ALL {
            let neighbours = u64::from_ne_bytes([byte ^ 8; 8]);
            let word = Word(neighbours).with_slot_byte(slot, SlotByte(byte));
            let expected = |other: &Slot| is_one(if *other == slot { byte } else { byte ^ 8 });
            assert!(
                word.displaced_like(Class::new(class)).eq(Slot::ALL.into_iter().filter(expected))
            );
        }
    }
}
