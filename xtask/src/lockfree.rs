//! Stage `lockfree-long` of `verify`: long runs of those tests of the lock-free map that find more the
//! longer they run.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::job::{self, Job};
use crate::stage::Count;

/// Rounds of the recorded histories: ten million operations.
const HISTORY_ROUNDS: &str = "8000";
/// Insertions into maps of all sizes, filled to the entries that they are made for.
const CHURN_TURNS: &str = "100000000";

pub(crate) fn run_long(shell: &Shell) -> Result<Count> {
    let tests = |program, filter: &[&str], variable, value| {
        let command = cmd!(shell, "cargo test --release --test {program} {filter...}");
        Job::tests(format!("{program}, {variable}={value}"), command.env(variable, value))
    };
    job::run_until_failure([
        tests("lockfree_history", &[], "HEPTAD_HISTORY_ROUNDS", HISTORY_ROUNDS),
        tests("lockfree_rows", &["p3"], "HEPTAD_CHURN_TURNS", CHURN_TURNS),
    ])
}
