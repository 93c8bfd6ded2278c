"""A routine as bytes: assembled, and extracted from its object file.

The object comes from rustc, as in the crate. GNU as must produce the same bytes from the prelude
and the routine's file, so that a proof about one holds for both. An object with relocations is
refused, because the linker would change the code that is proved.
"""

import os
import pathlib
import re
import subprocess

from elftools.elf.elffile import ELFFile

from machine.riscv import REGISTERS
from source import REPOSITORY, text

SYMBOL_PREFIX = "heptad_0_1_"


class Architecture:
    """The differences between them: names, tools, and the roles of registers."""

    def __init__(self, name, rust_target, nop, angr=None, extension="", table_bits=64, **registers):
        # With an extension the steps of a prelude are those of a file named after it.
        self.extension = extension
        self.folder = name
        self.name = f"{name}+{extension}" if extension else name
        # angr's name of it; None if it is executed by the machine of `interpreted.py`.
        self.angr = angr
        self.rust_target = rust_target
        self.gcc = f"{name}-linux-gnu-gcc"
        self.nop = nop
        # What GNU as has to know before single instructions.
        self.directives = registers.get("directives", [])
        # Each table has fewer bytes than this power of two.
        self.table_bits = table_bits
        self.registers = registers["general"].split()
        self.arguments = registers["arguments"].split()
        self.result = registers["result"]
        # Registers that the caller does not rely on.
        self.volatile = registers["volatile"].split()
        # The link register is None if the return address is on the stack.
        self.stack, self.counter, self.link = registers["others"]
        # VEX keeps the flags as the operands of the instruction that set them.
        self.flags = ["cc_op", "cc_dep1", "cc_dep2", "cc_ndep"] if angr else []

    def prelude(self):
        """The text that a routine's file follows."""
        names = ["prelude", *filter(None, [self.extension])]
        return "".join(text(f"asm/{self.folder}/{name}.inc") for name in names)


def riscv(extension=""):
    """RISC-V of 64 bits, with an extension or without."""
    extensions = f"+m, +{extension}" if extension else "+m"
    return Architecture(
        "riscv64",
        extension=extension,
        rust_target="riscv64imac-unknown-none-elf",
        table_bits=57,
        directives=[".option norvc", ".option norelax", f".option arch, {extensions}"],
        general=" ".join(name for name in REGISTERS[1:] if name != "sp"),
        arguments="a0 a1 a2 a3 a4",
        volatile="a0 a1 a2 a3 a4 a5 a6 a7 t0 t1 t2 t3 t4 t5 t6",
        result="a0",
        others=("sp", "pc", "ra"),
        nop=bytes.fromhex("13000000"),
    )


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
    riscv(),
    riscv("zbb"),
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
        comment = [line for line in lines if line.startswith(("//", "/*", " *"))]
        return "\n".join(line.lstrip("/* ").rstrip() for line in comment)

    def path(self):
        """The routine's file in the repository."""
        return f"asm/{self.architecture.folder}/{self.name}.S"

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
    if architecture.extension:
        command += ["-C", f"target-feature=+{architecture.extension}"]
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
    """The same routine, as GNU as assembles its file after the prelude.

    It is linked too: on RISC-V GNU as leaves every branch to the linker.
    """
    source = routine.architecture.prelude() + text(routine.path())
    target = pathlib.Path(folder) / "linked"
    link(routine.architecture, assemble(routine.architecture, source, folder), target)
    return routine.with_code(read_object(target)[routine.name])


def assemble_instruction(architecture, instruction, folder):
    """The bytes of one instruction."""
    return section_text(assemble(architecture, "\n".join([*architecture.directives, instruction, ""]), folder))


def section_text(path):
    """The bytes of an object's section `.text`."""
    with open(path, "rb") as file:
        return ELFFile(file).get_section_by_name(".text").data()


def assemble(architecture, source, folder):
    """The path of the object that GNU as makes of some text."""
    target = pathlib.Path(folder) / f"{architecture.name}.o"
    run([architecture.gcc, "-c", "-x", "assembler-with-cpp", "-", "-o", target], input=source)
    return target


def link(architecture, path, target, entry="0"):
    """Makes a program of an object, with no library."""
    alone = ["-nostdlib", "-static", f"-Wl,--no-relax,--entry={entry}"]
    run([architecture.gcc, *alone, path, "-o", target])


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
            start = symbol["st_value"] - section["sh_addr"]
            code = section.data()[start : start + symbol["st_size"]]
            routines[symbol.name.removeprefix(SYMBOL_PREFIX)] = code
        return routines
