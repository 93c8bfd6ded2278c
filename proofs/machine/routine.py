"""A routine as bytes: assembled, extracted from its object file, and disassembled.

The object comes from rustc, as in the crate. GNU as must produce the same bytes from the prelude
and the routine's file, so that a proof about one holds for both. An object with relocations is
refused, because the linker would change the code that is proved.
"""

import os
import pathlib
import re
import subprocess

from elftools.elf.elffile import ELFFile

from source import REPOSITORY, text

SYMBOL_PREFIX = "heptad_0_1_"
LANDING_PADS = ("bti", "hint", "endbr64")


class Architecture:
    """The differences between the two: names, tools, and the roles of registers."""

    def __init__(self, name, angr, rust_target, nop, **registers):
        self.name = name
        self.angr = angr
        self.rust_target = rust_target
        self.gcc = f"{name}-linux-gnu-gcc"
        self.nop = nop
        self.registers = registers["general"].split()
        self.arguments = registers["arguments"].split()
        self.result = registers["result"]
        # Registers that the caller does not rely on.
        self.volatile = registers["volatile"].split()
        # The link register is None if the return address is on the stack.
        self.stack, self.counter, self.link = registers["others"]
        # VEX keeps the flags as the operands of the instruction that set them.
        self.flags = ["cc_op", "cc_dep1", "cc_dep2", "cc_ndep"]


ARCHITECTURES = [
    Architecture(
        "aarch64",
        angr="aarch64",
        rust_target="aarch64-unknown-none-softfloat",
        general=" ".join(f"x{number}" for number in range(31)),
        arguments="x0 x1 x2 x3 x4",
        volatile=" ".join(f"x{number}" for number in range(18)),
        result="x0",
        others=("xsp", "pc", "x30"),
        nop=bytes.fromhex("1f2003d5"),
    ),
    Architecture(
        "x86_64",
        angr="amd64",
        rust_target="x86_64-unknown-none",
        general="rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 r15",
        arguments="rdi rsi rdx rcx r8",
        volatile="rax rcx rdx rsi rdi r8 r9 r10 r11",
        result="rax",
        others=("rsp", "rip", None),
        nop=b"\x90",
    ),
]


class Routine:
    """The code of one routine, and the promises of its banner."""

    def __init__(self, architecture, name, code):
        self.architecture = architecture
        self.name = name
        self.code = code

    def with_code(self, code):
        """The same routine with other bytes."""
        return Routine(self.architecture, self.name, code)

    def banner(self):
        """The comment above the routine, without its comment signs."""
        lines = text(self.path()).splitlines()
        comment = [line for line in lines if line.startswith("//")]
        return "\n".join(line.removeprefix("//").strip() for line in comment)

    def path(self):
        """The routine's file in the repository."""
        return f"asm/{self.architecture.name}/{self.name}.S"

    def clobbers(self):
        """The registers, and "flags", that the banner's Clobbers line names."""
        sentence = re.search(r"^Clobbers\s+(.*?)\.(?:\s|$)", self.banner(), re.M).group(1)
        names = set()
        for part in sentence.split(", "):
            first, _, last = part.partition("..")
            names.add(first)
            if last:
                letter, start = re.fullmatch(r"(\D+)(\d+)", first).groups()
                end = int(last.removeprefix(letter))
                names.update(f"{letter}{number}" for number in range(int(start), end + 1))
        return names


def compile_unit(architecture, unit, folder, *more):
    """All routines of a Rust file in this folder as rustc compiles them, by name."""
    target = pathlib.Path(folder) / f"{architecture.name}-{unit}.o"
    source = pathlib.Path(__file__).with_name(f"{unit}.rs")
    command = ["rustc", "--edition", "2024", "--crate-type", "lib", "--emit", "obj"]
    command += ["-C", "opt-level=3", "-C", "panic=abort", *more]
    run(command + ["--target", architecture.rust_target, "-o", target, source])
    return {name: Routine(architecture, name, code) for name, code in read_object(target).items()}


def compile_with_crate(architecture, unit, folder):
    """The same for a file that uses the crate, which is built first."""
    target = architecture.rust_target
    run(["cargo", "build", "--quiet", "--release", "--target", target])
    built = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target")) / target / "release"
    crate = f"heptad={built / 'libheptad.rlib'}"
    return compile_unit(
        architecture, unit, folder, "--extern", crate, "-L", f"dependency={built / 'deps'}"
    )


def assemble_with_gnu(routine, folder):
    """The same routine, as GNU as assembles its file after the prelude."""
    prelude = text(f"asm/{routine.architecture.name}/prelude.inc")
    target = assemble(routine.architecture, prelude + text(routine.path()), folder)
    return routine.with_code(read_object(target)[routine.name])


def assemble_instruction(architecture, instruction, folder):
    """The bytes of one instruction."""
    target = assemble(architecture, f"{instruction}\n", folder)
    with open(target, "rb") as file:
        return ELFFile(file).get_section_by_name(".text").data()


def assemble(architecture, source, folder):
    """The path of the object that GNU as makes of some text."""
    target = pathlib.Path(folder) / f"{architecture.name}.o"
    run([architecture.gcc, "-c", "-x", "assembler-with-cpp", "-", "-o", target], input=source)
    return target


def run(command, **options):
    """Runs a command; its error output is shown if it fails."""
    subprocess.run(command, check=True, text=True, cwd=REPOSITORY, **options)


def read_object(path):
    """The bytes of each routine in an object file, by name without the prefix."""
    with open(path, "rb") as file:
        elf = ELFFile(file)
        routines = {}
        for symbol in elf.get_section_by_name(".symtab").iter_symbols():
            if not symbol.name.startswith(SYMBOL_PREFIX):
                continue
            section = elf.get_section(symbol["st_shndx"])
            for prefix in (".rela", ".rel"):
                if elf.get_section_by_name(prefix + section.name):
                    raise ValueError(f"{symbol.name} has relocations")
            start = symbol["st_value"]
            code = section.data()[start : start + symbol["st_size"]]
            routines[symbol.name.removeprefix(SYMBOL_PREFIX)] = code
        return routines


def instructions(routine, project, address):
    """The instructions of a routine as capstone reads them, loaded at `address`."""
    found = list(project.arch.capstone.disasm(routine.code, address))
    if sum(instruction.size for instruction in found) != len(routine.code):
        raise ValueError(f"{routine.name} is not all instructions")
    return found


def is_landing_pad(instruction):
    """Does it only mark a landing place of indirect branches?"""
    return instruction.mnemonic.startswith(LANDING_PADS)
