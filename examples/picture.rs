//! A picture of a table: one row of eight cells per group, as SVG on standard output.
//!
//! Grey is a free slot, blue an entry at home, orange one in its alternate group, red a stashed one;
//! the leftmost cell of each group shows how many of its eight filter bits are set. Groups run down
//! the columns.
//!
//! `cargo run --example picture -- [groups] [load in percent] [turnovers] > table.svg`

use std::{env, fmt::Write};

use heptad::{
    hash::Keyed,
    layout::{Line, SLOTS, Slot, Word},
    storage::Region,
    swiss::Set,
};

const CELL: usize = 6;
const GROUPS_PER_COLUMN: usize = 64;

fn color(word: Word, slot: Slot) -> &'static str {
    let byte = word.slot_byte(slot);
    match () {
        () if byte.is_free() => "#e8e8e8",
        () if byte.is_stashed() => "#d62728",
        () if byte.is_displaced() => "#ff9f3f",
        () => "#4c78a8",
    }
}

fn main() {
    let argument = |index, default| {
        env::args().nth(index).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let groups = argument(1, 256usize).clamp(1, 1 << 14).next_power_of_two();
    let load = argument(2, 94usize).min(100);
    let turnovers = argument(3, 10);

    // The lines belong to this program, so it can look at the metadata words afterwards.
    let mut lines = vec![Line::EMPTY; groups];
    let region = Region::from_lines(&mut lines).expect("at least one line");
    let mut set = Set::<u64, _>::new_in(region, Keyed::new(0x5eed)).expect("at least one group");
    let keys = (groups * SLOTS * load / 100).min(set.capacity()) as u64;
    for key in 0..keys {
        set.try_insert(key).expect("within the capacity");
    }
    for key in 0..keys * turnovers as u64 {
        set.remove(&key);
        set.try_insert(key + keys).expect("one was removed");
    }
    eprintln!("{}", set.stats());
    drop(set); // the entries stay where they are, the borrow ends

    let columns = groups.div_ceil(GROUPS_PER_COLUMN);
    let (width, height) = (columns * 9 * CELL, GROUPS_PER_COLUMN.min(groups) * CELL);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         shape-rendering=\"crispEdges\">\n"
    );
    for (group, line) in lines.iter().enumerate() {
        // SAFETY: a set has no values, so each line is a group.
        let word = unsafe { line.word() };
        let (x, y) = (group / GROUPS_PER_COLUMN * 9 * CELL, group % GROUPS_PER_COLUMN * CELL);
        let shade = 255 - 31 * word.filter().count_ones();
        let cells = std::iter::once(format!("rgb({shade},{shade},{shade})"))
            .chain(Slot::ALL.map(|slot| color(word, slot).to_string()));
        for (cell, fill) in cells.enumerate() {
            let x = x + cell * CELL;
            writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"5\" height=\"5\" fill=\"{fill}\"/>")
                .expect("a string grows");
        }
    }
    println!("{svg}</svg>");
}
