//! Writes a recording's file: where its cells come from, then a line for each cell.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use xshell::{Shell, cmd};

use super::{FOLDER, path_of};

/// What is known about a run besides its cells.
pub(super) struct Run {
    pub(super) command: String,
    pub(super) commit: String,
    /// Of the minute before it: other programs on the machine.
    pub(super) load_average: f64,
    pub(super) time: Duration,
    /// Debian packages of the peers, if they are not crates.
    pub(super) packages: Vec<&'static str>,
}

/// The measured commit, and whether files outside the documents, where recordings stand, were changed since.
pub(super) fn commit(shell: &Shell) -> Result<String> {
    let commit = cmd!(shell, "git describe --always --abbrev=12").quiet().read()?;
    let changed = cmd!(shell, "git status --porcelain -- . :!docs").quiet().read()?;
    Ok(if changed.is_empty() { commit } else { format!("{commit}-dirty") })
}

/// The number of programs that wanted a processor, over the last minute.
pub(super) fn load_average() -> Result<f64> {
    let text = fs::read_to_string("/proc/loadavg").context("reading /proc/loadavg")?;
    text.split(' ').next().unwrap_or_default().parse().context("a load average")
}

/// Stores `cells` under `name`.
pub(super) fn write(shell: &Shell, name: &str, run: &Run, cells: &[Value]) -> Result<()> {
    let versions =
        if run.packages.is_empty() { crates(cells)? } else { packages(shell, &run.packages)? };
    let origin = json!({
        "command": run.command,
        "machine": machine()?,
        "system": cmd!(shell, "uname -sr").quiet().read()?,
        "rustc": cmd!(shell, "rustc --version").quiet().read()?,
        "commit": run.commit,
        "date": cmd!(shell, "date --utc +%Y-%m-%d").quiet().read()?,
        "versions": versions,
        "load_average": run.load_average,
        "seconds": run.time.as_secs(),
    });
    fs::create_dir_all(FOLDER)?;
    let path = path_of(name);
    let origin = format!("{origin:#}");
    let head = origin.strip_suffix("\n}").context("an object that ends")?;
    let lines: Vec<String> = cells.iter().map(|cell| format!("    {cell}")).collect();
    fs::write(&path, format!("{head},\n  \"cells\": [\n{}\n  ]\n}}\n", lines.join(",\n")))?;
    println!("stored in {}", path.display());
    Ok(())
}

/// The processor, and how many there are.
fn machine() -> Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo").context("reading /proc/cpuinfo")?;
    let values = |key: &'static str| text.lines().filter(move |line| line.starts_with(key));
    let model = values("model name").next().and_then(|line| line.split(": ").nth(1));
    let count = values("processor").count();
    Ok(format!("{}, {}, {count} processors", std::env::consts::ARCH, model.unwrap_or("unnamed")))
}

/// The versions of Debian packages.
fn packages(shell: &Shell, packages: &[&str]) -> Result<BTreeMap<String, String>> {
    let format = "${Package} ${Version}\n";
    let text =
        cmd!(shell, "dpkg-query --show --showformat {format} {packages...}").quiet().read()?;
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    Ok(lines.map(|(name, version)| (name.to_owned(), version.to_owned())).collect())
}

/// The versions of the peers among the benchmark's dependencies, from the lock file.
fn crates(cells: &[Value]) -> Result<BTreeMap<String, String>> {
    let manifest = fs::read_to_string("bench/Cargo.toml")?;
    let mut versions = versions_in(&fs::read_to_string("Cargo.lock")?, &manifest);
    let is_peer = |name: &str| {
        let mut peers = cells.iter().filter_map(|cell| cell["peer"].as_str());
        peers.any(|peer| peer.contains(name))
    };
    versions.retain(|name, _| is_peer(name));
    Ok(versions)
}

/// For each dependency in `manifest` the versions in `lock` that match it.
fn versions_in(lock: &str, manifest: &str) -> BTreeMap<String, String> {
    let quoted = |line: &str, key: &str| {
        let (_, rest) = line.split_once(key)?;
        rest.split('"').nth(1).map(str::to_owned)
    };
    let mut versions = BTreeMap::<String, String>::new();
    for package in lock.split("[[package]]") {
        let value = |key| package.lines().find_map(|line| quoted(line, key));
        let (Some(name), Some(version)) = (value("name = "), value("version = ")) else { continue };
        let is_wanted =
            manifest.lines().filter_map(|line| line.split_once(" = ")).any(|(key, rest)| {
                let wanted = quoted(rest, "version = ").or_else(|| quoted(rest, ""));
                let package = quoted(rest, "package = ").unwrap_or_else(|| key.to_owned());
                package == name
                    && wanted.is_some_and(|wanted| {
                        format!("{version}.").starts_with(&format!("{wanted}."))
                    })
            });
        if is_wanted {
            let known = versions.entry(name).or_default();
            *known = if known.is_empty() { version } else { format!("{known}, {version}") };
        }
    }
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_lock_file() {
        let package =
            |name, version| format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n");
        let lock = package("one", "0.14.5")
            + &package("one", "0.16.1")
            + &package("one", "0.17.2")
            + &package("two", "1.2.3")
            + &package("other", "3.0.0");
        let manifest = "[dependencies]\none = { version = \"0.17\", features = [\"x\"] }\n\
            one_old = { package = \"one\", version = \"0.16\" }\ntwo = \"1\"\n";
        let versions = versions_in(&lock, manifest);
        assert_eq!(versions["one"], "0.16.1, 0.17.2");
        assert_eq!(versions["two"], "1.2.3");
        assert_eq!(versions.len(), 2);
    }
}
