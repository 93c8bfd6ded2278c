//! The rooms of the crate: the purpose of each, what it may use, and their picture in DESIGN.md.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A top module of the crate, or a folder in one.
pub(crate) struct Room {
    pub(crate) name: &'static str,
    /// What it may use, besides itself and [`LEAF`].
    pub(crate) uses: &'static [&'static str],
    /// Its purpose, in the picture. For an inner room: the first sentence of its module.
    pub(crate) about: &'static str,
}

const fn room(name: &'static str, uses: &'static [&'static str], about: &'static str) -> Room {
    Room { name, uses, about }
}

const fn inner(name: &'static str, uses: &'static [&'static str]) -> Room {
    Room { name, uses, about: "" }
}

/// Every room, after the rooms that it uses.
pub(crate) const ROOMS: &[Room] = &[
    room("error", &[], "the errors; every room may use it"),
    room("layout", &[], "lines, groups, tags, metadata words, capacity"),
    room("hash", &[], "the keyed hash of words and of bytes"),
    room("sync", &[], "atomics: the machine's, emulated ones, or those of the models"),
    room("probe", &["layout"], "the door to architecture code: contract, oracle, Rust, assembly"),
    room("storage", &["layout", "sync"], "memory of tables: inline, a region, a range, the heap"),
    room(
        "swiss",
        &["layout", "hash", "probe", "storage"],
        "the single-owner table: Table, Set, Map, PackedMap",
    ),
    room(
        "lockfree",
        &["layout", "hash", "probe", "storage", "sync"],
        "the map that cores and interrupts share: Map, Set, IndirectMap, SegmentedMap",
    ),
    room(
        "robin_hood",
        &["layout", "hash", "probe", "storage", "sync"],
        "the sorted table that grows in place: Set, Map",
    ),
    // Documentation only; its programs use the crate from outside.
    room("lifetimes", &["lockfree"], "programs that must not compile, as documentation"),
    // The public interface, without the hidden modules.
    room(
        "ffi",
        &["layout", "hash", "storage", "swiss", "lockfree", "robin_hood"],
        "the C interface, over public functions",
    ),
];

/// The inner rooms of `lockfree`, each after the rooms that it uses.
const LOCKFREE: &[Room] = &[
    inner("bucket", &[]),
    inner("arena", &["bucket"]),
    inner("operations", &["arena", "bucket"]),
    inner("shared", &["arena", "bucket"]),
    inner("chain", &["operations", "shared", "arena", "bucket"]),
    inner("maps", &["chain", "shared", "operations", "arena"]),
];

/// The table of a room's inner rooms, if there is one.
pub(crate) fn inner_rooms_of(room: &Room) -> impl Iterator<Item = &'static Room> {
    if room.name == "lockfree" { LOCKFREE } else { &[] }.iter()
}

/// The errors: they depend on nothing, and every room may return one.
pub(crate) const LEAF: &str = "error";

/// Modules within rooms that only tests compile.
pub(crate) const OF_TESTS: &[&str] = &["models", "steps", "judge", "lines", "tests", "touched"];

/// The picture of the sources below `root`. A floor is above all rooms that it uses. An inner room is shown
/// with the first sentence of its module, and with what it uses if there is a table for it.
pub(crate) fn picture(root: &Path) -> Result<String> {
    let mut text = String::from("```text\nfloor\n");
    let highest = ROOMS.iter().map(floor).max().unwrap_or_default();
    for level in (0..=highest).rev() {
        for room in ROOMS.iter().filter(|room| floor(room) == level) {
            let _ = writeln!(text, "  {level}  {:<11}{}", room.name, room.about);
            if !room.uses.is_empty() {
                let _ = writeln!(text, "     {:<11}uses {}", "", room.uses.join(", "));
            }
            for inner in inner_rooms(&root.join(room.name))? {
                let name = inner.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let row = inner_rooms_of(room).find(|row| row.name == name);
                let uses = row.filter(|row| !row.uses.is_empty());
                let uses =
                    uses.map_or(String::new(), |row| format!("; uses {}", row.uses.join(", ")));
                let _ = writeln!(text, "       {name:<11}{}{uses}", first_sentence(&inner)?);
            }
        }
    }
    Ok(text + "```\n")
}

/// The folders of a room that are modules of the library.
fn inner_rooms(room: &Path) -> Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(room) else { return Ok(Vec::new()) };
    let mut folders: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    let is_of_tests = |path: &Path| OF_TESTS.iter().any(|name| path.ends_with(name));
    folders.retain(|path| path.join("mod.rs").exists() && !is_of_tests(path));
    // Ordered as in the table, from its end; by name if there is no table.
    let order = |folder: &PathBuf| {
        let name = folder.file_name().unwrap_or_default();
        LOCKFREE.iter().rev().position(|row| room.ends_with("lockfree") && name == row.name)
    };
    folders.sort_by_key(|folder| (order(folder), folder.clone()));
    Ok(folders)
}

/// The first sentence of a module's documentation, without marks.
fn first_sentence(module: &Path) -> Result<String> {
    let path = module.join("mod.rs");
    let source = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let lines = source.lines().map_while(|line| line.strip_prefix("//! "));
    let text = lines.collect::<Vec<_>>().join(" ").replace(['`', '[', ']'], "");
    Ok(text.split_once(". ").map_or(text.trim_end_matches('.'), |(first, _)| first).to_owned())
}

/// One above the highest floor that it uses.
fn floor(room: &Room) -> usize {
    let used = ROOMS.iter().filter(|other| room.uses.contains(&other.name));
    used.map(|other| floor(other) + 1).max().unwrap_or_default()
}
