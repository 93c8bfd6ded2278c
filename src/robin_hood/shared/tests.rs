use std::{vec, vec::Vec};

use super::*;
#[cfg(not(heptad_loom))]
use crate::{hash::hash_word, robin_hood::find::find};

/// A table's slots with `homes` homes, of `words`, which ascend.
fn layout(words: &[u64], shape: Shape) -> Vec<u64> {
    let mut slots = vec![EMPTY; shape.slots()];
    let mut next = 0;
    for &word in words {
        next = shape.home(word).max(next);
        slots[next] = word;
        next += 1;
    }
    slots
}

#[cfg(not(heptad_loom))]
fn words(count: u64, seed: u64) -> Vec<u64> {
    let mut words: Vec<u64> =
        (0..count).map(|number| hash_word(seed, number)).filter(|&word| word != EMPTY).collect();
    words.sort_unstable();
    words
}

fn atomics(len: usize) -> Vec<SharedU64> {
    (0..len).map(|_| SharedU64::new(0)).collect()
}

fn contents(slots: &[SharedU64]) -> Vec<u64> {
    slots.iter().map(|slot| slot.load(Relaxed)).collect()
}

/// An old table with values, and room for the new one.
struct Tables {
    old: Vec<u64>,
    #[cfg(not(heptad_loom))]
    old_values: Vec<u64>,
    new: Vec<SharedU64>,
    #[cfg(not(heptad_loom))]
    new_values: Vec<SharedU64>,
    shape: Shape,
    expected: Vec<u64>,
}

impl Tables {
    fn new(words: &[u64], old: Shape) -> Tables {
        let shape = old.doubled().unwrap();
        let slots = layout(words, old);
        Tables {
            #[cfg(not(heptad_loom))]
            old_values: slots.iter().map(|word| !word).collect(),
            old: slots,
            new: atomics(shape.slots()),
            #[cfg(not(heptad_loom))]
            new_values: atomics(shape.slots()),
            shape,
            expected: layout(words, shape),
        }
    }

    #[cfg(not(heptad_loom))]
    fn growth(&self, least: usize) -> Growth<'_> {
        let source = Source { slots: &self.old, values: &self.old_values };
        let target = Target { slots: &self.new, values: &self.new_values, shape: self.shape };
        Growth::new(source, target, least)
    }

    #[cfg(not(heptad_loom))]
    fn check(&self) {
        assert!(contents(&self.new) == self.expected);
        let values = contents(&self.new_values);
        for &word in self.old.iter().filter(|&&word| word != EMPTY) {
            let slot = find(&self.expected, self.shape, word).unwrap();
            assert_eq!(values[slot], !word);
        }
    }
}

#[cfg(not(heptad_loom))]
mod threads {
    use std::{
        sync::{Barrier, atomic::AtomicUsize as Counter},
        thread,
    };

    use super::*;

    const HOME_BITS: u32 = if cfg!(miri) { 7 } else { 12 };

    fn tables(sixteenths: u64, seed: u64) -> Tables {
        let shape = Shape::new(HOME_BITS, 64).unwrap();
        Tables::new(&words((sixteenths << HOME_BITS) / 16, seed), shape)
    }

    #[test]
    fn r6_each_range_is_moved_once() {
        for (sixteenths, seed) in [(15, 1), (8, 2), (0, 3)] {
            for helpers in [1, 2, 5] {
                let tables = tables(sixteenths, seed);
                let growth = tables.growth(4);
                let moved = Counter::new(0);
                thread::scope(|scope| {
                    for _ in 0..helpers {
                        scope.spawn(|| {
                            while growth.help() {
                                moved.fetch_add(1, Relaxed);
                            }
                        });
                    }
                });
                assert!(growth.is_done());
                assert_eq!(moved.into_inner(), growth.ranges());
                tables.check();
            }
        }
    }

    /// Cuts fall into runs that are longer than a range, and than several.
    #[test]
    fn r6_ranges_in_long_runs() {
        let shape = Shape::new(6, 64).unwrap();
        let crowd: Vec<u64> = (1..40).chain((1 << 63)..(1 << 63) + 20).collect();
        for least in [1, 2, 4, 64] {
            let tables = Tables::new(&crowd, shape);
            let growth = tables.growth(least);
            // Last first: no range needs another.
            for range in (0..growth.ranges()).rev() {
                assert!(!growth.is_done());
                growth.move_range(range, || ());
            }
            assert!(growth.is_done());
            tables.check();
        }
    }

