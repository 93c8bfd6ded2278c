//! Prints the file of a recording as Markdown: where the figures come from, then its tables.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::groups::by_contenders;
use super::path_of;
use super::tables::Table;

/// Measures that are shown, in this order, with their units. One that is not listed is shown last, under its own name.
const MEASURES: &[(&str, &str)] = &[
    ("ns", "nanoseconds per operation"),
    ("instructions", "instructions per operation"),
    ("slowdown", "time per operation while the table moves, divided by the time at rest"),
    ("p50_ns", "nanoseconds, the median"),
    ("p50_instructions", "instructions, the median"),
    ("p99_instructions", "instructions, the 99th percentile"),
    ("p999_instructions", "instructions, the 99.9th percentile"),
    ("p99_ns", "nanoseconds, the 99th percentile"),
    ("p999_ns", "nanoseconds, the 99.9th percentile"),
    ("p9999_ns", "nanoseconds, the 99.99th percentile"),
    ("most_ns", "nanoseconds, the most"),
    (
        "waits",
        "instructions of an operation before which its thread may be stopped so that another thread waits",
    ),
    ("steps", "instructions of the operation"),
    (
        "unfinished",
        "of 1,000 operations of the other thread, those that wait until the first one goes on, at most",
    ),
    ("kept_bytes", "bytes that the other thread requests meanwhile and does not return, at most"),
    ("p9999_at_rest_ns", "nanoseconds, the 99.99th percentile at rest"),
    ("worst_ratio", "the worst ratio among the sizes"),
    (BYTES, "bytes per entry"),
    (BYTES_PER_KEY, "bytes per key"),
    ("code_bytes", "bytes of code and constants"),
    ("extra_bytes", "bytes that one insertion requested, at most"),
    ("peak_bytes_per_key", "bytes per key, at most at any time"),
    ("allocations", "allocations per operation"),
];
/// A measure of the whole table, which is shown divided by the number of entries.
const BYTES: &str = "bytes";
const BYTES_PER_KEY: &str = "bytes_per_key";
/// Measures that are not shown.
const HIDDEN: &[&str] = &["load"];
/// A load average from which on other programs are mentioned: our own is up to 2, and decays for some minutes.
const BUSY: f64 = 2.5;

/// The section of a recording.
pub(crate) fn section(name: &str) -> Result<String> {
    let path = path_of(name);
    if !path.exists() {
        return Ok(format!("\nNot recorded yet: `cargo xtask record {name}`.\n\n"));
    }
    let read = || anyhow::Ok(serde_json::from_str(&fs::read_to_string(&path)?)?);
    let file: Value = read().with_context(|| path.display().to_string())?;
    text_of(name, &file).with_context(|| path.display().to_string())
}

fn text_of(name: &str, file: &Value) -> Result<String> {
    let cells = file["cells"].as_array().context("`cells` is no array")?;
    Ok(origin(name, file)? + &tables_of(cells)? + "\n")
}

/// The tables of all cells.
pub(crate) fn tables_of(cells: &[Value]) -> Result<String> {
    let cells = cells.iter().map(|cell| cell.as_object().context("a cell is no object"));
    let cells: Vec<&Map<String, Value>> = cells.collect::<Result<_>>()?;
    let mut suites = Vec::new();
    for suite in cells.iter().map(|cell| word(cell, "suite")) {
        if !suites.contains(&suite) {
            suites.push(suite);
        }
    }
    let mut text = String::new();
    for suite in suites {
        let is_its = |cell: &&Map<String, Value>| word(cell, "suite") == suite;
        let cells: Vec<_> = cells.iter().copied().filter(is_its).collect();
        for cells in by_contenders(&cells) {
            text += &tables_of_group(suite, &cells);
        }
    }
    Ok(text)
}

/// A table for each measure.
fn tables_of_group(suite: &str, cells: &[&Map<String, Value>]) -> String {
    let mut text = String::new();
    for measure in measures_of(cells) {
        let title = MEASURES.iter().find(|(name, _)| *name == measure);
        let title = title.map_or(measure, |(_, title)| title);
        let is_memory = [BYTES, BYTES_PER_KEY].contains(&measure);
        let table = Table::of(cells, measure, measure == BYTES, is_memory);
        text += &format!("\n{suite}: {title}.\n\n{}", table.print());
    }
    text
}

