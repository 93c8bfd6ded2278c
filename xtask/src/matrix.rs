//! What heptad is built for: feature sets, targets, backends. The stages choose from here, so that
//! a new feature or target is added once.

use std::env;

use xshell::{Cmd, Shell, cmd};

/// A set of features: a name, and the arguments for Cargo.
#[derive(Clone, Copy)]
pub(crate) struct Features {
    pub(crate) name: &'static str,
    pub(crate) arguments: &'static [&'static str],
}

pub(crate) const DEFAULT: Features = Features { name: "default features", arguments: &[] };
pub(crate) const ALL: Features = Features { name: "all features", arguments: &["--all-features"] };
pub(crate) const NONE: Features =
    Features { name: "no features", arguments: &["--no-default-features"] };
pub(crate) const ALLOC: Features =
    Features { name: "alloc alone", arguments: &["--no-default-features", "-Falloc"] };
const ASM: Features =
    Features { name: "asm alone", arguments: &["--no-default-features", "-Fasm"] };
const LOCKFREE: Features =
    Features { name: "lockfree alone", arguments: &["--no-default-features", "-Flockfree"] };
pub(crate) const EMULATED: Features = Features {
    name: "lockfree emulated",
    arguments: &["--no-default-features", "-Flockfree-emulated-with-locks"],
};
/// The features for a processor without compare-and-swap; `spin` needs it.
pub(crate) const WITHOUT_ATOMICS: Features = Features {
    name: "all that needs no atomics",
    arguments: &["--no-default-features", "-Fasm,alloc,serde,ffi"],
};
const FFI: Features =
    Features { name: "ffi alone", arguments: &["--no-default-features", "-Fffi"] };
const SPIN: Features =
    Features { name: "spin alone", arguments: &["--no-default-features", "-Fspin"] };
const SERDE: Features =
    Features { name: "serde alone", arguments: &["--no-default-features", "-Fserde"] };

/// The default, none, all, and each feature alone.
pub(crate) const FEATURE_SETS: &[Features] =
    &[DEFAULT, ALL, NONE, ASM, LOCKFREE, EMULATED, ALLOC, FFI, SPIN, SERDE];

/// The manifest's features without `default`.
pub(crate) fn feature_names() -> Vec<&'static str> {
    let manifest = include_str!("../../Cargo.toml");
    let (_, features) = manifest.split_once("[features]\n").unwrap_or_default();
    let lines = features.lines().take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    names.filter(|name| *name != "default").collect()
}

pub(crate) const X86_64_LINUX: &str = "x86_64-unknown-linux-gnu";
pub(crate) const X86_64_MUSL: &str = "x86_64-unknown-linux-musl";
pub(crate) const AARCH64_LINUX: &str = "aarch64-unknown-linux-gnu";
pub(crate) const AARCH64_NONE: &str = "aarch64-unknown-none";
pub(crate) const AARCH64_NONE_SOFTFLOAT: &str = "aarch64-unknown-none-softfloat";
pub(crate) const X86_64_NONE: &str = "x86_64-unknown-none";
pub(crate) const I686_LINUX: &str = "i686-unknown-linux-gnu";
pub(crate) const I686_MUSL: &str = "i686-unknown-linux-musl";
pub(crate) const RISCV64_LINUX: &str = "riscv64gc-unknown-linux-gnu";
pub(crate) const S390X_LINUX: &str = "s390x-unknown-linux-gnu";
pub(crate) const RISCV64_NONE: &str = "riscv64gc-unknown-none-elf";
/// The target for kernels: it has no FP register.
pub(crate) const RISCV64IMAC_NONE: &str = "riscv64imac-unknown-none-elf";
pub(crate) const THUMBV7EM: &str = "thumbv7em-none-eabi";
pub(crate) const RISCV32IMAC: &str = "riscv32imac-unknown-none-elf";
pub(crate) const THUMBV6M: &str = "thumbv6m-none-eabi";
pub(crate) const RISCV32IMC: &str = "riscv32imc-unknown-none-elf";
pub(crate) const RISCV32I: &str = "riscv32i-unknown-none-elf";

/// Targets with assembly routines: the library is built for them.
pub(crate) const ASSEMBLY_TARGETS: &[&str] =
    &[X86_64_LINUX, AARCH64_LINUX, AARCH64_NONE, AARCH64_NONE_SOFTFLOAT, X86_64_NONE, RISCV64_NONE];

/// Targets without assembly: 32 bits, and big-endian.
pub(crate) const PORTABLE_TARGETS: &[&str] = &[I686_LINUX, S390X_LINUX];
/// Targets whose widest atomics have 32 bits.
pub(crate) const TARGETS_OF_32_BIT_ATOMICS: &[&str] = &[THUMBV7EM, RISCV32IMAC];
/// Targets with loads and stores only.
pub(crate) const TARGETS_WITHOUT_CAS: &[&str] = &[THUMBV6M, RISCV32IMC, RISCV32I];

/// The backend of the probe routines that everything uses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// The one that `src/probe/mod.rs` chooses.
    Chosen,
    Assembly,
    Portable,
}

/// The tests for which the backend makes a difference.
pub(crate) const PROBING: &[&str] =
    &["--lib", "--test=shared", "--test=probe_abi", "--test=probe_memory"];

/// The tests with threads or signals in the lock-free map.
pub(crate) const CONCURRENT: &[&str] = &[
    "--test=lockfree_history",
    "--test=lockfree_members",
    "--test=lockfree_rebuild",
    "--test=lockfree_signals",
    "--test=lockfree_updates",
];

impl Backend {
    pub(crate) const FORCED: [Backend; 2] = [Backend::Assembly, Backend::Portable];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Backend::Chosen => "chosen backend",
            Backend::Assembly => "assembly",
            Backend::Portable => "portable",
        }
    }

    /// The compiler flags that select it.
    pub(crate) fn flags(self) -> &'static str {
        match self {
            Backend::Chosen => "",
            Backend::Assembly => r#"--cfg heptad_backend="assembly""#,
            Backend::Portable => r#"--cfg heptad_backend="portable""#,
        }
    }

    /// `cargo` with this backend, for programs and for the examples in documentation. Each backend
    /// has its own target folder, because Cargo rebuilds everything whenever the flags change.
    pub(crate) fn cargo<'shell>(self, shell: &'shell Shell, extra_flags: &str) -> Cmd<'shell> {
        let mut cargo = cmd!(shell, "cargo");
        let flags = [extra_flags, self.flags()].join(" ");
        if flags != " " {
            cargo = cargo.env("RUSTFLAGS", flags.trim()).env("RUSTDOCFLAGS", flags.trim());
        }
        if self != Backend::Chosen {
            let folder = format!("{}/backend-{}", target_folder(), self.name());
            cargo = cargo.env("CARGO_TARGET_DIR", folder);
        }
        cargo
    }
}

/// Where Cargo puts what it builds.
pub(crate) fn target_folder() -> String {
    env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A feature that is added to the manifest has to be added here.
    #[test]
    fn every_feature_is_tried_alone() {
        let names = feature_names();
        for name in &names {
            let argument = format!("-F{name}");
            let is_tried =
                FEATURE_SETS.iter().any(|set| set.arguments.last() == Some(&argument.as_str()));
            assert!(is_tried, "{name}");
        }
        assert!(names.len() > 2 && names.contains(&"asm") && !names.contains(&"default"));
    }
}
