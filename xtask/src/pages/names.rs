//! DESIGN.md names tests, mutants, files, stages and identifiers: each of them exists.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use walkdir::WalkDir;

use super::{markdown::Page, orders::HEADING};
use crate::models;

const PAGE: &str = "DESIGN.md";
/// Pages whose named files have to exist.
const OTHER_PAGES: &[&str] = &["CONTRIBUTING.md", "README.md"];
/// The folder of the tests under a processor's memory model.
const LITMUS: &str = "proofs/litmus";
/// The limit of a page that is read in twenty minutes.
const MOST_LINES: usize = 300;
/// The acceptance rows: a letter, and their number.
const ROWS: &[(char, usize)] = &[('S', 11), ('N', 11), ('P', 7), ('M', 7), ('R', 7)];

pub(super) fn check() -> Result<Vec<String>> {
    let page = fs::read_to_string(PAGE)?;
    let known = Known::read()?;
    let mut complaints = complaints_about(&page, &known);
    for other in OTHER_PAGES {
        let page = Page::read(&fs::read_to_string(other)?);
        for span in page.spans.iter().filter(|span| known.is_missing_file(span)) {
            complaints.push(format!("{other}: there is no `{span}`"));
        }
    }
    let lines = page.lines().count();
    if lines > MOST_LINES {
        complaints.push(format!("{PAGE}: {lines} lines; at most {MOST_LINES}"));
    }
    Ok(complaints)
}

/// The names that exist in the repository.
struct Known {
    /// Every identifier in a source.
    words: HashSet<String>,
    /// Every function in a source.
    functions: HashSet<String>,
    mutants: Vec<String>,
    /// The folder in which files are looked up.
    root: PathBuf,
}

impl Known {
    fn read() -> Result<Known> {
        let (mut words, mut functions) = (HashSet::new(), HashSet::new());
        let is_source = |name: &str| !(name.starts_with("target") || name == ".git");
        let entries = WalkDir::new(".").into_iter().filter_entry(|entry| {
            entry.depth() == 0 || entry.file_name().to_str().is_some_and(is_source)
        });
        for entry in entries {
            let entry = entry?;
            let extension = entry.path().extension().and_then(|extension| extension.to_str());
            if !matches!(extension, Some("rs" | "c" | "h" | "S" | "inc" | "py" | "pml" | "toml")) {
                continue;
            }
            let text = fs::read_to_string(entry.path())?;
            let mut last = "";
            for word in text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')) {
                if last == "fn" {
                    functions.insert(word.to_owned());
                }
                words.insert(word.to_owned());
                last = word;
            }
        }
        let mutants = models::mutant_names()?;
        Ok(Known { words, functions, mutants, root: PathBuf::new() })
    }

    /// Is this code span a path to a missing file?
    fn is_missing_file(&self, span: &str) -> bool {
        const FOLDERS: &[&str] = &[
            "asm/", "bench/", "capi/", "counts/", "docs/", "fuzz/", "include/", "models/",
            "proofs/", "src/", "targets/", "tests", "xtask/",
        ];
        let is_path = FOLDERS.iter().any(|folder| span.starts_with(folder)) && span.contains('/');
        is_path && !span.contains('*') && !self.root.join(span).exists()
    }

    fn has(&self, folder: &str, file: &str) -> bool {
        self.root.join(folder).join(file).exists()
    }

    /// Is this code span an unknown name? Names that are not ours are accepted.
    fn is_wrong(&self, span: &str) -> bool {
        if let Some(command) = span.strip_prefix("cargo xtask ") {
            let mut parts = command.split(' ');
            let Some(command @ ("test" | "verify")) = parts.next() else { return false };
            let stages = stages_of(command);
            return parts.any(|name| !stages.contains(&name));
        }
        if self.is_missing_file(span) {
            return true;
        }
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let is_path = span.chars().all(|letter| is_part(letter) || letter == ':');
        // Words of prose and of the language are not checked; a span with `_` or `::` is.
        is_path
            && span.contains(['_', ':'])
            && span.split("::").any(|name| !self.is_word(name.trim_matches(':')))
    }

    /// A word of the sources, or the end of one: `_insert` of several functions.
    fn is_word(&self, name: &str) -> bool {
        let is_end = || self.words.iter().any(|word| word.ends_with(name));
        self.words.contains(name) || name.starts_with('_') && is_end()
    }
}

