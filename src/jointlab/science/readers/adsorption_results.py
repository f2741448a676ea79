"""Results that adsorption reports print (BET, Langmuir, t-plot, BJH, total pore volume), by their labels.

Micromeritics and JWGB (3P) print nearly the same labels; each rule is a label and what it means.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from jointlab.errors import BadInput
from jointlab.science.readers.isotherms import amount_unit
from jointlab.science.reading import Condition, Stated, state
from jointlab.science.text.decimal import decide_decimal

_VALUE = re.compile(r"\s*([-+]?\d[\d.,]*(?:[eE][-+]?\d+)?)(?:\s*±\s*[\d.,eE+-]+)?\s*(.*)$")
_BRANCH = re.compile(r"\b(adsorption|desorption)\b", re.IGNORECASE)
_AT = re.compile(r"p/p.{0,2}\s*=\s*([\d.,]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Section:
    """A part of a report: its title, and labels with their values, each as written."""

    title: str
    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _Rule:
    label: str  # a regular expression, found anywhere in the label in lower case
    quantity: str
    section: str = ""  # a regular expression for the title, where the label alone does not tell
    conditions: dict[str, Condition] = field(default_factory=dict)
    amount: bool = False  # an amount adsorbed: cm³/g means gas at STP


_RULES = (
    _Rule(r"single point surface area", "bet_area", conditions={"model": "single point"}),
    _Rule(r"langmuir surface area", "langmuir_area"),
    _Rule(r"t-plot external surface area|^external surface area$", "external_area", conditions={"model": "t-plot"}),
    _Rule(r"t-plot micropore area|^micropore area$", "micropore_area", conditions={"model": "t-plot"}),
    _Rule(r"t-plot micropore volume|^micropore volume$", "micropore_volume", conditions={"model": "t-plot"}),
    _Rule(r"^bet surface area$", "bet_area"),
    _Rule(r"^c$", "bet_constant", "bet"),
    _Rule(r"^(qm|vm|nm)$", "monolayer_capacity", "bet", amount=True),
    _Rule(r"^slope$", "bet_slope", "bet"),
    _Rule(r"^y-intercept$", "bet_intercept", "bet"),
    _Rule(r"^correlation coefficient", "fit_correlation", "bet", {"fit": "BET"}),
    _Rule(r"^correlation coefficient", "fit_correlation", "t-plot", {"fit": "t-plot"}),
    _Rule(r"bjh.*cumulative surface area", "pore_area", conditions={"model": "BJH"}),
    _Rule(r"d-h.*cumulative surface area", "pore_area", conditions={"model": "D-H"}),
    _Rule(r"bjh.*cumulative (pore )?volume", "pore_volume", conditions={"model": "BJH"}),
    _Rule(r"d-h.*cumulative (pore )?volume", "pore_volume", conditions={"model": "D-H"}),
    _Rule(r"total pore volume", "pore_volume", conditions={"model": "single point"}),
    _Rule(r"bjh.*average pore\s+(diameter|width)", "pore_width", conditions={"model": "BJH 4V/A"}),
    _Rule(r"d-h.*average pore\s+(diameter|width)", "pore_width", conditions={"model": "D-H 4V/A"}),
    _Rule(r"bjh.*most frequent pore\s+(diameter|width).*dv/dlog", "pore_width", conditions={"model": "BJH mode of dV/dlogD"}),
    _Rule(r"bjh.*most frequent pore\s+(diameter|width)", "pore_width", conditions={"model": "BJH mode of dV/dD"}),
    _Rule(r"average pore\s+(diameter|width).*4v/a", "pore_width", conditions={"model": "4V/A"}),
)  # fmt: skip


def pairs_of(rows: Iterable[Sequence[str]]) -> list[tuple[str, str]]:
    """Labels and values of rows of cells: ``Label:`` and the next cell; a label in two rows is joined."""
    found: list[tuple[str, str]] = []
    before = ""
    for row in rows:
        cells = [cell.strip() for cell in row if cell and cell.strip()]
        if len(cells) == 1 and not cells[0].endswith(":") and ": " not in cells[0]:
            before = cells[0]
            continue
        i = 0
        while i < len(cells):
            label, colon, value = _parted(cells[i])
            if colon and not value and i + 1 < len(cells) and not _parted(cells[i + 1])[1]:
                i, value = i + 1, cells[i + 1]
            if colon:
                joined = f"{before} {label}" if before and label[:1].islower() else label
                found.append((" ".join(joined.split()), value))
            before, i = "", i + 1
    return found


def _parted(cell: str) -> tuple[str, str, str]:
    """``Label:`` or ``Label: value``; a colon inside a time of day parts nothing."""
    match = re.match(r"([^\d\s][^:]*|[^\d\s].*?\d):(?:\s+(.*)|$)", cell)
    return (match[1].strip(), ":", (match[2] or "").strip()) if match else (cell, "", "")


def stated_results(sections: Sequence[Section]) -> tuple[Stated, ...]:
    """Every known result, in canonical units, once; where a report prints one twice, with the most digits.

    Values whose unit does not fit their quantity are left out, and so are all with commas where it is not certain what
    a comma means.
    """
    found: dict[tuple[str, str], tuple[int, Stated]] = {}
    candidates = [(section, label, value) for section in sections for label, value in section.pairs]
    mark = _decimal_mark([value for _, _, value in candidates])
    for section, label, value in candidates:
        rule = _rule(section.title.lower(), label.lower())
        result = None if rule is None else _stated(rule, label, value, mark)
        if result is None:
            continue
        match = _VALUE.match(value)
        digits = len(match[1]) if match else 0
        key = (result.quantity, repr(sorted((k, v) for k, v in result.conditions.items())))
        if key not in found or digits > found[key][0]:
            found[key] = (digits, result)
    return tuple(result for _, result in found.values())


def _rule(title: str, label: str) -> _Rule | None:
    return next(
        (r for r in _RULES if re.search(r.label, label) and (not r.section or re.search(r.section, title))), None
    )


def _decimal_mark(values: Sequence[str]) -> str | None:
    """The decimal mark of all values with a unit or alone; None where it cannot be decided."""
    numbers = [
        m[1]
        for value in values
        if (m := _VALUE.match(value)) and not re.match(r"[./:\d]", m[2]) and m[1].count(".") < 2
    ]
    try:
        return decide_decimal("\n".join(numbers).encode(), separator="\t", name="").mark
    except BadInput:
        return None


def to_number(text: str, mark: str | None) -> float | None:
    """A printed number under a decimal mark; the other mark parts thousands. None where it is no number."""
    if mark is None and "," in text:
        return None
    plain = text.replace(".", "").replace(",", ".") if mark == "," else text.replace(",", "")
    try:
        return float(plain)
    except ValueError:
        return None


def _stated(rule: _Rule, label: str, value: str, mark: str | None) -> Stated | None:
    match = _VALUE.match(value)
    number = to_number(match[1].rstrip(".,"), mark) if match else None
    if match is None or number is None:
        return None
    unit = match[2].strip().strip("()").strip()
    if rule.amount:
        unit = amount_unit(unit) or unit
    if rule.quantity in ("bet_slope", "bet_intercept"):
        unit = re.sub(r"^g/cm(3|³|\^3) STP$", "g/cm3(STP)", unit)
    conditions = dict(rule.conditions)
    if rule.quantity in ("pore_volume", "pore_area", "pore_width", "bet_area"):
        if (branch := _BRANCH.search(label)) is not None:
            conditions["branch"] = branch[1].lower()
        if (at := _AT.search(label)) is not None and (relative := to_number(at[1].rstrip(".,"), mark)) is not None:
            conditions["relative_pressure"] = relative
    try:
        return (
            state(rule.quantity, number, unit or None, **conditions)
            if unit or rule.quantity in ("bet_constant", "fit_correlation")
            else None
        )
    except BadInput:
        return None
