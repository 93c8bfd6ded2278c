//! `cargo xtask bench-c`: the C interface beside other tables for C and C++.
//!
//! The programs of `capi/bench` measure: `peers.cpp` sets with one owner, `shared.cpp` maps shared by
//! several threads. They print Markdown tables. With `--counts` they run under callgrind, which counts
//! instructions: counts repeat, where times on a shared machine do not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use xshell::{Shell, cmd};

use super::library;
use crate::matrix::target_folder;
use crate::needs::{self, Need};

const USAGE: &str = "\
usage: cargo xtask bench-c [--shared] [--counts] [ROUNDS]

  --shared   the lock-free map beside ck_ht, liburcu's cds_lfht and TBB's concurrent_hash_map, with one
             thread and with two, instead of the set beside khash, robin_set and flat_hash_set
  --counts   instructions per operation, by callgrind, instead of times
  ROUNDS     of times; medians are shown (7)";

const NEEDS: &[Need] = &[
    Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-ar"),
    Need::Program("g++", "g++"),
    Need::Program("pkg-config", "pkg-config"),
];

/// A program that measures, what its build needs, and the names that it uses.
struct Suite {
    source: &'static str,
    needs: &'static [Need],
    /// The names of the peers' libraries for pkg-config.
    libraries: &'static [&'static str],
    operations: &'static [&'static str],
    /// heptad comes first.
    tables: &'static [&'static str],
}

const PEERS: Suite = Suite {
    source: "capi/bench/peers.cpp",
    needs: &[
        Need::File("/usr/include/htslib/khash.h", "libhts-dev"),
        Need::File("/usr/include/tsl/robin_set.h", "robin-map-dev"),
        Need::File("/usr/include/absl/container/flat_hash_set.h", "libabsl-dev"),
    ],
    libraries: &["absl_flat_hash_set"],
    operations: &["insert", "hit", "miss", "hits in batches", "churn", "remove"],
    tables: &["heptad", "heptad_called", "khash", "robin_set", "flat_hash_set"],
};

const SHARED: Suite = Suite {
    source: "capi/bench/shared.cpp",
    needs: &[
        Need::File("/usr/include/ck_ht.h", "libck-dev"),
        // The compiler's headers are in a folder named after the machine.
        Need::File("/usr/share/doc/liburcu-dev", "liburcu-dev"),
        Need::File("/usr/include/oneapi/tbb/concurrent_hash_map.h", "libtbb-dev"),
    ],
    libraries: &["ck", "liburcu", "liburcu-cds", "tbb"],
    operations: &["insert", "hit", "miss", "update", "insert + remove"],
    tables: &["heptad", "ck_ht", "cds_lfht", "tbb"],
};

/// The options of the command.
pub(crate) struct Call {
    is_shared: bool,
    counts: bool,
    rounds: u32,
}

impl Call {
    pub(crate) fn parse(parser: &mut Parser) -> Result<Call> {
        let mut call = Call { is_shared: false, counts: false, rounds: 7 };
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("shared") => call.is_shared = true,
                Arg::Long("counts") => call.counts = true,
                Arg::Value(rounds) => call.rounds = rounds.parse()?,
                _ => bail!("{}\n{USAGE}", argument.unexpected()),
            }
        }
        Ok(call)
    }
}

/// Builds and runs it.
pub(crate) fn run(shell: &Shell, call: &Call) -> Result<()> {
    let suite = if call.is_shared { &SHARED } else { &PEERS };
    let mut needed = [NEEDS, suite.needs].concat();
    if call.counts {
        needed.push(Need::Program("valgrind", "valgrind"));
    }
    needs::obtain(shell, &needed)?;
    let library = library::build(shell, &needs::host_target(shell)?)?;
    let folder = PathBuf::from(target_folder()).join("capi-bench");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let (program, source, libraries) = (folder.join("program"), suite.source, suite.libraries);
    let flags = cmd!(shell, "pkg-config --cflags --libs {libraries...}").quiet().read()?;
    let counting: &[&str] = if call.counts { &["-DCOUNTS", "-g"] } else { &[] };
    cmd!(shell, "g++ -std=c++17 -O2 -Iinclude -o {program} {source}")
        .args(counting)
        .arg(&library.archive)
        .arg("-Wl,--gc-sections")
        .args(flags.split_whitespace())
        .quiet()
        .run()
        .context("building the benchmark")?;
    if call.counts {
        let pattern = format!("--callgrind-out-file={}", folder.join("out").display());
        cmd!(shell, "valgrind --quiet --tool=callgrind {pattern} {program}")
            .quiet()
            .ignore_stderr()
            .run()
            .context("counting")?;
        print!("{}", table_of(suite, &counts_in(&folder)?)?);
        return Ok(());
    }
    let status = Command::new(&program).arg(call.rounds.to_string()).status()?;
    if !status.success() {
        bail!("the benchmark failed: {status}");
    }
    Ok(())
}

/// Instructions per operation, by number of the operation and name of the table.
type Counts = BTreeMap<(usize, String), f64>;

/// The counts that callgrind wrote.
fn counts_in(folder: &Path) -> Result<Counts> {
    let mut counts = Counts::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("out")) {
            counts.extend(count_of(&fs::read_to_string(&path)?));
        }
    }
    Ok(counts)
}

/// The count of one file; the last file, written when the program ends, has no label.
fn count_of(file: &str) -> Option<((usize, String), f64)> {
    let label =
        file.lines().find_map(|line| line.strip_prefix("desc: Trigger: Client Request: "))?;
    let mut words = label.split(' ');
    let (operation, name, count) = (words.next()?, words.next()?, words.next()?);
    let totals = file.lines().find_map(|line| line.strip_prefix("totals: "))?;
    let instructions: f64 = totals.trim().parse().ok()?;
    let per_operation = instructions / count.parse::<f64>().ok()?;
    Some(((operation.parse().ok()?, name.to_owned()), per_operation))
}

/// The counts as Markdown.
fn table_of(suite: &Suite, counts: &Counts) -> Result<String> {
    let rule = "---|".repeat(suite.tables.len());
    let mut text = format!("| | {} |\n|---|{rule}\n", suite.tables.join(" | "));
    let (first, peers) = suite.tables.split_first().context("a suite has tables")?;
    for (number, operation) in suite.operations.iter().enumerate() {
        let count = |name: &str| {
            let count = counts.get(&(number, name.to_owned()));
            count.copied().with_context(|| format!("callgrind wrote no {operation} of {name}"))
        };
        let ours = count(first)?;
        text += &format!("| {operation} | {ours:.1}");
        for peer in peers {
            let theirs = count(peer)?;
            text += &format!(" | {theirs:.1} [{:.2}]", theirs / ours);
        }
        text += " |\n";
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_count_is_read_with_its_label() {
        let file = "version: 1\ndesc: Trigger: Client Request: 2 khash 100\nfn=x\ntotals: 4250\n";
        assert_eq!(super::count_of(file), Some(((2, "khash".into()), 42.5)));
        assert_eq!(super::count_of("desc: Trigger: Program termination\ntotals: 7\n"), None);
    }
}
