//! Mutants of the lock-free map: each removes a load-bearing step, and its test must notice.
//!
//! `models/mutants/` has one file for each:
//!
//! ```text
//! name: unclaim: Relaxed
//! test: loom models::one_home::n7_a_released_group_slot_is_filled_again
//! +++ src/lockfree/bucket/claims.rs
//! @@
//! -        self.claims().fetch_and(!(1 << slot), Release);
//! +        self.claims().fetch_and(!(1 << slot), Relaxed);
//! ```
//!
//! `test` has the kind of atomics, `loom` or `steps`, and a part of test paths, one of which must fail. The rest
//! is a patch without line numbers: the lines that begin with `-` or a space occur in exactly one place of the
//! file, and those with `+` or a space replace them.
//!
//! Each line of the map that has an order other than Relaxed, or a fence, is changed by a mutant, or is in
//! `models/mutants/without.txt` with the reason why no model can notice.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::atomics::Atomics;

/// Where the files are.
pub(super) const FOLDER: &str = "models/mutants";

/// A change of the code that must be caught.
#[derive(Debug)]
pub(super) struct Mutant {
    pub(super) name: String,
    pub(super) atomics: Atomics,
    /// A part of test paths; one of these tests must fail.
    pub(super) test: String,
    edits: Vec<Edit>,
}

/// Whole lines of a file, and their replacement.
#[derive(Debug)]
struct Edit {
    file: PathBuf,
    find: Vec<String>,
    replace: Vec<String>,
}

/// All mutants in the folder, in the order of their file names.
pub(super) fn load(folder: &Path) -> Result<Vec<Mutant>> {
    let read = |entry: std::io::Result<fs::DirEntry>| Ok(entry?.path());
    let mut paths = fs::read_dir(folder)?.map(read).collect::<Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
    paths.sort();
    let parse = |path: &PathBuf| {
        let text = fs::read_to_string(path)?;
        Mutant::parse(&text).with_context(|| path.display().to_string())
    };
    paths.iter().map(parse).collect()
}

impl Mutant {
    fn parse(text: &str) -> Result<Mutant> {
        let mut lines = text.lines();
        let mut field = |name| {
            let line = lines.next().and_then(|line| line.strip_prefix(name));
            line.with_context(|| format!("the line `{name}` is missing"))
        };
        let (name, test) = (field("name: ")?, field("test: ")?);
        let (atomics, test) = test.split_once(' ').context("`test` has two words")?;
        let atomics = match atomics {
            "loom" => Atomics::Loom,
            "steps" => Atomics::Steps,
            other => bail!("there are no atomics `{other}`"),
        };
        let (mut file, mut edits) = (None, Vec::<Edit>::new());
        for line in lines {
            if let Some(path) = line.strip_prefix("+++ ") {
                file = Some(PathBuf::from(path));
            } else if line == "@@" {
                let file = file.clone().context("no `+++` line before `@@`")?;
                edits.push(Edit { file, find: Vec::new(), replace: Vec::new() });
            } else {
                edits.last_mut().context("no `@@` line before the first change")?.read(line)?;
            }
        }
        let is_placed = edits.iter().all(|edit| !edit.find.is_empty());
        ensure!(is_placed && !edits.is_empty(), "it changes nothing that is there");
        Ok(Mutant { name: name.into(), atomics, test: test.into(), edits })
    }

    /// The files that it changes.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.edits.iter().map(|edit| edit.file.as_path())
    }

    /// Patches the sources below `tree`.
    pub(super) fn apply(&self, tree: &Path) -> Result<()> {
        for edit in &self.edits {
            let path = tree.join(&edit.file);
            let changed = edit.apply(&fs::read_to_string(&path)?)?;
            fs::write(path, changed)?;
        }
        Ok(())
    }
}

impl Edit {
    /// Parses a line of the patch.
    fn read(&mut self, line: &str) -> Result<()> {
        let (mark, text) = line.split_at_checked(1).context("an empty line in a patch")?;
        let (is_old, is_new) = match mark {
            "-" => (true, false),
            "+" => (false, true),
            " " => (true, true),
            _ => bail!("a line without a mark: {line}"),
        };
        for (is_part, side) in [(is_old, &mut self.find), (is_new, &mut self.replace)] {
            if is_part {
                side.push(text.into());
            }
        }
        Ok(())
    }

