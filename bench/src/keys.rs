//! Suite `keys`: keys as programs and kernels have them, in place of random words.
//!
//! A table's cost depends on its keys only through their hashes. With the hash that the library documents each row
//! should cost what `random` costs; a row that costs more shows keys that the hash does not spread. Ours and the peers
//! have the same hash, as in the other suites.
//!
//! | keys | what they are | absent keys |
//! |---|---|---|
//! | random | words without order | others |
//! | zipf | the same words; a few are looked up often, by Zipf's law with exponent .99 | the same, of words that are not in the table |
//! | sequential | 1, 2, 3, … | the numbers after them |
//! | pages | addresses of pages of 4 KiB, in runs of 1 to 64 with gaps as long | the pages of the gaps |
//! | page numbers | the same addresses, divided by 4 KiB | those of the gaps |
//! | symbols | addresses of functions in a text section from a higher-half address on, multiples of 16, sizes of 16 to 496 bytes | addresses inside the functions |
//! | inodes | numbers of a file system with groups of 8,192, each of which is used from its start to a random fill | the unused ones |
//! | strings | hashes of paths such as `/usr/lib/module-17/part-3.ko` | hashes of other paths |
//!
//! All patterns come from generators with a fixed seed: no machine's symbol table is read.

use anyhow::Result;
use fastrand::Rng;
use heptad::{
    hash::hash_bytes,
    layout::{MaxLoad, SLOTS, max_entries},
};
use serde_json::json;

use crate::{
    gauge::Gauge,
    op::{Draw, Op},
    options::Options,
    progress,
    report::{Report, Row, Section, with_ratios},
    rounds, suite,
    workload::{Workload, key},
};

/// The suite's name.
pub(crate) const SUITE: &str = "keys";

/// Groups of the tables, and sixteenths of their slots that have an entry.
const GROUPS: usize = 1 << 13;
const LOAD: usize = 14;
const OPS: [Op; 3] = [Op::Hit, Op::Miss, Op::Insert];

/// Where kernels have their text, and pages of memory their addresses.
const TEXT: u64 = 0xffff_ffff_8100_0000;
const PAGES: u64 = 0xffff_8880_0000_0000;
const PAGE_BYTES: u64 = 4096;
/// Inodes of a group.
const INODES: u64 = 8192;

/// A pattern of keys.
struct Pattern {
    name: &'static str,
    draw: Draw,
    /// Present and absent keys, as many as `count` of each.
    keys: fn(count: usize) -> (Vec<u64>, Vec<u64>),
}

const PATTERNS: [Pattern; 8] = [
    Pattern { name: "random", draw: Draw::Uniform, keys: random },
    Pattern { name: "zipf", draw: Draw::Zipf, keys: random },
    Pattern { name: "sequential", draw: Draw::Uniform, keys: sequential },
    Pattern { name: "pages", draw: Draw::Uniform, keys: pages },
    Pattern { name: "page numbers", draw: Draw::Uniform, keys: page_numbers },
    Pattern { name: "symbols", draw: Draw::Uniform, keys: symbols },
    Pattern { name: "inodes", draw: Draw::Uniform, keys: inodes },
    Pattern { name: "strings", draw: Draw::Uniform, keys: strings },
];

/// Measures what `options` selects.
pub(crate) fn run(options: &Options, gauge: &mut Gauge, report: &mut Report) -> Result<()> {
    let ops: Vec<Op> = OPS.into_iter().filter(|op| options.wants_op(op.name())).collect();
    if !options.wants_suite(SUITE) || ops.is_empty() {
        return Ok(());
    }
    let unit = if gauge.is_exact() { "instructions" } else { "ns" };
    let entries = GROUPS * SLOTS * LOAD / 16;
    for Pattern { name, draw, keys } in progress::through(SUITE, PATTERNS.into(), |_| 1.0) {
        let (present, absent) = keys(entries);
        let mut workload = Workload::of(present, absent, draw);
        let mut contenders = suite::sets();
        let room = max_entries(GROUPS, MaxLoad::FifteenSixteenths);
        suite::fill(&mut contenders, &mut workload, room);
        let names = contenders.iter().map(|contender| contender.name()).collect();
        let section =
            Section { suite: SUITE, entries, subject: vec![("keys", json!(name))], names };
        section.print_head();
        for op in &ops {
            let medians = rounds::medians(*op, &mut contenders, &mut workload, gauge)?;
            let medians: Vec<Option<f64>> = medians.into_iter().map(Some).collect();
            section.print_line(op.name(), with_ratios(&medians, |median| format!("{median:.2}")));
            report.add(&section, &Row::exact(op.name(), vec![(unit, medians)]));
        }
    }
    Ok(())
}

