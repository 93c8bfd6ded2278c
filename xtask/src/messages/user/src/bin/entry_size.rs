use heptad::{storage::Inline, swiss::Table};

struct Port(#[allow(dead_code, reason = "only its size counts")] u32);

fn main() {
    let _ = Table::<Port, Inline<4>>::inline();
}
