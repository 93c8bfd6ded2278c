"""What counts as a theorem, and the ledger of the checks.

A theorem is a formula that must hold for every value of its variables. z3 searches for a model of
its negation; no model means that there is no counterexample. That alone shows little: a formula
that cannot fail has no counterexample either, and neither has one under assumptions that nothing
satisfies. The StahlOS page has both faults (see page.py). So every theorem comes with a planted
error, the same statement about a wrong variant under the same assumptions, and z3 has to find its
counterexample. Each of the two is one check, and one line of output.
"""

import sys
import time

import z3

# A query that z3 does not answer within this time counts as a failure.
PATIENCE_MILLISECONDS = 300_000


def counterexample(claim, given=()):
    """A model in which everything given holds and the claim does not, or None."""
    solver = z3.SolverFor("QF_BV")
    solver.set("timeout", PATIENCE_MILLISECONDS)
    solver.add(*given)
    solver.add(z3.Not(claim))
    answer = solver.check()
    if answer == z3.unknown:
        raise TimeoutError(f"z3 gave up: {solver.reason_unknown()}")
    return solver.model() if answer == z3.sat else None


def show(model):
    """The values of a model, in one short line."""
    values = []
    for variable in sorted(model.decls(), key=lambda variable: variable.name()):
        value = model[variable]
        text = f"{value.as_long():#x}" if z3.is_bv_value(value) else str(value)
        values.append(f"{variable.name()} = {text}")
    return ", ".join(values)


class Ledger:
    """Counts checks, and shows each as it is made."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self._since = time.monotonic()

    def check(self, name, passed, detail=""):
        """Records one check, with details for its line."""
        seconds = time.monotonic() - self._since
        if passed:
            self.passed += 1
        else:
            self.failed += 1
        verdict = "ok    " if passed else "FAILED"
        print(f"{verdict} {seconds:6.2f} s  {name}" + (f": {detail}" if detail else ""))
        sys.stdout.flush()
        self._since = time.monotonic()

    def theorem(self, name, claim, given=(), *, planted):
        """Proves `claim` from `given`, then refutes each planted error.

        `planted` maps the description of a change to the changed claim, or to a pair of a changed
        claim and its assumptions.
        """
        self._decide(name, lambda: counterexample(claim, given), expect_model=False)
        for change, wrong in planted.items():
            wrong_claim, wrong_given = wrong if isinstance(wrong, tuple) else (wrong, given)
            self._decide(
                f"  planted: {change}",
                lambda: counterexample(wrong_claim, wrong_given),
                expect_model=True,
            )

    def _decide(self, name, search, expect_model):
        try:
            model = search()
        except TimeoutError as error:
            self.check(name, False, str(error))
            return
        if model is None:
            detail = "no counterexample" if expect_model else ""
        else:
            detail = show(model)
        self.check(name, (model is not None) == expect_model, detail)

    def for_all(self, name, domain, holds, *, planted):
        """The same for a finite domain, element by element; `planted` maps to wrong predicates."""
        domain = list(domain)
        counter = next((element for element in domain if not holds(element)), None)
        detail = f"all {len(domain)}" if counter is None else f"not for {counter}"
        self.check(name, counter is None and domain, detail)
        for change, wrong in planted.items():
            counter = next((element for element in domain if not wrong(element)), None)
            detail = "no counterexample" if counter is None else f"not for {counter}"
            self.check(f"  planted: {change}", counter is not None, detail)
