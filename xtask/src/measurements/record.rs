//! The command: which recordings, in turn, with the time that is left.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lexopt::{Arg, Parser, ValueExt};
use serde_json::Value;
use xshell::Shell;

use super::path_of;
use super::recordings::{Program, RECORDINGS, Recording};
use super::store::{self, Run};
use crate::user_mode::Guest;
use crate::{bench, capi, sizes};

const USAGE: &str = "\
usage: cargo xtask record [--quick] NAME…

  NAME     a recording, or `counts`, `times` or `all`
  --quick  times: smaller tables and fewer rounds
  --list   print the recordings and their commands

Counts repeat exactly. Record times on a machine that does nothing else; the file has its load average.";

/// The options of the command.
pub(crate) struct Call {
    recordings: Vec<&'static Recording>,
    is_quick: bool,
}

impl Call {
    /// Parses the command line; `None` if it requested a text, which is printed.
    pub(crate) fn parse(parser: &mut Parser) -> Result<Option<Call>> {
        let mut call = Call { recordings: Vec::new(), is_quick: false };
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("quick") => call.is_quick = true,
                Arg::Long("list") => {
                    for recording in RECORDINGS {
                        println!("{:<20}{}", recording.name, recording.command(false));
                    }
                    return Ok(None);
                }
                Arg::Short('h') | Arg::Long("help") => {
                    println!("{USAGE}");
                    return Ok(None);
                }
                Arg::Value(name) => call.recordings.extend(of_name(&name.string()?)?),
                _ => bail!("{}\n{USAGE}", argument.unexpected()),
            }
        }
        ensure!(!call.recordings.is_empty(), "which recording?\n{USAGE}");
        Ok(Some(call))
    }
}

/// The recordings that a word of the command line selects.
fn of_name(name: &str) -> Result<Vec<&'static Recording>> {
    let selected: Vec<_> = RECORDINGS
        .iter()
        .filter(|recording| match name {
            "all" => true,
            "counts" => recording.is_exact(),
            "times" => !recording.is_exact(),
            _ => recording.name == name,
        })
        .collect();
    ensure!(!selected.is_empty(), "there is no recording `{name}`; `--list` prints them");
    Ok(selected)
}

/// Executes and stores the recordings; did all succeed?
pub(crate) fn run(shell: &Shell, call: &Call) -> Result<bool> {
    // Recording changes files, so the commit is looked up before.
    let commit = store::commit(shell)?;
    let is_wanted = |kind: &dyn Fn(&Recording) -> bool| call.recordings.iter().any(|it| kind(it));
    // Built once, so that all recordings measure the same.
    let bench = if is_wanted(&|it| it.program == Program::Bench) {
        Some(bench::build(shell, is_wanted(&Recording::is_exact), None)?)
    } else {
        None
    };
    let start = Instant::now();
    let mut failed = Vec::new();
    for (number, recording) in call.recordings.iter().enumerate() {
        let rest = &call.recordings[number..];
        let left = seconds_left(rest, call.is_quick);
        println!(
            "\n[{}/{}] {}: `{}`; {left}",
            number + 1,
            call.recordings.len(),
            recording.name,
            recording.command(call.is_quick)
        );
        if let Err(error) = one(shell, bench.as_ref(), recording, call.is_quick, &commit) {
            println!("{}: {error:#}", recording.name);
            failed.push(recording.name);
        }
    }
    let seconds = start.elapsed().as_secs();
    println!("\n{} recordings in {}", call.recordings.len(), minutes(seconds as f64));
    println!("`cargo xtask write-pages` prints them into docs/measurements.md");
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    Ok(failed.is_empty())
}

fn one(
    shell: &Shell,
    bench: Option<&bench::Program>,
    recording: &Recording,
    is_quick: bool,
    commit: &str,
) -> Result<()> {
    let load_average = store::load_average()?;
    let start = Instant::now();
    let arguments = recording.arguments(is_quick);
    let (cells, packages) = match recording.program {
        Program::Bench => {
            let bench = bench.context("the benchmark was built")?;
            (bench.cells(shell, &arguments)?, Vec::new())
        }
        Program::Emulated(target) => {
            let bench = bench::build(shell, true, Some(Guest::of(target)?))?;
            (bench.cells(shell, &arguments)?, Vec::new())
        }
        Program::Sizes => (sizes::cells(shell)?, Vec::new()),
        Program::BenchC => capi::bench::cells(shell, &arguments)?,
    };
    let run = Run {
        command: recording.command(is_quick),
        commit: commit.to_owned(),
        load_average,
        time: start.elapsed(),
        packages,
    };
    store::write(shell, recording.name, &run, &cells)
}

/// About how long the recordings take, as their files say; those without a file count as the mean of the others.
fn seconds_left(recordings: &[&Recording], is_quick: bool) -> String {
    let known: Vec<f64> =
        recordings.iter().filter_map(|recording| seconds_of(recording, is_quick)).collect();
    if known.is_empty() {
        return "nobody has measured how long it takes".into();
    }
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    format!("about {} left", minutes(mean * recordings.len() as f64))
}

/// The duration of the recording's last run with the same options.
fn seconds_of(recording: &Recording, is_quick: bool) -> Option<f64> {
    let file: Value =
        serde_json::from_str(&fs::read_to_string(path_of(recording.name)).ok()?).ok()?;
    let is_same = file["command"].as_str() == Some(&recording.command(is_quick));
    file["seconds"].as_f64().filter(|_| is_same)
}

fn minutes(seconds: f64) -> String {
    let whole = Duration::from_secs_f64(seconds).as_secs();
    format!("{} min {:02} s", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_select_recordings() {
        let count = |name| of_name(name).unwrap().len();
        assert_eq!(count("all"), RECORDINGS.len());
        assert_eq!(count("counts") + count("times"), RECORDINGS.len());
        assert_eq!(count("swiss-counts"), 1);
        assert!(of_name("swiss-count").is_err());
    }

    #[test]
    fn times_are_in_minutes() {
        assert_eq!(minutes(125.4), "2 min 05 s");
    }
}
