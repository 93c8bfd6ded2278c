//! Memory for the tables under test, where there is no allocator.

use heptad::layout::Line;
use spin::Mutex;

/// Lines of the arena: a set of 1024 groups, or a map of 512.
pub const LINES: usize = 1024;

static ARENA: Mutex<[Line; LINES]> = Mutex::new([Line::EMPTY; LINES]);

/// Provides `lines` lines, filled with bytes that look like metadata, to `use_them`.
pub fn with_lines(lines: usize, use_them: impl FnOnce(&mut [Line])) {
    let mut arena = ARENA.lock();
    let provided = &mut arena[..lines];
    provided.fill(rubbish());
    use_them(provided);
}

/// A line that a table must not mistake for one of its own.
fn rubbish() -> Line {
    let mut line = Line::EMPTY;
    let words = (&raw mut line).cast::<u64>();
    for index in 0..8 {
        // SAFETY: a line has eight words.
        let word = unsafe { words.add(index) };
        // SAFETY: inside `line`.
        unsafe { word.write(0x0302_0302_0302_03ff) };
    }
    line
}
