//! What came of it: the hottest functions by name, and the sizes of all tables.

use heptad::hash::Keyed;
use heptad::swiss::{Map64, Stats};
use tests_qemu::println;

use crate::SEED;
use crate::arena::Arena;
use crate::profile::Profile;
use crate::symbols::{Function, Symbols};
use crate::workload::Workload;

/// Functions that the report names.
const HOTTEST: usize = 20;

/// Stands for the samples at addresses of no function.
const NO_FUNCTION: Function = Function::MAX;

/// Prints the functions with the most samples. Those of one name count as one: they are instances
/// of one generic function.
pub(crate) fn print_hottest(symbols: &Symbols, profile: &Profile, arena: &mut Arena) {
    let region = arena.for_map(profile.by_address.len());
    let mut by_function = Map64::new_in(region, Keyed::new(SEED)).expect("a region has lines");
    for (&address, &samples) in profile.by_address.iter() {
        let function = symbols.function_at(address);
        let namesake = function.and_then(|function| symbols.find(symbols.name(function)));
        let function = namesake.unwrap_or(NO_FUNCTION);
        *by_function.try_entry(function).expect("room for all").or_insert(0) += samples;
    }
    let counted: u64 = by_function.values().sum();
    assert_eq!(counted + profile.lost, profile.samples, "each sample is counted once");
    println!(
        "{} samples at {} addresses in {} functions, {} lost for lack of room\n",
        profile.samples,
        profile.by_address.len(),
        by_function.len(),
        profile.lost
    );

    println!("samples      %  function");
    for _ in 0..HOTTEST {
        let hottest = by_function.iter().max_by_key(|&(&function, &samples)| (samples, function));
        let Some((&function, &samples)) = hottest else { break };
        by_function.remove(&function);
        let name = if function == NO_FUNCTION { "(no function)" } else { symbols.name(function) };
        let tenths = samples * 1000 / profile.samples;
        println!("{samples:7}  {:3}.{}  {name}", tenths / 10, tenths % 10);
    }
    let samples: u64 = by_function.values().sum();
    println!("{samples:7}         in {} more functions\n", by_function.len());
}

/// Prints how large every table is, how full, and how many lines of keys a lookup reads.
pub(crate) fn print_tables(symbols: &Symbols, profile: &Profile, workload: &Workload) {
    println!(
        "table                entries  capacity  groups   bytes  displaced  deep  lines per hit"
    );
    for (name, stats) in [
        ("functions by name", symbols.by_name.stats()),
        ("functions by block", symbols.by_block.stats()),
        ("samples by address", profile.by_address.stats()),
        ("words of the names", workload.words.stats()),
        ("numbers that churn", workload.numbers.stats()),
    ] {
        let Stats { len, capacity, groups, bytes, displaced, deep, .. } = stats;
        let lines = stats.lines_per_1000_hits();
        println!(
            "{name:20} {len:7}  {capacity:8}  {groups:6}  {bytes:6}  {displaced:9}  {deep:4}  {:9}.{:03}",
            lines / 1000,
            lines % 1000
        );
    }
}
