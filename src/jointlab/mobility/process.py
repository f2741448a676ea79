"""A person's mobility between two sites, as a two-party process. The person is of the sending side and takes steps of its own.

Who signs the learning agreement, and in which order, is `ORDER`: data, not program. Before the arrival the sending side's
step stands in a race, for it knows whether its person goes; so a place that it gave back is never claimed again by a step
that stood aside. From the arrival on the receiving side's step stands, until the transcript is there.

Each field says what a change of it does after the admission: inert and notify are corrected in place; one that was
part of what was admitted and signed is `re-approve` and sends the case back to be admitted and signed again.
Version 1 is what nodes have agreed on; another meaning is another version.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from jointlab.agreements.kinds import ACTIVITIES, LEVELS
from jointlab.mobility.guards import GUARDS
from jointlab.processes import Field, Instance, Party, Process, State, Step
from jointlab.processes.process import INERT, NOTIFY, REAPPROVE

SENDING, RECEIVING = "sending", "receiving"
_BOTH = (SENDING, RECEIVING)


def _(text: str) -> str:
    """Marks words for the catalogue; pages translate them, the declaration needs no Django."""
    return text


@dataclass(frozen=True)
class Signer:
    """Who signs a learning agreement: a party, or the person for the party that sends."""

    name: str
    party: str
    waiting: str  # the state in which everybody waits for this signature
    title: str  # of that state
    act: str  # what the button says
    done: str
    personal: bool = False


ORDER: Final = (
    Signer("person", SENDING, "for_person", _("to be signed by the person"), _("Sign the learning agreement"), _("Learning agreement signed by the person"), personal=True),
    Signer("sending", SENDING, "for_sending", _("to be signed by the sending side"), _("Sign the learning agreement for the sending side"), _("Learning agreement signed by the sending side")),
    Signer("receiving", RECEIVING, "for_receiving", _("to be signed by the receiving side"), _("Sign the learning agreement for the receiving side"), _("Learning agreement signed by the receiving side")),
)  # fmt: skip


def _words(
    name: str, title: str, hint: str = "", *, required: bool = True, most: int = 2000, tag: str = NOTIFY
) -> Field:
    return Field(name, title, "text", required=required, hint=hint, most=most, tag=tag)


def _day(name: str, title: str, hint: str = "", *, tag: str = NOTIFY, required: bool = True) -> Field:
    return Field(name, title, "day", required=required, hint=hint, most=10, tag=tag)


_WHO: Final = {
    "bachelor": _("bachelor’s student"), "master": _("master’s student"), "doctoral": _("doctoral student"), "teacher": _("teacher"),
    "researcher": _("researcher"), "staff": _("member of staff"),
}  # fmt: skip
_WHAT_FOR: Final = {
    "study": _("study"), "internship": _("internship"), "research": _("research"), "teaching": _("teaching"), "training": _("training"),
    "supervision": _("supervision"),
}  # fmt: skip
OUTCOMES: Final = {
    "full": _("recognised in full"), "partial": _("recognised in part"), "none": _("not recognised"),
}  # fmt: skip

_WHY = _words("why", _("Why"))
_NOTE = _words("note", _("Remark"), required=False, tag=INERT)

APPROVED: Final = (  # what is admitted and signed: a change of it is approved again
    Field("level", _("Who goes"), "choice", choices=tuple((one, _WHO[one]) for one in LEVELS), most=20, tag=REAPPROVE),
    Field("activity", _("What for"), "choice", choices=tuple((one, _WHAT_FOR[one]) for one in ACTIVITIES), most=20, tag=REAPPROVE),
    _day("first", _("First day"), tag=REAPPROVE),
    _day("last", _("Last day"), tag=REAPPROVE),
    Field("weight", _("Counts as"), required=False, hint=_("A row of the clause’s weights; empty for one"), most=60, stays=True, tag=REAPPROVE),
    Field("programme", _("Programme at home"), required=False, hint=_("Programme and year of study"), tag=REAPPROVE),
    Field("language", _("Language"), required=False, hint=_("Language of teaching and level, as B2"), tag=REAPPROVE),
)  # fmt: skip
MINOR: Final = (  # what was wrong in a letter voids no signature
    Field("name", _("Name as in the passport"), required=False, tag=NOTIFY),
    Field("email", _("E-mail"), required=False, tag=NOTIFY),
    Field("contact", _("Contact at home"), required=False, hint=_("Office or person who is asked first"), tag=NOTIFY),
    _NOTE,
)
_PINNED = (
    Field("agreement", _("Version of the agreement"), most=64, stays=True, tag=REAPPROVE),
    Field("clause", _("Number of the clause"), most=20, stays=True, tag=REAPPROVE),
)
_LEARNING = (
    _words("components", _("Courses"), _("One line each: home code | home course | credits | host code | host course | credits"),
           required=False, most=12_000, tag=REAPPROVE),
    _words("programme_of_work", _("Programme of work"), _("For research, internship and teaching: what is to be done"), required=False, most=6000, tag=REAPPROVE),
    Field("home_scheme", _("Credit system at home"), required=False, hint=_("As in the table of the clause: ects, kz-credit"), most=30, stays=True, tag=REAPPROVE),
    Field("host_scheme", _("Credit system at the host"), required=False, most=30, stays=True, tag=REAPPROVE),
)  # fmt: skip

_SIGNING = tuple(one.waiting for one in ORDER)
_BEFORE = ("admitted", *_SIGNING, "ready")  # admitted, and not there yet

STATES = (
    State("nominated", _("nominated"), arbiter=SENDING, waits=RECEIVING),
    State("admitted", _("admitted"), arbiter=SENDING, waits=SENDING),
    *(State(one.waiting, one.title, arbiter=SENDING, waits=one.party) for one in ORDER),
    State("ready", _("ready to go"), arbiter=SENDING, waits=RECEIVING),
    State("abroad", _("abroad"), arbiter=RECEIVING, waits=RECEIVING),
    State("departed", _("departed"), arbiter=RECEIVING, waits=RECEIVING),
    State("transcript", _("transcript issued"), arbiter=SENDING, waits=SENDING),
    State("recognised", _("recognised"), arbiter=SENDING, waits=SENDING),
    State("closed", _("case closed"), end=True),
    State("refused", _("refused"), end=True),
    State("withdrawn", _("withdrawn"), end=True),
    State("cancelled", _("cancelled"), end=True),
    State("no_show", _("did not come"), end=True),
)

_NOMINATING = (
    Step("nominate", _("Nominate"), _("Nominated"), (SENDING,), ("",), "nominated",
         (*_PINNED, replace(MINOR[0], required=True), *APPROVED, _words("ground", _("Selected on what ground"), _("Minutes, results, interview")), *MINOR[1:]),
         ("ground",), ("stay",), main=True),
    Step("admit", _("Admit"), _("Admitted"), (RECEIVING,), ("nominated",), "admitted",
         (Field("unit", _("Faculty or laboratory"), hint=_("Where the person will be")), Field("supervisor", _("Supervisor"), required=False), _NOTE),
         main=True),
    Step("refuse", _("Refuse"), _("Refused"), (RECEIVING,), ("nominated",), "refused", (_WHY,), ("why",)),
)  # fmt: skip


def _signatures() -> Iterable[Step]:
    """One step for each signer, in the order of ORDER; after the last everything is ready."""
    for at, one in enumerate(ORDER):
        after = ORDER[at + 1].waiting if at + 1 < len(ORDER) else "ready"
        yield Step(
            f"sign_{one.name}",
            one.act,
            one.done,
            (one.party,),
            (one.waiting,),
            after,
            (_NOTE,),
            main=True,
            personal=one.personal,
        )


_LEARNING_AGREEMENT = (  # while it waits for a signature that is the next step, before another text
    *_signatures(),
    Step("propose", _("Write the learning agreement"), _("Learning agreement proposed"), (SENDING,), ("admitted", *_SIGNING), _SIGNING[0],
         (*_LEARNING, _NOTE), guards=("learning",), main=True),
    Step("send_back", _("Send the learning agreement back"), _("Learning agreement sent back"), _BOTH, _SIGNING, "admitted", (_WHY,), ("why",)),
)  # fmt: skip

_STAY = (
    Step("arrive", _("Confirm the arrival"), _("The person arrived"), (RECEIVING,), ("ready",), "abroad", (_day("on", _("Arrived on")), _NOTE), guards=("arrival",), main=True),
    Step("depart", _("Confirm the departure"), _("Departed"), (RECEIVING,), ("abroad",), "departed",
         (_day("on", _("Departed on")), _words("why", _("Why earlier or later than planned"), required=False)), guards=("departure",), main=True),
)  # fmt: skip

_RESULTS = (
    Step("transcript", _("Issue the transcript"), _("Transcript issued"), (RECEIVING,), ("departed",), "transcript",
         (_words("results", _("Results"), _("One line each: host code | course | credits earned | grade"), required=False, most=12_000),
          _words("report", _("Report"), _("For research, internship and teaching"), required=False, most=6000),
          Field("file", _("Signed transcript or certificate"), "file", required=False, most=64), _day("on", _("Issued on"))),
         ("file",), ("results",), main=True),
    Step("recognise", _("Recognise"), _("Recognised"), (SENDING,), ("transcript",), "recognised",
         (_words("decisions", _("Decisions"), _("One line each: host code | home code | full, partial or none | credits | note"), required=False, most=12_000),
          Field("outcome", _("Taken together"), "choice", choices=tuple(OUTCOMES.items()), most=10), _day("on", _("Decided on")),
          _words("why", _("Why not in full"), required=False)),
         ("decisions",), ("recognition",), main=True),
    Step("close", _("Close the case"), _("Closed"), (SENDING,), ("recognised",), "closed", (_NOTE,), main=True),
    Step("close_early", _("Close without recognition"), _("Closed without recognition"), (SENDING,), ("departed", "transcript"), "closed", (_WHY,), ("why",)),
)  # fmt: skip

_WAYS_OUT = (
    Step("withdraw", _("Withdraw the person"), _("Withdrawn by the sending side"), (SENDING,), ("nominated", *_BEFORE), "withdrawn", (_WHY,), ("why",)),
    Step("step_down", _("Withdraw"), _("The person withdrew"), (SENDING,), ("nominated", *_BEFORE), "withdrawn", (_WHY,), ("why",), personal=True),
    Step("cancel", _("Cancel the stay"), _("Cancelled by the receiving side"), (RECEIVING,), _BEFORE, "cancelled", (_WHY,), ("why",)),
    Step("no_show", _("Note that the person did not come"), _("Did not come"), (RECEIVING,), ("ready",), "no_show", (_day("on", _("Noted on")), _NOTE), guards=("no_show",)),
)  # fmt: skip

_CORRECTED = ("nominated", *_BEFORE, "abroad", "departed")
_CHANGES = (
    Step("change", _("Change what was admitted"), _("Changed; to be admitted again"), (SENDING,), ("nominated", *_BEFORE), "nominated",
         tuple(replace(one, required=False) for one in (*APPROVED, *MINOR)), guards=("change",)),
    *(Step(f"correct_{state}", _("Correct personal details"), _("Corrected"), (SENDING,), (state,), state, MINOR, guards=("correction",)) for state in _CORRECTED),
)  # fmt: skip

# Their places in the declaration, for the next version: who pays, letters and forms, a changed learning agreement, a longer stay.
_FUNDING: tuple[Step, ...] = ()
_DOCUMENTS: tuple[Step, ...] = ()
_CHANGED_LEARNING: tuple[Step, ...] = ()
_EXTENSION: tuple[Step, ...] = ()

MOBILITY = Process(
    name="mobility/1",
    title=_("Mobility"),
    parties=(Party(SENDING, _("Sending side")), Party(RECEIVING, _("Receiving side"))),
    states=STATES,
    steps=(
        *_NOMINATING, *_FUNDING, *_LEARNING_AGREEMENT, *_DOCUMENTS, *_STAY, *_CHANGED_LEARNING, *_EXTENSION, *_RESULTS, *_WAYS_OUT, *_CHANGES,
    ),
    guards=GUARDS,
)  # fmt: skip

_FIELDS: Final = {one.name: one for one in (*APPROVED, *MINOR)}


def next_step(state: str) -> Step | None:
    """The main step out of a state; None out of an end."""
    return next((step for step in MOBILITY.steps_from(state) if step.main), None)


def facts_of(instance: Instance) -> dict[str, str]:
    """What is said of the stay now: the nomination with every correction and change since."""
    facts: dict[str, str] = {}
    for taken in instance.standing:
        if taken.step in ("nominate", "change") or taken.step.startswith("correct_"):
            facts |= {name: value for name, value in taken.form.items() if value}
    return facts


def step_of_change(instance: Instance, wanted: Mapping[str, str]) -> str:
    """The step that a change of these fields takes: "" where nothing changes, a correction in place, or one that sends back."""
    facts = facts_of(instance)
    changed = [name for name, value in wanted.items() if name in _FIELDS and value and value != facts.get(name, "")]
    if not changed:
        return ""
    again = any(_FIELDS[name].tag == REAPPROVE for name in changed)
    return "change" if again else f"correct_{instance.state}"


def latest_form(instance: Instance, step: str) -> Mapping[str, str]:
    """The form of the last such step that still holds; a learning agreement does not once the case was sent back."""
    for taken in reversed(instance.standing):
        if taken.step == step:
            return taken.form
    return {}


def signed_by(instance: Instance) -> tuple[str, ...]:
    """Who has signed the learning agreement as it stands, in the order of ORDER."""
    names = {f"sign_{one.name}": one.name for one in ORDER}
    signed: list[str] = []
    for taken in instance.standing:
        if taken.step in ("propose", "send_back", "change"):
            signed = []
        elif taken.step in names:
            signed.append(names[taken.step])
    return tuple(signed)
