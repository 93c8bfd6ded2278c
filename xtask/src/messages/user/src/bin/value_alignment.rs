use heptad::{hash::Keyed, storage::Inline, swiss::Map};

#[repr(align(128))]
struct Frame(#[allow(dead_code, reason = "only its alignment counts")] u8);

fn main() {
    let _ = Map::<u64, Frame, Inline<64>>::inline(Keyed::new(1));
}
