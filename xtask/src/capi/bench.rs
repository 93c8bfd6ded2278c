//! `cargo xtask bench-c`: the C interface beside other tables for C and C++.
//!
//! The programs of `capi/bench` measure: `peers.cpp` sets with one owner, `shared.cpp` maps shared by
//! several threads. They print a line for each figure, which become cells as `cargo xtask bench` has them. With
//! `--counts` they run under callgrind, which counts instructions: counts repeat, where times on a shared machine do
//! not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use serde_json::{Map, Value, json};
use xshell::{Shell, cmd};

use super::library;
use crate::matrix::target_folder;
use crate::measurements::tables_of;
use crate::needs::{self, Need};

const USAGE: &str = "\
usage: cargo xtask bench-c [--shared] [--counts] [--quick] [ROUNDS]

  --shared   the lock-free map beside ck_ht, liburcu's cds_lfht, TBB's concurrent_hash_map and libcuckoo,
             with one thread and with two, instead of the set beside khash, robin_set, Abseil's and Boost's
  --counts   instructions per operation, by callgrind, instead of times
  --quick    no table beyond 8 MiB, and 3 rounds
  ROUNDS     of times; medians are shown (7)";

/// Rounds of a long and of a short run.
const ROUNDS: (u32, u32) = (7, 3);

const NEEDS: &[Need] = &[
    Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-ar"),
    Need::Program("g++", "g++"),
    Need::Program("pkg-config", "pkg-config"),
];

/// A program that measures, what its build needs, and the names that it uses.
struct Suite {
    name: &'static str,
    source: &'static str,
    needs: &'static [Need],
    /// A peer that older distributions do not have: what it needs, and its name.
    optional: Option<(Need, &'static str)>,
    /// The names of the peers' libraries for pkg-config.
    libraries: &'static [&'static str],
    /// By their numbers in the program.
    operations: &'static [&'static str],
    /// heptad comes first.
    tables: &'static [&'static str],
}

const PEERS: Suite = Suite {
    name: "c-set",
    source: "capi/bench/peers.cpp",
    needs: &[
        Need::File("/usr/include/htslib/khash.h", "libhts-dev"),
        Need::File("/usr/include/tsl/robin_set.h", "robin-map-dev"),
        Need::File("/usr/include/absl/container/flat_hash_set.h", "libabsl-dev"),
    ],
    optional: Some((
        Need::File("/usr/include/boost/unordered/unordered_flat_set.hpp", "libboost1.81-dev"),
        "unordered_flat_set",
    )),
    libraries: &["absl_flat_hash_set"],
    operations: &["insert", "hit", "miss", "hits in batches", "churn", "remove"],
    tables: &[
        "heptad",
        "heptad_called",
        "heptad_half",
        "khash",
        "robin_set",
        "flat_hash_set",
        "unordered_flat_set",
    ],
};

const SHARED: Suite = Suite {
    name: "c-shared",
    source: "capi/bench/shared.cpp",
    needs: &[
        Need::File("/usr/include/ck_ht.h", "libck-dev"),
        // The compiler's headers are in a folder named after the machine.
        Need::File("/usr/share/doc/liburcu-dev", "liburcu-dev"),
        Need::File("/usr/include/oneapi/tbb/concurrent_hash_map.h", "libtbb-dev"),
        Need::File("/usr/include/libcuckoo/cuckoohash_map.hh", "libcuckoo-dev"),
    ],
    optional: None,
    libraries: &["ck", "liburcu", "liburcu-cds", "tbb"],
    operations: &["insert", "hit", "miss", "update", "insert + remove"],
    tables: &["heptad", "ck_ht", "cds_lfht", "tbb", "libcuckoo"],
};

/// The options of the command.
pub(crate) struct Call {
    is_shared: bool,
    counts: bool,
    is_quick: bool,
    rounds: Option<u32>,
}

impl Call {
    pub(crate) fn parse(parser: &mut Parser) -> Result<Call> {
        let mut call = Call { is_shared: false, counts: false, is_quick: false, rounds: None };
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("shared") => call.is_shared = true,
                Arg::Long("counts") => call.counts = true,
                Arg::Long("quick") => call.is_quick = true,
                Arg::Value(rounds) => call.rounds = Some(rounds.parse()?),
                _ => bail!("{}\n{USAGE}", argument.unexpected()),
            }
        }
        Ok(call)
    }

    fn suite(&self) -> &'static Suite {
        if self.is_shared { &SHARED } else { &PEERS }
    }
}

