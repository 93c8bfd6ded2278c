//! Stage `coverage` of `verify`: which lines of the library the tests of this machine execute.
//!
//! cargo-llvm-cov writes a report in lcov's format, a line per line of source; the stage derives the
//! table per module and the lines that were never executed from it. An executed line is not
//! necessarily a checked line: the stage `mutants` shows that. So this stage only fails when a module
//! falls below [`LEAST_PERCENT`].

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::needs::Need;
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[
    Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-cov"),
    Need::CargoTool("cargo-llvm-cov", "0.9.1"),
];

/// A module below this share has code without tests.
const LEAST_PERCENT: usize = 90;

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let report = env::current_dir()?.join(target_folder()).join("coverage.lcov");
    let command = cmd!(shell, "cargo llvm-cov --all-features --lib --tests --lcov")
        .arg("--output-path")
        .arg(&report);
    let mut count = Job::tests("tests, instrumented", command).run()?;
    if count.failed > 0 {
        return Ok(count);
    }
    let text = fs::read_to_string(&report).with_context(|| report.display().to_string())?;
    let source = env::current_dir()?.join("src");
    let files = read_files(&text, &source);

    let mut modules: BTreeMap<&str, Lines> = BTreeMap::new();
    let mut total = Lines::default();
    for (path, lines) in &files {
        modules.entry(module_of(path)).or_default().add(lines);
        total.add(lines);
    }
    println!("      {:20} {:>6} {:>9} {:>7}", "module", "lines", "executed", "share");
    for (module, lines) in modules.iter().map(|(&module, lines)| (module, lines)) {
        println!("      {module:20} {lines}");
        count += Count::of(lines.share_percent() >= LEAST_PERCENT);
    }
    println!("      {:20} {total}", "all");
    for (path, lines) in files.iter().filter(|(_, lines)| !lines.missed.is_empty()) {
        println!("      not executed: src/{path}: {}", ranges(&lines.missed));
    }
    Ok(count)
}

/// The lines of a file or a module that have code.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lines {
    number: usize,
    /// The numbers of the lines never executed, ascending within a file.
    missed: Vec<usize>,
}

impl Lines {
    fn add(&mut self, other: &Lines) {
        self.number += other.number;
        self.missed.extend(&other.missed);
    }

    fn executed(&self) -> usize {
        self.number - self.missed.len()
    }

    /// Rounded down, so that 100 means all.
    fn share_percent(&self) -> usize {
        (self.executed() * 100).checked_div(self.number).unwrap_or(100)
    }
}

impl std::fmt::Display for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:6} {:9} {:5} %", self.number, self.executed(), self.share_percent())
    }
}

/// The files below `source` in a report in lcov's format, by their relative paths.
fn read_files<'report>(report: &'report str, source: &Path) -> BTreeMap<&'report str, Lines> {
    let mut files: BTreeMap<&str, Lines> = BTreeMap::new();
    let mut file = None;
    for line in report.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            file = Path::new(path).strip_prefix(source).ok().and_then(Path::to_str);
        } else if let (Some(path), Some(data)) = (file, line.strip_prefix("DA:")) {
            let mut numbers = data.split(',').map(str::parse::<usize>);
            if let (Some(Ok(number)), Some(Ok(executions))) = (numbers.next(), numbers.next()) {
                let lines = files.entry(path).or_default();
                lines.number += 1;
                if executions == 0 {
                    lines.missed.push(number);
                }
            }
        }
    }
    files
}

/// `swiss/map/mod.rs` is in module `swiss`, `error.rs` in `error`.
fn module_of(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or(path);
    first.strip_suffix(".rs").unwrap_or(first)
}

/// Ascending numbers, with adjacent ones joined: `3-5, 9`.
fn ranges(numbers: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let show = |&(first, last): &(usize, usize)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    ranges.iter().map(show).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_by_file() {
        let report = "SF:/crate/src/swiss/find.rs\nFN:1,find\nDA:1,5\nDA:2,0\nDA:3,0\nDA:7,0\n\
            LF:4\nend_of_record\nSF:/crate/tests/api.rs\nDA:1,0\nend_of_record\n\
            SF:/crate/src/error.rs\nDA:9,1\nend_of_record\n";
        let files = read_files(report, Path::new("/crate/src"));
        assert_eq!(files.keys().copied().collect::<Vec<_>>(), ["error.rs", "swiss/find.rs"]);
        let find = &files["swiss/find.rs"];
        assert_eq!((find.number, find.executed(), find.share_percent()), (4, 1, 25));
        assert_eq!(ranges(&find.missed), "2-3, 7");
        assert_eq!(files["error.rs"].share_percent(), 100);
    }

    #[test]
    fn modules_are_the_first_part_of_a_path() {
        assert_eq!(["swiss/map/mod.rs", "error.rs"].map(module_of), ["swiss", "error"]);
    }
}
