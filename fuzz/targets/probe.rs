//! Fuzz target `probe`: see [`heptad_fuzz::probe`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: heptad_fuzz::probe::Input| input.run());
