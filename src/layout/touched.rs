//! Counts the cache lines that an operation touches, in tests: tables record each access, and
//! their tests assert what the documentation says.

use core::cell::RefCell;
use std::{collections::HashSet, thread_local};

use super::LINE_BYTES;

thread_local! {
    /// The lines touched so far by this thread, while it counts.
    static TOUCHED: RefCell<Option<HashSet<usize>>> = const { RefCell::new(None) };
}

/// Records an access to `address`.
pub(crate) fn touch(address: usize) {
    TOUCHED.with_borrow_mut(|touched| {
        if let Some(lines) = touched {
            lines.insert(address / LINE_BYTES);
        }
    });
}

/// How many lines `act` touches.
pub(crate) fn lines_of<R>(act: impl FnOnce() -> R) -> (usize, R) {
    TOUCHED.set(Some(HashSet::new()));
    let result = act();
    let lines = TOUCHED.take().map_or(0, |lines| lines.len());
    (lines, result)
}

/// Lines of many operations.
#[derive(Default)]
pub(crate) struct Tally {
    operations: usize,
    lines: usize,
    pub(crate) most: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, lines: usize) {
        self.operations += 1;
        self.lines += lines;
        self.most = self.most.max(lines);
    }

    /// Average lines, in thousandths.
    pub(crate) fn per_1000(&self) -> usize {
        1000 * self.lines / self.operations
    }
}

/// Asserts an average within a twentieth of what is documented, and the most within a quarter and two lines below it:
/// so a figure that the code is better than by now fails too.
pub(crate) fn assert_documented(what: &str, tally: &Tally, per_1000: usize, most: usize) {
    let (average, found) = (tally.per_1000(), tally.most);
    let near = average.abs_diff(per_1000) * 20 <= per_1000;
    assert!(near, "{what}: {average} lines per 1000, {per_1000} are documented");
    assert_most(what, found, most);
}

/// Asserts the second half of [`assert_documented`].
pub(crate) fn assert_most(what: &str, found: usize, most: usize) {
    let near = (found..=found + found / 4 + 2).contains(&most);
    assert!(near, "{what}: {found} lines at the most, {most} are documented");
}

/// Asserts that docs/measurements.md has this row in a table of costs: averages per thousand, and the most. Tests
/// give the numbers that they assert, so the table shows no other ones.
pub(crate) fn assert_measured_row(name: &str, costs: &[(usize, usize)]) {
    let cell = |&(per_1000, most): &(usize, usize)| {
        std::format!("{}.{:02}, {most}", per_1000 / 1000, per_1000 % 1000 / 10)
    };
    let cells: std::vec::Vec<_> = costs.iter().map(cell).collect();
    assert_measured_cells(name, &cells);
}

/// [`assert_measured_row`] of other cells, which may be empty. The last one may go on in the page.
pub(crate) fn assert_measured_cells(name: &str, cells: &[std::string::String]) {
    let row = std::format!("| {name} | {}", cells.join(" | ")).replace("|  |", "| |");
    let page = include_str!("../../docs/measurements.md");
    assert!(page.contains(&row), "docs/measurements.md has no row {row}");
}

/// Asserts that a C header says this, however its lines are broken.
pub(crate) fn assert_header_says(sentence: &str) {
    let headers = [
        include_str!("../../include/heptad.h"),
        include_str!("../../include/heptad/indirect.h"),
        include_str!("../../include/heptad/lockfree.h"),
        include_str!("../../include/heptad/robin.h"),
        include_str!("../../include/heptad/swiss.h"),
    ];
    let words = |text: &str| {
        let words: std::vec::Vec<_> = text.split_whitespace().filter(|word| *word != "*").collect();
        words.join(" ")
    };
    let says = |header: &&str| words(header).contains(&words(sentence));
    assert!(headers.iter().any(says), "no header says: {sentence}");
}
