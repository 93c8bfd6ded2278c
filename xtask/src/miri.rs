//! Stage `miri` of `verify`: every test under Miri, which sees undefined behaviour that happens to
//! work; and those that the kernels share once more as on 32 bits, and as on a big-endian machine.
//!
//! Stage `miri-lockfree`: the threads of the lock-free map's tests, under many seeds. Each seed is
//! another order of the threads' steps, with other old values where the memory order allows them.
//!
//! Miri is part of nightly toolchains only; where none can be had the stage is skipped, and says so.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::matrix::{AARCH64_LINUX, I686_LINUX, S390X_LINUX, X86_64_LINUX};
use crate::needs::{self, Need};
use crate::stage::Count;

const NIGHTLY: Need = Need::Toolchain("nightly", &["miri", "rust-src"]);

/// Some tests leak memory on purpose, to have it for ever. Those of owned entries count what is dropped.
const IGNORE_LEAKS: &str = "-Zmiri-ignore-leaks";
/// Orders of the threads' steps that are tried.
const SEEDS: &str = "0..16";

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    if let Some(skipped) = skip_without_nightly(shell) {
        return Ok(skipped);
    }
    let everything: &[&str] = &["--tests"];
    let shared: &[&str] = &["--lib", "--test", "shared"];
    let jobs = [(X86_64_LINUX, everything), (I686_LINUX, shared), (S390X_LINUX, shared)];
    job::run_until_failure(jobs.map(|(target, programs)| {
        let command = cmd!(shell, "cargo +nightly miri test --all-features --target {target}");
        let command = command.args(programs).env("MIRIFLAGS", IGNORE_LEAKS);
        Job::tests(format!("Miri for {target}"), command)
    }))
}

pub(crate) fn run_lockfree(shell: &Shell) -> Result<Count> {
    if let Some(skipped) = skip_without_nightly(shell) {
        return Ok(skipped);
    }
    let programs = ["--test", "lockfree_history", "--test", "lockfree_rows"];
    // Those with threads, but for the ones that show the checker refusing.
    let names = ["--", "histories", "n6_", "m7_", "two_keys"];
    job::run_until_failure([X86_64_LINUX, AARCH64_LINUX].map(|target| {
        let command = cmd!(shell, "cargo +nightly miri test --target {target}")
            .args(programs)
            .args(names)
            .env("MIRIFLAGS", format!("{IGNORE_LEAKS} -Zmiri-many-seeds={SEEDS}"));
        Job::tests(format!("Miri for {target}, seeds {SEEDS}"), command)
    }))
}

fn skip_without_nightly(shell: &Shell) -> Option<Count> {
    let error = needs::obtain(shell, &[NIGHTLY]).err()?;
    println!("      SKIPPED: Miri needs a nightly toolchain: {error:#}");
    Some(Count::ONE_SKIPPED)
}
