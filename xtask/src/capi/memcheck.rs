//! Stage `capi-memcheck` of `verify`: the C tests under valgrind, which also watches what the library itself reads
//! and writes. (The sanitizers of stage `capi` watch only the C code around it.)

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use xshell::Shell;

use super::{library, programs};
use crate::job::{self, Job};
use crate::matrix::target_folder;
use crate::needs::{self, Need};
use crate::stage::Count;

pub(crate) const NEEDS: &[Need] = &[
    Need::Component("llvm-tools", "lib/rustlib/{host}/bin/llvm-nm"),
    Need::Program("gcc", "gcc"),
    Need::Program("valgrind", "valgrind"),
];

/// A program with an error that only appears inside the library.
const PLANTED: &str = "\
#include <heptad.h>
#include <stdlib.h>
int main(void)
{
    static HEPTAD_LINES(lines, 4);
    heptad_set set = HEPTAD_INIT;
    uint64_t *keys = malloc(8 * sizeof *keys);
    heptad_set_init(&set, lines, sizeof lines, 1, HEPTAD_LOAD_15_16);
    free(keys);
    return heptad_set_insert_many(&set, keys, 8, NULL);
}
";

pub(crate) fn run(shell: &Shell) -> Result<Count> {
    let folder = PathBuf::from(target_folder()).join("capi-memcheck");
    fs::create_dir_all(&folder)?;
    let library = library::build(shell, &needs::host_target(shell)?)?;
    let toolchain = &programs::WATCHED;

    let (source, program) = (folder.join("planted.c"), folder.join("planted"));
    fs::write(&source, PLANTED)?;
    let compile = toolchain.compile(shell, &library, &source, &program).arg("-Wno-use-after-free");
    let mut count = job::run_until_failure([
        Job::step("compiling a planted error", compile),
        Job::refused("a planted error", toolchain.start(shell, &program), "Invalid read"),
    ])?;
    count += programs::tests(toolchain, &library, &folder)?;
    Ok(count)
}
