use heptad::{storage::Inline, swiss::Table};

struct Route(#[allow(dead_code, reason = "only its size counts")] [u8; 16]);

fn main() {
    let _ = Table::<Route, Inline<4>>::inline();
}
