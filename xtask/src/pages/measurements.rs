//! The tables of docs/measurements.md, printed from the stored results of the benchmark.
//!
//! `cargo xtask bench --record NAME` runs the benchmark with the other options, and stores all cells with
//! the command, the machine, the versions, the commit and the date in `docs/measurements/NAME.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use xshell::{Shell, cmd};

/// The folder of the files.
const FOLDER: &str = "docs/measurements";
/// A table shows the first of these figures that a cell has: ours, the peer's, and the unit.
const FIGURES: &[(&str, &str, &str)] = &[
    ("ours_ns", "peer_ns", "nanoseconds per operation"),
    ("ours_instructions", "peer_instructions", "instructions per operation"),
    ("ours_p9999_ns", "peer_p9999_ns", "nanoseconds, the 99.99th percentile"),
];
/// The properties that identify a row of a table.
const SUBJECT: &[&str] = &["op", "keys", "threads", "groups", "entries", "load"];

/// The measured commit, and whether files were changed since.
pub(crate) fn commit(shell: &Shell) -> Result<String> {
    Ok(cmd!(shell, "git describe --always --dirty --abbrev=12").quiet().read()?)
}

/// Stores `cells` under `name`: each cell is a line.
pub(crate) fn record(
    shell: &Shell,
    name: &str,
    command: &str,
    commit: &str,
    cells: &Path,
) -> Result<()> {
    let cells: Vec<Value> = serde_json::from_str(&fs::read_to_string(cells)?)?;
    let origin = json!({
        "command": command,
        "machine": machine()?,
        "system": cmd!(shell, "uname -sr").quiet().read()?,
        "rustc": cmd!(shell, "rustc --version").quiet().read()?,
        "commit": commit,
        "date": cmd!(shell, "date --utc +%Y-%m-%d").quiet().read()?,
        "versions": versions(&cells)?,
    });
    fs::create_dir_all(FOLDER)?;
    let path = Path::new(FOLDER).join(name).with_extension("json");
    let origin = format!("{origin:#}");
    let head = origin.strip_suffix("\n}").context("an object that ends")?;
    let lines: Vec<String> = cells.iter().map(|cell| format!("    {cell}")).collect();
    fs::write(&path, format!("{head},\n  \"cells\": [\n{}\n  ]\n}}\n", lines.join(",\n")))?;
    println!("stored in {}; `cargo xtask write-pages` prints it", path.display());
    Ok(())
}

/// The processor, and how many there are.
fn machine() -> Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo").context("reading /proc/cpuinfo")?;
    let values = |key: &'static str| text.lines().filter(move |line| line.starts_with(key));
    let model = values("model name").next().and_then(|line| line.split(": ").nth(1));
    let count = values("processor").count();
    Ok(format!("{}, {}, {count} processors", std::env::consts::ARCH, model.unwrap_or("unnamed")))
}

/// The versions of the benchmark's dependencies, from the lock file.
fn versions(cells: &[Value]) -> Result<BTreeMap<String, String>> {
    let manifest = fs::read_to_string("bench/Cargo.toml")?;
    let mut versions = versions_in(&fs::read_to_string("Cargo.lock")?, &manifest);
    let is_peer = |name: &str| {
        let mut peers = cells.iter().filter_map(|cell| cell["peer"].as_str());
        peers.any(|peer| peer.contains(name))
    };
    versions.retain(|name, _| is_peer(name));
    Ok(versions)
}

