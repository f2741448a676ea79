"""The same process between three to six parties, generated from their number; between two it is the one in `process.py`.

The parties stand in a ring, in the order in which the opening step names them. A text goes round: each that agrees hands it
on, and the one before its author freezes it; another text begins a round of its own. What is asked of a signed agreement goes
round alike, but anyone who did not ask may decline at once: no silence of another keeps it from giving notice. The signed
paper is attested in order, from the first to the last. So each state waits for one party, which is also the arbiter of its races: wherever steps arrive, every node lets the same one stand.
"""

from dataclasses import replace
from typing import Final

from jointlab.agreements.guards import GUARDS_OF_MANY
from jointlab.agreements.process import (
    AGREEMENT,
    ASKED,
    ENTRY,
    FULFILLED,
    NOTE,
    NOTICED,
    PAPERS,
    REMARK,
    SIGNED,
    VERSION,
    WHY,
)
from jointlab.agreements.step_names import MOST, ORDINALS
from jointlab.processes import Field, Party, Process, State, Step


def _(text: str) -> str:
    """Marks words for the catalogue; pages translate them, the declaration needs no Django."""
    return text


_TITLES: Final = (
    _("First party"), _("Second party"), _("Third party"), _("Fourth party"), _("Fifth party"), _("Sixth party"),
)  # fmt: skip
_AGREED: Final = (VERSION, *PAPERS)


