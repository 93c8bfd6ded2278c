//! Files put into a folder all together, or not at all.
//!
//! They are first written into a staging folder next to the destination. Then each takes its place by
//! `rename`, so that nobody finds half a file; replaced files are kept until the last one is in place,
//! and restored if one of them cannot be.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;

/// The staging folder, in the folder where its files go: `rename` works within one file system.
const STAGING: &str = ".heptad-staging";

/// Lets `write` fill a folder with the layout of `prefix`, and then moves every file from there to
/// `prefix`. Returns the files, sorted. After an error `prefix` is unchanged.
pub(super) fn fill(prefix: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<Vec<PathBuf>> {
    let mut change = Change::default();
    let result = fill_staging(prefix, write, &mut change);
    if result.is_err() {
        change.undo();
    }
    let _ = fs::remove_dir_all(prefix.join(STAGING));
    if result.is_err() {
        change.remove_folders();
    }
    result
}

fn fill_staging(
    prefix: &Path,
    write: impl FnOnce(&Path) -> Result<()>,
    change: &mut Change,
) -> Result<Vec<PathBuf>> {
    let staging = prefix.join(STAGING);
    let _ = fs::remove_dir_all(&staging);
    let (new, old) = (staging.join("new"), staging.join("old"));
    change.make_folder(&new)?;
    change.make_folder(&old)?;
    write(&new)?;
    let mut files = Vec::new();
    for entry in WalkDir::new(&new).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_dir() {
            files.push(entry.path().strip_prefix(&new)?.to_path_buf());
        }
    }
    for (number, file) in files.iter().enumerate() {
        let to = prefix.join(file);
        change.make_folder(to.parent().context("a file is in a folder")?)?;
        change
            .replace(&new.join(file), &to, old.join(number.to_string()))
            .with_context(|| format!("installing {}", to.display()))?;
    }
    Ok(files.into_iter().map(|file| prefix.join(file)).collect())
}

/// The changes made so far.
#[derive(Default)]
struct Change {
    /// The new folders, outermost first.
    folders: Vec<PathBuf>,
    /// Files that took their place, and where the file that each replaced is kept.
    files: Vec<(PathBuf, Option<PathBuf>)>,
}

impl Change {
    fn make_folder(&mut self, folder: &Path) -> Result<()> {
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        let missing: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(&folder).with_context(|| format!("making {}", folder.display()))?;
            self.folders.push(folder);
        }
        Ok(())
    }

    /// Moves `new` to `place`; the file that it replaces is kept at `old`.
    fn replace(&mut self, new: &Path, place: &Path, old: PathBuf) -> Result<()> {
        let old = match place.symlink_metadata() {
            Ok(it) => {
                ensure!(!it.is_dir(), "there is a folder of that name");
                fs::hard_link(place, &old).context("keeping what is there")?;
                Some(old)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        fs::rename(new, place)?;
        self.files.push((place.into(), old));
        Ok(())
    }

    /// Restores the replaced files. Errors here are ignored; the error that led here is reported.
    fn undo(&mut self) {
        for (place, old) in self.files.drain(..).rev() {
            let _ = match old {
                Some(old) => fs::rename(old, place),
                None => fs::remove_file(place),
            };
        }
    }

    /// Removes the new folders that are empty.
    fn remove_folders(&mut self) {
        for folder in self.folders.drain(..).rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use anyhow::bail;

    use super::*;

    /// Everything below a folder: paths, and each file's text or link's target.
    fn contents(folder: &Path) -> Vec<(PathBuf, String)> {
        let entries =
            WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
        let text = |path: &Path| match fs::read_link(path) {
            Ok(target) => target.display().to_string(),
            Err(_) => fs::read_to_string(path).unwrap_or_default(),
        };
        entries.map(|entry| (entry.path().into(), text(entry.path()))).collect()
    }

    fn write_library(folder: &Path) -> Result<()> {
        fs::create_dir_all(folder.join("lib"))?;
        fs::write(folder.join("lib/a"), "new a")?;
        symlink("a", folder.join("lib/link"))?;
        fs::write(folder.join("lib/z"), "new z")?;
        Ok(())
    }

    #[test]
    fn all_files_take_their_place_over_older_ones() {
        let root = tempfile::tempdir().unwrap();
        let prefix = root.path().join("some/prefix");
        for _ in 0..2 {
            let files = fill(&prefix, write_library).unwrap();
            assert_eq!(files, ["lib/a", "lib/link", "lib/z"].map(|file| prefix.join(file)));
            assert_eq!(fs::read_to_string(prefix.join("lib/link")).unwrap(), "new a");
            assert!(!prefix.join(STAGING).exists());
        }
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        let root = tempfile::tempdir().unwrap();
        let prefix = root.path().join("prefix");
        fs::create_dir_all(prefix.join("lib/z")).unwrap();
        fs::write(prefix.join("lib/a"), "old a").unwrap();
        symlink("old", prefix.join("lib/link")).unwrap();
        let before = contents(root.path());
        // The last file cannot take its place, because there is a folder.
        assert!(fill(&prefix, write_library).is_err());
        assert_eq!(contents(root.path()), before);
        // Something fails after a file was written.
        let fails = |folder: &Path| write_library(folder).and_then(|()| bail!("no space"));
        assert!(fill(&prefix, fails).is_err());
        assert_eq!(contents(root.path()), before);
    }

    #[test]
    fn a_failure_leaves_no_new_folder() {
        let root = tempfile::tempdir().unwrap();
        let before = contents(root.path());
        assert!(fill(&root.path().join("a/b"), |_| bail!("nothing to write")).is_err());
        assert_eq!(contents(root.path()), before);
    }
}
