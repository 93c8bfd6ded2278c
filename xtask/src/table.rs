//! The stages of `cargo xtask test` and `cargo xtask verify`, in the order in which they begin: those
//! that fail soonest come first.

use crate::matrix::{AARCH64_NONE_SOFTFLOAT, RISCV64IMAC_NONE, X86_64_NONE};
use crate::needs::Need;
use crate::stage::Stage;
use crate::{
    arrows, asm_check, bench, builds, capi, consumers, counts, coverage, docs, fuzz, host, lint,
    linux, litmus, lockfree, messages, miri, models, musl, mutants, no_atomics, no_panic, pages,
    proofs, protocols, qemu, sanitizers, user_mode, words,
};

/// The folders, below Cargo's own, in which stages build; all other stages build in Cargo's own. Stages of one folder use
/// what the others have compiled, and Cargo locks it: `test` runs only stages of different folders beside one another.
const FOLDERS: &[(&str, &[&str])] = &[
    ("linted", &["lint", "builds", "builds-all"]),
    (
        "emulated",
        &[
            "host-optimised",
            "host-all",
            "counts-emulated",
            "aarch64-user",
            "aarch64-user-all",
            "riscv64-user",
            "riscv64-user-all",
            "asm-check",
            "asm-check-all",
        ],
    ),
    (
        "kernels",
        &[
            "no-panic",
            "qemu-aarch64",
            "qemu-x86_64",
            "qemu-riscv64",
            "no-atomics",
            "no-atomics-all",
        ],
    ),
    ("models", &["models", "models-long"]),
    ("steps", &["steps"]),
];

/// The folder of a stage; nothing for Cargo's own.
pub(crate) fn folder(stage: &str) -> &'static str {
    let its = FOLDERS.iter().find(|(_, stages)| stages.contains(&stage));
    its.map_or("", |(folder, _)| folder)
}

/// What every change must pass.
pub(crate) const TEST: &[Stage] = &[
    Stage {
        name: "arrows",
        about: "modules use only what the architecture lets them, unsafe stands where it may",
        needs: &[],
        run: arrows::run,
    },
    Stage {
        name: "lint",
        about: "rustfmt and clippy, for every feature set, backend and target",
        needs: lint::NEEDS,
        run: lint::run,
    },
    Stage {
        name: "docs",
        about: "rustdoc without warnings, Rust code and links in Markdown files",
        needs: &[],
        run: docs::run,
    },
    Stage {
        name: "pages",
        about: "printed blocks of the documents, the tests and mutants that DESIGN.md names, the map",
        needs: &[],
        run: pages::run,
    },
    Stage {
        name: "words",
        about: "one term per concept: the words that CONTRIBUTING.md's table of terms has dropped",
        needs: &[],
        run: words::run,
    },
    Stage {
        name: "host",
        about: "the tests on this machine, with and without features; those of xtask; the examples",
        needs: &[],
        run: host::run,
    },
    Stage {
        name: "host-optimised",
        about: "the tests of the routines and of threads on this machine, optimised",
        needs: &[],
        run: host::run_optimised,
    },
    Stage {
        name: "counts",
        about: "instructions and mispredictions of the tables' operations, against counts/expected.txt",
        needs: counts::NEEDS,
        run: counts::run,
    },
    Stage {
        name: "counts-emulated",
        about: "instructions of the same operations on AArch64 and RISC-V, counted by QEMU",
        needs: counts::EMULATED_NEEDS,
        run: counts::run_emulated,
    },
    Stage {
        name: "models",
        about: "the lock-free map under loom, in every interleaving of small models",
        needs: &[],
        run: models::run,
    },
    Stage {
        name: "steps",
        about: "the lock-free map: each operation stopped at every access, for others or for ever",
        needs: &[],
        run: models::run_steps,
    },
    Stage {
        name: "messages",
        about: "what the compiler says of programs that break a rule names the rule and the type",
        needs: &[],
        run: messages::run,
    },
    Stage {
        name: "aarch64-user",
        about: "the tests of the routines and of threads as AArch64 programs in QEMU's user mode",
        needs: user_mode::AARCH64.needs,
        run: user_mode::aarch64,
    },
    Stage {
        name: "riscv64-user",
        about: "the tests of the routines as RISC-V programs in QEMU's user mode",
        needs: user_mode::RISCV64.needs,
        run: user_mode::riscv64,
    },
    Stage {
        name: "builds",
        about: "every target, the package, and the oldest compiler promised",
        needs: builds::NEEDS,
        run: builds::run,
    },
    Stage {
        name: "no-panic",
        about: "a bare-metal user of the fallible interface links without a panic, one of fixed maps without rebuilds",
        needs: no_panic::NEEDS,
        run: no_panic::run,
    },
    Stage {
        name: "qemu-aarch64",
        about: "the test kernels on bare AArch64, FP and SIMD trapped",
        needs: &[
            Need::Target(AARCH64_NONE_SOFTFLOAT),
            Need::Program("qemu-system-aarch64", "qemu-system-arm"),
        ],
        run: qemu::aarch64,
    },
    Stage {
        name: "qemu-x86_64",
        about: "the test kernels on bare x86_64, FP and SIMD trapped",
        needs: &[Need::Target(X86_64_NONE), Need::Program("qemu-system-x86_64", "qemu-system-x86")],
        run: qemu::x86_64,
    },
    Stage {
        name: "qemu-riscv64",
        about: "the test kernels on bare 64-bit RISC-V under OpenSBI, FP trapped",
        needs: &[
            Need::Target(RISCV64IMAC_NONE),
            Need::Program("qemu-system-riscv64", "qemu-system-misc"),
            Need::File(
                "/usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.elf",
                "qemu-system-data",
            ),
        ],
        run: qemu::riscv64,
    },
    Stage {
        name: "no-atomics",
        about: "the test kernels on bare 32-bit RISC-V, which has no 64-bit atomics",
        needs: no_atomics::NEEDS,
        run: no_atomics::run,
    },
    Stage {
        name: "asm-check",
        about: "the assembly routines and the library's code: banners, symbols, registers, mutants",
        needs: asm_check::NEEDS,
        run: asm_check::run,
    },
    Stage {
        name: "capi",
        about: "the C header, its library, and C programs here and on AArch64",
        needs: capi::NEEDS,
        run: capi::run,
    },
    Stage {
        name: "consumers",
        about: "a user's program, from the package, built as users build; its answers",
        needs: consumers::NEEDS,
        run: consumers::run,
    },
];

