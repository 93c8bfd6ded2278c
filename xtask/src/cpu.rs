//! Processor time, by the files of Linux: the fields of `stat` from the 14th, in hundredths of a second.

use std::fs;
use std::time::Duration;

/// The processor time of process `id`: fields 14 and 15.
pub(crate) fn of_process(id: u32) -> Option<Duration> {
    time(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?, 2)
}

/// The processor time of this process and of the commands that it has waited for: fields 14 to 17. Zero on
/// other systems.
pub(crate) fn so_far() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    time(&stat, 4).unwrap_or_default()
}

/// The sum of the first `fields` times in a line of `stat`.
fn time(stat: &str, fields: usize) -> Option<Duration> {
    // The second field, a name in brackets, may contain spaces.
    let (_, rest) = stat.rsplit_once(')')?;
    let times = rest.split_whitespace().skip(11).take(fields);
    let hundredths: u64 = times.map(|time| time.parse::<u64>().ok()).sum::<Option<u64>>()?;
    Some(Duration::from_millis(10 * hundredths))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_after_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194304 93 0 0 0 1 20 300 4000 20 0 1 0";
        assert_eq!(time(stat, 2), Some(Duration::from_millis(210)));
        assert_eq!(time(stat, 4), Some(Duration::from_millis(43_210)));
        assert_eq!(time("7 a", 2), None);
    }
}
