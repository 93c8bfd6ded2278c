//! What is measured: the time that work takes, or the instructions that it executes.
//!
//! The time is the thread's processor time, in user code and in the kernel.
//!
//! Instructions are counted by valgrind's callgrind, or by QEMU where the program runs in its user mode
//! ([`emulated`](crate::emulated)), as it does for other architectures. For callgrind the program runs itself again
//! under it, with collection switched on by entering [`heptad_bench_counted`] and off by leaving it. Leaving also
//! writes the counts to a file, which is read back at once, so that both kinds of run are the same program doing the
//! same work.

use std::{
    env, fs,
    hint::black_box,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, ensure};
use rustix::time::{ClockId, clock_gettime};

use crate::emulated::Emulator;

/// Marks a run under callgrind, and says where that writes its counts.
const COUNTS_VARIABLE: &str = "HEPTAD_BENCH_COUNTS";

/// The kind of measurement.
pub(crate) enum Gauge {
    Nanoseconds,
    Instructions(Counter),
}

/// What counts instructions.
pub(crate) enum Counter {
    Callgrind(Callgrind),
    Emulator(Emulator),
}

impl Counter {
    /// What this program runs under, if that counts.
    pub(crate) fn attach() -> Result<Option<Counter>> {
        let emulator = Emulator::attach().context("reading the emulator's counts")?;
        Ok(emulator.map(Counter::Emulator).or_else(|| Callgrind::attach().map(Counter::Callgrind)))
    }

    fn count(&mut self, work: &mut dyn FnMut()) -> Result<u64> {
        match self {
            Counter::Callgrind(callgrind) => {
                heptad_bench_counted(work);
                callgrind.next_count()
            }
            Counter::Emulator(emulator) => Ok(emulator.count(work)?),
        }
    }
}

impl Gauge {
    /// The measure of `work`.
    pub(crate) fn measure(&mut self, work: &mut dyn FnMut()) -> Result<f64> {
        match self {
            Gauge::Nanoseconds => {
                let start = thread_nanoseconds();
                heptad_bench_counted(work);
                Ok((thread_nanoseconds() - start) as f64)
            }
            Gauge::Instructions(counter) => counter.count(work).map(|count| count as f64),
        }
    }

    /// Is it so quick that single operations may be counted, tens of thousands of them?
    pub(crate) fn counts_quickly(&self) -> bool {
        matches!(self, Gauge::Instructions(Counter::Emulator(_)))
    }

    /// Does the same work always give the same measure, so that one run is enough?
    pub(crate) fn is_exact(&self) -> bool {
        matches!(self, Gauge::Instructions(_))
    }
}

/// The thread's processor time. A wall clock would also count what other programs took, which would
/// distort long pieces of work more than short ones.
pub(crate) fn thread_nanoseconds() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Does `work`. Callgrind finds the function by name, so it has a name and no copies.
// SAFETY: no other function has this name.
#[unsafe(no_mangle)]
#[inline(never)]
fn heptad_bench_counted(work: &mut dyn FnMut()) {
    black_box(work)();
}

/// The counts that callgrind writes, one file for each piece of work.
pub(crate) struct Callgrind {
    /// The files' name without their number.
    stem: PathBuf,
    written: usize,
}

impl Callgrind {
    /// The callgrind that this program runs under, if it does.
    fn attach() -> Option<Callgrind> {
        env::var_os(COUNTS_VARIABLE).map(|stem| Callgrind { stem: stem.into(), written: 0 })
    }

    /// The instructions of the latest piece of work.
    fn next_count(&mut self) -> Result<u64> {
        self.written += 1;
        let path = format!("{}.{}", self.stem.display(), self.written);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
        fs::remove_file(&path)?;
        instructions_in(&text).with_context(|| format!("{path} has no counts"))
    }
}

/// The total of instructions in one of callgrind's files.
fn instructions_in(text: &str) -> Option<u64> {
    let summary = text.lines().find_map(|line| line.strip_prefix("summary: "))?;
    summary.trim().parse().ok()
}

/// Runs this program again, with the same options, under callgrind.
pub(crate) fn run_again_under_callgrind() -> Result<ExitCode> {
    let folder = env::temp_dir().join(format!("heptad-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let code = run_under_callgrind(&folder.join("counts"));
    fs::remove_dir_all(&folder)?;
    code
}

fn run_under_callgrind(stem: &Path) -> Result<ExitCode> {
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .args(["--toggle-collect=heptad_bench_counted", "--dump-after=heptad_bench_counted"])
        .arg(format!("--callgrind-out-file={}", stem.display()))
        .arg(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(COUNTS_VARIABLE, stem)
        .status()
        .context("starting valgrind, which counts the instructions")?;
    ensure!(status.success(), "counting failed: {status}");
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_the_summary() {
        let text = "version: 1\npart: 1\n\nevents: Ir\nsummary: 1234567\n\nfn=(1) f\n0 1234567\n";
        assert_eq!(instructions_in(text), Some(1_234_567));
        assert_eq!(instructions_in("events: Ir\n"), None);
    }
}
