//! `cargo xtask sizes`: the code and constants that each table adds to a kernel.
//!
//! `bench/sizes` is a program with one table, which a feature chooses. It is linked for bare metal by fat LTO in one
//! unit, without what nobody refers to, and its sections are added up: those that are loaded and not written, so code
//! and constants, but not tables for unwinding. The same program without a table is subtracted. Data is not counted;
//! memory of the tables is the benchmark's.
//!
//! Each row has one target, one level of optimisation and one set of operations: `basic` makes a table, looks up,
//! inserts and removes; `walk` adds a walk over all entries and clearing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use object::{Object as _, ObjectSection as _, SectionFlags, elf};
use serde_json::{Value, json};
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::matrix::{THUMBV7EM, X86_64_NONE, target_folder};
use crate::needs::{self, Need};

/// The suite's name in the cells.
const SUITE: &str = "sizes";

/// A table: its name in the report, its feature, and whether it needs 64-bit atomics.
struct Table {
    name: &'static str,
    feature: &'static str,
    needs_atomics: bool,
}

const fn table(name: &'static str, feature: &'static str) -> Table {
    Table { name, feature, needs_atomics: false }
}

const fn shared(name: &'static str, feature: &'static str) -> Table {
    Table { name, feature, needs_atomics: true }
}

/// The first is what the others are beside in the report.
const TABLES: [Table; 12] = [
    table("heptad", "swiss-set"),
    table("heptad, Map", "swiss-map"),
    table("heptad, Map of 24 bytes", "swiss-values"),
    table("robin_hood", "robin-set"),
    table("robin_hood, Map", "robin-map"),
    shared("lockfree, Fixed", "lockfree"),
    shared("lockfree, never rebuilt", "lockfree-kept"),
    shared("lockfree", "lockfree-rebuilt"),
    table("heapless, set", "heapless-set"),
    table("heapless, map", "heapless-map"),
    table("hashbrown, set", "hashbrown-set"),
    table("hashbrown, map", "hashbrown-map"),
];

const TARGETS: [(&str, bool); 2] = [(X86_64_NONE, true), (THUMBV7EM, false)];
const LEVELS: [&str; 2] = ["s", "3"];
const OPERATIONS: [(&str, &str); 2] = [("basic", ""), ("walk", "walk")];

/// Weighs all tables and prints a line for each; the cells, as the benchmark writes them.
pub(crate) fn cells(shell: &Shell) -> Result<Vec<Value>> {
    needs::obtain(shell, &TARGETS.map(|(target, _)| Need::Target(target)))?;
    let mut cells = Vec::new();
    for ((target, has_atomics), level) in
        TARGETS.into_iter().flat_map(|target| LEVELS.map(|level| (target, level)))
    {
        for (op, also) in OPERATIONS {
            println!("\n{target}, opt-level {level}, {op}: bytes of code and constants");
            let weigh = |feature: &str| weigh(shell, target, level, &[feature, also].join(","));
            let nothing = weigh("")?;
            let mut ours = None;
            for Table { name, feature, .. } in
                TABLES.iter().filter(|table| has_atomics || !table.needs_atomics)
            {
                let bytes = weigh(feature)?.saturating_sub(nothing);
                println!("  {name:<28}{bytes:>8}");
                let Some(ours) = ours else {
                    ours = Some(bytes);
                    continue;
                };
                cells.push(json!({
                    "suite": SUITE, "op": op, "target": target, "opt_level": level, "peer": name,
                    "ours_code_bytes": ours, "peer_code_bytes": bytes,
                    "ratio": (bytes as f64 / ours as f64 * 1000.0).round() / 1000.0, "disturbed": false,
                }));
            }
        }
    }
    Ok(cells)
}

/// Jobs that compile the program with each of the tables, for stage `bench` of `verify`.
pub(crate) fn checks(shell: &Shell) -> impl Iterator<Item = Job> {
    TABLES.iter().map(move |table| {
        let features = [table.feature, "walk"].join(",");
        let check = cmd!(shell, "cargo check --package sizes --target {X86_64_NONE}")
            .args(["--features", &features]);
        Job::step(format!("check the program with {}", table.name), check)
    })
}

/// The loaded bytes of the program with these features that are not written.
fn weigh(shell: &Shell, target: &str, level: &str, features: &str) -> Result<u64> {
    let folder = PathBuf::from(target_folder()).join("sizes").join(level);
    cmd!(shell, "cargo build --quiet --release --package sizes --target {target}")
        .args(["--features", features])
        .env("CARGO_TARGET_DIR", &folder)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
        .env("CARGO_PROFILE_RELEASE_LTO", "fat")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "false")
        .quiet()
        .run()
        .with_context(|| format!("building the program with `{features}` for {target}"))?;
    constant_bytes(&folder.join(target).join("release/sizes"))
}

/// The bytes of the sections of `program` that are loaded and not written, tables for unwinding apart.
fn constant_bytes(program: &Path) -> Result<u64> {
    let contents = fs::read(program).with_context(|| format!("reading {}", program.display()))?;
    let file = object::File::parse(&*contents)?;
    let mut bytes = 0;
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
        let name = section.name()?;
        let is_for_unwinding = [".eh_frame", ".ARM.ex"].iter().any(|start| name.starts_with(start));
        let is_constant = sh_flags.contains(elf::SHF_ALLOC) && !sh_flags.contains(elf::SHF_WRITE);
        if is_constant && !is_for_unwinding {
            bytes += section.size();
        }
    }
    ensure!(bytes > 0, "{} has no code", program.display());
    Ok(bytes)
}
