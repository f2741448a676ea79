"""The rule of agreements: what of this node's records a partnership is to have, by its clauses, for all records at once.

Projects that the clauses rule alike are asked for together, and of each kind of data only in which stretches of time it was
recorded matters: so a million records are a few questions to the database.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from jointlab.agreements.kinds import DATA
from jointlab.agreements.rule import EVER, Rule, Ruling, Window, key_of, windows
from jointlab.history.identifiers import home
from jointlab.history.logs import members, own_name
from jointlab.history.models import Entry, Log
from jointlab.history.registry import Sharing
from jointlab.laboratory.models import Measurement, Project, ProjectSharing, Transfer
from jointlab.laboratory.queries.agreed import held_projects, rule_of, subject_of
from jointlab.laboratory.queries.parts import PARTS, PROJECT, SAMPLE, Part
from jointlab.laboratory.queries.states import states

Span = tuple[datetime, datetime | None]
_BATCH = 500
_ALWAYS: tuple[Span, ...] = ((EVER, None),)


@dataclass
class Group:
    """Projects that the clauses rule alike: by kind of data, when what goes, or may stay, was recorded."""

    projects: list[str] = field(default_factory=list)  # empty: what is in no project
    windows: dict[str, tuple[Window, ...]] = field(default_factory=dict)
    covered: bool = False  # some clause is about them, in force or not

    def goes(self, data: Iterable[str]) -> tuple[Span, ...]:
        """When what may go now was recorded."""
        return self._spans(data, lambda ruling: ruling.allowed)

    def stays(self, data: Iterable[str]) -> tuple[Span, ...]:
        """When what may stay there was recorded."""
        return self._spans(data, lambda ruling: ruling.keeps is not None)

    def anything(self) -> bool:
        """Whether anything of them may go."""
        return any(self.goes((data,)) for data in DATA)

    def _spans(self, data: Iterable[str], test: Callable[[Ruling], bool]) -> tuple[Span, ...]:
        found = _ALWAYS
        for one in data:
            fitting = [(window.start, window.end) for window in self.windows[one] if test(window.ruling)]
            found = tuple(_common(found, fitting))
        return found


def clauses_rule(partnership: str) -> Sharing:
    """What is due, ended and held of one partnership."""
    log, rule, found = own_name(partnership), rule_of(partnership), _Found()
    for group in groups(partnership, rule):
        if group.anything():
            found.projects.update(one for one in group.projects if one.startswith(f"{home()}:"))
        for table in PARTS:
            for rows in rows_of(table, group):
                _decide(found, rows, table, group, log)
    return _with_what_follows(found, partnership, log)


def groups(partnership: str, rule: Rule, *, party: str = "", only: str = "") -> list[Group]:
    """All projects known here, or only one, those of one ruling together; the first group is what is in no project.

    `party` is the side whose records are asked for: this one, unless another is named.
    """
    to = tuple(one for one in members(partnership) if one != (party or home()))
    held = held_projects(partnership)
    by_key: dict[object, Group] = {}
    known: list[Project | None] = [None, *Project.objects.order_by("pk")]
    for project in Project.objects.filter(pk=only) if only else known:
        on_hold = project is not None and project.pk in held
        subjects = [subject_of(project, party=party or home(), data=data, on_hold=on_hold) for data in DATA]
        key = tuple(key_of(rule, subject) for subject in subjects)
        if key not in by_key:
            said = {subject.data: windows(rule, subject, to=to) for subject in subjects}
            about = any(one.reaches.about(subjects[0].project) for one in rule.zoned)
            by_key[key] = Group(windows=said, covered=about and project is not None)
        if project is not None:
            by_key[key].projects.append(project.pk)
    return list(by_key.values())


@dataclass
class _Found:
    due: set[str] = field(default_factory=set)
    ended: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    projects: set[str] = field(default_factory=set)  # that may go themselves


def _decide(found: _Found, rows: "QuerySet[Any]", table: type[Model], group: Group, log: str) -> None:
    """Of one table and some projects."""
    parts, there = PARTS[table], Exists(_entries(log, "pk"))
    asked = [part for part in parts if not part.is_deep]
    goes = _all(part_goes(part, group, log) for part in parts)
    if group.goes(parts[0].data):
        found.due.update(rows.filter(goes).exclude(there).values_list("pk", flat=True))
    if all(group.goes(part.data) == _ALWAYS for part in asked):
        return
    waiting = set(rows.filter(~goes).filter(there).values_list("pk", flat=True))
    if not waiting:
        return
    kept = _all(part_stays(part, group) for part in asked)
    staying = waiting.intersection(rows.filter(kept).filter(there).values_list("pk", flat=True))
    if not group.covered:  # it left what clauses are about; what travels is known where the material is
        travelling = rows.filter(there, **{f"{SAMPLE[table]}__in": _journeys(log)}).values_list("pk", flat=True)
        staying |= waiting.intersection(travelling)
    found.held |= staying
    found.ended.update(dict.fromkeys(waiting - staying, _ground(group, parts[0])))


def _with_what_follows(found: _Found, partnership: str, log: str) -> Sharing:
    """The decided, with the states of measurements, their files, and the words of this side on sharing."""
    measurements = set(Measurement.objects.filter(Exists(_entries(log, "pk"))).values_list("pk", flat=True))
    for state, measurement in states(log, there=True):
        if measurement in found.ended:
            found.ended[state] = found.ended[measurement]
        elif measurement in found.held:
            found.held.add(state)
    free = measurements - found.ended.keys() - found.held
    found.due.update(state for state, measurement in states(log, there=False) if measurement in free)
    gone = [one for one in measurements if one in found.ended]
    staying = measurements - found.ended.keys()
    for file, ground in _files(gone, found.ended):
        if not Measurement.objects.filter(file=file, pk__in=staying).exists():
            found.ended[file] = ground
    found.due |= found.projects
    words = ProjectSharing.objects.filter(partnership=partnership, home=home())
    known = ~Q(project__pk__startswith=f"{home()}:") | Q(project__in=found.projects) | Exists(_entries(log, "project"))
    found.due.update(words.filter(known).values_list("pk", flat=True))
    return Sharing(frozenset(found.due), found.ended, frozenset(found.held))


def _files(measurements: list[str], grounds: dict[str, str]) -> Iterator[tuple[str, str]]:
    """This node's files of measurements that have ended, each with the ground."""
    for start in range(0, len(measurements), _BATCH):
        rows = Measurement.objects.filter(
            pk__in=measurements[start : start + _BATCH], file__pk__startswith=f"{home()}:"
        )
        for measurement, file in rows.values_list("pk", "file"):
            yield file, grounds[measurement]


