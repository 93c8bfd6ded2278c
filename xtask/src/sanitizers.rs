//! Stages `thread-sanitizer` and `address-sanitizer` of `verify`: the tests of the lock-free tables
//! with real threads, in programs that check every access to memory; the standard library is built
//! with the same checks.
//!
//! The thread sanitizer ignores fences, so it cannot check those of the lock-free map: Miri and the
//! models do that. It would report an access that should be atomic and is not. Sanitizers are part
//! of nightly toolchains only; where none is available the stages are skipped.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::Job;
use crate::matrix::{X86_64_LINUX, target_folder};
use crate::needs::{self, Need};
use crate::stage::Count;

const NIGHTLY: Need = Need::Toolchain("nightly", &["rust-src"]);

/// The tests that run: those with signals interfere with the sanitizers' own handlers.
const PROGRAMS: [&str; 3] = ["lockfree_map", "lockfree_rows", "lockfree_history"];

pub(crate) fn thread(shell: &Shell) -> Result<Count> {
    run(shell, "thread", &[])
}

/// Adds the tests of everything else, which have one thread but many pointers.
pub(crate) fn address(shell: &Shell) -> Result<Count> {
    let more = ["lockfree_arena", "lockfree_rebuild", "lockfree_segmented", "shared"];
    let single = ["robin_hood_grow", "robin_hood_model", "swiss_api", "swiss_heap", "swiss_model"];
    run(shell, "address", &[&more[..], &single].concat())
}

fn run(shell: &Shell, sanitizer: &str, more: &[&str]) -> Result<Count> {
    if let Err(error) = needs::obtain(shell, &[NIGHTLY]) {
        println!("      SKIPPED: sanitizers need a nightly toolchain: {error:#}");
        return Ok(Count::ONE_SKIPPED);
    }
    let programs = PROGRAMS.iter().chain(more).flat_map(|name| ["--test", name]);
    let flags = format!("-Zsanitizer={sanitizer} -Cunsafe-allow-abi-mismatch=sanitizer");
    let command = cmd!(shell, "cargo +nightly test -Zbuild-std --release --all-features")
        .args(["--target", X86_64_LINUX])
        .args(programs)
        .env("RUSTFLAGS", flags)
        // Some tests leak memory on purpose, for a `'static` lifetime.
        .env("ASAN_OPTIONS", "detect_leaks=0")
        .env("CARGO_TARGET_DIR", format!("{}/{sanitizer}-sanitizer", target_folder()));
    Job::tests(format!("{sanitizer} sanitizer"), command).run()
}
