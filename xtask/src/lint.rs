//! Stage `lint`: rustfmt, and clippy without a warning for every feature set, backend and target.

use anyhow::Result;
use xshell::{Cmd, Shell, cmd};

use crate::builds;
use crate::job::{self, Job};
use crate::matrix::{
    AARCH64_NONE_SOFTFLOAT, ALL, ASSEMBLY_TARGETS, Backend, DEFAULT, FEATURE_SETS, Features,
    I686_MUSL, NONE, PORTABLE_TARGETS, RISCV64IMAC_NONE, TARGETS_OF_32_BIT_ATOMICS,
    TARGETS_WITHOUT_CAS, THUMBV6M, WITHOUT_ATOMICS, X86_64_NONE,
};
use crate::needs::{self, Need};
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] =
    &[needs::RUSTFMT, needs::CLIPPY, Need::Target(I686_MUSL), Need::Target(RISCV64IMAC_NONE)];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    // The same targets as in `builds`, from the same table.
    needs::obtain(shell, builds::NEEDS)?;
    // A package outside the workspace; `answers.rs` is not a module of any crate.
    let program = ["main.rs", "answers.rs", "../build.rs"];
    let program = program.map(|file| format!("tests-consumers/program/src/{file}"));
    let alone = cmd!(shell, "rustfmt --edition 2021 --check --color never").args(program);
    let mut jobs = vec![
        Job::step("rustfmt", cmd!(shell, "cargo fmt --all -- --check --color never")),
        Job::step("rustfmt, the consumers' program", alone),
    ];
    let whole = ["--workspace", "--all-targets"];
    jobs.push(clippy("the whole workspace", cmd!(shell, "cargo"), &whole, DEFAULT));
    for features in [ALL, NONE] {
        jobs.push(clippy("the tests", cmd!(shell, "cargo"), &["--all-targets"], features));
    }
    // The library is compiled with all features, and with none, for its tests.
    for &features in FEATURE_SETS.iter().filter(|set| ![ALL.name, NONE.name].contains(&set.name)) {
        jobs.push(clippy("this machine", cmd!(shell, "cargo"), &[], features));
    }
    for backend in Backend::FORCED {
        jobs.push(clippy(backend.name(), backend.cargo(shell, ""), &[], ALL));
    }
    // The targets of one call are compiled beside one another.
    let mut with_atomics = [ASSEMBLY_TARGETS, PORTABLE_TARGETS].concat();
    let host = needs::host_target(shell)?;
    with_atomics.retain(|target| *target != host);
    let without = [TARGETS_OF_32_BIT_ATOMICS, TARGETS_WITHOUT_CAS].concat();
    for (targets, features) in [
        ([&with_atomics, TARGETS_OF_32_BIT_ATOMICS].concat(), ALL),
        (without.clone(), WITHOUT_ATOMICS),
        ([with_atomics, without].concat(), NONE),
    ] {
        let arguments = builds::targets(&targets);
        jobs.push(clippy(&targets.join(", "), cmd!(shell, "cargo"), &arguments, features));
    }
    let on_32_bits = ["--all-targets", "--target", I686_MUSL];
    jobs.push(clippy("the tests on 32 bits", cmd!(shell, "cargo"), &on_32_bits, ALL));
    let machines = builds::targets(&[AARCH64_NONE_SOFTFLOAT, X86_64_NONE, RISCV64IMAC_NONE]);
    let kernels = [&["--package", "tests-qemu"], &machines[..]].concat();
    jobs.push(clippy("kernels", cmd!(shell, "cargo"), &kernels, DEFAULT));
    let small = cmd!(shell, "cargo");
    let kernels =
        ["--package", "tests-qemu", "--target", THUMBV6M, "--lib", "--no-default-features"];
    let features =
        Features { name: "emulated", arguments: &["--features", "emulated,critical-section"] };
    jobs.push(clippy("kernels for Cortex-M", small, &kernels, features));
    job::run_until_failure(jobs)
}

fn clippy(what: &str, cargo: Cmd, arguments: &[&str], features: Features) -> Job {
    let command = cargo.arg("clippy").args(arguments).args(features.arguments);
    let name = format!("clippy, {what}, {}", features.name);
    Job::step(name, command.args(["--", "-D", "warnings"]))
}
