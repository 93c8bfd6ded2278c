//! Stages `models` and `steps` of `test`, `models-long` and `model-mutants` of `verify`: the lock-free
//! map's code under loom, and stopped at every access.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;
use xshell::{Cmd, Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::stage::Count;

mod mutants;

use mutants::{Edit, MUTANTS, Mutant};

/// The models of the lock-free map.
const MODELS: &str = "lockfree::models::";
/// Those of a growth with several helpers.
const SHARED_GROWTH: &str = "robin_hood::shared::";
/// The models that take minutes.
const LONG: &str = "lockfree::models::thorough::";

/// Which atomics the code under test has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Atomics {
    Loom,
    Steps,
}

impl Atomics {
    /// `cargo test` of the crate's own tests with these atomics. They have a target folder of their
    /// own, because Cargo builds everything anew whenever the flags change.
    fn cargo_test(self, shell: &Shell) -> Result<Cmd<'_>> {
        let (package, flags, name) = match self {
            // The same sources, in a package that has loom.
            Atomics::Loom => ("heptad-models", "--cfg heptad_loom", "loom"),
            Atomics::Steps => ("heptad", "--cfg heptad_steps", "steps"),
        };
        let folder = std::path::absolute(target_folder())?.join(name);
        let cargo = cmd!(shell, "cargo test --release --package {package} --lib");
        Ok(cargo.env("RUSTFLAGS", flags).env("CARGO_TARGET_DIR", folder))
    }
}

/// The small models.
pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let command = Atomics::Loom.cargo_test(shell)?.arg("--").args([MODELS, SHARED_GROWTH]);
    Job::tests("small models", command.args(["--skip", LONG])).run()
}

/// All models.
pub(crate) fn run_long(shell: &Shell) -> Result<Count> {
    let command = Atomics::Loom.cargo_test(shell)?.arg("--");
    Job::tests("all models", command.args([MODELS, SHARED_GROWTH])).run()
}

/// Operations stopped at every access.
pub(crate) fn run_steps(shell: &Shell) -> Result<Count> {
    let command = Atomics::Steps.cargo_test(shell)?;
    Job::tests("stopped at every access", command.arg("lockfree::steps::")).run()
}

/// Each mutant of the code must be caught.
pub(crate) fn run_mutants(shell: &Shell) -> Result<Count> {
    let tree = Path::new(&target_folder()).join("model-mutants");
    copy_tree(&tree)?;
    let mut count = Count::NONE;
    for mutant in MUTANTS {
        count += try_mutant(shell, &tree, mutant).with_context(|| mutant.name)?;
    }
    Ok(count)
}

/// Patches the copy, runs the test that must fail, and mends the copy.
fn try_mutant(shell: &Shell, tree: &Path, mutant: &Mutant) -> Result<Count> {
    let _folder = shell.push_dir(tree);
    for edit in mutant.edits {
        fs::write(tree.join(edit.file), edit.apply(&fs::read_to_string(tree.join(edit.file))?)?)?;
    }
    // Errors of the compiler must not count as caught.
    let build = mutant.atomics.cargo_test(shell)?.env("CARGO_INCREMENTAL", "1").arg("--no-run");
    let built = build.quiet().ignore_status().output()?;
    let complaint = String::from_utf8_lossy(&built.stderr).into_owned();
    ensure!(built.status.success(), "the mutant does not compile:\n{complaint}");
    let test = mutant.atomics.cargo_test(shell)?.env("CARGO_INCREMENTAL", "1").arg(mutant.test);
    let count = Job::refused(mutant.name, test, "test result: FAILED").run()?;
    for edit in mutant.edits {
        fs::copy(edit.file, tree.join(edit.file))?;
    }
    Ok(count)
}

impl Edit {
    /// `source` with the edit, whose place must be one only.
    fn apply(&self, source: &str) -> Result<String> {
        let places = source.matches(self.find).count();
        ensure!(places == 1, "{}: {places} places for {:?}", self.file, self.find);
        Ok(source.replacen(self.find, self.replace, 1))
    }
}

/// Copies the sources, and nothing that is built from them. What has not changed is left alone.
fn copy_tree(to: &Path) -> Result<()> {
    let is_source = |name: &str| name != ".git" && name != "target";
    let entries = WalkDir::new(".").into_iter();
    for entry in entries.filter_entry(|entry| entry.file_name().to_str().is_none_or(is_source)) {
        let entry = entry?;
        let copy = to.join(entry.path().strip_prefix(".")?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(copy)?;
        } else if fs::read(&copy).ok() != Some(fs::read(entry.path())?) {
            fs::copy(entry.path(), copy)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mutant_can_be_made() {
        for mutant in MUTANTS {
            for edit in mutant.edits {
                let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(edit.file);
                let source = fs::read_to_string(path).unwrap();
                assert_ne!(edit.apply(&source).unwrap(), source, "{}", mutant.name);
            }
        }
        assert!(MUTANTS.len() > 20);
    }
}
