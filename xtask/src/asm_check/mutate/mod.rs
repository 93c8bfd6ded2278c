//! Mutation: one instruction of a routine is changed in the compiled test programs, and some test
//! must notice it.
//!
//! A mutant lives in a copy of the program: the bytes of the routine are patched, and nothing is
//! compiled. It is noticed if a test with the routine's name in its own name fails, in any way: a
//! failed assertion, a fault, or exceeding the time limit. A mutant that no test notices is a gap in
//! the tests (or one of [`EQUIVALENT`], which change no answer).

mod aarch64;
mod equivalent;
mod riscv64;
mod variant;
mod x86_64;

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use wait_timeout::ChildExt;

use self::equivalent::{EQUIVALENT, Equivalent};
use self::variant::Variant;
use super::branches::is_branch;
use super::machine::{Architecture, Machine};
use super::objdump::{Function, Instruction};
use super::symbols::{self, Place};
use crate::cpu;

/// Processor time that a mutant may take: a multiple of what the program takes without a change, and this. The time of
/// day would depend on the load of the machine.
const TIMES: u32 = 3;
const AND: Duration = Duration::from_millis(200);
/// Wall-clock time, for a program that waits instead of computing.
const PATIENCE: Duration = Duration::from_secs(120);
/// The interval between two looks at a running program.
const LOOK: Duration = Duration::from_millis(10);
/// The processor time, in seconds, at which a program ends although nobody looks at it any more.
const LIMIT_SECONDS: u32 = 120;
/// The exit code of a shell that cannot start its program.
const NOT_STARTED: i32 = 126;
/// How often a line of progress is printed.
const PULSE: Duration = Duration::from_secs(10);

/// The results of the mutants.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) noticed: usize,
    /// The number of mutants that were noticed because they exceeded the time limit.
    pub(super) endless: usize,
    pub(super) equivalent: usize,
    pub(super) survivors: Vec<String>,
}

/// One change in one routine.
struct Mutant<'code> {
    routine: &'code str,
    symbol: &'code str,
    /// Offset from the start of the routine.
    offset: u64,
    original: &'code Instruction,
    variant: Variant,
}

impl Mutant<'_> {
    /// The place of the change, and the instruction: the same in every program.
    fn place(&self) -> String {
        let start = self.original.address - self.offset;
        let mut original = self.original.clone();
        let target = self.original.target().filter(|_| is_branch(&original.mnemonic));
        if let (Some(target), Some(operand)) = (target, original.operands.last_mut()) {
            *operand = format!("+{:#x}", target.wrapping_sub(start));
        }
        format!("{}+{:#x}: `{original}`", self.routine, self.offset)
    }

    fn fits(&self, machine: &Machine, equivalent: &Equivalent) -> bool {
        equivalent.machine == machine.name
            && equivalent.changes.contains(&self.variant.name)
            && equivalent.place == self.place()
    }
}

/// Runs every mutant of `routines`, given as names and code.
pub(super) fn run(
    machine: &Machine,
    launcher: Option<&str>,
    routines: &[(String, Function)],
    programs: &[PathBuf],
    folder: &Path,
) -> Result<Outcome> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let mut outcome = Outcome::default();
    let mut mutants = Vec::new();
    for (routine, function) in routines {
        for mutant in mutants_of(machine, routine, function) {
            if EQUIVALENT.iter().any(|equivalent| mutant.fits(machine, equivalent)) {
                outcome.equivalent += 1;
            } else {
                mutants.push(mutant);
            }
        }
    }
    let listed = EQUIVALENT.iter().filter(|equivalent| equivalent.machine == machine.name);
    let listed: usize = listed.map(|equivalent| equivalent.changes.len()).sum();
    ensure!(
        listed == outcome.equivalent,
        "of {listed} mutants listed as equivalent on {}, {} exist",
        machine.name,
        outcome.equivalent
    );
    let subjects = programs
        .iter()
        .map(|program| Subject::prepare(program, launcher, routines, folder))
        .collect::<Result<Vec<_>>>()?;

    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for worker in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (sender, next, mutants, subjects) = (sender.clone(), &next, &mutants, &subjects);
            let copy = folder.join(format!("mutant-{}-{worker}", machine.name));
            scope.spawn(move || {
                // Relaxed: only the numbers matter, and each is assigned once.
                while let Some(mutant) = mutants.get(next.fetch_add(1, Relaxed)) {
                    let fate = fate(mutant, subjects, &copy);
                    if sender.send((mutant, fate)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let start = Instant::now();
        let mut next_pulse = PULSE;
        for (mutant, fate) in receiver {
            match fate? {
                Fate::Noticed => outcome.noticed += 1,
                Fate::Endless => {
                    outcome.noticed += 1;
                    outcome.endless += 1;
                }
                Fate::Survived => outcome.survivors.push(format!(
                    "{} {}: {}",
                    machine.name,
                    mutant.place(),
                    mutant.variant.name
                )),
            }
            if start.elapsed() >= next_pulse {
                let done = outcome.noticed + outcome.survivors.len();
                println!("      … {} s: {done} of {} mutants", next_pulse.as_secs(), mutants.len());
                next_pulse += PULSE;
            }
        }
        anyhow::Ok(())
    })?;
    outcome.survivors.sort();
    Ok(outcome)
}

/// The mutants of one routine. Its landing pad is not changed: it has no effect where landing pads
/// are off, and [`rules`](super::rules) checks that it is there. Prefetches are not changed either,
/// since no answer depends on them.
fn mutants_of<'code>(
    machine: &Machine,
    routine: &'code str,
    function: &'code Function,
) -> Vec<Mutant<'code>> {
    let start = function.instructions.first().map_or(0, |first| first.address);
    let mut mutants = Vec::new();
    let is_hint = |one: &&Instruction| {
        let has_no_result = one.mnemonic == "ori" && one.operands[0] == "zero";
        one.mnemonic.starts_with("prefetch") || one.mnemonic.starts_with("prfm") || has_no_result
    };
    for original in function.instructions.iter().skip(1).filter(|one| !is_hint(one)) {
        let variants = match machine.architecture {
            Architecture::Aarch64 => aarch64::variants(original),
            Architecture::Riscv64 => riscv64::variants(original),
            Architecture::X86_64 => x86_64::variants(&original.bytes),
        };
        mutants.extend(variants.into_iter().map(|variant| Mutant {
            routine,
            symbol: &function.name,
            offset: original.address - start,
            original,
            variant,
        }));
    }
    mutants
}

