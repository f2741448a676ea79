"""Agreements as cases: who sees them, what this node asks of a step beside what both nodes ask, what they are called."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from jointlab.agreements.guards import cleared, latest_version
from jointlab.agreements.models import AgreementVersion
from jointlab.agreements.of_many import AGREEMENTS, ENTRIES
from jointlab.agreements.projections import follow_case, needs_of_step
from jointlab.agreements.queries.asking import refusal_of
from jointlab.agreements.queries.papers import printed_all, printer_of
from jointlab.agreements.step_names import AGREEING
from jointlab.agreements.versions import read_version
from jointlab.cases.kinds import CaseKind
from jointlab.cases.kinds import register as register_kinds
from jointlab.cases.models import CaseParty
from jointlab.processes import Instance, Step

if TYPE_CHECKING:
    from jointlab.people.actors import Actor


def _parties_see(actor: "Actor") -> Q:
    """The houses that take part, and nobody else."""
    # a join would double rows; a list of all cases of the house would be long, where agreements are few
    return Q(Exists(CaseParty.objects.filter(case=OuterRef("pk"), institution=actor.institution)))


def _on_table(instance: Instance) -> AgreementVersion | None:
    return AgreementVersion.objects.filter(hash=latest_version(instance.standing)).order_by("id").first()


def _title(instance: Instance) -> str:
    """Of the text on the table, in its first language; pages of agreements show it in the reader's."""
    row = _on_table(instance)
    return str(row.title.get("en") or next(iter(row.title.values()), "")) if row else ""


def _due(instance: Instance) -> date | None:
    """The day by which the text itself wants to be signed."""
    row = _on_table(instance) if instance.state != "signed" else None
    return read_version(row.text).duration.day("sign_by") if row else None


def _papers(instance: Instance, step: Step, form: Mapping[str, str]) -> Mapping[str, bytes | str]:
    """With the step that freezes a text, every printed file of it, and what printed them."""
    if step.name not in AGREEING:
        return {}
    files = printed_all(form["version"])
    return {**files, "printer": printer_of(form["version"])} if files else {}


def _waits(instance: Instance) -> str:
    """The party whose move it is: of an agreed text the first that has not cleared it yet."""
    process = instance.process
    if instance.state == "frozen":
        done = cleared(instance.standing)
        return next((party.name for party in process.parties if party.name not in done), process.parties[0].name)
    return process.state(instance.state).waits


FIRST_KIND = CaseKind(
    AGREEMENTS[2], visible=_parties_see, guard=refusal_of, makes=_papers, applied=follow_case, needs=needs_of_step, title=_title, due=_due,
    waits=_waits,
)  # fmt: skip
_KINDS = {process.name: replace(FIRST_KIND, process=process) for process in (*AGREEMENTS.values(), *ENTRIES.values())}


def kind_between(count: int, *, entered: bool = False) -> CaseKind:
    """The kind of case in which so many parties agree, or confirm what they signed before."""
    return _KINDS[(ENTRIES if entered else AGREEMENTS)[count].name]


def register(**pages: Any) -> None:
    """Called once when the program starts; `pages` are `page` and `url` of the kinds, which lie above the declaration."""
    register_kinds(*(replace(kind, **pages) for kind in _KINDS.values()))
