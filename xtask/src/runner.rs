//! One run of several stages: the output, and the count at the end.
//!
//! ```text
//! [3/9] aarch64-user: the tests as AArch64 programs under QEMU
//!       release, all features: 41 passed (6.2 s)
//! [3/9] aarch64-user … ok 41 passed (12.3 s)
//! …
//!  seconds  processor  stage
//!     12.3       20.1  aarch64-user
//! ```
//!
//! Each stage is a process of this program, which reports its count in a file ([`Report`]). Compiling a crate leaves a
//! second processor idle for most of the time, so several stages run at once, each in a folder of its own
//! ([`table::folder`]); what a stage prints is shown when it has ended.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result};
use xshell::Shell;

use crate::job::{self, VERBOSE};
use crate::matrix::target_folder;
use crate::needs::{self, Need};
use crate::stage::{Count, Stage};
use crate::{cpu, table};

/// Shows the stages of a table.
pub(crate) fn list(table: &[Stage]) {
    for stage in table {
        println!("{:16} {}", stage.name, stage.about);
    }
}

/// Runs `stages` of the command `command`, even if some fail, and prints the count as the last line; did all of them
/// pass? Those of `test` run beside one another. Those of `verify` do not, because some measure times, nor does any after
/// `--verbose`: these show their output immediately, as a single stage does.
pub(crate) fn run(command: &str, stages: &[&Stage]) -> Result<bool> {
    let start = Instant::now();
    let needs: Vec<Need> = stages.iter().flat_map(|stage| stage.needs).copied().collect();
    // Installing everything at once is faster. If it fails, each stage tries again and names what
    // it lacks.
    let _ = obtain(&needs);

    let program = env::current_exe().context("finding this program")?;
    let is_live = command != "test" || stages.len() == 1 || VERBOSE.load(Relaxed);
    let lanes = if is_live { 1 } else { thread::available_parallelism().map_or(1, usize::from) };
    let folders: Vec<&str> = stages.iter().map(|stage| table::folder(stage.name)).collect();
    let ends = in_lanes(&folders, lanes, |index| {
        let stage = stages[index];
        let place = format!("[{}/{}] {}", index + 1, stages.len(), stage.name);
        match is_live {
            true => println!("{place}: {}", stage.about),
            false => println!("{place} begins"),
        }
        let stage_start = Instant::now();
        let (output, report) = run_in_process(&program, command, stage, is_live);
        let end = End { report, time: stage_start.elapsed() };
        let seconds = end.time.as_secs_f64();
        let end_line = format!("{place} … {} {} ({seconds:.1} s)", end.verdict(), end.report.count);
        match is_live {
            true => println!("{end_line}"),
            // In one call, so that nothing of other stages comes between.
            false => {
                println!("{place}: {}\n{}{end_line}", stage.about, job::without_pulses(&output))
            }
        }
        end
    });

    let mut sum = Count::NONE;
    let mut failed = Vec::new();
    let mut times = String::from(" seconds  processor  stage\n");
    for (stage, end) in stages.iter().zip(&ends) {
        let (seconds, processor) = (end.time.as_secs_f64(), end.report.cpu.as_secs_f64());
        times += &format!("{seconds:8.1} {processor:10.1}  {}\n", stage.name);
        sum += end.report.count;
        if end.report.count.failed > 0 {
            failed.push(stage.name);
        }
    }
    print!("{times}");
    println!("all in {:.0} s", start.elapsed().as_secs_f64());
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    println!("{} passed, {} failed, {} skipped", sum.passed, sum.failed, sum.skipped);
    Ok(sum.failed == 0)
}

/// Runs one stage here, and writes its report to a file; did it pass?
pub(crate) fn run_for_report(shell: &Shell, stage: &Stage, report: &Path) -> Result<bool> {
    let count = run_stage(shell, stage);
    fs::write(report, Report { count, cpu: cpu::so_far() }.line()).context("writing the report")?;
    Ok(count.failed == 0)
}

/// Calls `run` for each index of `folders`, at most `lanes` at the same time and none of one folder; the first come
/// first. Returns what the calls returned.
fn in_lanes<T: Send>(folders: &[&str], lanes: usize, run: impl Fn(usize) -> T + Sync) -> Vec<T> {
    struct State<'names, T> {
        waiting: Vec<usize>,
        busy: Vec<&'names str>,
        ends: Vec<(usize, T)>,
    }
    let waiting = (0..folders.len()).collect();
    let state = Mutex::new(State { waiting, busy: Vec::new(), ends: Vec::new() });
    let changed = Condvar::new();
    let lane = || {
        let mut now = state.lock().unwrap_or_else(PoisonError::into_inner);
        while !now.waiting.is_empty() {
            let is_free = |&index: &usize| !now.busy.contains(&folders[index]);
            let Some(position) = now.waiting.iter().position(is_free) else {
                now = changed.wait(now).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let index = now.waiting.remove(position);
            now.busy.push(folders[index]);
            drop(now);
            let end = run(index);
            now = state.lock().unwrap_or_else(PoisonError::into_inner);
            now.busy.retain(|folder| *folder != folders[index]);
            now.ends.push((index, end));
            changed.notify_all();
        }
    };
    thread::scope(|scope| (0..lanes).for_each(|_| drop(scope.spawn(lane))));
    let mut ends = state.into_inner().unwrap_or_else(PoisonError::into_inner).ends;
    ends.sort_by_key(|(index, _)| *index);
    ends.into_iter().map(|(_, end)| end).collect()
}