enum Fate {
    Noticed,
    Endless,
    Survived,
}

/// A program that passes as it is, ready to be patched.
struct Subject<'run> {
    launcher: Option<&'run str>,
    contents: Vec<u8>,
    routines: Vec<Routine<'run>>,
}

/// A routine in a program.
struct Routine<'run> {
    name: &'run str,
    symbol: &'run str,
    place: Place,
    /// Longer names of other routines: tests with these in their names are of those.
    longer: Vec<&'run str>,
    /// Processor time that a mutant may take.
    limit: Duration,
}

impl<'run> Subject<'run> {
    fn prepare(
        program: &'run Path,
        launcher: Option<&'run str>,
        routines: &'run [(String, Function)],
        folder: &Path,
    ) -> Result<Subject<'run>> {
        let contents = symbols::read(program)?;
        let copy = folder.join("unchanged");
        write_program(&copy, &contents)?;
        let mut subject = Subject { launcher, contents, routines: Vec::new() };
        for (name, function) in routines {
            let contents = &subject.contents;
            let place = symbols::place(contents, &function.name)?;
            let code: Vec<u8> =
                function.instructions.iter().flat_map(|one| one.bytes.iter().copied()).collect();
            let here =
                contents.get(place.offset as usize..).and_then(|rest| rest.get(..code.len()));
            ensure!(here == Some(&*code), "{} differs in {program:?}", function.name);
            let others = routines.iter().map(|(other, _)| other.as_str());
            let longer = others.filter(|other| other.len() > name.len() && other.contains(name));
            let (symbol, longer, limit) = (&*function.name, longer.collect(), Duration::MAX);
            let mut routine = Routine { name, symbol, place, longer, limit };
            let (fate, time) = subject.run(&copy, &routine)?;
            ensure!(matches!(fate, Fate::Survived), "{program:?} fails without any change");
            routine.limit = time * TIMES + AND;
            subject.routines.push(routine);
        }
        Ok(subject)
    }

    /// Runs `copy`, a variant of this program, with the tests of `routine`; also returns the processor time that it had
    /// taken at the last look.
    fn run(&self, copy: &Path, routine: &Routine<'_>) -> Result<(Fate, Duration)> {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -t {LIMIT_SECONDS}; exec \"$@\""), "sh"]);
        command.args(self.launcher).args([copy.as_os_str(), OsStr::new(routine.name)]);
        command.args(routine.longer.iter().flat_map(|name| ["--skip", name]));
        command.env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        for _ in 0..100 {
            let mut child = command.spawn().with_context(|| format!("starting {command:?}"))?;
            let start = Instant::now();
            let mut time = Duration::ZERO;
            let status = loop {
                if let Some(status) = child.wait_timeout(LOOK)? {
                    break status;
                }
                time = cpu::of_process(child.id()).unwrap_or(time);
                if time > routine.limit || start.elapsed() > PATIENCE {
                    child.kill()?;
                    child.wait()?;
                    return Ok((Fate::Endless, time));
                }
            };
            if status.success() {
                return Ok((Fate::Survived, time));
            }
            if status.code() != Some(NOT_STARTED) {
                return Ok((Fate::Noticed, time));
            }
            // Another worker was about to start its own copy, and had ours open for writing.
            thread::sleep(Duration::from_millis(5));
        }
        bail!("{command:?} cannot be started")
    }
}

/// Runs every program in turn with `mutant` in it, until one notices.
fn fate(mutant: &Mutant<'_>, subjects: &[Subject<'_>], copy: &Path) -> Result<Fate> {
    for subject in subjects {
        let routine = subject.routines.iter().find(|routine| routine.symbol == mutant.symbol);
        let routine = routine.context("a routine has no place")?;
        let start = (routine.place.offset + mutant.offset) as usize;
        let mut contents = subject.contents.clone();
        contents[start..start + mutant.variant.bytes.len()].copy_from_slice(&mutant.variant.bytes);
        write_program(copy, &contents)?;
        match subject.run(copy, routine)?.0 {
            Fate::Survived => {}
            fate => return Ok(fate),
        }
    }
    Ok(Fate::Survived)
}

fn write_program(path: &Path, contents: &[u8]) -> Result<()> {
    let write = || {
        // A new file each time: the old one may still be executing.
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o755).open(path)?;
        file.write_all(contents)
    };
    write().with_context(|| format!("writing {}", path.display()))
}
