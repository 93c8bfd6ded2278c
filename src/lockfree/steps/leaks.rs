//! Contexts that are killed again and again in one home: it is noticed, and repaired.

use std::vec::Vec;

use super::{Call, Judged, Map, World, region_for};
use crate::{
    error::Error,
    lockfree::{Need, judge::Operation::Increment},
};

/// A counter whose updates are killed at each access in turn, in a map with much room.
#[test]
fn a_hot_key_is_noticed_and_repaired() {
    let world = World::over(Map::new_in(region_for(1_000), 0).unwrap());
    let key = 42;
    assert_eq!(world.map.insert(key, 0), Ok(None));
    let mut kills = 0;
    while world.map.tables().needs_rebuild().is_none() {
        assert!(world.map.insert(key, 1).is_ok(), "noticed before an update is refused");
        world.perform(&Call::killed(Increment(key), kills % 40));
        kills += 1;
        assert!(kills < 1_000);
    }
    assert_eq!(world.map.tables().needs_rebuild(), Some(Need::Leaks));
    let stats = world.map.tables().stats();
    assert!(
        stats.reserved == stats.most_reserved && stats.reserved * 16 < stats.slots,
        "{stats:?}"
    );
    while world.map.insert(key, 1) != Err(Error::Busy) {
        world.perform(&Call::killed(Increment(key), kills % 40));
        kills += 1;
        assert!(kills < 1_000);
    }
    let mut map: Judged = std::rc::Rc::into_inner(world).unwrap().map;
    let reserved = map.tables().stats().reserved;
    assert_eq!(
        (map.repair(), map.tables().stats().reserved, map.tables().needs_rebuild()),
        (reserved, 0, None)
    );
    assert_eq!(map.insert(key, 7), Ok(Some(1)));
    assert_eq!(map.iter().collect::<Vec<_>>(), [(key, 7)]);
}
