//! Every check of heptad as one command, and the demo.
//!
//! ```text
//! cargo xtask demo               a kernel that profiles itself, under QEMU
//! cargo xtask test [STAGE…]      every stage, or the named ones; `--list` prints their names
//! cargo xtask verify [STAGE…]    the heavier checks, in the same way
//! cargo xtask asm-check          the stage of that name alone
//! cargo xtask bench [OPTION…]    times and instruction counts beside other tables'
//! cargo xtask bench-c [OPTION…]  the C interface beside khash and packaged C++ tables
//! cargo xtask record NAME…       measures, and stores the figures for docs/measurements.md
//! cargo xtask sizes              the code that each table adds to a kernel
//! cargo xtask install-c --prefix DIR   the C header and library
//! cargo xtask write-pages        the blocks of documents that are printed
//! cargo xtask write-counts       the instructions that the stage `counts` expects
//! ```
//!
//! Each command finds what it needs on the machine and installs what is missing where it may
//! ([`needs`]); for what it may not install it prints the exact commands. The last line of `test`
//! and `verify` is a count, and the exit code agrees with it.

mod arrows;
mod asm_check;
mod bench;
mod builds;
mod capi;
mod consumers;
mod count;
mod counts;
mod coverage;
mod cpu;
mod demo;
mod docs;
mod emulated;
mod fuzz;
mod host;
mod job;
mod links;
mod lint;
mod linux;
mod litmus;
mod lockfree;
mod matrix;
mod measurements;
mod messages;
mod miri;
mod models;
mod musl;
mod mutants;
mod needs;
mod no_atomics;
mod no_panic;
mod package;
mod pages;
mod proofs;
mod protocols;
mod qemu;
mod runner;
mod sanitizers;
mod sizes;
mod stage;
mod table;
mod user_mode;
mod words;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::{Context, Result, bail};
use lexopt::{Arg, ValueExt};
use xshell::Shell;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo                                   a kernel that profiles itself, under QEMU
  test [--list] [--verbose] [STAGE…]     the checks that every change must pass
  verify [--list] [--verbose] [STAGE…]   the heavier checks
  asm-check                              the stage of that name alone
  bench [OPTION…]                        times beside other tables'; `bench --help` lists the options
  bench-c [--counts] [ROUNDS]            the C interface beside khash and packaged C++ tables
  record [--quick] NAME…                 measures, and stores the figures for docs/measurements.md
  sizes                                  the code that each table adds to a kernel, in bytes
  install-c --prefix DIR                 the C header and library; `install-c --help` lists the options
  write-pages                            prints the blocks of DESIGN.md and docs/measurements.md, and the charts
  write-counts                           counts the operations anew that the stage `counts` watches";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command line; did all checks pass?
fn run() -> Result<bool> {
    let mut parser = lexopt::Parser::from_env();
    let mut command = None;
    let mut names = Vec::new();
    let mut bench_call = None;
    let mut install_call = None;
    let mut bench_c_call = None;
    let mut record_call = None;
    let mut list = false;
    let mut report = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => {
                println!("{USAGE}");
                return Ok(true);
            }
            Arg::Short('v') | Arg::Long("verbose") => job::VERBOSE.store(true, Relaxed),
            Arg::Long("list") => list = true,
            // For the process of one stage: not in the usage.
            Arg::Long("report") => report = Some(PathBuf::from(parser.value()?)),
            Arg::Value(value) if command.is_none() => {
                if value == "bench" {
                    bench_call = Some(bench::Call::parse(&mut parser)?);
                } else if value == "bench-c" {
                    bench_c_call = Some(capi::bench::Call::parse(&mut parser)?);
                } else if value == "record" {
                    record_call = measurements::Call::parse(&mut parser)?;
                    if record_call.is_none() {
                        return Ok(true);
                    }
                } else if value == "install-c" {
                    install_call = capi::install::Call::parse(&mut parser)?;
                    if install_call.is_none() {
                        return Ok(true);
                    }
                }
                command = Some(value.string()?);
            }
            Arg::Value(value) => names.push(value.string()?),
            _ => bail!("{}\n{USAGE}", argument.unexpected()),
        }
    }

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let root = root.canonicalize().context("finding the repository")?;
    env::set_current_dir(root)?;
    let shell = Shell::new()?;
    let (command, stages) = match command.as_deref() {
        Some("demo") => return demo::run(&shell).map(|()| true),
        Some("bench") => {
            return bench::run(&shell, &bench_call.context("`bench` was parsed")?);
        }
        Some("record") => {
            let call = record_call.context("`record` was parsed")?;
            return measurements::run(&shell, &call);
        }
        Some("bench-c") => {
            let call = bench_c_call.context("`bench-c` was parsed")?;
            return capi::bench::run(&shell, &call).map(|()| true);
        }
        Some("install-c") => {
            let call = install_call.context("`install-c` was parsed")?;
            return capi::install::run(&shell, &call).map(|()| true);
        }
        Some("sizes") => return sizes::cells(&shell).map(|_| true),
        Some("write-pages") => return pages::write(&shell).map(|()| true),
        Some("write-counts") => return counts::write(&shell).map(|()| true),
        Some(name @ ("asm-check" | "test")) => {
            if name == "asm-check" {
                names.insert(0, name.into());
            }
            job::PATIENCE_S.store(15 * 60, Relaxed);
            ("test", table::TEST)
        }
        Some("verify") => {
            // Some of its jobs prove a single theorem for an hour.
            job::PATIENCE_S.store(3 * 3600, Relaxed);
            ("verify", table::VERIFY)
        }
        Some(unknown) => bail!("there is no command `{unknown}`\n{USAGE}"),
        None => bail!("which command?\n{USAGE}"),
    };
    if list {
        runner::list(stages);
        return Ok(true);
    }
    let stages = stage::select(stages, &names)?;
    match report {
        Some(report) => runner::run_for_report(&shell, stages[0], &report),
        None => runner::run(command, &stages),
    }
}
