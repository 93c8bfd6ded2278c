//! The table of recordings: each is one command, whose cells are stored in one file.

/// A program that measures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// `cargo xtask bench`.
    Bench,
    /// The same in QEMU's user mode, for this architecture.
    Emulated(&'static str),
    /// `cargo xtask sizes`.
    Sizes,
    /// `cargo xtask bench-c`.
    BenchC,
}

/// A named run of one of the programs.
pub(super) struct Recording {
    pub(super) name: &'static str,
    pub(super) program: Program,
    pub(super) options: &'static [&'static str],
}

impl Recording {
    /// Does it repeat exactly? Times need a machine that does nothing else.
    pub(super) fn is_exact(&self) -> bool {
        let counts = |option: &&str| ["--counts", "stopped"].contains(option);
        self.program == Program::Sizes || self.options.iter().any(counts)
    }

    /// The command that measures the same without storing it.
    pub(super) fn command(&self, is_quick: bool) -> String {
        let mut words = match self.program {
            Program::Bench => vec!["cargo xtask bench"],
            Program::Emulated(target) => vec!["cargo xtask bench", "--target", target],
            Program::Sizes => vec!["cargo xtask sizes"],
            Program::BenchC => vec!["cargo xtask bench-c"],
        };
        words.extend(self.arguments(is_quick));
        words.join(" ")
    }

    pub(super) fn arguments(&self, is_quick: bool) -> Vec<&'static str> {
        let quick = (is_quick && !self.is_exact() && !self.options.contains(&"--quick"))
            .then_some("--quick");
        self.options.iter().copied().chain(quick).collect()
    }
}

const fn bench(name: &'static str, options: &'static [&'static str]) -> Recording {
    Recording { name, program: Program::Bench, options }
}

const fn bench_c(name: &'static str, options: &'static [&'static str]) -> Recording {
    Recording { name, program: Program::BenchC, options }
}

/// Every recording, in the order of execution.
pub(super) const RECORDINGS: &[Recording] = &[
    bench("swiss-counts", &["--counts", "--suite", "set", "--suite", "map64"]),
    bench("sweep-counts", &["--counts", "--suite", "sweep"]),
    bench("walk-counts", &["--counts", "--suite", "table", "--op", "iterate", "--op", "fold"]),
    bench("curves-counts", &["--counts", "--suite", "curves"]),
    bench("keys-counts", &["--counts", "--suite", "keys"]),
    bench("worst-counts", &["--counts", "--suite", "worst"]),
    Recording {
        name: "aarch64-counts",
        program: Program::Emulated("aarch64"),
        options: &["--counts", "--suite", "set", "--suite", "map64", "--suite", "worst"],
    },
    Recording {
        name: "riscv64-counts",
        program: Program::Emulated("riscv64"),
        options: &["--counts", "--suite", "set", "--suite", "map64", "--suite", "worst"],
    },
    Recording { name: "size-counts", program: Program::Sizes, options: &[] },
    bench("probe-counts", &["--counts", "--suite", "probe"]),
    bench("lockfree-counts", &["--counts", "--suite", "lockfree"]),
    bench("stopped-counts", &["--suite", "stopped"]),
    // Under callgrind, changes of a large sorted vector take minutes.
    bench(
        "robin-counts",
        &["--counts", "--suite", "robin", "--op", "hit", "--op", "miss", "--op", "iterate"],
    ),
    bench_c("c-counts", &["--counts"]),
    bench_c("c-shared-counts", &["--counts", "--shared"]),
    bench("swiss-times", &["--suite", "set", "--suite", "map64"]),
    bench("batch-times", &["--suite", "batch"]),
    bench("dependent-times", &["--suite", "dependent"]),
    bench("sweep-times", &["--suite", "sweep"]),
    // The largest octave takes half an hour.
    bench("curves-times", &["--suite", "curves", "--quick"]),
    bench("keys-times", &["--suite", "keys"]),
    bench("worst-times", &["--suite", "worst"]),
    bench("rebuild-times", &["--suite", "rebuild"]),
    bench("robin-times", &["--suite", "robin"]),
    bench("robin-passes", &["--suite", "robin-passes"]),
    bench_c("c-times", &[]),
    bench_c("c-shared-times", &["--shared"]),
    // These are the last, because their eight threads are in the load average afterwards.
    bench("preempted-times", &["--suite", "preempted"]),
    // Each of 12 maps has enough rounds in the short run, and takes half an hour in the long one.
    bench("lockfree-times", &["--suite", "lockfree", "--quick"]),
];

/// The names of all recordings.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    RECORDINGS.iter().map(|recording| recording.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_different_and_say_what_repeats() {
        for (index, recording) in RECORDINGS.iter().enumerate() {
            assert!(!names().take(index).any(|name| name == recording.name), "{}", recording.name);
            assert_eq!(recording.name.ends_with("-counts"), recording.is_exact());
        }
    }

    #[test]
    fn only_times_are_shortened() {
        let arguments = |name| {
            RECORDINGS.iter().find(|recording| recording.name == name).unwrap().command(true)
        };
        assert_eq!(arguments("robin-times"), "cargo xtask bench --suite robin --quick");
        assert_eq!(arguments("probe-counts"), "cargo xtask bench --counts --suite probe");
        assert_eq!(arguments("lockfree-times"), "cargo xtask bench --suite lockfree --quick");
    }
}
