"""Samples: one by its code, and the list with its filters, its order and its pages."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet
from django.utils.dateparse import parse_datetime

from jointlab.errors import BadInput, NotFound
from jointlab.laboratory.models import Result, Sample, Tag, Term
from jointlab.laboratory.queries.findings import matching
from jointlab.laboratory.queries.visibility import of_visible_project, readable, visible_projects, visible_samples
from jointlab.people.actors import Actor
from jointlab.science.quantities import all_quantities

Row = TypeVar("Row", bound=Model)
One = TypeVar("One")
Values = list[Any]  # of the keys of an order, as JSON has them
PAGE = 50
MOST_COUNTED = 300  # more is said as “more than”: nobody reads further, and each costs
_CONDITIONS = ("text", "project", "person", "tag", "form", "since", "until")


@dataclass(frozen=True)
class SampleFilter:
    """What a person asks of the list; "" asks nothing."""

    text: str = ""
    project: str = ""  # slug
    person: str = ""  # record
    tag: str = ""
    form: str = ""
    since: str = ""  # ISO dates of the day that it was made
    until: str = ""
    sort: str = "-date"  # date, code or the name of a quantity; - for descending
    archived: bool = False
    after: str = ""  # where the page begins: the last row of the page before
    before: str = ""  # where it ends: the first row of the page behind

    @property
    def conditions(self) -> tuple[str, ...]:
        """The fields that ask something."""
        return tuple(name for name in _CONDITIONS if getattr(self, name))


@dataclass(frozen=True)
class Listed:
    """One row of the list; `result` where the list is sorted by a figure."""

    sample: Sample
    result: Result | None


@dataclass(frozen=True)
class SamplePage:
    """One page of the list. `after` and `before` lead to its neighbours; "" where there is none."""

    rows: tuple[Listed, ...]
    after: str
    before: str


@dataclass(frozen=True)
class Count:
    """How many there are; `more` when there are more than were counted."""

    number: int
    more: bool


@dataclass(frozen=True)
class Dropped:
    """How many would be found without one condition."""

    condition: str
    count: Count


def sample_by_code(actor: Actor, code: str) -> Sample:
    """Raises NotFound ``sample.none`` also for what this person may not see."""
    found = (
        visible_samples(actor)
        .select_related("project", "institution", "made_by", "created_by")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise NotFound("sample.none", "There is no sample {code}.", code=code[:80])
    return found


def samples_by_codes(actor: Actor, codes: Iterable[str]) -> dict[str, Sample]:
    """Samples that this person sees, by code, whatever the case of the letters."""
    wanted = {code.upper() for code in codes} | set(codes)
    return {sample.code: sample for sample in visible_samples(actor).filter(code__in=wanted)}


def page_of_samples(actor: Actor, wanted: SampleFilter) -> SamplePage:
    """One page. Raises BadInput ``list.sort`` or ``list.page``."""
    found, after, before = page_by(actor, wanted, lambda rows: [_listed(row) for row in rows], cursor_of)
    return SamplePage(tuple(found), after, before)


def page_by(
    actor: Actor,
    wanted: SampleFilter,
    read: "Callable[[QuerySet[Any]], list[One]]",
    place: Callable[[One, str], Values],
) -> tuple[list[One], str, str]:
    """What `read` makes of the rows of one page, and the cursors after and before it, of what `place` tells of a row."""
    field, descending = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    backwards = bool(wanted.before)
    order = _ordered(actor, wanted, field, descending=descending != backwards)
    rows = order.rows
    cursor = wanted.before or wanted.after
    if cursor:
        rows = rows.filter(_behind(order.keys, _opened(cursor, field), descending=descending != backwards))
    found = read(rows[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE][::-1] if backwards else found[:PAGE]
    last = _cursor(field, place(found[-1], field)) if found and (more or backwards) else ""
    first = _cursor(field, place(found[0], field)) if found and (wanted.after or (backwards and more)) else ""
    return found, last, first


def count_of_samples(actor: Actor, wanted: SampleFilter) -> Count:
    """How many the filter finds, counted up to MOST_COUNTED."""
    rows: QuerySet[Any] = (
        _narrowed(Tag.objects.filter(word=wanted.tag), actor, wanted, "sample__")  # a sample has a tag once
        if wanted.tag
        else _filtered(actor, wanted)
    )
    number = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return Count(min(number, MOST_COUNTED), number > MOST_COUNTED)


def without_each(actor: Actor, wanted: SampleFilter) -> tuple[Dropped, ...]:
    """For an empty list: which condition to drop, and how many would then be found; the best first."""
    found = []
    for name in wanted.conditions:
        fewer = replace(wanted, **{name: ""})  # type: ignore[arg-type]
        found.append(Dropped(name, count_of_samples(actor, fewer)))
    return tuple(sorted((one for one in found if one.count.number), key=lambda one: -one.count.number))


_figures: dict[int, tuple[str, ...]] = {}


def sortable_figures(actor: Actor) -> tuple[str, ...]:
    """Quantities that some sample has a figure of. Looked up anew only when there are new results."""
    if not actor.own_side:
        names = Result.objects.filter(sample__in=visible_samples(actor)).order_by().values_list("quantity", flat=True)
        return tuple(sorted(names.distinct()))
    last = Result.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    if last not in _figures:
        _figures.clear()
        _figures[last] = tuple(_distinct_quantities())
    return _figures[last]


def _distinct_quantities() -> Iterable[str]:
    """Jumps from name to name along the index: a DISTINCT would read every result."""
    name = ""
    while (
        following := Result.objects.filter(quantity__gt=name)
        .order_by("quantity")
        .values_list("quantity", flat=True)
        .first()
    ):
        yield following
        name = following


def _filtered(actor: Actor, wanted: SampleFilter) -> QuerySet[Sample]:
    rows = _narrowed(Sample.objects.all(), actor, wanted)
    return rows.filter(Exists(Tag.objects.filter(word=wanted.tag, sample=OuterRef("pk")))) if wanted.tag else rows


def _narrowed(rows: QuerySet[Row], actor: Actor, wanted: SampleFilter, prefix: str = "") -> QuerySet[Row]:
    """Every condition but the tag, over samples or (with a prefix) over rows that hang on samples."""
    rows = readable(actor, rows).filter(
        of_visible_project(actor, f"{prefix}project"), **{f"{prefix}archived": wanted.archived}
    )
    if wanted.project:
        project = visible_projects(actor).filter(slug=wanted.project).values_list("pk", flat=True).first()
        rows = rows.filter(**{f"{prefix}project": project}) if project else rows.none()
    if wanted.person:
        rows = rows.filter(**{f"{prefix}created_by": wanted.person})
    if wanted.form:
        rows = rows.filter(**{f"{prefix}form": wanted.form})
    if wanted.since:
        rows = rows.filter(_made(day_of(wanted.since), "gte", prefix))
    if wanted.until:
        rows = rows.filter(_made(day_of(wanted.until), "lte", prefix))
    return matching(rows, kind=Term.Kind.SAMPLE, question=wanted.text, record=f"{prefix}pk")


def day_of(text: str) -> date:
    """Raises BadInput ``list.day``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("list.day", "“{text}” is no day. Write it as 2026-09-02.", text=text[:40]) from None


