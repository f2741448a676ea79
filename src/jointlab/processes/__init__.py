"""Two-party processes: declared once, replayed from signed steps to the same state on every node. Pure.

process.py    what is declared: parties, states, steps, fields, guards; what is wrong with a declaration
instance.py   one case: replayed from its steps in any order, what may be taken next, and why not
"""

from jointlab.processes.instance import Instance, Taken, Verdict, check, false_claim, offered, replay, step_hash
from jointlab.processes.process import Field, Guard, Party, Process, State, Step, faults_of

__all__ = [
    "Field", "Guard", "Instance", "Party", "Process", "State", "Step", "Taken", "Verdict", "check", "false_claim", "faults_of",
    "offered", "replay", "step_hash",
]  # fmt: skip
