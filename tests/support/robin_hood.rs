//! The sorted table in provided memory: every layout it goes through is the canonical one, computed here
//! another way.

use heptad::{
    Error,
    hash::{Keyed, hash_word},
    layout::MaxLoad,
    robin_hood::{ByValue, Order, Set},
    storage::{Downward, Region},
};

use super::arena::{LINES, with_lines};

cases![
    r1_grows_to_the_start_of_the_region,
    r2_layout_is_canonical_after_each_grow,
    r2_layout_is_canonical_after_each_change,
    r4_searches_end_at_the_end,
    r7_full_overflow_area_makes_room_or_errs,
    every_word_is_a_key,
    crowds_take_all_memory_there_is,
    smallest_tables,
];

const SEED: u64 = 0x5eed;

/// Slots of the arena.
const SLOTS: usize = LINES * 8;

/// What a layout must be: each offset at its home, or after the one before. By multiplication, where
/// the table shifts.
fn assert_canonical<S: Downward, O>(set: &Set<S, O>) {
    set.check_invariants().expect("sound");
    let layout = set.layout();
    let homes = set.stats().homes as u128;
    let mut free = 0;
    let mut before = 0;
    for (slot, &word) in layout.iter().enumerate().filter(|&(_, &word)| word != 0) {
        let home = ((u128::from(word) * homes) >> 64) as usize;
        assert!(word > before, "slot {slot} is out of order");
        assert_eq!(slot, home.max(free), "slot {slot} of {} with home {home}", layout.len());
        free = slot + 1;
        before = word;
    }
}

/// Homes are a power of two, and the overflow area of a table of spread keys is no larger than they are.
fn largest_power_of_two_within(slots: usize) -> usize {
    1 << slots.ilog2()
}

