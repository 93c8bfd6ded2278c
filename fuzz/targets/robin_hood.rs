//! Fuzz target `robin_hood`: see [`heptad_fuzz::robin_hood`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: heptad_fuzz::robin_hood::Input| input.run());