/// The line about the command, the machine and the versions.
fn origin(name: &str, file: &Value) -> Result<String> {
    let word = |key: &str| file[key].as_str().with_context(|| format!("`{key}` is missing"));
    let versions = file["versions"].as_object().context("`versions` is no object")?;
    // There are none where heptad is measured beside itself.
    let versions: Vec<_> = versions
        .iter()
        .map(|(name, it)| format!("{name} {}", it.as_str().unwrap_or_default()))
        .collect();
    let versions =
        if versions.is_empty() { String::new() } else { format!(" {}.", versions.join("; ")) };
    let mut text = format!(
        "\n`cargo xtask record {name}`: `{}`, {}, commit {}; {}; {}; {}.{versions}\n",
        word("command")?,
        word("date")?,
        word("commit")?,
        word("machine")?,
        word("system")?,
        word("rustc")?
    );
    let load = file["load_average"].as_f64().context("`load_average` is missing")?;
    if load > BUSY && !name.ends_with("-counts") {
        write!(
            text,
            "\n**Other programs ran at the same time: the load average was {load:.1} on a shared machine. These times \
             show that the command works, and little else.**\n"
        )?;
    }
    Ok(text)
}

/// The measures of the cells, in the order in which they are shown.
fn measures_of<'a>(cells: &[&'a Map<String, Value>]) -> Vec<&'a str> {
    let keys = cells.iter().flat_map(|cell| cell.keys());
    let measures: BTreeSet<&str> = keys
        .filter_map(|key| key.strip_prefix("ours_"))
        .filter(|key| !HIDDEN.contains(key))
        .collect();
    let place = |measure: &&str| MEASURES.iter().position(|(name, _)| name == measure);
    let mut measures: Vec<&str> = measures.into_iter().collect();
    measures.sort_by_key(|measure| place(measure).unwrap_or(MEASURES.len()));
    measures
}

fn word<'a>(cell: &'a Map<String, Value>, key: &str) -> &'a str {
    cell.get(key).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file() -> Value {
        let cell = |op, peer, theirs, ratio| {
            json!({
                "suite": "set", "op": op, "groups": 1024, "load": 0.75, "peer": peer, "entries": 100,
                "ours_instructions": 40.04, "peer_instructions": theirs, "ratio": ratio,
                "ours_bytes": 1000, "peer_bytes": 2000, "ours_load": 0.75, "peer_load": 0.7,
            })
        };
        json!({
            "command": "cargo xtask bench --suite set", "machine": "m", "system": "s", "rustc": "r",
            "commit": "c", "date": "2026-01-02", "versions": {"one": "1.0"}, "load_average": 0.1,
            "cells": [cell("hit", "one", json!(20.0), json!(0.5)), cell("miss", "one", json!(80.0), json!(2.0))],
        })
    }

    #[test]
    fn a_section_says_where_its_figures_come_from() {
        let text = text_of("name", &file()).unwrap();
        let origin = "`cargo xtask record name`: `cargo xtask bench --suite set`, 2026-01-02, commit c; m; s; r. one 1.0.";
        assert!(text.contains(origin), "{text}");
        assert!(!text.contains("Other programs"));
        let mut alone = file();
        alone["versions"] = json!({});
        assert!(text_of("name", &alone).unwrap().contains("; s; r.\n"));
        let mut busy = file();
        busy["load_average"] = json!(5.25);
        assert!(text_of("name", &busy).unwrap().contains("the load average was 5.2"));
        assert!(!text_of("size-counts", &busy).unwrap().contains("Other programs"));
    }

    #[test]
    fn each_measure_has_a_table() {
        let text = text_of("name", &file()).unwrap();
        let titles: Vec<_> = text.lines().filter(|line| line.starts_with("set: ")).collect();
        assert_eq!(titles, ["set: instructions per operation.", "set: bytes per entry."]);
        assert!(text.contains("| hit | 1024 | 100 | 0.75 | 40.0 | 20.0 [0.50] |\n"), "{text}");
        // The memory is the same in the next row.
        assert!(text.contains("| hit | 1024 | 100 | 0.75 | 10.0 | 20.0 [2.00] |\n"), "{text}");
        assert!(!text.contains("| miss | 1024 | 100 | 0.75 | 10.0 "), "{text}");
    }

    #[test]
    fn a_file_that_does_not_say_where_it_comes_from_is_refused() {
        let keys = [
            "command",
            "machine",
            "system",
            "rustc",
            "commit",
            "date",
            "versions",
            "load_average",
            "cells",
        ];
        for key in keys {
            let mut file = file();
            file.as_object_mut().unwrap().remove(key);
            assert!(text_of("name", &file).is_err(), "{key}");
        }
    }
}
