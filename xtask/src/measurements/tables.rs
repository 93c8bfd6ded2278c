//! One measure of one suite as a Markdown table: a row for each subject, a column for each contender.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Keys of a cell that are no property of the tables.
const OF_CELL: &[&str] = &["suite", "peer", "ratio", "disturbed", "failure"];
/// Properties that come first, in this order.
const FIRST: &[&str] = &["op", "keys", "threads", "groups", "entries", "load"];
const OURS: &str = "heptad";

/// What one contender needed.
#[derive(Clone, Debug, PartialEq)]
enum Figure {
    Measured {
        value: f64,
        is_disturbed: bool,
    },
    Failed,
    /// There is no such figure.
    Missing,
}

struct Row {
    subject: BTreeMap<String, String>,
    figures: BTreeMap<String, Figure>,
}

pub(super) struct Table {
    properties: Vec<String>,
    /// Ours first.
    contenders: Vec<String>,
    rows: Vec<Row>,
}

impl Table {
    /// The cells' `measure`, divided by the entries if `per_entry`. If it `is_memory`, a row that repeats the figures
    /// of the one above is left out if it differs in the operation only: the memory is that of the same table.
    pub(super) fn of(
        cells: &[&Map<String, Value>],
        measure: &str,
        per_entry: bool,
        is_memory: bool,
    ) -> Table {
        let mut table =
            Table { properties: Vec::new(), contenders: vec![OURS.into()], rows: Vec::new() };
        for cell in cells {
            table.add(cell, measure, per_entry);
        }
        table.rows.retain(|row| row.figures.values().any(|it| *it != Figure::Missing));
        if is_memory {
            table.rows.dedup_by(|row, above| {
                let without_op = |row: &Row| {
                    let mut subject = row.subject.clone();
                    subject.remove("op");
                    subject
                };
                without_op(row) == without_op(above) && row.figures == above.figures
            });
        }
        let place = |name: &String| FIRST.iter().position(|first| first == name);
        table.properties.sort_by_key(|name| place(name).unwrap_or(FIRST.len()));
        table
    }

    fn add(&mut self, cell: &Map<String, Value>, measure: &str, per_entry: bool) {
        let subject: BTreeMap<String, String> = cell
            .iter()
            .filter(|(key, _)| is_property(key))
            .map(|(key, value)| (key.clone(), shown(value)))
            .collect();
        for key in
            subject.keys().filter(|key| !self.properties.contains(key)).cloned().collect::<Vec<_>>()
        {
            self.properties.push(key);
        }
        let entries = cell.get("entries").and_then(Value::as_f64).unwrap_or(1.0);
        let is_disturbed = cell.get("disturbed").and_then(Value::as_bool).unwrap_or_default();
        let figure = |whose: &str| {
            let value = cell.get(&format!("{whose}_{measure}")).and_then(Value::as_f64);
            match value {
                Some(value) if per_entry => {
                    Figure::Measured { value: value / entries, is_disturbed }
                }
                Some(value) => Figure::Measured { value, is_disturbed },
                None if cell.contains_key("failure") && whose == "peer" => Figure::Failed,
                None => Figure::Missing,
            }
        };
        let peer = cell.get("peer").map(shown).unwrap_or_default();
        if !self.contenders.contains(&peer) {
            self.contenders.push(peer.clone());
        }
        if self.rows.iter().all(|row| row.subject != subject) {
            self.rows.push(Row { subject: subject.clone(), figures: BTreeMap::new() });
        }
        if let Some(row) = self.rows.iter_mut().find(|row| row.subject == subject) {
            row.figures.entry(OURS.into()).or_insert(figure("ours"));
            row.figures.insert(peer, figure("peer"));
        }
    }

    pub(super) fn print(&self) -> String {
        let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
        let head =
            self.properties.iter().chain(&self.contenders).map(String::as_str).collect::<Vec<_>>();
        let mut text = format!("{}|{}\n", line(head.clone()), "---|".repeat(head.len()));
        for row in &self.rows {
            let names = self
                .properties
                .iter()
                .map(|name| row.subject.get(name).cloned().unwrap_or_default());
            let figures = self.contenders.iter().map(|name| row.shown(name));
            let cells: Vec<String> = names.chain(figures).collect();
            text += &line(cells.iter().map(String::as_str).collect());
        }
        text + &self.standing()
    }

