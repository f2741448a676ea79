"""The rule of projects: what of this node's records a partnership is to have, until agreements decide (by_clause.py).

A project is shared when all members of the partnership have said so and none holds it. Its records are shared at the age
that their own side has chosen, or by hand; a hold stops what is not shared yet, and later revisions; who takes the word
back ends the sharing: bodies go at the partner.

The rule of transfers: steps of this side of what travels between just the two members are due at once.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from jointlab.history.identifiers import home
from jointlab.history.logs import members, own_name, shared_logs
from jointlab.history.models import Entry
from jointlab.history.registry import Sharing
from jointlab.laboratory.models import (
    Analysis,
    Device,
    File,
    Measurement,
    Note,
    ProjectSharing,
    Sample,
    ShareByHand,
    Transfer,
    TransferStep,
)
from jointlab.laboratory.queries.agreed import clauses_decide, rule_of
from jointlab.laboratory.queries.by_clause import clauses_rule, during, groups
from jointlab.laboratory.queries.parts import PARTS
from jointlab.laboratory.queries.states import states

ENDED = "The project is no longer shared."
MOVED = "It no longer belongs to a shared project."


@dataclass(frozen=True)
class Standing:
    """How a partnership's sides stand on one project."""

    project: str
    agreed: bool  # all members
    held: bool  # by at least one
    after_days: int  # of this side
    ours: bool  # this side has ever said anything


def standings(partnership: str) -> list[Standing]:
    """Of every project about which a member has said something."""
    sides: dict[str, dict[str, ProjectSharing]] = {}
    for row in ProjectSharing.objects.filter(partnership=partnership).order_by("id"):
        sides.setdefault(row.project_id, {})[row.home] = row
    return [_standing(project, said, members(partnership)) for project, said in sides.items()]


def _standing(project: str, said: dict[str, ProjectSharing], of: tuple[str, ...]) -> Standing:
    mine = said.get(home())
    return Standing(
        project, all(one in said and said[one].agreed for one in of), any(row.hold for row in said.values()),
        mine.after_days if mine else 0, mine is not None,
    )  # fmt: skip


def projects_rule(partnership: str) -> Sharing:
    """What is due, ended and held of one partnership: by its agreements, once there are any, else by both sides' words."""
    if clauses_decide(partnership):
        return clauses_rule(partnership)
    found = [one for one in standings(partnership) if one.ours]
    words = ProjectSharing.objects.filter(partnership=partnership, home=home()).values_list("id", flat=True)
    due = set(words)
    ended: dict[str, str] = {}
    held: set[str] = set()
    log = own_name(partnership)
    for one in found:
        if not one.agreed:
            ended.update(dict.fromkeys(_in_log(log, project=one.project), ENDED))
        elif one.held:
            held.update(_in_log(log, project=one.project))
        else:
            due.update(due_of_project(partnership, one))
    if found:
        gone = _gone(log, [one.project for one in found if one.agreed])
        travelling = Q(id__in=_journeys(partnership))
        ended.update(dict.fromkeys(_with_what_hangs_on(gone.exclude(travelling)), MOVED))
        held.update(_with_what_hangs_on(gone.filter(travelling)))  # what is said of it now is for its new project
    return Sharing(frozenset(due), ended, frozenset(held))


def due_of_project(partnership: str, standing: Standing) -> Iterator[str]:
    """Records of a shared project that are due and not in the log yet."""
    log, cutoff = own_name(partnership), dt.datetime.now(dt.UTC) - dt.timedelta(days=standing.after_days)
    by_hand = ShareByHand.objects.filter(partnership=partnership).values("record")
    for table, old, hand in (
        (Sample, Q(created_at__lte=cutoff), Q(id__in=by_hand)),
        (Device, Q(created_at__lte=cutoff), Q(sample__in=by_hand)),
        (Measurement, Q(recorded_at__lte=cutoff), Q(id__in=by_hand) | Q(sample__in=by_hand)),
        (Analysis, Q(at__lte=cutoff), Q(measurement__in=by_hand) | Q(measurement__sample__in=by_hand)),
        (Note, Q(at__lte=cutoff), Q(sample__in=by_hand) | Q(measurement__in=by_hand)),
    ):
        rows = _own(table, standing.project).filter(old | hand)
        yield from rows.exclude(Exists(_entries(log))).values_list("id", flat=True)
    measurements = set(_own(Measurement, standing.project).filter(Exists(_entries(log))).values_list("id", flat=True))
    yield from (state for state, measurement in states(log, there=False) if measurement in measurements)


