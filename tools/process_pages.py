"""The page of the processes: each declaration as a drawing in text and as tables, made from the declaration itself."""

from collections.abc import Iterator

from jointlab.agreements.of_many import AGREEMENTS, ENTRIES
from jointlab.agreements.process import AGREEMENT, ENTRY
from jointlab.laboratory.measurement_request import REQUEST
from jointlab.laboratory.process import TRANSFER
from jointlab.mobility.process import MOBILITY
from jointlab.processes import Process, State, Step
from tools.tables import NOTE, table

PROCESSES = (AGREEMENT, ENTRY, AGREEMENTS[3], ENTRIES[3], MOBILITY, TRANSFER, REQUEST)
_LEAD = (
    "A process between institutions is declared once. From the declaration come the buttons, who may press them, the timeline, "
    "the API and the check of what the partner's node sends. Each step is a record that names the hash of the step before it; of two steps "
    "taken at the same time by both sides the arbiter's stands, and the other is kept and shown as overtaken. Once the other side has gone "
    "on from a step, no rival of it counts any more; between three and more that stands from which most other sides have gone on. Agreements of four, five and "
    "six parties are as those of three, with more in the round. ■ marks an end, * the steps of the way that is hoped for.\n\n"
)


def processes_page() -> str:
    """docs/reference/processes.md"""
    return f"# Processes\n\n{NOTE}{_LEAD}" + "\n".join(_process(one) for one in PROCESSES)


def drawing(process: Process) -> str:
    """Each state with what leads on from it."""
    longest = max(len(f"{step.name}{'*' * step.main}") for step in process.steps)
    lines: list[str] = []
    for state in (State("", "begins"), *process.states):
        steps = process.steps_from(state.name)
        if steps:
            lines += [_head(state), *_branches(process, steps, longest), ""]
    return "\n".join(lines).rstrip()


def _head(state: State) -> str:
    facts = [
        f"waits for the {state.waits}" if state.waits else "",
        f"arbiter: {state.arbiter}" if state.arbiter else "",
    ]
    told = "; ".join(filter(None, facts))
    return f"{state.name or '(nothing yet)'}{f'   ({told})' if told else ''}"


def _branches(process: Process, steps: tuple[Step, ...], longest: int) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        corner = "└" if number == len(steps) else "├"
        name = f"{step.name}{'*' * step.main}"
        to = f"{step.to}{' ■' if process.state(step.to).end else ''}"
        yield f"  {corner}─ {name} {'─' * (longest - len(name))}─▶ {to:<18} {' or '.join(step.who)}"


def _process(process: Process) -> str:
    return (
        f"## {process.title}\n\n`{process.name}` between {' and '.join(party.name for party in process.parties)}.\n\n"
        f"```text\n{drawing(process)}\n```\n\n### States\n\n"
        + table(("State", "Shown as", "Waits for", "Arbiter"), ((f"`{s.name}`", s.title, s.waits or "—", "end" if s.end else s.arbiter or "—") for s in process.states))
        + "\n### Steps\n\n"
        + table(("Step", "Button", "Who", "Fields", "On the ground of", "Guards"), (_row(step) for step in process.steps))
    )  # fmt: skip


def _row(step: Step) -> tuple[str, ...]:
    fields = ", ".join(f"`{one.name}` ({one.kind}{'' if one.required else ', optional'})" for one in step.fields)
    return (f"`{step.name}`", step.title, " or ".join(step.who), fields or "—",
            ", ".join(f"`{name}`" for name in step.evidence) or "—", ", ".join(step.guards) or "—")  # fmt: skip
