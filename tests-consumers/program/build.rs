//! Links the C libraries, if the program uses them.

fn main() {
    println!("cargo::rerun-if-env-changed=C_LIBRARIES");
    if std::env::var_os("CARGO_FEATURE_C").is_some() {
        let folder = std::env::var("C_LIBRARIES").expect("C_LIBRARIES is where they are");
        println!("cargo::rustc-link-search={folder}");
        println!("cargo::rustc-link-lib=static=first");
        println!("cargo::rustc-link-lib=static=second");
    }
}
