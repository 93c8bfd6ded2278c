//! The report: sections on the terminal as they are measured, a comparison with each peer at the end, and
//! all cells as JSON.
//!
//! A cell is one operation of ours beside one peer's. Its ratio is the peer's measure divided by ours:
//! above 1 heptad is better, below 1 it is worse.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Why a contender has no result.
pub(crate) type Failure = String;

/// The least width of a contender's column.
const COLUMN: usize = 16;

/// The tables on which the following rows are measured.
pub(crate) struct Section {
    pub(crate) suite: &'static str,
    pub(crate) entries: usize,
    /// Further properties of the tables for the cells.
    pub(crate) subject: Vec<(&'static str, Value)>,
    /// The names of all contenders, ours first.
    pub(crate) names: Vec<&'static str>,
}

impl Section {
    /// `lockfree: 10000 entries, threads 2`.
    fn title(&self) -> String {
        let rest = self.subject.iter().map(|(name, value)| format!(", {name} {value}"));
        format!("{}: {} entries{}", self.suite, self.entries, rest.collect::<String>())
    }

    pub(crate) fn print_head(&self) {
        println!("\n{}", self.title());
        self.print_line("", self.names.iter().map(|name| (*name).into()));
    }

    /// A line with a text for each contender.
    pub(crate) fn print_line(&self, label: &str, texts: impl IntoIterator<Item = String>) {
        let longest = self.names.iter().map(|name| name.len()).max().unwrap_or(0);
        let width = COLUMN.max(longest + 3);
        let texts: String = texts.into_iter().map(|text| format!("{text:>width$}")).collect();
        println!("  {label:<24}{texts}");
    }

    pub(crate) fn print_failures<T>(&self, results: &[Result<T, Failure>]) {
        for (name, result) in self.names.iter().zip(results) {
            if let Err(failure) = result {
                println!("    {name}: {failure}");
            }
        }
    }
}

/// One operation with every contender, ours first.
pub(crate) struct Row {
    pub(crate) op: String,
    /// How the keys are drawn, if there are several ways.
    pub(crate) keys: Option<&'static str>,
    /// The measures by name, with a value for each contender that has one. Ratios are of the first
    /// measure.
    pub(crate) measures: Vec<(&'static str, Vec<Option<f64>>)>,
    /// Did neighbours on the machine take a processor away in every round of a contender?
    pub(crate) disturbed: Vec<bool>,
    pub(crate) failures: Vec<Option<Failure>>,
}

impl Row {
    /// A row of measures that cannot be disturbed or fail.
    pub(crate) fn exact(op: &str, measures: Vec<(&'static str, Vec<Option<f64>>)>) -> Row {
        let contenders = measures[0].1.len();
        let (disturbed, failures) = (vec![false; contenders], vec![None; contenders]);
        Row { op: op.into(), keys: None, measures, disturbed, failures }
    }
}

/// One operation of ours beside one peer's. A missing measurement is null in the file.
#[derive(Serialize)]
pub(crate) struct Cell {
    suite: &'static str,
    op: String,
    peer: &'static str,
    ratio: Option<f64>,
    disturbed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    /// The subject, and `ours_` and `peer_` of each measure.
    #[serde(flatten)]
    figures: Map<String, Value>,
    /// The measure of the ratio, and the section's title.
    #[serde(skip)]
    unit: &'static str,
    #[serde(skip)]
    title: String,
}

/// All cells measured so far.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) cells: Vec<Cell>,
}

impl Report {
    /// Adds the cells of one row.
    pub(crate) fn add(&mut self, section: &Section, row: &Row) {
        let (unit, compared) = &row.measures[0];
        for peer in 1..section.names.len() {
            let subject =
                section.subject.iter().map(|(name, value)| ((*name).into(), value.clone()));
            let mut figures: Map<String, Value> = subject.collect();
            figures.insert("entries".into(), section.entries.into());
            if let Some(keys) = row.keys {
                figures.insert("keys".into(), keys.into());
            }
            for (name, values) in &row.measures {
                figures.insert(format!("ours_{name}"), json!(values[0].map(rounded)));
                figures.insert(format!("peer_{name}"), json!(values[peer].map(rounded)));
            }
            self.cells.push(Cell {
                suite: section.suite,
                op: row.op.clone(),
                peer: peer_name(section.names[peer]),
                ratio: ratio(compared[0], compared[peer]).map(rounded),
                disturbed: row.disturbed[0] || row.disturbed[peer],
                failure: row.failures[peer].clone(),
                figures,
                unit,
                title: section.title(),
            });
        }
    }

