//! Stage `litmus` of `verify`: the patterns of accesses that the lock-free map rests on, under the memory models of
//! AArch64 and RISC-V.
//!
//! Each file of `proofs/litmus` is a few instructions for two to four processors and an outcome that must never be:
//! herd7 enumerates all executions that the architecture allows. Each `instead:` line of a file replaces instructions
//! by weaker ones, and says whether the outcome is then possible: so the test notices, or that processor
//! does not need the order, and the file says why. First the stage compiles `accesses.rs` there, to show that the
//! instructions of the tests are those that rustc makes of the orders in the source.
//!
//! herd7 is part of herdtools7, which Debian does not have; without it the tests are skipped, and counted as skipped.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;
use xshell::{Shell, cmd};

use crate::matrix::{AARCH64_NONE_SOFTFLOAT, RISCV64IMAC_NONE, target_folder};
use crate::needs::Need;
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] =
    &[Need::Target(AARCH64_NONE_SOFTFLOAT), Need::Target(RISCV64IMAC_NONE)];

const FOLDER: &str = "proofs/litmus";
const ACCESSES: &str = "proofs/litmus/accesses.rs";
/// A kind of processor: how the lines of `accesses.rs` begin that say what an access is there, its target, and its
/// features.
const KINDS: [(&str, &str, &str); 3] = [
    ("/// single: ", AARCH64_NONE_SOFTFLOAT, "+lse,+rcpc"),
    ("/// pair: ", AARCH64_NONE_SOFTFLOAT, "-lse,-rcpc"),
    ("/// riscv: ", RISCV64IMAC_NONE, "+m"),
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let mut sum = check_accesses(shell)?;
    let has_herd =
        cmd!(shell, "herd7 -version").quiet().ignore_stdout().ignore_stderr().run().is_ok();
    for test in tests()? {
        if has_herd {
            sum += test.run(shell)?;
        } else {
            println!("      {}: skipped, herd7 is not on the search path", test.name);
            sum += Count::ONE_SKIPPED;
        }
    }
    Ok(sum)
}

fn report(name: &str, problem: Option<String>) -> Count {
    match &problem {
        None => println!("      {name}: ok"),
        Some(problem) => println!("      {name}: FAILED: {problem}"),
    }
    Count::of(problem.is_none())
}

/// Are the instructions of the tests those of the compiler?
fn check_accesses(shell: &Shell) -> Result<Count> {
    let source = fs::read_to_string(ACCESSES).context(ACCESSES)?;
    let mut sum = Count::NONE;
    for (label, target, features) in KINDS {
        let compiled = cmd!(
            shell,
            "rustc --edition 2024 --crate-type lib -O --emit asm -o - --target {target}
             -C target-feature={features} {ACCESSES}"
        );
        let made = instructions_of(&compiled.quiet().read()?);
        for (function, wanted) in accesses_in(&source, label)? {
            let made = made.get(&function).map(|list| list.join("; ")).unwrap_or_default();
            let problem = (made != wanted).then(|| format!("`{made}`, not `{wanted}`"));
            sum += report(&format!("{function} on {target} {features}"), problem);
        }
    }
    Ok(sum)
}

/// The functions of the source, each with what the line above it that begins with `label` says.
fn accesses_in(source: &str, label: &str) -> Result<Vec<(String, String)>> {
    let mut wanted = None;
    let mut found = Vec::new();
    for line in source.lines() {
        if let Some(instructions) = line.strip_prefix(label) {
            wanted = Some(instructions.to_string());
        } else if let Some(rest) = line.strip_prefix("pub fn ") {
            let name = rest.split('(').next().unwrap_or_default();
            let wanted = wanted.take().with_context(|| format!("{name} has no line `{label}`"))?;
            found.push((name.to_string(), wanted));
        }
    }
    Ok(found)
}

/// How the names of accesses begin, on both architectures.
const ACCESSES_BEGIN: [&str; 7] = ["ld", "st", "cas", "lr.", "sc.", "amo", "sd"];

