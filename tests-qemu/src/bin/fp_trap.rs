#![cfg_attr(target_os = "none", no_std, no_main)]
//! The trap is live: one FP instruction ends the run.
//!
//! This kernel passes by trapping. The run must end with `Exit::FloatTrap`; if it continues, the
//! other kernels' passing shows nothing about FP. On the host FP is allowed, and nothing happens.

use tests_qemu::{kernel, machine, println};

kernel!(touch_a_float);

fn touch_a_float() {
    machine::execute_fp_instruction();
    println!("an FP instruction was executed, and nothing happened");
}
