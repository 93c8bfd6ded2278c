//! Models: the real code under loom, in every interleaving that the memory model allows.
//!
//! Each model is a tiny map, a few operations that run at once, each in a thread of its own, and what
//! must be true of their answers and of the map afterwards.

use std::{sync::Arc, vec, vec::Vec};

use loom::thread;

use super::{Map, arena::Descriptor, root::Root, shape::Shape};
use crate::{layout::Line, storage::Region};

mod one_bin;

/// A map of one bin, with one group in each region, that lives as long as its model.
fn tiny_map() -> Arc<Map<'static, u64, u64>> {
    let lines = vec![Line::EMPTY].leak();
    let region = Region::from_lines(lines).unwrap();
    let shape = Shape { bins: 1, groups_per_region: 1 };
    Arc::new(Map::with_root(Root::at(Descriptor::of_shape(region, shape, 0, u64::MAX))))
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
        // Every racer in a thread of its own: loom tries less with the main thread.
        let threads: Vec<_> = operations
            .iter()
            .map(|&operation| {
                let map = Arc::clone(&map);
                thread::spawn(move || operation(&map))
            })
            .collect();
        let answers = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        judge(&map, answers);
        assert_eq!((map.check(), map.stats().held), (Ok(()), 0));
    });
}
