"""Every text with what happened to it. Made once and kept until a text comes or a case of an agreement moves.

Whether the book is still right is asked of three small tables, so that deciding a million records reads each text once;
within one page it is asked once. It holds no persons; who may see what is asked elsewhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from threading import local
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection

from jointlab.agreements.events import Event, Life, Signature
from jointlab.agreements.happening import happened
from jointlab.agreements.life import Standing, standing
from jointlab.agreements.models import AgreementCase, AgreementVersion
from jointlab.agreements.step_names import SIGNING
from jointlab.agreements.versions import Version, read_version
from jointlab.cases.kinds import kind_of
from jointlab.cases.models import CaseStep
from jointlab.history.identifiers import home
from jointlab.people.models import Institution
from jointlab.processes import Instance, Taken

_MOST_READ: Final = 2000  # versions kept in memory
_NEAR: Final = 2  # days from today in UTC; an agreement lives in another time zone


@dataclass(frozen=True)
class Line:
    """A version as it stands in its line."""

    hash: str
    agreement: str
    number: int
    parties: tuple[str, ...]
    parent: str
    amends: str


@dataclass(frozen=True)
class Course:
    """One case of a version, with its steps that stand."""

    case: str
    process: str
    version: str
    sides: Mapping[str, str]  # institution by party of the process
    nodes: Mapping[str, str]
    steps: tuple[tuple[Taken, datetime], ...]


@dataclass
class Book:
    """All texts and courses at one moment."""

    lines: Mapping[str, Line]
    courses: Mapping[str, tuple[Course, ...]]  # by hash of the version
    institutions: Mapping[str, str]  # prefix by every identifier that a text may use for it
    _lives: dict[str, Life | None] = field(default_factory=dict)
    _events: dict[str, tuple[Event, ...]] = field(default_factory=dict)
    of_day: dict[Any, Any] = field(
        default_factory=dict
    )  # what was worked out from the book, by a name and what it is of

    def institution_of(self, party: str) -> str:
        """The institution that a text calls so; "" for none that is known here."""
        return self.institutions.get(party, "")

    def parties_of(self, hash: str) -> Mapping[str, str]:
        """The identifiers in the text by institution, of those that are known here."""
        line = self.lines.get(hash)
        parties = line.parties if line else ()
        return {prefix: party for party in parties if (prefix := self.institution_of(party))}

    def life(self, hash: str) -> Life | None:
        """The version with what happened to it, the text above it and the one that took over."""
        if hash not in self._lives:
            self._lives[hash] = self._life(hash, frozenset())
        return self._lives[hash]

    def standing(self, life: Life, day: date) -> Standing:
        """Where a version stands on a day; worked out once for a life of this book and a day near today.

        Of a life that came from an earlier book, or stands beside this one's, nothing is kept: it may be out of date. Other
        days are asked by anybody as often as they like.
        """
        if abs((day - datetime.now(UTC).date()).days) > _NEAR or self.life(life.version.hash) is not life:
            return standing(life, day)
        key = "standing", life.version.hash, day
        if key not in self.of_day:
            self.of_day[key] = standing(life, day)
        found: Standing = self.of_day[key]
        return found

    @cached_property
    def on_table(self) -> Mapping[str, str]:
        """The text that each case is about, by case, where anything of the case stands."""
        return {course.case: course.version for courses in self.courses.values() for course in courses}

    def course_of(self, hash: str) -> Course | None:
        """The case in which the version got furthest."""
        found = [one for one in self.courses.get(hash, ()) if self._is_of_parties(one, hash)]
        return min(found, key=lambda one: (-len(_signed(one)), one.case), default=None)

    def complete(self, hash: str) -> bool:
        """Whether all parties have signed."""
        line = self.lines.get(hash)
        signed = {event.party for event in self.events(hash) if isinstance(event, Signature)}
        return line is not None and signed >= set(line.parties)

    def events(self, hash: str) -> tuple[Event, ...]:
        """What happened to the version, in its own days."""
        if hash not in self._events:
            course = self.course_of(hash)
            self._events[hash] = _events(course, self.parties_of(hash)) if course else ()
        return self._events[hash]

    def _life(self, hash: str, path: frozenset[str]) -> Life | None:
        """`path` ends a chain that a hostile text would lead round in a circle."""
        line = self.lines.get(hash)
        if line is None or hash in path:
            return None
        further = path | {hash}
        above = self._life(line.parent, further) if line.parent else None
        after = self._successor(line)
        return Life(version_of(hash), self.events(hash), above, self._life(after, further) if after else None)

    def _successor(self, line: Line) -> str:
        """The hash of the version that all parties signed to amend this one; of two the one that was signed first."""
        found = [
            (max(one.on for one in self.events(other.hash) if isinstance(one, Signature)), other.hash)
            for other in self.lines.values()
            if other.amends == line.hash
            and (other.agreement, other.number, other.parties) == (line.agreement, line.number + 1, line.parties)
            and self.complete(other.hash)
        ]
        return min(found)[1] if found else ""

    def _is_of_parties(self, course: Course, hash: str) -> bool:
        """Whether a case is one between the parties of the text, in which nobody else signs for this house."""
        line = self.lines.get(hash)
        between = set(course.sides.values())
        own = [side for side, prefix in course.sides.items() if prefix == home()]
        return (
            line is not None
            and between == set(self.parties_of(hash))
            and len(line.parties) == len(between)
            and all(course.nodes.get(side) == home() for side in own)
        )


_kept: tuple[object, Book] | None = None


class _Page(local):
    """The page that this thread draws: one look at the book is good to its end, or to the next thing that may write."""

    draws = False
    book: Book | None = None


_page = _Page()


def begin_page(**_: object) -> None:
    """A request has begun (signal of Django)."""
    _page.draws, _page.book = True, None


def end_page(**_: object) -> None:
    """The request is over (signal of Django)."""
    _page.draws, _page.book = False, None


def book() -> Book:
    """The book as it is now; within a transaction, which may change it, that is asked each time."""
    inside = connection.in_atomic_block
    if _page.book is not None and not inside:
        return _page.book
    found = _as_it_is()
    _page.book = found if _page.draws and not inside else None
    return found


def _as_it_is() -> Book:
    global _kept
    mark = _mark()
    kept = _kept
    if kept is not None and kept[0] == mark:
        return kept[1]
    made = Book(_lines(), _courses(), _institutions())
    _kept = (mark, made)
    return made


def _mark() -> object:
    """Something that is another one whenever the book would be."""
    return (
        home(), AgreementVersion.objects.count(), tuple(AgreementVersion.objects.order_by("-at", "-id").values_list("id", flat=True)[:1]),
        tuple(AgreementCase.objects.order_by("id").values_list("id", "mark")),
        tuple(Institution.objects.order_by("prefix").values_list("prefix", "ror")),
    )  # fmt: skip


@lru_cache(maxsize=_MOST_READ)
def version_of(hash: str) -> Version:
    """The version with this hash, which must be here."""
    return read_version(AgreementVersion.objects.filter(hash=hash).order_by("id")[0].text)


def _lines() -> dict[str, Line]:
    names = ("hash", "agreement", "number", "parties", "parent", "amends")
    rows = AgreementVersion.objects.order_by("-id").values_list(*names)
    return {row[0]: Line(row[0], row[1], row[2], tuple(row[3]), row[4], row[5]) for row in rows}


def _courses() -> dict[str, tuple[Course, ...]]:
    versions = dict(AgreementCase.objects.values_list("id", "version"))
    found: dict[str, list[Course]] = {}
    for case, steps in _standing(versions):
        first = steps[0][0]
        course = Course(case, first.process, versions[case], first.parties, first.nodes, tuple(steps))
        found.setdefault(course.version, []).append(course)
    return {hash: tuple(courses) for hash, courses in found.items()}


def _standing(cases: Mapping[str, str]) -> Iterator[tuple[str, list[tuple[Taken, datetime]]]]:
    """The steps that stand, of every case of an agreement, in their order."""
    processes = AgreementCase.objects.values("process").distinct()
    names = ("instance", "process", "step", "party", "previous", "hash", "home", "by_id", "form", "opening", "at")
    rows = CaseStep.objects.filter(process__in=processes, number__gt=0).order_by("instance", "number")
    found: dict[str, list[tuple[Taken, datetime]]] = {}
    for instance, process, step, party, previous, hash, where, by, form, opening, at in rows.values_list(*names):
        taken = Taken(
            process=process, instance=instance, step=step, party=party, previous=previous, hash=hash, home=where, by=by, form=form,
            parties=opening.get("parties", {}), nodes=opening.get("nodes", {}), code=opening.get("code", ""),
        )  # fmt: skip
        found.setdefault(instance, []).append((taken, at))
    for case, steps in found.items():
        if case in cases:
            yield case, steps


def _institutions() -> dict[str, str]:
    """A text names an institution by its prefix, or by its ROR as `ror:03q0t9252`."""
    found: dict[str, str] = {}
    for prefix, ror in Institution.objects.order_by("-prefix").values_list("prefix", "ror"):
        if ror:
            found[f"ror:{ror.rstrip('/').rpartition('/')[2].lower()}"] = prefix
    return found | {prefix: prefix for prefix in Institution.objects.values_list("prefix", flat=True)}


def _events(course: Course, parties: Mapping[str, str]) -> tuple[Event, ...]:
    zone = ZoneInfo(version_of(course.version).head.zone)
    instance = Instance(
        kind_of(course.process).process, course.case, standing=tuple(taken for taken, _ in course.steps)
    )
    recorded: dict[str, date] = {taken.hash: at.astimezone(zone).date() for taken, at in course.steps}
    sides = {side: parties[prefix] for side, prefix in course.sides.items()}
    return happened(instance, parties=sides, recorded=recorded)


def _signed(course: Course) -> set[str]:
    return {taken.party for taken, _ in course.steps if taken.step in SIGNING}
