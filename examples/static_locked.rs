//! A table in a `static` behind a spin lock, as several cores would share it.
//!
//! `cargo run --example static_locked --features spin`

use std::thread;

use heptad::{
    hash::Keyed,
    storage::Inline,
    swiss::{Locked, Map},
};

static HITS: Locked<Map<u64, u64, Inline<128>>> = Locked::new(Map::inline(Keyed::new(0x5eed)));

/// Counts `event`. Never waits, so an interrupt handler may call it: when another thread holds the
/// lock, or the table is full, the event is not counted, and the caller gets an error.
fn count(event: u64) -> bool {
    let counted = HITS.try_with(|hits| match hits.try_entry(event) {
        Ok(entry) => {
            *entry.or_insert(0) += 1;
            true
        }
        Err(_) => false,
    });
    counted.unwrap_or(false)
}

fn main() {
    let missed: u64 = thread::scope(|scope| {
        let workers: Vec<_> = (0..4u64)
            .map(|worker| {
                scope.spawn(move || {
                    (0..10_000).map(|step| u64::from(!count((worker + step) % 100))).sum::<u64>()
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker panics")).sum()
    });
    let counted: u64 = HITS.with(|hits| hits.values().sum());
    println!("{counted} events counted, {missed} missed because the lock was held");
    assert_eq!(counted + missed, 40_000);
}
