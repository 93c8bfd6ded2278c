"""Symbolic execution of a routine, and the checks during it.

A machine runs the code one instruction at a time (`lifted.py`, `interpreted.py`); registers hold
formulas over the inputs, and at a branch that can go both ways the execution splits. The end of
each path is compared with the contract. On the way each load, each store, and each register read or
written is checked.

**Innermost loops** are not unrolled. The start of one is a *cut*: execution stops there, and
restarts from a state in which only what is known at the cut is given (`known.py`). Each segment
ends at a cut, at the return, or as an error outside the code. A segment may lead back to the cut it
began at if it shrinks a set, and to later cuts, but to no earlier one. So all inputs are covered,
and the routine ends. Outer loops run for as many rounds as they take; where that number depends on
the inputs, the contract has to fix it.

**Memory** is not modelled as bytes: `memory.py` defines the value of a load from an address given
as a formula, and whether it is allowed. So tables are of any size, anywhere.
"""

from machine.contract import Wrong
from machine.interpreted import Interpreted
from machine.known import Known
from machine.lifted import Lifted
from machine.loops import innermost_heads
from machine.memory import Forbidden, Memory
from machine.solver import follows, model, number, show, value_in, variable

CODE = 0x40_0000
RETURN = 0x80_0000
# The limit from one cut to the next. Exceeding it means an endless outer loop.
MOST_STEPS = 1000


class Execution:
    """One routine, executed from its first instruction and from each of its cuts."""

    def __init__(self, routine, contract, promised):
        """`promised` are the registers that the routine may change, by the machine's names."""
        self.routine = routine
        self.architecture = routine.architecture
        self.contract = contract
        self.promised = promised
        machine = Lifted if self.architecture.angr else Interpreted
        self.machine = machine(routine, CODE, self)
        self.code = self.machine.code
        names = [*self.architecture.registers, self.architecture.stack]
        self.at_entry = {name: variable(f"{name}_at_entry") for name in names}
        self.stack_at_entry = self.at_entry[self.architecture.stack]
        self.memory = Memory(contract, self.stack_at_entry)
        self.known = {}
        for head in innermost_heads(self.code, CODE):
            self.known[head] = Known(contract, self.at_entry.values())
        self.paths = 0

    def run(self):
        """Executes all reachable code. Raises `Wrong` for what is not allowed."""
        waiting = [CODE]
        while waiting:
            start = waiting.pop()
            for end in self.segment(start):
                self.paths += 1
                if end.addr == RETURN:
                    self.compare_return(end)
                elif self.arrive(start, end) and end.addr not in waiting:
                    waiting.append(end.addr)

    # From a start to the next cuts and returns

    def segment(self, start):
        """The states in which execution from `start` next reaches a cut or the return."""
        states = [self.state_at(start)]
        while states:
            state = states.pop()
            for after in self.step(state):
                if after.addr == RETURN or after.addr in self.known:
                    yield after
                elif after.addr not in self.code:
                    raise Wrong(f"leaves its code at {self.place(state)}")
                else:
                    states.append(after)

    def step(self, state):
        """The states that can follow after one instruction."""
        state.globals["steps"] += 1
        if state.globals["steps"] > MOST_STEPS:
            raise Wrong(f"goes on for {MOST_STEPS} instructions, to {self.place(state)}")
        found = self.machine.step(state)
        if len(found) > 1:
            found = [after for after in found if model(self.constraints(after)) is not None]
        return found

    def state_at(self, start):
        """A state that has exactly what is known whenever execution starts there."""
        if start == CODE:
            constraints = []
            given = self.at_entry | self.contract.cells
            given |= zip(self.architecture.arguments, self.contract.arguments)
            if self.architecture.link:
                given[self.architecture.link] = number(RETURN)
        else:
            given, constraints = self.known[start].describe()
        state = self.machine.start(start, given, constraints)
        state.globals["steps"] = 0
        state.globals["start"] = self.values(state)
        return state

    def constraints(self, state):
        """What holds in a state: the assumptions, and the branches taken."""
        return [*self.contract.assumptions, *self.machine.constraints(state)]

    def values(self, state):
        """The formulas in all registers and cells."""
        return self.machine.registers(state) | state.globals["cells"]

    # What a machine calls during a step

    def load(self, state, address, size):
        """The value of a load of this many bytes."""
        cells = state.globals["cells"]
        try:
            value = self.memory.load(address, cells, self.constraints(state))
        except Forbidden as error:
            raise Wrong(f"{error} at {self.place(state)}") from error
        return value[8 * size - 1 : 0]

    def load_return_address(self, state, address):
        """The same for a return, where the address is on the stack."""
        if not follows(address == self.stack_at_entry, self.constraints(state)):
            raise Wrong("takes its return address from elsewhere")
        return number(RETURN)

    def store(self, state, address, value):
        """The cells after a store."""
        try:
            return self.memory.store(address, value, state.globals["cells"])
        except Forbidden as error:
            raise Wrong(f"{error} at {self.place(state)}") from error

    def place(self, state):
        """The next instruction, for display."""
        return f"+{state.addr - CODE:#x} ({self.code[state.addr]})"

    # Checks at the ends

    def compare_return(self, state):
        """The answer is the contract's, and everything that the caller relies on is unchanged."""
        constraints = self.constraints(state)
        values = self.values(state)
        answer = values[self.contract.answer_cell or self.architecture.result]
        counter = model([*constraints, self.contract.denies(answer)])
        if counter is not None:
            raise Wrong(
                f"answers {value_in(counter, answer):#x}"
                f" for {show(counter, self.contract.symbols)}"
            )
        kept = dict(self.at_entry)
        if self.architecture.link:
            kept[self.architecture.link] = number(RETURN)
        else:
            kept[self.architecture.stack] += 8
        kept |= zip(self.architecture.arguments, self.contract.arguments)
        for name, before in kept.items():
            if name not in self.promised and not self.is_same(values[name], before, constraints):
                raise Wrong(f"returns with another {name}, against its banner")

    @staticmethod
    def is_same(one, other, constraints):
        """Are two formulas equal? Identical formulas need no solver."""
        return one is other or follows(one == other, constraints)

    def arrive(self, start, state):
        """Records an arrival at a cut. Is less known there than before?"""
        values = self.values(state)
        known = self.known[state.addr]
        constraints = self.constraints(state)
        before = state.globals["start"]
        if state.addr < start:
            raise Wrong(f"may never end: goes back to an earlier loop, at {self.place(state)}")
        if state.addr == start and not known.shrinks(before, values, constraints):
            raise Wrong(f"may never end: back at {self.place(state)} with nothing done")
        return known.arrive(values, constraints)
