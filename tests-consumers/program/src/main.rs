//! Asks tables for answers that do not depend on how and for what the program was built.
#![cfg_attr(any(target_os = "none", target_os = "unknown"), no_std, no_main)]

mod first {
    use heptad as tables;
    include!("answers.rs");
}

#[cfg(feature = "next")]
mod next {
    use heptad_next as tables;
    include!("answers.rs");
}

#[cfg(feature = "c")]
mod c;

#[cfg(any(target_os = "none", target_os = "unknown"))]
mod bare;

/// Says everything, a line at a time.
fn run(say: &mut dyn FnMut(core::fmt::Arguments<'_>)) {
    first::answers(say);
    #[cfg(feature = "next")]
    next::answers(say);
    #[cfg(feature = "c")]
    c::answers(say);
}

#[cfg(not(any(target_os = "none", target_os = "unknown")))]
fn main() {
    run(&mut |line| println!("{line}"));
}
