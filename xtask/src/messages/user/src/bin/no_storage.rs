use heptad::swiss::Table;

fn main() {
    let _ = Table::<u64, Vec<u8>>::new_in(Vec::new());
}
