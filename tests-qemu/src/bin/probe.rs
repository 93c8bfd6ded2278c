#![cfg_attr(target_os = "none", no_std, no_main)]
//! The probe routines keep their contract on this machine.

use tests_qemu::support::{self, Case};
use tests_qemu::{count_cases, kernel, run_cases};

const GROUPS: &[&[Case]] = &[support::probe::CASES, support::probe::batch::CASES];

kernel!(run);

fn run() {
    run_cases::<{ count_cases(GROUPS) }>(GROUPS)
}