    /// The geometric mean of the ratios to each peer, and the worst, if there are several.
    fn standing(&self) -> String {
        let of = |peer: &String| {
            let ratios: Vec<f64> = self.rows.iter().filter_map(|row| row.ratio(peer)).collect();
            let worst = ratios.iter().copied().min_by(f64::total_cmp)?;
            let mean =
                (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
            (ratios.len() > 1).then(|| format!("{peer} {}, {}", bracketed(mean), bracketed(worst)))
        };
        let all: Vec<String> = self.contenders.iter().skip(1).filter_map(of).collect();
        if all.is_empty() {
            String::new()
        } else {
            format!("\nMean and worst: {}.\n", all.join("; "))
        }
    }
}

impl Row {
    fn value(&self, name: &str) -> Option<f64> {
        match self.figures.get(name)? {
            Figure::Measured { value, .. } => Some(*value),
            _ => None,
        }
    }

    /// The peer's figure divided by ours.
    fn ratio(&self, peer: &str) -> Option<f64> {
        let ratio = self.value(peer)? / self.value(OURS)?;
        (ratio.is_finite() && ratio > 0.0).then_some(ratio)
    }

    fn shown(&self, name: &str) -> String {
        match self.figures.get(name) {
            Some(Figure::Measured { value, is_disturbed }) => {
                let star = if *is_disturbed && name != OURS { "*" } else { "" };
                let ratio = self.ratio(name).filter(|_| name != OURS);
                let ratio = ratio.map_or(String::new(), |ratio| format!(" [{}]", bracketed(ratio)));
                format!("{}{star}{ratio}", rounded(*value))
            }
            Some(Figure::Failed) => "failed".into(),
            Some(Figure::Missing) | None => String::new(),
        }
    }
}

/// Does the key identify a row, together with the others?
pub(super) fn is_property(key: &str) -> bool {
    !(OF_CELL.contains(&key) || key.starts_with("ours_") || key.starts_with("peer_"))
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Two or three digits that mean something: further ones would be noise.
fn rounded(figure: f64) -> String {
    match figure {
        ..10.0 => format!("{figure:.2}"),
        ..10_000.0 => format!("{figure:.1}"),
        _ => format!("{figure:.0}"),
    }
}

fn bracketed(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}") } else { format!("{ratio:.0}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table(cells: &Value, measure: &str) -> String {
        let cells: Vec<_> =
            cells.as_array().unwrap().iter().map(|it| it.as_object().unwrap()).collect();
        Table::of(&cells, measure, false, false).print()
    }

    #[test]
    fn a_row_for_each_subject_and_a_column_for_each_peer() {
        let cell = |op, peer, theirs| {
            json!({"suite": "set", "op": op, "load": 0.75, "peer": peer, "sizes": 8,
                "ours_ns": 40.04, "peer_ns": theirs})
        };
        let mut failed = cell("hit", "two", json!(null));
        failed["failure"] = json!("hangs");
        let mut disturbed = cell("miss", "one", json!(160.0));
        disturbed["disturbed"] = json!(true);
        let text = table(&json!([cell("hit", "one", json!(20.0)), failed, disturbed]), "ns");
        assert_eq!(
            text,
            "| op | load | sizes | heptad | one | two |\n|---|---|---|---|---|---|\n\
             | hit | 0.75 | 8 | 40.0 | 20.0 [0.50] | failed |\n\
             | miss | 0.75 | 8 | 40.0 | 160.0* [4.00] |  |\n\n\
             Mean and worst: one 1.41, 0.50.\n"
        );
    }

    #[test]
    fn figures_that_do_not_exist_have_no_row() {
        let cells = json!([
            {"op": "hit", "peer": "one", "ours_ns": 1.0, "peer_ns": 2.0},
            {"op": "fill", "peer": "one", "ours_bytes": 3.0},
        ]);
        assert_eq!(
            table(&cells, "ns"),
            "| op | heptad | one |\n|---|---|---|\n| hit | 1.00 | 2.00 [2.00] |\n"
        );
    }
}
