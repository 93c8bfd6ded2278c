//! `cargo xtask bench`: builds the `bench` program with its special settings, and runs it.
//!
//! It compares with two builds of hashbrown in one program, which needs a wrapper of rustc:
//! `bench/eight_byte_group.sh` explains why. Such builds have a target folder of their own, because
//! Cargo does not notice what a wrapper does, and would use a library built without it.
//!
//! Before the other options, `--record NAME` stores the measurements ([`pages`]), and `--target NAME` runs the program for
//! `x86_64`, `aarch64` or `riscv64` in QEMU's user mode, where `--counts` are those of [`emulated`].

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};
use lexopt::Parser;
use xshell::{Shell, cmd};

use crate::emulated;
use crate::job::Job;
use crate::matrix::{Backend, target_folder};
use crate::needs::{self, Need};
use crate::pages;
use crate::stage::Count;
use crate::user_mode::Guest;

/// The request: the words after `bench`, and the folder to which file names are relative.
pub(crate) struct Call {
    folder: PathBuf,
    arguments: Vec<OsString>,
    /// The name under which the figures are stored.
    record: Option<String>,
    /// Where the program runs emulated.
    guest: Option<&'static Guest>,
}

impl Call {
    /// The rest of the command line, passed to the program.
    pub(crate) fn parse(parser: &mut Parser) -> Result<Call> {
        let mut arguments = parser.raw_args()?.peekable();
        let mut named = |option: &str| -> Result<Option<String>> {
            if arguments.next_if(|first| first == option).is_none() {
                return Ok(None);
            }
            let name = arguments.next().with_context(|| format!("`{option}` needs a name"))?;
            Ok(Some(name.into_string().ok().context("a name that is not UTF-8")?))
        };
        let record = named("--record")?;
        let guest = named("--target")?.map(|name| Guest::of(&name)).transpose()?;
        Ok(Call { folder: env::current_dir()?, arguments: arguments.collect(), record, guest })
    }
}

/// Builds and runs the program; did it succeed?
pub(crate) fn run(shell: &Shell, call: Call) -> Result<bool> {
    if let Some(guest) = call.guest {
        needs::obtain(shell, &[guest.needs, emulated::NEEDS].concat())?;
    } else if call.arguments.iter().any(|argument| argument == "--counts") {
        needs::obtain(shell, &[Need::Program("valgrind", "valgrind")])?;
    }
    let commit = pages::commit(shell)?;
    let root = env::current_dir()?;
    let target = root.join(target_folder()).join("bench");
    let (cargo, program) = match call.guest {
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
        return Ok(false);
    }
    let counts = tempfile::NamedTempFile::new()?;
    let mut command = match call.guest {
        None => std::process::Command::new(&program),
        Some(guest) => emulated::command(shell, guest, &program, counts.path())?.into(),
    };
    command.args(&call.arguments).current_dir(&call.folder);
    let cells = tempfile::NamedTempFile::new()?;
    if call.record.is_some() {
        command.arg("--json").arg(cells.path());
    }
    let status = command.status().with_context(|| format!("starting {}", program.display()))?;
    if let Some(name) = call.record.filter(|_| status.success()) {
        let words = call.arguments.iter().map(|word| word.to_string_lossy().into_owned());
        let start = call.guest.map_or("cargo xtask bench".to_owned(), |guest| {
            format!("cargo xtask bench --target {}", guest.name)
        });
        let words: Vec<String> = [start].into_iter().chain(words).collect();
        pages::record(shell, &name, &words.join(" "), &commit, cells.path())?;
    }
    Ok(status.success())
}

/// Stage `bench` of `verify`: the benchmark's own tests, which compile every contender.
pub(crate) fn tests(shell: &Shell) -> Result<Count> {
    Job::tests("bench", cmd!(shell, "cargo test --package bench")).run()
}
