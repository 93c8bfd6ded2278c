//! The two architectures: where their routines are, what they may use, and how their tests run.

use anyhow::{Result, bail};
use xshell::Shell;

use crate::matrix::{AARCH64_LINUX, AARCH64_NONE_SOFTFLOAT, X86_64_LINUX, X86_64_NONE};
use crate::needs;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Architecture {
    Aarch64,
    X86_64,
}

/// One architecture, as far as the checks differ.
pub(super) struct Machine {
    pub(super) architecture: Architecture,
    /// The name of its folder in `asm/`.
    pub(super) name: &'static str,
    /// The GNU compiler that assembles for it.
    pub(super) compiler: &'static str,
    /// The target whose test programs run here.
    pub(super) target: &'static str,
    /// The target for kernels.
    pub(super) bare_target: &'static str,
    /// Every mnemonic that a routine may use, as the disassembler spells it.
    pub(super) mnemonics: &'static [&'static str],
    /// What a routine starts with.
    pub(super) landing_pad: &'static str,
    /// The ways through each routine that its banner gives the cost of, in that order.
    pub(super) paths: &'static [Path],
}

/// A way through a routine: for each conditional branch that it meets, is it taken?
pub(super) struct Path {
    pub(super) routine: &'static str,
    pub(super) name: &'static str,
    pub(super) taken: &'static [bool],
}

const fn path(routine: &'static str, name: &'static str, taken: &'static [bool]) -> Path {
    Path { routine, name, taken }
}

// The ways through `find_words`, which is laid out alike for both architectures. One entry takes two
// turns: one that asks for its line, and one that answers.
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

pub(super) const MACHINES: &[Machine] = &[
    Machine {
        architecture: Architecture::X86_64,
        name: "x86_64",
        compiler: "x86_64-linux-gnu-gcc",
        target: X86_64_LINUX,
        bare_target: X86_64_NONE,
        // `rep bsf` is spelt tzcnt: the same bytes. Nothing else here is younger than SSE2.
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
        paths: &[
            path("match_slots", "always", &[]),
            path("free_slot", "a slot is free", &[false]),
            path("free_slot", "full", &[true]),
            path("find_word", "first match at home", &[false, false]),
            path("find_word", "miss at home", &[true, false]),
            path("find_word", "first match in the alternate", &[true, true, false, false]),
            path("find_words", "no entry", NO_ENTRY),
            path("find_words", "one first match at home", ONE_AT_HOME),
            path("find_words", "two first matches at home", TWO_AT_HOME),
            path("find_words", "one miss at home", ONE_MISS),
            path("find_words", "one first match in the alternate", ONE_DISPLACED),
        ],
    },
    Machine {
        architecture: Architecture::Aarch64,
        name: "aarch64",
        compiler: "aarch64-linux-gnu-gcc",
        target: AARCH64_LINUX,
        bare_target: AARCH64_NONE_SOFTFLOAT,
        mnemonics: &[
            "add", "and", "ands", "b", "b.eq", "b.hs", "b.ne", "bic", "bti", "cbnz", "cbz", "cinc",
            "clz", "cmp", "eon", "ldr", "lsl", "lsr", "mov", "movk", "mul", "mvn", "orr", "prfm",
            "rbit", "ret", "ror", "str", "sub", "subs", "tbnz", "tbz", "ubfx",
        ],
        landing_pad: "bti c",
        paths: &[
            path("match_slots", "always", &[]),
            path("free_slot", "always", &[]),
            path("find_word", "first match at home", &[false, false]),
            path("find_word", "miss at home", &[true, false]),
            path("find_word", "first match in the alternate", &[true, true, false, false]),
            path("find_words", "no entry", NO_ENTRY),
            path("find_words", "one first match at home", ONE_AT_HOME),
            path("find_words", "two first matches at home", TWO_AT_HOME),
            path("find_words", "one miss at home", ONE_MISS),
            path("find_words", "one first match in the alternate", ONE_DISPLACED),
        ],
    },
];

impl Machine {
    /// What runs programs of `target` here: nothing, or QEMU's user mode.
    pub(super) fn launcher(&self, shell: &Shell) -> Result<Option<&'static str>> {
        let host = needs::host_target(shell)?;
        match self.architecture {
            _ if host.starts_with(self.name) => Ok(None),
            Architecture::Aarch64 => Ok(Some("qemu-aarch64")),
            Architecture::X86_64 => bail!("{host} cannot run the tests for x86_64"),
        }
    }
}
