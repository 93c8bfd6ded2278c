//! The memory of keys that references lead to: no operation follows a reference whose memory may be gone.

use std::{boxed::Box, cell::RefCell, thread_local, vec::Vec};

use super::{Interrupt, region_for, steps, sweep};
use crate::lockfree::{IndirectMap, Keys, Stored, judge::OWN};

thread_local! {
    /// References whose memory is gone.
    static GONE: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Reference `r` stands for key `r % 100`. All keys have one hash.
struct Objects;

impl Keys for Objects {
    type Key = u64;
    type Reference = u64;

    fn hash_bits(&self) -> u64 {
        !0 << 32
    }

    fn hash(&self, _: &u64) -> u64 {
        0x1234_5678 << 32
    }

    fn is(&self, reference: Stored<Self>, key: &u64) -> bool {
        let number = reference.number();
        assert!(!GONE.with_borrow(|gone| gone.contains(&number)), "{number} is gone");
        number % 100 == *key
    }
}

type Objected = IndirectMap<'static, Objects, u64>;

/// A full bucket, and an overflow entry.
fn full_bucket() -> &'static Objected {
    GONE.take();
    let map = Box::leak(Box::new(Objected::new_in(region_for(1), 0, Objects).unwrap()));
    for key in 0..=OWN as u64 {
        assert_eq!(map.insert(&key, key, 0), Ok(None));
    }
    map
}

/// A reader stops; the overflow entry is removed; of two that insert a key there one loses, and the memory of its
/// key, which the map has not kept, is gone. Then the reader goes on.
#[test]
fn p5_a_reference_that_was_not_kept_is_followed_by_nobody() {
    let overflow = OWN as u64;
    let mut losses = 0;
    sweep(|first| {
        let mut is_reached = false;
        sweep(|second| {
            let map = full_bucket();
            let reached = std::rc::Rc::new(std::cell::Cell::new([false; 3]));
            let marks = std::rc::Rc::clone(&reached);
            let set = move |mark: usize| {
                let mut all = marks.get();
                all[mark] = true;
                marks.set(all);
            };
            let inner = set.clone();
            let handler = Box::new(move || {
                set(0);
                assert_eq!(map.remove(&overflow), Ok(Some((overflow, 0))));
                let handler = Box::new(move || {
                    inner(1);
                    assert_eq!(map.insert(&7, 107, 1), Ok(None));
                });
                let interrupts = [Interrupt { accesses_before: second, handler }].into();
                if steps::run(interrupts, || map.insert_if_absent(&7, 7, 2)).0 == Ok(Some(1)) {
                    set(2);
                    GONE.with_borrow_mut(|gone| gone.push(7));
                }
            });
            let interrupts = [Interrupt { accesses_before: first, handler }].into();
            assert_eq!(steps::run(interrupts, || map.get(&50)).0, None);
            let [stopped, raced, lost] = reached.get();
            is_reached = stopped;
            losses += usize::from(lost);
            stopped && raced
        });
        is_reached
    });
    assert!(losses > 0);
}
