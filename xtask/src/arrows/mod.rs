//! Stage `arrows`: the module graph of the crate has only the arrows that its table allows.
//!
//! [`rooms`] has the table, and prints the picture of it in DESIGN.md.
//!
//! An arrow is a path that starts at the crate's root, such as `crate::probe::Word` or a chain of `super::` that
//! reaches the root. Rust's own tokens are read, so comments, strings and documentation are no arrows, but bodies of
//! macros are. Re-exports of the crate's root do not count: a module names the module it depends on. The same walk
//! finds `unsafe` outside the modules that may contain it. [`inside`] checks the rooms: inner rooms have a table too,
//! and files form no circle.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use walkdir::WalkDir;

use crate::stage::Count;

mod inside;
mod module;
pub(crate) mod rooms;
mod tokens;

use inside::Files;
use module::module_path;
use rooms::{LEAF, ROOMS, inner_rooms_of};
use tokens::{Finding, findings_in};

/// Modules that may contain `unsafe`.
const UNSAFE: &[&str] =
    &["layout", "probe", "storage", "sync", "lockfree", "ffi", "swiss", "robin_hood"];

/// Further crates of the workspace whose files form no circle.
const OTHER_CRATES: &[&str] = &["bench/src", "xtask/src"];

/// Checks every file under `src`, then the inside of the rooms; each file and each room is one check.
pub(crate) fn run(_: &xshell::Shell) -> Result<Count> {
    let root = Path::new("src");
    let mut count = Count::NONE;
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry?;
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let source = fs::read_to_string(entry.path())?;
        let violations = violations_in(entry.path().strip_prefix(root)?, &source)
            .with_context(|| format!("reading {}", entry.path().display()))?;
        for violation in &violations {
            println!("      {}:{violation}", entry.path().display());
        }
        count += Count::of(violations.is_empty());
    }
    for room in ROOMS.iter().filter(|room| root.join(room.name).is_dir()) {
        let files = Files::of_room(root, room.name)?;
        let mut messages = Vec::new();
        if inner_rooms_of(room).next().is_some() {
            messages = files.stray_arrows(room);
        }
        messages.extend(files.circle());
        for message in &messages {
            println!("      {message}");
        }
        count += Count::of(messages.is_empty());
    }
    for root in OTHER_CRATES {
        let circle = Files::of_crate(Path::new(root))?.circle();
        if let Some(message) = &circle {
            println!("      {root}: {message}");
        }
        count += Count::of(circle.is_none());
    }
    let page = fs::read_to_string("CONTRIBUTING.md")?;
    let rooms = unsafe_rooms(&page);
    if rooms != UNSAFE {
        println!(
            "      CONTRIBUTING.md lets {rooms:?} hold unsafe code, and this stage {UNSAFE:?}"
        );
    }
    count += Count::of(rooms == UNSAFE);
    Ok(count)
}

/// The modules that may contain unsafe code, as CONTRIBUTING.md says: `Only ... hold unsafe code`.
fn unsafe_rooms(page: &str) -> Vec<&str> {
    let sentence =
        page.split("Only `").nth(1).and_then(|rest| rest.split(" hold unsafe code").next());
    let names = sentence.unwrap_or_default().split('`').step_by(2);
    names.filter(|name| !name.is_empty()).collect()
}

/// What is wrong with the file `path` (relative to `src`), as `line: message`.
fn violations_in(path: &Path, source: &str) -> Result<Vec<String>> {
    let modules = module_path(path)?;
    let findings = match findings_in(source, &modules, &[]) {
        Ok(findings) => findings.all,
        Err(error) => bail!("not Rust: {error}"),
    };
    let Some(module) = modules.first() else {
        // The crate's root may name every module, and needs no unsafe code to do so.
        let is_unsafe = |(_, finding): &(usize, Finding)| *finding == Finding::Unsafe;
        let message = |(line, _)| format!("{line}: the crate's root may hold no `unsafe`");
        return Ok(findings.into_iter().filter(is_unsafe).map(message).collect());
    };
    let Some(room) = ROOMS.iter().find(|room| room.name == module) else {
        return Ok(vec![format!("1: `{module}` is not in the table of modules")]);
    };
    let complaint = |(line, finding)| {
        complaint_about(module, room.uses, finding).map(|message| format!("{line}: {message}"))
    };
    Ok(findings.into_iter().filter_map(complaint).collect())
}

fn complaint_about(module: &str, allowed: &[&str], finding: Finding) -> Option<String> {
    match finding {
        Finding::Unsafe if UNSAFE.contains(&module) => None,
        Finding::Unsafe => Some(format!("`{module}` may hold no `unsafe`")),
        Finding::Everything => Some(format!("`{module}` may not use the whole crate's root")),
        Finding::Path(path) => {
            let name = path.names[0].as_str();
            if name == module || name == LEAF || allowed.contains(&name) {
                None
            } else if ROOMS.iter().any(|known| known.name == name) {
                Some(format!("`{module}` may not use `{name}`"))
            } else {
                Some(format!("`crate::{name}` is not a module: name the one it comes from"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
