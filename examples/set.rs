//! A set of words in a fixed 64 KiB: which of these addresses have been seen before?
//!
//! `cargo run --example set`

use heptad::{hash::Keyed, storage::Inline, swiss::Set};

/// 1024 lines of seven keys; it is full at 6720.
static SEEN: std::sync::Mutex<Set<u64, Inline<1024>>> =
    std::sync::Mutex::new(Set::inline(Keyed::new(0x5eed)));

fn main() {
    let mut seen = SEEN.lock().expect("nobody panicked while holding it");
    let mut again = 0;
    for step in 0..10_000u64 {
        let page = step * step % 7919 * 4096;
        match seen.try_insert(page) {
            Ok(true) => {}
            Ok(false) => again += 1,
            Err(rejected) => println!("page {:#x} does not fit: {rejected}", rejected.value),
        }
    }
    println!("{} pages, {again} of them seen again", seen.len());
    println!("{}", seen.stats());
}