class _Ring:
    """The steps between so many parties."""

    def __init__(self, count: int) -> None:
        self.all = ORDINALS[:count]
        self.first, self.last = self.all[0], self.all[-1]
        self.reading = tuple(f"with_{one}" for one in self.all)
        self.asked = tuple(f"asked_of_{one}" for one in self.all)
        self.closing = ("closing", *(f"closing_{one}" for one in self.all[2:]))  # by the party that is asked next

    def after(self, party: str) -> str:
        """The next in the ring."""
        return self.all[(self.all.index(party) + 1) % len(self.all)]

    def signed_by(self, party: str, beginning: str) -> str:
        """The state once this party and all before it have signed; `beginning` once the first has."""
        return "signed" if party == self.last else beginning if party == self.first else f"{beginning}_{party}"

    def partly(self, beginning: str) -> tuple[str, ...]:
        """The states in which some have signed, in their order."""
        return tuple(self.signed_by(one, beginning) for one in self.all[:-1])

    # ---- states

    def states(self) -> tuple[State, ...]:
        """Of an agreement that comes about here."""
        reading = (
            State(name, _("read by one party after the other"), one, one)
            for name, one in zip(self.reading, self.all, strict=True)
        )
        frozen = State("frozen", _("text agreed"), self.first, self.first)
        return (*reading, frozen, *self._waiting("attested", _("attested by some parties")), *self.later_states())  # fmt: skip

    def entry_states(self) -> tuple[State, ...]:
        """Of one that was signed before."""
        return (*self._waiting("entered", _("to be confirmed")), *self.later_states())

    def later_states(self) -> tuple[State, ...]:
        """From the last signature on."""
        asked = (
            State(name, _("a change is asked for"), one, one) for name, one in zip(self.asked, self.all, strict=True)
        )
        closing = (
            State(name, _("to be closed"), one, one) for name, one in zip(self.closing, self.all[1:], strict=True)
        )
        ends = (
            State(name, title, end=True)
            for name, title in (("closed", _("closed")), ("rejected", _("rejected")), ("withdrawn", _("withdrawn")))
        )
        return (State("signed", _("signed by all"), self.all[1]), *asked, *closing, *ends)  # fmt: skip

    def _waiting(self, beginning: str, title: str) -> tuple[State, ...]:
        return tuple(
            State(name, title, one, one) for name, one in zip(self.partly(beginning), self.all[1:], strict=True)
        )

    # ---- steps

    def drafting(self) -> tuple[Step, ...]:
        """From the first text to the one that all agree to."""
        steps = [
            Step("propose", _("Propose a text"), _("Proposed"), (self.first,), ("",), f"with_{self.after(self.first)}",
                 (VERSION, NOTE), ("version",), ("version",), main=True),
        ]  # fmt: skip
        for one in self.all:
            steps += self._reads(one, f"with_{one}", f"with_{self.after(one)}")
        steps.append(
            Step("withdraw", _("Withdraw"), _("Withdrawn"), self.all, (*self.reading, "frozen"), "withdrawn", (WHY,), ("why",))
        )  # fmt: skip
        return tuple(steps)

    def _reads(self, one: str, here: str, further: str) -> tuple[Step, ...]:
        """What may be done with a text that this party reads, or wrote."""
        elsewhere = tuple(state for state in self.reading if state != here)
        before = self.all[self.all.index(one) - 1]
        signing = () if one == self.first else (self.signed_by(before, "attested"),)
        return (
            Step(f"accept_{one}", _("Agree to this text"), _("Agreed to the text"), (one,), (here,), further,
                 (VERSION,), ("version",), ("latest", "others_to_read"), main=True),
            Step(f"agree_{one}", _("Agree to this text"), _("Text agreed"), (one,), (here,), "frozen",
                 _AGREED, ("version",), ("latest", "last_to_read"), main=True),
            Step(f"counter_{one}", _("Answer with another text"), _("Another text proposed"), (one,), (here,), further,
                 (VERSION, WHY), ("version",), ("version",)),
            Step(f"revise_{one}", _("Replace the proposed text"), _("Text replaced"), (one,), elsewhere, further,
                 (VERSION, NOTE), ("version",), ("version", "own_text")),
            Step(f"remark_{one}", _("Comment"), _("Commented"), self.all, (here,), here, REMARK),
            Step(f"reject_{one}", _("Reject"), _("Rejected"), (one,), (here, *signing), "rejected", (WHY,), ("why",)),
        )  # fmt: skip

    def signing(self) -> tuple[Step, ...]:
        """From the frozen text to the last attestation."""
        clear = (
            Step(f"clear_{one}", _("Clear inside the house"), _("Cleared inside the house"), (one,), ("frozen",), "frozen",
                 guards=(f"{one}_open",), main=True) for one in self.all
        )  # fmt: skip
        reopen = (
            Step(f"reopen_{one}", _("Open the text again"), _("Text opened again"), (one,), ("frozen",), f"with_{one}", (WHY,), ("why",))
            for one in self.all
        )  # fmt: skip
        back = (
            Step("take_back" if one == self.first else f"take_back_{one}", _("Take the attestation back"), _("Withdrawn"), (one,),
                 self.partly("attested")[at:], "withdrawn", (WHY,), ("why",)) for at, one in enumerate(self.all[:-1])
        )  # fmt: skip
        return (*clear, *reopen, *self._attesting(), *back)

    def _attesting(self) -> tuple[Step, ...]:
        title, done = _("Attest the signed paper"), _("Attested the signed paper")
        first = Step("attest", title, done, (self.first,), ("frozen",), "attested", SIGNED, ("version", "scan", "mandate"),
                     ("cleared", "latest", "signature"), main=True)  # fmt: skip
        return (first, *self._signing("attest", "attested", title, done))

    def _signing(self, verb: str, beginning: str, title: str, done: str) -> tuple[Step, ...]:
        """The signatures after the first; the last one is called `confirm`, as between two."""
        return tuple(
            Step("confirm" if one == self.last else f"{verb}_{one}", title, done, (one,), (source,), self.signed_by(one, beginning),
                 SIGNED, ("version", "scan", "mandate"), ("latest", "signature"), main=True)
            for source, one in zip(self.partly(beginning), self.all[1:], strict=True)
        )  # fmt: skip

    def entering(self) -> tuple[Step, ...]:
        """An agreement that was signed before: entered by one, confirmed by each other."""
        partly = self.partly("entered")
        enter = Step("enter", _("Enter a signed agreement"), _("Entered with its scan"), (self.first,), ("",), "entered",
                     (*SIGNED, NOTE), ("version", "scan", "mandate"), ("version", "signature"), main=True)  # fmt: skip
        reject = (
            Step(f"reject_{one}", _("Reject"), _("Rejected"), (one,), (state,), "rejected", (WHY,), ("why",))
            for state, one in zip(partly, self.all[1:], strict=True)
        )
        withdraw = Step("withdraw", _("Withdraw"), _("Withdrawn"), (self.first,), partly, "withdrawn", (WHY,), ("why",))
        return (enter, *self._signing("confirm", "entered", _("Confirm the signed paper"), _("Confirmed the signed paper")), *reject, withdraw)  # fmt: skip

    def afterwards(self) -> tuple[Step, ...]:
        """What happens to a signed agreement."""
        asked = [step for one in self.all for step in self._asks(one, f"asked_of_{one}", f"asked_of_{self.after(one)}")]
        return (
            Step("fulfil", _("Note that a condition is fulfilled"), _("Condition fulfilled"), self.all, ("signed",), "signed", FULFILLED, ("ground",)),
            Step("notice", _("Give notice"), _("Notice given"), self.all, ("signed",), "signed", NOTICED, ("why",), ("notice",)),
            *asked, *self._closes(),
        )  # fmt: skip

    def _asks(self, one: str, here: str, further: str) -> tuple[Step, ...]:
        """What this party asks for, and what it says to what another one asks for."""
        elsewhere = tuple(state for state in self.asked if state != here)
        note: tuple[Field, ...] = (NOTE,)
        return (
            Step(f"ask_{one}", _("Ask for a change"), _("Asked for a change"), (one,), ("signed",), further, ASKED, ("why",), ("asked",)),
            Step(f"pass_{one}", _("Agree"), _("Agreed to the change"), (one,), (here,), further, note, guards=("others_to_grant",), main=True),
            Step(f"grant_{one}", _("Agree"), _("Agreed"), (one,), (here,), "signed", note, guards=("last_to_grant",), main=True),
            Step(f"decline_{one}", _("Decline"), _("Declined"), (one,), self.asked, "signed", (WHY,), ("why",), ("others_request",)),
            Step(f"unask_{one}", _("Take the request back"), _("Request taken back"), (one,), elsewhere, "signed", note, guards=("own_request",)),
        )  # fmt: skip

    def _closes(self) -> tuple[Step, ...]:
        confirm = (
            Step("confirm_close" if one == self.last else f"confirm_close_{one}", _("Close the case"), _("Closed") if one == self.last else _("Agreed to close"),
                 (one,), (state,), further, (NOTE,), main=True)
            for one, state, further in zip(self.all[1:], self.closing, (*self.closing[1:], "closed"), strict=True)
        )  # fmt: skip
        return (
            Step("ask_close", _("Propose to close the case"), _("Closing proposed"), (self.first,), ("signed",), "closing", (WHY,), ("why",)),
            *confirm,
            Step("keep_open", _("Keep the case open"), _("Kept open"), self.all, self.closing, "signed", (WHY,), ("why",)),
        )  # fmt: skip


