//! `cargo xtask bench`: builds the `bench` program with its special settings, and runs it.
//!
//! It compares with two builds of hashbrown in one program, which needs a wrapper of rustc:
//! `bench/eight_byte_group.sh` explains why. Such builds have a target folder of their own, because
//! Cargo does not notice what a wrapper does, and would use a library built without it.
//!
//! `--record NAME`, before the other options, stores the measurements: see [`pages`].

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};
use lexopt::Parser;
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::needs::{self, Need};
use crate::pages;
use crate::stage::Count;

/// The request: the words after `bench`, and the folder to which file names are relative.
pub(crate) struct Call {
    folder: PathBuf,
    arguments: Vec<OsString>,
    /// The name under which the figures are stored.
    record: Option<String>,
}

impl Call {
    /// The rest of the command line, passed to the program.
    pub(crate) fn parse(parser: &mut Parser) -> Result<Call> {
        let mut arguments = parser.raw_args()?.peekable();
        let is_kept = arguments.next_if(|first| first == "--record").is_some();
        let record = if is_kept {
            let name = arguments.next().context("`--record` needs a name")?;
            Some(name.into_string().ok().context("a name that is not UTF-8")?)
        } else {
            None
        };
        Ok(Call { folder: env::current_dir()?, arguments: arguments.collect(), record })
    }
}

/// Builds and runs the program; did it succeed?
pub(crate) fn run(shell: &Shell, call: Call) -> Result<bool> {
    if call.arguments.iter().any(|argument| argument == "--counts") {
        needs::obtain(shell, &[Need::Program("valgrind", "valgrind")])?;
    }
    let commit = pages::commit(shell)?;
    let root = env::current_dir()?;
    let target = root.join(target_folder()).join("bench");
    let build = cmd!(shell, "cargo build --release --package bench")
        .env("RUSTC_WRAPPER", root.join("bench/eight_byte_group.sh"))
        .env("CARGO_TARGET_DIR", &target);
    if Job::step("building the benchmark", build).run()?.failed > 0 {
        return Ok(false);
    }
    let program = target.join("release/bench");
    let mut command = std::process::Command::new(&program);
    command.args(&call.arguments).current_dir(&call.folder);
    let cells = tempfile::NamedTempFile::new()?;
    if call.record.is_some() {
        command.arg("--json").arg(cells.path());
    }
    let status = command.status().with_context(|| format!("starting {}", program.display()))?;
    if let Some(name) = call.record.filter(|_| status.success()) {
        let words = call.arguments.iter().map(|word| word.to_string_lossy().into_owned());
        let words: Vec<String> =
            ["cargo xtask bench".to_owned()].into_iter().chain(words).collect();
        pages::record(shell, &name, &words.join(" "), &commit, cells.path())?;
    }
    Ok(status.success())
}

/// Stage `bench` of `verify`: the benchmark's own tests, which compile every contender.
pub(crate) fn tests(shell: &Shell) -> Result<Count> {
    Job::tests("bench", cmd!(shell, "cargo test --package bench")).run()
}
