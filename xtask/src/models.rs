//! Stages `models` and `steps` of `test`, `models-long` and `model-mutants` of `verify`: the lock-free
//! map's code under loom, and stopped at every access.

use std::path::Path;
use std::{env, fs};

use anyhow::{Result, ensure};
use walkdir::WalkDir;
use xshell::Shell;

use crate::job::Job;
use crate::matrix::target_folder;
use crate::stage::Count;

mod atomics;
mod mutants;

use atomics::Atomics;
use mutants::Mutant;

/// The models of the lock-free map.
const MODELS: &str = "lockfree::models::";
/// The models of a growth with several migrators.
const SHARED_GROWTH: &str = "robin_hood::shared::";
/// The models that take minutes.
const LONG: &str = "thorough::";

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

/// The names of all mutants, which DESIGN.md cites.
pub(crate) fn mutant_names() -> Result<Vec<String>> {
    let mutants = mutants::load(Path::new(mutants::FOLDER))?;
    Ok(mutants.into_iter().map(|mutant| mutant.name).collect())
}

/// Each mutant of the code must be caught; `MUTANT=word` in the environment selects those whose name contains
/// the word.
pub(crate) fn run_mutants(shell: &Shell) -> Result<Count> {
    let tree = Path::new(&target_folder()).join("model-mutants");
    copy_tree(&tree)?;
    let wanted = env::var("MUTANT").unwrap_or_default();
    let mut count = Count::NONE;
    for mutant in mutants::load(Path::new(mutants::FOLDER))? {
        if mutant.name.contains(&wanted) {
            count += try_mutant(shell, &tree, &mutant).unwrap_or_else(|error| {
                println!("      {}: {error:#}", mutant.name);
                Count::ONE_FAILED
            });
            for file in mutant.files() {
                fs::copy(file, tree.join(file))?;
            }
        }
    }
    Ok(count)
}

/// Patches the copy, and runs the test that must fail.
fn try_mutant(shell: &Shell, tree: &Path, mutant: &Mutant) -> Result<Count> {
    let _folder = shell.push_dir(tree);
    mutant.apply(tree)?;
    // Compiler errors must not count as caught.
    let build = mutant.atomics.cargo_test(shell)?.env("CARGO_INCREMENTAL", "1").arg("--no-run");
    let built = build.quiet().ignore_status().output()?;
    let complaint = String::from_utf8_lossy(&built.stderr).into_owned();
    ensure!(built.status.success(), "the mutant does not compile:\n{complaint}");
    let test = mutant.atomics.cargo_test(shell)?.env("CARGO_INCREMENTAL", "1").arg(&mutant.test);
    Job::refused(&mutant.name, test, "test result: FAILED").run()
}

/// Copies the sources, without build products. Unchanged files are not touched, and those that are gone are removed.
fn copy_tree(to: &Path) -> Result<()> {
    let is_source = |name: &str| name != ".git" && name != "target";
    let entries = WalkDir::new(".").into_iter();
    for entry in entries.filter_entry(|entry| entry.file_name().to_str().is_none_or(is_source)) {
        let entry = entry?;
        let copy = to.join(entry.path().strip_prefix(".")?);
        // A link to a folder too: no package of the models reads through it.
        if entry.path().is_dir() {
            fs::create_dir_all(copy)?;
        } else if fs::read(&copy).ok() != Some(fs::read(entry.path())?) {
            fs::copy(entry.path(), copy)?;
        }
    }
    for copy in WalkDir::new(to) {
        let copy = copy?;
        let is_gone = !copy.path().strip_prefix(to)?.exists();
        if is_gone && copy.file_type().is_file() {
            fs::remove_file(copy.path())?;
        }
    }
    Ok(())
}
