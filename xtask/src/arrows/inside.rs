//! What is inside a room: inner rooms that use each other in one direction, and files without a circle.
//!
//! A name that a module re-exports by `pub use` is followed to the file that defines it, so a folder's `mod.rs` is a
//! face of its files and does not count as a user of them all. It does use a name that it also mentions elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Result, anyhow};
use walkdir::WalkDir;

use super::module::module_path;
use super::rooms::{LEAF, OF_TESTS, Room, inner_rooms_of};
use super::tokens::{self, Finding, Findings, findings_in};

type Module = Vec<String>;

/// The files of one room, by their modules.
pub(super) struct Files {
    files: BTreeMap<Module, Findings>,
}

impl Files {
    /// The files of the library below `root` that belong to `room`.
    pub(super) fn of_room(root: &Path, room: &str) -> Result<Files> {
        Files::read(root, room, OF_TESTS)
    }

    /// All files of another crate.
    pub(super) fn of_crate(root: &Path) -> Result<Files> {
        Files::read(root, "", &["tests"])
    }

    /// The files in `folder` below `root`, except modules of these names.
    fn read(root: &Path, folder: &str, without: &[&str]) -> Result<Files> {
        let mut sources = BTreeMap::new();
        for entry in WalkDir::new(root.join(folder)).sort_by_file_name() {
            let path = entry?.into_path();
            let module = module_path(path.strip_prefix(root)?)?;
            let is_rust = path.extension().is_some_and(|extension| extension == "rs");
            if is_rust && !module.iter().any(|name| without.contains(&name.as_str())) {
                sources.insert(module, fs::read_to_string(&path)?);
            }
        }
        Files::of(&sources)
    }

    pub(super) fn of(sources: &BTreeMap<Module, String>) -> Result<Files> {
        let children = |module: &Module| -> Vec<String> {
            let is_child =
                |other: &&Module| other.len() == module.len() + 1 && other.starts_with(module);
            sources.keys().filter(is_child).filter_map(|child| child.last().cloned()).collect()
        };
        let files = sources.iter().map(|(module, source)| {
            let findings = findings_in(source, module, &children(module));
            Ok((
                module.clone(),
                findings.map_err(|error| anyhow!("{module:?} is not Rust: {error}"))?,
            ))
        });
        Ok(Files { files: files.collect::<Result<_>>()? })
    }

    /// The file that `names` leads to: the module itself, or the one that defines an item.
    fn file_of(&self, names: &[String]) -> Option<&Module> {
        let length =
            (1..=names.len()).rev().find(|&length| self.files.contains_key(&names[..length]))?;
        let (module, findings) = self.files.get_key_value(&names[..length])?;
        let Some(item) = names.get(length) else { return Some(module) };
        let source = findings.all.iter().find_map(|(_, finding)| match finding {
            Finding::Path(path) if path.is_reexport && path.names.last() == Some(item) => {
                Some(path)
            }
            _ => None,
        });
        match source {
            Some(source) if source.names != names => self.file_of(&source.names),
            _ => Some(module),
        }
    }

    /// The files that `module` uses, each with the first line that uses it.
    fn used_by(&self, module: &Module) -> BTreeMap<&Module, usize> {
        let findings = &self.files[module];
        let mut used = BTreeMap::new();
        for (line, finding) in &findings.all {
            let Finding::Path(path) = finding else { continue };
            if path.is_reexport && !self.is_mentioned(path, findings) {
                continue;
            }
            if let Some(file) = self.file_of(&path.names).filter(|file| *file != module) {
                used.entry(file).or_insert(*line);
            }
        }
        used
    }

    /// Does a file use what it re-exports? A re-export of a whole module does not count as a use.
    fn is_mentioned(&self, path: &tokens::Path, findings: &Findings) -> bool {
        let is_module = self.files.contains_key(&path.names);
        !is_module && path.names.last().is_some_and(|name| findings.words.contains(name))
    }

    /// A message about a circle of files, with their modules in order.
    pub(super) fn circle(&self) -> Option<String> {
        let arrows: BTreeMap<&Module, BTreeSet<&Module>> = self
            .files
            .keys()
            .map(|module| (module, self.used_by(module).into_keys().collect()))
            .collect();
        let mut finished = BTreeSet::new();
        let circle = self
            .files
            .keys()
            .find_map(|module| circle_from(module, &arrows, &mut Vec::new(), &mut finished))?;
        let modules: Vec<_> = circle.into_iter().map(|module| module.join("::")).collect();
        Some(format!("a circle of files: {}", modules.join(", ")))
    }

    /// The arrows between the inner rooms of `room` that are not in its table, as `module, line: message`.
    pub(super) fn stray_arrows(&self, room: &Room) -> Vec<String> {
        let mut stray = Vec::new();
        for module in self.files.keys() {
            let Some(inner) = inner_rooms_of(room)
                .find(|inner| module.get(1).is_some_and(|name| name == inner.name))
            else {
                if module.len() > 1 {
                    stray.push(format!("{}: not in the table of rooms", module.join("::")));
                }
                continue;
            };
            for (file, line) in self.used_by(module) {
                let used = file.get(1).map_or("mod.rs", String::as_str);
                if used != inner.name && used != LEAF && !inner.uses.contains(&used) {
                    stray.push(format!(
                        "{}, line {line}: `{}` may not use `{used}`",
                        module.join("::"),
                        inner.name
                    ));
                }
            }
        }
        stray
    }
}

/// A circle that can be reached from `module`, found by depth-first search; `path` leads to it.
fn circle_from<'a>(
    module: &'a Module,
    arrows: &BTreeMap<&'a Module, BTreeSet<&'a Module>>,
    path: &mut Vec<&'a Module>,
    finished: &mut BTreeSet<&'a Module>,
) -> Option<Vec<&'a Module>> {
    if let Some(start) = path.iter().position(|other| *other == module) {
        return Some(path[start..].to_vec());
    }
    if finished.contains(module) {
        return None;
    }
    path.push(module);
    let circle = arrows[module].iter().find_map(|used| circle_from(used, arrows, path, finished));
    path.pop();
    finished.insert(module);
    circle
}
