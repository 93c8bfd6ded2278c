//! Fuzz target `map`: see [`heptad_fuzz::map`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: heptad_fuzz::map::Input| input.run());
