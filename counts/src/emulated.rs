//! Instructions of a piece of work, counted by QEMU's user mode with the plugin `counts/qemu_plugin.c`.
//!
//! The plugin counts between two marks, which are system calls that it recognises by an argument: positions of a file
//! that no file reaches. It writes the count to that file.

use std::{
    env,
    fs::File,
    io::{self, Seek, SeekFrom},
    os::unix::fs::FileExt,
};

/// Marks a run under the plugin, and names the file.
const VARIABLE: &str = "HEPTAD_EMULATED_COUNTS";

/// The marks of the plugin.
const START: u64 = 0x6865_7074_6164_0001;
const END: u64 = 0x6865_7074_6164_0002;

/// The counter of the emulator under which this program runs.
pub(crate) struct Emulator {
    file: File,
    /// The count of nothing: the instructions around the marks.
    around: u64,
}

impl Emulator {
    /// The emulator that this program runs in, if its plugin counts.
    pub(crate) fn attach() -> io::Result<Option<Emulator>> {
        let Some(path) = env::var_os(VARIABLE) else { return Ok(None) };
        let mut emulator = Emulator { file: File::open(path)?, around: 0 };
        emulator.around = emulator.count(&mut || ())?;
        Ok(Some(emulator))
    }

    /// The instructions of `work`.
    pub(crate) fn count(&mut self, work: &mut dyn FnMut()) -> io::Result<u64> {
        // The position may be out of range for the file system, and is never used.
        let _ = self.file.seek(SeekFrom::Start(START));
        work();
        let _ = self.file.seek(SeekFrom::Start(END));
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, 0)?;
        Ok(u64::from_le_bytes(bytes).saturating_sub(self.around))
    }
}
