"""Runs the proofs: `python proofs/run.py`, or with `--long` also those that take minutes.

One line for each check, with its seconds; indented lines are the planted errors of the theorem
above them, and show how they were found. The last line has the form of `cargo test`'s counts. The
exit code is 0 if nothing failed.
"""

import sys

# No bytecode is written into the repository.
sys.dont_write_bytecode = True

import capacity
import geometry
import hashing
import page
import words
from machine import theorems
from theorem import Ledger


def main(arguments):
    """Runs everything; returns the exit code."""
    if not set(arguments) <= {"--long"}:
        sys.exit(__doc__)
    ledger = Ledger()
    for theorems_of in (page, capacity, words, geometry, hashing):
        theorems_of.prove(ledger)
    theorems.prove(ledger, long="--long" in arguments)
    verdict = "FAILED" if ledger.failed else "ok"
    print(f"test result: {verdict}. {ledger.passed} passed; {ledger.failed} failed")
    return 1 if ledger.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
