"""The list of samples as lines: what its page shows, straight from the columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jointlab.laboratory.models import Result, Sample, Tag
from jointlab.laboratory.queries.samples import SampleFilter, Values, page_by
from jointlab.people.actors import Actor

_SHOWN = ("id", "code", "title", "form", "created_at", "institution__mark", "project__title", "created_by__name")
_SHOWN_FIGURE = ("value", "value_text", "uncertainty_text", "unit", "includes")


@dataclass(frozen=True)
class Line:
    """What a list shows of one sample."""

    id: str
    code: str
    title: str
    form: str
    created_at: datetime
    mark: str  # of its site
    project: str | None  # title
    person: str  # who entered it
    figure: Mapping[str, Any] | None = None  # where the list is sorted by one: columns of Result


@dataclass(frozen=True)
class LinePage:
    """One page of lines; `after` and `before` as of SamplePage, `tags` by sample."""

    lines: tuple[Line, ...]
    after: str
    before: str
    tags: Mapping[str, Sequence[str]]


def lines_of_samples(actor: Actor, wanted: SampleFilter) -> LinePage:
    """The same page as what a list shows of each sample, without the rest of their rows. Raises as `page_of_samples`."""
    found, after, before = page_by(actor, wanted, _lines, _place)
    tags: dict[str, list[str]] = {}
    for sample, word in (
        Tag.objects.filter(sample__in=[line.id for line in found]).order_by("word").values_list("sample", "word")
    ):
        tags.setdefault(str(sample), []).append(word)
    return LinePage(tuple(found), after, before, tags)


def _lines(rows: "QuerySet[Any]") -> list[Line]:
    """Straight from the columns: fifty samples with their projects and people are two hundred rows of models."""
    path = "" if rows.model is Sample else "sample__"
    ranked = rows.model is Result
    names = [*(f"{path}{name}" for name in _SHOWN), *(_SHOWN_FIGURE if ranked else ())]
    plain = rows.select_related(None).prefetch_related(None).values_list(*names)
    count = len(_SHOWN)
    figures = (dict(zip(_SHOWN_FIGURE, row[count:], strict=True)) if ranked else None for row in plain)
    return [Line(*[*row[:count], figure]) for row, figure in zip(plain, figures, strict=True)]


def _place(line: Line, field: str) -> Values:
    if field == "code":
        return [line.code]
    return [line.figure["value"] if line.figure else line.created_at.isoformat(), line.id]
