//! A table of IPv6 neighbours in fixed memory: the values are structs, and when the table is full the neighbour that
//! was silent longest goes.
//!
//! `cargo run --example neighbours`

use std::net::Ipv6Addr;

use heptad::{
    hash::Keyed,
    storage::StaticLines,
    swiss::{Map, lines_for, map::Inserted},
};

/// What is known of a neighbour on the link.
#[derive(Debug, PartialEq)]
struct Neighbour {
    address: Ipv6Addr,
    hardware: [u8; 6],
    is_router: bool,
    last_seen: u64,
}

/// The last eight bytes of an address: within one prefix they say which neighbour it is.
type Interface = [u8; 8];

fn interface(address: Ipv6Addr) -> Interface {
    let [_, _, _, _, _, _, _, _, interface @ ..] = address.octets();
    interface
}

static MEMORY: StaticLines<{ lines_for::<Neighbour>(26) }> = StaticLines::new();

fn main() -> Result<(), heptad::Error> {
    let memory = MEMORY.take().ok_or(heptad::Error::Occupied)?;
    let mut neighbours = Map::<Interface, Neighbour, _>::new_in(memory, Keyed::new(0x5eed))?;
    let capacity = neighbours.capacity() as u16;
    println!("{capacity} neighbours in {} bytes", neighbours.allocation_size());

    let neighbour = |number: u16, now| Neighbour {
        address: Ipv6Addr::new(0xfe80, 0, 0, 0, 0x1234, 0x56ff, 0xfe78, number),
        hardware: [2, 0, 0, 0, (number >> 8) as u8, number as u8],
        is_router: number == 0,
        last_seen: now,
    };
    // Routers stay; of the others the one that was silent longest goes.
    let least_wanted = |entries: &[(&Interface, &Neighbour)]| {
        let wanted = |&(_, &(_, known)): &(usize, &(&Interface, &Neighbour))| {
            (known.is_router, known.last_seen)
        };
        entries.iter().enumerate().min_by_key(wanted).map_or(0, |(index, _)| index)
    };
    let mut evicted = 0;
    for now in 0..200 {
        let seen = neighbour(now % 50, now.into());
        match neighbours.insert_evicting(interface(seen.address), seen, least_wanted) {
            Inserted::Evicted(_, old) => {
                evicted += 1;
                assert!(!old.is_router && old.last_seen < now.into());
            }
            Inserted::New | Inserted::Replaced(_) => {}
            Inserted::Refused(..) => unreachable!("there is memory"),
        }
    }
    let router = neighbours.get(&interface(neighbour(0, 0).address));
    assert_eq!(
        router.map(|known| (known.last_seen, known.hardware)),
        Some((150, [2, 0, 0, 0, 0, 0]))
    );
    assert_eq!(neighbours.len(), capacity.into());
    println!("{evicted} were evicted; the router was last seen at {}", 150);
    Ok(())
}
