//! Each target on random inputs: no search for new coverage, and no nightly compiler.

use arbitrary::{Arbitrary, Unstructured};

use crate::{lockfree, map, probe, robin_hood, table};

fn run_random<I: for<'bytes> Arbitrary<'bytes>>(inputs: u64, run: fn(I)) {
    for seed in 0..inputs {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut bytes = vec![0; random.usize(..1024)];
        random.fill(&mut bytes);
        // Most inputs are shorter than this, and none is refused as too long.
        if let Ok(input) = I::arbitrary_take_rest(Unstructured::new(&bytes)) {
            run(input);
        }
    }
}

#[test]
fn table_on_random_inputs() {
    run_random(30, table::Input::run);
}

#[test]
fn map_on_random_inputs() {
    run_random(100, map::Input::run);
}

#[test]
fn probe_on_random_inputs() {
    run_random(10_000, probe::Input::run);
}

#[test]
fn robin_hood_on_random_inputs() {
    run_random(300, robin_hood::Input::run);
}

#[test]
fn lockfree_on_random_inputs() {
    run_random(1_000, lockfree::Input::run);
}
