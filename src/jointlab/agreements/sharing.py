"""Which clause lets a record go to whom, on a day; and if none does, why not, by the clause that comes nearest.

The clauses are read once for a day (`sharing_on`), so that many records are decided quickly. What is asked of a record is
little: whose it is, its project and the kind of that, what it is, when it was recorded, whether a hold lies on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from jointlab.agreements.clauses import Clause
from jointlab.agreements.events import Life
from jointlab.agreements.kinds import SHARING
from jointlab.agreements.life import State, clause_counts, months_after, standing
from jointlab.errors import NotAllowed

ENTERPRISES: Final = "*enterprises"  # to whom, beside the identifiers of parties, none of which begins so
PUBLIC: Final = "*public"
_WIDTHS: Final = {ENTERPRISES: 1, PUBLIC: 2}
_ENDED: Final = frozenset({State.RUN_OFF, State.EXPIRED, State.TERMINATED, State.SUPERSEDED, State.FELL})


@dataclass(frozen=True)
class Thing:
    """A record, as far as a clause asks."""

    party: str  # whose it is
    project: str  # the project's record
    project_kind: str  # fundamental, applied, contract, education
    data: str  # samples, measurements, files, findings, notes
    recorded: date
    held: bool = False  # a patent hold stops every opening


@dataclass(frozen=True)
class Reach:
    """One clause on sharing, as it stands on the day asked for."""

    agreement: str
    version: str  # its hash
    clause: str  # its number
    givers: frozenset[str]
    parties: frozenset[str]
    width: int  # 0 the parties, 1 enterprises too, 2 everybody
    data: frozenset[str]
    projects: frozenset[str]  # empty: all
    project_kinds: frozenset[str]  # empty: all
    since: date
    embargo: int  # months after a record was made
    counts: bool  # in force, and the clause not suspended
    ended: bool
    keeps: bool  # what was shared stays after the end


@dataclass(frozen=True)
class Reaches:
    """All clauses on sharing on one day, in one order on every node."""

    listed: tuple[Reach, ...]
    _by_project: dict[str, tuple[Reach, ...]] = field(default_factory=dict, repr=False, compare=False)

    def about(self, project: str) -> tuple[Reach, ...]:
        """Those that cover a project; found once, since many records are of one project."""
        if project not in self._by_project:
            self._by_project[project] = tuple(one for one in self.listed if not one.projects or project in one.projects)
        return self._by_project[project]


@dataclass(frozen=True)
class Decision:
    """Whether a record goes, by which clause, and otherwise why not and when it might."""

    reach: Reach | None = None
    opens: date | None = None  # the end of the embargo, where nothing else is in the way
    refusal: NotAllowed | None = None

    @property
    def allowed(self) -> bool:
        """Whether it goes on this day."""
        return self.refusal is None


def sharing_on(lives: Iterable[Life], day: date) -> Reaches:
    """Every clause on sharing of these agreements, as it stands that day."""
    found = [_reach(life, clause, day) for life in lives for clause in life.version.of_kind(SHARING)]
    return Reaches(tuple(sorted(found, key=lambda reach: (reach.agreement, reach.version, reach.clause))))


def decide(reaches: Reaches, thing: Thing, *, to: str, day: date) -> Decision:
    """Whether a record goes to a party, to enterprises or to the public on the day of the reaches.

    Refusals are NotAllowed: ``sharing.held``, ``.none`` (no clause covers it), ``.not_in_force``, ``.embargo``.
    """
    if thing.held:
        return Decision(
            refusal=NotAllowed("sharing.held", "A hold lies on it: nothing is opened until the hold is lifted.")
        )
    sleeping: Reach | None = None
    waiting: Decision | None = None
    for reach in reaches.about(thing.project):
        if not covers(reach, thing, to):
            continue
        opens = months_after(thing.recorded, reach.embargo)
        if not reach.counts:
            sleeping = sleeping or reach
        elif day >= opens:
            return Decision(reach, opens)
        elif waiting is None or waiting.opens is None or opens < waiting.opens:
            waiting = Decision(reach, opens, _embargo(reach, opens))
    if waiting is not None:
        return waiting
    if sleeping is None:
        return Decision(refusal=NotAllowed("sharing.none", "No clause of an agreement lets this go to “{to}”.", to=to))
    return Decision(sleeping, refusal=NotAllowed(
        "sharing.not_in_force", "Clause {clause} of {agreement} would allow it, but is not in force on {day}.",
        clause=sleeping.clause, agreement=sleeping.agreement, day=day.isoformat(),
    ))  # fmt: skip


def stays(reaches: Reaches, thing: Thing, *, to: str) -> bool:
    """Whether what was shared before may stay there: some clause that covers it has not ended, or keeps what was shared.

    A suspension or a hold withholds nothing that has gone already.
    """
    return keeping(reaches, thing, to=to) is not None


def keeping(reaches: Reaches, thing: Thing, *, to: str) -> Reach | None:
    """The clause by which what was shared before may stay there; see `stays`."""
    found = (one for one in reaches.about(thing.project) if covers(one, thing, to) and (not one.ended or one.keeps))
    return min(found, key=lambda one: one.ended, default=None)


def covers(reach: Reach, thing: Thing, to: str) -> bool:
    """Whether a clause that covers the record's project covers the record, on whatever day."""
    return (
        reaches_to(reach, to)
        and thing.party in reach.givers
        and to != thing.party
        and thing.data in reach.data
        and (not reach.project_kinds or thing.project_kind in reach.project_kinds)
        and thing.recorded >= reach.since
    )


def reaches_to(reach: Reach, to: str) -> bool:
    """Whether a clause lets anything go there; to a stranger none does."""
    return (0 if to in reach.parties else _WIDTHS.get(to, 3)) <= reach.width


def _embargo(reach: Reach, opens: date) -> NotAllowed:
    return NotAllowed(
        "sharing.embargo", "Clause {clause} of {agreement} keeps it back for {months} months, until {day}.",
        clause=reach.clause, agreement=reach.agreement, months=reach.embargo, day=opens.isoformat(),
    )  # fmt: skip


def _reach(life: Life, clause: Clause, day: date) -> Reach:
    version = life.version
    return Reach(
        agreement=version.head.agreement, version=version.hash, clause=clause.number, givers=_some(clause, "from"),
        parties=frozenset(party.id for party in version.head.parties), width=_WIDTHS.get(f"*{clause.word('to')}", 0), data=_some(clause, "data"),
        projects=_some(clause, "projects"), project_kinds=_some(clause, "project_kinds"), since=clause.day("since") or date.min,
        embargo=clause.count("embargo"), counts=clause_counts(life, clause.number, day, new=True),
        ended=standing(life, day).state in _ENDED, keeps=clause.word("after_end") == "kept",
    )  # fmt: skip


def _some(clause: Clause, term: str) -> frozenset[str]:
    found = clause.terms.get(term, [])
    assert isinstance(found, list), "sets are lists"
    return frozenset(map(str, found))
