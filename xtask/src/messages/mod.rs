//! Stage `messages`: when a program breaks a rule of the library's types, the compiler's message names the rule and
//! the type.
//!
//! The programs are in `user/src/bin/`. Two rules are about sizes, which the compiler knows only during code
//! generation: so the programs are built, not only checked.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::matrix::target_folder;
use crate::stage::Count;

/// Each program, and the text required in the compiler's message.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("entry_size", &["heptad: an entry has at most eight bytes", "Raw::<Route, "]),
    (
        "value_alignment",
        &["heptad: values in an Inline storage are aligned to at most 64", "Raw::<u64, Frame, "],
    ),
    ("pair_size", &["key and value of a PackedMap together", "Raw::<(u64, u32), "]),
    ("fixed_rebuild", &["heptad: a map with the guard `Fixed` cannot be rebuilt"]),
    ("no_storage", &["`Vec<u8>` is no memory for the lines of a table"]),
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let folder = format!("{}/messages", target_folder());
    let manifest = "xtask/src/messages/user/Cargo.toml";
    let jobs = PROGRAMS.iter().flat_map(|&(program, messages)| {
        let folder = &folder;
        messages.iter().map(move |&message| {
            let build =
                cmd!(shell, "cargo build --quiet --manifest-path {manifest} --bin {program}")
                    .args(["--target-dir", folder]);
            Job::refused(format!("{program}: {message}"), build, message)
        })
    });
    job::run_until_failure(jobs)
}
