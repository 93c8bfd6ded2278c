//! The shared maps: which of them has which method, and what of `HashMap` none has.

use std::{collections::BTreeMap, fs, path::Path};

use super::HASHBROWN;

/// The types with columns, in their order.
const TYPES: [&str; 4] = ["Map", "Set", "SegmentedMap", "IndirectMap"];
const HEADING: &str = "\n## Shared maps: `lockfree`\n";

/// The name of the type that an inherent `impl` is for.
fn implementor(header: &str) -> Option<&str> {
    if header.contains(" for ") {
        return None;
    }
    let mut depth = 0;
    let is_end = |character| {
        depth += match character {
            '<' => 1,
            '>' => -1,
            _ => 0,
        };
        depth == 0
    };
    let parameters = header.strip_prefix("impl")?;
    let name = if parameters.starts_with('<') {
        parameters.get(parameters.find(is_end)? + 1..)?
    } else {
        parameters
    };
    name.trim().split(['<', ' ']).next()
}

/// The public functions of each type in src/lockfree/maps.
fn functions() -> BTreeMap<String, Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lockfree/maps");
    let mut functions = BTreeMap::<String, Vec<String>>::new();
    for file in fs::read_dir(folder).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        let (mut header, mut owner) = (String::new(), None);
        for line in source.lines() {
            if line.starts_with("impl") || !header.is_empty() {
                header += line;
                header.push(' ');
            }
            if line.ends_with(['{', '}']) && !header.is_empty() {
                owner = implementor(&header).map(String::from);
                header.clear();
            }
            let name = ["pub fn ", "pub const fn ", "pub unsafe fn "]
                .iter()
                .find_map(|start| line.strip_prefix("    ")?.strip_prefix(start))
                .and_then(|rest| rest.split(['(', '<']).next());
            if let (Some(owner), Some(name)) = (&owner, name) {
                functions.entry(owner.clone()).or_default().push(name.into());
            }
        }
    }
    functions
}

/// The cells of the rows of the page's table with `columns` columns.
fn rows(page: &str, columns: usize) -> Vec<Vec<&str>> {
    let (_, section) = page.split_once(HEADING).expect("the heading");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    // The first is the table's head.
    cells.filter(|cells| cells.len() == columns).skip(1).collect()
}

/// Every public method of a type has a row, and every cell is right.
#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn every_method_of_a_shared_map_has_a_row() {
    let page = include_str!("../../docs/parity.md");
    let functions = functions();
    let has = |owner: &str, name: &str| functions[owner].iter().any(|function| function == name);
    let rows = rows(page, 1 + TYPES.len());
    let mut names = Vec::new();
    for row in &rows {
        let name = row[0].trim_matches('`');
        names.push(name);
        for (owner, answer) in TYPES.iter().zip(&row[1..]) {
            if *answer == "same" {
                assert!(has(owner, name), "{owner} has no {name}");
                continue;
            }
            assert!(!has(owner, name) || name == "keys", "{owner} has {name}");
            if let Some(renamed) = answer.strip_prefix("renamed: `") {
                let renamed = renamed.split('`').next().unwrap();
                assert!(has(owner, renamed), "{owner} has no {renamed}, for {name}");
            } else {
                let reason = answer.strip_prefix("no: ");
                assert!(reason.is_some_and(|reason| reason.len() > 5), "{owner}: {name}: {answer}");
            }
        }
        assert!(TYPES.iter().any(|owner| has(owner, name)), "nothing has {name}");
    }
    for name in TYPES.iter().flat_map(|owner| &functions[*owner]) {
        let of_name = names.iter().filter(|row| *row == name).count();
        assert_eq!(of_name, 1, "rows of {name}");
    }
    for owner in ["SharedMap", "SharedSet", "SharedIndirectMap"] {
        assert_eq!(functions[owner], ["format", "attach", "join"], "{owner}");
    }
    assert!(names.len() > 40);
}

/// Every method of `HashMap` is one of `Map`, or has a reason.
#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn every_method_of_a_hash_map_is_there_or_has_a_reason() {
    let page = include_str!("../../docs/parity.md");
    let functions = functions();
    let rows = rows(page, 2);
    let reasons = |name: &str| {
        let named = rows.iter().filter(|row| row[0].contains(&format!("`{name}`")));
        named.filter(|row| row[1].len() > 7).count()
    };
    let methods = HASHBROWN.lines().filter_map(|method| method.strip_prefix("HashMap::"));
    let methods: Vec<&str> = methods.filter(|method| !method.contains("::")).collect();
    for method in &methods {
        let is_there = functions["Map"].iter().any(|function| function == method);
        assert_eq!(usize::from(is_there) + reasons(method), 1, "{method}");
    }
    let named = rows.iter().flat_map(|row| row[0].split(", "));
    for name in named.map(|name| name.trim_matches('`')) {
        assert!(methods.contains(&name), "hashbrown has no {name}");
    }
}
