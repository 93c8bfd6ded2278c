//! From files to modules.

use std::path::Path;

use anyhow::{Context, Result};

/// The module of a file, from the crate's root: `swiss/find.rs` is `[swiss, find]`.
pub(super) fn module_path(path: &Path) -> Result<Vec<String>> {
    let without_extension = path.with_extension("");
    let mut modules = Vec::new();
    for part in &without_extension {
        modules.push(part.to_str().context("a file name that is not UTF-8")?.to_owned());
    }
    if modules.last().is_some_and(|name| name == "mod") || modules == ["lib"] {
        modules.pop();
    }
    Ok(modules)
}