/// How a stage ended.
struct End {
    report: Report,
    time: Duration,
}

impl End {
    fn verdict(&self) -> &'static str {
        match self.report.count {
            Count { failed: 1.., .. } => "FAILED",
            Count { passed: 0, .. } => "SKIPPED",
            _ => "ok",
        }
    }
}

/// What a stage reports: its count, and the processor time that it took with all its commands.
#[derive(Debug, PartialEq)]
struct Report {
    count: Count,
    cpu: Duration,
}

impl Report {
    fn line(&self) -> String {
        let Count { passed, failed, skipped } = self.count;
        format!("{passed} {failed} {skipped} {}", self.cpu.as_millis())
    }

    fn parse(line: &str) -> Option<Report> {
        let mut words = line.split(' ');
        let mut next = || usize::from_str(words.next()?).ok();
        let count = Count { passed: next()?, failed: next()?, skipped: next()? };
        Some(Report { count, cpu: Duration::from_millis(next()? as u64) })
    }
}

/// Runs a stage in a process of its own; returns its output and its report. A process that does not report is one
/// failure.
fn run_in_process(program: &Path, command: &str, stage: &Stage, is_live: bool) -> (String, Report) {
    let mut output = String::new();
    let mut try_it = || {
        obtain(stage.needs)?;
        let report = tempfile::NamedTempFile::new()?;
        let folder = std::path::absolute(target_folder())?.join(table::folder(stage.name));
        // Stages make folders in it.
        fs::create_dir_all(&folder)?;
        let mut process = Command::new(program);
        process.args([command, stage.name, "--report"]).arg(report.path());
        process.args(VERBOSE.load(Relaxed).then_some("--verbose"));
        process.env("CARGO_TARGET_DIR", &folder);
        output = job::output_of(process, stage.name, is_live)?;
        Report::parse(&fs::read_to_string(report.path())?).context("its process ended early")
    };
    let report = try_it().unwrap_or_else(|error: Error| {
        let complaint = format!("      {error:#}\n");
        match is_live {
            true => print!("{complaint}"),
            false => output += &complaint,
        }
        Report { count: Count::ONE_FAILED, cpu: Duration::ZERO }
    });
    (output, report)
}

/// Installs what is missing of `needs`, here, for one stage at a time: `apt-get` does not wait for another.
fn obtain(needs: &[Need]) -> Result<()> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    needs::obtain(&Shell::new()?, needs)
}

/// The count of one stage; a stage that cannot run is one failure.
fn run_stage(shell: &Shell, stage: &Stage) -> Count {
    match (stage.run)(shell) {
        Ok(count) if count.is_none() => {
            println!("      the stage made no check");
            Count::ONE_FAILED
        }
        Ok(count) => count,
        Err(error) => {
            println!("      {error:#}");
            Count::ONE_FAILED
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use anyhow::bail;

    use super::*;

    fn run_one(run: fn(&Shell) -> Result<Count>) -> (Count, bool) {
        let shell = Shell::new().unwrap();
        let stage = Stage { name: "one", about: "a stage of a test", needs: &[], run };
        let report = tempfile::NamedTempFile::new().unwrap();
        let passed = run_for_report(&shell, &stage, report.path()).unwrap();
        let report = Report::parse(&fs::read_to_string(report.path()).unwrap()).unwrap();
        (report.count, passed)
    }

    #[test]
    fn nothing_checked_and_errors_are_failures() {
        assert_eq!(run_one(|_| Ok(Count::NONE)), (Count::ONE_FAILED, false));
        assert_eq!(run_one(|_| bail!("broken")), (Count::ONE_FAILED, false));
        assert_eq!(run_one(|_| Ok(Count::ONE_PASSED)), (Count::ONE_PASSED, true));
        assert_eq!(run_one(|_| Ok(Count::ONE_SKIPPED)), (Count::ONE_SKIPPED, true));
    }

    #[test]
    fn a_stage_that_does_not_report_has_failed() {
        let run = |_: &Shell| Ok(Count::ONE_PASSED);
        let stage = Stage { name: "one", about: "a stage of a test", needs: &[], run };
        // Prints its words, and writes no report.
        let (output, report) = run_in_process("echo".as_ref(), "test", &stage, false);
        assert!(output.starts_with("test one --report "), "{output}");
        assert!(output.ends_with("\n      its process ended early\n"), "{output}");
        assert_eq!(report.count, Count::ONE_FAILED);
        assert_eq!(Report::parse(""), None);
    }

    #[test]
    fn stages_of_one_folder_are_not_run_at_the_same_time() {
        let folders = ["a", "a", "b", "a", "b", "c"];
        let running = folders.map(|_| AtomicUsize::new(0));
        let order = Mutex::new(Vec::new());
        let ends = in_lanes(&folders, 3, |index| {
            // Relaxed: only one thread may count in a folder.
            let mine = &running[folders.iter().position(|name| *name == folders[index]).unwrap()];
            assert_eq!(mine.fetch_add(1, Relaxed), 0);
            order.lock().unwrap().push(index);
            thread::sleep(Duration::from_millis(5));
            assert_eq!(mine.fetch_sub(1, Relaxed), 1);
            10 * index
        });
        assert_eq!(ends, [0, 10, 20, 30, 40, 50]);
        let of_a: Vec<usize> = order.into_inner().unwrap();
        assert!(of_a.iter().filter(|index| folders[**index] == "a").is_sorted());
        assert_eq!(in_lanes(&["a", "b"], 1, |index| index), [0, 1]);
    }
}
