//! Passes the linker what it needs to know about the machine that the kernels are built for.

use std::env;
use std::fs;

fn main() {
    let variable = |name| env::var(name).expect("cargo sets it");
    let targets = fs::canonicalize("../targets").expect("the folder beside this one");
    let script = |name| format!("-T{}", targets.join(name).display());
    let search = |folder| format!("-L{}", targets.join(folder).display());

    let (every_kernel, demo) =
        match (&*variable("CARGO_CFG_TARGET_OS"), &*variable("CARGO_CFG_TARGET_ARCH")) {
            // image.ld comes from aarch64-rt, which puts it on the linker's search path.
            ("none", "aarch64") => {
                (vec!["-Timage.ld".into(), script("aarch64/memory.ld")], "--no-gc-sections")
            }
            // The kernel runs at the address it is linked for; by default rustc makes this target's
            // programs relocatable.
            ("none", "x86_64") => {
                (vec!["--no-pie".into(), script("x86_64/kernel.ld")], "--no-gc-sections")
            }
            // Each link.x comes from the crate that boots the board; it includes memory.x.
            ("none", "arm") => (vec!["-Tlink.x".into(), search("cortex_m")], ""),
            ("none", "riscv32") => (vec!["-Tlink.x".into(), search("riscv32")], ""),
            ("none", "riscv64") => (vec![script("riscv64/kernel.ld")], "--no-gc-sections"),
            ("none", other) => panic!("no kernel boots on {other}"),
            ("linux", _) => (vec![], "-Wl,--no-gc-sections"),
            _ => return,
        };
    for argument in every_kernel {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    // The demo keeps uncalled functions, which gives it thousands of symbols to look up.
    if !demo.is_empty() {
        println!("cargo::rustc-link-arg-bin=demo={demo}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", targets.display());
}