/// The accesses and barriers of each function, from the compiler's assembly. Registers are left out.
fn instructions_of(assembly: &str) -> BTreeMap<String, Vec<String>> {
    let mut functions = BTreeMap::<String, Vec<String>>::new();
    let mut function = String::new();
    for line in assembly.lines() {
        if let Some(label) = line.strip_suffix(':').filter(|label| !label.starts_with('.')) {
            function = label.to_string();
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(mnemonic) = words.next() else { continue };
        let instruction = match mnemonic {
            "dmb" | "fence" => format!("{mnemonic} {}", words.collect::<String>()),
            _ if ACCESSES_BEGIN.iter().any(|start| mnemonic.starts_with(start)) => {
                mnemonic.to_string()
            }
            _ => continue,
        };
        functions.entry(function.clone()).or_default().push(instruction);
    }
    functions
}

/// A file of the folder.
#[derive(Debug)]
struct Test {
    name: String,
    /// What herd7 reads, without the comment.
    program: String,
    weakened: Vec<Weakened>,
}

/// An `instead:` line: replacements, and what herd7 must then say.
#[derive(Debug, PartialEq, Eq)]
struct Weakened {
    line: String,
    replaced: Vec<Replaced>,
    expected: String,
}

/// One instruction, and another in its place.
#[derive(Debug, PartialEq, Eq)]
struct Replaced {
    /// The column in which it is looked for; every one if it names none.
    processor: Option<usize>,
    old: String,
    new: String,
}

fn tests() -> Result<Vec<Test>> {
    let mut tests = Vec::new();
    for entry in WalkDir::new(FOLDER).sort_by_file_name() {
        let path = entry?.into_path();
        if path.extension().is_some_and(|extension| extension == "litmus") {
            let text = fs::read_to_string(&path)?;
            tests.push(Test::read(&text).with_context(|| path.display().to_string())?);
        }
    }
    if tests.is_empty() {
        bail!("{FOLDER} has no tests");
    }
    Ok(tests)
}

impl Test {
    fn read(text: &str) -> Result<Test> {
        let (title, rest) = text.split_once("(*").context("it has no comment")?;
        let (comment, body) = rest.split_once("*)").context("its comment does not end")?;
        let header = title.trim().split_once(' ');
        let (_, name) = header.context("its first line is `ARCHITECTURE NAME`")?;
        let lines = comment.lines().filter_map(|line| line.trim().strip_prefix("instead: "));
        let weakened = lines.map(Weakened::read).collect::<Result<Vec<_>>>()?;
        if weakened.is_empty() {
            bail!("nothing shows that it can fail");
        }
        Ok(Test {
            name: name.to_string(),
            program: format!("{title}{}", body.trim_start()),
            weakened,
        })
    }

    fn run(&self, shell: &Shell) -> Result<Count> {
        let folder = Path::new(&target_folder()).join("litmus");
        shell.create_dir(&folder)?;
        let file = folder.join(format!("{}.litmus", self.name));
        let mut sum = observe(shell, &file, &self.name, &self.program, "Never")?;
        for weakened in &self.weakened {
            let name = format!("{}, {}", self.name, weakened.line);
            sum +=
                observe(shell, &file, &name, &weakened.apply(&self.program)?, &weakened.expected)?;
        }
        Ok(sum)
    }
}

/// Lets herd7 say how often the outcome is possible: `Never`, `Sometimes` or `Always`.
fn observe(shell: &Shell, file: &Path, name: &str, program: &str, expected: &str) -> Result<Count> {
    fs::write(file, program)?;
    let output = cmd!(shell, "herd7 {file}").quiet().read()?;
    let observed = output.lines().find_map(|line| line.strip_prefix("Observation "));
    let observed = observed.and_then(|rest| rest.split_whitespace().nth(1)).unwrap_or("nothing");
    Ok(report(name, (observed != expected).then(|| format!("herd7 observes it: {observed}"))))
}

impl Weakened {
    fn read(line: &str) -> Result<Weakened> {
        let (changes, expected) = line.rsplit_once(": ").context("a line without an answer")?;
        let replaced = changes.split("; ").map(Replaced::read).collect::<Result<_>>()?;
        Ok(Weakened { line: line.to_string(), replaced, expected: expected.to_string() })
    }

    /// The program with each instruction replaced, which must stand in it once.
    fn apply(&self, program: &str) -> Result<String> {
        let mut lines: Vec<Vec<String>> = program
            .lines()
            .map(|line| line.split('|').map(ToString::to_string).collect())
            .collect();
        for change in &self.replaced {
            let columns = lines.iter_mut().flat_map(|cells| cells.iter_mut().enumerate());
            let found = columns.filter(|(column, cell)| change.is_for(*column, cell));
            let found: Vec<_> = found.map(|(_, cell)| cell).collect();
            let number = found.len();
            let Ok([cell]) = <[&mut String; 1]>::try_from(found) else {
                bail!("`{}` stands there {number} times", change.old);
            };
            *cell = cell.replace(&change.old, &change.new);
        }
        Ok(lines.iter().map(|cells| cells.join("|") + "\n").collect())
    }
}

impl Replaced {
    /// `OLD -> NEW`, or `P1 OLD -> NEW` if the other processors have the same instruction.
    fn read(change: &str) -> Result<Replaced> {
        let (old, new) = change.split_once(" -> ").context("a change without an arrow")?;
        let column = old.strip_prefix('P').and_then(|rest| rest.split_once(' '));
        let column = column.and_then(|(number, old)| Some((number.parse().ok()?, old)));
        let (processor, old) =
            column.map_or((None, old), |(processor, old): (usize, &str)| (Some(processor), old));
        Ok(Replaced { processor, old: old.to_string(), new: new.to_string() })
    }

    fn is_for(&self, column: usize, cell: &str) -> bool {
        // The last column ends with a semicolon.
        let is_it = cell.trim_end_matches(';').trim() == self.old;
        is_it && self.processor.is_none_or(|processor| processor == column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "AArch64 name\n(* About.\n   instead: LDAR W1,[X1] -> LDR W1,[X1]: Sometimes *)\n{}\n \
                        P0 | P1 ;\n DMB ISH | LDAR W1,[X1] ;\n DMB ISHLD | NOP ;\nexists (true)\n";

    #[test]
    fn an_instruction_is_replaced_as_a_whole_and_once() {
        let test = Test::read(TEXT).unwrap();
        assert!(!test.program.contains("About") && test.program.starts_with("AArch64 name\n{}"));
        let weaker = test.weakened[0].apply(&test.program).unwrap();
        assert_eq!(weaker, test.program.replace("LDAR", "LDR"));
        let fence = Weakened::read("DMB ISH -> NOP: Never").unwrap().apply(&test.program).unwrap();
        assert!(fence.contains("NOP | LDAR") && fence.contains("DMB ISHLD"));
        let second = Weakened::read("P1 NOP -> DMB ISH: Never").unwrap();
        assert!(second.apply(&test.program).is_ok());
        let elsewhere = Weakened::read("P0 NOP -> DMB ISH: Never").unwrap();
        assert!(elsewhere.apply(&test.program).is_err());
        let absent = Weakened::read("STR W1,[X1] -> NOP: Never").unwrap();
        assert!(absent.apply(&test.program).is_err());
    }

    #[test]
    fn a_test_that_nothing_weakens_is_refused() {
        assert!(Test::read("AArch64 name\n(* About. *)\n{}\n").is_err());
    }

    #[test]
    fn every_test_can_be_read_and_weakened() {
        std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).unwrap();
        for test in tests().unwrap() {
            for weakened in &test.weakened {
                weakened.apply(&test.program).unwrap();
            }
        }
    }

    #[test]
    fn accesses_are_taken_from_assembly() {
        let made =
            instructions_of("commit:\n\tmov x8, x1\n\tcasal\tx8, x2, [x0]\n.LBB:\n\tdmb\tish\n");
        assert_eq!(made["commit"], ["casal", "dmb ish"]);
        let made = instructions_of("look:\n\tfence\trw, rw\n\tld\ta0, 0(a0)\n");
        assert_eq!(made["look"], ["fence rw,rw", "ld"]);
    }
}
