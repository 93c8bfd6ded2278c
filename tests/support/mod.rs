//! Test bodies that need no `std` and no allocator: the host runs them as tests, and the kernels of
//! `tests-qemu` run the same source on bare metal.
//!
//! A case is a function that panics when what it checks does not hold. Each module lists its own
//! with [`cases!`], which makes them tests of the host and an array for the kernels.

/// A named check.
#[derive(Clone, Copy)]
pub struct Case {
    /// The function's name: the acceptance row first, where it shows one (`s5_…`).
    pub name: &'static str,
    /// Panics if the check fails.
    pub run: fn(),
}

/// Runs the case called `name`.
pub fn run(cases: &[Case], name: &str) {
    let case = cases.iter().find(|case| case.name == name);
    (case.expect("a case of that name").run)();
}

/// Lists functions of this module as `CASES`, and as tests where there is a test harness.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        /// The cases of this module.
        pub const CASES: &[$crate::support::Case] =
            &[$($crate::support::Case { name: stringify!($name), run: $name }),+];

        #[cfg(test)]
        mod as_tests {
            $(#[test] fn $name() { $crate::support::run(super::CASES, stringify!($name)) })+
        }
    };
}

pub mod arena;
pub mod probe;
pub mod reserved;
pub mod robin_hood;
pub mod table;
