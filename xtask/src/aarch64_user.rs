//! Stage `aarch64-user`: the tests as AArch64 Linux programs, run by QEMU's user mode.
//!
//! The programs are linked statically: dynamic ones hang there when they start a thread.

use anyhow::Result;
use xshell::Shell;

use crate::job::{self, Job};
use crate::matrix::{AARCH64_LINUX, ALL, Backend, DEFAULT, Features};
use crate::needs::Need;
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[
    Need::Target(AARCH64_LINUX),
    Need::Program("qemu-aarch64", "qemu-user"),
    Need::Program("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
    Need::File("/usr/aarch64-linux-gnu/lib/libc.a", "libc6-dev-arm64-cross"),
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    job::run_until_failure([
        tests(shell, Backend::Chosen, DEFAULT, false),
        tests(shell, Backend::Chosen, ALL, true),
        tests(shell, Backend::Assembly, ALL, true),
    ])
}

fn tests(shell: &Shell, backend: Backend, features: Features, optimised: bool) -> Job {
    let profile: &[&str] = if optimised { &["--release"] } else { &[] };
    let build = if optimised { "release" } else { "debug" };
    let command = backend
        .cargo(shell, "-Ctarget-feature=+crt-static")
        .args(["test", "--target", AARCH64_LINUX])
        .args(profile)
        .args(features.arguments)
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", "qemu-aarch64");
    Job::tests(format!("{build}, {}, {}", features.name, backend.name()), command)
}
