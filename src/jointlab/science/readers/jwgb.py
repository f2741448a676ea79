"""JWGB (Beijing JWGB Sci & Tech; sold as 3P Instruments in Europe): reports of gas adsorption as .xlsx."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.adsorption_results import Section, stated_results
from jointlab.science.readers.isotherms import (
    ADSORPTION,
    DESORPTION,
    amount_unit,
    isotherm,
    loading_columns,
    number_with_unit,
    printed_cells,
    printed_mark,
    sheet_numbers,
    with_decimal_point,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.times import durations, parse_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from jointlab.science.workbooks import Grid

_HEADER = re.compile(r"^(?P<name>[^()（）]*?)\s*[(（](?P<unit>[^()（）]+(?:\([^()]*\))?)[)）]$")
_FACTS = {  # label in lower case, without its colon: fact
    "adsorbate": "adsorptive", "吸附质": "adsorptive", "sample": "sample", "样品名称": "sample", "charge name": "charge", "project": "project",
    "stoped time": "completed", "stopped time": "completed",
}  # fmt: skip
_MASS, _STARTED = ("sample weight", "样品质量", "样品重量"), ("started time", "开始时间")


def recognises(source: Source) -> bool:
    """A sheet with the columns ID, p, p/p0, V and p0."""
    return any(_header_row(rows) is not None for rows in source.tops.values())


def _header_row(rows: Sequence[tuple[str | None, ...]]) -> int | None:
    """The row that names the isotherm's columns."""
    for number, row in enumerate(rows):
        kinds = [_kind((cell or "").strip()) for cell in row]
        if (row[0] or "").strip().lower() in ("id", "no", "no.", "序号") and {
            "pressure",
            "relative_pressure",
            "loading",
            "saturation_pressure",
        } <= set(kinds):
            return number
    return None


def _kind(header: str) -> str | None:
    """What a column is, by its symbol: ``p (kPa)``, ``p/p0``, ``V (cm³/g STP)``, ``p0 (kPa)``."""
    if header.lower().replace(" ", "") in ("p/p0", "p/po"):
        return "relative_pressure"
    match = _HEADER.match(header)
    if match is None:
        return {"time": "clock", "时间": "clock"}.get(header.lower())
    if match["name"].lower() == "v" and amount_unit(match["unit"]) is not None:
        return "loading"
    return {"p": "pressure", "p0": "saturation_pressure", "po": "saturation_pressure"}.get(match["name"].lower())


def read(source: Source, settings: Settings) -> Reading:
    """Read one report. Raises BadInput ``jwgb.no-points`` and what `make_table` raises."""
    assert source.workbook is not None
    pairs, sections = _keys({name: rows for name, rows in source.tops.items() if _header_row(rows) is None})
    sheet = next(name for name, rows in source.tops.items() if _header_row(rows) is not None)
    grid = source.workbook.grid(sheet)
    start = parse_timestamp(next((pairs[key] for key in _STARTED if key in pairs), ""))
    printed = [*pairs.values(), *printed_cells(grid, 0, len(grid.numbers.columns))]
    weight = next((pairs[key] for key in _MASS if key in pairs), "")
    weight = with_decimal_point(weight, printed_mark(printed, settings))
    mass = number_with_unit(weight.replace("(", " ("), to="g")
    columns, branch = _points(grid, start, mass, settings, source.name)
    result = isotherm(columns, branch=branch)
    facts: dict[str, Condition] = {fact: pairs[label] for label, fact in _FACTS.items() if pairs.get(label)}
    return Reading(
        format="jwgb.xlsx",
        technique="gas_adsorption",
        tables=(result.table, *_record(source, settings)),
        instrument="JWGB / 3P Instruments",
        started=start,
        stated=stated_results(sections),
        warnings=result.cautions,
        facts={**facts, **({"sample_mass": mass} if mass is not None else {})},
        decisions={
            "numbers": "typed cells of the workbook; numbers kept as text by their decimal comma",
            **result.decisions,
        },
    )


