//! `cargo xtask bench`: builds the `bench` program with its special settings, and runs it.
//!
//! It compares with two builds of hashbrown in one program, which needs a wrapper of rustc:
//! `bench/eight_byte_group.sh` explains why. Such builds have a target folder of their own, because
//! Cargo does not notice what a wrapper does, and would use a library built without it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use lexopt::Parser;
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::needs::{self, Need};
use crate::stage::Count;

/// The request: the words after `bench`, and the folder to which file names are relative.
pub(crate) struct Call {
    folder: PathBuf,
    arguments: Vec<OsString>,
}

impl Call {
    /// The rest of the command line, passed to the program.
    pub(crate) fn parse(parser: &mut Parser) -> Result<Call> {
        Ok(Call { folder: env::current_dir()?, arguments: parser.raw_args()?.collect() })
    }
}

/// Builds and runs the program; did it succeed?
pub(crate) fn run(shell: &Shell, call: &Call) -> Result<bool> {
    let is_counted = call.arguments.iter().any(|argument| argument == "--counts");
    let mut command = Command::new(build(shell, is_counted)?);
    let status = command.args(&call.arguments).current_dir(&call.folder).status();
    Ok(status.context("starting the benchmark")?.success())
}

/// The cells that the built program measures with these arguments.
pub(crate) fn cells(program: &Path, arguments: &[&str]) -> Result<Vec<Value>> {
    let file = tempfile::NamedTempFile::new()?;
    let status = Command::new(program).args(arguments).arg("--json").arg(file.path()).status();
    let status = status.context("starting the benchmark")?;
    ensure!(status.success(), "the benchmark failed: {status}");
    Ok(serde_json::from_str(&fs::read_to_string(file.path())?)?)
}

/// Builds the program and returns its path.
pub(crate) fn build(shell: &Shell, is_counted: bool) -> Result<PathBuf> {
    if is_counted {
        needs::obtain(shell, &[Need::Program("valgrind", "valgrind")])?;
    }
    let root = env::current_dir()?;
    let target = root.join(target_folder()).join("bench");
    let build = cmd!(shell, "cargo build --release --package bench")
        .env("RUSTC_WRAPPER", root.join("bench/eight_byte_group.sh"))
        .env("CARGO_TARGET_DIR", &target);
    if Job::step("building the benchmark", build).run()?.failed > 0 {
        bail!("the benchmark does not compile");
    }
    Ok(target.join("release/bench"))
}

/// Stage `bench` of `verify`: the benchmark's own tests, which compile every contender.
pub(crate) fn tests(shell: &Shell) -> Result<Count> {
    Job::tests("bench", cmd!(shell, "cargo test --package bench --package charts")).run()
}
