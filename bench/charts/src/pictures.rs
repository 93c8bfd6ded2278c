//! The pictures: which figures of which recording each one shows.

use anyhow::{Result, ensure};

use crate::cells::{Figures, Recording};
use crate::panels::{Axis, Bar, Bars, Chart, Curves, Panel, Series};

/// A picture, by the name of its file.
pub(crate) struct Picture {
    pub(crate) name: &'static str,
    pub(crate) recording: &'static str,
    pub(crate) chart: fn(&Recording) -> Result<Chart>,
}

pub(crate) const PICTURES: &[Picture] = &[
    Picture { name: "curves", recording: "curves-counts", chart: curves },
    Picture { name: "worst", recording: "worst-counts", chart: worst },
    Picture { name: "lockfree", recording: "lockfree-counts", chart: lockfree },
    Picture { name: "stopped", recording: "stopped-counts", chart: stopped },
];

const MEMORY: Axis = Axis { label: "bytes per key", is_logarithmic: false, from_zero: false };
const INSTRUCTIONS: Axis = Axis { label: "instructions", is_logarithmic: false, from_zero: true };

/// A curve for each contender through the rows with these words, from left to right.
fn series(
    recording: &Recording,
    words: &[(&str, &str)],
    point: impl Fn(&Figures<'_>) -> Option<(f64, f64)>,
) -> Result<Vec<Series>> {
    let of = |name: String| {
        let mut points: Vec<_> =
            recording.figures(words, &name).iter().filter_map(&point).collect();
        points.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        Series { name, points }
    };
    let series: Vec<Series> = recording.contenders(words).into_iter().map(of).collect();
    ensure!(series.iter().any(|series| !series.points.is_empty()), "no row has {words:?}");
    Ok(series)
}

/// Instructions against memory, over an octave of sizes: each table doubles somewhere in it.
fn curves(recording: &Recording) -> Result<Chart> {
    let mut panels = Vec::new();
    for (state, op, title) in [
        ("at rest", "hit", "a hit, just filled"),
        ("turned", "miss", "a miss, after ten turnovers"),
        ("turned", "churn", "a removal and an insertion, after ten turnovers"),
        ("equal memory", "churn", "the same, heptad in as much memory"),
    ] {
        let words = [("suite", "curves"), ("table", "set"), ("state", state), ("op", op)];
        let point =
            |it: &Figures<'_>| Some((it.measure("bytes_per_key")?, it.measure("instructions")?));
        let series = series(recording, &words, point)?;
        let y = Axis { is_logarithmic: true, ..INSTRUCTIONS };
        panels.push(Panel::Curves(Curves { title: title.into(), x: MEMORY, y, series }));
    }
    Ok(Chart {
        title: "Sets of words: instructions against the memory that a key takes".into(),
        note: "Five numbers of entries over an octave up to 30,720. Down and left is better. With SSE2, but for the \
               8-byte group."
            .into(),
        columns: 2,
        panels,
    })
}

/// The worst single insertion.
fn worst(recording: &Recording) -> Result<Chart> {
    let mut panels = Vec::new();
    for (op, title) in [
        ("fill", "sets, filled"),
        ("refill", "sets, every key replaced twice"),
        ("shared-fill", "shared maps, filled"),
        ("shared-refill", "shared maps, every key replaced twice"),
    ] {
        panels.push(bars(recording, title, &[("suite", "worst"), ("op", op)], "instructions")?);
    }
    Ok(Chart {
        title: "The worst single insertion: instructions".into(),
        note: "840 entries. Shorter is better. Grey: maps that take locks. heptad and those made have memory from the start; \
               others grow."
            .into(),
        columns: 2,
        panels,
    })
}

/// Shared maps that take a lock, for changes at least.
const LOCKS: &[&str] = &[
    "flurry",
    "flurry, held",
    "scc",
    "dashmap",
    "hashbrown, rw",
    "hashbrown, spin",
    "swiss, spin",
];

/// Instructions of shared maps.
fn lockfree(recording: &Recording) -> Result<Chart> {
    let mut panels = Vec::new();
    for (op, title) in [
        ("hit", "a hit"),
        ("miss", "a miss"),
        ("update", "an update"),
        ("churn", "a removal and an insertion"),
    ] {
        panels.push(bars(recording, title, &[("suite", "lockfree"), ("op", op)], "instructions")?);
    }
    Ok(Chart {
        title: "Maps that threads share: instructions per operation".into(),
        note: "10,000 entries, one thread. Shorter is better. Grey: maps that take locks, which an interrupt handler \
               must not."
            .into(),
        columns: 2,
        panels,
    })
}

/// Where a stopped thread stops others.
fn stopped(recording: &Recording) -> Result<Chart> {
    let mut panels = Vec::new();
    for (op, title) in [
        ("get", "stopped in a lookup"),
        ("upsert", "stopped in an update"),
        ("insert", "stopped in an insertion"),
        ("remove", "stopped in a removal"),
    ] {
        panels.push(bars(recording, title, &[("suite", "stopped"), ("op", op)], "waits")?);
    }
    Ok(Chart {
        title:
            "A thread is stopped: at how many instructions of its operation do others wait for it?"
                .into(),
        note:
            "1,000 entries, every instruction tried. Shorter is better. Grey: maps that take locks."
                .into(),
        columns: 2,
        panels,
    })
}

/// A bar for each contender in the first row with these words.
fn bars(
    recording: &Recording,
    title: &str,
    words: &[(&str, &str)],
    measure: &str,
) -> Result<Panel> {
    let mut bars = Vec::new();
    for name in recording.contenders(words) {
        let figures = recording.figures(words, &name);
        let Some(value) = figures.first().and_then(|it| it.measure(measure)) else {
            continue;
        };
        let is_muted = LOCKS.contains(&name.as_str());
        bars.push(Bar { name, value, is_muted });
    }
    ensure!(!bars.is_empty(), "no row has {words:?}");
    bars.sort_by(|one, other| one.value.total_cmp(&other.value));
    Ok(Panel::Bars(Bars { title: title.into(), bars }))
}
