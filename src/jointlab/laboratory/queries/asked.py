"""Projects that another side offers to share and that wait for this side's word, for those who may give it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from jointlab.history.identifiers import home
from jointlab.laboratory.models import Membership, Project, ProjectSharing
from jointlab.laboratory.queries.homes import partnerships
from jointlab.laboratory.queries.visibility import visible_projects
from jointlab.people.actors import Actor, Right


@dataclass(frozen=True)
class Asked:
    """One project and who offers it, a prefix."""

    project: Project
    offered_by: str


def asked_projects(actor: Actor) -> list[Asked]:
    """Those whose sharing this person may confirm, by title; a project that two partnerships offer stands once."""
    rows = _offers(actor)
    if rows is None:
        return []
    found: dict[str, Asked] = {}
    for row in rows.select_related("project").order_by("project__title", "project_id", "home"):
        found.setdefault(row.project_id, Asked(row.project, row.home))
    return list(found.values())


def ask_for_confirmation(actor: Actor) -> int:
    """How many there are."""
    rows = _offers(actor)
    return 0 if rows is None else rows.values("project").distinct().count()


def _offers(actor: Actor) -> QuerySet[ProjectSharing] | None:
    """What others say, where this side has not agreed and nobody has taken a word back: `State.ASKED` of the project's page.

    None for who may confirm nothing, and where nothing was ever offered: every page asks.
    """
    if not actor.own_side or Right.WRITE not in actor.rights:
        return None
    theirs = ProjectSharing.objects.filter(agreed=True).exclude(home=home())
    same = ProjectSharing.objects.filter(project=OuterRef("project"), partnership=OuterRef("partnership"))
    rows = theirs.exclude(Exists(same.filter(home=home(), agreed=True))).exclude(
        Exists(same.filter(agreed=False, rev__gt=1))
    )
    if not rows.exists():
        return None
    rows = rows.filter(project__in=visible_projects(actor), partnership__in=partnerships(actor))
    if Right.ADMINISTER not in actor.rights:
        rows = rows.filter(Exists(Membership.objects.filter(project=OuterRef("project"), person=actor.person)))
    return rows
