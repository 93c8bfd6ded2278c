//! The report: sections on the terminal as they are measured, where ours is behind at the end, and
//! all cells as JSON.
//!
//! A cell is one operation of ours beside one peer's. Its ratio is the peer's measure divided by
//! ours: above 1 heptad is ahead, below 1 it is behind.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::Serialize;

use crate::{
    gauge::Gauge,
    op::Op,
    seat::{Contender, Footprint},
};

/// One operation of ours and of one peer.
#[derive(Serialize)]
pub(crate) struct Cell {
    suite: &'static str,
    op: &'static str,
    groups: usize,
    load: f64,
    entries: usize,
    peer: &'static str,
    peer_load: f64,
    #[serde(flatten)]
    measures: Measures,
    ratio: f64,
    /// What the tables occupy after the operation.
    ours_bytes: usize,
    peer_bytes: usize,
}

/// The measures per operation. The unit is part of their names.
#[derive(Serialize)]
#[serde(untagged)]
enum Measures {
    Nanoseconds { ours_ns: f64, peer_ns: f64 },
    Instructions { ours_instructions: f64, peer_instructions: f64 },
}

impl Cell {
    fn is_behind(&self) -> bool {
        self.ratio < 1.0
    }

    /// The same operation beside the same peer, at whatever size and load?
    fn is_like(&self, other: &Cell) -> bool {
        (self.suite, self.op, self.peer) == (other.suite, other.op, other.peer)
    }
}

/// The tables that the following operations are measured on.
pub(crate) struct Section {
    suite: &'static str,
    groups: usize,
    load: f64,
    entries: usize,
    /// Of every contender, ours first.
    footprints: Vec<Footprint>,
    names: Vec<&'static str>,
}

impl Section {
    /// A section of filled tables.
    pub(crate) fn new(
        suite: &'static str,
        groups: usize,
        sixteenths: usize,
        entries: usize,
        contenders: &[Box<dyn Contender>],
    ) -> Section {
        Section {
            suite,
            groups,
            load: sixteenths as f64 / 16.0,
            entries,
            footprints: contenders.iter().map(|contender| contender.footprint()).collect(),
            names: contenders.iter().map(|contender| contender.name()).collect(),
        }
    }

    fn load_of(&self, contender: usize) -> f64 {
        self.entries as f64 / self.footprints[contender].slots as f64
    }
}

/// All cells measured so far.
pub(crate) struct Report {
    pub(crate) cells: Vec<Cell>,
    counts: bool,
}

impl Report {
    pub(crate) fn new(gauge: &Gauge) -> Report {
        let counts = gauge.is_exact();
        let unit = if counts { "instructions" } else { "nanoseconds" };
        println!("{unit} per operation; in brackets the peer's divided by ours, above 1 is ahead");
        Report { cells: Vec::new(), counts }
    }

    /// Prints the head of a section.
    pub(crate) fn open(&self, section: &Section) {
        let Section { suite, groups, entries, .. } = section;
        println!("\n{suite}: {groups} groups, {entries} entries");
        print!("  {:<9}", "");
        for name in &section.names {
            print!("{name:>26}");
        }
        print!("\n  {:<9}", "memory");
        for (index, footprint) in section.footprints.iter().enumerate() {
            let memory = format!("{}, load {:.3}", size(footprint.bytes), section.load_of(index));
            print!("{memory:>26}");
        }
        println!();
    }

    /// Takes the cells of one operation in, and prints its line.
    pub(crate) fn add(
        &mut self,
        section: &Section,
        op: Op,
        medians: &[f64],
        contenders: &[Box<dyn Contender>],
    ) {
        let ours = medians[0];
        print!("  {:<9}{ours:>26.2}", op.name());
        let bytes: Vec<usize> =
            contenders.iter().map(|contender| contender.footprint().bytes).collect();
        for peer in 1..medians.len() {
            let cell = self.cell(section, op, medians, &bytes, peer);
            let text = format!("{:.2}  [{:.2}]", medians[peer], cell.ratio);
            print!("{text:>26}");
            self.cells.push(cell);
        }
        for (index, after) in bytes.iter().enumerate() {
            if op == Op::Churn && *after != section.footprints[index].bytes {
                print!("  ({} has {} now)", section.names[index], size(*after));
            }
        }
        println!();
    }