fn random(count: usize) -> (Vec<u64>, Vec<u64>) {
    let count = count as u64;
    ((0..count).map(key).collect(), (count..2 * count).map(key).collect())
}

fn sequential(count: usize) -> (Vec<u64>, Vec<u64>) {
    let count = count as u64;
    ((1..=count).collect(), (count + 1..=2 * count).collect())
}

fn pages(count: usize) -> (Vec<u64>, Vec<u64>) {
    let mut random = Rng::with_seed(1);
    let (mut present, mut absent) = (Vec::new(), Vec::new());
    let mut page = PAGES;
    while absent.len() < count {
        let run = random.u64(1..=64);
        for list in [&mut present, &mut absent] {
            list.extend((0..run).map(|index| page + index * PAGE_BYTES));
            page += run * PAGE_BYTES;
        }
    }
    cut(present, absent, count)
}

fn page_numbers(count: usize) -> (Vec<u64>, Vec<u64>) {
    let number = |addresses: Vec<u64>| addresses.into_iter().map(|it| it / PAGE_BYTES).collect();
    let (present, absent) = pages(count);
    (number(present), number(absent))
}

fn symbols(count: usize) -> (Vec<u64>, Vec<u64>) {
    let mut random = Rng::with_seed(2);
    let mut address = TEXT;
    let functions = (0..count).map(|_| {
        let (start, parts) = (address, random.u64(1..32));
        address += parts * 16;
        (start, start + random.u64(1..parts * 16))
    });
    functions.unzip()
}

fn inodes(count: usize) -> (Vec<u64>, Vec<u64>) {
    let mut random = Rng::with_seed(3);
    let (mut present, mut absent) = (Vec::new(), Vec::new());
    let mut first = 1;
    while present.len().min(absent.len()) < count {
        let used = random.u64(0..=INODES);
        present.extend(first..first + used);
        absent.extend(first + used..first + INODES);
        first += INODES;
    }
    cut(present, absent, count)
}

fn strings(count: usize) -> (Vec<u64>, Vec<u64>) {
    let hash = |number: u64, suffix| {
        let path = format!("/usr/lib/module-{}/part-{}.{suffix}", number / 8, number % 8);
        hash_bytes(0, path.as_bytes())
    };
    let count = count as u64;
    ((0..count).map(|it| hash(it, "ko")).collect(), (0..count).map(|it| hash(it, "so")).collect())
}

fn cut(mut present: Vec<u64>, mut absent: Vec<u64>, count: usize) -> (Vec<u64>, Vec<u64>) {
    present.truncate(count);
    absent.truncate(count);
    (present, absent)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn patterns_are_distinct_keys_and_others_that_are_absent() {
        for Pattern { name, keys, .. } in PATTERNS {
            let (present, absent) = keys(20_000);
            let set: HashSet<u64> = present.iter().copied().collect();
            assert_eq!(
                (present.len(), set.len(), absent.len()),
                (20_000, 20_000, 20_000),
                "{name}"
            );
            assert!(!absent.iter().any(|key| set.contains(key)), "{name}");
            // The tables of the benchmark return 0 for what is absent.
            assert!(!set.contains(&0), "{name}");
        }
    }

    #[test]
    fn symbols_are_multiples_of_sixteen_in_a_text_section() {
        let (present, _) = symbols(50_176);
        assert!(present.iter().all(|address| address.is_multiple_of(16)));
        assert!((8 << 20..16 << 20).contains(&(present[50_175] - TEXT)));
    }
}
