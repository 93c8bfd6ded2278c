//! Stage `miri` of `verify`: every test under Miri, which detects undefined behaviour even where the
//! result is right; and the tests shared with the kernels again for 32 bits and for a big-endian
//! machine.
//!
//! Stage `miri-lockfree`: the lock-free map's tests with threads, under many seeds. Each seed gives
//! another order of the threads' steps, with other stale values where the memory order allows them.
//!
//! Miri is part of nightly toolchains only; where none is available the stage is skipped, and says so.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::matrix::{AARCH64_LINUX, I686_LINUX, S390X_LINUX, X86_64_LINUX};
use crate::needs::{self, Need};
use crate::stage::Count;

const NIGHTLY: Need = Need::Toolchain("nightly", &["miri", "rust-src"]);

/// Some tests leak memory on purpose, for a `'static` lifetime. The tests of owned entries count drops.
const IGNORE_LEAKS: &str = "-Zmiri-ignore-leaks";
/// Orders of the threads' steps: one per seed.
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
    // The tests with threads, except those in which the checker must refuse.
    let names = ["--", "histories", "n6_", "m7_", "two_keys"];
    job::run_until_failure([X86_64_LINUX, AARCH64_LINUX].map(|target| {
        let command = cmd!(shell, "cargo +nightly miri test --target {target}")
            .args(programs)
            .args(names)
            .env("MIRIFLAGS", format!("{IGNORE_LEAKS} -Zmiri-many-seeds={SEEDS}"));
        Job::tests(format!("Miri for {target}, seeds {SEEDS}"), command)
    }))
}

/// Says that the stage is skipped, if there is no nightly toolchain.
pub(crate) fn skip_without_nightly(shell: &Shell) -> Option<Count> {
    let error = needs::obtain(shell, &[NIGHTLY]).err()?;
    println!("      SKIPPED: it needs a nightly toolchain: {error:#}");
    Some(Count::ONE_SKIPPED)
}
