//! Rows of a suite that belong into one table: those with the same contenders.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::tables::is_property;

type Cell = Map<String, Value>;

/// The cells of each table, in the order of their first rows.
pub(super) fn by_contenders<'a>(cells: &[&'a Cell]) -> Vec<Vec<&'a Cell>> {
    let mut peers_of_row: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for cell in cells {
        peers_of_row.entry(row_of(cell)).or_default().push(peer_of(cell));
    }
    let mut groups: Vec<(&Vec<&str>, Vec<&Cell>)> = Vec::new();
    for cell in cells {
        let peers = &peers_of_row[&row_of(cell)];
        match groups.iter_mut().find(|(known, _)| *known == peers) {
            Some((_, group)) => group.push(cell),
            None => groups.push((peers, vec![cell])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn peer_of(cell: &Cell) -> &str {
    cell.get("peer").and_then(Value::as_str).unwrap_or_default()
}

/// What identifies the row of a cell.
fn row_of(cell: &Cell) -> String {
    let properties = cell.iter().filter(|(key, _)| is_property(key));
    properties.map(|(key, value)| format!("{key} {value}\n")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_with_other_peers_have_a_table_of_their_own() {
        let cells =
            [("grow", "copy"), ("fill", "swiss"), ("fill", "hashbrown"), ("shrink", "copy")]
                .map(|(op, peer)| json!({"op": op, "peer": peer, "ours_ns": 1.0}));
        let cells: Vec<_> = cells.iter().map(|cell| cell.as_object().unwrap()).collect();
        let groups = by_contenders(&cells);
        let ops = |group: &Vec<&Cell>| group.iter().map(|it| it["op"].clone()).collect::<Vec<_>>();
        assert_eq!(
            groups.iter().map(ops).collect::<Vec<_>>(),
            [["grow", "shrink"], ["fill", "fill"]]
        );
    }
}
