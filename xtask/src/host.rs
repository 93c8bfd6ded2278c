//! Stage `host`: the tests on this machine, with and without features; the tests of xtask; and the examples. Stage
//! `host-optimised`: some of them optimised. Stage `host-all` of `verify`: all of them optimised, with each backend.

use std::fs;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::matrix::{ALL, Backend, CONCURRENT, Features, NONE, PROBING, target_folder};
use crate::stage::Count;

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    // The other sets of features only add modules; `lint` and `builds` check that each set compiles. The
    // first run covers the backend that is chosen on a host, a part of each, with debug assertions; the second, the
    // portable one.
    let mut jobs =
        vec![tests(shell, Backend::Chosen, ALL, &[]), tests(shell, Backend::Chosen, NONE, &[])];
    jobs.push(Job::tests("xtask", cmd!(shell, "cargo test --package xtask")));
    for name in example_names()? {
        let command = cmd!(shell, "cargo run --all-features --example {name}");
        jobs.push(Job::step(format!("example {name}"), command));
    }
    job::run_until_failure(jobs)
}

/// The tests that depend on what the compiler makes of the steps, or on how threads meet.
pub(crate) fn run_optimised(shell: &Shell) -> Result<Count> {
    let optimised = [&["--release"], PROBING, CONCURRENT].concat();
    tests(shell, Backend::Assembly, ALL, &optimised).run()
}

/// All tests, optimised, with each backend; and those of the steps with AVX2.
pub(crate) fn run_all(shell: &Shell) -> Result<Count> {
    let backends = [Backend::Chosen, Backend::Assembly, Backend::Portable];
    let jobs = backends.map(|backend| tests(shell, backend, ALL, &["--release"]));
    let mut count = job::run_until_failure(jobs)?;
    if count.failed == 0 {
        count += run_with_avx2(shell)?;
    }
    Ok(count)
}

/// The tests of the steps as they are compiled for processors with AVX2, if this is one.
fn run_with_avx2(shell: &Shell) -> Result<Count> {
    #[cfg(target_arch = "x86_64")]
    let has_avx2 = std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    let has_avx2 = false;
    if !has_avx2 {
        println!("      this processor has no AVX2: the steps compiled for it are skipped");
        return Ok(Count::ONE_SKIPPED);
    }
    let tests = Backend::Chosen
        .cargo(shell, "-Ctarget-feature=+avx2")
        .env("CARGO_TARGET_DIR", format!("{}/avx2", target_folder()))
        .arg("test")
        .args(PROBING);
    Job::tests("debug, default features, AVX2", tests).run()
}

fn tests(shell: &Shell, backend: Backend, features: Features, arguments: &[&str]) -> Job {
    let mut command = backend.cargo(shell, "").arg("test").args(arguments).args(features.arguments);
    let mut build = "debug";
    if arguments.contains(&"--release") {
        build = "release";
        // A million operations in the recorded histories.
        command = command.env("HEPTAD_HISTORY_ROUNDS", "800");
    }
    Job::tests(format!("{build}, {}, {}", features.name, backend.name()), command)
}

/// The examples: `cargo test` builds them, but does not run them.
fn example_names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir("examples")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}
