"""What the checks need to know of an instruction, whatever decoded it."""

import dataclasses

import capstone

LANDING_PADS = ("auipc", "bti", "hint", "endbr64")


@dataclasses.dataclass(frozen=True)
class Instruction:
    """One instruction of a routine."""

    address: int
    size: int
    mnemonic: str
    # The operands as text.
    op_str: str
    # Where a direct branch leads.
    target: int | None
    # Can the next instruction follow?
    goes_on: bool

    def __str__(self):
        return f"{self.mnemonic} {self.op_str}".strip()

    def is_landing_pad(self):
        """Does it only mark a landing place of indirect branches?"""
        return self.mnemonic.startswith(LANDING_PADS)


def from_capstone(found):
    """The same of an instruction that capstone decoded."""
    target = None
    if found.group(capstone.CS_GRP_JUMP) and found.operands:
        operand = found.operands[-1]
        if operand.type == capstone.CS_OP_IMM:
            target = operand.imm
    goes_on = not found.group(capstone.CS_GRP_RET) and found.mnemonic not in ("b", "jmp")
    return Instruction(found.address, found.size, found.mnemonic, found.op_str, target, goes_on)
