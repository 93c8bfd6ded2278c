//! Blocks of documents that a program prints, between two markers:
//!
//! ```text
//! <!-- printed by `cargo xtask write-pages`: rooms -->
//! <!-- end -->
//! ```
//!
//! docs/measurements.md has a block for each recording, by its name.

use std::fs;

use anyhow::{Context, Result};

use crate::arrows::rooms;
use crate::measurements;

/// A block: its document, its name, and the function that returns its text.
struct Block {
    page: &'static str,
    name: &'static str,
    print: fn(&str) -> Result<String>,
}

/// Every block.
fn blocks() -> impl Iterator<Item = Block> {
    let rooms =
        Block { page: "DESIGN.md", name: "rooms", print: |_| rooms::picture("src".as_ref()) };
    let recording =
        |name| Block { page: "docs/measurements.md", name, print: measurements::section };
    [rooms].into_iter().chain(measurements::names().map(recording))
}

const END: &str = "<!-- end -->";

fn start(name: &str) -> String {
    format!("<!-- printed by `cargo xtask write-pages`: {name} -->\n")
}

/// The blocks that differ from what would be printed now.
pub(super) fn check() -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for block in blocks() {
        let page = fs::read_to_string(block.page).with_context(|| block.page)?;
        if with_block(&page, block.name, &(block.print)(block.name)?).context(block.page)? != page {
            let Block { page, name, .. } = block;
            complaints
                .push(format!("{page}: block `{name}` is old: run `cargo xtask write-pages`"));
        }
    }
    Ok(complaints)
}

/// Prints every block into its page.
pub(super) fn write() -> Result<()> {
    for block in blocks() {
        let page = fs::read_to_string(block.page).with_context(|| block.page)?;
        let printed =
            with_block(&page, block.name, &(block.print)(block.name)?).context(block.page)?;
        fs::write(block.page, printed)?;
        println!("{}: {}", block.page, block.name);
    }
    Ok(())
}

/// `page` with `text` in the block `name`.
fn with_block(page: &str, name: &str, text: &str) -> Result<String> {
    let start = start(name);
    let (before, rest) =
        page.split_once(&start).with_context(|| format!("there is no block `{name}`"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("`{name}` has no end"))?;
    Ok(format!("{before}{start}{text}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_replaced_and_nothing_else() {
        let page = format!("# Page\n{}old\n{END}\ntail\n", start("one"));
        let new = with_block(&page, "one", "new\n").unwrap();
        assert_eq!(new, format!("# Page\n{}new\n{END}\ntail\n", start("one")));
        assert_eq!(with_block(&new, "one", "new\n").unwrap(), new);
    }

    #[test]
    fn a_block_without_marks_is_an_error() {
        assert!(with_block("# Page\n", "one", "").is_err());
        assert!(with_block(&start("one"), "one", "").is_err());
    }
}