def _made(day: date, how: str, prefix: str) -> Q:
    """The day that it was made, or was entered where that is not known."""
    entered = Q(**{f"{prefix}made_on": None, f"{prefix}created_at__date__{how}": day})
    return Q(**{f"{prefix}made_on__{how}": day}) | entered


@dataclass(frozen=True)
class _Order:
    """Rows in order, and the fields of the order. Each order follows an index: nothing is sorted in memory."""

    rows: "QuerySet[Any]"
    keys: tuple[str, ...]


def _ordered(actor: Actor, wanted: SampleFilter, field: str, *, descending: bool) -> _Order:
    if field == "date" and wanted.tag:  # along the tag's own index, which repeats the dates of its samples
        tags = _narrowed(Tag.objects.filter(word=wanted.tag), actor, wanted, "sample__")
        order = _Order(_with_names(tags, "sample__"), ("created_at", "sample_id"))
    elif field == "date":
        order = _Order(_with_names(_filtered(actor, wanted)), ("created_at", "id"))
    elif field == "code":
        order = _Order(_with_names(_filtered(actor, wanted)), ("code",))
    elif field in {quantity.name for quantity in all_quantities()}:
        order = _Order(_results(actor, wanted, field, descending=descending), ("value", "sample_id"))
    else:
        raise BadInput("list.sort", "Samples cannot be sorted by “{field}”.", field=field[:60])
    by = (f"-{key}" if descending else key for key in order.keys)
    return _Order(order.rows.order_by(*by), order.keys)


