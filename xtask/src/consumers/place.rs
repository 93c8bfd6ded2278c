//! A folder outside the repository: the package of the crate, unpacked twice; the program beside them; and
//! C libraries that contain heptad.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use walkdir::WalkDir;
use xshell::{Shell, cmd};

use super::targets::Target;
use crate::capi::library;
use crate::matrix::target_folder;

const TEMPLATES: &str = "tests-consumers";

pub(super) struct Place {
    folder: TempDir,
    /// The folder of all builds: in the repository's own target folder, so that they are reused.
    target_folder: PathBuf,
    /// Targets whose C libraries exist.
    c_libraries: HashSet<&'static str>,
}

impl Place {
    /// Creates everything there except the C libraries.
    pub(super) fn make(shell: &Shell) -> Result<Place> {
        let folder = tempfile::tempdir().context("making a folder")?;
        let target_folder = fs::canonicalize(target_folder())?.join("consumers");
        cmd!(shell, "cargo package --quiet --package heptad --no-verify --allow-dirty")
            .quiet()
            .run()
            .context("packing the crate")?;
        let manifest = include_str!("../../../Cargo.toml");
        let version = manifest.lines().find_map(|line| line.strip_prefix("version = \""));
        let version = version.and_then(|rest| rest.strip_suffix('"')).context("a version")?;
        let package =
            target_folder.with_file_name("package").join(format!("heptad-{version}.crate"));
        let root = folder.path();
        cmd!(shell, "tar -xzf {package} -C {root}").quiet().run().context("unpacking it")?;
        let (crate_folder, next) = (root.join("heptad"), root.join("heptad-next"));
        fs::rename(root.join(format!("heptad-{version}")), &crate_folder)?;
        copy(&crate_folder, &next)?;
        // The same code as another version, which is the harder case, since all its symbols have the same
        // names.
        let text = fs::read_to_string(next.join("Cargo.toml"))?;
        let line = format!("\nversion = \"{version}\"\n");
        ensure!(text.matches(&line).count() == 1, "the package has one version");
        fs::write(next.join("Cargo.toml"), text.replace(&line, "\nversion = \"99.0.0\"\n"))?;
        copy(&Path::new(TEMPLATES).join("program"), &root.join("program"))?;
        Ok(Place { folder, target_folder, c_libraries: HashSet::new() })
    }

    /// Leaves the folder there.
    pub(super) fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    pub(super) fn program(&self) -> PathBuf {
        self.folder.path().join("program")
    }

    pub(super) fn target_folder(&self) -> &Path {
        &self.target_folder
    }

    /// The folder of the C libraries for a target.
    pub(super) fn c_libraries(&self, target: &Target) -> PathBuf {
        self.folder.path().join("c").join(target.name)
    }

    /// The path of the program.
    pub(super) fn built(&self, target: &Target, profile: &str) -> PathBuf {
        let folder = if profile == "dev" { "debug" } else { profile };
        let name = if target.name.starts_with("wasm") { "program.wasm" } else { "program" };
        self.target_folder.join(target.name).join(folder).join(name)
    }

    /// Builds both C libraries. The first is one object that links the library with heptad; the second is
    /// an archive of both.
    pub(super) fn build_c_libraries(&mut self, shell: &Shell, target: &Target) -> Result<()> {
        let compiler = target.c_compiler.context("there is a C compiler")?;
        if !self.c_libraries.insert(target.name) {
            return Ok(());
        }
        let heptad = library::build(shell, target.name)?.object;
        let folder = self.c_libraries(target);
        fs::create_dir_all(&folder)?;
        let compile = |name: &str| -> Result<PathBuf> {
            let object = folder.join(format!("{name}.o"));
            let (program, options) = compiler.split_first().context("a compiler has a name")?;
            let source = Path::new(TEMPLATES).join("library.c");
            cmd!(shell, "{program} -std=c99 -O2 -Iinclude -c -o {object} {source}")
                .arg(format!("-DANSWER={name}_answer"))
                .args(options)
                .quiet()
                .run()
                .with_context(|| format!("compiling a C library for {}", target.name))?;
            Ok(object)
        };
        let (first, second) = (compile("first")?, compile("second")?);
        let linker = library::tool(shell, "rust-lld")?;
        let whole = folder.join("whole.o");
        cmd!(shell, "{linker} -flavor gnu -r -o {whole} {first} {heptad}").quiet().run()?;
        let archiver = library::tool(shell, "llvm-ar")?;
        let archive = |name: &str| folder.join(format!("lib{name}.a"));
        let (first, second_archive) = (archive("first"), archive("second"));
        cmd!(shell, "{archiver} rcs {first} {whole}").quiet().run()?;
        cmd!(shell, "{archiver} rcs {second_archive} {second} {heptad}").quiet().run()?;
        Ok(())
    }
}

/// Copies a folder with its contents.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let to = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to)?;
        } else {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}
