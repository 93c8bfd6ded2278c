//! The maximum of stack that each public operation takes, on the targets for kernels.
//!
//! The compiler notes the frame of each function in `.stack_sizes`; the frames of what it did not compile
//! (assembly, `memcpy`) are read from the code. An operation takes the deepest path through its calls, return
//! addresses included. `docs/kernel.md` has the maximum of each row, which must hold, and must not be far too high.

use std::collections::HashMap;
use std::fs;

use anyhow::{Context, Result};
use object::read::elf::ElfFile64;
use object::{Endianness, Object, ObjectSection};

use super::machine::Architecture;
use super::objdump::{Function, Instruction};

/// The flags for building the user of the library: frames are noted, functions of equal code are not merged, and
/// calls are direct.
pub(super) const FLAGS: &str =
    "-Zemit-stack-sizes -Zmerge-functions=disabled -Zplt=yes -Crelocation-model=static";

/// The functions that are inspected.
const OPERATIONS: &str = "xtask/src/asm_check/kernel-user/src/operations.rs";

/// A row of the table: its name there, the module of `kernel-user/src/operations.rs` with its operations.
const ROWS: &[(&str, &str)] = &[
    ("`swiss`, lookups and walks", "swiss_lookups"),
    ("`swiss`, batches", "swiss_batches"),
    ("`swiss`, changes", "swiss_changes"),
    ("`swiss`, making and moving", "swiss_moves"),
    ("`lockfree`, lookups and walks", "lockfree_lookups"),
    ("`lockfree`, changes", "lockfree_changes"),
    ("`lockfree`, placing and rebuilding", "lockfree_rebuilds"),
    ("`robin_hood`, lookups and walks", "sorted_lookups"),
    ("`robin_hood`, changes and growth", "sorted_changes"),
    ("`robin_hood`, merges and moves", "sorted_merges"),
];

/// The functions that may call each other recursively: a bucket moves to the next table, where its home may have to
/// move on. There are never more tables than levels.
const RECURSIVE: &str = "8lockfree5chain7migrate";
const RECURSIVE_LEVELS: u64 = 4;

/// Bytes by which a limit may exceed what was found: compilers differ.
const SLACK_BYTES: u64 = 512;

/// The complaints about the stack that operations take, on a target with `architecture`, whose limits are in column
/// `column` of the table.
pub(super) fn complaints(
    architecture: Architecture,
    column: usize,
    functions: &[Function],
    program: &[u8],
) -> Result<Vec<String>> {
    let page = fs::read_to_string("docs/kernel.md")?;
    let limits = limits(&page, column)?;
    let source = fs::read_to_string(OPERATIONS)?;
    let frames = noted_frames(program)?;
    let mut depths = Depths::new(architecture, functions, &frames, program);
    let mut complaints = Vec::new();
    for &(row, module) in ROWS {
        let mut most = (0, "nothing");
        for operation in operations(&source, module) {
            let end = mangled(module, operation);
            let Some(function) = functions.iter().find(|it| it.name.ends_with(&end)) else {
                complaints.push(format!("{operation} of {module} is not in the program"));
                continue;
            };
            match depths.of(function.start()) {
                Ok(depth) if depth >= most.0 => most = (depth, operation),
                Ok(_) => {}
                Err(error) => complaints.push(format!("{module}, {operation}: {error}")),
            }
        }
        let (depth, name) = most;
        println!("      {row}: {depth} bytes ({name})");
        match limits.get(row) {
            Some(&limit) if depth > limit => {
                complaints.push(format!("{row}: {depth} bytes, and {limit} in docs/kernel.md"));
            }
            Some(&limit) if depth + SLACK_BYTES < limit => {
                complaints
                    .push(format!("{row}: only {depth} bytes, and {limit} in docs/kernel.md"));
            }
            Some(_) => {}
            None => complaints.push(format!("{row} is not in docs/kernel.md")),
        }
    }
    Ok(complaints)
}

/// The end of an operation's symbol name.
fn mangled(module: &str, operation: &str) -> String {
    format!("10operations{}{module}{}{operation}", module.len(), operation.len())
}

/// The functions of `module` in the source of the operations.
fn operations<'a>(source: &'a str, module: &str) -> impl Iterator<Item = &'a str> {
    let start =
        source.find(&format!("\n    {module}: {{\n")).map_or("", |start| &source[start + 1..]);
    let body = start.split("\n    }\n").next().unwrap_or_default();
    let names = body.lines().filter_map(|line| line.strip_prefix("        fn "));
    names.filter_map(|rest| rest.split(['(', '<']).next())
}

/// The limits in one column of the table of docs/kernel.md: lines `| row | bytes | bytes |`.
fn limits(page: &str, column: usize) -> Result<HashMap<&str, u64>> {
    let mut limits = HashMap::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let [_, row, ..] = cells[..] {
            if ROWS.iter().any(|known| known.0 == row) {
                let cell = cells.get(2 + column).context("a row has a number for each target")?;
                let limit = cell.replace(',', "").parse();
                limits.insert(row, limit.with_context(|| format!("{row}: {cell} is no number"))?);
            }
        }
    }
    Ok(limits)
}

