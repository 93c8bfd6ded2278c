//! Stage `builds`: the library compiles for every target, from the files that are published, and with
//! the oldest compiler it promises.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::matrix::{
    AARCH64_LINUX, AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, ALL, ASSEMBLY_TARGETS, DEFAULT, Features,
    I686_LINUX, NONE, PORTABLE_TARGETS, S390X_LINUX, THUMB_NONE, X86_64_LINUX, X86_64_NONE,
    feature_names, target_folder,
};
use crate::needs::{self, Need};
use crate::stage::Count;

/// The `rust-version` of Cargo.toml.
const OLDEST: &str = "1.85.0";

pub(crate) const NEEDS: &[Need] = &[
    Need::Target(X86_64_LINUX),
    Need::Target(AARCH64_LINUX),
    Need::Target(AARCH64_NONE),
    Need::Target(AARCH64_NONE_SOFTFLOAT),
    Need::Target(X86_64_NONE),
    Need::Target(I686_LINUX),
    Need::Target(S390X_LINUX),
    Need::Target(THUMB_NONE),
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let mut jobs = Vec::new();
    for target in ASSEMBLY_TARGETS {
        for features in [DEFAULT, NONE, ALL] {
            jobs.push(for_target(shell, "build", target, features));
        }
    }
    for target in PORTABLE_TARGETS {
        for features in [DEFAULT, NONE, ALL] {
            jobs.push(for_target(shell, "check", target, features));
        }
    }
    jobs.extend(every_set_of_features(shell));
    let package = cmd!(shell, "cargo package --package heptad --allow-dirty --all-features");
    jobs.push(Job::step("the package, from what it includes and no more", package));
    let mut count = job::run_until_failure(jobs)?;
    if count.failed == 0 {
        count += oldest_compiler(shell)?;
    }
    Ok(count)
}

/// No feature changes what another one needs: every set of them compiles.
fn every_set_of_features(shell: &Shell) -> Vec<Job> {
    let names = feature_names();
    let with = |set: usize| {
        let chosen = names.iter().enumerate().filter(|(index, _)| set >> index & 1 == 1);
        let list = chosen.map(|(_, name)| *name).collect::<Vec<_>>().join(",");
        let arguments = ["--no-default-features", "--features", &list];
        Job::step(
            format!("check with features [{list}]"),
            cmd!(shell, "cargo check {arguments...}"),
        )
    };
    (0..1 << names.len()).map(with).collect()
}

fn for_target(shell: &Shell, verb: &str, target: &str, features: Features) -> Job {
    let arguments = features.arguments;
    let command = cmd!(shell, "cargo {verb} --target {target} {arguments...}");
    Job::step(format!("{verb} for {target}, {}", features.name), command)
}

/// Checks the library, its tests and this program with the oldest compiler.
fn oldest_compiler(shell: &Shell) -> Result<Count> {
    if let Err(error) = needs::obtain(shell, &[Need::Toolchain(OLDEST, &[])]) {
        println!("      SKIPPED: the oldest compiler, {OLDEST}, is not to be had: {error:#}");
        return Ok(Count::ONE_SKIPPED);
    }
    let toolchain = format!("+{OLDEST}");
    let folder = format!("{}/oldest", target_folder());
    let check = |package: &str, features: Features| {
        let command = cmd!(shell, "cargo {toolchain} check --package {package} --all-targets")
            .args(features.arguments)
            .env("CARGO_TARGET_DIR", &folder);
        Job::step(format!("check {package} with {OLDEST}, {}", features.name), command)
    };
    job::run_until_failure([check("heptad", ALL), check("heptad", NONE), check("xtask", DEFAULT)])
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_oldest_compiler_is_the_one_promised() {
        let promised = super::OLDEST.strip_suffix(".0").unwrap();
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.contains(&format!("\nrust-version = \"{promised}\"\n")));
    }
}
