"""How one version of an agreement comes about between two parties, and what happens to it afterwards, as a process.

The party whose turn it is to read holds the pen: it agrees, answers with a text of its own, or rejects. What both agreed on is
frozen under its hash, cleared inside each house, signed on paper, and attested by both with the scan. Whether it is in
force on a day is no state of the process: `life` computes it from the clauses and from what `happened` finds here.
An amendment is a case of its own, whose version names the one before it. Between more parties: `of_many`.
"""

from jointlab.agreements.guards import GUARDS
from jointlab.processes import Field, Party, Process, State, Step

FIRST, SECOND = "first", "second"
_BOTH = (FIRST, SECOND)
_DRAFT = ("with_first", "with_second")


def _(text: str) -> str:
    """Marks words for the catalogue; pages translate them, the declaration needs no Django."""
    return text


def _words(name: str, title: str, hint: str = "", *, required: bool = True) -> Field:
    return Field(name, title, "text", required=required, hint=hint, most=4000)


VERSION = Field(
    "version", _("Hash of the version"), hint=_("64 characters, as printed on each page"), most=64, stays=True
)
WHY = _words("why", _("Why"))
NOTE = _words("note", _("Remark"), required=False)
_CLAUSE = Field("clause", _("Number of the clause"), most=20, stays=True)
_ABOUT = Field(
    "clause", _("Number of the clause"), required=False, hint=_("Empty for the whole text"), most=20, stays=True
)
# The printed text as it is frozen: rendered by the node that agrees, its hashes in the signed step, the files shared.
# What printed it lets the other node say whether its own rendering must have the same bytes.
_PRINTER = Field(
    "printer",
    _("Printed with"),
    hint=_("Releases of the typesetter, the fonts and the form"),
    required=False,
    stays=True,
    made=True,
)
PAPERS = (
    *(
        Field(name, title, "file", required=False, most=64, made=True)
        for name, title in (
            ("paper", _("All languages, one after the other")), ("paper_beside", _("All languages beside each other")),
            ("paper_en", "English"), ("paper_ru", "Русский"), ("paper_kk", "Қазақша"), ("paper_zh", "中文"),
        )
    ),
    _PRINTER,
)  # fmt: skip
REMARK = (_ABOUT, _words("words", _("Comment")))
SIGNED = (
    VERSION,
    Field("scan", _("Scan of the signed and sealed pages"), "file", most=64),
    Field("signed_on", _("Signed on"), "day", most=10),
    Field("signatory", _("Signed by"), hint=_("Name and office")),
    _words("mandate", _("By what mandate"), _("Charter, or power of attorney with its number and day")),
    Field("mandate_until", _("Mandate valid until"), "day", required=False, most=10),
)
_CHANGES = (
    ("extend", _("Extend")), ("terminate", _("End by agreement")), ("suspend", _("Suspend")), ("resume", _("Resume")),
)  # fmt: skip
ASKED = (
    Field("what", _("What is asked"), "choice", most=20, choices=_CHANGES),
    _ABOUT,
    Field("first", _("First day"), "day", required=False, most=10),
    Field("last", _("Last day"), "day", required=False, most=10),
    WHY,
)
FULFILLED = (_CLAUSE, Field("on", _("On"), "day", most=10), _words("ground", _("On what ground")))
NOTICED = (
    Field("on", _("Given on"), "day", most=10), Field("last", _("Last day"), "day", required=False, most=10), WHY,
)  # fmt: skip

STATES = (
    State("with_second", _("read by the second party"), arbiter=SECOND, waits=SECOND),
    State("with_first", _("read by the first party"), arbiter=FIRST, waits=FIRST),
    State("frozen", _("text agreed"), arbiter=FIRST, waits=FIRST),
    State("attested", _("attested by the first party"), arbiter=SECOND, waits=SECOND),
    State("signed", _("signed by both"), arbiter=SECOND),
    State("asked_by_first", _("the first party asks for a change"), arbiter=SECOND, waits=SECOND),
    State("asked_by_second", _("the second party asks for a change"), arbiter=FIRST, waits=FIRST),
    State("closing", _("to be closed"), arbiter=SECOND, waits=SECOND),
    State("closed", _("closed"), end=True),
    State("rejected", _("rejected"), end=True),
    State("withdrawn", _("withdrawn"), end=True),
)

_DRAFTING = (
    Step("propose", _("Propose a text"), _("Proposed"), (FIRST,), ("",), "with_second", (VERSION, NOTE), ("version",), ("version",), main=True),
    Step("agree_second", _("Agree to this text"), _("Text agreed"), (SECOND,), ("with_second",), "frozen", (VERSION, *PAPERS), ("version",), ("latest",), main=True),
    Step("agree_first", _("Agree to this text"), _("Text agreed"), (FIRST,), ("with_first",), "frozen", (VERSION, *PAPERS), ("version",), ("latest",), main=True),
    Step("counter_second", _("Answer with another text"), _("Another text proposed"), (SECOND,), ("with_second",), "with_first",
         (VERSION, WHY), ("version",), ("version",)),
    Step("counter_first", _("Answer with another text"), _("Another text proposed"), (FIRST,), ("with_first",), "with_second",
         (VERSION, WHY), ("version",), ("version",)),
    Step("revise_first", _("Replace the proposed text"), _("Text replaced"), (FIRST,), ("with_second",), "with_second",
         (VERSION, NOTE), ("version",), ("version",)),
    Step("revise_second", _("Replace the proposed text"), _("Text replaced"), (SECOND,), ("with_first",), "with_first",
         (VERSION, NOTE), ("version",), ("version",)),
    Step("remark_second", _("Comment"), _("Commented"), _BOTH, ("with_second",), "with_second", REMARK),
    Step("remark_first", _("Comment"), _("Commented"), _BOTH, ("with_first",), "with_first", REMARK),
    Step("reject_second", _("Reject"), _("Rejected"), (SECOND,), ("with_second", "attested"), "rejected", (WHY,), ("why",)),
    Step("reject_first", _("Reject"), _("Rejected"), (FIRST,), ("with_first",), "rejected", (WHY,), ("why",)),
    Step("withdraw", _("Withdraw"), _("Withdrawn"), _BOTH, (*_DRAFT, "frozen"), "withdrawn", (WHY,), ("why",)),
)  # fmt: skip

