//! README.md's map of the repository: every folder at the top has a line.

use std::fs;

use anyhow::Result;

pub(super) fn check() -> Result<Vec<String>> {
    let page = fs::read_to_string("README.md")?;
    let mut complaints = Vec::new();
    for entry in fs::read_dir(".")? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = !(name.starts_with('.') || name.starts_with("target-") || name == "target");
        if is_ours && entry.file_type()?.is_dir() && !has_line(&page, &name) {
            complaints.push(format!("README.md: `{name}` is not in the map"));
        }
    }
    complaints.sort();
    Ok(complaints)
}

/// Is there a row of a table whose first cell links to the folder?
fn has_line(page: &str, folder: &str) -> bool {
    let row = format!("| [{folder}]({folder}) |");
    page.lines().any(|line| line.starts_with(&row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_needs_a_row() {
        assert!(has_line("# Map\n| [src](src) | the crate |\n", "src"));
        assert!(!has_line("| [src](src) | the crate |\n", "asm"));
        assert!(!has_line("see [asm](asm)\n", "asm"));
    }
}
