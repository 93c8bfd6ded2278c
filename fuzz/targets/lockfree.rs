//! Fuzz target `lockfree`: see [`heptad_fuzz::lockfree`].
#![no_main]

libfuzzer_sys::fuzz_target!(|input: heptad_fuzz::lockfree::Input| input.run());