def _agreement(count: int) -> Process:
    ring = _Ring(count)
    return Process(
        name=f"agreement-{count}/1", title=AGREEMENT.title, states=ring.states(), guards=GUARDS_OF_MANY,
        parties=tuple(Party(name, title) for name, title in zip(ring.all, _TITLES, strict=False)),
        steps=(*ring.drafting(), *ring.signing(), *ring.afterwards()),
    )  # fmt: skip


def _entry(count: int) -> Process:
    ring, agreement = _Ring(count), AGREEMENTS[count]
    return replace(
        agreement, name=f"agreement-entry-{count}/1", title=ENTRY.title, states=ring.entry_states(),
        steps=(*ring.entering(), *ring.afterwards()),
    )  # fmt: skip


# By the number of parties. Between two: the declaration that was there first, unchanged.
AGREEMENTS: Final = {2: AGREEMENT} | {count: _agreement(count) for count in range(3, MOST + 1)}
ENTRIES: Final = {2: ENTRY} | {count: _entry(count) for count in range(3, MOST + 1)}
_ENTRY_NAMES: Final = frozenset(process.name for process in ENTRIES.values())


def is_entry(process: str) -> bool:
    """Whether this is the process of an agreement that was signed before there was a node."""
    return process in _ENTRY_NAMES
