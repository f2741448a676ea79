"""Whether an agreement is in force on a day: computed from its clauses and what happened, never stored.

Two times are kept apart: the day for which one asks, and the day on which something was recorded. `known_on` leaves out
what was not yet recorded then, so that it can be told later what a decision could know.
"""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from jointlab.agreements.events import (
    Extension,
    Fulfilment,
    Life,
    Notice,
    Resumption,
    Signature,
    Suspension,
    Termination,
    Withdrawal,
)
from jointlab.agreements.kinds import CONDITION, EARLIER, PARENT

_E = TypeVar("_E", Signature, Fulfilment, Suspension, Resumption, Extension, Notice, Termination, Withdrawal)


class State(StrEnum):
    """Where a version of an agreement stands on a day."""

    UNSIGNED = "unsigned"  # nobody has signed
    PARTLY_SIGNED = "partly-signed"
    WITHDRAWN = "withdrawn"  # before all had signed
    LAPSED = "lapsed"  # not signed in time
    CONDITIONS = "conditions"  # signed; a condition precedent is not fulfilled
    NOT_YET = "not-yet"  # signed; its first day, or that of the agreement above, is to come
    IN_FORCE = "in-force"
    SUSPENDED = "suspended"  # as a whole
    RUN_OFF = "run-off"  # ended for new cases; those that run may be finished
    EXPIRED = "expired"
    TERMINATED = "terminated"  # by notice of one party or by agreement of all
    SUPERSEDED = "superseded"  # by a later version
    FELL = "fell"  # with the agreement above it


@dataclass(frozen=True)
class Standing:
    """Where it stands on a day, and why: `clauses` are the numbers of those that decide."""

    state: State
    first: date | None = None  # its first day in force, once that is certain
    last: date | None = None  # its last, as far as it is certain
    run_off_last: date | None = None  # the last day for running cases
    back_dated: bool = False  # it counts from before its signature, by a clause of its own
    waits_for: tuple[str, ...] = ()  # parties that have not signed, or clauses whose condition is open
    under_notice: bool = False
    suspended: tuple[str, ...] = ()  # clauses that do not count that day
    clauses: tuple[str, ...] = ()

    @property
    def new_cases(self) -> bool:
        """Whether something may be begun under it."""
        return self.state is State.IN_FORCE

    @property
    def running_cases(self) -> bool:
        """Whether what was begun under it may go on."""
        return self.state in (State.IN_FORCE, State.RUN_OFF)


def standing(life: Life, day: date, *, known_on: date | None = None) -> Standing:
    """Where the agreement stands on a day of its own time zone."""
    known = life.known(known_on)
    unsigned = _before_signature(known, day)
    if unsigned is not None:
        return unsigned
    return _signed(known, day)


def clause_counts(life: Life, number: str, day: date, *, new: bool, known_on: date | None = None) -> bool:
    """Whether a clause may be relied on that day, by a new case or by one that runs.

    A clause that is suspended counts for neither; there is no such clause: it does not count.
    """
    now = standing(life, day, known_on=known_on)
    known = life.known(known_on)
    allowed = now.new_cases if new else now.running_cases
    return allowed and known.version.clause(number) is not None and not _suspended(known, number, day)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is too short; the first or last day that can be written at most."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _day_before(day: date) -> date:
    """The first day that can be written has none before it."""
    return day - timedelta(1) if day > date.min else day


def _before_signature(life: Life, day: date) -> Standing | None:
    """The standing of what is not signed by all as of that day, or None once it is."""
    deadline = life.version.duration.day("sign_by")
    signatures = _signatures(life)
    in_time = {p: s for p, s in signatures.items() if deadline is None or s.on <= deadline}
    parties = [party.id for party in life.version.head.parties]
    complete = all(party in in_time for party in parties)
    withdrawn = min((event.on for event in life.events if isinstance(event, Withdrawal)), default=None)
    last = max((one.on for one in in_time.values()), default=None)
    if withdrawn is not None and withdrawn <= day and not (complete and last is not None and last <= withdrawn):
        return Standing(State.WITHDRAWN, last=withdrawn)
    earlier = _earlier(life)
    if complete and last is not None and (day >= last or (earlier is not None and day >= earlier)):
        return None
    waiting = tuple(party for party in parties if party not in in_time or in_time[party].on > day)
    if deadline is not None and day > deadline and not complete:
        return Standing(State.LAPSED, last=deadline, waits_for=waiting, clauses=(life.version.duration.number,))
    signed = any(one.on <= day for one in in_time.values())
    return Standing(State.PARTLY_SIGNED if signed else State.UNSIGNED, waits_for=waiting)


def _signatures(life: Life) -> dict[str, Signature]:
    """The first signature of each party."""
    first: dict[str, Signature] = {}
    for event in life.events:
        if isinstance(event, Signature) and (event.party not in first or event.on < first[event.party].on):
            first[event.party] = event
    return first


def _signed(life: Life, day: date) -> Standing:
    """The standing of what all have signed."""
    waits = _open_conditions(life)
    first = _first_day(life)
    if first is None:
        above = tuple(clause.number for clause in life.version.of_kind(PARENT))
        return Standing(State.CONDITIONS if waits else State.NOT_YET, waits_for=waits, clauses=waits or above)
    end = _end(life)
    if end.last is not None and end.last < first:
        return _over_before(end, first, day)
    noticed = any(one.on <= day for one in _of(life, Notice)) and end.cause is State.TERMINATED
    return Standing(
        _state_on(life, day, first, end), first, end.last, end.run_off, clauses=end.clauses,
        back_dated=first < max(one.on for one in _signatures(life).values()),
        under_notice=noticed and end.last is not None and first <= day <= end.last,
        suspended=tuple(clause.number for clause in life.version.clauses if _suspended(life, clause.number, day)),
    )  # fmt: skip


