//! The report: a table for each number of entries and threads as it is measured, how ours stands to
//! each peer at the end, and all cells for the file.

use serde::Serialize;

use super::{
    SUITE,
    crew::{Failure, Member},
    op::{Draw, Op},
    plan::Kind,
    worker::{Latency, Memory},
};

/// What one operation takes with one contender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) nanoseconds: f64,
    pub(crate) allocations: f64,
    /// Did neighbours take a processor away in every round?
    pub(crate) disturbed: bool,
    /// What the map holds afterwards.
    pub(crate) memory: Memory,
}

/// One operation with every contender, ours first.
pub(crate) struct Row {
    pub(crate) op: Op,
    pub(crate) draw: Draw,
    pub(crate) results: Vec<Result<Sample, Failure>>,
}

/// One operation of ours beside one peer's. What could not be measured is null in the file.
#[derive(Serialize)]
pub(crate) struct Cell {
    suite: &'static str,
    op: String,
    entries: usize,
    /// The share of the room that the map was asked to have, and not of the places that it made of it.
    load: f64,
    threads: usize,
    keys: &'static str,
    peer: &'static str,
    #[serde(flatten)]
    measures: Measures,
    ratio: Option<f64>,
    /// Did neighbours take a processor away in every round of ours or the peer's?
    disturbed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
}

/// What a cell says beside where it stands.
struct Found {
    op: String,
    draw: Draw,
    measures: Measures,
    ratio: Option<f64>,
    disturbed: bool,
    failure: Option<Failure>,
}

/// The unit is part of the names.
#[derive(Serialize)]
#[serde(untagged)]
enum Measures {
    Times {
        ours_ns: Option<f64>,
        peer_ns: Option<f64>,
        ours_bytes: Option<i64>,
        peer_bytes: Option<i64>,
        ours_allocations: Option<f64>,
        peer_allocations: Option<f64>,
    },
    Latencies {
        ours_p50_ns: Option<u64>,
        peer_p50_ns: Option<u64>,
        ours_p99_ns: Option<u64>,
        peer_p99_ns: Option<u64>,
        ours_p9999_ns: Option<u64>,
        peer_p9999_ns: Option<u64>,
    },
    Instructions {
        ours_instructions: Option<f64>,
        peer_instructions: Option<f64>,
    },
}

/// The maps that the following rows are measured on.
pub(crate) struct Section {
    pub(crate) entries: usize,
    pub(crate) threads: usize,
    pub(crate) names: Vec<&'static str>,
}

impl Section {
    /// Prints the head of a section, and what the filled maps hold.
    pub(crate) fn open(entries: usize, threads: usize, members: &[Member]) -> Section {
        let names = members.iter().map(|member| member.name).collect();
        let section = Section { entries, threads, names };
        section.print_head();
        section.print_line(
            "bytes per entry",
            members.iter().map(|member| {
                let filled = member.filled.as_ref();
                filled.map_or("failed".into(), |memory| per_entry(memory, entries))
            }),
        );
        section
    }

    pub(crate) fn print_head(&self) {
        let threads = if self.threads == 1 { "thread" } else { "threads" };
        println!("\n{SUITE}: {} entries, {} {threads}", self.entries, self.threads);
        self.print_line("", self.names.iter().map(|name| (*name).into()));
    }

    pub(crate) fn print_line(&self, label: &str, texts: impl Iterator<Item = String>) {
        let texts: String = texts.map(|text| format!("{text:>16}")).collect();
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

/// All cells measured so far.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) cells: Vec<Cell>,
    /// The rows of the open section.
    rows: Vec<Row>,
}

impl Report {
    /// Takes a row in, and prints it.
    pub(crate) fn add(&mut self, section: &Section, row: Row) {
        let times: Vec<Option<f64>> =
            row.results.iter().map(|result| Some(result.as_ref().ok()?.nanoseconds)).collect();
        let mut texts = with_ratios(&times, |time| format!("{time:.1}"));
        for (text, result) in texts.iter_mut().zip(&row.results) {
            if result.as_ref().is_ok_and(|sample| sample.disturbed) {
                text.push('*');
            }
        }
        let label =
            format!("{:<12}{}", row.op.name(), if row.op.draws() { row.draw.name() } else { "" });
        section.print_line(&label, texts.into_iter());
        section.print_failures(&row.results);
        for (index, result) in row.results.iter().enumerate().skip(1) {
            let (ours, peer) = (ours(&row.results), result.as_ref().ok());
            let measures = Measures::Times {
                ours_ns: ours.map(|sample| rounded(sample.nanoseconds)),
                peer_ns: peer.map(|sample| rounded(sample.nanoseconds)),
                ours_bytes: ours.map(|sample| sample.memory.bytes),
                peer_bytes: peer.map(|sample| sample.memory.bytes),
                ours_allocations: ours.map(|sample| rounded(sample.allocations)),
                peer_allocations: peer.map(|sample| rounded(sample.allocations)),
            };
            let ratio = ratio(ours.map(|sample| sample.nanoseconds), times[index]);
            let failure = result.as_ref().err().cloned();
            let disturbed = ours.into_iter().chain(peer).any(|sample| sample.disturbed);
            let (op, draw) = (row.op.name().into(), row.draw);
            let found = Found { op, draw, measures, ratio, disturbed, failure };
            self.push(section, index, found);
        }
        self.rows.push(row);
    }