/// The stages of a command. Read as text, because the table of stages uses this one.
pub(crate) fn stages_of(command: &str) -> Vec<&'static str> {
    let table = include_str!("../table.rs");
    let rows = table.split("pub(crate) const ");
    let is_its = |rows: &&str| rows.starts_with(&format!("{}:", command.to_uppercase()));
    let rows = rows.filter(is_its).flat_map(str::lines);
    rows.filter_map(|line| line.trim().strip_prefix("name: \"")?.strip_suffix("\",")).collect()
}

fn complaints_about(text: &str, known: &Known) -> Vec<String> {
    let page = Page::read(text);
    let mut complaints = Vec::new();
    let mut complain = |what: String| complaints.push(format!("{PAGE}: {what}"));
    for (letter, number) in
        ROWS.iter().flat_map(|&(letter, last)| (1..=last).map(move |n| (letter, n)))
    {
        let name = format!("{letter}{number}");
        match page.rows.iter().find(|row| row.text(0) == name) {
            None => complain(format!("there is no row {name}")),
            Some(row) => {
                let tests: Vec<_> =
                    row.last_spans().iter().filter(|span| is_identifier(span)).collect();
                if tests.is_empty()
                    && !row.last_spans().iter().any(|span| span.starts_with("cargo xtask "))
                {
                    complain(format!("row {name} names no test"));
                }
                for test in tests.into_iter().filter(|test| !known.functions.contains(*test)) {
                    complain(format!("row {name}: there is no test `{test}`"));
                }
            }
        }
    }
    let is_mutant = |span: &str| known.mutants.iter().any(|name| name == span);
    let is_litmus = |span: &str| span.ends_with(".litmus") && known.has(LITMUS, span);
    for row in page.rows.iter().filter(|row| row.heading == HEADING) {
        for span in row.last_spans().iter().filter(|span| !is_mutant(span) && !is_litmus(span)) {
            complain(format!("there is no mutant and no test `{span}`"));
        }
    }
    for span in page.spans.iter().filter(|span| !is_mutant(span) && known.is_wrong(span)) {
        complain(format!("there is no `{span}`"));
    }
    complaints
}

fn is_identifier(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn known() -> Known {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Known {
            words: set(&["models", "one_home", "s1_a_test"]),
            functions: set(&["s1_a_test"]),
            mutants: vec!["commit: Relaxed".into()],
            root: Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
        }
    }

    /// Complaints about `text`, except those about rows that it lacks.
    fn complaints(text: &str) -> Vec<String> {
        let all = complaints_about(text, &known()).into_iter();
        all.filter(|complaint| !complaint.contains("there is no row")).collect()
    }

    #[test]
    fn rows_name_tests_that_exist() {
        let row =
            |tests: &str| complaints(&format!("| row | tests |\n|---|---|\n| S1 | {tests} |\n"));
        assert_eq!(row("`s1_a_test`; `cargo xtask verify miri`"), [""; 0]);
        assert_eq!(row("`cargo xtask verify miri`"), [""; 0]);
        assert_eq!(row("a measurement"), ["DESIGN.md: row S1 names no test"]);
        assert!(row("`s1_no_test`")[0].contains("no test `s1_no_test`"));
        assert_eq!(complaints_about("", &known()).len(), 43);
    }

    #[test]
    fn mutants_of_the_orders_exist() {
        let table = |heading: &str, mutant: &str| {
            complaints(&format!(
                "# {heading}\n| field | mutant |\n|---|---|\n| `models` | `{mutant}` |\n"
            ))
        };
        assert_eq!(table("Other", "commit: Relaxed"), [""; 0]);
        assert_eq!(table(HEADING, "commit: Relaxed"), [""; 0]);
        assert_eq!(
            table(HEADING, "commit: Acquire"),
            ["DESIGN.md: there is no mutant and no test `commit: Acquire`"]
        );
    }

    #[test]
    fn names_files_and_stages_exist() {
        assert_eq!(complaints("`models::one_home` `Release` `src/lib.rs` `-O2` `&mut`"), [""; 0]);
        assert_eq!(complaints("`models::two_homes`").len(), 1);
        assert_eq!(complaints("`cargo xtask test arrow`").len(), 1);
        assert_eq!(complaints("`src/nothing.rs`").len(), 1);
    }
}
