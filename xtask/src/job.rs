//! Running a command: silent while it succeeds, with signs of life while it takes long, complete
//! when it fails.
//!
//! A job's output goes to a file, with standard output and error in the order of writing. When the
//! job fails, the whole file is shown, with the command that repeats it. A line at intervals shows
//! how long the job has been running, and its last output.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use xshell::{Cmd, Shell};

use crate::count::Count;

/// The interval between two checks of a running command.
const LOOK: Duration = Duration::from_millis(20);
/// The interval between two signs of life of a long one.
const PULSE: Duration = Duration::from_secs(10);
/// The beginning of their lines.
const PULSES: &str = "      … ";

/// Set by `--verbose`: output is shown immediately. Relaxed: written once, before any job.
pub(crate) static VERBOSE: AtomicBool = AtomicBool::new(false);

/// The seconds that a command may be silent. Relaxed: written once, before any job.
pub(crate) static PATIENCE_S: AtomicU64 = AtomicU64::new(u64::MAX);

/// A command with a name for display, and how its checks are counted.
pub(crate) struct Job {
    name: String,
    command: Command,
    kind: Kind,
}

enum Kind {
    /// One check: the exit code.
    Step,
    /// As many checks as its closing lines count, and at least one.
    Tests,
    /// One check: it fails with this message.
    Refused(&'static str),
    /// One check: it ends with one of these codes.
    Ends(&'static [i32]),
}

/// How a command ended.
struct Outcome {
    success: bool,
    code: Option<i32>,
    output: String,
    time: Duration,
}

impl Job {
    /// A command that is one check, passed if it succeeds.
    pub(crate) fn step(name: impl Into<String>, command: Cmd) -> Job {
        Job { name: name.into(), command: command.into(), kind: Kind::Step }
    }

    /// A `cargo test` or the like: its closing lines are counted.
    pub(crate) fn tests(name: impl Into<String>, command: Cmd) -> Job {
        Job { name: name.into(), command: command.into(), kind: Kind::Tests }
    }

    /// A command that is one check, passed if it fails with `message` in its output.
    pub(crate) fn refused(name: impl Into<String>, command: Cmd, message: &'static str) -> Job {
        Job { name: name.into(), command: command.into(), kind: Kind::Refused(message) }
    }

    /// A command that is one check, passed if its exit code is one of `codes`.
    pub(crate) fn ends(name: impl Into<String>, command: Cmd, codes: &'static [i32]) -> Job {
        Job { name: name.into(), command: command.into(), kind: Kind::Ends(codes) }
    }

    /// Runs the command and prints the result in one line.
    pub(crate) fn run(self) -> Result<Count> {
        self.run_for_output().map(|(count, _)| count)
    }

    /// [`run`](Self::run), which also returns the command's output.
    pub(crate) fn run_for_output(mut self) -> Result<(Count, String)> {
        let again = describe(&self.command);
        let patience = Duration::from_secs(PATIENCE_S.load(Relaxed));
        let is_live = VERBOSE.load(Relaxed);
        let outcome = run_logged(&mut self.command, patience, "", is_live)
            .with_context(|| format!("running {again}"))?;
        let (count, complaint) = self.kind.judge(&outcome);
        let time = format!("{:.1} s", outcome.time.as_secs_f64());
        let Some(complaint) = complaint else {
            println!("      {}: {count} ({time})", self.name);
            return Ok((count, outcome.output));
        };
        if !VERBOSE.load(Relaxed) {
            print!("{}", outcome.output);
        }
        println!("      {}: {complaint} ({time})", self.name);
        println!("      to see it again: {again}");
        Ok((count, outcome.output))
    }
}

impl Kind {
    /// The count for `outcome`, and what is wrong with it.
    fn judge(&self, outcome: &Outcome) -> (Count, Option<&'static str>) {
        match *self {
            Kind::Step if outcome.success => (Count::ONE_PASSED, None),
            Kind::Step => (Count::ONE_FAILED, Some("failed")),
            Kind::Tests => {
                let count = Count::of_closing_lines(&outcome.output);
                // A compile error leaves no closing line: that is one failure too.
                let at_least_one = Count { failed: count.failed.max(1), ..count };
                match (outcome.success && count.failed == 0, count.is_none()) {
                    (true, false) => (count, None),
                    (true, true) => (at_least_one, Some("ran no test")),
                    (false, _) => (at_least_one, Some("failed")),
                }
            }
            Kind::Refused(message) if outcome.success || !outcome.output.contains(message) => {
                (Count::ONE_FAILED, Some("should have been refused, and was not"))
            }
            Kind::Refused(_) => (Count::ONE_PASSED, None),
            Kind::Ends(codes) if outcome.code.is_some_and(|code| codes.contains(&code)) => {
                (Count::ONE_PASSED, None)
            }
            Kind::Ends(_) => (Count::ONE_FAILED, Some("ended in an unexpected way")),
        }
    }
}

/// Runs `jobs` in turn until one fails, because the following ones would mostly repeat its
/// messages.
pub(crate) fn run_until_failure(jobs: impl IntoIterator<Item = Job>) -> Result<Count> {
    let mut sum = Count::NONE;
    for job in jobs {
        sum += job.run()?;
        if sum.failed > 0 {
            break;
        }
    }
    Ok(sum)
}

/// Runs `work` on each of `pieces`, as many at a time as there are processors: for pieces that leave most processors
/// idle, and that use nothing of one another.
pub(crate) fn run_beside<T: Send>(
    pieces: Vec<T>,
    work: impl Fn(&Shell, T) -> Result<Count> + Sync,
) -> Result<Count> {
    let pieces = Mutex::new(pieces.into_iter());
    let next = || pieces.lock().ok()?.next();
    thread::scope(|scope| {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| {
                    let shell = Shell::new()?;
                    let mut sum = Count::NONE;
                    while let Some(piece) = next() {
                        sum += work(&shell, piece)?;
                    }
                    anyhow::Ok(sum)
                })
            })
            .collect();
        let mut sum = Count::NONE;
        for worker in workers {
            sum += worker.join().map_err(|_| anyhow!("a piece panicked"))??;
        }
        Ok(sum)
    })
}