    /// Prints what is not time, of the rows of `section`.
    pub(crate) fn close_section(&mut self, section: &Section) {
        for row in self.rows.drain(..) {
            if row.draw == Draw::Uniform && matches!(row.op, Op::Update | Op::Churn | Op::Insert) {
                let allocations = row.results.iter().map(|result| {
                    result
                        .as_ref()
                        .map_or("-".into(), |sample| format!("{:.2}", sample.allocations))
                });
                section.print_line(&format!("allocations of {}", row.op.name()), allocations);
            }
            if row.op == Op::Churn {
                let held = row.results.iter().map(|result| {
                    let memory = result.as_ref().map(|sample| sample.memory);
                    memory.map_or("-".into(), |memory| per_entry(&memory, section.entries))
                });
                section.print_line("bytes per entry, churned", held);
            }
        }
    }

    /// Takes in the latencies of one kind of step, and prints them.
    pub(crate) fn add_latencies(
        &mut self,
        section: &Section,
        kind: Kind,
        results: &[Result<Latency, Failure>],
    ) {
        for part in 0..Latency::NAMES.len() {
            let times: Vec<Option<f64>> = results
                .iter()
                .map(|result| Some(result.as_ref().ok()?.quantiles()[part] as f64))
                .collect();
            let label = format!("{:<12}{}", kind.name(), Latency::NAMES[part]);
            section.print_line(&label, with_ratios(&times, for_people).into_iter());
        }
        for (index, result) in results.iter().enumerate().skip(1) {
            let (ours, peer) = (ours(results), result.as_ref().ok());
            let measures = Measures::Latencies {
                ours_p50_ns: ours.map(|latency| latency.p50),
                peer_p50_ns: peer.map(|latency| latency.p50),
                ours_p99_ns: ours.map(|latency| latency.p99),
                peer_p99_ns: peer.map(|latency| latency.p99),
                ours_p9999_ns: ours.map(|latency| latency.p9999),
                peer_p9999_ns: peer.map(|latency| latency.p9999),
            };
            let tail = |latency: &Latency| latency.p9999 as f64;
            let ratio = ratio(ours.map(tail), peer.map(tail));
            let failure = result.as_ref().err().cloned();
            let op = format!("latency-{}", kind.name());
            // Being preempted belongs to what is measured here.
            let (draw, disturbed) = (Draw::Uniform, false);
            let found = Found { op, draw, measures, ratio, disturbed, failure };
            self.push(section, index, found);
        }
    }

    /// Takes in the instructions of one operation, and prints them.
    pub(crate) fn add_counts(&mut self, section: &Section, op: Op, counts: &[f64]) {
        let results: Vec<Option<f64>> = counts.iter().copied().map(Some).collect();
        let texts = with_ratios(&results, |count| format!("{count:.1}"));
        section.print_line(op.name(), texts.into_iter());
        let ours = Some(counts[0]);
        for (index, &count) in counts.iter().enumerate().skip(1) {
            let measures = Measures::Instructions {
                ours_instructions: ours.map(rounded),
                peer_instructions: Some(rounded(count)),
            };
            let ratio = ratio(ours, Some(count));
            let (op, draw) = (op.name().into(), Draw::Uniform);
            let found = Found { op, draw, measures, ratio, disturbed: false, failure: None };
            self.push(section, index, found);
        }
    }

    fn push(&mut self, section: &Section, peer: usize, found: Found) {
        let Found { op, draw, measures, ratio, disturbed, failure } = found;
        self.cells.push(Cell {
            suite: SUITE,
            op,
            entries: section.entries,
            load: 1.0,
            threads: section.threads,
            keys: draw.name(),
            peer: section.names[peer],
            measures,
            ratio: ratio.map(rounded),
            disturbed,
            failure,
        });
    }

