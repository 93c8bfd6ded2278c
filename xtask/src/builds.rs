//! Stage `builds`: the library compiles for every target, from the published files, and with the oldest
//! compiler that it promises.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::matrix::{
    AARCH64_LINUX, AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, ALL, DEFAULT, EMULATED, Features,
    I686_LINUX, NONE, RISCV32I, RISCV32IMAC, RISCV32IMC, RISCV64_NONE, S390X_LINUX,
    TARGETS_OF_32_BIT_ATOMICS, TARGETS_WITHOUT_CAS, THUMBV6M, THUMBV7EM, X86_64_LINUX, X86_64_NONE,
    feature_names, target_folder,
};
use crate::needs::{self, Need};
use crate::package;
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
    Need::Target(RISCV64_NONE),
    Need::Target(THUMBV7EM),
    Need::Target(RISCV32IMAC),
    Need::Target(THUMBV6M),
    Need::Target(RISCV32IMC),
    Need::Target(RISCV32I),
];

/// The compiler's message about the feature `lockfree` where there are no 64-bit atomics.
const NO_64_BIT_ATOMICS: &str = "`lockfree` needs 64-bit atomics, which this target does not have";
/// Its message where nothing is selected that could emulate them.
const NO_EMULATION: &str = "no compare-and-swap, from which `portable-atomic` could make a lock";

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let mut jobs = Vec::new();
    // Targets that clippy compiles in `lint` are not compiled again here. Clippy does not assemble; of the targets with
    // assembly, other stages build all but this one.
    let all = cmd!(shell, "cargo build --target").arg(RISCV64_NONE).args(ALL.arguments);
    jobs.push(Job::step(format!("build for {RISCV64_NONE}, {}", ALL.name), all));
    jobs.extend(without_64_bit_atomics(shell));
    // Each feature alone is compiled there too; here the others without it.
    jobs.extend(sets_of_features(shell, |size, all| size + 1 >= all));
    // A separate workspace, so no other stage of `test` compiles it.
    let folder = format!("{}/fuzz", target_folder());
    let fuzz = cmd!(shell, "cargo check --manifest-path fuzz/Cargo.toml --all-targets")
        // Nothing is linked, so libFuzzer need not be compiled.
        .env("CUSTOM_LIBFUZZER_PATH", "none/libfuzzer.a");
    jobs.push(Job::step("check the fuzz targets", fuzz.env("CARGO_TARGET_DIR", folder)));
    let mut count = job::run_until_failure(jobs)?;
    if count.failed == 0 {
        count += package::run(shell)?;
    }
    if count.failed == 0 {
        count += oldest_compiler(shell, &[("heptad", ALL), ("heptad", NONE)])?;
    }
    Ok(count)
}

/// Everything that needs no 64-bit atomics compiles without them; the rest is refused with a reason, or
/// emulated if a feature requests it.
fn without_64_bit_atomics(shell: &Shell) -> Vec<Job> {
    let all = [TARGETS_OF_32_BIT_ATOMICS, TARGETS_WITHOUT_CAS].concat();
    let masked = cmd!(shell, "cargo check").args(EMULATED.arguments).args(targets(&all));
    let masked = masked.env("RUSTFLAGS", "--cfg portable_atomic_unsafe_assume_single_core");
    let mut jobs =
        vec![Job::step(format!("check for {}, emulated on one core", all.join(", ")), masked)];
    for target in all {
        jobs.push(refused(shell, target, DEFAULT, NO_64_BIT_ATOMICS));
    }
    for target in TARGETS_WITHOUT_CAS {
        jobs.push(refused(shell, target, EMULATED, NO_EMULATION));
    }
    jobs
}

/// A build that must fail with `message`.
fn refused(shell: &Shell, target: &str, features: Features, message: &'static str) -> Job {
    let command = cmd!(shell, "cargo check --target {target}").args(features.arguments);
    Job::refused(format!("no build for {target}, {}", features.name), command, message)
}

/// No feature breaks another one: every set of features compiles without a warning. The oldest compiler compiles this
/// program too.
pub(crate) fn run_every_set(shell: &Shell) -> Result<Count> {
    let mut count = job::run_until_failure(sets_of_features(shell, |_, _| true))?;
    count += oldest_compiler(shell, &[("xtask", DEFAULT)])?;
    Ok(count)
}

/// Checks the library with the sets of features that `is_chosen` selects by their size and the number of
/// all features.
fn sets_of_features(shell: &Shell, is_chosen: impl Fn(u32, u32) -> bool) -> Vec<Job> {
    let mut names = feature_names();
    // On this machine it is the same as `lockfree`.
    names.retain(|name| *name != "lockfree-emulated-with-locks");
    let all = names.len() as u32;
    let with = |set: u32| {
        let chosen = names.iter().enumerate().filter(|(index, _)| set >> index & 1 == 1);
        let list = chosen.map(|(_, name)| *name).collect::<Vec<_>>().join(",");
        let arguments = ["--no-default-features", "--features", &list];
        Job::step(
            format!("check with features [{list}]"),
            cmd!(shell, "cargo clippy {arguments...} -- --deny warnings"),
        )
    };
    (0..1 << all).filter(|set: &u32| is_chosen(set.count_ones(), all)).map(with).collect()
}

/// The arguments for one call that compiles for all of `targets`, beside one another.
pub(crate) fn targets<'names>(targets: &[&'names str]) -> Vec<&'names str> {
    targets.iter().flat_map(|target| ["--target", target]).collect()
}

/// Checks packages with the oldest compiler, each with a set of features.
fn oldest_compiler(shell: &Shell, packages: &[(&str, Features)]) -> Result<Count> {
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
    job::run_until_failure(packages.iter().map(|&(package, features)| check(package, features)))
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
