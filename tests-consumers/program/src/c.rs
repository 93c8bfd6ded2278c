//! The answers of two C libraries, each of which contains heptad.

extern "C" {
    fn first_answer(seed: u64) -> u64;
    fn second_answer(seed: u64) -> u64;
}

pub(crate) fn answers(say: &mut dyn FnMut(core::fmt::Arguments<'_>)) {
    // SAFETY: they take any number, one call at a time.
    let (first, second) = unsafe { (first_answer(7), second_answer(7)) };
    say(format_args!("C: {first} and {second}"));
}
