"""What was computed as the body of a record: decimals as text, names and values in pairs, and an end.

A float is written by its shortest exact form, so that the number that is read back is the number that was computed.
Facts, decisions and conditions stand in the order of their names (why: laboratory/written.py).
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeGuard

from jointlab import __version__
from jointlab.laboratory.records import (  # fmt: skip
    AnalysisBody,
    Chosen,
    ColumnRecord,
    Condition,
    FigureRecord,
    Pair,
    TableRecord,
    Warned,
)
from jointlab.laboratory.written import conditions_of, decimal, is_number, short

if TYPE_CHECKING:
    from jointlab.science.door import ReadFile

MOST_FIGURES = 1000  # inside a record; more lie in a blob beside it
_MOST_FACTS, _MOST_WARNINGS = 500, 500


def body_of_answer(answer: Mapping[str, Any], *, settings: Mapping[str, str]) -> AnalysisBody:
    """The body of what the inbox holds of a file (the JSON answer of `jointlab read`, schema 1, with hashes)."""
    return AnalysisBody(
        technique=answer["technique"], format=answer["format"], settings=dict(settings),
        versions=_versions(answer["format"], [(a["name"], a["version"]) for a in answer["analyses"]]),
        tables=tuple(_table(table) for table in answer["tables"]),
        stated=_figures(answer["stated"]), figures=_figures(answer["figures"]),
        warnings=_warnings((w["code"], w["message"]) for w in answer["warnings"]),
        facts=_pairs(answer["facts"]), decisions=_pairs(answer["decisions"]),
        chosen=_chosen((a["name"], a["decisions"]) for a in answer["analyses"]),
        plots_sha256=answer.get("plots_sha256") or "",
    )  # fmt: skip


def body_of_file(
    file: "ReadFile", *, settings: Mapping[str, str], tables: Iterable[TableRecord] = (), plots_sha256: str = ""
) -> AnalysisBody:
    """The same body, of a file that was read just now."""
    figures = [{**vars(figure), "headline": telling} for figure, telling in file.telling_first()]
    return AnalysisBody(
        technique=file.reading.technique, format=file.reading.format, settings=dict(settings),
        versions=_versions(file.reading.format, [(t.name, t.version) for t, _ in file.analyses]),
        tables=tuple(tables), stated=_figures([vars(stated) for stated in file.stated]), figures=_figures(figures),
        warnings=_warnings((w.code, w.message) for w in file.warnings),
        facts=_pairs(file.reading.facts), decisions=_pairs(file.reading.decisions),
        chosen=_chosen((t.name, a.decisions) for t, a in file.analyses),
        plots_sha256=plots_sha256,
    )  # fmt: skip


def parted(body: AnalysisBody) -> tuple[AnalysisBody, bytes]:
    """The body with its first figures, and the canonical bytes of the others (none: no bytes)."""
    if len(body.figures) <= MOST_FIGURES:
        return body, b""
    rest = body.figures[MOST_FIGURES:]
    data = json.dumps([plain_figure(figure) for figure in rest], ensure_ascii=False, sort_keys=True).encode()
    return replace(body, figures=body.figures[:MOST_FIGURES]), data


def more_figures(data: bytes) -> tuple[FigureRecord, ...]:
    """The figures of `parted`."""
    return tuple(_record(plain) for plain in json.loads(data))


def plain_figure(figure: FigureRecord) -> dict[str, Any]:
    """A figure as JSON has it, numbers as text."""
    return {
        "quantity": figure.quantity, "value": figure.value, "unit": figure.unit, "uncertainty": figure.uncertainty,
        "method": figure.method, "includes": figure.includes, "headline": figure.headline,
        "conditions": [[c.name, c.value, c.number] for c in figure.conditions],
    }  # fmt: skip


def plain_conditions(conditions: Iterable[Condition]) -> dict[str, Any]:
    """Conditions by name: numbers as numbers (for searching and sorting), words as words."""
    return {c.name: _number(c.value) if c.number else c.value for c in conditions}


def plain_answer(body: AnalysisBody) -> dict[str, Any]:
    """What a stored analysis keeps beside its figures, in the shape of the JSON answer, numbers as text."""
    versions = {pair.name: pair.value for pair in body.versions}
    decided: dict[str, dict[str, str]] = {name: {} for name in versions if name not in ("jointlab", "reader")}
    for chosen in body.chosen:
        decided.setdefault(chosen.technique, {})[chosen.name] = chosen.value
    return {
        "format": body.format, "technique": body.technique,
        "tables": [
            {
                "name": table.name, "rows": table.rows, "values_sha256": table.values_sha256, "parquet_sha256": table.parquet_sha256,
                "columns": [{"name": c.name, "unit": c.unit, "quantity": c.quantity} for c in table.columns],
                "conditions": plain_conditions(table.conditions),
            }
            for table in body.tables
        ],
        "stated": [
            {"quantity": s.quantity, "value": s.value, "unit": s.unit, "conditions": plain_conditions(s.conditions)}
            for s in body.stated
        ],
        "warnings": [{"code": w.code, "message": w.message} for w in body.warnings],
        "facts": {pair.name: pair.value for pair in body.facts},
        "decisions": {pair.name: pair.value for pair in body.decisions},
        "analyses": [{"name": n, "version": versions.get(n, ""), "decisions": d} for n, d in decided.items()],
        "plots_sha256": body.plots_sha256,
    }  # fmt: skip


def _versions(reader: str, analyses: Iterable[tuple[str, str]]) -> tuple[Pair, ...]:
    return (Pair("jointlab", __version__), Pair("reader", reader), *(Pair(name, version) for name, version in analyses))


def _figures(found: Iterable[Mapping[str, Any]]) -> tuple[FigureRecord, ...]:
    """Figures with a finite value; one without a value is no figure."""
    return tuple(_figure(figure) for figure in found if _finite(figure["value"]))


def _figure(found: Mapping[str, Any]) -> FigureRecord:
    uncertainty = found.get("uncertainty")
    return FigureRecord(
        found["quantity"], decimal(found["value"]), found["unit"],
        uncertainty=decimal(uncertainty) if _finite(uncertainty) else "",
        method=found.get("method") or "", includes=found.get("includes") or "",
        conditions=conditions_of(found["conditions"]),
        headline=bool(found.get("headline")),
    )  # fmt: skip


def _record(plain: Mapping[str, Any]) -> FigureRecord:
    conditions = tuple(Condition(name, value, number) for name, value, number in plain["conditions"])
    return FigureRecord(**{**plain, "conditions": conditions})


def _table(found: Mapping[str, Any]) -> TableRecord:
    return TableRecord(
        name=found["name"], rows=found["rows"],
        columns=tuple(ColumnRecord(c["name"], c.get("unit") or "", c.get("quantity") or "") for c in found["columns"]),
        values_sha256=found.get("values_sha256") or "", parquet_sha256=found.get("parquet_sha256") or "",
        conditions=conditions_of(found["conditions"]),
    )  # fmt: skip


def _chosen(analyses: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[Chosen, ...]:
    return tuple(
        Chosen(analysis, name, short(value))
        for analysis, decided in analyses
        for name, value in sorted(decided.items())
    )


def _pairs(found: Mapping[str, Any]) -> tuple[Pair, ...]:
    kept = [Pair(name, short(value)) for name, value in sorted(found.items()) if value not in ("", None)]
    left = len(kept) - _MOST_FACTS
    return tuple(kept) if left <= 0 else (*kept[:_MOST_FACTS], Pair("…", f"{left} more stand in the file"))


def _warnings(found: Iterable[tuple[str, str]]) -> tuple[Warned, ...]:
    kept = [Warned(code, short(message)) for code, message in found]
    left = len(kept) - _MOST_WARNINGS
    return tuple(kept) if left <= 0 else (*kept[:_MOST_WARNINGS], Warned("warnings.more", f"{left} more of the same."))


def _finite(value: object) -> TypeGuard[float]:
    return is_number(value) and math.isfinite(value)


def _number(text: str) -> int | float | str:
    try:
        return int(text)
    except ValueError:
        found = float(text)
        return found if math.isfinite(found) else text
