#![cfg_attr(target_os = "none", no_std, no_main)]
//! A sampling profiler for a bare-metal kernel: every table in it is heptad's.
//!
//! ```text
//!  linked kernel --xtask--> list of its functions --loaded beside it--> symbols.rs
//!                                                            name  -> function   Table
//!                                                            block -> function   Map64
//!  workload.rs, on and on: words (Table), churn (Set), sorting, formatting, checksums
//!       ^ timer interrupt, 1000 times a second
//!  profile.rs:                                            address -> samples    Map64
//!       v after the last sample
//!  report.rs: the hottest functions,                     function -> samples    Map64
//!             and how large all these tables are
//! ```
//!
//! No allocator is linked: the tables live in one arena. No table is touched from two contexts at a
//! time: the interrupt handler owns the counts while the timer runs, and nobody else looks. On the
//! host the same source is a program, and `SIGPROF` is the timer.

mod arena;
mod profile;
mod report;
mod symbols;
mod workload;

use arena::Arena;
use profile::Profile;
use symbols::Symbols;
use tests_qemu::machine::{self, Exit};
use tests_qemu::{kernel, println};
use workload::Workload;

/// Seed of every hash here: a constant, so that two runs differ in their interrupts alone.
const SEED: u64 = 0x6865_7074_6164;

/// Interrupts a second, and how many of them make a profile.
const HERTZ: u32 = 1000;
const SAMPLES: u64 = 2000;

kernel!(demo);

fn demo() {
    let mut arena = Arena::take_all();
    let known = ("demo::demo", demo as *const () as u64);
    let symbols = Symbols::load(machine::attachment(), known, &mut arena);
    symbols.check();
    // Code of ours and of core's, which lies far behind: both are where the list has them.
    for (name, code) in [
        ("demo::profile::on_tick", profile::on_tick as *const ()),
        ("core::str::converts::from_utf8", core::str::from_utf8 as *const ()),
    ] {
        let found = symbols.function_at(code as u64).map(|function| symbols.name(function));
        assert_eq!(found, Some(name), "the list is of another program");
    }
    println!("{} functions, each found by name and by address", symbols.len());

    let mut workload = Workload::new(&symbols, &mut arena);
    profile::start(HERTZ, Profile::new(&mut arena));
    while profile::samples() < SAMPLES {
        workload.run_round();
    }
    let profile = profile::stop();
    workload.check();
    println!("{} rounds of work, {} words read", workload.rounds, workload.words_read);

    report::print_hottest(&symbols, &profile, &mut arena);
    report::print_tables(&symbols, &profile, &workload);
    machine::exit(Exit::Pass)
}
