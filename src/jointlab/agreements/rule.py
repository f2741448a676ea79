"""What the clauses on sharing say of many records at once: those of one side, project and kind of data differ only in when
they were recorded, so that one answer holds for a whole stretch of time.

`judge` answers for one moment of recording, `windows` for all of them; both ask the same pure decision. Days are those of
each agreement's own time zone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from jointlab.agreements.events import Life
from jointlab.agreements.kinds import SHARING
from jointlab.agreements.life import State, months_after, standing
from jointlab.agreements.sharing import Reach, Reaches, Thing, decide, keeping, reaches_to, sharing_on

EVER: Final = datetime(1, 1, 2, tzinfo=UTC)  # before any record
_DAY: Final = timedelta(1)
_NEVER_SIGNED: Final = frozenset({State.UNSIGNED, State.PARTLY_SIGNED, State.WITHDRAWN, State.LAPSED})


@dataclass(frozen=True)
class Subject:
    """Records of one side, one project and one kind of data."""

    party: str  # whose they are
    project: str  # the project's record; "" for none
    project_kind: str
    data: str
    restricted: bool = False  # then a clause must name the project
    patent_hold: bool = False
    on_hold: bool = False  # a side has put the sharing of the project on hold


@dataclass(frozen=True)
class Zoned:
    """The clauses of the agreements of one time zone, as they stand on its day."""

    zone: ZoneInfo
    day: date
    reaches: Reaches
    named: Reaches  # those that name projects, for restricted ones


@dataclass(frozen=True)
class Rule:
    """All clauses on sharing at one moment."""

    zoned: tuple[Zoned, ...] = ()

    @property
    def reaches(self) -> tuple[Reach, ...]:
        """Every clause, in one order on every node."""
        found = [reach for one in self.zoned for reach in one.reaches.listed]
        return tuple(sorted(found, key=lambda reach: (reach.agreement, reach.version, reach.clause)))


@dataclass(frozen=True)
class Ruling:
    """Whether records go (`reason` is ""), and by which clause; or why not, and which clause comes nearest.

    Reasons: no-project, patent, hold, restricted, none, not-in-force, embargo, and of the nearest clause what it does not
    cover: giver, data, project, project-kind, since.
    """

    reason: str = ""
    reach: Reach | None = None
    opens: date | None = None  # the day on which the embargo ends
    keeps: Reach | None = None  # the clause by which what went already stays there

    @property
    def allowed(self) -> bool:
        """Whether they go now."""
        return not self.reason


@dataclass(frozen=True)
class Window:
    """One ruling for all that was recorded from `start` on and before `end`; None: without an end."""

    start: datetime
    end: datetime | None
    ruling: Ruling = field(default_factory=Ruling)


def ever_signed(lives: Iterable[Life], moment: datetime) -> bool:
    """Whether all parties have signed one of these with a clause on sharing: from then on clauses decide."""
    return any(life.version.of_kind(SHARING) and _signed(life, moment) for life in lives)


def rule_at(lives: Iterable[Life], moment: datetime, *, named: Callable[[str], str] = str) -> Rule:
    """The clauses of these agreements, each as it stands on the day of its own time zone.

    `named` gives the name by which subjects speak of a party, which texts may name in several ways.
    """
    by_zone: dict[str, list[Life]] = {}
    for life in lives:
        if _signed(life, moment):
            by_zone.setdefault(life.version.head.zone, []).append(life)
    return Rule(tuple(_zoned(ZoneInfo(name), found, moment, named) for name, found in sorted(by_zone.items())))


def day_at(moment: datetime, zone: ZoneInfo) -> date:
    """The day on which a moment falls there."""
    return moment.astimezone(zone).date()


def judge(rule: Rule, subject: Subject, recorded: datetime, *, to: Iterable[str]) -> Ruling:
    """Whether what was recorded at a moment goes to all of these parties."""
    rulings = [_judge(rule, subject, recorded, to=one) for one in to]
    refusing = [ruling for ruling in rulings if not ruling.allowed]
    keeps = None if any(ruling.keeps is None for ruling in rulings) else rulings[0].keeps
    first = (refusing or rulings)[0]
    return Ruling(first.reason, first.reach, first.opens, keeps)


def windows(rule: Rule, subject: Subject, *, to: tuple[str, ...]) -> tuple[Window, ...]:
    """All time, parted where a ruling may change: where a clause begins to cover what was recorded, and where embargoes end."""
    starts = sorted({EVER, *(at for one in rule.zoned for at in _breaks(one))})
    found: list[Window] = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        ruling = judge(rule, subject, start, to=to)
        if found and _alike(found[-1].ruling, ruling):
            found[-1] = Window(found[-1].start, end, found[-1].ruling)
        else:
            found.append(Window(start, end, ruling))
    return tuple(found)


def key_of(rule: Rule, subject: Subject) -> tuple[object, ...]:
    """Subjects with the same key are ruled alike, though their projects differ."""
    about = tuple(
        (reach.version, reach.clause) for one in rule.zoned for reach in _reaches(one, subject).about(subject.project)
    )
    flags = (bool(subject.project), subject.restricted, subject.patent_hold, subject.on_hold)
    return (subject.party, subject.project_kind, subject.data, flags, about)


def _signed(life: Life, moment: datetime) -> bool:
    return standing(life, day_at(moment, ZoneInfo(life.version.head.zone))).state not in _NEVER_SIGNED


def _zoned(zone: ZoneInfo, lives: Iterable[Life], moment: datetime, named: Callable[[str], str]) -> Zoned:
    day = day_at(moment, zone)
    listed = tuple(
        replace(one, givers=frozenset(map(named, one.givers)), parties=frozenset(map(named, one.parties)))
        for one in sharing_on(lives, day).listed
    )
    return Zoned(zone, day, Reaches(listed), Reaches(tuple(one for one in listed if one.projects)))


def _reaches(zoned: Zoned, subject: Subject) -> Reaches:
    return zoned.named if subject.restricted else zoned.reaches


def _judge(rule: Rule, subject: Subject, recorded: datetime, *, to: str) -> Ruling:
    """For one party: the first clause that lets it go, in whatever zone; else what comes nearest."""
    if not subject.project:
        return Ruling("no-project")
    keeps: Reach | None = None
    waiting: list[Ruling] = []
    for one in rule.zoned:
        thing = Thing(subject.party, subject.project, subject.project_kind, subject.data, day_at(recorded, one.zone))
        reaches = _reaches(one, subject)
        keeps = keeps or keeping(reaches, thing, to=to)
        found = decide(reaches, thing, to=to, day=one.day)
        reason = "" if found.refusal is None else found.refusal.code.partition(".")[2].replace("_", "-")
        waiting.append(Ruling(reason, found.reach, found.opens))
    best = min(waiting, key=_nearness, default=Ruling("none"))
    if subject.patent_hold or subject.on_hold:
        return Ruling("patent" if subject.patent_hold else "hold", best.reach, None, keeps)
    if best.reason == "none":
        best = _nearest(rule, subject, recorded, to=to)
    return Ruling(best.reason, best.reach, best.opens, keeps)


_ORDER: Final = ("", "embargo", "not-in-force", "none")


def _nearness(ruling: Ruling) -> tuple[int, date]:
    return _ORDER.index(ruling.reason), (ruling.opens if ruling.reason == "embargo" else None) or date.min


def _nearest(rule: Rule, subject: Subject, recorded: datetime, *, to: str) -> Ruling:
    """Of the clauses that let anything go to a party, the one that lacks least; of several one that still counts."""
    found: list[tuple[int, bool, str, Reach]] = []
    for one in rule.zoned:
        for reach in one.reaches.listed:
            lacking = [reason for reason, covered in _asked(reach, subject, day_at(recorded, one.zone)) if not covered]
            if reaches_to(reach, to) and lacking:
                found.append((len(lacking), not reach.counts, lacking[0], reach))
    if not found:
        return Ruling("none")
    _, _, reason, reach = min(found, key=lambda one: one[:2])
    return Ruling(reason, reach)


def _asked(reach: Reach, subject: Subject, recorded: date) -> tuple[tuple[str, bool], ...]:
    """What a clause asks of records, the plainest reason first."""
    return (
        ("giver", subject.party in reach.givers),
        ("project", not reach.projects or subject.project in reach.projects),
        ("restricted", not subject.restricted or subject.project in reach.projects),
        ("project-kind", not reach.project_kinds or subject.project_kind in reach.project_kinds),
        ("data", subject.data in reach.data),
        ("since", recorded >= reach.since),
    )


def _breaks(zoned: Zoned) -> Iterable[datetime]:
    """The moments of recording at which a clause begins to cover, or its embargo no longer holds anything back."""
    for reach in zoned.reaches.listed:
        for first in (reach.since, _last_free(zoned.day, reach.embargo) + _DAY):
            if first > date(1, 1, 2):
                yield datetime.combine(first, time(), zoned.zone).astimezone(UTC)


def _last_free(day: date, embargo: int) -> date:
    """The last day on which what was recorded is free on `day`: months have ends of their own, so it is looked for."""
    low, high = date.min.toordinal(), day.toordinal()
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if months_after(date.fromordinal(middle), embargo) <= day else (low, middle - 1)
    return date.fromordinal(low)


def _alike(one: Ruling, other: Ruling) -> bool:
    """Whether both lead to the same; the day on which an embargo ends is each record's own."""
    return (one.reason, one.reach, one.keeps) == (other.reason, other.reach, other.keeps)
