//! Stage `pages`: what the documents say about the repository is true.
//!
//! | part | what is checked |
//! |---|---|
//! | [`blocks`] | a printed block of a document equals what `cargo xtask write-pages` would write |
//! | [`charts`] | a picture is as new as the figures that it shows |
//! | [`names`] | DESIGN.md: every acceptance row names a test, every name and mutant exists, and it stays short |
//! | [`orders`] | DESIGN.md: the table of atomic accesses has every order that the sources use |
//! | [`map`] | README.md: the map of the repository has every folder |

use anyhow::Result;
use xshell::Shell;

use crate::stage::Count;

mod blocks;
mod charts;
mod map;
pub(crate) mod markdown;
pub(crate) mod names;
mod orders;

pub(crate) fn run(_: &Shell) -> Result<Count> {
    let mut count = Count::NONE;
    for (part, complaints) in [
        ("printed blocks", blocks::check()?),
        ("charts", charts::check()?),
        ("names in DESIGN.md", names::check()?),
        ("orders in DESIGN.md", orders::check()?),
        ("README.md's map", map::check()?),
    ] {
        for complaint in &complaints {
            println!("      {complaint}");
        }
        println!("      {part}: {}", if complaints.is_empty() { "right" } else { "WRONG" });
        count += Count::of(complaints.is_empty());
    }
    Ok(count)
}

/// Rewrites every printed block and every picture.
pub(crate) fn write(shell: &Shell) -> Result<()> {
    blocks::write()?;
    charts::write(shell)
}
