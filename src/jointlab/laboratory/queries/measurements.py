"""Measurements as people look for them: one, its analyses, lists by filter, sorted by day or by a figure, in pages."""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from jointlab.errors import BadInput, NotFound
from jointlab.history.models import Record
from jointlab.laboratory.models import Analysis, Instrument, Measurement, Project, Result, Term
from jointlab.laboratory.queries.visibility import visible_measurements
from jointlab.laboratory.terms import Asked, asked, terms_of
from jointlab.people.actors import Actor
from jointlab.people.models import Person
from jointlab.science.settings import Setting
from jointlab.science.techniques import TECHNIQUE_NAMES
from jointlab.web.words import TECHNIQUES, technique

PER_PAGE = 50
_MOST_OFFERED = 200  # names in one field of the filter
_RELATED = ("file", "sample", "device", "project", "instrument", "recorded_by")


@dataclass(frozen=True)
class Filter:
    """What a list asks for; "" and None ask for nothing."""

    technique: str = ""
    project: str = ""  # slug
    person: str = ""  # the person's record
    instrument: str = ""  # slug
    since: dt.date | None = None
    until: dt.date | None = None
    text: str = ""  # words by which the measurement or its sample is found
    withdrawn: bool = False  # also those taken back
    sort: str = ""  # "" for the newest first, else a quantity: its greatest figures first
    ascending: bool = False


@dataclass(frozen=True)
class Row:
    """One line of a list: the measurement, its headline figures, and the figure that the list is sorted by."""

    measurement: Measurement
    figures: tuple[Result, ...]
    sorted_by: Result | None = None


@dataclass(frozen=True)
class Page:
    """Some rows; `after` and `before` ask for their neighbours, "" where there are none."""

    rows: tuple[Row, ...]
    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class Choices:
    """What a list can be filtered by: only what some visible measurement has."""

    techniques: tuple[str, ...]
    projects: tuple[Project, ...]
    persons: tuple[Person, ...]
    instruments: tuple[Instrument, ...]


def by_code(actor: Actor, *, code: str) -> Measurement:
    """One measurement. Raises NotFound ``measurement.none``, also for what this person may not see."""
    found = visible_measurements(actor).select_related(*_RELATED, "file__received_by").filter(code=code).first()
    if found is None:
        raise NotFound("measurement.none", "There is no measurement {code}.", code=code[:60])
    return found


def analysis_of(measurement: Measurement, *, number: int = 0) -> Analysis:
    """One analysis of a measurement, or with 0 the shown one. Raises NotFound ``analysis.none``."""
    wanted = {"number": number} if number else {"shown": True}
    found = measurement.analyses.select_related("by", "measurement__file").filter(**wanted).first()
    if found is None:
        raise NotFound("analysis.none", "{code} has no analysis {number}.", code=measurement.code, number=number)
    return found


def position_of(record: str) -> Record | None:
    """Where a record stands in the log of its home."""
    return Record.objects.filter(id=record).first()


def same_file(actor: Actor, *, measurement: Measurement) -> list[Measurement]:
    """Other measurements of the same file, on other samples or devices, that this person sees."""
    others = visible_measurements(actor).filter(file=measurement.file_id).exclude(id=measurement.id)
    return list(others.select_related("sample", "device")[:20])


def listing(actor: Actor, wanted: Filter, *, after: str = "", before: str = "", most: int = PER_PAGE) -> Page:
    """One page of the list. Raises BadInput ``list.after`` for an address that no page gave."""
    upward = wanted.ascending != bool(before)
    keys = ("value", "measurement") if wanted.sort else ("measured_on", "id")
    rows: QuerySet[Any] = _figures(actor, wanted) if wanted.sort else _matching(actor, wanted).select_related(*_RELATED)
    if before or after:
        value, record = _cursor(before or after)
        rows = rows.filter(_behind(keys, _float(value) if wanted.sort else _date(value), record, upward=upward))
    found = list(rows.order_by(*(key if upward else f"-{key}" for key in keys))[: most + 1])
    more, found = len(found) > most, found[:most][::-1] if before else found[:most]
    headline = _headlines([row.measurement if wanted.sort else row for row in found])
    shown = tuple(
        Row(row.measurement, headline.get(row.measurement_id, ()), row)
        if wanted.sort
        else Row(row, headline.get(row.id, ()))
        for row in found
    )
    return Page(
        shown, after=_mark(shown[-1]) if shown and (more or before) else "",
        before=_mark(shown[0]) if shown and ((more and before) or (after and not before)) else "",
    )  # fmt: skip


def count(actor: Actor, wanted: Filter, *, most: int = 10_000) -> int:
    """How many measurements match; counting ends at `most`."""
    return _matching(actor, wanted)[:most].count()


def choices(actor: Actor) -> Choices:
    """What the filters offer to this person."""
    seen = visible_measurements(actor)

    def some(**having: object) -> Exists:  # asks an index for one row, where a list of all values would read them all
        return Exists(seen.filter(**having))

    return Choices(
        techniques=tuple(name for name in TECHNIQUE_NAMES if seen.filter(technique=name).exists()),
        projects=tuple(Project.objects.filter(some(project=OuterRef("pk"))).order_by("title")[:_MOST_OFFERED]),
        persons=tuple(Person.objects.filter(some(recorded_by=OuterRef("pk"))).order_by("name")[:_MOST_OFFERED]),
        instruments=tuple(Instrument.objects.filter(some(instrument=OuterRef("pk"))).order_by("name")[:_MOST_OFFERED]),
    )


