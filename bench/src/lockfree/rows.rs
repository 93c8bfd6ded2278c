//! Turns the workers' measurements into the rows of the report.

use serde_json::json;

use crate::{
    op::{Draw, SharedOp},
    report::{Failure, Report, Row, Section, with_ratios},
};

use super::{
    members::Member,
    plan::Kind,
    worker::{Latency, Memory},
};

/// The measurement of one operation with one contender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    pub(crate) nanoseconds: f64,
    pub(crate) allocations: f64,
    /// Did neighbours take a processor away in every round?
    pub(crate) disturbed: bool,
    /// The map's memory afterwards.
    pub(crate) memory: Memory,
}

/// A section of maps that are made for `entries` entries and have as many.
pub(crate) fn section(
    suite: &'static str,
    entries: usize,
    threads: usize,
    names: Vec<&'static str>,
) -> Section {
    let subject = vec![("load", json!(1.0)), ("threads", json!(threads))];
    Section { suite, entries, subject, names }
}

/// Prints the memory of the filled maps.
pub(crate) fn print_memory(section: &Section, members: &[Member]) {
    let held = members.iter().map(|member| {
        let filled = member.filled.as_ref();
        filled.map_or("failed".into(), |memory| per_entry(memory, section.entries))
    });
    section.print_line("bytes per entry", held);
}

/// Adds the times of one operation, and prints them.
pub(crate) fn add_times(
    report: &mut Report,
    section: &Section,
    op: SharedOp,
    draw: Draw,
    results: &[Result<Sample, Failure>],
) {
    let times = of_each(results, |sample| sample.nanoseconds);
    let mut texts = with_ratios(&times, |time| format!("{time:.1}"));
    for (text, result) in texts.iter_mut().zip(results) {
        if result.as_ref().is_ok_and(|sample| sample.disturbed) {
            text.push('*');
        }
    }
    let keys = if op.draws() { draw.name() } else { "" };
    section.print_line(&format!("{:<12}{keys}", op.name()), texts);
    section.print_failures(results);
    let sample = |show: &dyn Fn(&Sample) -> String| -> Vec<String> {
        results.iter().map(|it| it.as_ref().map_or("-".into(), show)).collect()
    };
    if draw == Draw::Uniform && matches!(op, SharedOp::Update | SharedOp::Churn | SharedOp::Insert)
    {
        section.print_line("  allocations", sample(&|it| format!("{:.2}", it.allocations)));
    }
    if op == SharedOp::Churn {
        let held = sample(&|it| per_entry(&it.memory, section.entries));
        section.print_line("  bytes per entry", held);
    }
    let measures = vec![
        ("ns", times),
        ("bytes", of_each(results, |sample| sample.memory.bytes as f64)),
        ("allocations", of_each(results, |sample| sample.allocations)),
    ];
    let is_disturbed =
        |result: &Result<Sample, _>| result.as_ref().is_ok_and(|sample| sample.disturbed);
    let disturbed = results.iter().map(is_disturbed).collect();
    let (op, keys) = (op.name().into(), Some(draw.name()));
    report.add(section, &Row { op, keys, measures, disturbed, failures: failures(results) });
}

/// Adds the latencies of one kind of step, and prints them.
pub(crate) fn add_latencies(
    report: &mut Report,
    section: &Section,
    kind: Kind,
    results: &[Result<Latency, Failure>],
) {
    for part in 0..Latency::NAMES.len() {
        let times = of_each(results, |latency| latency.quantiles()[part] as f64);
        let label = format!("{:<12}{}", kind.name(), Latency::NAMES[part]);
        section.print_line(&label, with_ratios(&times, for_people));
    }
    let measures = vec![
        ("p9999_ns", of_each(results, |latency| latency.p9999 as f64)),
        ("p50_ns", of_each(results, |latency| latency.p50 as f64)),
        ("p99_ns", of_each(results, |latency| latency.p99 as f64)),
        ("p999_ns", of_each(results, |latency| latency.p999 as f64)),
        ("most_ns", of_each(results, |latency| latency.most as f64)),
    ];
    // Preemption is part of what is measured here.
    let disturbed = vec![false; results.len()];
    let op = kind.name().into();
    report.add(section, &Row { op, keys: None, measures, disturbed, failures: failures(results) });
}

