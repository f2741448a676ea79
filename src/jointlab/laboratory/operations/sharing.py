"""What this side says about sharing a project with partners."""

from dataclasses import replace
from hashlib import sha256

from django.db import transaction

from jointlab.errors import BadInput, Conflict, NotAllowed, NotFound
from jointlab.history.identifiers import home, new_id
from jointlab.history.logs import log_name, own_name
from jointlab.history.models import Entry, Log
from jointlab.history.operations import require_own, write
from jointlab.laboratory.clause_words import refusal_of
from jointlab.laboratory.models import Measurement, Membership, Project, ProjectSharing, Sample
from jointlab.laboratory.queries.agreed import clauses_decide
from jointlab.laboratory.queries.due import standings
from jointlab.laboratory.queries.told import told
from jointlab.laboratory.queries.visibility import visible_measurements, visible_projects, visible_samples
from jointlab.laboratory.records import ProjectSharingRecord, ShareByHandRecord
from jointlab.people.actors import Actor, Right

MOST_DAYS = 3650


@transaction.atomic
def agree(actor: Actor, *, project: Project, partnership: str, after_days: int = 0) -> ProjectSharing:
    """This side shares the project with a partnership; it begins when the others say so too.

    `after_days` is the age at which this side's records are shared. Raises NotAllowed ``sharing.not-yours``, NotFound
    ``project.none``, ``sharing.partnership``, BadInput ``sharing.days``, Conflict ``sharing.other-audience``, and
    ``sharing.by-clause`` where an agreement decides.
    """
    _require(actor, project)
    if not 0 <= after_days <= MOST_DAYS:
        raise BadInput("sharing.days", "Between 0 and {most} days.", field="after_days", most=MOST_DAYS)
    _known(partnership)
    _by_hand(partnership)
    _same_audience(project, partnership)
    return _say(replace(_said(actor, project, partnership), agreed=True, after_days=after_days))


@transaction.atomic
def end(actor: Actor, *, project: Project, partnership: str) -> ProjectSharing:
    """This side shares the project no longer: what was shared is removed at the partners.

    Raises as `agree`, and Conflict ``sharing.not-agreed``.
    """
    _require(actor, project)
    _by_hand(partnership)
    said = _said(actor, project, partnership)
    if not said.agreed:
        raise Conflict("sharing.not-agreed", "This side does not share the project.")
    return _say(replace(said, agreed=False, hold=False))


@transaction.atomic
def hold(actor: Actor, *, project: Project, partnership: str, held: bool = True) -> ProjectSharing:
    """Nothing more of the project is shared for the time being, by any side; or that is over. Raises as `agree`."""
    _require(actor, project)
    _known(partnership)
    return _say(replace(_said(actor, project, partnership), hold=held))


@transaction.atomic
def share_now(actor: Actor, *, thing: Sample | Measurement, partnership: str) -> None:
    """A sample with what hangs on it, or a measurement, before its age.

    Raises NotFound for what the person does not see, Conflict ``sharing.not-shared`` while not all sides share the project,
    NotAllowed ``sharing.not-yours``, or ``history.foreign`` for what belongs to another node; where agreements decide the
    refusal of the clause, or Conflict ``sharing.by-clause``.
    """
    seen = visible_samples(actor) if isinstance(thing, Sample) else visible_measurements(actor)
    if not seen.filter(pk=thing.pk).exists():
        raise NotFound("sharing.none", "There is no such thing, or not for you.")
    require_own(thing.id)
    if clauses_decide(partnership):
        _as_clauses_say(thing, partnership)
    if thing.project is not None:
        _require(actor, thing.project)
    stands = {one.project: one for one in standings(partnership)}.get(thing.project_id or "")
    if stands is None or not stands.agreed:
        raise Conflict(
            "sharing.not-shared", "{code} belongs to no project that all sides of {partnership} share.",
            code=thing.code, partnership=partnership,
        )  # fmt: skip
    record = ShareByHandRecord(thing.id, partnership, actor.person)
    write(type="share-by-hand/1", id=new_id(), body=record, expected_rev=0)


def _require(actor: Actor, project: Project) -> None:
    """A member of the project who may write, or an administrator; of the side that runs this node."""
    if not visible_projects(actor).filter(pk=project.pk).exists():
        raise NotFound("project.none", "There is no such project.")
    actor.require(Right.WRITE)
    member = Membership.objects.filter(project=project, person=actor.person).exists()
    if not actor.own_side or not (member or Right.ADMINISTER in actor.rights):
        raise NotAllowed(
            "sharing.not-yours",
            "Sharing a project is decided by its members of this institution, or by an administrator.",
        )


def _known(partnership: str) -> None:
    if not Log.objects.filter(name=own_name(partnership), kind=Log.Kind.SHARED).exists():
        raise NotFound("sharing.partnership", "This node is not paired with {partnership}.", partnership=partnership)


def _as_clauses_say(thing: Sample | Measurement, partnership: str) -> None:
    """Nothing goes before its day: raises the refusal of the clause, or Conflict since it goes by itself."""
    found = told(thing, partnership)
    if not found.goes:
        raise refusal_of(found)
    _by_hand(partnership)


def _by_hand(partnership: str) -> None:
    """Raises Conflict ``sharing.by-clause`` once agreements decide."""
    if clauses_decide(partnership):
        raise Conflict(
            "sharing.by-clause", "Between {partnership} the agreement decides what is shared; a project can be put on hold.",
            partnership=partnership,
        )  # fmt: skip


def _same_audience(project: Project, partnership: str) -> None:
    """Another institution's project is shared only where it itself shares it."""
    owner = project.id.partition(":")[0]
    there = Entry.objects.filter(log=log_name(partnership, owner), record=project.id)
    if owner != home() and not there.exists():
        raise Conflict(
            "sharing.other-audience", "{owner} has not offered this project to {partnership}.",
            owner=owner.upper(), partnership=partnership,
        )  # fmt: skip


def _said(actor: Actor, project: Project, partnership: str) -> ProjectSharingRecord:
    """What this side says now."""
    row = ProjectSharing.objects.filter(project=project, partnership=partnership, home=home()).first()
    if row is None:
        return ProjectSharingRecord(project.id, partnership, agreed=False, by=actor.person)
    return ProjectSharingRecord(
        project.id, partnership, agreed=row.agreed, by=actor.person, after_days=row.after_days, hold=row.hold
    )


def _say(record: ProjectSharingRecord) -> ProjectSharing:
    """One record for each project and partnership."""
    name = sha256(f"{record.project} {record.partnership}".encode()).hexdigest()[:32]
    id = f"{home()}:sharing-{name}"
    write(type="project-sharing/1", id=id, body=record)
    return ProjectSharing.objects.get(id=id)