/// Stages that take longer, or need a nightly toolchain.
pub(crate) const VERIFY: &[Stage] = &[
    Stage {
        name: "miri",
        about: "the tests under Miri: 64 bits, 32 bits, big-endian",
        needs: &[],
        run: miri::run,
    },
    Stage {
        name: "models-long",
        about: "the lock-free map under loom: the small models, and those that take minutes",
        needs: &[],
        run: models::run_long,
    },
    Stage {
        name: "doc-errors",
        about: "examples that must not compile, and the codes of their errors",
        needs: &[],
        run: docs::run_errors,
    },
    Stage {
        name: "miri-lockfree",
        about: "threads on the lock-free map under Miri, with many seeds, on two architectures",
        needs: &[],
        run: miri::run_lockfree,
    },
    Stage {
        name: "lockfree-long",
        about: "recorded histories and endless churn of the lock-free map, for minutes",
        needs: &[],
        run: lockfree::run_long,
    },
    Stage {
        name: "members-long",
        about: "processes that share a map, ten thousand of which are killed",
        needs: capi::members::NEEDS,
        run: capi::members::run,
    },
    Stage {
        name: "musl",
        about: "the tests as static programs of 64 and of 32 bits",
        needs: musl::NEEDS,
        run: musl::run,
    },
    Stage {
        name: "asm-check-all",
        about: "the assembly routines for RISC-V, with Zbb and without: every instruction changed",
        needs: asm_check::NEEDS,
        run: asm_check::run_all,
    },
    Stage {
        name: "host-all",
        about: "all tests on this machine, optimised, with each backend; those of the routines with AVX2",
        needs: &[],
        run: host::run_all,
    },
    Stage {
        name: "aarch64-user-all",
        about: "all tests as AArch64 programs in QEMU's user mode; those of the routines with the assembly too",
        needs: user_mode::AARCH64.needs,
        run: user_mode::aarch64_all,
    },
    Stage {
        name: "riscv64-user-all",
        about: "all tests as RISC-V programs in QEMU's user mode; those of the routines with Zbb too",
        needs: user_mode::RISCV64.needs,
        run: user_mode::riscv64_all,
    },
    Stage {
        name: "thread-sanitizer",
        about: "the tests of the lock-free map, watched for data races",
        needs: &[],
        run: sanitizers::thread,
    },
    Stage {
        name: "address-sanitizer",
        about: "the tests of all tables, watched for accesses outside their memory",
        needs: &[],
        run: sanitizers::address,
    },
    Stage {
        name: "capi-riscv64",
        about: "the C library for RISC-V: closed for kernels, its tests as Linux programs",
        needs: capi::riscv64::NEEDS,
        run: capi::riscv64::run,
    },
    Stage {
        name: "capi-memcheck",
        about: "the C tests, watched by valgrind",
        needs: capi::memcheck::NEEDS,
        run: capi::memcheck::run,
    },
    Stage {
        name: "linux",
        about: "a Linux module: objtool, and threads, timers and NMIs on four cores under Debian's kernel",
        needs: linux::NEEDS,
        run: linux::run,
    },
    Stage {
        name: "linux-rt",
        about: "the Linux module under Debian's kernel with PREEMPT_RT",
        needs: linux::RT_NEEDS,
        run: linux::run_rt,
    },
    Stage {
        name: "model-mutants",
        about: "the lock-free map without one of its steps: some model must notice",
        needs: &[],
        run: models::run_mutants,
    },
    Stage {
        name: "consumers-all",
        about: "the user's program for every target, by every profile, with every partner",
        needs: consumers::ALL_NEEDS,
        run: consumers::run_all,
    },
    Stage {
        name: "no-atomics-all",
        about: "the kernels on Cortex-M and 32-bit RISC-V, for every way of emulation; and one in C",
        needs: no_atomics::ALL_NEEDS,
        run: no_atomics::run_all,
    },
    Stage {
        name: "proofs",
        about: "theorems about the arithmetic and the machine code, by z3 and symbolic execution",
        needs: proofs::NEEDS,
        run: proofs::run,
    },
    Stage {
        name: "proofs-long",
        about: "the theorems again, with every planted error",
        needs: proofs::NEEDS,
        run: proofs::run_long,
    },
    Stage {
        name: "protocols",
        about: "the rebuild's protocol in Promela: every interleaving, by spin, and planted errors",
        needs: protocols::NEEDS,
        run: protocols::run,
    },
    Stage {
        name: "litmus",
        about: "the map's patterns of accesses on AArch64 and RISC-V, by herd7 where it is installed",
        needs: litmus::NEEDS,
        run: litmus::run,
    },
    Stage {
        name: "coverage",
        about: "the lines of the library that the tests execute, and those that they do not",
        needs: coverage::NEEDS,
        run: coverage::run,
    },
    Stage {
        name: "builds-all",
        about: "the library with every set of features, xtask with the oldest compiler",
        needs: &[],
        run: builds::run_every_set,
    },
    Stage {
        name: "bench",
        about: "the tests of the benchmark, for which every contender is compiled; the programs that are weighed",
        needs: &[Need::Target(X86_64_NONE)],
        run: bench::tests,
    },
    Stage {
        name: "fuzz",
        about: "operation sequences against models, a minute per target",
        needs: fuzz::NEEDS,
        run: fuzz::run,
    },
    Stage {
        name: "mutants",
        about: "changes of the core's expressions that no test notices have to be explained",
        needs: mutants::NEEDS,
        run: mutants::run,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::names::stages_of;

    #[test]
    fn pages_reads_the_names_of_the_stages() {
        let names = |stages: &[Stage]| stages.iter().map(|stage| stage.name).collect::<Vec<_>>();
        assert_eq!(stages_of("test"), names(TEST));
        assert_eq!(stages_of("verify"), names(VERIFY));
    }

    #[test]
    fn every_stage_with_a_folder_exists() {
        for name in FOLDERS.iter().flat_map(|(_, stages)| *stages) {
            assert!(TEST.iter().chain(VERIFY).any(|stage| stage.name == *name), "{name}");
        }
        assert_eq!((folder("steps"), folder("host")), ("steps", ""));
    }
}
