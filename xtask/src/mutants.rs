//! Stage `mutants` of `verify`: cargo-mutants changes the library, one expression or one function at
//! a time, and the tests must notice each change.
//!
//! Changes that no test can notice are in `docs/mutants.md`, each with the reason. The survivors have
//! to be exactly those listed there: an unlisted survivor is a gap in the tests, and a listed mutant
//! that is caught is a wrong claim. A mutant that times out counts as noticed.
//!
//! `.cargo/mutants.toml` selects the files to change and the tests to run, so that a manual `cargo
//! mutants` does the same.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::needs::Need;
use crate::pages::markdown::Page;
use crate::stage::Count;

/// The version of cargo-mutants: mutants' names differ between versions.
const VERSION: &str = "27.1.0";
pub(crate) const NEEDS: &[Need] = &[Need::CargoTool("cargo-mutants", VERSION)];

/// The survivors, and the reasons.
const LIST: &str = "docs/mutants.md";
/// Exit codes: all were noticed; some survived; some timed out.
const JUDGED: &[i32] = &[0, 2, 3];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let listed = listed_in(&fs::read_to_string(LIST).context(LIST)?);
    let output = env::current_dir()?.join(target_folder()).join("mutants");
    // It builds in a copy, with a target folder there. The tests are many and compute-bound.
    let command = cmd!(shell, "cargo mutants --colors never --output {output}")
        .env_remove("CARGO_TARGET_DIR")
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    let mut count = Job::ends("cargo-mutants", command, JUDGED).run()?;
    if count.failed > 0 {
        return Ok(count);
    }
    let results = output.join("mutants.out");
    let (caught, timeout) = (read(&results, "caught")?, read(&results, "timeout")?);
    let (missed, unviable) = (read(&results, "missed")?, read(&results, "unviable")?);
    println!(
        "      {} noticed, {} out of time, {} survived, {} did not compile",
        caught.len(),
        timeout.len(),
        missed.len(),
        unviable.len(),
    );
    let (unlisted, stale) = (without(&missed, &listed), without(&listed, &missed));
    for mutant in &unlisted {
        println!("      survived: {mutant}");
    }
    for mutant in &stale {
        println!("      in {LIST}, but does not survive: {mutant}");
    }
    if unlisted.len() + stale.len() > 0 {
        let version = cmd!(shell, "cargo mutants --version").quiet().read()?;
        println!("      the list is for cargo-mutants {VERSION}, and this was {version}");
    }
    count.passed += caught.len() + timeout.len() + missed.len() - unlisted.len();
    count.failed += unlisted.len() + stale.len();
    Ok(count)
}

/// The mutants in one of the lists of results, without their lines and columns.
fn read(results: &Path, name: &str) -> Result<Vec<String>> {
    let path = results.join(name).with_extension("txt");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    Ok(text.lines().filter_map(without_position).collect())
}

/// `src/a.rs:7:5: replace x with y` as `src/a.rs: replace x with y`, which stays valid when lines are
/// added above.
fn without_position(mutant: &str) -> Option<String> {
    let (place, change) = mutant.split_once(": ")?;
    let (file, _) = place.split_once(':')?;
    Some(format!("{file}: {change}"))
}

/// The code at the start of each table row of a Markdown text.
fn listed_in(markdown: &str) -> Vec<String> {
    let page = Page::read(markdown);
    page.rows.iter().flat_map(|row| row.spans(0).iter().cloned()).collect()
}

/// What is in `mutants` and not in `others`; duplicates count.
fn without(mutants: &[String], others: &[String]) -> Vec<String> {
    let mut rest = mutants.to_vec();
    for other in others {
        if let Some(index) = rest.iter().position(|mutant| mutant == other) {
            rest.remove(index);
        }
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_left_out() {
        let mutant = "src/swiss/raw.rs:62:9: replace Raw<T, V, S>::len -> usize with 0";
        let name = "src/swiss/raw.rs: replace Raw<T, V, S>::len -> usize with 0";
        assert_eq!(without_position(mutant).as_deref(), Some(name));
        assert_eq!(without_position("Found 3 mutants to test"), None);
    }

    #[test]
    fn the_list_is_the_first_cells() {
        let markdown = "Text with `code`.\n\n| mutant | why |\n|---|---|\n\
            | `a.rs: replace \\| with ^ in f` | the bits of `x` are clear |\n\
            | `b.rs: delete !` | equal |\n";
        assert_eq!(listed_in(markdown), ["a.rs: replace | with ^ in f", "b.rs: delete !"]);
    }

    #[test]
    fn survivors_count_as_often_as_they_are_listed() {
        let list = |words: &str| words.split(' ').map(String::from).collect::<Vec<_>>();
        assert_eq!(without(&list("a b a"), &list("a c")), list("b a"));
        assert_eq!(without(&list("a"), &list("a a")), [] as [&str; 0]);
    }
}
