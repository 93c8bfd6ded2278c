//! How much of a suite is done, and about how long the rest takes: lines on standard error, so that the report stays
//! a report.
//!
//! Parts of a suite differ in length by their sizes, so each has a weight: a guess of its share, which only has to be
//! about right.

use std::time::{Duration, Instant};

/// No line for a suite before this time, and no two within it.
const INTERVAL: Duration = Duration::from_secs(4);

/// A suite in the middle.
pub(crate) struct Progress {
    suite: &'static str,
    total: f64,
    done: f64,
    start: Instant,
    shown: Instant,
}

impl Progress {
    /// A suite whose parts weigh `total` together.
    pub(crate) fn new(suite: &'static str, total: f64) -> Progress {
        let now = Instant::now();
        Progress { suite, total, done: 0.0, start: now, shown: now }
    }

    /// A part of this weight is done.
    pub(crate) fn advance(&mut self, weight: f64) {
        self.done += weight;
        if self.shown.elapsed() >= INTERVAL {
            self.shown = Instant::now();
            eprintln!("{}", self.line(self.start.elapsed()));
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        let part = (self.done / self.total).min(1.0);
        let left = Duration::from_secs_f64(elapsed.as_secs_f64() * (1.0 / part - 1.0)).as_secs();
        let (percent, minutes, seconds) = (part * 100.0, left / 60, left % 60);
        format!("{}: {percent:.0} % done, about {minutes} min {seconds:02} s left", self.suite)
    }
}

/// The parts of a suite in turn, with a line about the rest after each.
pub(crate) fn through<T>(
    suite: &'static str,
    parts: Vec<T>,
    weight: impl Fn(&T) -> f64,
) -> impl Iterator<Item = T> {
    let mut progress = Progress::new(suite, parts.iter().map(&weight).sum());
    let mut last = None;
    parts.into_iter().inspect(move |part| {
        if let Some(weight) = last.replace(weight(part)) {
            progress.advance(weight);
        }
    })
}

/// The weight of an operation on several tables of `entries` entries: small ones are repeated until they took about as
/// long as a million entries do once.
pub(crate) fn weight(entries: usize) -> f64 {
    1.0 + entries as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_its_share_of_the_time() {
        let mut progress = Progress::new("worst", 4.0);
        progress.done = 1.0;
        let line = progress.line(Duration::from_secs(30));
        assert_eq!(line, "worst: 25 % done, about 1 min 30 s left");
        progress.done = 4.0;
        let line = progress.line(Duration::from_secs(120));
        assert_eq!(line, "worst: 100 % done, about 0 min 00 s left");
    }

    #[test]
    fn parts_come_in_turn() {
        let parts: Vec<i32> = through("worst", vec![1, 2, 3], |part| f64::from(*part)).collect();
        assert_eq!(parts, [1, 2, 3]);
    }
}
