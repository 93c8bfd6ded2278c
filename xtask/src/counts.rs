//! Stages `counts`, `counts-aarch64` and `counts-riscv64`: no operation takes more instructions or mispredictions than
//! the files in `counts` say.
//!
//! The program `counts` does each operation some thousand times under callgrind, which counts instructions exactly and
//! models a branch predictor; for other architectures QEMU counts the instructions ([`emulated`]). A stage fails when
//! instructions grow by more than 2 %, or mispredictions by more than 5 % and .03. Then the change is improved, or
//! `cargo xtask write-counts` rewrites the file, for a reviewer to see. Counts belong to a compiler; with another one,
//! or another architecture, the stage is skipped and says so. Cache lines have tests of their own:
//! `src/swiss/lines.rs`, `src/lockfree/lines.rs`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::emulated;
use crate::job::Job;
use crate::matrix::{Backend, target_folder};
use crate::needs::{self, Need};
use crate::stage::Count;
use crate::user_mode::{AARCH64, Guest, RISCV64};

pub(crate) const NEEDS: &[Need] = &[Need::Program("valgrind", "valgrind")];
pub(crate) const EMULATED_NEEDS: &[Need] = &[
    Need::Program("cc", "gcc"),
    Need::Target(AARCH64.target),
    Need::Program(AARCH64.launcher, "qemu-user"),
    Need::Program(AARCH64.compiler, "gcc-aarch64-linux-gnu"),
    Need::File("/usr/aarch64-linux-gnu/lib/libc.a", "libc6-dev-arm64-cross"),
    Need::Target(RISCV64.target),
    Need::Program(RISCV64.launcher, "qemu-user"),
    Need::Program(RISCV64.compiler, "gcc-riscv64-linux-gnu"),
    Need::File("/usr/riscv64-linux-gnu/lib/libc.a", "libc6-dev-riscv64-cross"),
];

/// How operations are counted, and the file that says how many there may be.
struct Way {
    file: &'static str,
    /// Where the program runs emulated; without one callgrind counts on this machine.
    guest: Option<&'static Guest>,
}

const HERE: Way = Way { file: "counts/expected.txt", guest: None };
const ON_AARCH64: Way = Way { file: "counts/aarch64.txt", guest: Some(&AARCH64) };
const ON_RISCV64: Way = Way { file: "counts/riscv64.txt", guest: Some(&RISCV64) };

/// The allowed growth of instructions.
const TOLERANCE: f64 = 1.02;
/// The allowed growth of mispredictions, and what an operation may have more than that: the modelled predictor depends
/// on the addresses of the branches, which other code moves.
const TOLERANCE_OF_MODEL: f64 = 1.05;
const FEW: f64 = 0.03;

const HEAD: &str = "\
# Instructions and mispredictions per operation, by callgrind; instructions alone, by QEMU, for other architectures.
# `cargo xtask test counts` compares with them, `cargo xtask write-counts` writes them anew.
";

/// The counts of one operation; QEMU has no mispredictions.
#[derive(Debug, PartialEq)]
struct Row {
    name: String,
    instructions: f64,
    mispredictions: Option<f64>,
}

impl Row {
    fn line(&self) -> String {
        let mispredictions = self.mispredictions.map_or("-".into(), |count| format!("{count:.2}"));
        format!("{:<28}{:>10.1}{mispredictions:>8}", self.name, self.instructions)
    }

    /// The row that [`line`](Self::line) wrote.
    fn parse(line: &str) -> Option<Row> {
        let (rest, mispredictions) = line.rsplit_once(' ')?;
        let (name, instructions) = rest.trim_end().rsplit_once(' ')?;
        Some(Row {
            name: name.trim_end().to_owned(),
            instructions: instructions.parse().ok()?,
            mispredictions: match mispredictions {
                "-" => None,
                count => Some(count.parse().ok()?),
            },
        })
    }

    fn counts(&self) -> String {
        let mispredictions =
            self.mispredictions.map(|count| format!(" and {count:.2} mispredictions"));
        let instructions = format!("{:.1} instructions", self.instructions);
        instructions + &mispredictions.unwrap_or_default()
    }

    /// The counts of this row that have grown beyond `expected`.
    fn complaint(&self, expected: &Row) -> Option<String> {
        let most = expected.mispredictions.map(|count| count * TOLERANCE_OF_MODEL + FEW);
        let more =
            self.instructions > expected.instructions * TOLERANCE || self.mispredictions > most;
        more.then(|| format!("{}: {}, expected {}", self.name, self.counts(), expected.counts()))
    }
}

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    compare(shell, &HERE)
}

pub(crate) fn run_emulated(shell: &Shell) -> Result<Count> {
    let mut count = Count::NONE;
    for way in [&ON_AARCH64, &ON_RISCV64] {
        count += compare(shell, way)?;
    }
    Ok(count)
}

fn compare(shell: &Shell, way: &Way) -> Result<Count> {
    let Way { file, .. } = way;
    let text = fs::read_to_string(file).with_context(|| format!("reading {file}"))?;
    let compiler = compiler(shell, way)?;
    let (counted_with, expected) = parse(&text).with_context(|| format!("{file} is damaged"))?;
    if counted_with != compiler {
        println!("      {file} was counted with {counted_with}, and this is {compiler}: skipped");
        return Ok(Count::ONE_SKIPPED);
    }
    let rows = measure(shell, way)?;
    let complaints = complaints(&rows, &expected);
    for complaint in &complaints {
        println!("      {complaint}");
    }
    if !complaints.is_empty() {
        println!("      meant to be so? `cargo xtask write-counts` writes {file} anew");
    }
    Ok(Count {
        passed: rows.len().saturating_sub(complaints.len()),
        failed: complaints.len(),
        skipped: 0,
    })
}

