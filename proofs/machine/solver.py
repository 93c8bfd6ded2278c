"""Questions about claripy formulas, put to z3 with the strategy that suits bit vectors."""

import claripy
import z3

# A question that z3 has not answered by then counts as a failure.
PATIENCE_MILLISECONDS = 300_000
BACKEND = claripy.backends.z3


def number(value, bits=64):
    """A number as a formula."""
    return claripy.BVV(value % 2**bits, bits)


def variable(name, bits=64):
    """A variable of exactly this name."""
    return claripy.BVS(name, bits, explicit_name=True)


def model(constraints):
    """A model of all constraints, or None if there is none."""
    solver = z3.SolverFor("QF_BV", ctx=BACKEND._context)
    solver.set("timeout", PATIENCE_MILLISECONDS)
    solver.add(*(BACKEND.convert(constraint) for constraint in constraints))
    answer = solver.check()
    if answer == z3.unknown:
        raise TimeoutError(f"z3 gave up: {solver.reason_unknown()}")
    return solver.model() if answer == z3.sat else None


def follows(formula, constraints):
    """Does `formula` hold wherever all constraints do?"""
    return model([*constraints, claripy.Not(formula)]) is None


def holds_in(model_found, formula):
    """Is `formula` true in this model?"""
    return z3.is_true(model_found.eval(BACKEND.convert(formula), model_completion=True))


def show(model_found, variables):
    """The values of some variables in a model, in one line."""
    values = []
    for symbol in variables:
        value = model_found.eval(BACKEND.convert(symbol), model_completion=True)
        values.append(f"{symbol.args[0]} = {value.as_long():#x}")
    return ", ".join(values)
