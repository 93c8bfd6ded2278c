//! Clones of an iterator keep the table of their original, however often they are cloned.

use heptad::{
    layout::Line,
    lockfree::{Counted, Map},
    storage::Region,
};

#[test]
fn p6_a_clone_of_a_clone_keeps_the_old_table() {
    let [mut one, mut two] = [(); 2].map(|()| vec![Line::EMPTY; 200]);
    let region = Region::from_lines(&mut one).unwrap();
    let map = Map::<u64, u64, _>::new_with(region, 1, Counted::new()).unwrap();
    (0..50).for_each(|key| assert_eq!(map.insert(key, key), Ok(None)));
    let mut iter = map.iter();
    map.tables().rebuild(Region::from_lines(&mut two).unwrap(), 2).unwrap();
    while map.tables().help(100) != Ok(true) {}
    for _ in 0..8 {
        assert!(map.tables().try_reclaim().is_none());
        iter = Clone::clone(&iter);
    }
    assert!(map.tables().try_reclaim().is_none());
    drop(iter);
    assert!(map.tables().try_reclaim().is_some());
}