    /// `source` with the edit applied, which must match in exactly one place.
    fn apply(&self, source: &str) -> Result<String> {
        let mut lines: Vec<&str> = source.lines().collect();
        let mut places = lines.windows(self.find.len()).enumerate();
        let place = places.find(|(_, window)| *window == self.find).map(|(place, _)| place);
        let is_one = !places.any(|(_, window)| window == self.find);
        let text = self.find.join("\n");
        let place = place.filter(|_| is_one);
        let place =
            place.with_context(|| format!("{}: not one place for\n{text}", self.file.display()))?;
        lines.splice(place..place + self.find.len(), self.replace.iter().map(String::as_str));
        Ok(lines.join("\n") + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    /// Applied in order, since edits of one file may depend on each other.
    #[test]
    fn every_mutant_can_be_made() {
        let mutants = load(&root().join(FOLDER)).unwrap();
        for mutant in &mutants {
            let copy = tempfile::tempdir().unwrap();
            for file in mutant.files() {
                let path = copy.path().join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::copy(root().join(file), path).unwrap();
            }
            mutant.apply(copy.path()).with_context(|| mutant.name.clone()).unwrap();
            let is_changed = |file| {
                fs::read(root().join(file)).unwrap() != fs::read(copy.path().join(file)).unwrap()
            };
            assert!(mutant.files().all(is_changed), "{}", mutant.name);
        }
        assert!(mutants.len() > 20);
    }

    /// The lines of a source that have an order other than Relaxed, or a fence.
    fn ordered_lines(source: &str) -> impl Iterator<Item = &str> {
        let words = ["SeqCst", "Acquire", "Release", "fence("];
        let is_code = |line: &&str| {
            !["//", "use ", "Ordering::", "sync::", "pub"].iter().any(|it| line.starts_with(it))
        };
        source.lines().map(str::trim).filter(is_code).filter(move |line| {
            let code = line.split("//").next().unwrap_or_default();
            words.iter().any(|word| code.contains(word))
        })
    }

    #[test]
    fn every_order_has_a_mutant_or_a_reason() {
        let folder = root().join(FOLDER);
        let mutants = load(&folder).unwrap();
        let without = fs::read_to_string(folder.join("without.txt")).unwrap();
        // Each paragraph has a reason, and the rest of a patch without a change.
        let reasons = without.split("\n\n").map(|part| {
            let (reason, edits) = part.trim().split_once("\n+++ ").unwrap();
            assert!(!reason.is_empty());
            Mutant::parse(&format!(
                "name: {}\ntest: loom -\n+++ {edits}\n",
                reason.replace('\n', " ")
            ))
            .unwrap()
        });
        let reasons: Vec<Mutant> = reasons.collect();
        let edits = || mutants.iter().chain(&reasons).flat_map(|mutant| &mutant.edits);
        let mut missing = Vec::new();
        for entry in walkdir::WalkDir::new(root().join("src/lockfree")) {
            let path = entry.unwrap().into_path();
            let file = path.strip_prefix(root()).unwrap();
            let is_proof = ["models", "steps", "tests.rs", "judge.rs", "lines"]
                .iter()
                .any(|part| file.to_str().unwrap().contains(part));
            if is_proof || file.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            let is_changed = |line: &str| {
                let mut its_edits = edits().filter(|edit| edit.file == file);
                its_edits.any(|edit| {
                    edit.find.iter().any(|old| old.trim() == line && !edit.replace.contains(old))
                })
            };
            missing.extend(
                ordered_lines(&source)
                    .filter(|line| !is_changed(line))
                    .map(|line| format!("{}: {line}", file.display())),
            );
        }
        assert!(missing.is_empty(), "no mutant and no reason:\n{}", missing.join("\n"));
        for reason in reasons {
            for edit in &reason.edits {
                let source = fs::read_to_string(root().join(&edit.file)).unwrap();
                let lines: Vec<&str> = source.lines().map(str::trim).collect();
                let is_there = |old: &String| lines.contains(&old.trim());
                assert!(edit.find.iter().all(is_there), "gone: {:?}", edit.find);
            }
        }
    }

    #[test]
    fn an_edit_has_one_place_of_whole_lines() {
        let edit = |patch: &str| {
            let text = format!("name: n\ntest: loom t\n+++ a.rs\n@@\n{patch}");
            Mutant::parse(&text).unwrap().edits.remove(0)
        };
        let source = "one\n  two\nthree\ntwo\n";
        assert_eq!(edit("-two\n+2").apply(source).unwrap(), "one\n  two\nthree\n2\n");
        assert_eq!(edit("-one\n").apply(source).unwrap(), "  two\nthree\ntwo\n");
        assert_eq!(edit(" one\n+1").apply(source).unwrap(), "one\n1\n  two\nthree\ntwo\n");
        assert!(edit("-wo\n+2").apply(source).is_err());
        assert!(edit("-two\n+2").apply("two\ntwo\n").is_err());
        assert!(edit("-two\n+2").apply("one\n").is_err());
    }

    #[test]
    fn what_is_no_mutant_is_refused() {
        let whole = "name: n\ntest: steps t\n+++ a.rs\n@@\n-a\n+b\n";
        assert_eq!(Mutant::parse(whole).unwrap().test, "t");
        for (find, replace) in [
            ("name", "nam"),
            ("steps", "step"),
            ("+++ a.rs\n", ""),
            ("@@\n", ""),
            ("-a", "a"),
            ("-a\n", ""),
        ] {
            assert!(Mutant::parse(&whole.replace(find, replace)).is_err(), "{find}");
        }
    }
}