/// The frames in `.stack_sizes`, by the address of their functions: a sequence of eight bytes of address and the
/// size in LEB128.
fn noted_frames(program: &[u8]) -> Result<HashMap<u64, u64>> {
    let file = ElfFile64::<Endianness>::parse(program)?;
    let section = file.section_by_name(".stack_sizes").context("no .stack_sizes")?;
    let mut rest = section.data()?;
    let mut frames = HashMap::new();
    while let Some((address, sizes)) = rest.split_first_chunk::<8>() {
        let len = sizes.iter().position(|byte| byte & 0x80 == 0).context("a size that ends")? + 1;
        let digits = sizes[..len].iter().rev();
        let frame = digits.fold(0, |sum, digit| sum << 7 | u64::from(digit & 0x7f));
        frames.insert(u64::from_le_bytes(*address), frame);
        rest = &sizes[len..];
    }
    Ok(frames)
}

/// The deepest paths that start at functions.
struct Depths<'a> {
    architecture: Architecture,
    functions: HashMap<u64, &'a Function>,
    frames: &'a HashMap<u64, u64>,
    program: &'a [u8],
    /// The results for functions that were inspected.
    known: HashMap<u64, Result<u64, String>>,
    /// The functions on the path to the current one.
    path: Vec<u64>,
    /// Functions among them that are called again deeper down, and the maximum that those calls take.
    recursive: HashMap<u64, u64>,
}

impl<'a> Depths<'a> {
    fn new(
        architecture: Architecture,
        functions: &'a [Function],
        frames: &'a HashMap<u64, u64>,
        program: &'a [u8],
    ) -> Self {
        let functions = functions.iter().map(|function| (function.start(), function)).collect();
        Depths {
            architecture,
            functions,
            frames,
            program,
            known: HashMap::new(),
            path: Vec::new(),
            recursive: HashMap::new(),
        }
    }

    /// Bytes that the function at `address` takes, with everything that it calls, and its own return address.
    fn of(&mut self, address: u64) -> Result<u64, String> {
        if let Some(known) = self.known.get(&address) {
            return known.clone();
        }
        let function = *self.functions.get(&address).ok_or("it calls what is not a function")?;
        if let Some(first) = self.path.iter().position(|&it| it == address) {
            return self.note_recursion(first).map(|()| 0);
        }
        self.path.push(address);
        let mut depth = self.of_function(address, function);
        self.path.pop();
        if let Some(bytes) = self.recursive.remove(&address) {
            depth = depth.map(|depth| depth + bytes);
        }
        // Inside a recursion, the deepest path depends on where it started.
        if self.recursive.is_empty() {
            self.known.insert(address, depth.clone());
        }
        depth
    }

    /// The functions of the path from `first` on call each other recursively.
    fn note_recursion(&mut self, first: usize) -> Result<(), String> {
        let circle = &self.path[first..];
        let name = |address: &u64| &*self.functions[address].name;
        if !circle.iter().all(|address| name(address).contains(RECURSIVE)) {
            let names: Vec<&str> = circle.iter().map(name).collect();
            return Err(format!("it calls itself: {}", names.join(" -> ")));
        }
        let frames = circle.iter().map(|address| self.frame(*address, self.functions[address]));
        let bytes = frames.sum::<u64>() * (RECURSIVE_LEVELS - 1);
        let most = self.recursive.entry(self.path[first]).or_default();
        *most = bytes.max(*most);
        Ok(())
    }

    /// What a function has on the stack while it runs, its return address included.
    fn frame(&self, address: u64, function: &Function) -> u64 {
        let return_bytes = if self.architecture == Architecture::X86_64 { 8 } else { 0 };
        let noted = self.frames.get(&address).copied();
        noted.unwrap_or_else(|| self.pushed(function)) + return_bytes
    }

    fn of_function(&mut self, address: u64, function: &Function) -> Result<u64, String> {
        let frame = self.frame(address, function);
        let mut depth = frame;
        for one in &function.instructions {
            match self.kind(one) {
                Kind::Call => {
                    let targets = self.targets(function, one);
                    if targets.is_empty() {
                        return Err(format!("an indirect call: {one}"));
                    }
                    for target in targets {
                        depth = depth.max(frame + self.of(target)?);
                    }
                }
                Kind::Jump => {
                    // A jump to another function: the frame is released by then.
                    let target =
                        one.target().filter(|to| *to != address && self.functions.contains_key(to));
                    if let Some(target) = target {
                        depth = depth.max(self.of(target)?);
                    }
                }
                Kind::Other => {}
            }
        }
        Ok(depth)
    }

