#![cfg_attr(target_os = "none", no_std, no_main)]
//! The swiss table keeps its promises on this machine: the same cases as on the host.

use tests_qemu::support::{self, Case};
use tests_qemu::{count_cases, kernel, run_cases};

const GROUPS: &[&[Case]] = &[support::table::CASES];

kernel!(run);

fn run() {
    run_cases::<{ count_cases(GROUPS) }>(GROUPS)
}
