//! docs/charts: each picture names its recording, and is not older. `cargo xtask verify bench` also draws them again.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::measurements;

const FOLDER: &str = "docs/charts";

/// The pictures that are older than their figures.
pub(super) fn check() -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for entry in fs::read_dir(FOLDER).context(FOLDER)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "svg") {
            let picture = fs::read_to_string(&path)?;
            complaints.extend(complaint_about(&path, &picture, &origin_of)?);
        }
    }
    complaints.sort();
    Ok(complaints)
}

/// Draws the pictures.
pub(super) fn write(shell: &Shell) -> Result<()> {
    let draw = Job::step("docs/charts", cmd!(shell, "cargo run --quiet --package charts")).run()?;
    ensure!(draw.failed == 0, "no charts");
    Ok(())
}

fn complaint_about(
    path: &Path,
    picture: &str,
    origin_of: &dyn Fn(&str) -> Result<String>,
) -> Result<Option<String>> {
    let path = path.display();
    let comment =
        picture.split("<!-- drawn from ").nth(1).and_then(|rest| rest.split(" -->").next());
    let Some((recording, origin)) = comment.and_then(|comment| comment.split_once(": ")) else {
        return Ok(Some(format!("{path}: it does not say what it shows")));
    };
    let is_right = origin_of(recording)? == origin;
    Ok((!is_right).then(|| format!("{path} is old: run `cargo xtask write-pages`")))
}

/// When a recording was made, as `bench/charts` writes it into a picture.
fn origin_of(recording: &str) -> Result<String> {
    let path = measurements::path_of(recording);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let file: Value = serde_json::from_str(&text)?;
    let word = |key: &str| file[key].as_str().with_context(|| format!("`{key}` is missing"));
    Ok(format!("commit {}, {}", word("commit")?, word("date")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_picture_is_found() {
        let origin = |recording: &str| {
            assert_eq!(recording, "some-counts");
            Ok("commit b, 2026-01-02".to_owned())
        };
        let complaint =
            |picture: &str| complaint_about("a.svg".as_ref(), picture, &origin).unwrap();
        let drawn =
            |origin: &str| format!("<svg>\n<!-- drawn from some-counts: {origin} -->\n</svg>");
        assert_eq!(complaint(&drawn("commit b, 2026-01-02")), None);
        assert!(complaint(&drawn("commit a, 2026-01-02")).unwrap().contains("a.svg is old"));
        assert!(complaint("<svg></svg>").unwrap().contains("does not say"));
    }
}
