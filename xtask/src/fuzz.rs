//! Stage `fuzz` of `verify`: each target of `fuzz/` for a minute, under AddressSanitizer.
//!
//! Fuzzing needs a nightly compiler; where none is available that part is skipped, and says so. The rest
//! runs everywhere: the targets on random inputs, their format, and clippy. The stage `lint` does not
//! cover these, because `fuzz` is a workspace of its own.
//!
//! Inputs that reached new code stay in the target folder, and the next run starts from them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::matrix::target_folder;
use crate::needs::{self, Need};
use crate::stage::Count;

const TARGETS: &[&str] = &["table", "map", "probe", "robin_hood", "lockfree"];
const SECONDS_PER_TARGET: u32 = 60;

/// Without this option libFuzzer makes inputs longer only when short ones find nothing new: after a minute
/// it would still be at three operations.
const LONG_AT_ONCE: &str = "-len_control=0";
/// Enough for about two hundred operations.
const MOST_BYTES: &str = "-max_len=2048";

/// libFuzzer is built from its C++ source.
pub(crate) const NEEDS: &[Need] = &[needs::RUSTFMT, needs::CLIPPY, Need::Program("c++", "g++")];
const NIGHTLY: &[Need] =
    &[Need::Toolchain("nightly", &[]), Need::CargoTool("cargo-fuzz", "0.13.2")];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let folder = fs::canonicalize(".")?.join(target_folder()).join("fuzz");
    let manifest = ["--manifest-path", "fuzz/Cargo.toml"];
    let cargo = |command: &str, arguments: &[&str]| {
        cmd!(shell, "cargo {command} {manifest...} {arguments...}")
            .env("CARGO_TARGET_DIR", folder.join("stable"))
    };
    let mut count = job::run_until_failure([
        Job::step("rustfmt", cargo("fmt", &["--", "--check", "--color", "never"])),
        Job::step("clippy", cargo("clippy", &["--all-targets", "--", "-D", "warnings"])),
        Job::tests("random inputs", cargo("test", &["--lib"])),
    ])?;
    if count.failed > 0 {
        return Ok(count);
    }
    if let Err(error) = needs::obtain(shell, NIGHTLY) {
        println!("      SKIPPED: fuzzing needs a nightly toolchain and cargo-fuzz: {error:#}");
        count += Count::ONE_SKIPPED;
        return Ok(count);
    }
    for target in TARGETS {
        count += fuzz(shell, target, &folder)?;
    }
    Ok(count)
}

/// Builds one target and lets libFuzzer search for an input that makes it panic.
fn fuzz(shell: &Shell, target: &str, folder: &Path) -> Result<Count> {
    let corpus = folder.join("corpus").join(target);
    fs::create_dir_all(&corpus).with_context(|| format!("creating {}", corpus.display()))?;
    let build = cmd!(shell, "cargo +nightly fuzz build --target-dir {folder} {target}");
    let built = Job::step(format!("building {target}"), build).run()?;
    if built.failed > 0 {
        return Ok(built);
    }
    let time = format!("-max_total_time={SECONDS_PER_TARGET}");
    let run = cmd!(shell, "cargo +nightly fuzz run --target-dir {folder} {target} {corpus}")
        .args(["--", LONG_AT_ONCE, MOST_BYTES, &time, "-print_final_stats=1"]);
    let (mut count, output) = Job::step(format!("fuzzing {target}"), run).run_for_output()?;
    if count.failed == 0 {
        match Executions::read(&output) {
            Some(executions) => println!(
                "      {target}: {} inputs, {} per second",
                executions.number, executions.per_second
            ),
            None => {
                println!("      {target}: libFuzzer does not say how many inputs it ran");
                count = Count::ONE_FAILED;
            }
        }
    }
    Ok(count)
}

/// The number of inputs that a run of libFuzzer tried.
#[derive(Debug, PartialEq, Eq)]
struct Executions {
    number: u64,
    per_second: u64,
}

impl Executions {
    /// Reads the statistics at the end of `output`; a run that tried nothing has none.
    fn read(output: &str) -> Option<Executions> {
        let figure = |name: &str| {
            let line = output.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().parse::<u64>().ok().filter(|&figure| figure > 0)
        };
        Some(Executions {
            number: figure("stat::number_of_executed_units:")?,
            per_second: figure("stat::average_exec_per_sec:")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executions_are_read_from_the_final_statistics() {
        let output = "Done 70995 runs in 61 second(s)\n\
            stat::number_of_executed_units: 70995\n\
            stat::average_exec_per_sec:     1163\n\
            stat::new_units_added:          1180\n";
        let expected = Executions { number: 70_995, per_second: 1_163 };
        assert_eq!(Executions::read(output), Some(expected));
        assert_eq!(Executions::read("Done 0 runs in 61 second(s)\n"), None);
        assert_eq!(Executions::read(&output.replace("70995", "0")), None);
    }

    /// A target that is added has to be run.
    #[test]
    fn every_target_of_the_manifest_is_run() {
        let manifest = include_str!("../../fuzz/Cargo.toml");
        let names = manifest
            .split("[[bin]]\n")
            .skip(1)
            .filter_map(|rest| rest.lines().next()?.strip_prefix("name = \"")?.strip_suffix('"'));
        assert!(names.eq(TARGETS.iter().copied()));
    }
}
