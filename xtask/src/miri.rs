//! Stage `miri` of `verify`: every test under Miri, which sees undefined behaviour that happens to
//! work; and those that the kernels share once more as on 32 bits, and as on a big-endian machine.
//!
//! Miri is part of nightly toolchains only; where none can be had the stage is skipped, and says so.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::matrix::{I686_LINUX, S390X_LINUX, X86_64_LINUX};
use crate::needs::{self, Need};
use crate::stage::Count;

const NIGHTLY: Need = Need::Toolchain("nightly", &["miri", "rust-src"]);

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    if let Err(error) = needs::obtain(shell, &[NIGHTLY]) {
        println!("      SKIPPED: Miri needs a nightly toolchain: {error:#}");
        return Ok(Count::ONE_SKIPPED);
    }
    let everything: &[&str] = &["--tests"];
    let shared: &[&str] = &["--lib", "--test", "shared"];
    let jobs = [(X86_64_LINUX, everything), (I686_LINUX, shared), (S390X_LINUX, shared)];
    job::run_until_failure(jobs.map(|(target, programs)| {
        let command = cmd!(shell, "cargo +nightly miri test --all-features --target {target}");
        Job::tests(format!("Miri for {target}"), command.args(programs))
    }))
}
