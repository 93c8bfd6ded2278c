#![no_std]
//! Hash tables for kernels.

#[cfg(any(feature = "alloc", test))]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod layout;
pub mod probe;