/// Counts, and writes the files.
pub(crate) fn write(shell: &Shell) -> Result<()> {
    needs::obtain(shell, &[NEEDS, EMULATED_NEEDS].concat())?;
    for way in [&HERE, &ON_AARCH64, &ON_RISCV64] {
        let lines: Vec<String> = measure(shell, way)?.iter().map(|row| row.line() + "\n").collect();
        let text = format!("{HEAD}{}\n{}", compiler(shell, way)?, lines.concat());
        fs::write(way.file, text).with_context(|| format!("writing {}", way.file))?;
    }
    Ok(())
}

/// The compiler and the architecture, as in the file.
fn compiler(shell: &Shell, way: &Way) -> Result<String> {
    let version = cmd!(shell, "rustc --version").quiet().read()?;
    let architecture = way.guest.map_or(std::env::consts::ARCH, |guest| guest.name);
    Ok(format!("{} {architecture}", version.trim()))
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
        None => Some(format!("{}: there is no such row", row.name)),
    });
    let gone = expected.iter().filter(|row| like(rows, &row.name).is_none());
    new.chain(gone.map(|row| format!("{}: is no longer counted", row.name))).collect()
}

/// Builds the program and counts.
fn measure(shell: &Shell, way: &Way) -> Result<Vec<Row>> {
    match way.guest {
        None => count_here(shell),
        Some(guest) => count_emulated(shell, guest),
    }
}

fn count_here(shell: &Shell) -> Result<Vec<Row>> {
    build(cmd!(shell, "cargo"), "this machine")?;
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
    let row = |(index, (operations, name)): (usize, (f64, &str))| -> Result<Row> {
        let path = format!("{}.{}", stem.display(), index + 1);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
        let sum = |event| sum_of(&text, event).with_context(|| format!("{path} has no {event}"));
        Ok(Row {
            name: name.to_owned(),
            instructions: sum("Ir")? / operations,
            mispredictions: Some((sum("Bcm")? + sum("Bim")?) / operations),
        })
    };
    output.lines().filter_map(operations_of).enumerate().map(row).collect()
}

fn count_emulated(shell: &Shell, guest: &Guest) -> Result<Vec<Row>> {
    let cargo = guest.cargo(shell, Backend::Chosen, "").env("CARGO_BUILD_TARGET", guest.target);
    build(cargo, guest.name)?;
    let program = PathBuf::from(target_folder()).join(guest.target).join("release/counts");
    let counts = tempfile::NamedTempFile::new()?;
    let command = emulated::command(shell, guest, &program, counts.path())?;
    let (count, output) =
        Job::step(format!("counting for {}", guest.name), command).run_for_output()?;
    ensure!(count.failed == 0, "{} failed", guest.launcher);
    rows_of(&output).context("a count is missing")
}

fn build(cargo: Cmd, whose: &str) -> Result<()> {
    let build = cargo.args(["build", "--release", "--package", "counts"]);
    let job = Job::step(format!("building the operations for {whose}"), build);
    ensure!(job.run()?.failed == 0, "they do not compile");
    Ok(())
}

/// `1000 set hit`: a number of operations, and what they are.
fn operations_of(line: &str) -> Option<(f64, &str)> {
    let (operations, name) = line.split_once(' ')?;
    Some((operations.parse().ok()?, name))
}

/// The rows that the emulated program printed: its operations, and after them `= ` and their instructions.
fn rows_of(output: &str) -> Option<Vec<Row>> {
    let mut lines = output.lines();
    let mut rows = Vec::new();
    while let Some((operations, name)) = lines.next().and_then(operations_of) {
        let instructions: f64 = lines.next()?.strip_prefix("= ")?.parse().ok()?;
        let instructions = instructions / operations;
        rows.push(Row { name: name.to_owned(), instructions, mispredictions: None });
    }
    (!rows.is_empty()).then_some(rows)
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
        Row { name: name.into(), instructions, mispredictions: Some(mispredictions) }
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let expected = row("set churn 12/16", 240.7, 1.05);
        assert_eq!(Row::parse(&expected.line()), Some(expected));
        assert_eq!(Row::parse("set churn"), None);
        let emulated = Row { mispredictions: None, ..row("set hit", 40.5, 0.0) };
        assert_eq!(Row::parse(&emulated.line()), Some(emulated));
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
    fn rows_without_mispredictions_are_compared_by_instructions() {
        let rows = rows_of("200 hit\n= 8000\n100 insert by hand\n= 250\n").unwrap();
        let counts: Vec<_> = rows.iter().map(|row| (&*row.name, row.instructions)).collect();
        assert_eq!(counts, [("hit", 40.0), ("insert by hand", 2.5)]);
        assert_eq!(rows_of("200 hit\n"), None);
        let expected = [Row { instructions: 39.0, ..rows_of("1 hit\n= 1\n").unwrap().remove(0) }];
        assert_eq!(complaints(&rows[..1], &expected).len(), 1);
        assert_eq!(complaints(&rows[..1], &rows[..1]), [""; 0]);
    }

    #[test]
    fn sums_are_read_with_their_zeros_left_out() {
        let text = "part: 1\nevents: Ir Bc Bcm Bi Bim\nsummary: 120 30 4\n";
        assert_eq!((sum_of(text, "Ir"), sum_of(text, "Bcm")), (Some(120.0), Some(4.0)));
        assert_eq!((sum_of(text, "Bim"), sum_of(text, "Dr")), (Some(0.0), None));
    }
}
