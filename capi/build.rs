//! What the linker needs to know to make a shared library that others can be linked with.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name| env::var(name).expect("cargo sets it");
    if variable("CARGO_CFG_TARGET_OS") == "linux" {
        // Before 1.0 every minor version may break the interface.
        let (major, minor) =
            (variable("CARGO_PKG_VERSION_MAJOR"), variable("CARGO_PKG_VERSION_MINOR"));
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libheptad.so.{major}.{minor}");
        // For memset and memcpy, which the compiler calls.
        println!("cargo::rustc-cdylib-link-arg=-lc");
    }
}