/// For each dependency in `manifest` the versions in `lock` that match it.
fn versions_in(lock: &str, manifest: &str) -> BTreeMap<String, String> {
    let quoted = |line: &str, key: &str| {
        let (_, rest) = line.split_once(key)?;
        rest.split('"').nth(1).map(str::to_owned)
    };
    let mut versions = BTreeMap::<String, String>::new();
    for package in lock.split("[[package]]") {
        let value = |key| package.lines().find_map(|line| quoted(line, key));
        let (Some(name), Some(version)) = (value("name = "), value("version = ")) else { continue };
        let is_wanted =
            manifest.lines().filter_map(|line| line.split_once(" = ")).any(|(key, rest)| {
                let wanted = quoted(rest, "version = ").or_else(|| quoted(rest, ""));
                let package = quoted(rest, "package = ").unwrap_or_else(|| key.to_owned());
                package == name
                    && wanted.is_some_and(|wanted| {
                        format!("{version}.").starts_with(&format!("{wanted}."))
                    })
            });
        if is_wanted {
            let known = versions.entry(name).or_default();
            *known = if known.is_empty() { version } else { format!("{known}, {version}") };
        }
    }
    versions
}

/// All tables, file by file.
pub(super) fn tables() -> Result<String> {
    let mut paths: Vec<_> = match fs::read_dir(FOLDER) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?,
        Err(_) => Vec::new(),
    };
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut text = String::new();
    for path in paths {
        let file: Value = serde_json::from_str(&fs::read_to_string(&path)?)
            .with_context(|| path.display().to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        text += &section(&name, &file).with_context(|| path.display().to_string())?;
    }
    Ok(text)
}

/// One file: a heading, its origin, and a table for each suite and unit.
fn section(name: &str, file: &Value) -> Result<String> {
    let word = |key: &str| file[key].as_str().with_context(|| format!("`{key}` is missing"));
    let mut text = format!("\n### {name}\n\n");
    writeln!(
        text,
        "`{}`, {}, commit {}; {}; {}; {}. {}.",
        word("command")?,
        word("date")?,
        word("commit")?,
        word("machine")?,
        word("system")?,
        word("rustc")?,
        named(&file["versions"])?
    )?;
    let cells = file["cells"].as_array().context("`cells` is no array")?;
    let mut tables: Vec<Table> = Vec::new();
    for cell in cells {
        let cell = cell.as_object().context("a cell is no object")?;
        let Some(figure) = FIGURES.iter().find(|(ours, ..)| cell.contains_key(*ours)) else {
            continue;
        };
        let suite = cell.get("suite").and_then(Value::as_str).unwrap_or_default();
        if !tables.iter().any(|table| table.suite == suite && table.figure.0 == figure.0) {
            tables.push(Table {
                suite: suite.into(),
                figure,
                columns: Vec::new(),
                rows: Vec::new(),
            });
        }
        let is_its = |table: &&mut Table| table.suite == suite && table.figure.0 == figure.0;
        if let Some(table) = tables.iter_mut().find(is_its) {
            table.add(cell);
        }
    }
    for table in tables {
        text += &table.print();
    }
    Ok(text)
}

/// `hashbrown 0.16.1, 0.17.0; papaya 0.2.3`.
fn named(versions: &Value) -> Result<String> {
    let versions = versions.as_object().context("`versions` is no object")?;
    let all =
        versions.iter().map(|(name, it)| format!("{name} {}", it.as_str().unwrap_or_default()));
    Ok(all.collect::<Vec<_>>().join("; "))
}

/// The cells of one suite in one unit: a row for each subject, a column for each peer.
struct Table {
    suite: String,
    figure: &'static (&'static str, &'static str, &'static str),
    columns: Vec<String>,
    rows: Vec<(Vec<String>, BTreeMap<String, String>)>,
}

impl Table {
    fn add(&mut self, cell: &Map<String, Value>) {
        let subject: Vec<String> =
            SUBJECT.iter().map(|key| cell.get(*key).map_or(String::new(), shown)).collect();
        let number = |key: &str| cell.get(key).and_then(Value::as_f64);
        let peer = cell.get("peer").and_then(Value::as_str).unwrap_or_default();
        let theirs = match (number(self.figure.1), number("ratio")) {
            (Some(figure), Some(ratio)) => format!("{} [{ratio:.2}]", rounded(figure)),
            _ => "failed".into(),
        };
        if !self.rows.iter().any(|(known, _)| *known == subject) {
            self.rows.push((subject.clone(), BTreeMap::new()));
        }
        if let Some((_, row)) = self.rows.iter_mut().find(|(known, _)| *known == subject) {
            let ours = number(self.figure.0).map_or("failed".into(), rounded);
            row.insert("heptad".into(), ours);
            row.insert(peer.into(), theirs);
        }
        if !self.columns.iter().any(|known| known == peer) {
            self.columns.push(peer.into());
        }
    }

