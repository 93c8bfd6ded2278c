//! The architectures: the folders of their routines, what they may use, and how their tests run.

use anyhow::{Result, bail};
use xshell::{Cmd, Shell};

use crate::matrix::{
    AARCH64_NONE_SOFTFLOAT, ALL, Backend, RISCV64IMAC_NONE, X86_64_LINUX, X86_64_NONE,
};
use crate::needs;
use crate::user_mode::{AARCH64, Guest, RISCV64};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Architecture {
    Aarch64,
    Riscv64,
    X86_64,
}

/// One architecture, or one more variant of its routines, as far as the checks differ.
pub(super) struct Machine {
    pub(super) architecture: Architecture,
    pub(super) name: &'static str,
    /// The name of its folder below `asm/`.
    pub(super) folder: &'static str,
    /// The files of that folder that come before a routine.
    pub(super) preludes: &'static [&'static str],
    /// The section of a banner with this variant's counts.
    pub(super) cost: &'static str,
    /// The target features in addition to the target's own.
    pub(super) target_features: &'static str,
    /// The GNU compiler that assembles for it.
    pub(super) compiler: &'static str,
    /// The target whose test programs run here.
    pub(super) target: &'static str,
    /// The program that runs them, if this machine cannot.
    pub(super) guest: Option<&'static Guest>,
    /// Are its mutants part of every test? Emulated ones take minutes.
    pub(super) has_quick_mutants: bool,
    /// The target of its kernels.
    pub(super) bare_target: &'static str,
    /// Every mnemonic that a routine may use, as the disassembler spells it.
    pub(super) mnemonics: &'static [&'static str],
    /// The instruction that a routine starts with.
    pub(super) landing_pad: &'static str,
    /// The paths through the short routines for which the banner states the cost, in that order.
    paths_in_a_group: &'static [Path],
}

/// The line of a banner that states the costs of the form that all of it describes.
pub(super) const COST: &str = "Cost";

/// A path through a routine: for each conditional branch on it, is it taken?
pub(super) struct Path {
    pub(super) routine: &'static str,
    pub(super) name: &'static str,
    pub(super) taken: &'static [bool],
}

const fn path(routine: &'static str, name: &'static str, taken: &'static [bool]) -> Path {
    Path { routine, name, taken }
}

// The paths through `find_words`. One entry takes two turns: one prefetches its cache line, and one answers.
const NO_ENTRY: &[bool] = &[true, true, true];
const ONE_AT_HOME: &[bool] =
    &[false, false, true, false, true, false, false, false, false, true, true];
const TWO_AT_HOME: &[bool] = &[
    false, true, false, true, false, true, false, false, false, true, false, false, false, true,
    true,
];
const ONE_MISS: &[bool] = &[false, false, true, false, true, false, true, true, false, true, true];
const ONE_DISPLACED: &[bool] =
    &[false, false, true, false, true, false, true, false, false, false, false, false, false, true];

/// The paths through the lookups, whose branches have one layout on every architecture.
const LOOKUPS: &[Path] = &[
    path("find_word", "first match at home", &[false, false]),
    path("find_word", "miss at home", &[true, false]),
    path("find_word", "first match in the alternate", &[true, true, false, false]),
    path("find_words", "no entry", NO_ENTRY),
    path("find_words", "one first match at home", ONE_AT_HOME),
    path("find_words", "two first matches at home", TWO_AT_HOME),
    path("find_words", "one miss at home", ONE_MISS),
    path("find_words", "one first match in the alternate", ONE_DISPLACED),
];

