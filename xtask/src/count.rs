//! How the checks of a stage are counted.

use std::fmt;
use std::ops::AddAssign;

/// How many checks a stage made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Count {
    pub(crate) const NONE: Count = Count { passed: 0, failed: 0, skipped: 0 };
    pub(crate) const ONE_PASSED: Count = Count { passed: 1, ..Count::NONE };
    pub(crate) const ONE_FAILED: Count = Count { failed: 1, ..Count::NONE };
    pub(crate) const ONE_SKIPPED: Count = Count { skipped: 1, ..Count::NONE };

    /// One check, passed or failed.
    pub(crate) fn of(passed: bool) -> Count {
        if passed { Count::ONE_PASSED } else { Count::ONE_FAILED }
    }

    /// Did nothing run at all? That shows nothing, and is never a success.
    pub(crate) fn is_none(self) -> bool {
        self == Count::NONE
    }

    /// The sum of every closing line of `cargo test` in `output`.
    ///
    /// ```text
    /// test result: ok. 10 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s
    /// ```
    pub(crate) fn of_closing_lines(output: &str) -> Count {
        let mut sum = Count::NONE;
        for line in output.lines() {
            let Some(result) = line.strip_prefix("test result: ") else { continue };
            let Some((_, parts)) = result.split_once(". ") else { continue };
            for part in parts.split("; ") {
                match part.split_once(' ') {
                    Some((number, "passed")) => sum.passed += number.parse().unwrap_or(0),
                    Some((number, "failed")) => sum.failed += number.parse().unwrap_or(0),
                    Some((number, "ignored")) => sum.skipped += number.parse().unwrap_or(0),
                    _ => {}
                }
            }
        }
        sum
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The non-zero parts for display: `41 passed, 1 skipped`.
impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed", self.passed)?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_summed() {
        let output = "running 3 tests\n\
            test a ... ok\n\
            test result: ok. 10 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s\n\
            \n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s\n";
        assert_eq!(Count::of_closing_lines(output), Count { passed: 13, failed: 2, skipped: 1 });
    }

    #[test]
    fn other_lines_count_nothing() {
        let output =
            "10 passed; 0 failed\n  test result: ok. 5 passed; 0 failed\ntest result: ok\n";
        assert!(Count::of_closing_lines(output).is_none());
    }
}
