//! The pass of growing, beside copies of as many words.

use std::{hint::black_box, mem::MaybeUninit};

use anyhow::{Result, ensure};
use heptad::{
    hash::{Keyed, hash_word},
    layout::{Line, MaxLoad},
    robin_hood::{Merge, Set},
    storage::{Downward, Heap, Region, Zeroed},
};

use serde_json::json;

use super::race::{Entrant, PASSES, names, race};
use crate::{
    ours::{MEMORY, SEED},
    report::{Report, Section},
};

/// log2 of the homes before growing: 256 KiB grow to 512, and 128 MiB to 256.
const SIZES: [(u32, usize); 2] = [(15, 201), (24, 7)];

/// The content of the lower half, or of the target of a copy, before each round.
const DIRT: u64 = 0x0302_0302_0302_03ff;

pub(super) fn run(quick: bool, report: &mut Report) -> Result<()> {
    for (bits, rounds) in if quick { &SIZES[..1] } else { &SIZES[..] } {
        for load_percent in [50, 90] {
            measure(*bits, *rounds, load_percent, report)?;
        }
    }
    Ok(())
}

fn measure(bits: u32, rounds: usize, load_percent: usize, report: &mut Report) -> Result<()> {
    let homes = 1usize << bits;
    let slots = homes + 64;
    let load = MaxLoad::FifteenSixteenths;
    let mut words = Set::with_max_load_in(Heap::new(), load, Keyed::new(SEED))?;
    words.try_reserve(homes / 100 * load_percent)?;
    for number in 0..(homes * load_percent / 100) as u64 {
        words.insert(hash_word(1, number));
    }
    let nothing = Set::<Heap>::with_order(Keyed::new(SEED));
    let grown_bytes = (2 * homes + 64) * 8;
    let memory = [(); 2].map(|()| memory(grown_bytes));
    let (from, to) = (memory_of(slots), memory_of(slots));

    // A table before growing, at the end of `memory`, whose rest is filled with `fill`.
    let table_in = |memory: &'static mut [Line], fill: u64, zeroed: bool| {
        fill_lines(memory, fill);
        let region = Region::from_lines(memory).expect(MEMORY);
        build(&words, &nothing, region, zeroed)
    };
    let table = |index: usize, fill: u64, zeroed: bool| {
        let (start, lines): (*mut Line, usize) = memory[index];
        move || {
            // SAFETY: leaked memory, separate for each entrant; the set of the previous round is
            // dropped.
            let memory = unsafe { std::slice::from_raw_parts_mut(start, lines) };
            let mut set = table_in(memory, fill, zeroed);
            assert_eq!(set.homes(), homes);
            Box::new(move || set.grow()) as Box<dyn FnMut()>
        }
    };
    let copy = |by: fn(*const u64, *mut u64, usize)| {
        move || {
            fill_words(from, slots, 1);
            fill_words(to, slots, DIRT);
            Box::new(move || by(from, to, slots)) as Box<dyn FnMut()>
        }
    };
    let mut entrants = [
        Entrant { name: "grow, cleared", prepare: Box::new(table(0, DIRT, false)) },
        Entrant { name: "grow, zero already", prepare: Box::new(table(1, 0, true)) },
        Entrant { name: "copy, 1 word per turn", prepare: Box::new(copy(copy_one)) },
        Entrant { name: "copy, 4 words per turn", prepare: Box::new(copy(copy_four)) },
    ];
    let medians = race(&mut entrants, rounds)?;
    ensure!(medians.iter().all(|&time| time > 0.0), "a clock that stands still");
    let load = load_percent as f64 / 100.0;
    let subject = vec![("homes", json!(homes)), ("load", json!(load))];
    let (entries, names) = (homes * load_percent / 100, names(&entrants));
    let section = Section { suite: PASSES, entries, subject, names };
    section.print_head();
    let per_slot = medians.iter().map(|time| time / slots as f64).collect();
    report.show(&section, "grow in place, per slot", vec![("ns", per_slot)]);
    Ok(())
}

/// A set in one of two storages.
enum Growing {
    Dirty(Set<Region<'static>>),
    Zero(Set<Zeroed<Region<'static>>>),
}

impl Growing {
    fn grow(&mut self) {
        match self {
            Growing::Dirty(set) => set.try_grow(),
            Growing::Zero(set) => set.try_grow(),
        }
        .expect("the region has room");
    }

    fn homes(&self) -> usize {
        match self {
            Growing::Dirty(set) => set.stats().homes,
            Growing::Zero(set) => set.stats().homes,
        }
    }
}

fn build(words: &Set<Heap>, nothing: &Set<Heap>, region: Region<'static>, zeroed: bool) -> Growing {
    if zeroed {
        // SAFETY: the caller filled it with zeros.
        let region = unsafe { Zeroed::new(region) };
        Growing::Zero(merged(words, nothing, region))
    } else {
        Growing::Dirty(merged(words, nothing, region))
    }
}

/// The words, in the smallest table at the end of the storage that has room for them at 15/16.
fn merged<S: Downward>(words: &Set<Heap>, nothing: &Set<Heap>, storage: S) -> Set<S> {
    let merged = words.try_merge_in(Merge::Union, nothing, storage);
    merged.map_err(|rejected| rejected.error).expect(MEMORY)
}

fn memory(bytes: usize) -> (*mut Line, usize) {
    let lines = bytes / size_of::<Line>();
    (Box::leak(vec![Line::EMPTY; lines].into_boxed_slice()).as_mut_ptr(), lines)
}

fn memory_of(words: usize) -> *mut u64 {
    memory(words * 8).0.cast()
}

fn fill_lines(lines: &mut [Line], word: u64) {
    fill_words(lines.as_mut_ptr().cast(), lines.len() * 8, word);
}

fn fill_words(start: *mut u64, count: usize, word: u64) {
    // SAFETY: the program's own memory, of `count` words.
    unsafe { std::slice::from_raw_parts_mut(start.cast::<MaybeUninit<u64>>(), count) }
        .fill(MaybeUninit::new(word));
    black_box(start);
}

/// A loop that the compiler unrolled to four words per turn on every machine tried.
#[inline(never)]
fn copy_four(from: *const u64, to: *mut u64, count: usize) {
    for index in 0..count {
        // SAFETY: callers pass memory of `count` words.
        let word = unsafe { from.wrapping_add(index).read_volatile() };
        // SAFETY: as above.
        unsafe { to.wrapping_add(index).write_volatile(word) };
    }
}

/// A loop of one word per turn, which is what the compiler makes without unrolling. It is in
/// assembly for processors whose speed depends on the address of such a loop.
#[inline(never)]
fn copy_one(from: *const u64, to: *mut u64, count: usize) {
    assert!(count > 0);
    #[cfg(target_arch = "x86_64")]
    // SAFETY: callers pass memory of `count` words.
    unsafe {
        std::arch::asm!(
            ".p2align 6",
            "2:",
            "mov {word}, [{from} + {index}*8]",
            "mov [{to} + {index}*8], {word}",
            "inc {index}",
            "cmp {index}, {count}",
            "jb 2b",
            word = out(reg) _,
            from = in(reg) from,
            to = in(reg) to,
            count = in(reg) count,
            index = inout(reg) 0usize => _,
            options(nostack),
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    copy_four(from, to, count);
}
