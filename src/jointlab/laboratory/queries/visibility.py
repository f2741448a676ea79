"""Who sees what: the one rule, and the only place that knows it.

Persons of the institution that runs this node see everything but restricted projects that they are not members of.
Persons of another institution see the projects that they are members of, and nothing else. A sample, a measurement and
a device follow their project; a file follows its measurements, and its receiver always sees it.
"""

from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from jointlab.laboratory.models import Device, File, Measurement, Membership, Note, Project, Sample, Transfer
from jointlab.people.actors import Actor, Right
from jointlab.people.models import Person

Row = TypeVar("Row", bound=Model)


def visible_projects(actor: Actor) -> QuerySet[Project]:
    """The projects that this person may know of."""
    member = Q(pk__in=_own_projects(actor))
    return readable(actor, Project.objects.filter(Q(restricted=False) | member if actor.own_side else member))


def visible_samples(actor: Actor) -> QuerySet[Sample]:
    """Samples of visible projects; those of no project are seen by our own side."""
    return readable(actor, Sample.objects.filter(of_visible_project(actor)))


def visible_devices(actor: Actor) -> QuerySet[Device]:
    """Devices of visible samples."""
    return readable(actor, Device.objects.filter(of_visible_project(actor, "sample__project")))


def visible_measurements(actor: Actor) -> QuerySet[Measurement]:
    """Measurements of visible samples; `project` of a measurement is its sample's."""
    return readable(actor, Measurement.objects.filter(of_visible_project(actor)))


def visible_notes(actor: Actor) -> QuerySet[Note]:
    """Notes about visible samples."""
    return readable(actor, Note.objects.filter(of_visible_project(actor, "sample__project")))


def visible_transfers(actor: Actor) -> QuerySet[Transfer]:
    """Transfers of visible samples. Transfers are few and samples many: each transfer looks at its sample."""
    seen = Sample.objects.filter(of_visible_project(actor), pk=OuterRef("sample"))
    return readable(actor, Transfer.objects.filter(Exists(seen)))


def visible_files(actor: Actor) -> QuerySet[File]:
    """Files of visible measurements and what the person brought; our own side also sees files on no sample yet."""
    seen = Q(received_by=actor.person) | Q(pk__in=visible_measurements(actor).values("file"))
    if actor.own_side:
        seen |= ~Q(pk__in=Measurement.objects.values("file"))
    return readable(actor, File.objects.filter(seen))


def visible_persons(actor: Actor) -> QuerySet[Person]:
    """Our own side knows everybody; a partner knows its own people and the members of common projects."""
    if actor.own_side:
        return readable(actor, Person.objects.all())
    together = Membership.objects.filter(project__in=_own_projects(actor)).values("person")
    return readable(actor, Person.objects.filter(Q(institution=actor.institution) | Q(pk__in=together)))


def of_visible_project(actor: Actor, path: str = "project") -> Q:
    """The rule for what hangs on a project. Written so that a list is read along its own index, row by row."""
    if actor.own_side:
        hidden = Project.objects.filter(restricted=True).exclude(pk__in=_own_projects(actor))
        return ~Q(**{f"{path}__in": hidden})
    own = list(_own_projects(actor)[:2])
    return Q(**{path: own[0]}) if len(own) == 1 else Q(**{f"{path}__in": _own_projects(actor)})


def _own_projects(actor: Actor) -> "QuerySet[Membership, str]":
    """The projects that the person is a member of."""
    return Membership.objects.filter(person=actor.person).values_list("project_id", flat=True)


def readable(actor: Actor, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Nothing for whom may not read: an inactive person, the token of an instrument's inbox."""
    return rows if Right.READ in actor.rights else rows.none()
