//! An attacker has learnt the seed, and sends keys that all have one home. The map notices, and is rebuilt
//! under another seed while its users go on.
//!
//! `cargo run --example reseed_under_attack`

use std::thread;

use heptad::{
    Error,
    hash::{hash_word, unhash_word},
    lockfree::{Counted, Map, Need, arena_lines},
    storage::{Region, StaticLines},
};

const ENTRIES: usize = 2_000;
/// How many requests each session makes.
const REQUESTS: usize = 300;
const KNOWN_SEED: u64 = 0x5eed;
/// In a kernel: from its source of entropy.
const SECRET_SEED: u64 = 0x9a7c_15f3_9cc0_605d;

static FIRST: StaticLines<{ arena_lines(ENTRIES) }> = StaticLines::new();
static SECOND: StaticLines<{ arena_lines(ENTRIES) }> = StaticLines::new();
static SESSIONS: Map<'static, u64, u64, Counted> = Map::unplaced_with(Counted::new());

fn main() -> Result<(), Error> {
    let [first, second] = [&FIRST, &SECOND].map(|lines| lines.take().expect("taken once"));
    SESSIONS.tables().place(first, KNOWN_SEED)?;
    (0..500).try_for_each(|session| SESSIONS.insert(session, 0).map(drop))?;
    assert_eq!(SESSIONS.tables().needs_rebuild(), None);

    thread::scope(|scope| {
        // Users, who must not notice anything.
        for user in 0..2 {
            scope.spawn(move || {
                for session in (user..500).step_by(2).cycle().take(250 * REQUESTS) {
                    assert!(SESSIONS.get(session).is_some(), "a session is lost");
                    let _ = SESSIONS.modify(session, |requests| requests + 1);
                }
            });
        }
        attack_and_answer(second)
    })
}

fn attack_and_answer(second: Region<'static>) -> Result<(), Error> {
    // The hash is a bijection under a known seed: these keys have the hashes 0, 1, 2, ..., and so the
    // same top bits, which decide the home.
    let mut attack = (0..).map(|hash| unhash_word(KNOWN_SEED, hash));
    let sent = attack.by_ref().take_while(|&key| SESSIONS.insert(key, 0).is_ok()).count();
    println!("{sent} keys of the attack fill their home: {:?}", SESSIONS.tables().needs_rebuild());
    assert!((1..=24).contains(&sent) && hash_word(KNOWN_SEED, unhash_word(KNOWN_SEED, 7)) == 7);
    assert_eq!(SESSIONS.tables().needs_rebuild(), Some(Need::Flood));

    SESSIONS.tables().rebuild_if_needed(second, SECRET_SEED)?;
    loop {
        match SESSIONS.tables().help(8) {
            Ok(true) => break,
            // A user had reserved what was needed: it goes on next time.
            Ok(false) | Err(Error::Busy) => {}
            Err(error) => return Err(error),
        }
    }

    assert_eq!((SESSIONS.len(), SESSIONS.tables().needs_rebuild()), (500 + sent, None));
    for key in attack.take(500) {
        SESSIONS.insert(key, 0)?;
    }
    let fullest = SESSIONS.tables().stats().fullest_home;
    println!("under the new seed 500 more are entries like any other: at most {fullest} in a home");
    assert!(fullest < 12 && SESSIONS.len() == 1_000 + sent);
    Ok(())
}
