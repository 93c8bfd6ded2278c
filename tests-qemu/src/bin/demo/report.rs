//! The results: the hottest functions by name, and the sizes of all tables.

use heptad::hash::Keyed;
use heptad::swiss::{Map, Stats};
use tests_qemu::println;

use crate::SEED;
use crate::arena::Arena;
use crate::profile::{self, BY_ADDRESS};
use crate::symbols::{Function, Symbols};
use crate::workload::Workload;

/// Functions that the report names.
const HOTTEST: usize = 20;

/// Stands for the samples at addresses of no function.
const NO_FUNCTION: Function = Function::MAX;

/// Reads the profile while it is being taken, and prints what was sampled most so far.
pub(crate) fn print_hottest_so_far(symbols: &Symbols) {
    // Each address comes once, with the count that it had at some moment of this walk.
    let hottest = BY_ADDRESS.iter().max_by_key(|&(_, samples)| samples);
    let Some((address, samples)) = hottest else { return };
    let name = symbols.function_at(address).map_or("(no function)", |it| symbols.name(it));
    println!(
        "… {} samples; most often, {samples} times, at {address:#x}, {name}",
        profile::samples()
    );
}

/// Prints the functions with the most samples. Functions with the same name count as one: they are
/// instances of one generic function. The timers are off.
pub(crate) fn print_hottest(symbols: &Symbols, arena: &mut Arena) {
    let (addresses, samples) = (BY_ADDRESS.len(), profile::samples());
    let region = arena.for_map(addresses);
    let mut by_function = Map::new_in(region, Keyed::new(SEED)).expect("a region has lines");
    for (address, samples) in &BY_ADDRESS {
        let function = symbols.function_at(address);
        let namesake = function.and_then(|function| symbols.find(symbols.name(function)));
        let function = namesake.unwrap_or(NO_FUNCTION);
        *by_function.try_entry(function).expect("room for all").or_insert(0) += samples;
    }
    let counted: u64 = by_function.values().sum();
    assert_eq!(counted + profile::lost(), samples, "each sample is counted once");
    println!(
        "{samples} samples at {addresses} addresses in {} functions, {} lost for lack of room\n",
        by_function.len(),
        profile::lost()
    );

    println!("samples      %  function");
    for _ in 0..HOTTEST {
        let hottest = by_function.iter().max_by_key(|&(&function, &samples)| (samples, function));
        let Some((&function, &most)) = hottest else { break };
        by_function.remove(&function);
        let name = if function == NO_FUNCTION { "(no function)" } else { symbols.name(function) };
        let tenths = most * 1000 / samples;
        println!("{most:7}  {:3}.{}  {name}", tenths / 10, tenths % 10);
    }
    let rest: u64 = by_function.values().sum();
    println!("{rest:7}         in {} more functions\n", by_function.len());
}

/// Prints how large and how full every table is, and how many cache lines of keys a lookup reads.
pub(crate) fn print_tables(symbols: &Symbols, workload: &Workload) {
    println!(
        "table                entries  capacity  groups   bytes  displaced  stashed  lines per hit"
    );
    for (name, stats) in [
        ("functions by name", symbols.by_name.stats()),
        ("functions by block", symbols.by_block.stats()),
        ("words of the names", workload.words.stats()),
        ("numbers that churn", workload.numbers.stats()),
    ] {
        let Stats { len, capacity, groups, bytes, displaced, stashed, .. } = stats;
        let lines = stats.lines_per_1000_hits();
        println!(
            "{name:20} {len:7}  {capacity:8}  {groups:6}  {bytes:6}  {displaced:9}  {stashed:4}  {:9}.{:03}",
            lines / 1000,
            lines % 1000
        );
    }
    println!("lock-free table      entries  capacity buckets   bytes   overflow   reserved");
    let stats = BY_ADDRESS.tables().stats();
    println!(
        "samples by address   {:7}  {:8}  {:6}  {:6}  {:9}  {:9}",
        stats.entries,
        BY_ADDRESS.capacity(),
        stats.buckets,
        stats.bytes,
        stats.overflow,
        stats.reserved
    );
}
