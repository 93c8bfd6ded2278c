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
    Picture { name: "sets", recording: "swiss-counts", chart: sets },
    Picture { name: "worst", recording: "worst-counts", chart: worst },
    Picture { name: "lockfree", recording: "lockfree-counts", chart: lockfree },
];

const MEMORY: Axis = Axis { label: "bytes per key", is_logarithmic: false, from_zero: false };
const INSTRUCTIONS: Axis = Axis { label: "instructions", is_logarithmic: false, from_zero: true };

/// A curve for each contender through the rows with these words.
fn series(
    recording: &Recording,
    words: &[(&str, &str)],
    point: impl Fn(&Figures<'_>) -> Option<(f64, f64)>,
) -> Result<Vec<Series>> {
    let of = |name: String| {
        let points = recording.figures(words, &name).iter().filter_map(&point).collect();
        Series { name, points }
    };
    let series: Vec<Series> = recording.contenders(words).into_iter().map(of).collect();
    ensure!(series.iter().any(|series| !series.points.is_empty()), "no row has {words:?}");
    Ok(series)
}

/// Instructions against memory, at three loads.
fn sets(recording: &Recording) -> Result<Chart> {
    let mut panels = Vec::new();
    for (op, title) in
        [("hit", "a hit"), ("miss", "a miss"), ("insert", "an insertion"), ("remove", "a removal")]
    {
        let point = |it: &Figures<'_>| {
            Some((it.measure("bytes")? / it.property("entries")?, it.measure("instructions")?))
        };
        let series = series(recording, &[("suite", "set"), ("op", op)], point)?;
        panels.push(Panel::Curves(Curves {
            title: title.into(),
            x: MEMORY,
            y: INSTRUCTIONS,
            series,
        }));
    }
    Ok(Chart {
        title: "Sets of words: instructions against memory".into(),
        note: "Three numbers of entries in 512 KiB: heptad's load is 3/4, 7/8 and 15/16. Down and left is better.".into(),
        columns: 2,
        panels,
    })
}

/// Instructions against memory, over an octave of sizes: each table doubles somewhere in it.
fn curves(recording: &Recording) -> Result<Chart> {
    let mut panels = Vec::new();
    for (state, op, title) in [
        ("at rest", "hit", "a hit, just filled"),
        ("at rest", "miss", "a miss, just filled"),
        ("turned", "hit", "a hit, every key replaced ten times"),
        ("turned", "miss", "a miss, every key replaced ten times"),
        ("turned", "churn", "a removal and an insertion"),
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
        note: "Five numbers of entries over an octave, 15,360 to 30,720. Down and left is better."
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
        panels.push(bars(recording, title, &[("suite", "worst"), ("op", op)])?);
    }
    Ok(Chart {
        title: "The worst single insertion: instructions".into(),
        note: "Shorter is better. heptad is in fixed memory; grown tables begin empty.".into(),
        columns: 2,
        panels,
    })
}

/// Shared maps that take a lock, for changes at least.
const LOCKS: &[&str] =
    &["flurry", "flurry, held", "scc", "dashmap", "hashbrown, rw", "swiss, spin"];

/// Instructions of shared maps.
fn lockfree(recording: &Recording) -> Result<Chart> {
    let mut panels = Vec::new();
    for (op, title) in [
        ("hit", "a hit"),
        ("miss", "a miss"),
        ("update", "an update"),
        ("churn", "a removal and an insertion"),
    ] {
        panels.push(bars(recording, title, &[("suite", "lockfree"), ("op", op)])?);
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

/// A bar for each contender in the first row with these words: its instructions.
fn bars(recording: &Recording, title: &str, words: &[(&str, &str)]) -> Result<Panel> {
    let mut bars = Vec::new();
    for name in recording.contenders(words) {
        let figures = recording.figures(words, &name);
        let Some(value) = figures.first().and_then(|it| it.measure("instructions")) else {
            continue;
        };
        let is_muted = LOCKS.contains(&name.as_str());
        bars.push(Bar { name, value, is_muted });
    }
    ensure!(!bars.is_empty(), "no row has {words:?}");
    bars.sort_by(|one, other| one.value.total_cmp(&other.value));
    Ok(Panel::Bars(Bars { title: title.into(), bars }))
}
