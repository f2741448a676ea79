"""A small process and steps of it, for tests."""

from collections.abc import Mapping

from jointlab.errors import BadInput, Fault
from jointlab.processes import Field, Guard, Instance, Party, Process, State, Step, Taken

SIDES = {"asker": "kz", "giver": "nj"}


def _not_in_vain(instance: Instance, step: Step, form: Mapping[str, str]) -> Fault | None:
    return BadInput("loan.vain", "Say what for.", field="what") if form["what"] == "nothing" else None


LOAN = Process(
    name="loan/1",
    title="Loan",
    parties=(Party("asker", "Who asks"), Party("giver", "Who gives")),
    states=(
        State("asked", "Asked", arbiter="giver", waits="giver"),
        State("lent", "Lent", arbiter="asker", waits="asker"),
        State("back", "Back", end=True),
        State("off", "Off", end=True),
    ),
    steps=(
        Step("ask", "Ask", "Asked", ("asker",), ("",), "asked", (Field("what", "What"),), ("what",), ("vain",), main=True),
        Step("lend", "Lend", "Lent", ("giver",), ("asked",), "lent", (Field("until", "Until", "day", required=False),), main=True),
        Step("talk", "Talk", "Talked", ("asker", "giver"), ("asked", "lent"), "asked", (Field("word", "Word", most=20),)),
        Step("drop", "Drop", "Dropped", ("asker", "giver"), ("asked",), "off"),
        Step("return", "Return", "Returned", ("asker",), ("lent",), "back", main=True),
    ),
    guards={"vain": Guard(_not_in_vain, of_form=True)},
)  # fmt: skip


def opening(what: str = "a balance", *, home: str = "kz", instance: str = "kz:1", **changes: object) -> Taken:
    """The first step."""
    values: dict[str, object] = {
        "process": LOAN.name, "instance": instance, "step": "ask", "party": "asker", "previous": "", "by": "kz:p", "home": home,
        "form": {"what": what}, "parties": SIDES, "nodes": SIDES,
    }  # fmt: skip
    return Taken(**{**values, **changes}).sealed()  # type: ignore[arg-type]


def after(previous: Taken, step: str, party: str, **form: str) -> Taken:
    """A step on top of another, written at its party's own node."""
    return Taken(
        process=LOAN.name, instance=previous.instance, step=step, party=party, previous=previous.hash, by=f"{SIDES[party]}:p",
        home=SIDES[party], form=form,
    ).sealed()  # fmt: skip
