//! A map in memory that the caller owns: here an array, in a kernel some pages.
//!
//! `cargo run --example map_in_memory`

use core::mem::MaybeUninit;

use heptad::{Error, hash::Keyed, storage::Region, swiss::Map};

/// Tables want cache lines: memory that starts at a multiple of 64.
#[repr(align(64))]
struct Pages([MaybeUninit<u8>; 2 * 4096]);

fn main() -> Result<(), Error> {
    let mut pages = Pages([MaybeUninit::uninit(); 2 * 4096]);

    // 128 lines: 64 groups of keys, 56 lines of values, so 420 entries at most.
    let mut owner_of_frame =
        Map::<u64, u64, _>::new_in(Region::new(&mut pages.0)?, Keyed::new(0x5eed))?;
    println!("room for {} entries", owner_of_frame.capacity());

    for frame in 0..500 {
        let process = frame % 7;
        if let Err(rejected) = owner_of_frame.try_insert(frame << 12, process) {
            let (frame, process) = rejected.value;
            println!("frame {frame:#x} of process {process} comes back: {}", rejected.error);
            break;
        }
    }
    let frames = owner_of_frame.values().filter(|&&process| process == 3).count();
    println!("process 3 owns {frames} frames; 0x5000 belongs to {:?}", owner_of_frame.get(&0x5000));

    // Dropping the map gives the memory back to its owner.
    drop(owner_of_frame);

    // What is not aligned, or too small, is refused and not used.
    println!("{}", Region::new(&mut pages.0[1..]).unwrap_err());
    println!("{}", Region::new(&mut pages.0[..63]).unwrap_err());
    Ok(())
}