    /// A helper stalls in the middle of its range; the others finish without it; then it goes on.
    #[test]
    fn r6_a_stalled_helper_loses_nothing() {
        for stall_at in [0, 1, 7, 30] {
            let tables = tables(15, 4);
            let growth = tables.growth(64);
            let (stalled, resume) = (Barrier::new(2), Barrier::new(2));
            thread::scope(|scope| {
                let helper = scope.spawn(|| {
                    let range = growth.draw().unwrap();
                    let mut written = 0;
                    growth.move_range(range, || {
                        if written == stall_at {
                            stalled.wait();
                            resume.wait();
                        }
                        written += 1;
                    });
                });
                stalled.wait();
                growth.finish();
                assert!(growth.is_done(), "without the helper");
                tables.check();
                resume.wait();
                helper.join().unwrap();
            });
            tables.check();
        }
    }

    /// A helper that never resumes.
    #[test]
    fn r6_a_lost_helper_loses_nothing() {
        let tables = tables(14, 5);
        let growth = tables.growth(64);
        let lost = growth.draw().unwrap();
        while growth.help() {}
        assert!(!growth.is_done());
        assert_eq!(growth.done.load(Relaxed), growth.all() & !(1 << lost));
        growth.finish();
        assert!(growth.is_done());
        tables.check();
        assert!(!growth.help());
    }

    #[test]
    fn counts_of_ranges() {
        for (bits, least, ranges) in [(1, 1, 2), (3, 1, 8), (3, 8, 1), (3, 100, 1), (7, 1, 64)] {
            let shape = Shape::new(bits, 64).unwrap();
            let tables = Tables::new(&[5, 1 << 63], shape);
            let growth = tables.growth(least);
            assert_eq!(growth.ranges(), ranges);
            growth.finish();
            tables.check();
        }
    }
}

/// Every interleaving, of a small table.
#[cfg(heptad_loom)]
mod models {
    use std::boxed::Box;

    use loom::thread;

    use super::*;

    /// Runs helpers on one growth of two ranges. Loom's threads want what they use for ever.
    fn model<const N: usize>(helpers: [fn(&'static Growth<'static>, &'static Tables); N]) {
        let mut builder = loom::model::Builder::new();
        // A bound on switches between threads, so that this takes seconds.
        builder.preemption_bound = Some(2);
        builder.check(move || {
            let words = [1, 5 << 61, 6 << 61];
            let tables = Tables::new(&words, Shape::new(1, 1).unwrap());
            let tables: &'static Tables = Box::leak(Box::new(tables));
            let growth: &'static Growth<'static> = Box::leak(Box::new(Growth {
                source: Source { slots: &tables.old, values: &[] },
                target: Target { slots: &tables.new, values: &[], shape: tables.shape },
                range_slots: 1,
                ranges: 2,
                next: AtomicUsize::new(0),
                done: AtomicU64::new(0),
            }));
            let threads = helpers.map(|helper| thread::spawn(move || helper(growth, tables)));
            for thread in threads {
                thread.join().unwrap();
            }
            growth.finish();
            assert!(growth.is_done());
            assert_eq!(contents(&tables.new), tables.expected);
        });
    }

    fn help(growth: &'static Growth<'static>, _: &'static Tables) {
        growth.help();
    }

    fn finish(growth: &'static Growth<'static>, _: &'static Tables) {
        growth.finish();
        assert!(growth.is_done());
    }

    /// A thread that sees that all is done sees all words (G3).
    fn watch(growth: &'static Growth<'static>, tables: &'static Tables) {
        if growth.is_done() {
            assert_eq!(contents(&tables.new), tables.expected);
        }
    }

    #[test]
    fn loom_two_helpers_and_a_watcher() {
        model([help, help, watch]);
    }

    /// The thread that finishes does again what the helper may be doing.
    #[test]
    fn loom_helper_finisher_and_watcher() {
        model([help, finish, watch]);
    }

    #[test]
    fn loom_two_finishers() {
        model([finish, finish]);
    }
}
