"""What was read as plain JSON values: the fields of `jointlab read --json`, schema 1. Fields may be added, never changed."""

import math
from numbers import Integral
from typing import TYPE_CHECKING, Any

from jointlab.errors import Fault, Question
from jointlab.science.door import ReadFile
from jointlab.science.finite import finite_part
from jointlab.science.reading import Conditions, Table

if TYPE_CHECKING:
    import polars as pl

SCHEMA = 1
NOTHING: dict[str, Any] = {
    "format": None, "technique": None, "instrument": None, "started": None, "started_zone": None,
    "tables": [], "stated": [], "figures": [], "warnings": [], "facts": {}, "decisions": {}, "analyses": [],
}  # fmt: skip


def answer_of(file: ReadFile) -> dict[str, Any]:
    """Everything of a file that was read, but its name, its hash and the refusal."""
    reading = file.reading
    return {
        "format": reading.format,
        "technique": reading.technique,
        "instrument": reading.instrument,
        "started": None if reading.started is None else reading.started.isoformat(),
        "started_zone": reading.started_zone,
        "tables": [_table(table) for table in reading.tables],
        "stated": [
            {"quantity": s.quantity, "value": _number(s.value), "unit": s.unit, "conditions": _plainly(s.conditions)} for s in reading.stated
        ],
        "figures": [
            {
                "quantity": f.quantity, "value": _number(f.value), "unit": f.unit, "uncertainty": _number(f.uncertainty),
                "method": f.method, "conditions": _plainly(f.conditions), "includes": f.includes,
            }
            for f in file.figures
        ],
        "warnings": [{"code": w.code, "message": w.message} for w in file.warnings],
        "facts": {key: value for key, value in _plainly(reading.facts).items() if value not in ("", None)},
        "decisions": dict(reading.decisions),
        "analyses": [{"name": t.name, "version": t.version, "decisions": dict(a.decisions)} for t, a in file.analyses],
    }  # fmt: skip


def _table(table: Table) -> dict[str, Any]:
    columns = []
    for column in table.columns:
        series = table.frame[column.name]
        rows = table.rows
        low, high = _extremes(series)
        columns.append(
            {
                "name": column.name, "unit": column.unit,
                "first": _cell(series, 0), "middle": _cell(series, rows // 2), "last": _cell(series, rows - 1),
                "min": low, "max": high, "quantity": column.quantity, "header": column.header,
            }
        )  # fmt: skip
    return {"name": table.name, "rows": table.rows, "columns": columns, "conditions": _plainly(table.conditions)}


def _cell(series: "pl.Series", row: int) -> float | int | str | None:
    return _plain(series[row]) if 0 <= row < len(series) else None


def _extremes(series: "pl.Series") -> tuple[float | int | str | None, float | int | str | None]:
    """Least and greatest finite number; nulls for text."""
    if not series.dtype.is_numeric():
        return None, None
    finite = finite_part(series) if series.dtype.is_float() else series
    return _plain(finite.min()), _plain(finite.max())


def _plain(value: object) -> float | int | str | None:
    """A cell as JSON has it: nan and infinities are absent values."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Integral):  # of numpy too
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return str(value)


def _plainly(values: Conditions) -> dict[str, float | int | str | None]:
    return {key: _plain(value) for key, value in values.items()}


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def refusal_of(fault: Fault) -> dict[str, Any]:
    """A refusal: code, sentence in English, and the question that would lift it, or None."""
    question: Question | None = getattr(fault, "question", None)
    asked = None if question is None else {
        "key": question.key, "options": [{"value": option.value, "example": option.example} for option in question.options],
    }  # fmt: skip
    return {"code": fault.code, "message": fault.message, "question": asked}
