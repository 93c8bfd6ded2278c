//! `cargo xtask bench`: builds the `bench` program with its special settings, and runs it.
//!
//! It compares with two builds of hashbrown in one program, which needs a wrapper of rustc:
//! `bench/eight_byte_group.sh` explains why. Such builds have a target folder of their own, because
//! Cargo does not notice what a wrapper does, and would use a library built without it.
//!
//! `--target NAME`, before the other options, runs the program for `x86_64`, `aarch64` or `riscv64` in QEMU's user
//! mode, where `--counts` are those of [`emulated`].

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use lexopt::Parser;
use serde_json::Value;
use tempfile::NamedTempFile;
use xshell::{Shell, cmd};

use crate::emulated;
use crate::job::Job;
use crate::matrix::{Backend, target_folder};
use crate::needs::{self, Need};
use crate::stage::Count;
use crate::user_mode::Guest;

/// The request: the words after `bench`, and the folder to which file names are relative.
pub(crate) struct Call {
    folder: PathBuf,
    arguments: Vec<OsString>,
    guest: Option<&'static Guest>,
}

impl Call {
    /// The rest of the command line, passed to the program.
    pub(crate) fn parse(parser: &mut Parser) -> Result<Call> {
        let mut arguments = parser.raw_args()?.peekable();
        let mut guest = None;
        if arguments.next_if(|first| first == "--target").is_some() {
            let name = arguments.next().context("`--target` needs a name")?;
            guest = Some(Guest::of(&name.to_string_lossy())?);
        }
        Ok(Call { folder: env::current_dir()?, arguments: arguments.collect(), guest })
    }
}

/// Builds and runs the program; did it succeed?
pub(crate) fn run(shell: &Shell, call: &Call) -> Result<bool> {
    let is_counted = call.arguments.iter().any(|argument| argument == "--counts");
    let program = build(shell, is_counted, call.guest)?;
    let status = program.command(shell)?.args(&call.arguments).current_dir(&call.folder).status();
    Ok(status.context("starting the benchmark")?.success())
}

/// The built program.
pub(crate) struct Program {
    path: PathBuf,
    guest: Option<&'static Guest>,
    /// Where the emulator's counts are.
    counts: NamedTempFile,
}

impl Program {
    /// A command that starts it.
    fn command(&self, shell: &Shell) -> Result<Command> {
        Ok(match self.guest {
            None => Command::new(&self.path),
            Some(guest) => emulated::command(shell, guest, &self.path, self.counts.path())?.into(),
        })
    }

    /// The cells that it measures with these arguments.
    pub(crate) fn cells(&self, shell: &Shell, arguments: &[&str]) -> Result<Vec<Value>> {
        let file = NamedTempFile::new()?;
        let status = self.command(shell)?.args(arguments).arg("--json").arg(file.path()).status();
        let status = status.context("starting the benchmark")?;
        ensure!(status.success(), "the benchmark failed: {status}");
        Ok(serde_json::from_str(&fs::read_to_string(file.path())?)?)
    }
}

/// Builds the program, for this machine or for the emulated `guest`.
pub(crate) fn build(
    shell: &Shell,
    is_counted: bool,
    guest: Option<&'static Guest>,
) -> Result<Program> {
    if let Some(guest) = guest {
        needs::obtain(shell, &[guest.needs, emulated::NEEDS].concat())?;
    } else if is_counted {
        needs::obtain(shell, &[Need::Program("valgrind", "valgrind")])?;
    }
    let root = env::current_dir()?;
    let target = root.join(target_folder()).join("bench");
    let (cargo, path) = match guest {
        None => (cmd!(shell, "cargo"), target.join("release/bench")),
        Some(guest) => (
            guest.cargo(shell, Backend::Chosen, "").env("CARGO_BUILD_TARGET", guest.target),
            target.join(guest.target).join("release/bench"),
        ),
    };
    let build = cargo
        .args(["build", "--release", "--package", "bench"])
        .env("RUSTC_WRAPPER", root.join("bench/eight_byte_group.sh"))
        .env("CARGO_TARGET_DIR", &target);
    if Job::step("building the benchmark", build).run()?.failed > 0 {
        bail!("the benchmark does not compile");
    }
    Ok(Program { path, guest, counts: NamedTempFile::new()? })
}

/// Stage `bench` of `verify`: the benchmark's own tests, which compile every contender.
pub(crate) fn tests(shell: &Shell) -> Result<Count> {
    Job::tests("bench", cmd!(shell, "cargo test --package bench --package charts")).run()
}
