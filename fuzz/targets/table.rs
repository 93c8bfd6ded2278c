//! Fuzz target `table`: see [`heptad_fuzz::table`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: heptad_fuzz::table::Input| input.run());
