"""What happened to a version, from the steps of its case that stand: the events of which `life` computes its state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from jointlab.agreements.events import (
    Event,
    Extension,
    Fulfilment,
    Notice,
    Resumption,
    Signature,
    Suspension,
    Termination,
    Withdrawal,
)
from jointlab.agreements.step_names import ASKING, GIVING_UP, GRANTING, SIGNING
from jointlab.processes import Instance, Taken


@dataclass(frozen=True)
class Noted:
    """A step with what its event needs beside the form."""

    taken: Taken
    party: str  # the identifier of its taker's party in the agreement
    recorded: date  # in the agreement's time zone


def happened(instance: Instance, *, parties: Mapping[str, str], recorded: Mapping[str, date]) -> tuple[Event, ...]:
    """The events, in the order of the steps.

    `parties` gives the agreement's identifier of each side of the process; `recorded` the day of each step by its hash.
    """
    events: list[Event] = []
    asked: Taken | None = None
    for taken in instance.standing:
        noted = Noted(taken, parties[taken.party], recorded[taken.hash])
        if taken.step in ASKING:
            asked = taken
        elif taken.step in GRANTING and asked is not None:
            events.append(_granted(asked.form, noted.recorded))
        elif taken.step in GIVING_UP:
            events.append(Withdrawal(noted.recorded, noted.recorded))
        elif taken.step in _EVENTS:
            events.append(_EVENTS[taken.step](noted))
    return tuple(events)


def _granted(form: Mapping[str, str], on: date) -> Event:
    """What was asked, on the day on which the other party agreed."""
    what, clause = form["what"], form.get("clause", "")
    if what == "extend":
        return Extension(_day(form, "last"), on, on)
    if what == "terminate":
        return Termination(_day(form, "last"), on, on)
    if what == "suspend":
        last = _day(form, "last") if form.get("last") else None
        return Suspension(_day(form, "first"), on, last, clause)
    return Resumption(_day(form, "first"), on, clause)


def _signature(noted: Noted) -> Event:
    return Signature(noted.party, _day(noted.taken.form, "signed_on"), noted.recorded)


def _fulfilment(noted: Noted) -> Event:
    return Fulfilment(noted.taken.form["clause"], _day(noted.taken.form, "on"), noted.recorded)


def _notice(noted: Noted) -> Event:
    form = noted.taken.form
    return Notice(noted.party, _day(form, "on"), noted.recorded, _day(form, "last") if form.get("last") else None)


def _day(form: Mapping[str, str], name: str) -> date:
    return date.fromisoformat(form[name])


_EVENTS: Final[Mapping[str, Callable[[Noted], Event]]] = {
    **dict.fromkeys(SIGNING, _signature),
    "fulfil": _fulfilment,
    "notice": _notice,
}
