//! A table of flows in fixed memory that cores and interrupts share without a lock: the values carry how many packets
//! were seen and when the last one was. When there is no room, the flow that was silent longest goes, and is exported.
//!
//! `cargo run --example flow_table`

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    thread,
};

use heptad::{
    Error,
    lockfree::{Inserted, Map, arena_lines},
    storage::StaticLines,
};

/// Addresses and ports, hashed to a word.
type Flow = u64;
/// Packets, and the time of the last one.
type Seen = (u32, u32);

static MEMORY: StaticLines<{ arena_lines(200) }> = StaticLines::new();
static FLOWS: Map<'static, Flow, Seen> = Map::unplaced();
static CLOCK: AtomicU32 = AtomicU32::new(0);
static EXPORTED_FLOWS: AtomicU64 = AtomicU64::new(0);
static EXPORTED_PACKETS: AtomicU64 = AtomicU64::new(0);

/// Counts a packet. On any core, in any interrupt.
fn count(flow: Flow) -> Result<(), Error> {
    let now = CLOCK.fetch_add(1, Relaxed);
    if FLOWS.modify(flow, |(packets, _)| (packets + 1, now))?.is_some() {
        return Ok(());
    }
    let silent_longest = |flows: &[(Flow, Seen)]| {
        let times =
            flows.iter().enumerate().map(|(index, &(_, (_, last_seen)))| (last_seen, index));
        times.min().map_or(0, |(_, index)| index)
    };
    match FLOWS.insert_evicting(flow, (1, now), silent_longest)? {
        Inserted::New => {}
        Inserted::Evicted(_, (packets, _)) => {
            EXPORTED_FLOWS.fetch_add(1, Relaxed);
            EXPORTED_PACKETS.fetch_add(packets.into(), Relaxed);
        }
        // Another core has inserted the flow meanwhile: its packets are exported rather than lost.
        Inserted::Replaced((packets, _)) => {
            EXPORTED_PACKETS.fetch_add(packets.into(), Relaxed);
        }
    }
    Ok(())
}

/// What a core receives: half of its packets belong to a few long flows, the others to flows that come and go.
fn receive(core: u64, packets: u64) -> u64 {
    let mut refused = 0;
    for packet in 0..packets {
        let flow = if packet % 2 == 0 { packet % 20 } else { 1_000 * (core + 1) + packet / 10 };
        // `Busy`, when other cores have reserved the last places at the very moment: this packet is not counted.
        refused += u64::from(count(flow).is_err());
    }
    refused
}

fn main() -> Result<(), Error> {
    const CORES: u64 = 3;
    const PACKETS: u64 = 20_000;
    FLOWS.tables().place(MEMORY.take().ok_or(Error::Occupied)?, 0x5eed)?;
    let refused: u64 = thread::scope(|scope| {
        let cores: Vec<_> =
            (0..CORES).map(|core| scope.spawn(move || receive(core, PACKETS))).collect();
        cores.into_iter().map(|core| core.join().unwrap_or_default()).sum()
    });
    let still_there: u64 = FLOWS.values().map(|(packets, _)| u64::from(packets)).sum();
    let exported = EXPORTED_PACKETS.load(Relaxed);
    println!("{} flows are there, {} were exported", FLOWS.len(), EXPORTED_FLOWS.load(Relaxed));
    println!("{still_there} + {exported} packets, {refused} refused");
    assert_eq!(still_there + exported + refused, CORES * PACKETS);
    assert!(FLOWS.contains_key(0), "a flow that is never silent stays");
    Ok(())
}
