//! What the code of a routine must and must not contain.

use std::collections::BTreeSet;

use super::banner::{Banner, Declaration, Prototype};
use super::branches::is_branch;
use super::machine::{Architecture, COST, Machine, Path};
use super::objdump::{Function, Instruction};
use super::operands;

/// How many instructions a walk may take before it counts as endless.
const WALK_LIMIT: usize = 1_000;

/// The complaints about the code of a routine by itself: none if it is right. A routine writes
/// memory only if a parameter is a pointer to what it may modify.
pub(super) fn complaints(
    machine: &Machine,
    function: &Function,
    prototype: &Prototype,
) -> Vec<String> {
    let may_write = prototype.may_write();
    let mut complaints = Vec::new();
    if function.instructions.first().map(Instruction::to_string).as_deref()
        != Some(machine.landing_pad)
    {
        complaints.push(format!("does not start with `{}`", machine.landing_pad));
    }
    for one in &function.instructions {
        let mut complain =
            |what: String| complaints.push(format!("{:#x}: `{one}` {what}", one.address));
        if let Some(register) = operands::find_fp_register(machine.architecture, one) {
            complain(format!("uses the FP or SIMD register {register}"));
        }
        if !may_write && operands::stores(machine.architecture, one) {
            complain("writes memory".into());
        }
        if operands::calls(one) {
            complain("calls another routine".into());
        }
        if !machine.mnemonics.contains(&&*one.mnemonic) {
            complain("is not on the list of allowed instructions".into());
        }
    }
    complaints
}

/// All differences between the code and its banner and Rust declaration.
pub(super) fn contradictions(
    machine: &Machine,
    function: &Function,
    banner: &Banner,
    declaration: &Declaration,
    paths: &[&Path],
) -> Vec<String> {
    let mut contradictions = Vec::new();
    if banner.prototype != declaration.prototype {
        contradictions.push(format!(
            "the banner declares {:?}, Rust {:?}",
            banner.prototype, declaration.prototype
        ));
    }
    let registers = |of: fn(Architecture, &Instruction) -> Vec<String>| -> BTreeSet<String> {
        function.instructions.iter().flat_map(|one| of(machine.architecture, one)).collect()
    };
    let saved = registers(operands::saved_registers);
    let kept = &saved & &registers(operands::restored_registers);
    let written = &registers(operands::written_registers) - &kept;
    let mut differing = &written - &banner.clobbered;
    // A form with more instructions may need fewer registers than the one that the banner describes.
    if machine.cost == COST {
        differing.extend(&banner.clobbered - &written);
    }
    if !differing.is_empty() {
        contradictions.push(format!(
            "registers written but not in the banner, or the other way round: {}",
            differing.into_iter().collect::<Vec<_>>().join(", ")
        ));
    }
    let touches =
        function.instructions.iter().any(|one| operands::touches_memory(machine.architecture, one));
    if touches == declaration.is_safe {
        contradictions.push("must be declared `safe` if, and only if, it reads no memory".into());
    }
    let costs: Vec<Option<usize>> = paths.iter().map(|path| walk(function, path.taken)).collect();
    let documented: Vec<Option<usize>> = banner.costs.iter().copied().map(Some).collect();
    if costs != documented {
        contradictions.push(format!("costs {costs:?}, the banner says {:?}", banner.costs));
    }
    contradictions
}

