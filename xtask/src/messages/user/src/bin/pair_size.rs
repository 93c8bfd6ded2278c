use heptad::{hash::Keyed, storage::Inline, swiss::PackedMap};

fn main() {
    let _ = PackedMap::<u64, u32, Inline<4>>::inline(Keyed::new(1));
}
