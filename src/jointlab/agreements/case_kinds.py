"""Agreements as cases: who sees them, what this node asks of a step beside what both nodes ask, what they are called."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from jointlab.agreements.guards import AGREEING, latest_version
from jointlab.agreements.models import AgreementVersion
from jointlab.agreements.process import AGREEMENT, ENTRY
from jointlab.agreements.projections import follow_case, needs_of_step
from jointlab.agreements.queries.asking import refusal_of
from jointlab.agreements.queries.papers import printed_all
from jointlab.agreements.versions import read_version
from jointlab.cases.kinds import CaseKind
from jointlab.cases.kinds import register as register_kinds
from jointlab.cases.models import CaseParty
from jointlab.processes import Instance, Step

if TYPE_CHECKING:
    from jointlab.people.actors import Actor


def _parties_see(actor: "Actor") -> Q:
    """The houses that take part, and nobody else."""
    return Q(pk__in=CaseParty.objects.filter(institution=actor.institution).values("case"))  # a join would double rows


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


def _papers(instance: Instance, step: Step, form: Mapping[str, str]) -> Mapping[str, bytes]:
    """With the step that freezes a text, every printed file of it."""
    return printed_all(form["version"]) if step.name in AGREEING else {}


FIRST_KIND = CaseKind(AGREEMENT, visible=_parties_see, guard=refusal_of, makes=_papers, applied=follow_case, needs=needs_of_step, title=_title, due=_due)  # fmt: skip

ENTRY_KIND = replace(FIRST_KIND, process=ENTRY)  # signed on paper long ago


def register(**pages: Any) -> None:
    """Called once when the program starts; `pages` are `page` and `url` of the kinds, which lie above the declaration."""
    register_kinds(*(replace(kind, **pages) for kind in (FIRST_KIND, ENTRY_KIND)))