def _with_names(rows: QuerySet[Row], prefix: str = "") -> QuerySet[Row]:
    tags = Prefetch(f"{prefix}tags", Tag.objects.order_by("word"))
    return rows.select_related(f"{prefix}project", f"{prefix}institution", f"{prefix}created_by").prefetch_related(tags)


def _results(actor: Actor, wanted: SampleFilter, quantity: str, *, descending: bool) -> QuerySet[Result]:
    """One result for each sample: its highest where the highest come first, else its lowest."""
    shown = Result.objects.filter(quantity=quantity, shown=True)
    beyond = Q(value__gt=OuterRef("value")) if descending else Q(value__lt=OuterRef("value"))
    better = shown.filter(beyond | Q(value=OuterRef("value"), pk__lt=OuterRef("pk")), sample=OuterRef("sample"))
    rows = _narrowed(shown.filter(~Exists(better)), actor, wanted, "sample__")
    if wanted.tag:
        rows = rows.filter(Exists(Tag.objects.filter(word=wanted.tag, sample=OuterRef("sample"))))
    return _with_names(rows, "sample__")


def _listed(row: "Sample | Tag | Result") -> Listed:
    if isinstance(row, Sample):
        return Listed(row, None)
    return Listed(row.sample, row if isinstance(row, Result) else None)


def _behind(keys: tuple[str, ...], values: "list[Any]", *, descending: bool) -> Q:
    """Rows behind (values): the first key bounds the index range, the last one parts equal ones."""
    how = "lt" if descending else "gt"
    if len(keys) == 1:
        return Q(**{f"{keys[0]}__{how}": values[0]})
    first, last = keys
    return Q(**{f"{first}__{how}e": values[0]}) & (~Q(**{first: values[0]}) | Q(**{f"{last}__{how}": values[1]}))


def cursor_of(row: Listed, field: str) -> Values:
    """What tells where a row stands in the order."""
    if field == "code":
        return [row.sample.code]
    return [row.result.value if row.result else row.sample.created_at.isoformat(), row.sample.id]


def _cursor(field: str, values: Values) -> str:
    return base64.urlsafe_b64encode(json.dumps([field, *values]).encode()).decode().rstrip("=")


def _opened(cursor: str, field: str) -> "list[Any]":
    """The values of a cursor. Raises BadInput ``list.page`` for one of another order, or of nobody's making."""
    try:
        values: list[Any]
        name, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if name != field or [type(value) for value in values] != _cursor_types(field):
            raise ValueError(name)
        if "\0" in values[-1]:
            raise ValueError(cursor)
        values[-1].encode()  # no lone surrogate, which no database takes
        if field == "date":
            values[0] = parse_datetime(values[0])
            if not isinstance(values[0], datetime) or values[0].tzinfo is None or not 1900 <= values[0].year <= 9000:
                raise ValueError(cursor)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise BadInput("list.page", "This page of the list is not known. Begin with the first.") from None
    return values


def _cursor_types(field: str) -> list[type]:
    types: dict[str, list[type]] = {"code": [str], "date": [str, str]}
    return types.get(field, [float, str])
