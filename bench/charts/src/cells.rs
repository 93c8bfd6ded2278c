//! The cells of a recording. `xtask/src/measurements` writes them, and documents the keys.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// The name of our own column.
pub(crate) const OURS: &str = "heptad";

/// A recording: its cells, and a line that says when they were measured.
pub(crate) struct Recording {
    cells: Vec<Value>,
    pub(crate) origin: String,
}

/// The figures of one contender in one row.
pub(crate) struct Figures<'a> {
    cell: &'a Value,
    side: &'static str,
}

impl Figures<'_> {
    pub(crate) fn measure(&self, name: &str) -> Option<f64> {
        self.cell[format!("{}_{name}", self.side)].as_f64()
    }
}

impl Recording {
    pub(crate) fn read(path: &Path) -> Result<Recording> {
        let file: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
        let word = |key: &str| file[key].as_str().with_context(|| format!("`{key}` is missing"));
        let origin = format!("commit {}, {}", word("commit")?, word("date")?);
        let cells = file["cells"].as_array().context("`cells` is no array")?.clone();
        Ok(Recording { cells, origin })
    }

    /// The rows with these words, in the order of the file.
    fn rows<'a>(&'a self, words: &'a [(&str, &str)]) -> impl Iterator<Item = &'a Value> {
        let fits = |cell: &&Value| words.iter().all(|(key, word)| cell[*key] == **word);
        self.cells.iter().filter(fits)
    }

    /// All contenders of the rows with these words, ours first.
    pub(crate) fn contenders(&self, words: &[(&str, &str)]) -> Vec<String> {
        let mut names = vec![OURS.to_owned()];
        for cell in self.rows(words) {
            let peer = cell["peer"].as_str().unwrap_or_default().to_owned();
            if !names.contains(&peer) {
                names.push(peer);
            }
        }
        names
    }

    /// The figures of a contender in the rows with these words, in the order of the file.
    pub(crate) fn figures<'a>(
        &'a self,
        words: &'a [(&str, &str)],
        contender: &'a str,
    ) -> Vec<Figures<'a>> {
        // Every row has a cell for each peer, so one peer's cells have each of our figures once.
        let first = self.rows(words).next().map(|cell| &cell["peer"]);
        let side = if contender == OURS { "ours" } else { "peer" };
        let is_its = |cell: &&Value| match side {
            "ours" => Some(&cell["peer"]) == first,
            _ => cell["peer"] == *contender,
        };
        self.rows(words).filter(is_its).map(|cell| Figures { cell, side }).collect()
    }
}

/// The picture with a comment about its figures, which `cargo xtask test pages` reads.
pub(crate) fn with_origin(svg: &str, recording: &str, origin: &str) -> String {
    let comment = format!("<!-- drawn from {recording}: {origin} -->");
    match svg.split_once('\n') {
        Some((first, rest)) => format!("{first}\n{comment}\n{rest}"),
        None => format!("{comment}\n{svg}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_contender_has_a_figure_in_each_row() {
        let cell = |op, peer, ours, theirs| json!({"op": op, "peer": peer, "ours_ns": ours, "peer_ns": theirs});
        let cells = vec![
            cell("hit", "one", 1.0, 2.0),
            cell("hit", "two", 1.0, 3.0),
            cell("miss", "one", 4.0, 5.0),
        ];
        let recording = Recording { cells, origin: String::new() };
        assert_eq!(recording.contenders(&[("op", "hit")]), ["heptad", "one", "two"]);
        let of = |words: &[(&str, &str)], name: &str| -> Vec<Option<f64>> {
            recording.figures(words, name).iter().map(|it| it.measure("ns")).collect()
        };
        assert_eq!(of(&[], OURS), [Some(1.0), Some(4.0)]);
        assert_eq!(of(&[("op", "hit")], "two"), [Some(3.0)]);
        assert_eq!(of(&[("op", "miss")], "one"), [Some(5.0)]);
    }
}
