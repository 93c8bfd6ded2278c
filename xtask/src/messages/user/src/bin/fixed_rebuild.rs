use heptad::lockfree::{Fixed, Map};
use heptad::storage::Region;

fn main() {
    let map = Map::<u64, u64, Fixed>::unplaced_with(Fixed);
    let region = Region::from_lines(&mut []).unwrap();
    let _ = map.tables().rebuild(region, 1);
}