/// Adds the instructions of one operation, the maps' memory afterwards, and the allocations; prints the first.
pub(crate) fn add_counts(
    report: &mut Report,
    section: &Section,
    op: SharedOp,
    [counts, bytes, allocations]: [Vec<f64>; 3],
) {
    let of_each = |values: Vec<f64>| values.into_iter().map(Some).collect();
    let counts: Vec<Option<f64>> = of_each(counts);
    section.print_line(op.name(), with_ratios(&counts, |count| format!("{count:.1}")));
    let measures = vec![
        ("instructions", counts),
        ("bytes", of_each(bytes)),
        ("allocations", of_each(allocations)),
    ];
    let row = Row::exact(op.name(), measures);
    report.add(section, &Row { keys: Some(Draw::Uniform.name()), ..row });
}

fn of_each<T>(results: &[Result<T, Failure>], part: impl Fn(&T) -> f64) -> Vec<Option<f64>> {
    results.iter().map(|result| Some(part(result.as_ref().ok()?))).collect()
}

fn failures<T>(results: &[Result<T, Failure>]) -> Vec<Option<Failure>> {
    results.iter().map(|result| result.as_ref().err().cloned()).collect()
}

fn per_entry(memory: &Memory, entries: usize) -> String {
    format!("{:.1}", memory.bytes as f64 / entries as f64)
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

    /// A failed cell is null and gives the reason.
    #[test]
    fn cells_have_the_promised_fields() {
        let section = section("lockfree", 1000, 2, vec!["heptad", "one", "other"]);
        let sample = |nanoseconds, disturbed| {
            let memory = Memory { bytes: 30_000 };
            Ok(Sample { nanoseconds, allocations: 1.5, disturbed, memory })
        };
        let results = [sample(20.0, false), sample(30.0, true), Err("hangs".into())];
        let mut report = Report::default();
        add_times(&mut report, &section, SharedOp::Update, Draw::Zipf, &results);
        let latency = Latency { steps: 9, p50: 50, p99: 99, p999: 150, p9999: 200, most: 300 };
        let slower = Latency { p9999: 2000, ..latency };
        let results = [Ok(latency), Ok(slower), Err("hangs".into())];
        add_latencies(&mut report, &section, Kind::Upsert, &results);
        let counts = [[10.0, 5.0, 20.0], [0.0; 3], [1.0; 3]].map(|it| it.to_vec());
        add_counts(&mut report, &section, SharedOp::Hit, counts);

        let cells = serde_json::to_value(&report.cells).unwrap();
        let expected = json!({
            "suite": "lockfree", "op": "update", "entries": 1000, "load": 1.0, "threads": 2,
            "keys": "zipf", "peer": "one", "ratio": 1.5, "disturbed": true,
            "ours_ns": 20.0, "peer_ns": 30.0, "ours_bytes": 30_000.0, "peer_bytes": 30_000.0,
            "ours_allocations": 1.5, "peer_allocations": 1.5,
        });
        assert_eq!(cells[0], expected);
        let failed = &cells[1];
        assert_eq!((&failed["peer"], &failed["failure"]), (&"other".into(), &"hangs".into()));
        assert!(failed["ratio"].is_null() && failed["peer_ns"].is_null());
        assert_eq!(cells[2]["op"], "upsert");
        assert_eq!((&cells[2]["ratio"], &cells[2]["ours_p9999_ns"]), (&10.0.into(), &200.0.into()));
        assert_eq!(cells[3]["failure"], "hangs");
        let instructions = (&cells[4]["peer_instructions"], &cells[4]["ratio"]);
        assert_eq!(instructions, (&5.0.into(), &0.5.into()));
    }
}
