"""How many records are shared under which clause: counted alike on both nodes, each its own and what came from the other."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, Max, Model, OuterRef, QuerySet

from jointlab.agreements.rule import Rule, Window
from jointlab.agreements.sharing import Reach
from jointlab.history.identifiers import home
from jointlab.history.logs import log_name, members, shared_logs
from jointlab.history.models import Entry, Record
from jointlab.laboratory.models import Analysis, Device, Measurement, Note, Project, Sample
from jointlab.laboratory.queries.agreed import clauses_decide, rule_of
from jointlab.laboratory.queries.by_clause import Group, during, groups, rows_of
from jointlab.laboratory.queries.homes import partnerships
from jointlab.laboratory.queries.parts import PARTS, PROJECT
from jointlab.laboratory.queries.told import Clause, clause_of
from jointlab.people.actors import Actor

_NAMES: dict[type[Model], str] = {
    Sample: "samples", Device: "devices", Measurement: "measurements", Analysis: "findings", Note: "notes"
}  # fmt: skip


@dataclass
class SharedUnder:
    """What one side shares under one clause."""

    partnership: str
    giver: str  # prefix
    clause: Clause
    counts: dict[str, int] = field(
        default_factory=dict
    )  # samples, devices, measurements, findings, notes: what is there
    waits: int = 0  # records that its embargo keeps back
    projects: int = 0  # of the samples that are there

    @property
    def total(self) -> int:
        """All records together."""
        return sum(self.counts.values())


def shared_by_clause(actor: Actor | None = None) -> list[SharedUnder]:
    """By partnership, side and clause, in one order on every node. Without an actor: of all partnerships.

    Totals are the same on all nodes once they have exchanged everything; what waits is known to its own node alone.
    """
    known = partnerships(actor) if actor else [log.partnership for log in shared_logs()]
    return [one for partnership in sorted(known) for one in _of_partnership(partnership)]


def shared_of_project(project: Project, partnership: str) -> list[SharedUnder]:
    """The same of one project."""
    rule = rule_of(partnership)
    return list(_count(partnership, rule, only=project.pk))


_kept: dict[str, tuple[object, list[SharedUnder]]] = {}


def _of_partnership(partnership: str) -> list[SharedUnder]:
    """Counted again when anything was recorded or the clauses say something else than before."""
    if not clauses_decide(partnership):
        return []
    rule = rule_of(partnership)
    mark = (home(), Entry.objects.aggregate(newest=Max("pk"))["newest"], rule)
    kept = _kept.get(partnership)
    if kept is None or kept[0] != mark:
        kept = _kept[partnership] = (mark, list(_count(partnership, rule)))
    return kept[1]


def _count(partnership: str, rule: Rule, *, only: str = "") -> Iterator[SharedUnder]:
    for giver in members(partnership):
        counts: dict[Reach, Counter[str]] = {}
        waits: Counter[Reach] = Counter()
        projects: dict[Reach, set[str]] = {}
        for group in groups(partnership, rule, party=giver, only=only):
            for table in PARTS:
                _of_table(table, group, partnership, giver, counts, waits)
            _note_projects(group, partnership, giver, projects)
        for reach in sorted({*counts, *+waits}, key=lambda one: (one.agreement, one.version, one.clause)):
            clause = clause_of(reach, partnership)
            yield SharedUnder(
                partnership,
                giver,
                clause,
                dict(sorted(counts.get(reach, Counter()).items())),
                waits[reach],
                len(projects.get(reach, ())),
            )


def _of_table(
    table: type[Model], group: Group, partnership: str, giver: str, counts: dict[Reach, Counter[str]], waits: Counter[Reach]
) -> None:  # fmt: skip
    first = PARTS[table][0]
    for rows in rows_of(table, group, prefix=giver):
        for window in group.windows[first.data[0]]:
            recorded = rows.filter(during(first.recorded, [(window.start, window.end)]))
            reach = _under(window)
            if reach is not None and (there := recorded.filter(_there(partnership, giver)).count()):
                counts.setdefault(reach, Counter())[_NAMES[table]] += there
            if (held := _embargo(window)) is not None and giver == home():
                waits[held] += recorded.exclude(_there(partnership, giver)).count()


def _note_projects(group: Group, partnership: str, giver: str, projects: dict[Reach, set[str]]) -> None:
    """By the samples that are there: all else of a project hangs on one."""
    first = PARTS[Sample][0]
    for rows in rows_of(Sample, group, prefix=giver):
        for window in group.windows[first.data[0]]:
            if (reach := _under(window)) is not None:
                recorded = rows.filter(during(first.recorded, [(window.start, window.end)]))
                there = recorded.filter(_there(partnership, giver)).order_by()
                projects.setdefault(reach, set()).update(there.values_list(PROJECT[Sample], flat=True).distinct())


def _embargo(window: Window) -> Reach | None:
    """The clause whose embargo holds it back."""
    return window.ruling.reach if window.ruling.reason == "embargo" else None


def _under(window: Window) -> Reach | None:
    """By which clause it is there: the one that lets it go, else the one by which it stays."""
    return window.ruling.reach if window.ruling.allowed else window.ruling.keeps


def _there(partnership: str, giver: str) -> Exists:
    """What the others have: put into this node's log and not taken back; of a partner's, what came and was not withheld."""
    entries = Entry.objects.filter(log=log_name(partnership, giver), record=OuterRef("pk"))
    if giver == home():
        return Exists(entries.filter(source__isnull=False))
    standing: QuerySet[Any] = Record.objects.filter(pk=OuterRef("record"), withheld=False, erased=False)
    return Exists(entries.filter(Exists(standing)))
