"""The figures of a sample: which value stands for each, and the mean over the devices built of it.

A quantity under the same conditions is one figure. Of several measurements of one thing the latest recorded stands
(`Result.shown` has already taken away earlier analyses, where a person did not mark another, and what was withdrawn).
What was measured on devices is given as the mean over the devices of a kind, with s, the standard deviation between
them (n - 1), and n; a single device's value keeps its own uncertainty.
"""

import base64
import binascii
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean, stdev

from django.db.models import Q

from jointlab.errors import BadInput
from jointlab.laboratory.models import Measurement, Result, Sample
from jointlab.laboratory.queries.visibility import of_visible_project, readable
from jointlab.people.actors import Actor

PER_PAGE = 200
STRIP = 5  # figures at the top of the page
_KEPT = 4000  # results read for one sample: far more than a page shows


@dataclass(frozen=True)
class Line:
    """One figure. `uncertainty` is one standard uncertainty, or s between devices where `n` is more than 1.

    `of` is "sample" or the kind of device; `n` devices, 0 for the sample itself; `earlier` values stand behind it.
    """

    quantity: str
    conditions: dict[str, str | int | float]
    value: float
    uncertainty: float | None
    unit: str
    method: str
    of: str
    n: int
    latest: Result
    earlier: int
    headline: bool


@dataclass(frozen=True)
class Asked:
    """Which figures are listed; "" asks for all. Codes of sample and device, the project's slug."""

    quantity: str
    sample: str = ""
    device: str = ""
    project: str = ""
    technique: str = ""
    headline: bool = False  # only those that are shown first


@dataclass(frozen=True)
class ResultsPage:
    """Figures, the smallest value first; `after` asks for the next ones, "" at the end."""

    results: tuple[Result, ...]
    after: str


@dataclass(frozen=True)
class Figures:
    """At most five for the strip; all of them for the table."""

    strip: tuple[Line, ...]
    lines: tuple[Line, ...]


def figures_of_sample(actor: Actor, sample: Sample) -> Figures:
    """Every figure of the sample and its devices, as far as this person sees the measurements."""
    results = (
        readable(actor, Result.objects.filter(sample=sample, shown=True))
        .filter(of_visible_project(actor, "measurement__project"))
        .select_related("measurement__instrument__institution", "measurement__recorded_by", "device", "analysis")
        .order_by("-measurement__recorded_at", "-measurement__code", "analysis__number", "order")[:_KEPT]
    )
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for result in results:
        what = result.device.kind if result.device else "sample"
        groups.setdefault((result.quantity, _key(result.conditions), what), []).append(result)
    lines = tuple(_line(group) for group in groups.values())
    return Figures(strip=_strip(lines), lines=lines)


def listing(actor: Actor, wanted: Asked, *, after: str = "", most: int = PER_PAGE) -> ResultsPage:
    """Shown figures of one quantity over all samples, by value. Raises BadInput ``list.after``."""
    rows = readable(actor, Result.objects.filter(quantity=wanted.quantity, shown=True)).filter(
        of_visible_project(actor, "measurement__project")
    )
    exact = {
        "sample__code": wanted.sample, "device__code": wanted.device, "measurement__project__slug": wanted.project,
        "measurement__technique": wanted.technique, "headline": wanted.headline,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if after:
        value, measurement, place = _opened(after)
        later = Q(measurement__gt=measurement) | Q(measurement=measurement, order__gt=place)
        rows = rows.filter(Q(value__gt=value) | Q(value=value) & later)
    related = rows.select_related("measurement", "sample", "device", "analysis")
    found = list(related.order_by("value", "measurement", "order")[: most + 1])
    last = found[most - 1] if len(found) > most else None
    return ResultsPage(tuple(found[:most]), _mark(last) if last else "")


def _mark(last: Result) -> str:
    text = json.dumps([last.value, last.measurement_id, last.order])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _opened(after: str) -> tuple[float, str, int]:
    """The values of a mark. Raises BadInput ``list.after`` for one of nobody's making."""
    try:
        value, measurement, place = json.loads(base64.urlsafe_b64decode(after.encode()))
        kinds = (type(value), type(measurement), type(place))
        if kinds != (float, str, int) or "\0" in measurement or not 0 <= place < 2**31:
            raise ValueError(after)
        measurement.encode()  # no lone surrogate, which no database takes
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise BadInput("list.after", "This address names no page of the list. Begin again at its first page.") from None
    return value, measurement, place


def results_of(measurements: Iterable[Measurement]) -> dict[str, Result]:
    """The first headline figure of each measurement, by its record."""
    found: dict[str, Result] = {}
    rows = Result.objects.filter(measurement__in=list(measurements), shown=True, headline=True)
    for result in rows.order_by("measurement", "analysis__number", "order"):
        found.setdefault(result.measurement_id, result)
    return found


def _key(conditions: "dict[str, str | int | float]") -> str:
    return "\x1f".join(f"{name}={value}" for name, value in sorted(conditions.items()))


def _line(group: list[Result]) -> Line:
    """The latest of each thing measured; over several devices their mean."""
    first: dict[str, Result] = {}
    for result in group:
        first.setdefault(result.device_id or "", result)
    stand = list(first.values())
    latest = stand[0]
    value, uncertainty = latest.value, latest.uncertainty
    if len(stand) > 1:
        value, uncertainty = fmean(r.value for r in stand), stdev(r.value for r in stand)
    return Line(
        quantity=latest.quantity, conditions=latest.conditions, value=value,
        uncertainty=uncertainty if uncertainty is not None and math.isfinite(uncertainty) else None,
        unit=latest.unit, method=latest.method, of=latest.device.kind if latest.device else "sample",
        n=len(stand) if latest.device else 0, latest=latest, earlier=len(group) - len(stand),
        headline=any(result.headline for result in stand),
    )  # fmt: skip


def _strip(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Headline figures, each quantity once and each technique before any gets a second place."""
    chosen: dict[str, Line] = {}
    for line in lines:
        if line.headline:
            chosen.setdefault(line.quantity, line)
    rounds: dict[str, list[Line]] = {}
    for line in chosen.values():
        rounds.setdefault(line.latest.measurement.technique, []).append(line)
    ordered = [line for nth in range(STRIP) for of in rounds.values() for line in of[nth : nth + 1]]
    return tuple(ordered[:STRIP])