def _over_before(end: "_End", first: date, day: date) -> Standing:
    """It was over before it could begin; but amended on its first day, it has cases of that day, and they go on."""
    runs = end.cause is State.SUPERSEDED and end.run_off is not None and first <= day <= end.run_off
    if end.cause is State.SUPERSEDED and end.last == _day_before(first):
        return Standing(State.RUN_OFF if runs else end.cause, first, end.last, end.run_off, clauses=end.clauses)
    return Standing(end.cause, last=end.last, clauses=end.clauses)


def _state_on(life: Life, day: date, first: date, end: "_End") -> State:
    if day < first:
        return State.CONDITIONS if any(one.on > day for one in _of(life, Fulfilment)) else State.NOT_YET
    if end.last is not None and day > end.last:
        return State.RUN_OFF if end.run_off is not None and day <= end.run_off else end.cause
    return State.SUSPENDED if _suspended(life, "", day) else State.IN_FORCE


def _open_conditions(life: Life) -> tuple[str, ...]:
    met = {event.clause for event in life.events if isinstance(event, Fulfilment)}
    return tuple(clause.number for clause in life.version.of_kind(CONDITION) if clause.number not in met)


def _earlier(life: Life) -> date | None:
    """The day before its signature from which a clause of its own lets it count."""
    return next((clause.day("since") for clause in life.version.of_kind(EARLIER)), None)


def _first_day(life: Life) -> date | None:
    """The latest of the signatures, its own first day, its conditions and the first day of the agreement above."""
    if _open_conditions(life):
        return None
    days = [event.on for event in life.events if isinstance(event, Fulfilment)]
    days += [day for day in (life.version.duration.day("begins"),) if day]
    earlier = _earlier(life)
    days.append(earlier if earlier else max(one.on for one in _signatures(life).values()))
    if life.parent is not None:
        above = standing(life.parent, date.max).first
        if above is None:
            return None
        days.append(above)
    return max(days)


@dataclass(frozen=True)
class _End:
    """How it ends, as far as that is known."""

    last: date | None
    cause: State = State.EXPIRED
    clauses: tuple[str, ...] = ()
    run_off: date | None = None


def _end(life: Life) -> _End:
    """The earliest of all ends. What comes after an end neither lengthens nor ends it again."""
    duration = life.version.duration
    last = duration.day("ends")
    for extension in sorted(_of(life, Extension), key=lambda one: one.on):
        if last is not None and extension.on <= last:
            last = max(last, extension.last)
    ends = [_End(last, State.EXPIRED, (duration.number,))] if last else []
    ends += [_End(max(one.last, one.on), State.TERMINATED) for one in _of(life, Termination)]
    ends += [_End(_notice_ends(life, one), State.TERMINATED, (duration.number,)) for one in _of(life, Notice)]
    ends += [_End(_day_before(day), State.SUPERSEDED) for day in _taken_over(life)]
    ends += _with_parent(life)
    if not ends:
        return _End(None)
    end = min(ends, key=lambda one: one.last or date.max)
    return replace(end, run_off=_run_off(life, end))


def _of(life: Life, kind: type[_E]) -> list[_E]:
    return [event for event in life.events if isinstance(event, kind)]


def _taken_over(life: Life) -> list[date]:
    """The first day of the version that amends this one, once it has one."""
    first = standing(life.successor, date.max).first if life.successor else None
    return [first] if first else []


def _notice_ends(life: Life, notice: Notice) -> date:
    """The clause's months after the notice, then the next day of the year on which it may end; later if the notice says so."""
    duration = life.version.duration
    last = months_after(notice.on, duration.count("notice"))
    fixed = duration.word("notice_day")
    if fixed:
        this_year = date(last.year, int(fixed[:2]), int(fixed[3:]))
        last = this_year if this_year >= last else months_after(this_year, 12)
    return max(last, notice.last or last)


def _with_parent(life: Life) -> list[_End]:
    """The end of the agreement above, where this one falls with it; that a later version took over above ends nothing."""
    falling = tuple(clause.number for clause in life.version.of_kind(PARENT) if clause.word("on_end") == "falls")
    if not falling or life.parent is None:
        return []
    last = standing(_latest(life.parent), date.max).last
    return [_End(last, State.FELL, falling)] if last else []


def _latest(life: Life) -> Life:
    """The last in the line of versions that came into force: it says how long the agreement itself lasts."""
    if life.successor is not None and _taken_over(life):
        return _latest(life.successor)
    return replace(life, successor=None)


def _run_off(life: Life, end: _End) -> date | None:
    """The last day for cases that run. Under a later version for new cases only, they go on as long as the agreement itself."""
    assert end.last is not None, "only what ends runs off"
    if end.cause is not State.SUPERSEDED:
        months = life.version.duration.count("run_off")
        return months_after(end.last, months) if months else None
    amends = life.successor.version.head.amends if life.successor else None
    if amends is None or amends.cases != "new":
        return None
    rest = standing(_latest(life), date.max)
    return rest.run_off_last or rest.last or date.max


def _suspended(life: Life, number: str, day: date) -> bool:
    """Whether a clause, or the whole it stands in, does not count that day; "" asks for the whole alone."""
    return any(
        one.clause in ("", number)
        and one.first <= day
        and (one.last is None or day <= one.last)
        and not _resumed(life, one, day)
        for one in _of(life, Suspension)
    )


def _resumed(life: Life, suspension: Suspension, day: date) -> bool:
    """Whether what was suspended counts again that day."""
    again = (one.first for one in _of(life, Resumption) if one.clause == suspension.clause)
    return any(suspension.first <= first <= day for first in again)
