use std::vec;

use super::*;
use crate::{
    hash::{Keyed, hash_word},
    layout::{Line, MaxLoad, touched::assert_header_says},
    robin_hood::{
        find::{place_of, run_of},
        raw::Raw,
        shape::Shape,
    },
    storage::{Downward, Region, Zeroed},
};

/// A set in a region with as many homes as `log2_homes` says, and so many random keys.
fn random_set<'a>(
    memory: &'a mut [Line],
    log2_homes: u32,
    len: usize,
    seed: u64,
) -> Set<Region<'a>> {
    let region = Region::from_lines(memory).unwrap();
    let mut set =
        Set::with_max_load_in(region, MaxLoad::FifteenSixteenths, Keyed::new(seed)).unwrap();
    while set.stats().homes < 1 << log2_homes {
        set.try_grow().unwrap();
    }
    for key in 0..len as u64 {
        set.try_insert(key).unwrap();
    }
    set
}

/// The table of costs in the module's essay.
#[test]
#[cfg_attr(miri, ignore = "statistics")]
fn costs_are_as_documented() {
    const LOG2_HOMES: u32 = 16;
    let homes = 1usize << LOG2_HOMES;
    // Sixteenths; hundredths of slots from home, of words moved, and of lines.
    for (sixteenths, from_home, moved, lines) in
        [(8, 50, 100, 106), (12, 150, 600, 119), (14, 350, 2800, 144), (15, 750, 12000, 194)]
    {
        let mut memory = vec![Line::EMPTY; homes / 8 + 8];
        let len = homes * sixteenths / 16;
        let set = random_set(&mut memory, LOG2_HOMES, len, 3);
        let stats = set.stats();
        let close = |count: usize, of: usize, expected: usize, percent: usize, what: &str| {
            let found = count * 100 / of;
            let error = found.abs_diff(expected) * 100;
            assert!(error <= expected * percent, "{what} at {sixteenths}/16: {found}");
        };
        close(stats.displacement, len, from_home, 12, "slots from home");
        close(stats.lines_of_hits, len, lines, 4, "lines");
        let (mut words, tries) = (0, 20_000);
        for number in 0..tries as u64 {
            let word = hash_word(1, hash_word(77, number));
            let place = place_of(set.layout(), set.raw.shape, word);
            words += set.layout()[place..].iter().take_while(|&&word| word != 0).count();
        }
        close(words, tries, moved, 15, "words moved");
    }
    assert_header_says(
        "At load 7/8 a hit touches 1.44 lines on average and an insertion moves 28 keys, at 3/4 it is 1.19 and 6.",
    );
}

/// The table of worst cases in docs/measurements.md.
#[test]
#[cfg_attr(miri, ignore = "statistics")]
fn the_worst_of_random_tables_is_documented() {
    const LOG2_HOMES: u32 = 16;
    let homes = 1usize << LOG2_HOMES;
    let page = include_str!("../../docs/measurements.md");
    for (load, sixteenths) in [("3/4", 12), ("7/8", 14), ("15/16", 15)] {
        let mut memory = vec![Line::EMPTY; homes / 8 + 8];
        let stats = random_set(&mut memory, LOG2_HOMES, homes * sixteenths / 16, 3).stats();
        let row = std::format!("| {load} | {} | {} |", stats.most_displacement, stats.longest_run);
        assert!(page.contains(&row), "docs/measurements.md has no row {row}");
    }
}

/// A search looks at no more slots than twice the logarithm of the run, and three.
#[test]
fn runs_are_searched_in_steps_that_double() {
    let slots: vec::Vec<u64> = (0..5_000).collect();
    for len in [0, 1, 2, 3, 4, 5, 7, 8, 9, 100, 1_023, 1_024, 5_000] {
        for run in (0..=len).step_by(if cfg!(miri) { 97 } else { 1 }) {
            let mut looks = 0;
            let found = run_of(&slots[..len], |slot| {
                looks += 1;
                slot < run as u64
            });
            assert_eq!(found, run);
            assert!(looks <= 2 * (run + 1).ilog2() + 3, "{looks} for {run} of {len}");
        }
    }
}

/// In how many of 5,000 tables at 15/16 load the overflow area runs over: about one.
#[test]
#[cfg_attr(miri, ignore = "statistics")]
fn overflow_area_is_rarely_full() {
    let shape = Shape::new(10, 0).unwrap();
    let mut over = 0;
    for table in 0..5_000 {
        let mut counts = vec![0u16; shape.homes()];
        for number in 0..(shape.homes() * 15 / 16) as u64 {
            counts[shape.home(hash_word(table, number))] += 1;
        }
        // The last slot that is taken, without sorting: a queue that one word leaves per home.
        let behind = counts.iter().fold(0, |queue: u16, &count| (queue + count).saturating_sub(1));
        over += usize::from(behind > 64);
    }
    assert!(over < 12, "{over}");
}

/// Zeroed memory is taken at its word: what should be zero is not written.
#[test]
fn r3_zeroed_memory_is_not_cleared_and_other_memory_is() {
    fn slot_after_growth<S: Downward>(storage: S) -> u64 {
        let mut raw = Raw::new_in(storage, None, MaxLoad::SevenEighths).unwrap();
        // From home 50 to home 100: the pass leaves the slots in front of that alone.
        raw.try_insert(50 << 58, 0).unwrap();
        raw.try_grow().unwrap();
        assert_eq!((raw.shape.homes(), raw.slots().len()), (128, 192));
        raw.slots()[60]
    }
    for zeroed in [true, false] {
        let mut memory = vec![Line::EMPTY; 24];
        let mark = memory.as_mut_ptr().cast::<u64>().wrapping_add(60);
        // SAFETY: in the first lines.
        unsafe { mark.write(7) };
        let region = Region::from_lines(&mut memory).unwrap();
        let left = if zeroed {
            // SAFETY: not true of one word, to see whether it is written; the table holds plain
            // words, of which any is as sound as any other.
            slot_after_growth(unsafe { Zeroed::new(region) })
        } else {
            slot_after_growth(region)
        };
        assert_eq!(left, if zeroed { 7 } else { 0 });
    }
}

