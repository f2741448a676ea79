"""A two-party process of the tests: a letter with a scan, which the reader answers and the person it is about signs."""

from datetime import date

from jointlab.cases.kinds import Asking, CaseKind, register
from jointlab.errors import Conflict, Fault
from jointlab.processes import Field, Instance, Party, Process, State, Step

LETTER = Process(
    name="letter/1",
    title="Letter",
    parties=(Party("writer", "Writer"), Party("reader", "Reader")),
    states=(
        State("written", "written", arbiter="writer", waits="reader"),
        State("answered", "answered", arbiter="reader", waits="writer"),
        State("signed", "signed", end=True),
        State("taken_back", "taken back", end=True),
    ),
    steps=(
        Step("write", "Write", "Written", ("writer",), ("",), "written", (
            Field("title", "Title"), Field("words", "Words", "text", most=2000), Field("until", "Until", "day", required=False, most=10),
            Field("agreement", "Agreement", required=False, most=64, stays=True), Field("clause", "Clause", required=False, most=20, stays=True),
        ), main=True),
        Step("answer", "Answer", "Answered", ("reader",), ("written",), "answered",
             (Field("mood", "Mood", "choice", choices=(("glad", "Glad"), ("sad", "Sad"))), Field("scan", "Scan", "file", most=64)), main=True),
        Step("sign", "Sign", "Signed", ("writer",), ("answered",), "signed", personal=True, main=True),
        Step("withdraw", "Withdraw", "Withdrawn", ("writer",), ("written",), "taken_back", (Field("why", "Why", "text", most=2000),)),
    ),
)  # fmt: skip


def _guard(asking: Asking) -> Fault | None:
    if asking.form.get("title") == "forbidden":
        return Conflict("letter.forbidden", "No clause lets such a letter be written.")
    return None


def _until(instance: Instance) -> date | None:
    day = instance.standing[0].form.get("until", "")
    return date.fromisoformat(day) if day and instance.state == "written" else None


KIND = CaseKind(LETTER, guard=_guard, due=_until)
register(KIND)
