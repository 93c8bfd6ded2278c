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
    hardware: [u8; 6],
    is_router: bool,
    last_seen: u64,
}

/// The last eight bytes of an address: within one prefix they say which neighbour it is.
type Interface = [u8; 8];

fn interface(address: Ipv6Addr) -> Interface {
    let [.., a, b, c, d, e, f, g, h] = address.octets();
    [a, b, c, d, e, f, g, h]
}

static MEMORY: StaticLines<{ lines_for::<Neighbour>(26) }> = StaticLines::new();

fn main() -> Result<(), heptad::Error> {
    let memory = MEMORY.take().ok_or(heptad::Error::Occupied)?;
    let mut neighbours = Map::<Interface, Neighbour, _>::new_in(memory, Keyed::new(0x5eed))?;
    println!("{} neighbours in {} bytes", neighbours.capacity(), neighbours.allocation_size());

    // Routers stay; of the others the one that was silent longest goes.
    let least_wanted = |entries: &[(&Interface, &Neighbour)]| {
        let wanted = |&index: &usize| (entries[index].1.is_router, entries[index].1.last_seen);
        (0..entries.len()).min_by_key(wanted).unwrap_or(0)
    };
    let address = |number: u16| Ipv6Addr::new(0xfe80, 0, 0, 0, 0x1234, 0x56ff, 0xfe78, number);
    let mut evicted = 0;
    for now in 0..200 {
        let number = now as u16 % 50;
        let seen = Neighbour {
            hardware: [2, 0, 0, 0, 0, number as u8],
            is_router: number == 0,
            last_seen: now,
        };
        match neighbours.insert_evicting(interface(address(number)), seen, least_wanted) {
            Inserted::Evicted(_, old) => {
                evicted += 1;
                assert!(!old.is_router && old.last_seen < now);
            }
            Inserted::New | Inserted::Replaced(_) => {}
            Inserted::Refused(..) => unreachable!("there is memory"),
        }
    }
    let router = &neighbours[&interface(address(0))];
    assert_eq!((router.last_seen, neighbours.len()), (150, neighbours.capacity()));
    println!("{evicted} evicted; the router was last seen at {}", router.last_seen);
    Ok(())
}