def _ground(group: Group, part: Part) -> str:
    """A sentence for the log: the clause that ended, where there is one."""
    rulings = [window.ruling for data in part.data for window in group.windows[data] if window.ruling.keeps is None]
    ended = [ruling.reach for ruling in rulings if ruling.reason == "not-in-force" and ruling.reach is not None]
    if ended:
        return f"Clause {ended[-1].clause} of {ended[-1].agreement} has ended."
    return "No clause of an agreement covers it."


def _journeys(log: str) -> "QuerySet[Transfer, str]":
    """Samples that travel or travelled between the two members; of a journey a wider partnership is told nothing."""
    of = members(Log.objects.get(name=log).partnership)
    if len(of) != 2:
        return Transfer.objects.none().values_list("sample_id", flat=True)
    return Transfer.objects.filter(sender__in=of, receiver__in=of).values_list("sample_id", flat=True)


def part_goes(part: Part, group: Group, log: str) -> Q:
    """Rows whose part may go now; or is there, and stays, where it is not the row itself."""
    if part.is_deep:
        return _theirs(part) | Q(Exists(_entries(log, f"{part.path}pk")))
    may = during(f"{part.path}{part.recorded}", group.goes(part.data))
    if part.is_row:
        return may
    there = during(f"{part.path}{part.recorded}", group.stays(part.data)) & Q(Exists(_entries(log, f"{part.path}pk")))
    return _theirs(part) | may | there


def part_stays(part: Part, group: Group) -> Q:
    """Rows whose part may stay there."""
    stays = during(f"{part.path}{part.recorded}", group.stays(part.data))
    return stays if part.is_row else _theirs(part) | stays


def during(field: str, spans: Iterable[Span]) -> Q:
    """Recorded in one of these stretches of time."""
    found = Q(pk__in=[])
    for start, end in spans:
        if (start, end) == _ALWAYS[0]:
            return Q(pk__isnull=False)
        one = Q() if start == EVER else Q(**{f"{field}__gte": start})
        found |= one if end is None else one & Q(**{f"{field}__lt": end})
    return found


def _theirs(part: Part) -> Q:
    """Nothing of this side's to ask for: there is none, or another node wrote it."""
    return Q(**{f"{part.path}pk": None}) | ~Q(**{f"{part.path}pk__startswith": f"{home()}:"})


def _all(conditions: Iterable[Q]) -> Q:
    found = Q()
    for one in conditions:
        found &= one
    return found


def rows_of(table: type[Model], group: Group, *, prefix: str = "") -> Iterator["QuerySet[Any]"]:
    """The rows that a node (this one) wrote of the group's projects, some hundred projects at a time."""
    rows = table._default_manager.filter(pk__startswith=f"{prefix or home()}:")
    name = table._meta.model_name
    if name == "analysis":
        rows = rows.exclude(pk__in=Measurement.objects.values("pk"))  # its first is one with it
    if not group.projects:
        yield rows.filter(**{PROJECT[table]: None})
    for start in range(0, len(group.projects), _BATCH):
        yield rows.filter(**{f"{PROJECT[table]}__in": group.projects[start : start + _BATCH]})


def _entries(log: str, of: str) -> "QuerySet[Entry]":
    """What the log shares now; what was withheld has no source any more."""
    return Entry.objects.filter(log=log, record=OuterRef(of), source__isnull=False)


def _common(one: Iterable[Span], other: Iterable[Span]) -> Iterator[Span]:
    """The time that both hold, touching stretches joined."""
    found: list[Span] = []
    for first in one:
        for second in other:
            start = max(first[0], second[0])
            end = min((end for end in (first[1], second[1]) if end is not None), default=None)
            if end is None or start < end:
                found.append((start, end))
    joined: list[Span] = []
    for start, end in sorted(found, key=lambda span: span[0]):
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return iter(joined)