def transfers_rule(partnership: str) -> Sharing:
    """Our steps of transfers between the two members of the partnership, at any age.

    The opening step brings the sample's record along, so it waits until that may be seen there. What was opened goes on
    although the project is held or no longer shared: the material is where it is.
    """
    sides, log = members(partnership), own_name(partnership)
    if len(sides) != 2:  # custody is a matter of two; each two have a partnership of their own
        return Sharing()
    ours, opening = f"{home()}:", TransferStep.objects.filter(instance=OuterRef("pk"), previous="")
    told = ~Q(id__startswith=ours) | Exists(opening.filter(Exists(_entries(log))))
    between = Transfer.objects.filter(told | _may_be_seen(partnership), sender__in=sides, receiver__in=sides)
    steps = TransferStep.objects.filter(home=home(), instance__in=between.values("id")).exclude(Exists(_entries(log)))
    return Sharing(frozenset(steps.values_list("id", flat=True)))


def may_be_seen(sample: Sample, partnership: str) -> bool:
    """Whether the members may know of the sample: they do already, or its project is shared and not held."""
    return Sample.objects.filter(_may_be_seen(partnership, ""), pk=sample.pk).exists()


def samples_seen_by(partnership: str) -> QuerySet[Sample]:
    """All samples that the members may know of."""
    return Sample.objects.filter(_may_be_seen(partnership, ""))


def _may_be_seen(partnership: str, path: str = "sample__") -> Q:
    two = set(members(partnership))  # what a wider partnership has, its members know already
    wider = {partnership, *(log.partnership for log in shared_logs() if two <= set(members(log.partnership)))}
    there = Entry.objects.filter(log__in=[own_name(name) for name in wider], source__isnull=False).values("record")
    foreign = ~Q(**{f"{path}id__startswith": f"{home()}:"})
    known = foreign | Q(**{f"{path}id__in": there})
    for name in sorted(wider):
        known |= _shared_projects(name, path)
    return known


def _shared_projects(partnership: str, path: str) -> Q:
    """Samples whose project both sides share, or that a clause lets go."""
    if not clauses_decide(partnership):
        shared = [one.project for one in standings(partnership) if one.agreed and not one.held]
        return Q(**{f"{path}project__in": shared})
    (sample,), found = PARTS[Sample], Q(pk__in=[])
    for group in groups(partnership, rule_of(partnership)):
        goes = during(f"{path}{sample.recorded}", group.goes(sample.data))
        found |= Q(**{f"{path}project__in": group.projects}) & goes
    return found


def records_of_project(project: str) -> Iterator[str]:
    """This node's records of a project, in no order."""
    for table in (Sample, Device, Measurement, Analysis, Note):
        yield from _own(table, project).values_list("id", flat=True)
    files = File.objects.filter(measurements__project=project, id__startswith=f"{home()}:")
    yield from files.values_list("id", flat=True).distinct()


_PROJECT = {
    Sample: "project", Device: "sample__project", Measurement: "project", Analysis: "measurement__project",
    Note: "sample__project",
}  # fmt: skip


def _own(table: type[Model], project: str) -> "QuerySet[Model]":
    rows = table._default_manager.filter(**{_PROJECT[table]: project, "id__startswith": f"{home()}:"})
    return (
        rows.exclude(id__in=Measurement.objects.values("id")) if table is Analysis else rows
    )  # its first is one with it


def _entries(log: str) -> "QuerySet[Entry]":
    """What the log shares now; what was withheld has no source any more."""
    return Entry.objects.filter(log=log, record=OuterRef("pk"), source__isnull=False)


def _in_log(log: str, *, project: str) -> Iterable[str]:
    """Of a project's records, those that the log holds."""
    ids = list(records_of_project(project))
    mine = set(ids)
    ids += [state for state, measurement in states(log, there=True) if measurement in mine]
    there: set[str] = set()
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        there.update(Entry.objects.filter(log=log, record__in=part).values_list("record", flat=True))
    return there


def _gone(log: str, agreed: list[str]) -> QuerySet[Sample]:
    """Samples that were shared with a project and have left it."""
    return Sample.objects.filter(Exists(_entries(log)), id__startswith=f"{home()}:").exclude(project__in=agreed)


def _journeys(partnership: str) -> "QuerySet[Transfer, str]":
    """Samples on a journey, or once on one, between members: they stay where they went. Other partners lose them."""
    of = members(partnership)
    if len(of) != 2:  # the log of the two tells of the journey, and a third has no part in it
        return Transfer.objects.none().values_list("sample_id", flat=True)
    return Transfer.objects.filter(sender__in=of, receiver__in=of).values_list("sample_id", flat=True)


def _with_what_hangs_on(samples: QuerySet[Sample]) -> Iterator[str]:
    """Each sample behind what was made of it here."""
    for sample in samples.values_list("id", flat=True):
        for table, path in (
            (Device, "sample"),
            (Measurement, "sample"),
            (Analysis, "measurement__sample"),
            (Note, "sample"),
        ):
            mine = table._default_manager.filter(**{path: sample, "id__startswith": f"{home()}:"})
            yield from mine.values_list("id", flat=True)
        files = File.objects.filter(measurements__sample=sample, id__startswith=f"{home()}:")
        yield from files.values_list("id", flat=True).distinct()
        yield sample
