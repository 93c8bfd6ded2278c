//! Growing tables of all sizes on this machine: in place and elsewhere, by one doubling after another,
//! with every table compared with the layout that its keys must have.

use heptad::{
    Error,
    hash::{Keyed, hash_word},
    layout::{Line, MaxLoad},
    robin_hood::{ByValue, Set},
    storage::Region,
};

/// The layout of `words`, which ascend, in a table with `homes` homes and `slots` slots.
fn canonical(words: &[u64], homes: usize, slots: usize) -> Vec<u64> {
    let mut layout = vec![0; slots];
    let mut free = 0;
    for &word in words {
        let home = ((u128::from(word) * homes as u128) >> 64) as usize;
        free = free.max(home);
        layout[free] = word;
        free += 1;
    }
    layout
}

/// Rubbish, so that what is not cleared shows.
fn rubbish(lines: usize) -> Vec<Line> {
    let mut memory = vec![Line::EMPTY; lines];
    let words = memory.as_mut_ptr().cast::<u64>();
    for index in 0..lines * 8 {
        // SAFETY: a line has eight words.
        let word = unsafe { words.add(index) };
        // SAFETY: inside `memory`.
        unsafe { word.write(0x0302_0302_0302_03ff) };
    }
    memory
}

/// Grows a set of `words` (without 0), sorted, through a region to its start.
fn grow_through(words: &[u64], least_homes: usize, most_homes: usize) {
    let mut memory = rubbish(most_homes / 8 + 8);
    let region = Region::from_lines(&mut memory).unwrap();
    let load = MaxLoad::FifteenSixteenths;
    let mut set = Set::with_max_load_in(region, load, ByValue).unwrap();
    let mut homes = 64;
    while homes < least_homes {
        set.try_grow().unwrap();
        homes *= 2;
    }
    for &word in words {
        assert_eq!(set.try_insert(word), Ok(true));
    }
    loop {
        assert!(set.layout() == canonical(words, homes, homes + 64), "{homes} homes");
        set.check_invariants().unwrap();
        match set.try_grow() {
            Ok(()) => homes *= 2,
            Err(error) => {
                assert_eq!(error, Error::Full);
                break;
            }
        }
    }
    assert_eq!(homes, most_homes);
}

fn random_words(count: usize, seed: u64) -> Vec<u64> {
    let mut words: Vec<u64> = (1..=count as u64)
        .map(|number| hash_word(seed, number))
        .filter(|&word| word != 0)
        .collect();
    words.sort_unstable();
    words
}

#[test]
fn r2_random_tables_grow_to_the_canonical_layout() {
    // At 2,048 homes the pass has two stretches.
    let (least, most) = if cfg!(miri) { (1 << 11, 1 << 12) } else { (1 << 13, 1 << 17) };
    let loads =
        if cfg!(miri) { &[(1, 15), (4, 1)][..] } else { &[(1, 15), (2, 14), (3, 8), (4, 1)] };
    for &(seed, sixteenths) in loads {
        grow_through(&random_words(least * sixteenths / 16, seed), least, most);
    }
}

/// Runs that are longer than a window, at both ends and in the middle, and no word at all between.
#[test]
#[cfg_attr(miri, ignore = "the same code as above, and longer")]
fn r2_crowded_tables_grow_to_the_canonical_layout() {
    let homes = 1u64 << 13;
    let step = u64::MAX / homes + 1;
    let shapes: [&dyn Fn(u64) -> bool; 5] = [
        // Every home is taken, but for the last few.
        &|home| home < homes * 15 / 16,
        // All but the first.
        &|home| home >= homes / 16,
        &|home| home % 2 == 0,
        &|home| home % 2048 < 1900,
        &|home| (home / 700) % 2 == 0,
    ];
    for shape in shapes {
        let words: Vec<u64> =
            (1..homes).filter(|&home| shape(home)).map(|home| home * step + home).collect();
        grow_through(&words, homes as usize, 1 << 16);
    }
    // A pile on one home in the middle, and one on the first.
    for pile in [homes / 2 * step, 1] {
        let words: Vec<u64> = (pile..pile + 3000).collect();
        grow_through(&words, homes as usize, 1 << 16);
    }
}

#[test]
fn r2_tables_on_the_heap_grow_to_the_canonical_layout() {
    let most = if cfg!(miri) { 3_000 } else { 100_000 };
    let mut set: Set = Set::with_order(Keyed::new(5));
    let mut grown = 0;
    for key in 1..=most {
        let capacity = set.capacity();
        assert!(set.insert(key));
        if set.capacity() != capacity {
            grown += 1;
            let words = random_words(key as usize, 5);
            let slots = set.layout().len();
            let homes = if slots <= 128 { slots / 2 } else { slots - 64 };
            assert!(set.layout() == canonical(&words, homes, slots), "{homes} homes");
        }
    }
    assert!(grown > 8 && (1..=most).all(|key| set.contains(key)));
    assert_eq!(set.check_invariants(), Ok(()));
}
