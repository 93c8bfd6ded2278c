//! A table that moves as it grows, within one arena and without an allocator: each time it is full
//! it moves into the next region, twice as large, under a new seed, and its old lines are free again.
//!
//! `cargo run --example moving_table`

use heptad::{
    Rejected,
    hash::Keyed,
    layout::Line,
    storage::{Region, Storage},
    swiss::Set,
};

/// Hands out regions from the front of one piece of memory.
struct Arena<'a> {
    free: &'a mut [Line],
}

impl<'a> Arena<'a> {
    fn take(&mut self, lines: usize) -> Option<Region<'a>> {
        let (taken, rest) = std::mem::take(&mut self.free).split_at_mut_checked(lines)?;
        self.free = rest;
        Region::from_lines(taken).ok()
    }
}

fn main() {
    let mut memory = vec![Line::EMPTY; 255];
    let mut arena = Arena { free: &mut memory };
    let first = arena.take(1).expect("255 lines are more than one");
    let mut set = Set::<u64, Region<'_>>::new_in(first, Keyed::new(1)).expect("a line is enough");

    let mut key = 0;
    loop {
        match set.try_insert(key) {
            Ok(_) => key += 1,
            Err(Rejected { error, .. }) => {
                let lines = 2 * set.allocation_size() / 64;
                let Some(region) = arena.take(lines) else {
                    println!("{error}, and the arena has no {lines} lines left");
                    break;
                };
                let seed = set.hasher().seed() + 1;
                match set.move_into(region, Keyed::new(seed)) {
                    Ok(old) => println!(
                        "{:4} keys move from {:3} to {lines:3} lines; {:5} bytes come back",
                        set.len(),
                        old.lines(),
                        old.lines() * 64,
                    ),
                    Err(rejected) => println!("{rejected}"),
                }
            }
        }
    }
    assert!((0..key).all(|key| set.contains(&key)));
    println!("{} keys, all still there: {}", set.len(), set.stats());
}
