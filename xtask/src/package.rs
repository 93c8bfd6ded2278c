//! A part of stage `builds`: what a user of heptad gets. The package is built from the files that it
//! includes, and a program's lock file has exactly the packages that README names.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::matrix::target_folder;
use crate::stage::Count;

/// Other packages in the lock file of a program that uses the features in the first column; an empty
/// string means the default features.
const LOCKED: &[(&str, &[&str])] = &[
    ("", ALWAYS),
    ("alloc", ALWAYS),
    ("asm", ALWAYS),
    ("ffi", ALWAYS),
    ("lockfree", ALWAYS),
    ("lockfree-emulated-with-locks", &["cfg-if", "portable-atomic", "static_assertions"]),
    ("serde", &["cfg-if", "serde", "serde_core", "static_assertions"]),
    ("spin", &["cfg-if", "lock_api", "scopeguard", "spin", "static_assertions"]),
];
const ALWAYS: &[&str] = &["cfg-if", "static_assertions"];

/// Packages that Cargo locks to match versions, and builds only for users who derive.
const DERIVE: &[&str] = &["proc-macro2", "quote", "serde_derive", "syn", "unicode-ident"];

/// Folders that are not published.
const OURS: &[&str] = &[
    "bench/", "capi/", "counts/", "fuzz/", "models/", "proofs/", "tests/", "tests-", "xtask/",
    "targets/",
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let package = cmd!(shell, "cargo package --package heptad --allow-dirty --all-features");
    let mut count = Job::step("the package, from what it includes and no more", package).run()?;
    let files =
        cmd!(shell, "cargo package --package heptad --allow-dirty --list").quiet().read()?;
    let strays: Vec<&str> =
        files.lines().filter(|file| OURS.iter().any(|ours| file.starts_with(ours))).collect();
    println!("      files in the package: {}; not for users: {strays:?}", files.lines().count());
    count += Count::of(strays.is_empty() && files.contains("src/lib.rs"));
    for (features, expected) in LOCKED {
        count += lock_file(shell, features, expected)?;
    }
    Ok(count)
}

/// One check: the lock file of a program that depends on heptad with `features`.
fn lock_file(shell: &Shell, features: &str, expected: &[&str]) -> Result<Count> {
    let folder = Path::new(&target_folder()).join("consumer-of-the-package");
    fs::create_dir_all(folder.join("src"))?;
    let root = std::path::absolute(".")?;
    let list = if features.is_empty() { String::new() } else { format!("{features:?}") };
    let manifest = format!(
        "[package]\nname = \"consumer\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         heptad = {{ path = {root:?}, features = [{list}] }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), "")?;
    let lock = folder.join("Cargo.lock");
    if lock.exists() {
        fs::remove_file(&lock)?;
    }
    let _folder = shell.push_dir(&folder);
    cmd!(shell, "cargo generate-lockfile").quiet().ignore_stderr().run()?;
    let locked = packages_in(&fs::read_to_string(&lock).context("the lock file")?);
    let mut wanted: BTreeSet<String> = expected.iter().map(|name| name.to_string()).collect();
    if wanted.contains("serde") {
        wanted.extend(DERIVE.iter().map(|name| name.to_string()));
    }
    let name = if features.is_empty() { "default features" } else { features };
    if locked != wanted {
        println!("      lock file with {name}: {locked:?}, and not {wanted:?}");
    }
    Ok(Count::of(locked == wanted))
}

/// The packages of a lock file, except the program and heptad.
fn packages_in(lock: &str) -> BTreeSet<String> {
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    names.filter(|name| !["consumer", "heptad"].contains(name)).map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::feature_names;

    #[test]
    fn every_feature_has_its_packages() {
        let listed: BTreeSet<&str> = LOCKED.iter().map(|(name, _)| *name).collect();
        let named: BTreeSet<&str> = feature_names().into_iter().chain([""]).collect();
        assert_eq!(listed, named);
    }

    #[test]
    fn readme_names_the_packages() {
        let readme = include_str!("../../README.md");
        for name in LOCKED.iter().flat_map(|(_, packages)| *packages) {
            assert!(readme.contains(&format!("`{name}`")), "{name}");
        }
    }

    #[test]
    fn packages_are_read() {
        let lock =
            "[[package]]\nname = \"heptad\"\nversion = \"1\"\n[[package]]\nname = \"loom\"\n";
        assert_eq!(packages_in(lock), BTreeSet::from(["loom".to_owned()]));
    }
}
