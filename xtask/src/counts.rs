//! Stage `counts`: no operation takes more instructions or mispredictions than `counts/expected.txt` says.
//!
//! The program `counts` does each operation some thousand times under callgrind, which counts instructions exactly and
//! models a branch predictor. The stage fails when instructions grow by more than 2 %, or mispredictions by more than
//! 5 % and .03. Then the change is improved, or `cargo xtask write-counts` rewrites the file, for a reviewer to see.
//! Counts belong to a compiler; with another one, or another architecture, the stage is skipped and says so. Cache lines
//! have tests of their own: `src/swiss/lines.rs`, `src/lockfree/lines.rs`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::needs::{self, Need};
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[Need::Program("valgrind", "valgrind")];

const FILE: &str = "counts/expected.txt";
/// The allowed growth of instructions.
const TOLERANCE: f64 = 1.02;
/// The allowed growth of mispredictions, and what an operation may have more than that: the modelled predictor depends
/// on the addresses of the branches, which other code moves.
const TOLERANCE_OF_MODEL: f64 = 1.05;
const FEW: f64 = 0.03;

const HEAD: &str = "\
# Instructions and mispredictions per operation, by callgrind. `cargo xtask test counts` compares with them,
# `cargo xtask write-counts` writes them anew.
";

/// The counts of one operation.
#[derive(Debug, PartialEq)]
struct Row {
    name: String,
    instructions: f64,
    mispredictions: f64,
}

impl Row {
    fn line(&self) -> String {
        format!("{:<28}{:>10.1}{:>8.2}", self.name, self.instructions, self.mispredictions)
    }

    /// The row that [`line`](Self::line) wrote.
    fn parse(line: &str) -> Option<Row> {
        let (rest, mispredictions) = line.rsplit_once(' ')?;
        let (name, instructions) = rest.trim_end().rsplit_once(' ')?;
        Some(Row {
            name: name.trim_end().to_owned(),
            instructions: instructions.parse().ok()?,
            mispredictions: mispredictions.parse().ok()?,
        })
    }

    /// The counts of this row that have grown beyond `expected`.
    fn complaint(&self, expected: &Row) -> Option<String> {
        let more = self.instructions > expected.instructions * TOLERANCE
            || self.mispredictions > expected.mispredictions * TOLERANCE_OF_MODEL + FEW;
        more.then(|| {
            format!(
                "{}: {:.1} instructions and {:.2} mispredictions, expected {:.1} and {:.2}",
                self.name,
                self.instructions,
                self.mispredictions,
                expected.instructions,
                expected.mispredictions,
            )
        })
    }
}

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let text = fs::read_to_string(FILE).with_context(|| format!("reading {FILE}"))?;
    let compiler = compiler(shell)?;
    let (counted_with, expected) = parse(&text).with_context(|| format!("{FILE} is damaged"))?;
    if counted_with != compiler {
        println!("      {FILE} was counted with {counted_with}, and this is {compiler}: skipped");
        return Ok(Count::ONE_SKIPPED);
    }
    let rows = measure(shell)?;
    let complaints = complaints(&rows, &expected);
    for complaint in &complaints {
        println!("      {complaint}");
    }
    if !complaints.is_empty() {
        println!("      meant to be so? `cargo xtask write-counts` writes {FILE} anew");
    }
    Ok(Count {
        passed: rows.len().saturating_sub(complaints.len()),
        failed: complaints.len(),
        skipped: 0,
    })
}

/// Counts, and writes the file.
pub(crate) fn write(shell: &Shell) -> Result<()> {
    needs::obtain(shell, NEEDS)?;
    let lines: Vec<String> = measure(shell)?.iter().map(|row| row.line() + "\n").collect();
    let text = format!("{HEAD}{}\n{}", compiler(shell)?, lines.concat());
    fs::write(FILE, text).with_context(|| format!("writing {FILE}"))
}

/// The compiler and the architecture, as in the file.
fn compiler(shell: &Shell) -> Result<String> {
    let version = cmd!(shell, "rustc --version").quiet().read()?;
    Ok(format!("{} {}", version.trim(), std::env::consts::ARCH))
}