/// Measures, and prints the tables.
pub(crate) fn run(shell: &Shell, call: &Call) -> Result<()> {
    print!("{}", tables_of(&measure(shell, call)?)?);
    Ok(())
}

/// The cells that the command measures with these arguments, and the packages of the peers.
pub(crate) fn cells(shell: &Shell, arguments: &[&str]) -> Result<(Vec<Value>, Vec<&'static str>)> {
    let call = Call::parse(&mut Parser::from_args(arguments.iter().copied()))?;
    let package = |need: &Need| match need {
        Need::File(_, package) => Some(*package),
        _ => None,
    };
    let cells = measure(shell, &call)?;
    let suite = call.suite();
    let is_there = |name: &str| cells.iter().any(|cell| cell["peer"] == name);
    let optional = suite.optional.filter(|(_, name)| is_there(name)).map(|(need, _)| need);
    let packages = suite.needs.iter().chain(optional.as_ref()).filter_map(package).collect();
    Ok((cells, packages))
}

/// Builds the program and runs it.
fn measure(shell: &Shell, call: &Call) -> Result<Vec<Value>> {
    let suite = call.suite();
    let mut needed = [NEEDS, suite.needs].concat();
    if call.counts {
        needed.push(Need::Program("valgrind", "valgrind"));
    }
    needs::obtain(shell, &needed)?;
    if let Some((need, name)) = suite.optional {
        needs::obtain(shell, &[need])
            .unwrap_or_else(|error| println!("{name} is left out: {error:#}"));
    }
    let folder = PathBuf::from(target_folder()).join("capi-bench");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let program = build(shell, suite, call.counts, &folder)?;
    if call.counts {
        let pattern = format!("--callgrind-out-file={}", folder.join("out").display());
        let printed = cmd!(shell, "valgrind --quiet --tool=callgrind {pattern} {program}")
            .quiet()
            .ignore_stderr()
            .read()
            .context("counting")?;
        let figures = figures_in(&printed)?;
        return cells_of(suite, &[figures, counts_in(&folder, suite)?].concat());
    }
    let rounds = call.rounds.unwrap_or(if call.is_quick { ROUNDS.1 } else { ROUNDS.0 }).to_string();
    let quick = call.is_quick.then_some("quick");
    let printed = cmd!(shell, "{program} {rounds} {quick...}").quiet().read()?;
    cells_of(suite, &figures_in(&printed)?)
}

fn build(shell: &Shell, suite: &Suite, counts: bool, folder: &Path) -> Result<PathBuf> {
    let library = library::build(shell, &needs::host_target(shell)?)?;
    let (program, source, libraries) = (folder.join("program"), suite.source, suite.libraries);
    let flags = cmd!(shell, "pkg-config --cflags --libs {libraries...}").quiet().read()?;
    let counting: &[&str] = if counts { &["-DCOUNTS", "-g"] } else { &[] };
    cmd!(shell, "g++ -std=c++17 -O2 -Iinclude -o {program} {source}")
        .args(counting)
        .arg(&library.archive)
        .arg("-Wl,--gc-sections")
        .args(flags.split_whitespace())
        .quiet()
        .run()
        .context("building the benchmark")?;
    Ok(program)
}

/// One measure of one operation with one table.
#[derive(Clone, Debug, PartialEq)]
struct Figure {
    entries: u64,
    threads: u64,
    operation: String,
    table: String,
    measure: String,
    value: f64,
}

/// The figures that a program printed.
fn figures_in(printed: &str) -> Result<Vec<Figure>> {
    printed.lines().map(|line| figure_of(line).context(line.to_owned())).collect()
}

fn figure_of(line: &str) -> Option<Figure> {
    let words: Vec<&str> = line.split('\t').collect();
    let [entries, threads, operation, table, measure, value] = words[..] else { return None };
    Some(Figure {
        entries: entries.parse().ok()?,
        threads: threads.parse().ok()?,
        operation: operation.into(),
        table: table.into(),
        measure: measure.into(),
        value: value.parse().ok()?,
    })
}

/// The counts that callgrind wrote.
fn counts_in(folder: &Path, suite: &Suite) -> Result<Vec<Figure>> {
    let mut counts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("out")) {
            counts.extend(count_of(&fs::read_to_string(&path)?, suite));
        }
    }
    Ok(counts)
}