    /// Tells how ours stands to each peer, and what failed.
    pub(crate) fn close(&self) {
        if self.cells.is_empty() {
            return;
        }
        let mut peers: Vec<&str> = Vec::new();
        for cell in &self.cells {
            if !peers.contains(&cell.peer) {
                peers.push(cell.peer);
            }
        }
        let disturbed = self.cells.iter().filter(|cell| cell.disturbed).count();
        println!(
            "\n{SUITE}: in {disturbed} of {} cells (*) neighbours took a processor in every round; of the \
             others, the geometric mean of the ratios to each peer, and the worst",
            self.cells.len()
        );
        for peer in peers {
            for (what, is_latency) in [("operations", false), ("p99.99", true)] {
                let of_peer = |cell: &&Cell| {
                    cell.peer == peer
                        && is_latency == matches!(cell.measures, Measures::Latencies { .. })
                };
                self.print_standing(
                    peer,
                    what,
                    &self.cells.iter().filter(of_peer).collect::<Vec<_>>(),
                );
            }
        }
    }

    fn print_standing(&self, peer: &str, what: &str, cells: &[&Cell]) {
        let failed = cells.iter().filter(|cell| cell.failure.is_some()).count();
        if failed > 0 {
            println!("  {peer:<16}{what:<12}failed in {failed} of {} cells", cells.len());
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
            "  {peer:<16}{what:<12}mean [{mean:.2}], behind in {behind} of {}, worst [{worst_ratio:.2}]: \
             {}, {} entries, {} threads, {}",
            cells.len(),
            worst.op,
            worst.entries,
            worst.threads,
            worst.keys,
        );
    }
}

/// The result of ours, if there is one.
fn ours<T>(results: &[Result<T, Failure>]) -> Option<&T> {
    results.first()?.as_ref().ok()
}

/// Each measure as `show` has it, and a peer's with its ratio to ours.
fn with_ratios(measures: &[Option<f64>], show: impl Fn(f64) -> String) -> Vec<String> {
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

fn ratio(ours: Option<f64>, peer: Option<f64>) -> Option<f64> {
    Some(peer? / ours?)
}

fn per_entry(memory: &Memory, entries: usize) -> String {
    format!("{:.1}", memory.bytes as f64 / entries as f64)
}

/// Three digits behind the point: more would be noise.
fn rounded(measure: f64) -> f64 {
    (measure * 1000.0).round() / 1000.0
}

/// Nanoseconds, in a unit that keeps them short.
fn for_people(nanoseconds: f64) -> String {
    match nanoseconds {
        ..10e3 => format!("{nanoseconds:.0}"),
        ..10e6 => format!("{:.0} us", nanoseconds / 1e3),
        _ => format!("{:.0} ms", nanoseconds / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that readers of the file rely on; what failed is null and says why.
    #[test]
    fn json_has_the_promised_fields() {
        let section = Section { entries: 1000, threads: 2, names: vec!["heptad", "one", "other"] };
        let sample = |nanoseconds, disturbed| {
            let memory = Memory { bytes: 30_000 };
            Ok(Sample { nanoseconds, allocations: 1.5, disturbed, memory })
        };
        let results = vec![sample(20.0, false), sample(30.0, true), Err("hangs".into())];
        let mut report = Report::default();
        report.add(&section, Row { op: Op::Update, draw: Draw::Zipf, results });
        let latency = Latency { steps: 9, p50: 50, p99: 99, p9999: 200, most: 300 };
        let slower = Latency { p9999: 2000, ..latency };
        let results = [Ok(latency), Ok(slower), Err("hangs".into())];
        report.add_latencies(&section, Kind::Upsert, &results);
        report.add_counts(&section, Op::Hit, &[10.0, 5.0, 20.0]);

        let cells = serde_json::to_value(&report.cells).unwrap();
        let first = &cells[0];
        assert_eq!((&first["suite"], &first["op"]), (&"lockfree".into(), &"update".into()));
        assert_eq!((&first["entries"], &first["load"]), (&1000.into(), &1.0.into()));
        assert_eq!((&first["threads"], &first["keys"]), (&2.into(), &"zipf".into()));
        assert_eq!((&first["peer"], &first["ratio"]), (&"one".into(), &1.5.into()));
        assert_eq!((&first["ours_ns"], &first["peer_ns"]), (&20.0.into(), &30.0.into()));
        assert_eq!(first["peer_bytes"], 30_000);
        assert_eq!(first["peer_allocations"], 1.5);
        assert_eq!(first["disturbed"], true);
        let failed = &cells[1];
        assert_eq!((&failed["peer"], &failed["failure"]), (&"other".into(), &"hangs".into()));
        assert!(failed["ratio"].is_null() && failed["peer_ns"].is_null());
        assert_eq!(cells[2]["op"], "latency-upsert");
        assert_eq!((&cells[2]["ratio"], &cells[2]["ours_p9999_ns"]), (&10.0.into(), &200.into()));
        assert_eq!(cells[3]["failure"], "hangs");
        assert_eq!(
            (&cells[4]["peer_instructions"], &cells[4]["ratio"]),
            (&5.0.into(), &0.5.into())
        );
    }
}