/// Counts the instructions from the start to the return, with the conditional branches on the path
/// taken or not as `taken` says; `None` if there is no such path through the routine.
pub(super) fn walk(function: &Function, taken: &[bool]) -> Option<usize> {
    let mut turns = taken.iter();
    let mut index = 0;
    for count in 1..WALK_LIMIT {
        let one = function.instructions.get(index)?;
        index += 1;
        match &*one.mnemonic {
            "ret" | "retq" => return turns.next().is_none().then_some(count),
            mnemonic if is_branch(mnemonic) => {
                let is_conditional = !["b", "j", "jmp"].contains(&mnemonic);
                if !is_conditional || *turns.next()? {
                    let target = one.target()?;
                    index = function.instructions.iter().position(|at| at.address == target)?;
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::machine::MACHINES;
    use super::super::{banner, objdump};
    use super::*;

    fn intel() -> &'static Machine {
        MACHINES.iter().find(|machine| machine.architecture == Architecture::X86_64).unwrap()
    }

    fn function(text: &str) -> Function {
        let mut listing = String::from("0000000000000000 <f>:\n");
        for (address, line) in text.split("; ").enumerate() {
            listing += &format!("  {address:x}: 90\t{}\n", line.replacen(' ', "\t", 1));
        }
        objdump::parse(&listing).remove(0)
    }

    #[test]
    fn each_kind_of_violation_is_reported() {
        let prototype = |kind: &str| {
            let source = format!("//  void p_f({kind}word);\n// Out\n// Clobbers\n// Cost\n");
            banner::parse(Architecture::X86_64, "Cost", &source).unwrap().prototype
        };
        let clean = "endbr64; movq %rdi, %rax; je 0x4; movq (%rax), %rax; retq";
        let reads = prototype("const uint64_t *");
        assert!(complaints(intel(), &function(clean), &reads).is_empty());
        for (replaced, by, expected) in [
            ("endbr64", "movq %rdi, %rax", "does not start with"),
            ("movq (%rax), %rax", "movq %xmm3, %rax", "register %xmm3"),
            ("movq (%rax), %rax", "movq %rax, (%rdi)", "writes memory"),
            ("movq (%rax), %rax", "callq 0x0", "calls another"),
            ("movq (%rax), %rax", "pextq %rax, %rax, %rax", "not on the list"),
        ] {
            let complaints = complaints(intel(), &function(&clean.replace(replaced, by)), &reads);
            assert!(complaints.iter().any(|text| text.contains(expected)), "{complaints:?}");
        }
        let stores = clean.replace("movq (%rax), %rax", "movq %rax, (%rdi)");
        assert!(complaints(intel(), &function(&stores), &prototype("uint64_t *")).is_empty());
    }

    #[test]
    fn walks_count_what_is_executed() {
        let function = function("endbr64; je 0x3; retq; jne 0x3; jmp 0x2");
        assert_eq!(walk(&function, &[false]), Some(3));
        assert_eq!(walk(&function, &[true, false]), Some(5));
        assert_eq!(walk(&function, &[true, true, true, false]), Some(7));
        assert_eq!(walk(&function, &[true]), None);
        assert_eq!(walk(&function, &[false, false]), None);
        assert_eq!(walk(&function, &[true; WALK_LIMIT]), None);
    }

    #[test]
    fn contradictions_of_the_banner_are_reported() {
        let source = "//  uint64_t p_f(uint64_t word);\n// Out rax answer\n// Clobbers rcx. Nothing\n// Cost 3\n";
        let rust =
            "unsafe extern \"C\" { #[link_name = symbol!(\"f\")] safe fn f(word: u64) -> u64; }";
        let path = Path { routine: "f", name: "always", taken: &[] };
        let check = |code: &str, source: &str, rust: &str| {
            let banner = banner::parse(Architecture::X86_64, "Cost", source).unwrap();
            let declaration = banner::declarations(rust, "p_").unwrap().remove(0);
            contradictions(intel(), &function(code), &banner, &declaration, &[&path]).len()
        };
        let code = "movq %rdi, %rcx; leaq (%rcx,%rcx), %rax; retq";
        assert_eq!(check(code, source, rust), 0);
        assert_eq!(check(&code.replace("leaq", "movq"), source, rust), 1);
        assert_eq!(check(&code.replace("%rax", "%rdx"), source, rust), 1);
        let saving = format!("pushq %rbx; notq %rbx; {}; popq %rbx; retq", &code[..code.len() - 6]);
        let saving_source = source.replace("Cost 3", "Cost 6");
        assert_eq!(check(&saving, &saving_source, rust), 0);
        assert_eq!(check(&saving.replace("popq %rbx", "popq %rbp"), &saving_source, rust), 1);
        assert_eq!(check(code, &source.replace("rcx", "rcx, rsi"), rust), 1);
        assert_eq!(check(code, &source.replace("Cost 3", "Cost 4"), rust), 1);
        assert_eq!(check(code, source, &rust.replace("word", "other")), 1);
        assert_eq!(check(code, source, &rust.replace("safe", "")), 1);
    }
}
