#![cfg_attr(target_os = "none", no_std, no_main)]
//! The trap is live on the other cores too: boot code sets it on each of them.
//!
//! This kernel passes by trapping, as `fp_trap` does. With one core the two are the same.

use tests_qemu::machine::{self, CORES};
use tests_qemu::{kernel, println};

kernel!(touch_a_float_elsewhere);

fn touch_a_float_elsewhere() {
    machine::on_every_core(|core| {
        if core == CORES - 1 {
            machine::execute_fp_instruction();
        }
    });
    println!("an FP instruction was executed on the last core, and nothing happened");
}
