//! `cargo xtask bench`: builds the `bench` program as it has to be built, and runs it.
//!
//! It compares with two builds of hashbrown in one program, which takes a stand-in for rustc:
//! `bench/eight_byte_group.sh` tells why. What is built that way has a target folder of its own, for
//! Cargo does not notice what a stand-in does, and would take a library built without it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};
use lexopt::Parser;
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::needs::{self, Need};
use crate::stage::Count;

/// What was asked for: the words after `bench`, and the folder that file names are relative to.
pub(crate) struct Call {
    folder: PathBuf,
    arguments: Vec<OsString>,
}

impl Call {
    /// The rest of the command line, for the program to read.
    pub(crate) fn parse(parser: &mut Parser) -> Result<Call> {
        Ok(Call { folder: env::current_dir()?, arguments: parser.raw_args()?.collect() })
    }
}

/// Builds and runs the program; did it succeed?
pub(crate) fn run(shell: &Shell, call: Call) -> Result<bool> {
    if call.arguments.iter().any(|argument| argument == "--counts") {
        needs::obtain(shell, &[Need::Program("valgrind", "valgrind")])?;
    }
    let root = env::current_dir()?;
    let target = root.join(target_folder()).join("bench");
    let build = cmd!(shell, "cargo build --release --package bench")
        .env("RUSTC_WRAPPER", root.join("bench/eight_byte_group.sh"))
        .env("CARGO_TARGET_DIR", &target);
    if Job::step("building the benchmark", build).run()?.failed > 0 {
        return Ok(false);
    }
    let program = target.join("release/bench");
    let status = std::process::Command::new(&program)
        .args(call.arguments)
        .current_dir(call.folder)
        .status()
        .with_context(|| format!("starting {}", program.display()))?;
    Ok(status.success())
}

/// Stage `bench` of `verify`: the benchmark's own tests, for which every contender is compiled.
pub(crate) fn tests(shell: &Shell) -> Result<Count> {
    Job::tests("bench", cmd!(shell, "cargo test --package bench")).run()
}
