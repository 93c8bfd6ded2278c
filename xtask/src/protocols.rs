//! Stage `protocols` of `verify`: the protocols of rebuilds and of grace periods in Promela; spin
//! checks every interleaving.
//!
//! Each scenario must have no error and no endless run; for each planted error spin must report one.

use std::path::{Path, absolute};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::matrix::target_folder;
use crate::needs::Need;
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[Need::Program("spin", "spin"), Need::Program("cc", "gcc")];

/// A model in Promela.
struct Protocol {
    model: &'static str,
    scenarios: &'static [&'static str],
    /// The errors that can be planted in it.
    planted: &'static [&'static str],
}

const PROTOCOLS: [Protocol; 2] = [
    Protocol {
        model: "proofs/rebuild.pml",
        scenarios: &["1", "2", "3"],
        planted: &["NO_SECOND_LOOK", "NO_VERSION", "EARLY_MIGRATED", "NO_FREEZE"],
    },
    Protocol {
        model: "proofs/grace.pml",
        scenarios: &["1", "2"],
        planted: &["TWO_CHANGES", "NO_LOOK", "ENTERED_FIRST", "LATE_ENTER", "EARLY_START"],
    },
];

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let folder = absolute(target_folder())?.join("protocols");
    shell.create_dir(&folder)?;
    let mut sum = Count::NONE;
    for protocol in PROTOCOLS {
        let model = absolute(protocol.model)?;
        let _inside = shell.push_dir(&folder);
        println!("      {}", protocol.model);
        for scenario in protocol.scenarios {
            sum += try_scenario(shell, &model, scenario, protocol.planted)?;
        }
    }
    Ok(sum)
}

fn try_scenario(shell: &Shell, model: &Path, scenario: &str, planted: &[&str]) -> Result<Count> {
    let mut sum = Count::NONE;
    // First the assertions; then a second search, for endless runs.
    for (what, how, argument) in
        [("answers", "-DSAFETY", "-m100000"), ("every run ends", "-DNP", "-l")]
    {
        let errors = count_errors(shell, model, scenario, &[], how, argument)?;
        sum += report(format!("scenario {scenario}, {what}"), errors == 0);
    }
    for error in planted {
        let define = format!("-D{error}");
        let errors = count_errors(shell, model, scenario, &[define], "-DSAFETY", "-m100000")?;
        sum += report(format!("scenario {scenario}, {error} is found"), errors > 0);
    }
    Ok(sum)
}

fn report(name: String, is_good: bool) -> Count {
    println!("      {name}: {}", if is_good { "ok" } else { "FAILED" });
    if is_good { Count::ONE_PASSED } else { Count::ONE_FAILED }
}

/// The number of errors that spin finds: 0 or 1, since it stops at the first.
fn count_errors(
    shell: &Shell,
    model: &Path,
    scenario: &str,
    defines: &[String],
    how: &str,
    argument: &str,
) -> Result<u32> {
    cmd!(shell, "spin -DSCENARIO={scenario} {defines...} -a {model}")
        .quiet()
        .ignore_stdout()
        .run()?;
    cmd!(shell, "cc -w -DCOLLAPSE {how} -o pan pan.c").quiet().run()?;
    let output = cmd!(shell, "./pan {argument}").quiet().read()?;
    errors_of(&output).with_context(|| format!("no complete search:\n{output}"))
}

/// The result of a search, if it was exhaustive or found an error.
fn errors_of(output: &str) -> Option<u32> {
    let (_, rest) = output.split_once("errors: ")?;
    let errors = rest.split_whitespace().next()?.parse().ok()?;
    let is_cut = output.contains("max search depth too small") || output.contains("not completed");
    (errors > 0 || !is_cut).then_some(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_that_was_cut_short_shows_nothing() {
        assert_eq!(errors_of("State-vector 92 byte, depth reached 88, errors: 0\n"), Some(0));
        assert_eq!(errors_of("Warning: Search not completed\n... errors: 1\n"), Some(1));
        assert_eq!(errors_of("error: max search depth too small\n... errors: 0\n"), None);
        assert_eq!(errors_of("Segmentation fault"), None);
    }
}