    fn print(&self) -> String {
        let has = |index: &usize| self.rows.iter().any(|(subject, _)| !subject[*index].is_empty());
        let kept: Vec<usize> = (0..SUBJECT.len()).filter(has).collect();
        let columns: Vec<&str> =
            ["heptad"].into_iter().chain(self.columns.iter().map(String::as_str)).collect();
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let mut text = format!("\n{}: {}.\n\n", self.suite, self.figure.2);
        let head = kept.iter().map(|index| SUBJECT[*index]).chain(columns.iter().copied());
        text += &line(head.collect());
        text += &format!("|{}\n", "---|".repeat(kept.len() + columns.len()));
        for (subject, figures) in &self.rows {
            let names = kept.iter().map(|index| subject[*index].as_str());
            let cell = |column: &&str| figures.get(*column).map_or("", String::as_str);
            text += &line(names.chain(columns.iter().map(cell)).collect());
        }
        text
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One digit after the point: further ones would be noise.
fn rounded(figure: f64) -> String {
    format!("{figure:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Value {
        let cell = |op, peer, theirs, ratio| {
            json!({
                "suite": "set", "op": op, "groups": 1024, "load": 0.75, "peer": peer,
                "ours_instructions": 40.04, "peer_instructions": theirs, "ratio": ratio,
            })
        };
        json!({
            "command": "cargo xtask bench --counts", "machine": "m", "system": "s", "rustc": "r",
            "commit": "c", "date": "2026-01-02", "versions": {"one": "1.0"},
            "cells": [
                cell("hit", "one", json!(20.0), json!(0.5)),
                cell("hit", "two", json!(null), json!(null)),
                cell("miss", "one", json!(80.0), json!(2.0)),
                {"suite": "other"},
            ],
        })
    }

    #[test]
    fn a_row_for_each_subject_and_a_column_for_each_peer() {
        let text = section("name", &file()).unwrap();
        assert!(
            text.contains("`cargo xtask bench --counts`, 2026-01-02, commit c; m; s; r. one 1.0.")
        );
        let table = "| op | groups | load | heptad | one | two |\n|---|---|---|---|---|---|\n\
            | hit | 1024 | 0.75 | 40.0 | 20.0 [0.50] | failed |\n\
            | miss | 1024 | 0.75 | 40.0 | 80.0 [2.00] |  |\n";
        assert!(text.ends_with(&format!("set: instructions per operation.\n\n{table}")), "{text}");
    }

    #[test]
    fn a_file_that_does_not_say_where_it_comes_from_is_refused() {
        for key in ["command", "machine", "system", "rustc", "commit", "date", "versions", "cells"]
        {
            let mut file = file();
            file.as_object_mut().unwrap().remove(key);
            assert!(section("name", &file).is_err(), "{key}");
        }
    }

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let package =
            |name, version| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
        let lock = package("one", "0.14.5")
            + &package("one", "0.16.1")
            + &package("one", "0.17.2")
            + &package("two", "1.2.3")
            + &package("other", "3.0.0");
        let manifest = "[dependencies]\none = { version = \"0.17\", features = [\"x\"] }\n\
            one_old = { package = \"one\", version = \"0.16\" }\ntwo = \"1\"\n";
        let versions = versions_in(&lock, manifest);
        assert_eq!(versions["one"], "0.16.1, 0.17.2");
        assert_eq!(versions["two"], "1.2.3");
        assert_eq!(versions.len(), 2);
    }
}