pub(super) const MACHINES: &[Machine] = &[
    Machine {
        architecture: Architecture::X86_64,
        name: "x86_64",
        folder: "x86_64",
        preludes: &["prelude.inc"],
        cost: COST,
        target_features: "",
        compiler: "x86_64-linux-gnu-gcc",
        target: X86_64_LINUX,
        guest: None,
        has_quick_mutants: true,
        bare_target: X86_64_NONE,
        // `rep bsf` is disassembled as tzcnt: the same bytes. Nothing else here is newer than SSE2.
        mnemonics: &[
            "adcq",
            "addq",
            "andq",
            "btq",
            "btrq",
            "btsq",
            "cmpq",
            "endbr64",
            "imulq",
            "jae",
            "jb",
            "je",
            "jmp",
            "jne",
            "leaq",
            "movabsq",
            "movl",
            "movq",
            "movzbq",
            "notq",
            "orq",
            "popq",
            "prefetcht0",
            "pushq",
            "retq",
            "rorq",
            "shlq",
            "shrq",
            "subq",
            "testq",
            "tzcntq",
            "xorq",
        ],
        landing_pad: "endbr64 ",
        paths_in_a_group: &[
            path("match_slots", "always", &[]),
            path("free_slot", "a slot is free", &[false]),
            path("free_slot", "full", &[true]),
        ],
    },
    Machine {
        architecture: Architecture::Aarch64,
        name: "aarch64",
        folder: "aarch64",
        preludes: &["prelude.inc"],
        cost: COST,
        target_features: "",
        compiler: AARCH64.compiler,
        target: AARCH64.target,
        guest: Some(&AARCH64),
        has_quick_mutants: true,
        bare_target: AARCH64_NONE_SOFTFLOAT,
        mnemonics: &[
            "add", "and", "ands", "b", "b.eq", "b.hs", "b.ne", "bic", "bti", "cbnz", "cbz", "cinc",
            "clz", "cmp", "eon", "ldr", "lsl", "lsr", "mov", "movk", "mul", "mvn", "orr", "prfm",
            "rbit", "ret", "ror", "str", "sub", "subs", "tbnz", "tbz", "ubfx",
        ],
        landing_pad: "bti c",
        paths_in_a_group: &[path("match_slots", "always", &[]), path("free_slot", "always", &[])],
    },
    RISCV64_BASE,
    Machine {
        name: "riscv64-zbb",
        preludes: &["prelude.inc", "zbb.inc"],
        cost: "Zbb",
        target_features: "+zbb",
        mnemonics: &[
            "add", "addi", "and", "andi", "andn", "auipc", "beq", "beqz", "bgeu", "bne", "bnez",
            "ctz", "j", "ld", "li", "lui", "mul", "mv", "orc.b", "ori", "ret", "sd", "seqz",
            "slli", "srl", "srli", "sub", "xor",
        ],
        ..RISCV64_BASE
    },
];

/// RV64IM: the instructions that Zbb would replace are written out.
const RISCV64_BASE: Machine = Machine {
    architecture: Architecture::Riscv64,
    name: "riscv64",
    folder: "riscv64",
    preludes: &["prelude.inc"],
    cost: COST,
    target_features: "",
    compiler: RISCV64.compiler,
    target: RISCV64.target,
    guest: Some(&RISCV64),
    has_quick_mutants: false,
    bare_target: RISCV64IMAC_NONE,
    mnemonics: &[
        "add", "addi", "and", "andi", "auipc", "beq", "beqz", "bgeu", "bne", "bnez", "j", "ld",
        "li", "lui", "mul", "mv", "not", "or", "ori", "ret", "sd", "seqz", "slli", "srl", "srli",
        "sub", "xor",
    ],
    landing_pad: "auipc zero, 0x0",
    paths_in_a_group: &[
        path("match_slots", "always", &[]),
        path("free_slot", "a slot is free", &[false]),
        path("free_slot", "full", &[true]),
    ],
};

impl Machine {
    /// The paths through `routine` for which its banner states the cost, in that order.
    pub(super) fn paths_through(&self, routine: &str) -> Vec<&'static Path> {
        let all = self.paths_in_a_group.iter().chain(LOOKUPS);
        all.filter(|path| path.routine == routine).collect()
    }

    /// The program that runs programs of `target` here: none, or QEMU's user mode.
    pub(super) fn launcher(&self, shell: &Shell) -> Result<Option<&'static str>> {
        let host = needs::host_target(shell)?;
        match self.guest {
            _ if host.starts_with(self.folder) => Ok(None),
            Some(guest) => Ok(Some(guest.launcher)),
            None => bail!("{host} cannot run the tests for {}", self.name),
        }
    }

    /// `cargo test` for programs that run here: the same ones that the stages `host-optimised`, `aarch64-user` and
    /// `riscv64-user` build, so that nothing is compiled twice.
    pub(super) fn cargo_test<'shell>(&self, shell: &'shell Shell) -> Cmd<'shell> {
        let cargo = match self.guest {
            Some(guest) => guest.cargo(shell, Backend::Chosen, self.target_features).args([
                "test",
                "--target",
                self.target,
            ]),
            None => Backend::Assembly.cargo(shell, "").arg("test"),
        };
        cargo.arg("--release").args(ALL.arguments)
    }
}
