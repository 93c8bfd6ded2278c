//! Stage `no-panic`: a bare-metal user of the whole fallible interface links, and so cannot panic.
//!
//! `tests-link` has a panic handler that needs an undefined function: if no code can reach a panic,
//! the linker drops the handler, and with it the reference. The counter-proof plants a panic, and
//! must not link, for exactly that reason.

use anyhow::Result;
use xshell::{Cmd, Shell, cmd};

use crate::builds;
use crate::job::{self, Job};
use crate::matrix::{AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, X86_64_NONE};
use crate::needs::Need;
use crate::stage::Count;

const TARGETS: [&str; 3] = [AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, X86_64_NONE];

pub(crate) const NEEDS: &[Need] =
    &[Need::Target(AARCH64_NONE), Need::Target(AARCH64_NONE_SOFTFLOAT), Need::Target(X86_64_NONE)];

/// The linker's message when the handler stays.
const COMPLAINT: &str = "undefined symbol: a_panic_is_reachable";

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let all = link(shell, &TARGETS);
    let none = Job::step(format!("no panic for {}", TARGETS.join(", ")), all);
    let planted = TARGETS.iter().map(|&target| {
        let planted = link(shell, &[target]).args(["--features", "plant-a-panic"]);
        Job::refused(format!("a planted panic for {target}"), planted, COMPLAINT)
    });
    job::run_until_failure([none].into_iter().chain(planted))
}

fn link<'shell>(shell: &'shell Shell, targets: &[&str]) -> Cmd<'shell> {
    cmd!(shell, "cargo build --package tests-link --release").args(builds::targets(targets))
}
