"""A case in the reader's language: its timeline, whose move it is, and the next steps as forms."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from jointlab.cases import queries
from jointlab.cases.forms import StepForm
from jointlab.cases.kinds import CaseKind, kind_of
from jointlab.cases.models import Case, CaseStep
from jointlab.history.identifiers import home
from jointlab.people.actors import Actor
from jointlab.processes import Instance, Step
from jointlab.processes.process import CHOICE, DAY, FILE
from jointlab.web.sites import site_of
from jointlab.web.times import date


@dataclass(frozen=True)
class Value:
    """One value of a step's form. `file` is the SHA-256 where it is a file."""

    name: str
    text: str
    file: str = ""


@dataclass(frozen=True)
class Told:
    """One step of the timeline. `lane` is l for the first party of the process and r for every other."""

    row: CaseStep
    lane: str
    title: str
    institution: str  # of its taker
    values: tuple[Value, ...]
    fate: str  # why it does not count; "" when it stands


@dataclass(frozen=True)
class Offer:
    """A step that may be taken now, with its form."""

    step: Step
    title: str
    form: StepForm


@dataclass(frozen=True)
class CasePage:
    """What a page of a case shows."""

    case: Case
    kind: CaseKind
    instance: Instance
    process: str  # title in the reader's language
    state: str
    sides: tuple[tuple[str, str, str], ...]  # party, its title, its institution
    left: str  # institution of the left lane
    right: str  # of the right one
    told: tuple[Told, ...]
    next: tuple[Offer, ...]  # main steps
    others: tuple[Offer, ...]
    waits: str  # the site whose move it is, in a word
    waits_lane: str
    mine: bool  # whether it is the reader's side's move
    elsewhere: bool  # the reader's side takes its steps on a node of its own
    stale: str = ""  # what happened meanwhile

    @property
    def right_ones(self) -> tuple[str, ...]:
        """The institutions of the right lane: every one but the first."""
        return tuple(institution for _name, _title, institution in self.sides[1:])

    @property
    def overdue(self) -> bool:
        """Whether the step that is awaited is late."""
        return is_over(self.case.due)


def case_page(
    actor: Actor, case: Case, *, tried: StepForm | None = None, stale: str = "", first: Mapping[str, Mapping[str, str]] | None = None
) -> CasePage:  # fmt: skip
    """The page of a case. `tried` is the form that was sent; `first` what forms begin with, by step and field."""
    kind, instance = kind_of(case.process), queries.instance_of(case.id, case.process)
    offers = tuple(
        Offer(one, _(one.title), tried if tried and tried.step.name == one.name
              else StepForm(step=one, instance=instance, first=(first or {}).get(one.name)))
        for one in queries.may_take(actor, case, instance)
    )  # fmt: skip
    parties, party = kind.process.parties, queries.party_of(actor, case)
    left, right = (instance.parties.get(one.name, "") for one in parties[:2])
    return CasePage(
        case=case, kind=kind, instance=instance, process=_(kind.process.title), state=state_words(case),
        sides=tuple((one.name, _(one.title), instance.parties.get(one.name, "")) for one in parties), left=left, right=right,
        told=tuple(told(kind, instance, row) for row in queries.steps_of(case)),
        next=tuple(one for one in offers if one.step.main), others=tuple(one for one in offers if not one.step.main),
        waits=site_of(case.waits_id).word if case.waits_id else "", waits_lane="l" if case.waits_id == left else "r",
        mine=bool(party) and case.waits_id == actor.institution,
        elsewhere=bool(party) and not case.ended and instance.nodes.get(party) != home(), stale=stale,
    )  # fmt: skip


def told(kind: CaseKind, instance: Instance, row: CaseStep) -> Told:
    """A step in the reader's language."""
    known, first = kind.process.step(row.step), kind.process.parties[0].name
    return Told(
        row=row, lane="l" if row.party == first else "r", title=_(known.done) if known else row.step,
        institution=instance.parties.get(row.party, ""), values=values_of(known, row.form), fate=fate_of(row.verdict),
    )  # fmt: skip


def is_over(due: datetime.date | None) -> bool:
    """Whether the day by which something was awaited is over."""
    return due is not None and due < localdate()


def fate_of(verdict: str) -> str:
    """Why a step does not count; "" when it stands."""
    fates = {
        "overtaken": _("overtaken: the other side acted at the same time, and its step stands"),
        "refused": _("does not count: its taker may not take it from there"),
        "waiting": _("waits for a step of the other side that has not come yet"),
    }
    return fates.get(verdict, "")


def values_of(known: Step | None, form: Mapping[str, str]) -> tuple[Value, ...]:
    """What was filled in, by the names of the fields; nothing for a step that this version does not know."""
    shown = []
    for one in known.fields if known else ():
        value = form.get(one.name, "")
        if not value:
            continue
        if one.kind == FILE:
            shown.append(Value(_(one.title), value[:12], file=value))
        elif one.kind == CHOICE:
            shown.append(Value(_(one.title), _(dict(one.choices).get(value, value))))
        else:
            shown.append(Value(_(one.title), _day(value) if one.kind == DAY else value))
    return tuple(shown)


def _day(value: str) -> str:
    try:
        return date(value)
    except ValueError:  # of a partner's step that is refused for it
        return value


def state_words(case: Case) -> str:
    """The state in the reader's language."""
    title = kind_of(case.process).process.state(case.state).title
    return _(title) if title else ""