def quantities(technique: str = "") -> tuple[str, ...]:
    """The quantities by which measurements of a technique, or of any, can be sorted: headline figures that there are."""
    from jointlab.science.techniques import all_techniques

    offered = [t.quantities for t in all_techniques() if technique in ("", t.of)]
    names = dict.fromkeys(name for names in offered for name in names)
    figures = Result.objects.filter(headline=True, shown=True)
    return tuple(name for name in names if figures.filter(quantity=name).exists())


def dropped(actor: Actor, wanted: Filter) -> dict[str, int]:
    """For an empty list: how many would be found without each one of its conditions."""
    empty = Filter()
    given = [
        name
        for name in ("technique", "project", "person", "instrument", "since", "until", "text")
        if getattr(wanted, name)
    ]
    found = {}
    for name in given:
        number = count(actor, replace(wanted, **{name: getattr(empty, name)}))
        if number:
            found[name] = number
    return found


def relevant_settings(technique: str, format: str) -> dict[str, Setting]:
    """The settings that the reader of a format and the analyses of a technique understand, by key."""
    return dict(_relevant(technique, format))


@cache
def _relevant(technique: str, format: str) -> Mapping[str, Setting]:
    from jointlab.science.readers import all_readers
    from jointlab.science.techniques import all_techniques

    declared = [t.settings for t in all_techniques() if t.of == technique]
    declared += [r.settings for r in all_readers() if r.name == format]
    found: dict[str, Setting] = {}
    for setting in (setting for settings in declared for setting in settings):
        found.setdefault(setting.key, setting)
    return found


def _matching(actor: Actor, wanted: Filter) -> QuerySet[Measurement]:
    rows = visible_measurements(actor)
    exact = {
        "technique": wanted.technique, "project__slug": wanted.project, "recorded_by": wanted.person,
        "instrument__slug": wanted.instrument, "measured_on__gte": wanted.since, "measured_on__lte": wanted.until,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if not wanted.withdrawn:
        rows = rows.filter(withdrawn=False)
    for word in asked(wanted.text):
        found = Term.objects.filter(_term(word)).values("target")
        own, samples = found.filter(kind=Term.Kind.MEASUREMENT), found.filter(kind=Term.Kind.SAMPLE)
        rows = rows.filter(Q(id__in=own) | Q(sample__in=samples) | Q(technique__in=_techniques(word)))
    return rows


def _techniques(word: Asked) -> list[str]:
    """The techniques whose name, in the reader's language or in English, has this word."""
    found = []
    for name, english in TECHNIQUES.items():
        terms = terms_of((english, technique(name)))
        if word.term in terms or (word.beginning and any(term.startswith(word.term) for term in terms)):
            found.append(name)
    return found


def _term(word: Asked) -> Q:
    if word.beginning:  # a range of the index
        return Q(term__gte=word.term, term__lt=f"{word.term}\U0010ffff")
    return Q(term=word.term)


def _figures(actor: Actor, wanted: Filter) -> QuerySet[Result]:
    """The figures that a list is sorted by: only measurements that have one."""
    results = Result.objects.filter(
        quantity=wanted.sort, shown=True, headline=True, measurement__in=_matching(actor, wanted)
    )
    return results.select_related("measurement", *(f"measurement__{name}" for name in _RELATED))


def _behind(keys: tuple[str, str], value: float | dt.date, record: str, *, upward: bool) -> Q:
    """What comes after this row in the order of the keys."""
    first, second = keys
    how = "gt" if upward else "lt"
    return Q(**{f"{first}__{how}": value}) | Q(**{first: value, f"{second}__{how}": record})


def _headlines(measurements: Sequence[Measurement], *, most: int = 3) -> dict[str, tuple[Result, ...]]:
    """The first figures of each measurement, in one query."""
    rows: dict[str, list[Result]] = {}
    found = Result.objects.filter(measurement__in=[m.id for m in measurements], headline=True, analysis__shown=True)
    for result in found.order_by("measurement", "order"):
        rows.setdefault(result.measurement_id, []).append(result)
    return {measurement: tuple(results[:most]) for measurement, results in rows.items()}


def _mark(row: Row) -> str:
    """The address of a row: what it is sorted by, and its record."""
    value = repr(row.sorted_by.value) if row.sorted_by else row.measurement.measured_on.isoformat()
    return base64.urlsafe_b64encode(json.dumps([value, row.measurement.id]).encode()).decode()


def _cursor(after: str) -> tuple[str, str]:
    try:
        value, record = json.loads(base64.urlsafe_b64decode(after.encode()))
        if not isinstance(value, str) or not isinstance(record, str) or "\0" in record:
            raise ValueError(after)
        record.encode()  # no lone surrogate, which no database takes
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _no_page() from None
    return value, record


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise _no_page() from None


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _no_page() from None


def _no_page() -> BadInput:
    return BadInput("list.after", "This address names no page of the list. Begin again at its first page.")
