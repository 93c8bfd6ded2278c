//! A map that is moved between two arenas in `static`s while threads use it: nothing is allocated, and
//! nobody waits.
//!
//! `cargo run --example ping_pong`

use std::thread;

use heptad::{
    Error,
    lockfree::{Counted, Map, arena_lines},
    storage::{Region, StaticLines},
};

const ENTRIES: usize = 1_000;
/// How many events each thread counts.
const EVENTS: u64 = 300_000;

static FIRST: StaticLines<{ arena_lines(ENTRIES) }> = StaticLines::new();
static SECOND: StaticLines<{ arena_lines(ENTRIES) }> = StaticLines::new();
static COUNTS: Map<'static, u64, u64, Counted> = Map::unplaced_with(Counted::new());

/// Moves all entries into `region`, under a hash with another seed, and answers the region that they
/// were in. A kernel would do a few steps at a time, from its idle loop.
fn move_into(region: Region<'static>, seed: u64) -> Result<Region<'static>, Error> {
    COUNTS.tables().rebuild(region, seed)?;
    loop {
        match COUNTS.tables().help(8) {
            Ok(true) => break,
            // Another thread had reserved what was needed: it goes on next time.
            Ok(false) | Err(Error::Busy) => {}
            Err(error) => return Err(error),
        }
    }
    loop {
        // An operation that began in the old table may still be in it. Nobody has to wait for that: the
        // region could be reclaimed later as well.
        match COUNTS.tables().try_reclaim() {
            Some(region) => return Ok(region),
            None => thread::yield_now(),
        }
    }
}

/// Counts events, and answers how many were counted: `Busy` is the only refusal in a map that is large enough.
fn count(thread: u64) -> u64 {
    let events = (0..EVENTS).map(|event| (event + thread) % ENTRIES as u64);
    events.filter(|&event| COUNTS.insert_or_modify(event, 1, |n| n + 1).is_ok()).count() as u64
}

fn main() -> Result<(), Error> {
    let [first, second] = [&FIRST, &SECOND].map(|lines| lines.take().expect("taken once"));
    COUNTS.tables().place(first, 0)?;

    let (counted, moves) = thread::scope(|scope| {
        let threads = [0, 1].map(|thread| scope.spawn(move || count(thread)));
        let mut spare = second;
        let mut moves = 0;
        while !threads.iter().all(|thread| thread.is_finished()) {
            moves += 1;
            spare = move_into(spare, moves)?;
        }
        let counts = threads.map(|thread| thread.join().expect("no thread panics"));
        Ok::<_, Error>((counts.iter().sum::<u64>(), moves))
    })?;

    println!("{counted} events counted while the map was moved {moves} times");
    assert_eq!(COUNTS.iter().map(|(_, count)| count).sum::<u64>(), counted);
    Ok(())
}