/// The output of `command`, which ends its own jobs when they are silent. It is shown immediately if
/// `is_live`; otherwise signs of life, with `whose` name.
pub(crate) fn output_of(mut command: Command, whose: &str, is_live: bool) -> Result<String> {
    let outcome = run_logged(&mut command, Duration::MAX, &format!("{whose}: "), is_live)?;
    Ok(outcome.output)
}

/// The lines of `output` that are not signs of life.
pub(crate) fn without_pulses(output: &str) -> String {
    output.split_inclusive('\n').filter(|line| !line.starts_with(PULSES)).collect()
}

/// Runs `command` without standard input, with its output in a file; ends it when it has written
/// nothing for `patience`. The output is shown immediately if `is_live`; otherwise signs of life, which
/// begin with `whose`.
fn run_logged(
    command: &mut Command,
    patience: Duration,
    whose: &str,
    is_live: bool,
) -> Result<Outcome> {
    let log = Log { file: tempfile::tempfile()? };
    let (stdout, stderr) = (log.file.try_clone()?, log.file.try_clone()?);
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn()?;
    let mut shown_bytes = 0;
    let mut next_pulse = PULSE;
    let (mut last_length, mut last_word) = (0, start);
    let mut hangs = false;
    let status = loop {
        let status = child.try_wait()?;
        if is_live {
            let news = log.read_from(shown_bytes)?;
            std::io::stdout().write_all(&news)?;
            shown_bytes += news.len() as u64;
        } else if status.is_none() && start.elapsed() >= next_pulse {
            println!("{PULSES}{} s: {whose}{}", next_pulse.as_secs(), log.last_line()?);
            // Less often as it takes longer: ten minutes give about twenty lines.
            next_pulse += PULSE.max(next_pulse / 4);
        }
        let length = log.file.metadata()?.len();
        if length != last_length {
            (last_length, last_word) = (length, Instant::now());
        }
        if status.is_none() && !hangs && last_word.elapsed() >= patience {
            hangs = true;
            writeln!(&log.file, "\nended: silent for {} s", patience.as_secs())?;
            for id in with_descendants(child.id()) {
                // A process may have ended meanwhile.
                let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
            }
        }
        match status {
            Some(status) => break status,
            None => thread::sleep(LOOK),
        }
    };
    let (success, code) = (status.success() && !hangs, status.code());
    Ok(Outcome { success, code, output: log.read()?, time: start.elapsed() })
}

/// The process `id` and all its descendants: ending `cargo` alone would leave its test running.
/// Uses the files of Linux; on other systems only the process itself.
fn with_descendants(id: u32) -> Vec<u32> {
    let mut family = vec![id];
    let tasks = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    for task in tasks {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        let ids = children.split_whitespace().filter_map(|word| word.parse().ok());
        family.extend(ids.flat_map(with_descendants));
    }
    family
}

/// The output of one command, in an unnamed file. The command writes through copies of the handle,
/// which share one position; so reading must not move it.
struct Log {
    file: File,
}

impl Log {
    fn read_from(&self, start_bytes: u64) -> Result<Vec<u8>> {
        let end_bytes = self.file.metadata()?.len();
        let mut bytes = vec![0; end_bytes.saturating_sub(start_bytes) as usize];
        self.file.read_exact_at(&mut bytes, start_bytes)?;
        Ok(bytes)
    }

    fn read(&self) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.read_from(0)?).into_owned())
    }

    fn last_line(&self) -> Result<String> {
        let text = self.read()?;
        let last = text.lines().map(str::trim).rfind(|line| !line.is_empty());
        Ok(last.unwrap_or("(no output yet)").chars().take(80).collect())
    }
}