/// The count of one file; the last file, written when the program ends, has no label.
fn count_of(file: &str, suite: &Suite) -> Option<Figure> {
    let label =
        file.lines().find_map(|line| line.strip_prefix("desc: Trigger: Client Request: "))?;
    let words: Vec<&str> = label.split(' ').collect();
    let [operation, table, count, entries] = words[..] else { return None };
    let totals = file.lines().find_map(|line| line.strip_prefix("totals: "))?;
    let instructions: f64 = totals.trim().parse().ok()?;
    Some(Figure {
        entries: entries.parse().ok()?,
        threads: 1,
        operation: (*suite.operations.get(operation.parse::<usize>().ok()?)?).into(),
        table: table.into(),
        measure: "instructions".into(),
        value: instructions / count.parse::<f64>().ok()?,
    })
}

/// A cell for each operation and peer, in the order of the suite.
fn cells_of(suite: &Suite, figures: &[Figure]) -> Result<Vec<Value>> {
    let (ours, peers) = suite.tables.split_first().context("a suite has tables")?;
    let is_left_out = |peer: &str| {
        suite.optional.is_some_and(|(_, name)| name == peer)
            && figures.iter().all(|it| it.table != peer)
    };
    let peers: Vec<&str> = peers.iter().copied().filter(|peer| !is_left_out(peer)).collect();
    let mut subjects: Vec<(u64, u64)> = figures.iter().map(|it| (it.entries, it.threads)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let mut cells = Vec::new();
    for (entries, threads) in subjects {
        for operation in suite.operations {
            let of = |table: &str| -> BTreeMap<&str, f64> {
                let is_its = |it: &&Figure| {
                    (it.entries, it.threads) == (entries, threads)
                        && (it.operation.as_str(), it.table.as_str()) == (*operation, table)
                };
                figures.iter().filter(is_its).map(|it| (it.measure.as_str(), it.value)).collect()
            };
            let our_figures = of(ours);
            for peer in &peers {
                let peer_figures = of(peer);
                let mut cell = Map::new();
                for (measure, value) in &our_figures {
                    let theirs = peer_figures.get(measure);
                    let theirs = theirs
                        .with_context(|| format!("{peer} has no {measure} of {operation}"))?;
                    cell.insert(format!("ours_{measure}"), json!(value));
                    cell.insert(format!("peer_{measure}"), json!(theirs));
                    if *measure != "bytes" {
                        cell.insert("ratio".into(), json!((theirs / value * 1e3).round() / 1e3));
                    }
                }
                let subject = json!({
                    "suite": suite.name, "op": operation, "entries": entries, "threads": threads, "peer": peer,
                });
                cell.extend(subject.as_object().cloned().unwrap_or_default());
                cells.push(cell.into());
            }
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_read_with_its_label() {
        let file =
            "version: 1\ndesc: Trigger: Client Request: 2 khash 100 840\nfn=x\ntotals: 4250\n";
        let figure = figure_of("840\t1\tmiss\tkhash\tinstructions\t42.5");
        assert_eq!(count_of(file, &PEERS), figure);
        assert_eq!(count_of("desc: Trigger: Program termination\ntotals: 7\n", &PEERS), None);
    }

    #[test]
    fn a_cell_has_a_peer_beside_heptad() {
        let mut printed = String::new();
        for (table, figure) in SHARED.tables.iter().zip([10.0, 5.0, 20.0, 40.0, 30.0]) {
            for operation in SHARED.operations {
                printed += &format!("100\t2\t{operation}\t{table}\tns\t{figure}\n");
            }
        }
        let cells = cells_of(&SHARED, &figures_in(&printed).unwrap()).unwrap();
        assert_eq!(cells.len(), 20);
        let first = json!({
            "suite": "c-shared", "op": "insert", "entries": 100, "threads": 2, "peer": "ck_ht",
            "ours_ns": 10.0, "peer_ns": 5.0, "ratio": 0.5,
        });
        assert_eq!(cells[0], first);
        assert!(figures_in("heptad found 3 of 4").is_err());
    }

    #[test]
    fn only_the_optional_peer_may_be_left_out() {
        let figures = |left_out: &str| -> Vec<Figure> {
            let tables = PEERS.tables.iter().filter(|table| **table != left_out);
            let lines = tables.flat_map(|table| {
                PEERS.operations.iter().map(move |it| format!("9\t1\t{it}\t{table}\tns\t1\n"))
            });
            figures_in(&lines.collect::<String>()).unwrap()
        };
        let cells = |left_out| cells_of(&PEERS, &figures(left_out));
        assert_eq!(cells("unordered_flat_set").unwrap().len(), 5 * PEERS.operations.len());
        assert_eq!(cells("").unwrap().len(), 6 * PEERS.operations.len());
        assert!(cells("khash").is_err());
    }
}