    fn cell(
        &self,
        section: &Section,
        op: Op,
        medians: &[f64],
        bytes: &[usize],
        peer: usize,
    ) -> Cell {
        let (ours, theirs) = (rounded(medians[0]), rounded(medians[peer]));
        let measures = if self.counts {
            Measures::Instructions { ours_instructions: ours, peer_instructions: theirs }
        } else {
            Measures::Nanoseconds { ours_ns: ours, peer_ns: theirs }
        };
        Cell {
            suite: section.suite,
            op: op.name(),
            groups: section.groups,
            load: section.load,
            entries: section.entries,
            peer: section.names[peer],
            peer_load: rounded(section.load_of(peer)),
            measures,
            ratio: rounded(medians[peer] / medians[0]),
            ours_bytes: bytes[0],
            peer_bytes: bytes[peer],
        }
    }

    /// Tells where ours is behind.
    pub(crate) fn close(&self) {
        if self.cells.is_empty() {
            return;
        }
        let behind = self.cells.iter().filter(|cell| cell.is_behind()).count();
        println!("\nbehind in {behind} of {} cells:", self.cells.len());
        let mut rest: Vec<&Cell> = self.cells.iter().collect();
        while let Some(first) = rest.first().copied() {
            let (alike, others): (Vec<&Cell>, _) =
                rest.iter().partition(|cell| cell.is_like(first));
            print_losses(&alike);
            rest = others;
        }
    }
}

/// One line about the cells of one operation beside one peer, unless ours is ahead in all of them.
fn print_losses(cells: &[&Cell]) {
    let worst = cells.iter().min_by(|one, other| one.ratio.total_cmp(&other.ratio));
    let best = cells.iter().max_by(|one, other| one.ratio.total_cmp(&other.ratio));
    let (Some(worst), Some(best)) = (worst, best) else { return };
    if !worst.is_behind() {
        return;
    }
    let behind = cells.iter().filter(|cell| cell.is_behind()).count();
    println!(
        "  {:<6}{:<8} {behind:>3} of {:<3} [{:.2}] to [{:.2}]  {}, worst with {} groups at load {}",
        worst.suite,
        worst.op,
        cells.len(),
        worst.ratio,
        best.ratio,
        worst.peer,
        worst.groups,
        worst.load,
    );
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

/// Three digits behind the point: more would be noise.
fn rounded(measure: f64) -> f64 {
    (measure * 1000.0).round() / 1000.0
}

/// A number of bytes for people.
fn size(bytes: usize) -> String {
    match bytes.checked_ilog2() {
        Some(20..) => format!("{} MiB", bytes >> 20),
        _ => format!("{} KiB", bytes >> 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that readers of the file rely on, and an array even of one cell.
    #[test]
    fn json_has_the_promised_fields() {
        let section = Section {
            suite: "table",
            groups: 1024,
            load: 0.9375,
            entries: 6720,
            footprints: vec![Footprint { bytes: 65536, slots: 7168 }; 2],
            names: vec!["heptad", "hashbrown"],
        };
        let fields = |counts| {
            let report = Report { cells: Vec::new(), counts };
            let cell = report.cell(&section, Op::Hit, &[4.0, 3.0], &[65536, 73744], 1);
            let path = std::env::temp_dir()
                .join(format!("heptad-bench-test-{}-{counts}.json", std::process::id()));
            write_json(&path, &json_lines(&[cell]).unwrap()).unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::remove_file(&path).unwrap();
            serde_json::from_str::<serde_json::Value>(&text).unwrap()[0].clone()
        };
        let times = fields(false);
        assert_eq!(times["suite"], "table");
        assert_eq!(times["op"], "hit");
        assert_eq!(times["groups"], 1024);
        assert_eq!(times["load"], 0.9375);
        assert_eq!(times["peer"], "hashbrown");
        assert_eq!(times["ours_ns"], 4.0);
        assert_eq!(times["peer_ns"], 3.0);
        assert_eq!(times["ratio"], 0.75);
        assert_eq!(fields(true)["ours_instructions"], 4.0);
    }
}