    /// Prints and adds one operation whose measures cannot be disturbed or fail: a line for each.
    pub(crate) fn show(
        &mut self,
        section: &Section,
        op: &str,
        measures: Vec<(&'static str, Vec<f64>)>,
    ) {
        let measures = measures.into_iter().map(|(name, values)| {
            let values: Vec<_> = values.into_iter().map(Some).collect();
            section.print_line(
                &format!("{op}: {name}"),
                with_ratios(&values, |it| format!("{it:.2}")),
            );
            (name, values)
        });
        self.add(section, &Row::exact(op, measures.collect()));
    }

    /// Prints how heptad compares with each peer, and what failed.
    pub(crate) fn close(&self) {
        if self.cells.is_empty() {
            return;
        }
        let disturbed = self.cells.iter().filter(|cell| cell.disturbed).count();
        println!(
            "\nin {disturbed} of {} cells (*) neighbours took a processor in every round; of the others, \
             the geometric mean of the ratios to each peer, and the worst",
            self.cells.len()
        );
        let of = |cell: &Cell| (cell.suite, cell.peer, cell.unit);
        for group in self.cells.iter().map(of).collect::<BTreeSet<_>>() {
            print_standing(&self.cells.iter().filter(|cell| of(cell) == group).collect::<Vec<_>>());
        }
    }
}

/// Prints the comparison in the cells of one suite, peer and unit.
fn print_standing(cells: &[&Cell]) {
    let Some(Cell { suite, peer, unit, .. }) = cells.first() else { return };
    let who = format!("  {suite:<10}{peer:<26}{unit:<14}");
    let failed = cells.iter().filter(|cell| cell.failure.is_some()).count();
    if failed > 0 {
        println!("{who}failed in {failed} of {} cells", cells.len());
    }
    let undisturbed = cells.iter().filter(|cell| !cell.disturbed);
    let cells: Vec<(&Cell, f64)> =
        undisturbed.filter_map(|cell| Some((*cell, cell.ratio?))).collect();
    let worst = cells.iter().min_by(|(_, one), (_, other)| one.total_cmp(other));
    let Some((worst, worst_ratio)) = worst else { return };
    let logarithms: f64 = cells.iter().map(|(_, ratio)| ratio.ln()).sum();
    let mean = (logarithms / cells.len() as f64).exp();
    let behind = cells.iter().filter(|(_, ratio)| *ratio < 1.0).count();
    println!(
        "{who}mean [{mean:.2}], behind in {behind} of {}, worst [{worst_ratio:.2}]: {} in {}",
        cells.len(),
        worst.op,
        worst.title,
    );
}

/// Each measure formatted by `show`, a peer's with its ratio to ours.
pub(crate) fn with_ratios(measures: &[Option<f64>], show: impl Fn(f64) -> String) -> Vec<String> {
    let ours = measures.first().copied().flatten();
    let one = |(index, measure): (usize, &Option<f64>)| {
        let Some(measure) = *measure else { return "failed".into() };
        match ratio(ours, Some(measure)) {
            Some(ratio @ ..10.0) if index > 0 => format!("{} [{ratio:.2}]", show(measure)),
            Some(ratio) if index > 0 => format!("{} [{ratio:.0}]", show(measure)),
            _ => show(measure),
        }
    };
    measures.iter().enumerate().map(one).collect()
}

/// None beside a zero, of which nothing is a multiple.
fn ratio(ours: Option<f64>, peer: Option<f64>) -> Option<f64> {
    ours.zip(peer).filter(|(ours, _)| *ours != 0.0).map(|(ours, peer)| peer / ours)
}

/// The cells as lines of the file.
pub(crate) fn json_lines(cells: &[impl Serialize]) -> Result<Vec<String>> {
    Ok(cells.iter().map(serde_json::to_string).collect::<Result<_, _>>()?)
}

/// Writes an array with one object per line.
pub(crate) fn write_json(path: &Path, lines: &[String]) -> Result<()> {
    let indented: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    let text = format!("[\n{}\n]\n", indented.join(",\n"));
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

/// Three digits after the point: further ones would be noise.
fn rounded(measure: f64) -> f64 {
    (measure * 1000.0).round() / 1000.0
}

/// The name of a peer in the file. Our own table is one beside batches, where it takes the keys one by one.
fn peer_name(name: &'static str) -> &'static str {
    if name == "heptad" { "heptad, one by one" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that readers of the file rely on, and an array even for one cell.
    #[test]
    fn json_has_the_promised_fields() {
        let section = Section {
            suite: "table",
            entries: 6720,
            subject: vec![("groups", json!(1024)), ("load", json!(0.9375))],
            names: vec!["heptad", "hashbrown"],
        };
        let measures =
            vec![("ns", vec![Some(4.0), Some(3.0)]), ("bytes", vec![Some(65536.0), Some(73744.0)])];
        let mut report = Report::default();
        report.add(&section, &Row::exact("hit", measures));
        let name = format!("heptad-bench-test-{}.json", std::process::id());
        let path = std::env::temp_dir().join(name);
        write_json(&path, &json_lines(&report.cells).unwrap()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        let expected = json!([{
            "suite": "table", "op": "hit", "groups": 1024, "load": 0.9375, "entries": 6720,
            "peer": "hashbrown", "ratio": 0.75, "disturbed": false,
            "ours_ns": 4.0, "peer_ns": 3.0, "ours_bytes": 65536.0, "peer_bytes": 73744.0,
        }]);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    }

    #[test]
    fn peers_show_their_ratio_to_ours() {
        let texts = with_ratios(&[Some(2.0), Some(3.0), None, Some(50.0)], |it| format!("{it:.1}"));
        assert_eq!(texts, ["2.0", "3.0 [1.50]", "failed", "50.0 [25]"]);
        assert_eq!(with_ratios(&[Some(0.0), Some(3.0)], |it| format!("{it:.0}")), ["0", "3"]);
    }
}
