"""angr's machine: VEX lifts the code, and one instruction at a time is executed on formulas.

Registers are VEX's, by its names for them. Each one that is read or written is checked, the flags
too.
"""

import angr
import claripy

from machine.contract import Wrong
from machine.instruction import from_capstone
from machine.memory import BitScratch
from machine.solver import number

SCRATCH = 0x1000_0000
BIT_SCANS = ("tzcnt", "bsf")


class Lifted:
    """The machine for one routine. `checks` answers loads and stores, or refuses them."""

    def __init__(self, routine, address, checks):
        self.checks = checks
        self.architecture = routine.architecture
        self.project = angr.load_shellcode(
            routine.code, arch=self.architecture.angr, load_address=address
        )
        found = [*map(from_capstone, self.project.arch.capstone.disasm(routine.code, address))]
        if sum(instruction.size for instruction in found) != len(routine.code):
            raise ValueError(f"{routine.name} is not all instructions")
        self.code = {instruction.address: instruction for instruction in found}
        self.names = [*self.architecture.registers, self.architecture.stack]

    def start(self, address, given, constraints):
        """A state that has what is given, the rest of it cells."""
        state = self.project.factory.blank_state(
            addr=address,
            add_options={
                angr.options.SYMBOL_FILL_UNCONSTRAINED_REGISTERS,
                angr.options.LAZY_SOLVES,
            },
        )
        state.solver.add(*constraints)
        for name in self.names:
            setattr(state.regs, name, given.pop(name))
        self.forget_flags(state)
        state.globals["cells"] = given
        state.globals["bits"] = None
        for event, action in (
            ("mem_read", self.on_load),
            ("mem_write", self.on_store),
            ("reg_read", self.on_register_read),
            ("reg_write", self.on_register_write),
        ):
            state.inspect.b(event, when=angr.BP_BEFORE, action=action)
        return state

    @staticmethod
    def constraints(state):
        """The branches taken, and what was known at the start."""
        return state.solver.constraints

    def registers(self, state):
        """The formula in each register."""
        return {name: self.register(state, name) for name in self.names}

    @staticmethod
    def register(state, name):
        """The formula in a register."""
        return state.registers.load(name, inspect=False, disable_actions=True)

    def step(self, state):
        """The states that can follow after one instruction."""
        try:
            successors = self.project.factory.successors(state, num_inst=1, opt_level=0)
        except angr.errors.AngrError as error:
            raise Wrong(f"cannot be executed at {self.checks.place(state)}: {error}") from error
        if successors.unconstrained_successors:
            raise Wrong(f"jumps anywhere at {self.checks.place(state)}")
        found = successors.flat_successors
        for after in found:
            self.blur_bit_scan(state, after)
        return found

    def blur_bit_scan(self, before, after):
        """Replaces the results of a bit scan that depend on the processor.

        `rep bsf` is `tzcnt` on some processors and `bsf` on others. They differ in the answer for
        0, and in the flags: code that relies on neither stays right with any value there.
        """
        instruction = self.code[before.addr]
        if instruction.mnemonic in BIT_SCANS:
            answer, scanned = instruction.op_str.split(", ")
            value = claripy.If(
                self.register(before, scanned) == 0,
                claripy.BVS("scan_of_0", 64),
                self.register(after, answer),
            )
            setattr(after.regs, answer, value)
            self.forget_flags(after)

    def forget_flags(self, state):
        """Makes the flags arbitrary: VEX's kind 0 means that the first operand contains them."""
        state.regs.cc_op = 0
        for operand in self.architecture.flags[1:]:
            setattr(state.regs, operand, claripy.BVS(operand, 64))

    # What angr calls during a step

    def on_load(self, state):
        """Answers a load from memory, or of the return address."""
        address = state.inspect.mem_read_address
        size = state.inspect.mem_read_length
        mnemonic = self.code[state.addr].mnemonic
        if mnemonic == "ret":
            value = self.checks.load_return_address(state, address)
        elif mnemonic in BitScratch.INSTRUCTIONS:
            value = state.globals["bits"].load(address, size)
        else:
            value = self.checks.load(state, address, size)
        # angr loads from a concrete address that holds the answer, and resolves no address itself.
        state.memory.store(
            SCRATCH,
            value,
            inspect=False,
            disable_actions=True,
            endness=self.project.arch.memory_endness,
        )
        state.inspect.mem_read_address = number(SCRATCH)

    def on_store(self, state):
        """Stores to a cell."""
        address, value = state.inspect.mem_write_address, state.inspect.mem_write_expr
        if self.code[state.addr].mnemonic in BitScratch.INSTRUCTIONS:
            if value.size() > 8:
                state.globals["bits"] = BitScratch(address, value.zero_extend(64 - value.size()))
            else:
                state.globals["bits"] = state.globals["bits"].store(address, value)
        else:
            state.globals["cells"] = self.checks.store(state, address, value)
        state.inspect.mem_write_address = number(SCRATCH)

    def on_register_read(self, state):
        """Allows reads of general registers and flags only."""
        self.touch(state, state.inspect.reg_read_offset, state.inspect.reg_read_length)

    def on_register_write(self, state):
        """The same for writes; flags may be changed only if that is promised."""
        offset, size = state.inspect.reg_write_offset, state.inspect.reg_write_length
        name = self.touch(state, offset, size)
        flags = self.architecture.flags
        if name in flags and name not in self.checks.promised:
            raise Wrong(f"changes the flags at {self.checks.place(state)}, against its banner")

    def touch(self, state, offset, size):
        """The name of the register at an offset of VEX's guest state, which must be allowed."""
        offset = offset if isinstance(offset, int) else offset.concrete_value
        architecture = self.project.arch
        base = architecture.get_base_register(offset, size)
        name = architecture.register_names.get(base[0] if base else offset, f"register {offset}")
        allowed = (*self.names, self.architecture.counter, *self.architecture.flags)
        if name not in allowed:
            raise Wrong(f"touches {name} at {self.checks.place(state)}")
        return name
