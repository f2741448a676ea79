"""Figures as pages show them: name, value with uncertainty and unit, conditions, what the instrument states beside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jointlab.laboratory.bodies import plain_conditions
from jointlab.laboratory.models import Analysis, Result
from jointlab.laboratory.records import FigureRecord
from jointlab.web import words
from jointlab.web.conditions import conditions as phrase
from jointlab.web.numbers import SPACE, difference, with_uncertainty


@dataclass(frozen=True)
class Shown:
    """One figure, as text in the reader's language."""

    name: str
    value: str
    small: str  # what stands small behind the value: “± 0.4 m² g⁻¹”
    text: str  # “41.7 ± 0.4”
    unit: str
    conditions: str
    method: str
    includes: str
    recorded: str  # the digits as recorded


@dataclass(frozen=True)
class Beside:
    """What the instrument states and what was computed, with their difference and what it rests on."""

    figure: Shown
    stated: str  # "" when nothing is
    difference: str
    agrees: bool | None  # within twice the standard uncertainty; None where none is known


@dataclass(frozen=True)
class Change:
    """One figure before and after other settings."""

    name: str
    unit: str
    conditions: str
    before: str
    after: str
    difference: str
    moved: bool


def quantity_name(quantity: str) -> str:
    """The name at the beginning of a line; symbols such as d or FWHM keep their case."""
    name = words.quantity(quantity)
    return name[:1].upper() + name[1:] if len(name.split(" ")[0]) > 1 else name


def shown(figure: Result | FigureRecord) -> Shown:
    """A figure as text, from its recorded digits."""
    value, uncertainty = _digits(figure), figure.uncertainty_text if isinstance(figure, Result) else figure.uncertainty
    told = with_uncertainty(value, uncertainty or None, figure.unit)
    small = [
        f"±{SPACE}{told.uncertainty}" if told.uncertainty else "",
        f"×{SPACE}{told.power}" if told.power else "",
        told.unit,
    ]
    return Shown(
        quantity_name(figure.quantity), told.value, " ".join(part for part in small if part),
        with_uncertainty(value, uncertainty or None).text, told.unit, phrase(_conditions(figure)), figure.method,
        figure.includes, value + (f" ± {uncertainty}" if uncertainty else ""),
    )  # fmt: skip


def beside_stated(analysis: Analysis, results: Sequence[Result]) -> list[Beside]:
    """Each figure with what the file states of the same quantity under conditions that do not contradict."""
    stated = analysis.answer.get("stated", [])
    return [_beside(result, _stated_for(result, stated)) for result in results]


def changes(before: Iterable[Result], after: Iterable[Result | FigureRecord]) -> list[Change]:
    """The figures of two computations side by side, matched by quantity and conditions."""
    old, new = ({_key(figure): figure for figure in figures} for figures in (before, after))
    keys = [*old, *(key for key in new if key not in old)]
    return [_change(old.get(key), new.get(key)) for key in keys]


def _change(old: Result | FigureRecord | None, new: Result | FigureRecord | None) -> Change:
    before, after = (shown(figure) if figure is not None else None for figure in (old, new))
    some = before or after
    assert some is not None, "a key belongs to one side at least"
    apart = difference(_digits(new), _digits(old)) if old is not None and new is not None else ""
    moved = before is None or after is None or before.recorded != after.recorded
    return Change(
        some.name, some.unit, some.conditions, before.text if before else "", after.text if after else "", apart, moved
    )


def _conditions(figure: Result | FigureRecord) -> Mapping[str, Any]:
    return figure.conditions if isinstance(figure, Result) else plain_conditions(figure.conditions)


def _key(figure: Result | FigureRecord) -> tuple[str, tuple[tuple[str, str], ...]]:
    return figure.quantity, tuple(sorted((name, str(value)) for name, value in _conditions(figure).items()))


def _digits(figure: Result | FigureRecord) -> str:
    return figure.value_text if isinstance(figure, Result) else figure.value


def _stated_for(result: Result, stated: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    for entry in stated:
        shared = entry["conditions"].keys() & result.conditions.keys()
        if entry["quantity"] == result.quantity and all(
            str(entry["conditions"][name]) == str(result.conditions[name]) for name in shared
        ):
            return entry
    return None


def _beside(result: Result, stated: Mapping[str, Any] | None) -> Beside:
    if stated is None:
        return Beside(shown(result), "", "", None)
    value = stated["value"]
    agrees = None if not result.uncertainty else abs(result.value - float(value)) <= 2 * result.uncertainty
    return Beside(shown(result), with_uncertainty(value).text, difference(result.value_text, value), agrees)
