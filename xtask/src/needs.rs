//! What a stage needs on the machine, and how to get it.
//!
//! A stage lists its needs. Before stages run, everything missing is installed at once where that
//! is allowed: Debian packages as root, parts of the Rust toolchain through rustup. If that is not
//! allowed, or fails, the error has the exact commands to type.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::job::Job;

/// Something that must be on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A program on the search path, and its Debian package.
    Program(&'static str, &'static str),
    /// A file, and its Debian package.
    File(&'static str, &'static str),
    /// The standard library, or `core` alone, for a target.
    Target(&'static str),
    /// A component of the toolchain, and a file under its root that shows it is there.
    Component(&'static str, &'static str),
    /// Another toolchain, with components.
    Toolchain(&'static str, &'static [&'static str]),
    /// A subcommand of Cargo, from the package of that name; any installed version of it suffices.
    CargoTool(&'static str, &'static str),
}

pub(crate) const RUSTFMT: Need = Need::Component("rustfmt", "bin/cargo-fmt");
pub(crate) const CLIPPY: Need = Need::Component("clippy", "bin/cargo-clippy");

/// Installs what is missing of `needs`, if that is allowed; otherwise the error says how.
pub(crate) fn obtain(shell: &Shell, needs: &[Need]) -> Result<()> {
    let machine = Machine::look(shell)?;
    let missing = machine.missing(shell, needs);
    if missing.is_empty() {
        return Ok(());
    }
    let commands = commands_for(&missing);
    let list =
        commands.iter().map(|words| words.join(" ")).collect::<Vec<_>>().join("\n          ");
    for words in &commands {
        if !machine.may_run(&words[0]) {
            bail!(
                "something is missing and may not be installed from here; please type\n          {list}"
            );
        }
    }
    for words in &commands {
        // One `apt-get update` serves all stages of a run. Relaxed: one thread installs at a time.
        static UPDATED: AtomicBool = AtomicBool::new(false);
        if words[1] == "update" && UPDATED.swap(true, Relaxed) {
            continue;
        }
        let (program, arguments) = words.split_first().context("a command has a program")?;
        let command =
            cmd!(shell, "{program} {arguments...}").env("DEBIAN_FRONTEND", "noninteractive");
        if Job::step(format!("installing: {}", words.join(" ")), command).run()?.failed > 0 {
            bail!("installing failed; once it works, please type\n          {list}");
        }
    }
    let still_missing = machine.missing(shell, &missing);
    if !still_missing.is_empty() {
        bail!("still missing after installing: {still_missing:?}; please type\n          {list}");
    }
    Ok(())
}

/// The commands that install `missing`: packages together, then toolchain parts.
fn commands_for(missing: &[Need]) -> Vec<Vec<String>> {
    let mut packages: Vec<&str> = Vec::new();
    let mut targets: Vec<&str> = Vec::new();
    let mut components: Vec<&str> = Vec::new();
    let mut commands = Vec::new();
    for need in missing {
        let (list, name) = match *need {
            Need::Program(_, package) | Need::File(_, package) => (&mut packages, package),
            Need::Target(target) => (&mut targets, target),
            Need::Component(component, _) => (&mut components, component),
            Need::Toolchain(name, parts) => {
                let mut words = to_words("rustup toolchain install --profile minimal", &[name]);
                for part in parts {
                    words.extend(to_words("--component", &[part]));
                }
                commands.push(words);
                continue;
            }
            Need::CargoTool(name, version) => {
                let package = format!("{name}@{version}");
                commands.push(to_words("cargo install --locked", &[&package]));
                continue;
            }
        };
        if !list.contains(&name) {
            list.push(name);
        }
    }
    if !components.is_empty() {
        commands.insert(0, to_words("rustup component add", &components));
    }
    if !targets.is_empty() {
        commands.insert(0, to_words("rustup target add", &targets));
    }
    if !packages.is_empty() {
        let install = "apt-get install --yes --no-install-recommends";
        commands.insert(0, to_words(install, &packages));
        commands.insert(0, to_words("apt-get update", &[]));
    }
    commands
}

fn to_words(start: &str, rest: &[&str]) -> Vec<String> {
    start.split(' ').chain(rest.iter().copied()).map(String::from).collect()
}

/// Facts about the machine.
struct Machine {
    /// The root of the toolchain in use.
    sysroot: PathBuf,
    /// The target of that toolchain itself.
    host: String,
    is_root: bool,
}

impl Machine {
    fn look(shell: &Shell) -> Result<Machine> {
        let sysroot = cmd!(shell, "rustc --print sysroot").quiet().read()?.into();
        let is_root = cmd!(shell, "id -u").quiet().read()? == "0";
        Ok(Machine { sysroot, host: host_target(shell)?, is_root })
    }

    fn may_run(&self, program: &str) -> bool {
        find_program(program).is_some() && (program != "apt-get" || self.is_root)
    }

    fn missing(&self, shell: &Shell, needs: &[Need]) -> Vec<Need> {
        let is_missing = |need: &Need| match *need {
            Need::Program(program, _) => find_program(program).is_none(),
            Need::File(path, _) => !Path::new(path).exists(),
            Need::Target(target) => !self.sysroot.join("lib/rustlib").join(target).exists(),
            Need::Component(_, path) => {
                !self.sysroot.join(path.replace("{host}", &self.host)).exists()
            }
            Need::Toolchain(name, components) => {
                let list = cmd!(shell, "rustup component list --installed --toolchain {name}");
                match list.quiet().ignore_stderr().read() {
                    Ok(installed) => components.iter().any(|component| {
                        !installed.lines().any(|line| line.starts_with(component))
                    }),
                    Err(_) => true,
                }
            }
            Need::CargoTool(name, _) => find_program(name).is_none(),
        };
        let mut missing: Vec<Need> = Vec::new();
        for need in needs {
            if !missing.contains(need) && is_missing(need) {
                missing.push(*need);
            }
        }
        missing
    }
}

/// The target that plain `cargo build` builds for.
pub(crate) fn host_target(shell: &Shell) -> Result<String> {
    let version = cmd!(shell, "rustc --version --verbose").quiet().read()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(String::from).context("rustc does not name its host")
}

fn find_program(name: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_few_and_exact() {
        let commands = commands_for(&[
            Need::Toolchain("nightly", &["miri", "rust-src"]),
            Need::Program("qemu-aarch64", "qemu-user"),
            Need::Target("s390x-unknown-linux-gnu"),
            Need::File("/no/such/file", "qemu-user"),
            CLIPPY,
            Need::Program("lld", "lld"),
            Need::CargoTool("cargo-fuzz", "0.13.2"),
        ]);
        let lines: Vec<String> = commands.iter().map(|words| words.join(" ")).collect();
        assert_eq!(
            lines,
            [
                "apt-get update",
                "apt-get install --yes --no-install-recommends qemu-user lld",
                "rustup target add s390x-unknown-linux-gnu",
                "rustup component add clippy",
                "rustup toolchain install --profile minimal nightly --component miri --component rust-src",
                "cargo install --locked cargo-fuzz@0.13.2",
            ]
        );
    }

    #[test]
    fn missing_things_are_found_missing() {
        let shell = Shell::new().unwrap();
        let machine = Machine::look(&shell).unwrap();
        let absent = [
            Need::Program("heptad-has-no-such-program", "nothing"),
            Need::File("/heptad/has/no/such/file", "nothing"),
            Need::Target("heptad-has-no-such-target"),
            Need::Component("nothing", "heptad/has/no/such/component"),
            Need::Toolchain("heptad-has-no-such-toolchain", &[]),
            Need::CargoTool("heptad-has-no-such-tool", "1.0.0"),
        ];
        assert_eq!(machine.missing(&shell, &absent), absent);
        let present = [Need::Program("rustc", "rustc"), Need::File("/", "base-files")];
        assert!(machine.missing(&shell, &present).is_empty());
    }
}
