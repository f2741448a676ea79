"""Every change of projects."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count

from django.db import transaction

from jointlab.errors import BadInput, Conflict
from jointlab.history.identifiers import new_id
from jointlab.history.operations import write
from jointlab.laboratory.models import Project
from jointlab.laboratory.records import ProjectRecord
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Person
from jointlab.web.typed import clean_line, clean_text, slug_of


@dataclass(frozen=True)
class ProjectDraft:
    """What a form gives."""

    title: str
    kind: str = Project.Kind.FUNDAMENTAL
    summary: str = ""
    restricted: bool = False
    closed: bool = False
    members: tuple[str, ...] = ()  # persons' records
    patent_hold: bool = False


@transaction.atomic
def add(actor: Actor, draft: ProjectDraft, *, slug: str = "") -> Project:
    """A new project; who makes it is a member. Raises BadInput ``words.*``, ``project.*``, Conflict ``project.slug``."""
    actor.require(Right.WRITE)
    short = slug_of(slug) if slug else _short_name(draft.title, actor.institution)
    if Project.objects.filter(slug=short).exists():
        raise Conflict("project.slug", "There is already a project with the short name “{slug}”.", slug=short)
    draft = replace(draft, members=(*draft.members, actor.person))
    record = _record(actor, draft, slug=short, institution=actor.institution)
    recorded = write(type="project/1", id=new_id(), body=record, expected_rev=0)
    return Project.objects.get(id=recorded.id)


@transaction.atomic
def change(actor: Actor, *, project: Project, draft: ProjectDraft, expected_rev: int) -> Project:
    """Change a project that the actor sees (the caller found it through queries)."""
    actor.require(Right.WRITE)
    record = _record(actor, draft, slug=project.slug, institution=project.institution_id)
    write(type="project/1", id=project.id, body=record, expected_rev=expected_rev)
    return Project.objects.get(id=project.id)


def _short_name(title: str, institution: str) -> str:
    """From the title; a title without Latin letters gets a number, as kz-p7."""
    try:
        return slug_of(title)
    except BadInput:
        taken = set(Project.objects.filter(slug__startswith=f"{institution}-p").values_list("slug", flat=True))
        return next(name for number in count(1) if (name := f"{institution}-p{number}") not in taken)


def _record(actor: Actor, draft: ProjectDraft, *, slug: str, institution: str) -> ProjectRecord:
    if draft.kind not in Project.Kind.values:
        raise BadInput("project.kind", "“{kind}” is no kind of project.", field="kind", kind=draft.kind)
    return ProjectRecord(
        slug=slug, title=clean_line(draft.title, field="title", most=200), kind=draft.kind, institution=institution,
        by=actor.person, summary=clean_text(draft.summary, field="summary"), restricted=draft.restricted,
        closed=draft.closed, members=_known(draft.members), patent_hold=draft.patent_hold,
    )  # fmt: skip


def _known(members: Iterable[str]) -> tuple[str, ...]:
    """Each member once, in a fixed order; all of them known here."""
    wanted = sorted(set(members))
    known = set(Person.objects.filter(id__in=wanted).values_list("id", flat=True))
    for person in wanted:
        if person not in known:
            raise BadInput("project.member", "There is no person {person}.", field="members", person=person)
    return tuple(wanted)
