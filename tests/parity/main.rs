//! docs/parity.md: every method of the tables that users come from has a row, and the answers exist.

use std::{fs, path::Path};

mod lockfree;

/// The methods that a table of ours has to answer for.
struct Origin {
    /// Where the names of its methods start.
    prefix: &'static str,
    listed: &'static str,
    /// Files under src with our methods, and with those of our entries: a folder, and how the file's name starts.
    files: &'static [(&'static str, &'static str)],
    entries: (&'static str, &'static str),
}

const HASHBROWN: &str = include_str!("hashbrown-0.17.1.txt");
/// The stable methods.
const STD: &str = include_str!("std-1.97.txt");

const ORIGINS: [Origin; 5] = [
    Origin {
        prefix: "HashMap::",
        listed: HASHBROWN,
        files: &[("swiss/map", "")],
        entries: ("swiss/map", "entry"),
    },
    Origin {
        prefix: "HashSet::",
        listed: HASHBROWN,
        files: &[("swiss/set", "")],
        entries: ("swiss/set", "entry"),
    },
    Origin {
        prefix: "HashTable::",
        listed: HASHBROWN,
        files: &[("swiss/table", "")],
        entries: ("swiss/table", "entry"),
    },
    Origin {
        prefix: "BTreeMap::",
        listed: STD,
        files: &[("robin_hood/map", ""), ("robin_hood/table", "")],
        entries: ("robin_hood/map", "entry"),
    },
    Origin {
        prefix: "BTreeSet::",
        listed: STD,
        files: &[("robin_hood", "set"), ("robin_hood/table", ""), ("robin_hood", "algebra")],
        // Those of the standard library are unstable.
        entries: ("robin_hood", "set_entry"),
    },
];

/// The source of the files of src/`folder` whose names start so.
fn source((folder, start): (&str, &str)) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let chosen = files.filter(|file| {
        file.is_file() && file.file_name().unwrap().to_str().unwrap().starts_with(start)
    });
    chosen.map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// Every method of the tables and of their entries has a row, no other has one, and the names of the answers are
/// public functions of the same kind of table.
#[test]
#[cfg_attr(miri, ignore = "reads files")]
fn every_method_has_an_answer() {
    let page = include_str!("../../docs/parity.md");
    let mut same = 0;
    for origin in ORIGINS {
        let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
        let rows: Vec<(&str, &str)> = rows
            .filter(|row| row.starts_with(origin.prefix))
            .map(|row| row.split_once("` | ").expect("two columns"))
            .map(|(method, answer)| (method, answer.trim_end_matches(" |")))
            .collect();
        let listed = origin.listed.lines().filter(|method| method.starts_with(origin.prefix));
        assert!(rows.iter().map(|(method, _)| *method).eq(listed.clone()), "{}", origin.prefix);
        assert!(listed.count() > 20);
        let all: String = origin.files.iter().copied().map(source).collect();
        let of_entries = source(origin.entries);
        for (method, answer) in rows {
            same += usize::from(answer.starts_with("same"));
            check_answer(method, answer, &all, &of_entries);
        }
    }
    assert!(same > 200, "{same}");
}

fn check_answer(method: &str, answer: &str, all: &str, of_entries: &str) {
    let (owner, name) = method.rsplit_once("::").unwrap();
    let place = if owner.contains("Entry") { of_entries } else { all };
    let exists = |name: &str| {
        ["pub fn ", "pub const fn "].iter().any(|start| {
            place.contains(&format!("{start}{name}(")) || place.contains(&format!("{start}{name}<"))
        })
    };
    if answer.starts_with("same") {
        assert!(exists(name), "{method} has an answer that is not there");
    } else if let Some(renamed) = answer.strip_prefix("renamed: `") {
        let renamed = renamed.split('`').next().unwrap();
        assert!(exists(renamed), "{method}: no {renamed}");
    } else {
        let reason = answer.strip_prefix("not possible: ").or(answer.strip_prefix("missing: "));
        assert!(reason.is_some_and(|reason| reason.len() > 10), "{method}: {answer}");
        // Iterators of tables are one type.
        let is_iterator = owner.contains("::") && !owner.contains("Entry");
        assert!(is_iterator || !exists(name), "{method} is there");
    }
}