def _keys(sheets: "dict[str, list[tuple[str | None, ...]]]") -> tuple[dict[str, str], list[Section]]:
    """Labels with their values, and the results under their titles (BET, t-Plot, BJH)."""
    pairs: dict[str, str] = {}
    sections: list[tuple[str, list[tuple[str, str]]]] = [("", [])]
    for rows in sheets.values():
        for row in rows:
            label, *rest = [(cell or "").strip() for cell in row]
            values = [cell for cell in rest[:2] if cell]
            if label and not values:
                sections.append((label, []))
            elif label:
                value = " ".join(values)
                pairs.setdefault(label.rstrip(":： ").lower(), value)
                sections[-1][1].append((label.rstrip(":： "), value))
    return pairs, [Section(title, found) for title, found in sections]


def _points(
    grid: "Grid", started: "datetime | None", mass: float | None, settings: Settings, name: str
) -> tuple[list[RawColumn], list[str]]:  # fmt: skip
    """The columns, and the branch of each row: a row of dashes parts adsorption from desorption."""
    import polars as pl

    header = _header_row(grid.rows)
    assert header is not None
    first, stop = header + 1, header + 1
    while stop < len(grid.rows) and grid.text(stop, 0):
        stop += 1
    dashes = [row for row in range(first, stop) if re.fullmatch(r"-+", grid.text(row, 0) or "")]
    point = pl.Series([row not in dashes for row in range(first, stop)], dtype=pl.Boolean)
    if not point.any():
        raise BadInput(
            "jwgb.no-points",
            "“{name}” has the header of an isotherm but no point below it. Export the report again.",
            name=name,
        )
    branch = [
        DESORPTION if dashes and row > dashes[0] else ADSORPTION for row in range(first, stop) if row not in dashes
    ]
    columns: list[RawColumn] = []
    for i in range(len(grid.rows[header])):
        title = grid.text(header, i) or ""
        kind, match = _kind(title), _HEADER.match(title)
        unit = match["unit"] if match else None
        if kind == "clock":
            words = pl.Series([grid.text(row, i) for row in range(first, stop)], dtype=pl.String).filter(point)
            columns += _elapsed(words, started, title)
            continue
        values = sheet_numbers(grid, i, first, stop, settings=settings, name=name).filter(point)
        if kind == "loading":
            columns += loading_columns(values, unit=unit or "", header=title, mass=mass)
        elif kind is not None:
            columns.append(RawColumn(values, kind, unit or "1", title))
        elif title:
            columns.append(
                RawColumn(
                    values, "index" if i == 0 else None, None if i == 0 else unit, title, "index" if i == 0 else title
                )
            )
    return columns, branch


def _elapsed(words: "pl.Series", started: "datetime | None", header: str) -> list[RawColumn]:
    """Times of day as seconds since the start, days counted on at midnight; as text where the start is not known."""
    import numpy as np

    clock = durations(words).to_numpy()
    if started is None or np.isnan(clock).any() or not len(clock):
        return [RawColumn(words, None, None, header, header)]
    since = clock - (started.hour * 3600 + started.minute * 60 + started.second)
    days = np.concatenate([[float(since[0] < 0)], np.cumsum(np.diff(since) < 0) + float(since[0] < 0)])
    return [RawColumn(since + 86400 * days, "time", "s", header)]


def _record(source: Source, settings: Settings) -> tuple[Table, ...]:
    """The record of pressure over time, where the report has it."""
    assert source.workbook is not None
    for name, rows in source.tops.items():
        header = next((i for i, row in enumerate(rows) if "Total Time(s)" in row and "Pressure(kPa)" in row), None)
        if header is None:
            continue
        grid = source.workbook.grid(name)
        titles = [grid.text(header, i) or "" for i in range(len(grid.rows[header]))]
        known = {
            "Total Time(s)": ("time", "s"),
            "Pressure(kPa)": ("pressure", "kPa"),
            "Time(s)": ("step_time", "s"),
            "Index": ("step", "1"),
        }
        columns = [
            RawColumn(
                sheet_numbers(grid, i, header + 1, len(grid.rows), settings=settings, name=source.name),
                known[title][0],
                known[title][1],
                title,
            )
            for i, title in enumerate(titles)
            if title in known
        ]
        return (make_table("pressure_record", columns),)
    return ()


READERS = (
    Reader(
        "jwgb.xlsx",
        "JWGB / 3P Instruments report (.xlsx)",
        ("gas_adsorption",),
        recognises,
        read,
        (".xlsx",),
        TEXT_SETTINGS,
    ),
)
