"""The request for a measurement on the partner's instrument, as a two-party process.

While nobody has begun, who asks may take the request back, and that stands in a race; from the acceptance on whoever holds the
sample and the instrument decides. Version 1 is what nodes have agreed on; another meaning is another version.
"""

from jointlab.processes import Field, Party, Process, State, Step
from jointlab.processes.process import CHOICE, DAY, TEXT

ASKER, PERFORMER = "asker", "performer"


def _(text: str) -> str:
    """Marks words for the catalogue; pages translate them, the declaration needs no Django."""
    return text


def _words(name: str, title: str, hint: str = "", *, required: bool = True) -> Field:
    return Field(name, title, TEXT, required=required, hint=hint, most=2000)


def _day(name: str, title: str, hint: str = "", *, required: bool = True) -> Field:
    return Field(name, title, DAY, required=required, hint=hint, most=10)


def _record(name: str, title: str, *, required: bool = True) -> Field:
    return Field(name, title, required=required, most=80, stays=True)


_WHY = _words("why", _("Why"))

STATES = (
    State("asked", _("asked for"), arbiter=ASKER, waits=PERFORMER),
    State("accepted", _("accepted; the sample is awaited"), arbiter=PERFORMER, waits=PERFORMER),
    State("arrived", _("the sample is there"), arbiter=PERFORMER, waits=PERFORMER),
    State("measured", _("measured; to be confirmed"), arbiter=ASKER, waits=ASKER),
    State("confirmed", _("confirmed"), arbiter=PERFORMER, waits=PERFORMER),
    State("closed", _("closed"), end=True),
    State("declined", _("declined"), end=True),
    State("given_up", _("could not be measured"), end=True),
    State("withdrawn", _("withdrawn"), end=True),
)

STEPS = (
    Step("ask", _("Ask for a measurement"), _("Asked for"), (ASKER,), ("",), "asked",
         (_record("instrument", _("Instrument")), _words("what", _("What is to be measured"), _("Technique, range, conditions; what the result is for")),
          _day("answer_by", _("Answer wanted by"), required=False),
          Field("agreement", _("Agreement"), required=False, most=64, stays=True),
          Field("clause", _("Clause"), required=False, most=20, stays=True)), ("what",), main=True),
    Step("accept", _("Accept"), _("Accepted"), (PERFORMER,), ("asked",), "accepted",
         (_day("by", _("To be measured by")), _words("conditions", _("What is needed for it"), _("How much, in which form, what must be known"), required=False)),
         main=True),
    Step("decline", _("Decline"), _("Declined"), (PERFORMER,), ("asked",), "declined", (_WHY,), ("why",)),
    Step("arrive", _("Note that the sample is there"), _("The sample is there"), (PERFORMER,), ("accepted",), "arrived",
         (_record("transfer", _("Transfer"), required=False), _day("on", _("There since")),
          _words("condition", _("Condition on arrival"), required=False)), main=True),
    Step("measure", _("Link the result"), _("Measured"), (PERFORMER,), ("arrived",), "measured",
         (_record("measurement", _("Measurement")), _day("on", _("Measured on")), _words("remark", _("Remark"), required=False)), ("measurement",), main=True),
    Step("again", _("Ask for another measurement"), _("Another measurement is wanted"), (ASKER,), ("measured",), "arrived", (_WHY,), ("why",)),
    Step("confirm", _("Confirm the result"), _("Confirmed"), (ASKER,), ("measured",), "confirmed",
         (_words("remark", _("Remark"), required=False),), main=True),
    Step("close", _("Close"), _("Closed"), (PERFORMER,), ("confirmed",), "closed",
         (Field("rest", _("What is left of the sample"), CHOICE, most=20, choices=(
             ("sent_back", _("goes back")), ("used_up", _("nothing: it is used up")), ("kept", _("stays for later measurements")))),
          _words("remark", _("Remark"), required=False)), main=True),
    Step("give_up", _("Give up: it cannot be measured"), _("Given up"), (PERFORMER,), ("accepted", "arrived"), "given_up", (_WHY,), ("why",)),
    Step("withdraw", _("Withdraw"), _("Withdrawn"), (ASKER,), ("asked", "accepted", "arrived"), "withdrawn", (_WHY,), ("why",)),
)  # fmt: skip

REQUEST = Process(
    name="measurement-request/1",
    title=_("Request for a measurement"),
    parties=(Party(ASKER, _("Asks")), Party(PERFORMER, _("Measures"))),
    states=STATES,
    steps=STEPS,
)
