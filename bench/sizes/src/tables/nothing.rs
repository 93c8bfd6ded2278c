//! No table: what the program weighs without one.

use core::mem::MaybeUninit;

use super::Table;

pub(crate) struct Chosen;

impl Table for Chosen {
    fn new(_: &'static mut [MaybeUninit<u8>]) -> Option<Self> {
        Some(Chosen)
    }

    fn get(&mut self, key: u64) -> u64 {
        key
    }

    fn insert(&mut self, key: u64, value: u64) -> u64 {
        key ^ value
    }

    fn remove(&mut self, key: u64) -> u64 {
        key
    }

    fn sum(&mut self) -> u64 {
        0
    }

    fn clear(&mut self) {}
}