/// The command as one would type it, with the variables set for it.
fn describe(command: &Command) -> String {
    let quoted = |text: &std::ffi::OsStr| {
        let text = text.to_string_lossy();
        let plain = !text.is_empty() && !text.contains([' ', '"', '\'', '(', ')', '$', '\\']);
        if plain { text.into_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
    };
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", name.to_string_lossy(), quoted(value)));
        }
    }
    words.push(quoted(command.get_program()));
    words.extend(command.get_args().map(quoted));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use xshell::cmd;

    use super::*;

    #[test]
    fn a_job_that_runs_no_test_fails() {
        let shell = Shell::new().unwrap();
        let count = Job::tests("silent", cmd!(shell, "true")).run().unwrap();
        assert_eq!(count, Count::ONE_FAILED);
        let line = "test result: ok. 4 passed; 0 failed; 0 ignored";
        let count = Job::tests("four", cmd!(shell, "echo {line}")).run().unwrap();
        assert_eq!(count, Count { passed: 4, ..Count::NONE });
    }

    #[test]
    fn a_test_run_that_dies_fails_whatever_it_printed() {
        let shell = Shell::new().unwrap();
        let script = "echo 'test result: ok. 4 passed; 0 failed; 0 ignored'; exit 1";
        let count = Job::tests("liar", cmd!(shell, "sh -c {script}")).run().unwrap();
        assert_eq!(count, Count { passed: 4, failed: 1, skipped: 0 });
    }

    #[test]
    fn a_refusal_is_wanted_for_its_reason_only() {
        let shell = Shell::new().unwrap();
        let refused = |script: &str| {
            let command = cmd!(shell, "sh -c {script}");
            Job::refused("refused", command, "no such thing").run().unwrap()
        };
        assert_eq!(refused("echo no such thing >&2; exit 1"), Count::ONE_PASSED);
        assert_eq!(refused("echo no such thing"), Count::ONE_FAILED);
        assert_eq!(refused("echo out of memory; exit 1"), Count::ONE_FAILED);
    }

    #[test]
    fn an_exit_code_may_be_one_of_several() {
        let shell = Shell::new().unwrap();
        let ends = |script: &str| Job::ends("ends", cmd!(shell, "sh -c {script}"), &[0, 2]);
        assert_eq!(
            ends("echo two; exit 2").run_for_output().unwrap(),
            (Count::ONE_PASSED, "two\n".into())
        );
        assert_eq!(ends("exit 3").run().unwrap(), Count::ONE_FAILED);
        assert_eq!(ends("kill -9 $$").run().unwrap(), Count::ONE_FAILED);
    }

    #[test]
    fn jobs_after_a_failure_are_not_run() {
        let shell = Shell::new().unwrap();
        let step = |program| Job::step(program, cmd!(shell, "{program}"));
        let count = run_until_failure([step("true"), step("false"), step("true")]).unwrap();
        assert_eq!(count, Count { passed: 1, failed: 1, skipped: 0 });
    }

    #[test]
    fn all_pieces_are_run_and_their_counts_added() {
        let count = run_beside((0..20).collect(), |_, piece| Ok(Count::of(piece % 5 != 0)));
        assert_eq!(count.unwrap(), Count { passed: 16, failed: 4, skipped: 0 });
        assert!(run_beside(vec![1, 2, 3], |_, _| anyhow::bail!("broken")).is_err());
    }

    #[test]
    fn signs_of_life_are_left_out() {
        let output = format!("a\n{PULSES}10 s: b\nc … d\n");
        assert_eq!(without_pulses(&output), "a\nc … d\n");
    }

    #[test]
    fn the_log_keeps_the_order_of_both_streams() {
        let shell = Shell::new().unwrap();
        let mut command = cmd!(shell, "sh -c 'echo one; echo two >&2; echo three'").into();
        assert_eq!(
            run_logged(&mut command, Duration::MAX, "", false).unwrap().output,
            "one\ntwo\nthree\n"
        );
    }

    #[test]
    fn a_silent_command_is_ended_with_its_children() {
        let shell = Shell::new().unwrap();
        // Another run of this test may have a child of its own.
        let seconds = 900_000 + std::process::id();
        let script = format!("echo begun; sleep {seconds} & wait");
        let start = Instant::now();
        let mut command = cmd!(shell, "sh -c {script}").into();
        // On a busy machine it takes the shell a moment to begin.
        let outcome = run_logged(&mut command, Duration::from_secs(3), "", false).unwrap();
        assert!(!outcome.success && start.elapsed() < Duration::from_secs(600));
        assert!(outcome.output.starts_with("begun\n\nended: silent"), "{}", outcome.output);
        let sleeper = format!("sleep\0{seconds}\0").into_bytes();
        let left = fs::read_dir("/proc").unwrap().flatten().any(|process| {
            fs::read(process.path().join("cmdline")).is_ok_and(|line| line == sleeper)
        });
        assert!(!left, "the child lives on");
        // Together more than the patience, each pause far less.
        let script = "for turn in 1 2 3 4 5 6 7 8; do echo; sleep .5; done";
        let mut command = cmd!(shell, "sh -c {script}").into();
        assert!(run_logged(&mut command, Duration::from_secs(3), "", false).unwrap().success);
    }

    #[test]
    fn a_described_command_can_be_typed() {
        let shell = Shell::new().unwrap();
        let command = cmd!(shell, "cargo test").env("RUSTFLAGS", "--cfg a=\"b\"").into();
        assert_eq!(describe(&command), "RUSTFLAGS='--cfg a=\"b\"' cargo test");
    }
}
