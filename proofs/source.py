"""Constants read from the Rust source, so that no theorem is about another number."""

import pathlib
import re

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


def text(path):
    """The text of a file of the repository."""
    return (REPOSITORY / path).read_text(encoding="utf-8")


def constant(path, name):
    """The value of the one constant `name` in the Rust file at `path`, a literal number.

    A constant of a type with one field, `SlotMask(0x80)`, has the value of the field.
    """
    declaration = rf"const {name}: \w+ = (?:\w+\()?(0x[0-9A-Fa-f_]+|[0-9_]+)\)?;"
    found = re.findall(declaration, text(path))
    if len(found) != 1:
        raise LookupError(f"{path} has {len(found)} constants {name}, expected one")
    return int(found[0].replace("_", ""), 0)
