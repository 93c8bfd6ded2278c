use heptad::{hash::Keyed, storage::Inline, swiss::Map64};

struct Port(#[allow(dead_code, reason = "only its size counts")] u32);

fn main() {
    let _ = Map64::<u64, Port, Inline<4>>::inline(Keyed::new(1));
}