/// The line of the compiler, and the rows.
fn parse(text: &str) -> Option<(&str, Vec<Row>)> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let compiler = lines.next()?;
    Some((compiler, lines.map(Row::parse).collect::<Option<_>>()?))
}

/// One complaint per operation that takes more, or that only one side has.
fn complaints(rows: &[Row], expected: &[Row]) -> Vec<String> {
    let like = |rows: &[Row], name: &str| rows.iter().position(|row| row.name == name);
    let new = rows.iter().filter_map(|row| match like(expected, &row.name) {
        Some(index) => row.complaint(&expected[index]),
        None => Some(format!("{}: {FILE} has no such row", row.name)),
    });
    let gone = expected.iter().filter(|row| like(rows, &row.name).is_none());
    new.chain(gone.map(|row| format!("{}: is no longer counted", row.name))).collect()
}

/// Builds the program and counts.
fn measure(shell: &Shell) -> Result<Vec<Row>> {
    let build = cmd!(shell, "cargo build --release --package counts");
    ensure!(Job::step("building the operations", build).run()?.failed == 0, "they do not compile");
    let program = PathBuf::from(target_folder()).join("release/counts");
    let folder = tempfile::tempdir()?;
    let stem = folder.path().join("counts");
    let valgrind = cmd!(shell, "valgrind --tool=callgrind --quiet --branch-sim=yes")
        .args(["--collect-atstart=no", "--toggle-collect=heptad_counted"])
        .args([
            "--dump-after=heptad_counted".into(),
            format!("--callgrind-out-file={}", stem.display()),
        ])
        .arg(&program);
    let (count, output) = Job::step("counting them", valgrind).run_for_output()?;
    ensure!(count.failed == 0, "valgrind failed");
    let operations = output.lines().filter_map(|line| {
        let (operations, name) = line.split_once(' ')?;
        Some((operations.parse::<f64>().ok()?, name))
    });
    let row = |(index, (operations, name)): (usize, (f64, &str))| -> Result<Row> {
        let path = format!("{}.{}", stem.display(), index + 1);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
        let sum = |event| sum_of(&text, event).with_context(|| format!("{path} has no {event}"));
        Ok(Row {
            name: name.to_owned(),
            instructions: sum("Ir")? / operations,
            mispredictions: (sum("Bcm")? + sum("Bim")?) / operations,
        })
    };
    operations.enumerate().map(row).collect()
}

/// The total for `event` in one of callgrind's files. Zeros at the end of the line are omitted there.
fn sum_of(text: &str, event: &str) -> Option<f64> {
    let line = |start| text.lines().find_map(|line| line.strip_prefix(start));
    let position = line("events: ")?.split_whitespace().position(|name| name == event)?;
    line("summary: ")?.split_whitespace().nth(position).map_or(Some(0.0), |sum| sum.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, instructions: f64, mispredictions: f64) -> Row {
        Row { name: name.into(), instructions, mispredictions }
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let expected = row("set churn 12/16", 240.7, 1.05);
        assert_eq!(Row::parse(&expected.line()), Some(expected));
        assert_eq!(Row::parse("set churn"), None);
    }

    #[test]
    fn what_grows_is_a_complaint_and_so_is_what_comes_or_goes() {
        let expected = [row("hit", 100.0, 0.2), row("miss", 50.0, 0.0)];
        let of = |rows: &[Row]| complaints(rows, &expected).len();
        assert_eq!(of(&[row("hit", 101.9, 0.2), row("miss", 1.0, 0.02)]), 0);
        assert_eq!(of(&[row("hit", 102.1, 0.2), row("miss", 50.0, 0.04)]), 2);
        assert_eq!(of(&[row("hit", 100.0, 0.2), row("new", 50.0, 0.0)]), 2);
    }

    #[test]
    fn sums_are_read_with_their_zeros_left_out() {
        let text = "part: 1\nevents: Ir Bc Bcm Bi Bim\nsummary: 120 30 4\n";
        assert_eq!((sum_of(text, "Ir"), sum_of(text, "Bcm")), (Some(120.0), Some(4.0)));
        assert_eq!((sum_of(text, "Bim"), sum_of(text, "Dr")), (Some(0.0), None));
    }
}
