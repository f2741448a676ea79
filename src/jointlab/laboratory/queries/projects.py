"""Projects and instruments, as far as the actor may see them."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from jointlab.errors import NotFound
from jointlab.laboratory.models import Instrument, Project
from jointlab.laboratory.queries.visibility import visible_projects, visible_samples
from jointlab.people.actors import Actor, Right


@dataclass(frozen=True)
class ListedProject:
    """A project with what the actor sees of it."""

    project: Project
    samples: int


def titles(actor: Actor | None) -> dict[str, str]:
    """By identifier, open ones first; without a person those that are not restricted."""
    rows = visible_projects(actor) if actor else Project.objects.filter(restricted=False)
    return dict(rows.exclude(title="").order_by("closed", "title", "id").values_list("id", "title"))


def projects(actor: Actor) -> list[ListedProject]:
    """Open projects first, each with the number of its samples."""
    rows = list(visible_projects(actor).select_related("institution").order_by("closed", "title", "id"))
    counted = (
        visible_samples(actor)
        .filter(project__in=[row.id for row in rows])
        .values_list("project")
        .annotate(n=Count("id"))
    )
    of = dict(counted.order_by())
    return [ListedProject(row, of.get(row.id, 0)) for row in rows]


def project(actor: Actor, *, slug: str) -> Project:
    """One project. Raises NotFound ``project.unknown``."""
    found = visible_projects(actor).select_related("institution").filter(slug=slug).first()
    if found is None:
        raise NotFound("project.unknown", "There is no project “{slug}”, or not for you.", slug=slug)
    return found


def instruments(actor: Actor) -> QuerySet[Instrument]:
    """The laboratory's instruments; those in use first. Where an instrument stands is no secret among partners."""
    rows = Instrument.objects.select_related("institution").order_by("-active", "name", "id")
    return rows if Right.READ in actor.rights else rows.none()


def instrument(actor: Actor, *, slug: str) -> Instrument:
    """One instrument. Raises NotFound ``instrument.unknown``."""
    found = instruments(actor).filter(slug=slug).first()
    if found is None:
        raise NotFound("instrument.unknown", "There is no instrument “{slug}”.", slug=slug)
    return found
