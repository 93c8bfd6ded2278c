//! The results of the checks.

use crate::stage::Count;

/// How many checks passed and failed so far.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) count: Count,
}

impl Findings {
    /// Records one check: passed if there are no complaints. Failures are shown at once.
    pub(super) fn note(&mut self, what: &str, complaints: &[String]) {
        self.count += Count::of(complaints.is_empty());
        for complaint in complaints {
            println!("      {what}: {complaint}");
        }
    }
}
