//! Stage `aarch64-user`: the tests as AArch64 Linux programs, run by QEMU's user mode.
//!
//! The programs are linked statically: dynamic ones hang there when they start a thread.

use anyhow::Result;
use xshell::Shell;

use crate::job::{self, Job};
use crate::matrix::{AARCH64_LINUX, ALL, Backend, PROBING};
use crate::needs::Need;
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[
    Need::Target(AARCH64_LINUX),
    Need::Program("qemu-aarch64", "qemu-user"),
    Need::Program("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    Need::File("/usr/aarch64-linux-gnu/lib/libc.a", "libc6-dev-arm64-cross"),
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    // Optimised: emulated, unoptimised tests take minutes, and show what they show on the host.
    job::run_until_failure([
        tests(shell, Backend::Chosen, &[]),
        tests(shell, Backend::Assembly, PROBING),
    ])
}

fn tests(shell: &Shell, backend: Backend, programs: &[&str]) -> Job {
    let command = backend
        .cargo(shell, "-Ctarget-feature=+crt-static")
        .args(["test", "--release", "--target", AARCH64_LINUX])
        .args(ALL.arguments)
        .args(programs)
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", "qemu-aarch64");
    Job::tests(format!("release, {}, {}", ALL.name, backend.name()), command)
}
