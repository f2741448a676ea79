"""The laboratory at a glance: how much there is, what came last, for one person."""

import datetime as dt
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import Count, Prefetch, QuerySet

from jointlab.laboratory.models import Analysis, Measurement, Note, Project, Result, Sample
from jointlab.laboratory.queries.visibility import (
    visible_measurements,
    visible_notes,
    visible_projects,
    visible_samples,
)
from jointlab.people.actors import Actor
from jointlab.people.models import Person

_EVENTS = 8


@dataclass(frozen=True)
class Share:
    """How many there are, and how many of each home: prefixes with numbers, the greatest first."""

    total: int
    of: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Event:
    """Something that was done; `kind` is sample, measurement, analysis or note."""

    at: dt.datetime
    by: Person
    kind: str
    sample: Sample
    measurement: Measurement | None = None


def samples(actor: Actor) -> Share:
    """Samples that this person sees, by the institution that made them."""
    return _share(visible_samples(actor), "institution")


def measurements(actor: Actor) -> Share:
    """Measurements that stand, by the institution of who recorded them."""
    return _share(visible_measurements(actor).filter(withdrawn=False), "recorded_by__institution")


def latest_measurements(actor: Actor, *, most: int = 8) -> list[Measurement]:
    """Recorded last, with the figures that are shown first."""
    headline = Prefetch("results", Result.objects.filter(shown=True, headline=True).order_by("order"))
    rows = visible_measurements(actor).filter(withdrawn=False).select_related("sample", "device")
    return list(rows.prefetch_related(headline).order_by("-recorded_at", "-id")[:most])


def latest_events(actor: Actor) -> list[Event]:
    """What was done last, of every kind."""
    seen = visible_measurements(actor)
    made = visible_samples(actor).select_related("created_by").order_by("-created_at", "-id")[:_EVENTS]
    measured = seen.select_related("recorded_by", "sample").order_by("-recorded_at", "-id")[:_EVENTS]
    again = Analysis.objects.filter(number__gt=1, measurement__in=seen).select_related("by", "measurement__sample")
    notes = visible_notes(actor).filter(withdrawn=False).select_related("by", "sample", "measurement")
    events = [
        *(Event(sample.created_at, sample.created_by, "sample", sample) for sample in made),
        *(Event(row.recorded_at, row.recorded_by, "measurement", row.sample, row) for row in measured),
        *(Event(row.at, row.by, "analysis", row.measurement.sample, row.measurement) for row in again.order_by("-at")[:_EVENTS]),
        *(_noted(note) for note in notes.order_by("-at")[:_EVENTS]),
    ]  # fmt: skip
    return sorted(events, key=attrgetter("at"), reverse=True)[:_EVENTS]


def open_projects(actor: Actor, *, most: int = 6) -> list[Project]:
    """Projects that go on, with the number of their samples as `size`."""
    rows = visible_projects(actor).filter(closed=False).annotate(size=Count("samples"))
    return list(rows.order_by("-size", "title")[:most])


def _noted(note: Note) -> Event:
    return Event(note.at, note.by, "note", note.sample, note.measurement)


def _share(rows: "QuerySet[Sample] | QuerySet[Measurement]", by: str) -> Share:
    counts = [(str(row[by]), int(row["n"])) for row in rows.order_by().values(by).annotate(n=Count("id"))]
    counts.sort(key=lambda pair: -pair[1])
    return Share(sum(n for _, n in counts), tuple(counts))
