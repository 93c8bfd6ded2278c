#![cfg_attr(target_os = "none", no_std, no_main)]
//! The sorted table keeps its promises on this machine: in provided memory, and growing through a reserved
//! range whose memory is committed step by step.

use tests_qemu::support::{self, Case};
use tests_qemu::{count_cases, kernel, run_cases};

const GROUPS: &[&[Case]] = &[support::robin_hood::CASES, support::reserved::CASES];

kernel!(run);

fn run() {
    run_cases::<{ count_cases(GROUPS) }>(GROUPS)
}
