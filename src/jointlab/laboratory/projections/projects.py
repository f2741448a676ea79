"""project/1 becomes rows."""

from collections.abc import Iterable

from jointlab.history.identifiers import home
from jointlab.history.registry import Recorded, RecordType
from jointlab.laboratory.models import Membership, Project
from jointlab.laboratory.projections.codes import free_slug
from jointlab.laboratory.records import ProjectRecord
from jointlab.people.models import Person
from jointlab.people.queries import colleague_of, institution_records


def apply_project(recorded: Recorded, body: ProjectRecord) -> None:
    """One revision of a project, with its members as they now are."""
    created = {"created_at": recorded.at, "created_by_id": body.by}
    values = {
        "rev": recorded.rev, "slug": free_slug(Project, recorded, body.slug), "title": body.title, "kind": body.kind, "summary": body.summary,
        "institution_id": body.institution, "restricted": body.restricted, "closed": body.closed, "patent_hold": body.patent_hold,
    }  # fmt: skip
    project, _ = Project.objects.update_or_create(
        id=recorded.id, defaults=values, create_defaults={**values, **created}
    )
    members = Person.objects.filter(id__in=body.members).values_list("id", flat=True)  # a partner's may be unknown here
    Membership.objects.filter(project=project).exclude(person_id__in=body.members).delete()
    there = set(Membership.objects.filter(project=project).values_list("person_id", flat=True))
    Membership.objects.bulk_create(
        [Membership(project=project, person_id=person) for person in members if person not in there]
    )


def _needs(body: ProjectRecord) -> Iterable[str]:
    """Members of other nodes are left out: they are known there, or not at all."""
    persons = dict.fromkeys((body.by, *(one for one in body.members if one.partition(":")[0] == home())))
    return (*(colleague_of(person) for person in persons), *institution_records(body.institution))


TYPES = (RecordType("project/1", ProjectRecord, apply_project, needs=_needs),)
