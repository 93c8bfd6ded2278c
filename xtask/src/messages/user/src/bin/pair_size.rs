use heptad::{hash::Keyed, storage::Inline, swiss::Map};

fn main() {
    let _ = Map::<u64, u32, Inline<4>>::inline(Keyed::new(1));
}
