"""What is known at a loop's head, found by removing what is refuted.

The first arrival suggests everything that may be true (this is the Houdini of Flanagan and Leino):
that a register or a cell of memory holds its present formula, if that is over the inputs alone;
that it holds one of the contract's sets; each of the contract's statements. A suggestion that does
not hold at an arrival, the first or a later one, is removed, and the loop is executed again with
less known. What remains in the end holds at every arrival, and so is true.

Nothing here depends on the role of a register, or on how the routine organises its loop. A wrong
suggestion costs time only; a missing one makes a proof fail, never succeed.
"""

import claripy

from machine.solver import follows, holds_in, model


class Known:
    """The knowledge at one cut. Registers are identified by name, cells by area and offset."""

    def __init__(self, contract, more_inputs):
        self.contract = contract
        self.inputs = contract.inputs | {symbol.args[0] for symbol in more_inputs}
        self.names = None
        self.equal = {}
        self.sets = set()
        self.statements = set()

    def arrive(self, values, constraints):
        """Keeps what holds for an arrival with these values. Is less known than before?"""
        if self.names is None:
            self.suggest(values)
            self.strike(values, constraints)
            return True
        return self.strike(values, constraints)

    def suggest(self, values):
        """Everything that may be true."""
        self.names = set(values)
        for name, value in values.items():
            if value.variables <= self.inputs:
                self.equal[name] = value
            if value.symbolic:
                self.sets.update((name, choice) for choice in self.contract.sets)
        self.statements.update(self.contract.statements)

    def strike(self, values, constraints):
        """Removes what does not follow from the constraints. Was anything removed?"""
        names = self.names & values.keys()
        gone = self.names != names
        self.names = names
        claims = {}
        for name, formula in self.equal.items():
            claims["equal", name] = values[name] == formula if name in names else claripy.false()
        for name, choice in self.sets:
            test = self.contract.sets[choice]
            claims["set", (name, choice)] = test(values[name]) if name in names else claripy.false()
        for name in self.statements:
            claims["statement", name] = self.contract.statements[name]

        struck = refuted(claims, constraints)
        for kind, name in struck:
            if kind == "equal":
                del self.equal[name]
            elif kind == "set":
                self.sets.remove(name)
            else:
                self.statements.remove(name)
        return gone or bool(struck)

    def describe(self):
        """The values of registers and cells, and the constraints, for a new start at the cut."""
        given = {name: claripy.BVS(str(name), 64) for name in self.names} | self.equal
        constraints = [self.contract.statements[name] for name in self.statements]
        for name, choice in self.sets:
            constraints.append(self.contract.sets[choice](given[name]))
        return given, constraints

    def shrinks(self, before, after, constraints):
        """Is one of the sets now a proper subset of its value at the start?"""

        def shrinks(name):
            old, new = before[name], after[name]
            return follows(claripy.And(new & ~old == 0, new != old), constraints)

        return any(shrinks(name) for name in {name for name, _ in self.sets} & after.keys())


def refuted(claims, constraints):
    """The names of the claims that do not follow. Each model refutes all claims that are false in
    it."""
    struck = set()
    left = {name: claim for name, claim in claims.items() if not claim.is_true()}
    while left:
        counter = model([*constraints, claripy.Or(*map(claripy.Not, left.values()))])
        if counter is None:
            break
        false = {name for name, claim in left.items() if not holds_in(counter, claim)}
        struck |= false
        left = {name: claim for name, claim in left.items() if name not in false}
    return struck
