//! What a stage of `cargo xtask test` is.

/// How many checks a stage made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

/// One stage: a name for the command line, a line for `--list`, and the work.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&xshell::Shell) -> anyhow::Result<Count>,
}
