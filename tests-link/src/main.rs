//! A user of the whole fallible interface that links only if none of it can panic.
//!
//! The panic handler in `bare.rs` calls a function that no one defines. The linker discards the handler
//! when nothing refers to it; if anything can panic, it stays, and linking fails with
//! `undefined symbol: a_panic_is_reachable`. Built for bare-metal targets, without an allocator, by
//! `cargo xtask test no-panic`; with the feature `plant-a-panic` it must not link.
#![cfg_attr(target_os = "none", no_std, no_main)]

/// Uses everything; the results go where the optimiser cannot see them.
mod user;

cfg_if::cfg_if! {
    if #[cfg(target_os = "none")] {
        mod bare;
        use user::run;
    } else {
        fn main() {
            println!("{}", user::run(7));
        }
    }
}
