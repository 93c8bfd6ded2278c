//! Stage `docs`: rustdoc gives no warning, Rust code in Markdown files compiles and runs, and links
//! between files have targets.
//!
//! Stage `doc-errors` of `verify`: rustdoc compares the codes of errors with those that examples name, as in
//! `compile_fail,E0277`, on nightly only.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::links;
use crate::matrix::target_folder;
use crate::miri;
use crate::stage::Count;

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let doc = |name, arguments: &[&str]| {
        let command = cmd!(shell, "cargo doc --no-deps --all-features {arguments...}");
        Job::step(name, command.env("RUSTDOCFLAGS", "-D warnings"))
    };
    let mut count = job::run_until_failure([
        doc("rustdoc, public", &[]),
        doc("rustdoc, private too", &["--document-private-items"]),
    ])?;

    let documents = links::read_all(".".as_ref())?;
    count += links::check(&documents);

    let mut jobs = vec![Job::step(
        "the library, for code in Markdown files",
        cmd!(shell, "cargo build --all-features"),
    )];
    let debug = format!("{}/debug", target_folder());
    for document in documents.iter().filter(|document| document.has_rust_code) {
        let path = &document.path;
        let command = cmd!(shell, "rustdoc --test --edition 2024 {path}")
            .arg(format!("--extern=heptad={debug}/libheptad.rlib"))
            .arg(format!("-Ldependency={debug}/deps"));
        jobs.push(Job::tests(format!("code in {}", path.display()), command));
    }
    count += job::run_until_failure(jobs)?;
    Ok(count)
}

pub(crate) fn run_errors(shell: &Shell) -> Result<Count> {
    if let Some(skipped) = miri::skip_without_nightly(shell) {
        return Ok(skipped);
    }
    let command = cmd!(shell, "cargo +nightly test --doc --all-features");
    Job::tests("examples, and the errors of those that must not compile", command).run()
}
