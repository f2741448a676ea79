"""Which processes have cases here, and what the room that declares one tells of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse

from jointlab.errors import Fault, NotFound
from jointlab.processes import Instance, Process, Step, Taken

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from jointlab.cases.models import Case
    from jointlab.cases.shown import CasePage
    from jointlab.people.actors import Actor


@dataclass(frozen=True)
class Asking:
    """Who wants to take which step, for the guards that ask what a node has stored."""

    actor: "Actor"
    instance: Instance  # before the step
    step: Step
    party: str
    form: Mapping[str, str]
    parties: Mapping[str, str]  # institutions by party
    subject: str


def _parties_see(actor: "Actor") -> Q:
    """Our own side all cases; another institution those it takes part in; a person those that are about them."""
    return Q() if actor.own_side else Q(sides__institution=actor.institution) | Q(subject=actor.person)


def _free(asking: Asking) -> Fault | None:
    return None


def _nothing_more(instance: Instance) -> None:
    return


def _on_nothing(taken: Taken) -> Iterable[str]:
    return ()


def _never(instance: Instance) -> date | None:
    return None


def _by_state(instance: Instance) -> str:
    return instance.process.state(instance.state).waits


def _at_once(partnership: str) -> Q:
    return Q()


def _untitled(instance: Instance) -> str:
    return instance.standing[0].form.get("title", "")


def _made_of_nothing(instance: Instance, step: Step, form: Mapping[str, str]) -> Mapping[str, bytes | str]:
    return {}


@dataclass(frozen=True)
class CaseKind:
    """A process with what its room adds. What both nodes must agree on stands in the process; the rest is a node's own."""

    process: Process
    visible: "Callable[[Actor], Q]" = _parties_see  # the rows of Case that a person may know of
    guard: Callable[[Asking], Fault | None] = (
        _free  # asked on the taker's own node only: a clause in force, a place left
    )
    makes: Callable[[Instance, Step, Mapping[str, str]], Mapping[str, bytes | str]] = (
        _made_of_nothing  # files and lines that the taker's node adds to a sound step, by field
    )
    applied: Callable[[Instance], None] = _nothing_more  # after each replay: the room's own rows
    needs: Callable[[Taken], Iterable[str]] = _on_nothing  # records that a step rests on
    waits: Callable[[Instance], str] = _by_state  # the party whose move it is; "" for none
    due: Callable[[Instance], date | None] = _never  # until when the next step is awaited
    title: Callable[[Instance], str] = _untitled  # what people call the case beside its code
    may_go: Callable[[str], Q] = _at_once  # the cases that a partnership may know of now
    page: "Callable[[HttpRequest, CasePage, int], HttpResponse] | None" = (
        None  # draws a case; None: the page of this room
    )
    url: "Callable[[Case], str] | None" = None  # the address of a case; None: the one of this room
    facts: Mapping[str, Any] = field(default_factory=dict)  # what pages of the room keep of their own

    def address(self, case: "Case") -> str:
        """Where the case is seen."""
        return self.url(case) if self.url else reverse("case", args=[case.pk])


_kinds: dict[str, CaseKind] = {}


def register(*kinds: CaseKind) -> None:
    """Make processes known, once when the program starts."""
    _kinds.update({kind.process.name: kind for kind in kinds})


def kinds() -> Mapping[str, CaseKind]:
    """All by the names of their processes."""
    return dict(_kinds)


def kind_of(process: str) -> CaseKind:
    """Raises NotFound ``case.process``."""
    try:
        return _kinds[process]
    except KeyError:
        raise NotFound("case.process", "This program knows no process {name}.", name=process[:60]) from None