/// A set in `lines` lines, of random keys from `seed` on.
fn with_set<O>(lines: usize, order: O, use_it: impl FnOnce(Set<Region<'_>, O>)) {
    with_lines(lines, |lines| {
        let region = Region::from_lines(lines).expect("a line or more");
        use_it(Set::new_in(region, order).expect("lines for the first slots"));
    });
}

fn r1_grows_to_the_start_of_the_region() {
    for lines in [16, 24, 40, 72, 136, 264, 520, LINES] {
        with_set(lines, Keyed::new(SEED), |mut set| {
            let mut grown = 0;
            let mut len = 0;
            let refused = loop {
                let capacity = set.capacity();
                match set.try_insert(len) {
                    Ok(is_new) => assert!(is_new),
                    Err(rejected) => break rejected,
                }
                len += 1;
                grown += usize::from(set.capacity() != capacity);
            };
            assert_eq!((refused.value, refused.error), (len, Error::Full));
            assert_eq!((set.len() as u64, set.capacity() as u64), (len, len));
            // 64 homes and 64 slots after them are 16 lines; each growth doubles the homes.
            assert_eq!(64 << grown, largest_power_of_two_within(lines * 8 - 64));
            assert_eq!(set.try_grow(), Err(Error::Full));
            assert_eq!(set.try_insert(0), Ok(false), "what is there needs no room");
            assert!((0..len).all(|key| set.contains(key)));
            assert!(!set.contains(len));
            assert_canonical(&set);
        });
    }
}

fn r2_layout_is_canonical_after_each_grow() {
    // By hand, and so also at loads at which a table does not grow by itself.
    for share in [0, 1, 8, 16, 28, 32, 56] {
        with_set(LINES, Keyed::new(SEED), |mut set| {
            let mut len = 0;
            loop {
                while len < (set.layout().len() - 64) * share / 64 {
                    assert_eq!(set.try_insert(len as u64), Ok(true));
                    len += 1;
                }
                assert_canonical(&set);
                if set.try_grow().is_err() {
                    break;
                }
                assert_canonical(&set);
                assert_eq!(set.len(), len);
                assert!((0..len as u64).all(|key| set.contains(key)));
            }
            assert_eq!(set.layout().len(), SLOTS / 2 + 64);
        });
    }
}

fn r2_layout_is_canonical_after_each_change() {
    let rounds = if cfg!(miri) { 100 } else { 3_000 };
    for load in [MaxLoad::FifteenSixteenths, MaxLoad::SevenEighths, MaxLoad::ThreeQuarters] {
        with_lines(72, |lines| {
            let region = Region::from_lines(lines).expect("lines");
            let mut set = Set::with_max_load_in(region, load, Keyed::new(SEED)).expect("lines");
            let mut random = fastrand::Rng::with_seed(7);
            let mut present = [false; 1024];
            for _ in 0..rounds {
                let key = random.usize(..present.len());
                if random.u8(..) < 150 {
                    match set.try_insert(key as u64) {
                        Ok(is_new) => {
                            assert_eq!(is_new, !present[key]);
                            present[key] = true;
                        }
                        Err(rejected) => {
                            assert_eq!((rejected.value, rejected.error), (key as u64, Error::Full));
                            assert_eq!(set.len(), set.capacity());
                        }
                    }
                } else {
                    assert_eq!(set.remove(key as u64), present[key]);
                    present[key] = false;
                }
                assert_canonical(&set);
            }
            for (key, &is_present) in present.iter().enumerate() {
                assert_eq!(set.contains(key as u64), is_present);
            }
        });
    }
}

fn r4_searches_end_at_the_end() {
    // The last home and the whole overflow area full: 65 slots.
    with_set(16, ByValue, |mut set| {
        for key in 0..55 {
            assert_eq!(set.try_insert(u64::MAX - 1 - key), Ok(true));
        }
        assert_canonical(&set);
        assert!(!set.contains(u64::MAX));
        assert!(!set.contains(u64::MAX - 100));
        assert!(set.remove(u64::MAX - 55));
        assert!(!set.remove(u64::MAX));
        assert_canonical(&set);
    });
}

fn r7_full_overflow_area_makes_room_or_errs() {
    with_lines(264, |lines| {
        let region = Region::from_lines(lines).expect("lines");
        let mut set =
            Set::with_max_load_in(region, MaxLoad::FifteenSixteenths, ByValue).expect("lines");
        // Spread until the table has the 2048 homes that there is memory for; then the last home alone.
        let spread = (0..1500u64).map(|number| number << 53);
        assert!(spread.clone().all(|key| set.try_insert(key) == Ok(true)));
        assert_eq!(set.stats().homes, 2048);
        let mut last = u64::MAX;
        let refused = loop {
            match set.try_insert(last) {
                Ok(true) => last -= 1,
                other => break other,
            }
        };
        let refused = refused.expect_err("the memory has an end");
        assert_eq!((refused.value, refused.error), (last, Error::Full));
        assert_eq!((set.len(), set.capacity()), (1920, 1920));
        assert!(set.stats().homes < 2048, "homes became slots after the last one");
        assert!(spread.clone().all(|key| set.contains(key)));
        assert!((last + 1..=u64::MAX).all(|key| set.contains(key)));
        assert_canonical(&set);
        assert!(set.remove(u64::MAX));
        assert_eq!(set.try_insert(last), Ok(true));
        assert_canonical(&set);
    });
}

fn every_word_is_a_key() {
    with_set(16, ByValue, |mut set| {
        for key in [0, 1, u64::MAX, 1 << 63, 0] {
            let is_new = !set.contains(key);
            assert_eq!(set.try_insert(key), Ok(is_new));
            assert!(set.contains(key));
        }
        assert_eq!(set.len(), 4);
        set.try_grow().expect_err("sixteen lines are all there is");
        assert!(set.remove(0) && !set.contains(0) && !set.remove(0));
        assert_eq!(set.len(), 3);
    });
    // The key whose hash is the empty word.
    let order = Keyed::new(SEED);
    let key = order.key(0);
    assert_eq!(hash_word(SEED, key), 0);
    with_set(40, order, |mut set| {
        assert_eq!(set.try_insert(key), Ok(true));
        for other in 0..200 {
            assert_eq!(set.try_insert(other), Ok(true));
        }
        assert!(set.contains(key) && set.len() == 201);
        assert_canonical(&set);
        assert!(set.remove(key) && !set.contains(key) && set.len() == 200);
    });
}

fn crowds_take_all_memory_there_is() {
    // At the last home, at the first, in the middle, and a kernel's addresses; a key far away or none.
    for start in [u64::MAX - 3000, 0, 1 << 63, 0xffff_8000_0000_0000] {
        for far in [None, Some(start ^ 1 << 62)] {
            with_set(72, ByValue, |mut set| {
                let mut len = 0;
                for key in far.into_iter().chain((start..start + 3000).rev()) {
                    if let Err(refused) = set.try_insert(key) {
                        assert_eq!((refused.value, refused.error), (key, Error::Full));
                        break;
                    }
                    len += 1;
                }
                // 576 slots: as many as spread keys have, 512 homes and 64 after them.
                assert_eq!((set.len(), set.capacity()), (len, 448));
                assert_canonical(&set);
                assert!((start..start + 3000).rev().take(len - 1).all(|key| set.contains(key)));
            });
        }
    }
}

fn smallest_tables() {
    for lines in 1..16 {
        with_set(lines, Keyed::new(SEED), |mut set| {
            let mut len = 0;
            while set.try_insert(len) == Ok(true) {
                len += 1;
                assert_canonical(&set);
            }
            assert!(len as usize >= lines * 2, "{len} keys in {lines} lines");
            assert!((0..len).all(|key| set.contains(key)));
            for key in 0..len {
                assert!(set.remove(key));
                assert_canonical(&set);
            }
            assert!(set.is_empty());
        });
    }
}
