//! Draws docs/charts from the recorded measurements: `cargo xtask write-pages` runs it.
//!
//! The same recording gives the same bytes. Each picture names its recording, so that `cargo xtask test pages` finds
//! one that is older than its figures, without drawing it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

mod cells;
mod draw;
mod panels;
mod pictures;

use cells::Recording;
use pictures::PICTURES;

/// The folders, from the repository's root.
const FIGURES: &str = "docs/measurements";
const CHARTS: &str = "docs/charts";

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let charts = root.join(CHARTS);
    fs::create_dir_all(&charts)?;
    for (name, text) in drawn(&root)? {
        let path = charts.join(name).with_extension("svg");
        fs::write(&path, text).with_context(|| path.display().to_string())?;
        println!("{CHARTS}/{name}.svg");
    }
    Ok(())
}

/// Every picture whose figures are recorded: its name and its text.
fn drawn(root: &Path) -> Result<Vec<(&'static str, String)>> {
    let mut drawn = Vec::new();
    for picture in PICTURES {
        let path = root.join(FIGURES).join(picture.recording).with_extension("json");
        if !path.exists() {
            println!("{}: `cargo xtask record {}` comes first", picture.name, picture.recording);
            continue;
        }
        let draw = || {
            let recording = Recording::read(&path)?;
            let text = draw::svg(&(picture.chart)(&recording)?)?;
            anyhow::Ok(cells::with_origin(&text, picture.recording, &recording.origin))
        };
        drawn.push((picture.name, draw().with_context(|| picture.name)?));
    }
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_those_of_the_figures() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let (once, again) = (drawn(&root).unwrap(), drawn(&root).unwrap());
        assert!(!once.is_empty());
        assert_eq!(once, again);
        for (name, text) in once {
            let path = root.join(CHARTS).join(name).with_extension("svg");
            let stored = fs::read_to_string(&path).unwrap();
            assert!(stored == text, "{name} is old: run `cargo xtask write-pages`");
        }
    }
}
