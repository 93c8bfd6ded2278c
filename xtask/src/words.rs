//! Stage `words`: one term per concept.
//!
//! The table of terms in CONTRIBUTING.md lists the words that heptad has dropped. The code spans of its first
//! column are recognised here: in comments, documents, messages and identifiers, of which every part is a word
//! (`bin_of` has two).

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use pulldown_cmark::{Event, Options, Parser};
use walkdir::{DirEntry, WalkDir};
use xshell::Shell;

use crate::pages::markdown::Page;
use crate::stage::Count;

const PAGE: &str = "CONTRIBUTING.md";
const HEADING: &str = "Terms";

/// The extensions of the checked files.
const EXTENSIONS: &[&str] = &["rs", "md", "h", "c", "S", "inc", "cpp", "hpp", "py"];
/// This file, whose tests contain some of the words.
const EXAMPLES: &str = "xtask/src/words.rs";

/// Checks every file; each is one check.
pub(crate) fn run(_: &Shell) -> Result<Count> {
    let dropped = dropped_in(&fs::read_to_string(PAGE)?)?;
    let mut count = Count::NONE;
    for path in files()? {
        if path == Path::new(EXAMPLES) {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let found = found_in(&path, &text, &dropped);
        for (line, word) in &found {
            println!("      {}:{line}: `{word}`: see {PAGE}, {HEADING}", path.display());
        }
        count += Count::of(found.is_empty());
    }
    Ok(count)
}

/// Every file of the repository with text by people.
fn files() -> Result<Vec<PathBuf>> {
    let is_ours = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let is_made = name.starts_with("target-") || ["target", "corpus"].contains(&&*name);
        entry.depth() == 0 || !(is_made && entry.file_type().is_dir() || name.starts_with('.'))
    };
    let mut files = Vec::new();
    for entry in WalkDir::new(".").sort_by_file_name().into_iter().filter_entry(is_ours) {
        let path = entry?.into_path().strip_prefix(".")?.to_path_buf();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) {
            files.push(path);
        }
    }
    Ok(files)
}

/// The code spans in the first column of the table of terms: words, or several in a row.
fn dropped_in(page: &str) -> Result<Vec<Vec<String>>> {
    let page = Page::read(page);
    let rows = page.rows.iter().filter(|row| row.heading == HEADING);
    let spans = rows.flat_map(|row| row.spans(0));
    let dropped: Vec<Vec<String>> =
        spans.map(|span| span.split(' ').map(str::to_owned).collect()).collect();
    ensure!(!dropped.is_empty(), "{PAGE} has no table of terms");
    Ok(dropped)
}

/// The dropped words of a file, with their lines.
fn found_in(path: &Path, text: &str, dropped: &[Vec<String>]) -> Vec<(usize, String)> {
    let is_markdown = path.extension().is_some_and(|extension| extension == "md");
    let blanked = if is_markdown { without_code_spans(text) } else { text.to_owned() };
    let words = words_of(&blanked);
    let first_words: HashSet<&str> = dropped.iter().map(|phrase| phrase[0].as_str()).collect();
    let mut found = Vec::new();
    for start in 0..words.len() {
        if !first_words.contains(words[start].1.as_str()) {
            continue;
        }
        let is_here = |phrase: &&Vec<String>| {
            words[start..].len() >= phrase.len()
                && phrase.iter().zip(&words[start..]).all(|(one, (_, word))| one == word)
        };
        if let Some(phrase) = dropped.iter().find(is_here) {
            found.push((words[start].0, phrase.join(" ")));
        }
    }
    found
}

/// A document without its code spans, which may name dropped words: commands, files.
fn without_code_spans(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        if matches!(event, Event::Code(_)) {
            bytes[range].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b'.');
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// The words of a text in lower case, with their lines: runs of letters, cut at the boundaries of an identifier's
/// parts. A part of a file name, an option, or a word quoted alone (`/bin/sh`, `--bin`, `"bin"`) does not count.
fn words_of(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let letters: Vec<char> = line.chars().collect();
        let mut start = 0;
        while start < letters.len() {
            if !letters[start].is_alphabetic() {
                start += 1;
                continue;
            }
            let mut end = start + 1;
            while end < letters.len()
                && letters[end].is_alphabetic()
                && !(letters[end].is_uppercase() && letters[end - 1].is_lowercase())
            {
                end += 1;
            }
            let before = start.checked_sub(1).map(|index| letters[index]);
            let after = letters.get(end).copied();
            let is_file = matches!(before, Some('/' | '-')) || after == Some('/');
            let is_quoted =
                matches!((before, after), (Some('"'), Some('"')) | (Some('['), Some(']')));
            if !(is_file || is_quoted) {
                words.push((
                    number + 1,
                    letters[start..end].iter().collect::<String>().to_lowercase(),
                ));
            }
            start = end;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "## Terms\n| dropped | term |\n|---|---|\n| `bin`, `bins`, a line | `bucket` |\n| `give back` | release |\n";

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        found_in(Path::new(path), text, &dropped_in(TABLE).unwrap())
    }

    #[test]
    fn dropped_words_are_found_in_comments_and_identifiers() {
        let text =
            "// A bin.\nfn bins_of() { MovesBins; self.giveBack(); BIN }\n/// to give\n/// back\n";
        let words: Vec<_> =
            found("a.rs", text).into_iter().map(|(line, word)| format!("{line} {word}")).collect();
        assert_eq!(words, ["1 bin", "2 bins", "2 bins", "2 give back", "2 bin", "3 give back"]);
    }

    #[test]
    fn other_words_are_left_alone() {
        let text = "robins, binary, a line, a bucket, #!/bin/sh, --bin x, src/bin/demo, \"bin\", [[bin]], give it back\n";
        assert_eq!(found("a.rs", text), []);
        assert_eq!(found("a.md", "`bin` and `give back`\n"), []);
        assert_eq!(found("a.md", "a bin\n"), [(1, "bin".to_owned())]);
    }

    #[test]
    fn a_page_without_the_table_is_an_error() {
        assert!(dropped_in("# Page\n| `bin` |\n|---|\n").is_err());
    }
}