    /// The target of a call: an address in the instruction, or in the table of addresses, as in `callq
    /// *0x7edc(%rip)`, or one that was loaded from there into a register. Empty if it is unknown.
    fn targets(&self, function: &Function, call: &Instruction) -> Vec<u64> {
        let Some(register) = call.operands.first().and_then(|it| it.strip_prefix("*%")) else {
            return call.target().or_else(|| self.in_table(call)).into_iter().collect();
        };
        let loads = function.instructions.iter().filter(|one| {
            let into = one.operands.get(1).and_then(|it| it.strip_prefix('%'));
            one.mnemonic == "movq" && into == Some(register)
        });
        loads.filter_map(|load| self.in_table(load)).collect()
    }

    /// The word at the address of an instruction's first operand, `0x7edc(%rip)`.
    fn in_table(&self, one: &Instruction) -> Option<u64> {
        let operand = one.operands.first()?.trim_start_matches('*');
        let distance = operand.strip_prefix("0x")?.strip_suffix("(%rip)")?;
        let distance = u64::from_str_radix(distance, 16).ok()?;
        let entry = one.address + one.bytes.len() as u64 + distance;
        let file = ElfFile64::<Endianness>::parse(self.program).ok()?;
        let word = file.sections().find_map(|section| section.data_range(entry, 8).ok()?)?;
        Some(u64::from_le_bytes(word.try_into().ok()?))
    }

    fn kind(&self, one: &Instruction) -> Kind {
        match (self.architecture, &*one.mnemonic) {
            (Architecture::X86_64, "callq") | (Architecture::Aarch64, "bl" | "blr") => Kind::Call,
            (Architecture::Riscv64, "jal" | "jalr") => Kind::Call,
            (Architecture::X86_64 | Architecture::Riscv64, name) if name.starts_with('j') => {
                Kind::Jump
            }
            (Architecture::Aarch64, name) if name == "b" || name.starts_with("b.") => Kind::Jump,
            _ => Kind::Other,
        }
    }

    /// The frame of a function without a noted frame: eight bytes for each push, or what a store with writeback
    /// takes.
    fn pushed(&self, function: &Function) -> u64 {
        let taken = |one: &Instruction| match &*one.mnemonic {
            "pushq" => 8,
            "stp" | "str" | "sub" | "subq" => {
                let to_stack = one.operands.iter().any(|it| it.contains("sp"));
                let digits = one.to_string();
                let number = digits.split("#-0x").nth(1).or_else(|| digits.split("#0x").nth(1));
                let number = number.map(|it| it.trim_end_matches("]!"));
                let bytes = number.and_then(|it| u64::from_str_radix(it, 16).ok()).unwrap_or(0);
                let moves = digits.ends_with("]!") || one.mnemonic.starts_with("sub");
                if to_stack && moves { bytes } else { 0 }
            }
            _ => 0,
        };
        function.instructions.iter().map(taken).sum()
    }
}

/// The effect of an instruction on the stack.
enum Kind {
    Call,
    Jump,
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asm_check::objdump;

    const CODE: &str = "\
        0000000000000010 <one>:\n  10: 50 \tpushq\t%rax\n  11: e8 00 00 00 00 \tcallq\t0x20 <two>\n  16: c3 \tretq\n\n\
        0000000000000020 <two>:\n  20: eb 0e \tjmp\t0x30 <three>\n\n\
        0000000000000030 <three>:\n  30: 53 \tpushq\t%rbx\n  31: 5b \tpopq\t%rbx\n  32: c3 \tretq\n\n\
        0000000000000040 <four>:\n  40: e8 00 00 00 00 \tcallq\t0x40 <four>\n\n\
        0000000000000050 <five>:\n  50: ff d0 \tcallq\t*%rax\n";

    #[test]
    fn the_deepest_path_counts() {
        let functions = objdump::parse(CODE);
        let frames = HashMap::from([(0x10, 100), (0x20, 1000)]);
        let mut depths = Depths::new(Architecture::X86_64, &functions, &frames, &[]);
        // `three` pushes one word; `two` has a frame of 1,000 bytes, and jumps after releasing it.
        assert_eq!(depths.of(0x30), Ok(16));
        assert_eq!(depths.of(0x20), Ok(1008));
        assert_eq!(depths.of(0x10), Ok(108 + 1008));
        assert!(depths.of(0x40).is_err() && depths.of(0x50).is_err() && depths.of(0x60).is_err());
    }

    #[test]
    fn operations_are_read_from_their_source() {
        let source = "rows! {\n    one: {\n        fn get(map: &M) {}\n        fn put<'a>(map: &'a M) {\n        }\n    }\n    two: {\n        fn other() {}\n    }\n}\n";
        assert!(
            operations(source, "one").eq(["get", "put"]) && operations(source, "two").eq(["other"])
        );
        assert_eq!(operations(source, "three").count(), 0);
    }

    #[test]
    fn limits_stand_in_the_page() {
        let page = "# A page\n| row | x | a |\n| `swiss`, batches | 1,024 | 960 |\n";
        assert_eq!(limits(page, 0).unwrap().get("`swiss`, batches"), Some(&1024));
        assert_eq!(limits(page, 1).unwrap().get("`swiss`, batches"), Some(&960));
        assert!(limits("| `swiss`, batches | many |", 0).is_err());
    }
}
