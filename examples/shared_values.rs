//! A process table: small keys, and values that others keep too.
//!
//! `cargo run --features alloc --example shared_values`

use std::sync::Arc;

use heptad::swiss::Map;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pid(u32);

#[derive(Debug)]
struct Process {
    name: &'static str,
    parent: Option<Pid>,
}

fn main() {
    let mut processes: Map<Pid, Arc<Process>> = Map::new();
    for (pid, name, parent) in
        [(1, "init", None), (2, "shell", Some(Pid(1))), (3, "editor", Some(Pid(2)))]
    {
        processes.insert(Pid(pid), Arc::new(Process { name, parent }));
    }
    // A core that runs a process keeps it while it is removed from the table.
    let editor = processes[&Pid(3)].clone();
    assert_eq!(Arc::strong_count(&editor), 2);
    processes.remove(&Pid(3));
    assert_eq!((Arc::strong_count(&editor), editor.name), (1, "editor"));

    let mut ancestor = editor.parent;
    while let Some(process) = ancestor.and_then(|pid| processes.get(&pid)) {
        println!("{} runs below {}", editor.name, process.name);
        ancestor = process.parent;
    }
    assert_eq!(processes.len(), 2);
}