#[test]
fn shapes_at_the_edges() {
    assert_eq!(Shape::new(0, 64), None);
    assert_eq!(Shape::new(usize::BITS, 64), None);
    assert_eq!(Shape::NONE.homes(), 0);
    let least = Shape::new(1, 7).unwrap();
    assert_eq!((least.homes(), least.home(u64::MAX), least.home(u64::MAX >> 1)), (2, 1, 0));
    let large = Shape::new(usize::BITS - 8, 64).unwrap();
    assert_eq!(large.home(u64::MAX), large.homes() - 1);
    assert_eq!((large.home(1), large.doubled().map(Shape::homes)), (0, None));
    assert_eq!(large.halved().unwrap().doubled(), Some(large));
}

/// Words that insertions of `keys` move, one by one and by spreading them anew, and the longest of all
/// single moves, on the heap.
#[cfg(feature = "alloc")]
fn work_of<O: Order>(order: &O, keys: impl Iterator<Item = u64>) -> (usize, usize) {
    let mut raw = Raw::without_slots(crate::storage::Heap::new(), None, MaxLoad::SevenEighths);
    let (mut work, mut longest) = (0, 0);
    for key in keys {
        let (moved, shape, frame) = (raw.moved, raw.shape, raw.frame);
        raw.try_insert(order.word(key), 0).unwrap();
        let is_same = (raw.shape, raw.frame) == (shape, frame) && raw.moved >= moved;
        let step = raw.moved - if is_same { moved } else { 0 };
        longest = longest.max(step);
        work += step;
        let spread = Shape::for_len(raw.len, raw.load).unwrap();
        assert!(raw.shape.slots() <= 4 * spread.slots(), "{} for {}", raw.shape.slots(), raw.len);
        if (raw.shape, raw.frame) != (shape, frame) {
            work += shape.slots() + raw.shape.slots();
        }
    }
    assert_eq!(raw.broken_invariant(), None);
    (work, longest)
}

/// Keys in order cost at most twice what they cost in random order, all passes included.
#[test]
#[cfg(feature = "alloc")]
#[cfg_attr(miri, ignore = "statistics")]
fn input_in_order_moves_no_more_than_twice_as_many_words() {
    for len in [1_000u64, 40_000, 57_000] {
        let random = work_of(&Keyed::new(5), 0..len);
        let mut table: vec::Vec<u64> = (0..len).collect();
        table.sort_by_key(|&key| hash_word(5, key));
        let mut values: vec::Vec<u64> = (0..len).map(|key| hash_word(6, key)).collect();
        values.sort_unstable();
        let pages = (0..len).map(|number| 0xffff_8000_0000_0000 + (number << 12));
        let half = len as usize / 2;
        let outwards = (0..half).flat_map(|it| [values[half - 1 - it], values[half + it]]);
        for (name, work) in [
            ("table order", work_of(&Keyed::new(5), table.iter().copied())),
            ("table order backwards", work_of(&Keyed::new(5), table.iter().rev().copied())),
            ("ascending", work_of(&ByValue, values.iter().copied())),
            ("descending", work_of(&ByValue, values.iter().rev().copied())),
            ("outwards", work_of(&ByValue, outwards)),
            ("pages ascending", work_of(&ByValue, pages.clone())),
            ("pages descending", work_of(&ByValue, pages.clone().rev())),
            ("numbers ascending", work_of(&ByValue, 0..len)),
            ("numbers descending", work_of(&ByValue, (0..len).rev())),
        ] {
            assert!(work.0 <= 2 * random.0, "{len} keys {name}: {} words, {}", work.0, random.0);
            assert!(work.1 <= 1024, "{len} keys {name}: {} words at once", work.1);
        }
    }
}

/// Sorted input moves nothing, in crowds or not; insertions move up to the crowd that the key is in.
#[test]
#[cfg(feature = "alloc")]
#[cfg_attr(miri, ignore = "statistics")]
fn sorted_input_moves_nothing_and_a_crowd_moves_at_most_itself() {
    const CROWD: u64 = 2_000;
    let crowds = [0, 1 << 62, 1 << 63, u64::MAX - CROWD];
    let keys: vec::Vec<u64> = crowds.into_iter().flat_map(|start| start..start + CROWD).collect();
    let mut set = Set::with_order(ByValue);
    set.extend_sorted(keys.iter().copied());
    assert_eq!((set.raw.moved, set.check_invariants()), (0, Ok(())));
    assert!(set.iter().eq(keys.iter().copied()));
    let mut shuffled = keys.clone();
    shuffled.sort_by_key(|&key| hash_word(1, key));
    for (name, input, per_key) in [
        ("ascending", work_of(&ByValue, keys.iter().copied()), 32),
        ("shuffled", work_of(&ByValue, shuffled.into_iter()), CROWD as usize / 2),
        ("descending", work_of(&ByValue, keys.iter().rev().copied()), CROWD as usize),
    ] {
        let (moved, longest) = input;
        assert!(longest <= CROWD as usize + 64, "{name}: {longest} at once");
        assert!(moved <= per_key * keys.len(), "{name}: {} per key", moved / keys.len());
    }
}
