use heptad::{storage::Inline, swiss::Table};

struct Port(#[allow(dead_code)] u32);

fn main() {
    let _ = Table::<Port, Inline<4>>::inline();
}
