//! The routines' source files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::machine::Machine;

/// The start of every routine's name for the linker.
pub(super) const PREFIX: &str = "heptad_0_1_";

/// A routine's source file.
pub(super) struct Source {
    pub(super) routine: String,
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Source {
    pub(super) fn symbol(&self) -> String {
        format!("{PREFIX}{}", self.routine)
    }
}

/// The routines of a folder of `asm/`, by name.
pub(super) fn sources(machine: &Machine) -> Result<Vec<Source>> {
    let folder = parts_of(machine);
    let mut sources = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "S") {
            let routine = path.file_stem().context("a file has a name")?.to_string_lossy().into();
            let text = fs::read_to_string(&path)?;
            sources.push(Source { routine, path, text });
        }
    }
    sources.sort_by(|one, other| one.routine.cmp(&other.routine));
    ensure!(!sources.is_empty(), "{} has no routines", folder.display());
    Ok(sources)
}

/// The folder of the routines.
pub(super) fn parts_of(machine: &Machine) -> PathBuf {
    Path::new("asm").join(machine.folder)
}

/// Several files as one text.
pub(super) fn text_of(files: &[PathBuf]) -> Result<String> {
    let read = |file: &PathBuf| {
        fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))
    };
    files.iter().map(read).collect()
}
