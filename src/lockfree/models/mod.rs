//! Models: the real code under loom, in every interleaving that the memory model allows.
//!
//! Each model is a tiny map, a few operations that run at once, each in a thread of its own, and what
//! must be true of their answers and of the map afterwards.

use core::ptr::NonNull;
use std::{sync::Arc, vec, vec::Vec};

use loom::thread;

use super::{Map, arena::Descriptor, reclaim::Never, root::Root, shape::Shape};
use crate::{layout::Line, storage::Region};

mod one_bin;
mod rebuild;

/// Memory to lend to tables that stand in boxes.
fn line() -> Region<'static> {
    Region::from_lines(vec![Line::EMPTY].leak()).unwrap()
}

/// A table of one bin, with one group in each region.
fn one_bin() -> NonNull<Descriptor> {
    Descriptor::of_shape(line(), Shape { bins: 1, groups_per_region: 1 }, 0, u64::MAX)
}

/// A map of one bin that lives as long as its model.
fn tiny_map() -> Arc<Map<'static, u64, u64>> {
    let root = Root::empty(Never);
    root.start_with(one_bin());
    Arc::new(Map::with_root(root))
}

/// Like [`race`], while the map, filled by `prepare`, is being rebuilt into a second table of one bin.
fn race_in_rebuild<A: Send + 'static>(
    prepare: fn(&Map<'static, u64, u64>),
    operations: &[fn(&Map<'static, u64, u64>) -> A],
    judge: impl Fn(&Map<'static, u64, u64>, Vec<A>) + Send + Sync + 'static,
) {
    let operations = operations.to_vec();
    loom::model(move || {
        let map = tiny_map();
        prepare(&map);
        map.rebuild_into(one_bin());
        let answers = run_at_once(&map, &operations);
        while map.help(1) != Ok(true) {}
        judge(&map, answers);
        assert_eq!((map.check(), map.stats().held), (Ok(()), 0));
    });
}

/// Runs `operations` at once on a map that `prepare` has filled, and gives their answers to `judge`.
fn race<A: Send + 'static>(
    prepare: fn(&Map<'static, u64, u64>),
    operations: &[fn(&Map<'static, u64, u64>) -> A],
    judge: impl Fn(&Map<'static, u64, u64>, Vec<A>) + Send + Sync + 'static,
) {
    let operations = operations.to_vec();
    loom::model(move || {
        let map = tiny_map();
        prepare(&map);
        let answers = run_at_once(&map, &operations);
        judge(&map, answers);
        assert_eq!((map.check(), map.stats().held), (Ok(()), 0));
    });
}

/// Every racer in a thread of its own: loom tries less with the main thread.
fn run_at_once<A: Send + 'static>(
    map: &Arc<Map<'static, u64, u64>>,
    operations: &[fn(&Map<'static, u64, u64>) -> A],
) -> Vec<A> {
    let spawn = |&operation: &fn(&Map<'static, u64, u64>) -> A| {
        let map = Arc::clone(map);
        thread::spawn(move || operation(&map))
    };
    let threads: Vec<_> = operations.iter().map(spawn).collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}