_SIGNING = (
    Step("clear_first", _("Clear inside the house"), _("Cleared by the first party"), (FIRST,), ("frozen",), "frozen", guards=("first_open",), main=True),
    Step("clear_second", _("Clear inside the house"), _("Cleared by the second party"), (SECOND,), ("frozen",), "frozen", guards=("second_open",), main=True),
    Step("reopen_first", _("Open the text again"), _("Text opened again"), (FIRST,), ("frozen",), "with_first", (WHY,), ("why",)),
    Step("reopen_second", _("Open the text again"), _("Text opened again"), (SECOND,), ("frozen",), "with_second", (WHY,), ("why",)),
    Step("attest", _("Attest the signed paper"), _("Attested by the first party"), (FIRST,), ("frozen",), "attested",
         SIGNED, ("version", "scan", "mandate"), ("cleared", "latest", "signature"), main=True),
    Step("take_back", _("Take the attestation back"), _("Withdrawn"), (FIRST,), ("attested",), "withdrawn", (WHY,), ("why",)),
    Step("confirm", _("Attest the signed paper"), _("Attested by the second party"), (SECOND,), ("attested",), "signed",
         SIGNED, ("version", "scan", "mandate"), ("latest", "signature"), main=True),
)  # fmt: skip

_AFTERWARDS = (
    Step("fulfil", _("Note that a condition is fulfilled"), _("Condition fulfilled"), _BOTH, ("signed",), "signed",
         FULFILLED, ("ground",)),
    Step("notice", _("Give notice"), _("Notice given"), _BOTH, ("signed",), "signed",
         NOTICED, ("why",), ("notice",)),
    Step("ask_first", _("Ask for a change"), _("The first party asked for a change"), (FIRST,), ("signed",), "asked_by_first", ASKED, ("why",), ("asked",)),
    Step("ask_second", _("Ask for a change"), _("The second party asked for a change"), (SECOND,), ("signed",), "asked_by_second", ASKED, ("why",), ("asked",)),
    Step("grant_second", _("Agree"), _("Agreed"), (SECOND,), ("asked_by_first",), "signed", (NOTE,), main=True),
    Step("grant_first", _("Agree"), _("Agreed"), (FIRST,), ("asked_by_second",), "signed", (NOTE,), main=True),
    Step("decline_second", _("Decline"), _("Declined"), (SECOND,), ("asked_by_first",), "signed", (WHY,), ("why",)),
    Step("decline_first", _("Decline"), _("Declined"), (FIRST,), ("asked_by_second",), "signed", (WHY,), ("why",)),
    Step("unask_first", _("Take the request back"), _("Request taken back"), (FIRST,), ("asked_by_first",), "signed", (NOTE,)),
    Step("unask_second", _("Take the request back"), _("Request taken back"), (SECOND,), ("asked_by_second",), "signed", (NOTE,)),
    Step("ask_close", _("Propose to close the case"), _("Closing proposed"), (FIRST,), ("signed",), "closing", (WHY,), ("why",)),
    Step("confirm_close", _("Close the case"), _("Closed"), (SECOND,), ("closing",), "closed", (NOTE,), main=True),
    Step("keep_open", _("Keep the case open"), _("Kept open"), _BOTH, ("closing",), "signed", (WHY,), ("why",)),
)  # fmt: skip

AGREEMENT = Process(
    name="agreement/1",
    title=_("Agreement"),
    parties=(Party(FIRST, _("First party")), Party(SECOND, _("Second party"))),
    states=STATES,
    steps=(*_DRAFTING, *_SIGNING, *_AFTERWARDS),
    guards=GUARDS,
)

# Signed on paper before there was a node: one side enters it with its scan, the other confirms it with its own.
_ENTERING = (
    Step("enter", _("Enter a signed agreement"), _("Entered with its scan"), (FIRST,), ("",), "entered",
         (*SIGNED, NOTE), ("version", "scan", "mandate"), ("version", "signature"), main=True),
    Step("confirm", _("Confirm the signed paper"), _("Confirmed by the second party"), (SECOND,), ("entered",), "signed",
         SIGNED, ("version", "scan", "mandate"), ("latest", "signature"), main=True),
    Step("reject_second", _("Reject"), _("Rejected"), (SECOND,), ("entered",), "rejected", (WHY,), ("why",)),
    Step("withdraw", _("Withdraw"), _("Withdrawn"), (FIRST,), ("entered",), "withdrawn", (WHY,), ("why",)),
)  # fmt: skip

ENTRY = Process(
    name="agreement-entry/1",
    title=_("Agreement signed earlier"),
    parties=AGREEMENT.parties,
    states=(
        State("entered", _("to be confirmed"), arbiter=SECOND, waits=SECOND),
        *(one for one in STATES if one.name not in (*_DRAFT, "frozen", "attested")),
    ),
    steps=(*_ENTERING, *_AFTERWARDS),
    guards=GUARDS,
)
