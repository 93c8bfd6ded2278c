//! The archive that the kernel unpacks as its first file system: `init`, and the module.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

const DIRECTORY: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;
const DEVICE: u32 = 0o020_600;

/// Makes the archive for `module` in `folder`.
pub(super) fn make(shell: &Shell, module: &Path, folder: &Path) -> Result<PathBuf> {
    let init = folder.join("init");
    cmd!(shell, "gcc -std=gnu99 -O2 -Wall -Wextra -Werror -static -o {init} tests-linux/init.c")
        .quiet()
        .run()
        .context("compiling init")?;
    let mut archive = Vec::new();
    append(&mut archive, "dev", DIRECTORY, (0, 0), &[]);
    append(&mut archive, "dev/console", DEVICE, (5, 1), &[]);
    append(&mut archive, "init", PROGRAM, (0, 0), &fs::read(&init)?);
    append(&mut archive, "heptad_check.ko", PROGRAM, (0, 0), &fs::read(module)?);
    append(&mut archive, "TRAILER!!!", 0, (0, 0), &[]);
    let file = folder.join("initramfs.cpio");
    fs::write(&file, archive)?;
    Ok(file)
}

/// Appends a file in the format `newc` of cpio; `device` is its numbers if it is one.
fn append(archive: &mut Vec<u8>, name: &str, mode: u32, device: (u32, u32), contents: &[u8]) {
    let sizes = (contents.len() as u32, name.len() as u32 + 1);
    // inode, mode, owner, group, links, time; size; the file system's device, its own; the name's length; a sum
    let fields = [1, mode, 0, 0, 1, 0, sizes.0, 0, 0, device.0, device.1, sizes.1, 0];
    archive.extend(b"070701");
    for field in fields {
        archive.extend(format!("{field:08x}").bytes());
    }
    archive.extend(name.bytes().chain([0]));
    pad(archive);
    archive.extend(contents);
    pad(archive);
}

/// Zeros up to a multiple of 4 bytes.
fn pad(archive: &mut Vec<u8>) {
    archive.resize(archive.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_110_bytes_and_everything_is_padded() {
        let mut archive = Vec::new();
        append(&mut archive, "init", PROGRAM, (0, 0), b"12345");
        assert_eq!(archive.len(), 116 + 8);
        assert!(archive.starts_with(b"07070100000001000081ed"));
        assert_eq!(&archive[110..116], b"init\0\0");
        assert_eq!(&archive[116..], b"12345\0\0\0");
    }
}
