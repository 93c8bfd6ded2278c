//! One run of several stages: the output, and the count at the end.
//!
//! ```text
//! [3/9] aarch64-user: the tests as AArch64 programs under QEMU
//!       release, all features: 41 passed (6.2 s)
//! [3/9] aarch64-user … ok 41 passed (12.3 s)
//! ```

use std::time::Instant;

use xshell::Shell;

use crate::needs::{self, Need};
use crate::stage::{Count, Stage};

/// Shows the stages of a table.
pub(crate) fn list(table: &[Stage]) {
    for stage in table {
        println!("{:14} {}", stage.name, stage.about);
    }
}

/// Runs `stages` one after another, even if earlier ones failed, and prints the count as the last
/// line; did all of them pass?
pub(crate) fn run(shell: &Shell, stages: &[&Stage]) -> bool {
    let start = Instant::now();
    let needs: Vec<Need> = stages.iter().flat_map(|stage| stage.needs).copied().collect();
    // Installing everything at once is faster. If it fails, each stage tries again and names what
    // it lacks.
    let _ = needs::obtain(shell, &needs);

    let mut sum = Count::NONE;
    let mut failed = Vec::new();
    for (index, stage) in stages.iter().enumerate() {
        let place = format!("[{}/{}] {}", index + 1, stages.len(), stage.name);
        println!("{place}: {}", stage.about);
        let stage_start = Instant::now();
        let count = run_stage(shell, stage);
        let verdict = if count.failed > 0 {
            failed.push(stage.name);
            "FAILED"
        } else if count.passed == 0 {
            "SKIPPED"
        } else {
            "ok"
        };
        println!("{place} … {verdict} {count} ({:.1} s)", stage_start.elapsed().as_secs_f64());
        sum += count;
    }
    println!("all in {:.0} s", start.elapsed().as_secs_f64());
    if !failed.is_empty() {
        println!("failed: {}", failed.join(", "));
    }
    println!("{} passed, {} failed, {} skipped", sum.passed, sum.failed, sum.skipped);
    sum.failed == 0
}

/// The count of one stage; a stage that cannot run is one failure.
fn run_stage(shell: &Shell, stage: &Stage) -> Count {
    match needs::obtain(shell, stage.needs).and_then(|()| (stage.run)(shell)) {
        Ok(count) if count.is_none() => {
            println!("      the stage made no check");
            Count::ONE_FAILED
        }
        Ok(count) => count,
        Err(error) => {
            println!("      {error:#}");
            Count::ONE_FAILED
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::{Result, bail};

    use super::*;

    fn run_one(run: fn(&Shell) -> Result<Count>) -> (Count, bool) {
        let shell = Shell::new().unwrap();
        let stage = Stage { name: "one", about: "a stage of a test", needs: &[], run };
        (run_stage(&shell, &stage), super::run(&shell, &[&stage]))
    }

    #[test]
    fn nothing_checked_and_errors_are_failures() {
        assert_eq!(run_one(|_| Ok(Count::NONE)), (Count::ONE_FAILED, false));
        assert_eq!(run_one(|_| bail!("broken")), (Count::ONE_FAILED, false));
        assert_eq!(run_one(|_| Ok(Count::ONE_PASSED)), (Count::ONE_PASSED, true));
        assert_eq!(run_one(|_| Ok(Count::ONE_SKIPPED)), (Count::ONE_SKIPPED, true));
    }
}
