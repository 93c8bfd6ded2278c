#![cfg_attr(target_os = "none", no_std)]
//! What the kernels of `src/bin` share: the machine interface, and the runner of their cases.
//!
//! A kernel shows one property. It ends with an exit status that nothing else can produce and, if it
//! passed, with a last line `PASS n/n`, where `n` is the number of its cases, known at compile time.
//! `cargo xtask test qemu` checks both.

pub mod machine;

#[cfg(feature = "lockfree")]
#[path = "../../tests/support/player.rs"]
pub mod player;
#[path = "../../tests/support/mod.rs"]
pub mod support;

use machine::Exit;
use support::Case;

/// How many cases `groups` have.
pub const fn count_cases(groups: &[&[Case]]) -> usize {
    let mut count = 0;
    let mut index = 0;
    while index < groups.len() {
        count += groups[index].len();
        index += 1;
    }
    count
}

/// Runs the cases of `groups` and ends the run. `TOTAL` is their number, counted at compile time. A
/// case that fails panics, which ends the run with another status.
pub fn run_cases<const TOTAL: usize>(groups: &[&[Case]]) -> ! {
    let mut passed = 0;
    for case in groups.iter().copied().flatten() {
        print!("{} ... ", case.name);
        (case.run)();
        passed += 1;
        println!("ok");
    }
    println!("PASS {passed}/{TOTAL}");
    machine::exit(Exit::Pass)
}
